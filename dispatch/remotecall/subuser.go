package remotecall

import (
	"time"

	"hoistway/dispatch/registry"
)

// SubUserEntry is a person to whom a main user gives access (FL:L19).
type SubUserEntry struct {
	Building                     string
	Name, Username, Number, Note string // all but Name may be empty
	BirthDate                    string // YYYY-MM-DD
	Consent                      bool   // the user attests that the person agreed before entry (FL:L53)
	Guardian                     bool   // the user attests to hold parental responsibility
}

// AddSubUser enters a person. It needs a permission to grant in the building
// that is valid now. Somebody below Policy.Guardianship on the day of entry,
// UTC, is entered by a holder of parental responsibility only.
func (s *Service) AddSubUser(t Token, e SubUserEntry) (registry.ID, error) {
	x, err := s.session(t)
	if err != nil {
		return "", err
	}
	b, err := s.site(e.Building, Flow)
	if err != nil {
		return "", err
	}
	years, err := e.check(s.now())
	if err != nil {
		return "", err
	}
	defer s.turn(x.subject)()
	if err := s.mayGrant(x, b, nil); err != nil {
		return "", err
	}
	if !e.Consent {
		return "", NoConsent
	}
	if years < s.c.Policy.Guardianship && !e.Guardian {
		return "", NeedsGuardian
	}
	id := s.c.IDs.New()
	consent, err := s.attest(x.subject, subUser, id, b.name, e.Guardian)
	if err != nil {
		return "", err
	}
	err = s.enter(x.subject, b.name, subUser, registry.Ref{Kind: registry.KindSubUser, Subject: x.subject, Item: id}, &registry.SubUser{
		Name: e.Name, Username: e.Username, Number: e.Number, BirthDate: e.BirthDate, Note: e.Note, Guardian: e.Guardian, Consent: consent,
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// check finds what is wrong with an entry on its own, and gives the person's
// age.
func (e SubUserEntry) check(now time.Time) (years int, err error) {
	if err := checkField("name", e.Name); err != nil {
		return 0, err
	}
	if err := checkOptional([]entered{{"username", e.Username}, {"number", e.Number}, {"note", e.Note}}); err != nil {
		return 0, err
	}
	return ageOn(now, e.BirthDate)
}

// RemoveSubUser ends what AddSubUser began. It needs no permission to grant:
// nobody has to ask before they take access away.
func (s *Service) RemoveSubUser(t Token, id registry.ID) error {
	x, err := s.session(t)
	if err != nil {
		return err
	}
	if !id.Valid() {
		return NoSuchEntry
	}
	defer s.turn(x.subject)()
	ref := registry.Ref{Kind: registry.KindSubUser, Subject: x.subject, Item: id}
	var u registry.SubUser
	err = s.handle(registry.RoleSubject, registry.ToProvide).Of(x.subject).Get(ref, &u)
	if gone(err) {
		return NoSuchEntry
	}
	if err != nil {
		return stored("read a sub-user", err)
	}
	return s.remove(x.subject, u.Building, subUser, ref)
}

// oldest is the age in years above which a date of birth is taken for a slip.
const oldest = 130

// ageOn is how many years old somebody is on the day of an instant, UTC. Who
// was born on 29 February has their birthday on 1 March of other years: the
// later day, so that nobody counts as grown up too early.
func ageOn(now time.Time, birthDate string) (int, error) {
	if birthDate == "" {
		return 0, NoBirthDate
	}
	born, err := time.Parse(time.DateOnly, birthDate)
	if err != nil {
		return 0, field(MalformedField, "birth_date", "must be a date such as 2001-12-31")
	}
	now = now.UTC()
	years := now.Year() - born.Year()
	if now.Month() < born.Month() || now.Month() == born.Month() && now.Day() < born.Day() {
		years--
	}
	if years < 0 || years > oldest {
		return 0, field(MalformedField, "birth_date", "is not that of a living person")
	}
	return years, nil
}
