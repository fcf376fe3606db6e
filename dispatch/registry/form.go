package registry

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Form is what the value of a fact looks like. The forms leave no room for a
// name, an address, a telephone number or a mail address.
type Form string

const (
	FormID       Form = "random ID"
	FormRef      Form = "hex SHA-256"
	FormCount    Form = "count in decimal digits"
	FormInstant  Form = "instant in RFC 3339, UTC"
	FormYesNo    Form = "yes or no"
	FormWord     Form = "word in lower case"
	FormWords    Form = "list of words in lower case, with commas between"
	FormBuilding Form = "name of a configured building"
	FormStore    Form = "name of a store"
	FormRing     Form = "ring of keys: provider or building-NAME"
	FormStaff    Form = "ordinal of staff, such as 17 or staff-17"
	FormOutcome  Form = "outcome and count, such as erased 12, or several with commas between"
	FormFile     Form = "name of a backup file"
	FormRegion   Form = "country in ISO 3166, two letters"
	FormNumber   Form = "number in a register, such as C-2026-17 for a case or ORG-4 for an organisation: at most 3 capital letters, then one or two hyphens with at most 6 digits after each"
	FormChoice   Form = "one of a closed list"
)

const outcome = `(erased|none|shredded|held|referred-to-manager|not-provider|instructed) (0|[1-9][0-9]{0,17})`

var forms = map[Form]*regexp.Regexp{
	FormRef:     regexp.MustCompile(`^[0-9a-f]{64}$`),
	FormCount:   regexp.MustCompile(`^(0|[1-9][0-9]{0,17})$`),
	FormYesNo:   regexp.MustCompile(`^(yes|no)$`),
	FormWord:    regexp.MustCompile(`^[a-z]+(-[a-z]+|-?[0-9]{1,3})*$`),
	FormStaff:   regexp.MustCompile(`^([a-z]{1,12}-)?[0-9]{1,6}$`),
	FormOutcome: regexp.MustCompile(`^` + outcome + `(,` + outcome + `)*$`),
	FormFile:    regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*$`),
	FormRegion:  regexp.MustCompile(`^[A-Z]{2}$`),
	FormNumber:  regexp.MustCompile(`^[A-Z]{1,3}(-[0-9]{1,6}){1,2}$`),
}

var longNumber = regexp.MustCompile(`\p{N}[ ./()-]?\p{N}[ ./()-]?\p{N}[ ./()-]?\p{N}[ ./()-]?\p{N}`)

const longestWord = 64

// holds tells whether a value has the form.
func (f Form) holds(r *Registry, value string) bool {
	switch f {
	case FormID:
		return ID(value).Valid()
	case FormInstant:
		t, err := time.Parse(time.RFC3339Nano, value)
		return err == nil && t.UTC().Format(time.RFC3339Nano) == value
	case FormWords:
		return !slices.ContainsFunc(strings.Split(value, ","), func(w string) bool { return !FormWord.holds(r, w) })
	case FormWord:
		return len(value) <= longestWord && forms[f].MatchString(value)
	case FormBuilding:
		return r.isBuilding(value)
	case FormStore:
		building, isServer := strings.CutPrefix(value, buildingPrefix)
		return isServer && r.isBuilding(building) || slices.Contains(storeNames, value)
	case FormRing:
		building, isServer := strings.CutPrefix(value, buildingPrefix)
		return value == providerRing || isServer && r.isBuilding(building)
	case FormChoice:
		panic("BUG: a choice without its list")
	}
	return forms[f].MatchString(value)
}

// storeNames are the stores of which there is one each, and what a certificate
// speaks of besides.
var storeNames = []string{string(Cloud), string(Analytics), string(Vault), string(Archive), string(Ledger), "phones", "backups", "displays"}

// isBuilding tells whether a building is configured, whether or not we still
// serve it.
func (r *Registry) isBuilding(name string) bool {
	return slices.ContainsFunc(r.o.Buildings, func(b BuildingConfig) bool { return b.Name == name })
}
