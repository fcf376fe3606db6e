package remotecall

// AppReport is what the app says about itself (RC:L25, FL:L31). What is counted
// is anonymous: the token shows that the app's user has not objected, and is
// dropped.
type AppReport struct {
	Token                      Token
	Description, Model, System string
	Hour                       int // of the day, when the app was opened
	Seconds                    int // in use
	Functions                  map[string]int

	// First names the functions in Functions that this phone reports for the
	// first time in this calendar month (UTC) and part of the day, and
	// InUse when it reports Seconds so. Their number is the number of people, without
	// anybody being told apart.
	First []string
}

// InUse stands in First for the time in use.
const InUse = "in-use"

// PartOfDay is the part of the day in which an hour from 0 to 23 lies.
func PartOfDay(hour int) string { panic("not yet") }

// Report counts it in memory. Cells of fewer people than the registry's limit
// are never stored.
func (s *Service) Report(a AppReport) error { panic("not yet") }
