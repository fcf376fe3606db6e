package privacyaudit

import (
	"strings"
	"time"

	"hoistway/privacyaudit/finding"
)

// consent holds every visitor key and sub-user against the attestation that
// this other person agreed: the record names it, and it stands in the ledger
// for this user, this kind and this item, no later than the record. With the
// truth every one that was ever entered needs its attestation, those that are
// gone included. Whether the person really agreed no record can tell.
//
// guardian holds dates of birth against the age on the day of entry, by the
// calendar and in virtual time: of a child below that age the user must have
// attested parental responsibility, in the record and in the ledger.
func init() {
	register(&Check{
		Name:  "consent",
		About: "Whoever entered another person attested that person's consent beforehand, and the attestation is kept.",
		New:   newConsent,
	})
	register(&Check{
		Name:   "guardian",
		About:  "Nobody entered a child without parental responsibility.",
		Params: []Param{{Name: "age", Form: FormCount, Required: true, About: "years of age from which no guardian is needed"}},
		New:    newGuardian,
	})
}

// consents are the attestations in the ledger, by ID and by what they are for.
type consents struct{ byID, byItem map[string]*Entry }

func (a *Audit) consents() consents {
	c := consents{map[string]*Entry{}, map[string]*Entry{}}
	for _, e := range a.entries("consent") {
		c.byID[e.ID] = e
		if c.byItem[e.Facts["of"]] == nil {
			c.byItem[e.Facts["of"]] = e
		}
	}
	return c
}

// entered are what acts of the truth say that users entered of others, by kind
// of record and the fact that has its ID.
var entered = map[string]struct{ kind, fact string }{
	"key-created":    {"visitor-key", "key"},
	"sub-user-added": {"sub-user", "sub-user"},
}

func newConsent(p *Probe) (Watch, error) {
	var all consents
	begin := func() {
		if all.byID == nil {
			all = p.consents()
		}
	}
	return Watch{
		Record: func(r *Record) {
			if r.State != Read || r.KindName() != "visitor-key" && r.KindName() != "sub-user" {
				return
			}
			begin()
			p.Select(r.Source.Name, 1)
			e := all.byID[r.Text("consent")]
			switch {
			case e == nil:
				p.Fail(r.Place(), "the attestation of consent that it names is not in the ledger")
			case e.At.After(r.At()):
				p.Fail(r.Place(), "consent was attested %v after it was entered", e.At.Sub(r.At()))
			case e.Facts["ref"] != subjectRef(r.Key.Subject):
				p.Fail(r.Place(), "the attestation of consent that it names is another user's")
			case e.Facts["for"] != r.KindName() || e.Facts["of"] != "" && e.Facts["of"] != r.Key.Item:
				p.Fail(r.Place(), "the attestation of consent that it names is for something else")
			}
		},
		End: func() {
			begin()
			if p.Truth == nil {
				return
			}
			others := 0
			for i := range p.Truth.Acts {
				act := &p.Truth.Acts[i]
				what, ok := entered[act.Kind]
				if !ok {
					continue
				}
				others++
				if act.Result != "" {
					continue
				}
				p.Select("ledger", 1)
				place := finding.Place{Store: "truth", Kind: what.kind, Key: finding.KeyHash([]byte(act.Facts[what.fact]))}
				switch e := all.byItem[act.Facts[what.fact]]; {
				case e == nil:
					p.Fail(place, "it was entered, and no consent was attested")
				case e.At.After(act.At):
					p.Fail(place, "it was entered %v before consent was attested", e.At.Sub(act.At))
				case e.Facts["ref"] != subjectRef(act.Subject) || e.Facts["for"] != what.kind:
					p.Fail(place, "consent was attested by another user, or for something else")
				}
			}
			if others == 0 {
				p.NotApplicable("nobody entered another person")
			}
		},
	}, nil
}

// ageAt is the age in years, by the calendar, of somebody born on a day. Who was
// born on 29 February is a year older on 1 March in years without that day.
func ageAt(born, at time.Time) int {
	years := at.Year() - born.Year()
	if at.Month() < born.Month() || at.Month() == born.Month() && at.Day() < born.Day() {
		years--
	}
	return years
}

func newGuardian(p *Probe) (Watch, error) {
	age := p.Count("age", 0)
	return Watch{
		Record: func(r *Record) {
			if r.KindName() != "sub-user" || r.State != Read {
				return
			}
			p.Select(r.Source.Name, 1)
			born, err := time.Parse(time.DateOnly, r.Text("birth_date"))
			switch {
			case err != nil || born.After(r.At()):
				p.Fail(r.Place(), "it has no date of birth from which an age could be told")
			case ageAt(born, r.At()) < age && string(r.Field("guardian")) != "true":
				p.Fail(r.Place(), "a child below %d years was entered, and its user did not attest parental responsibility", age)
			}
		},
		End: func() { p.children(age) },
	}, nil
}

// children judges the attestations of all children of the truth.
func (p *Probe) children(age int) {
	if p.Truth == nil {
		return
	}
	all, at := p.consents(), map[string]time.Time{}
	asked := 0
	for i := range p.Truth.Acts {
		if act := &p.Truth.Acts[i]; act.Kind == "sub-user-added" {
			asked++
			if act.Result == "" {
				at[act.Facts["sub-user"]] = act.At
			}
		}
	}
	judged := map[string]bool{}
	for i := range p.Truth.Canaries {
		c := &p.Truth.Canaries[i]
		item, ok := strings.CutPrefix(c.Field, "sub-user ")
		born, err := time.Parse(time.DateOnly, c.Value)
		when, was := at[item]
		if !ok || err != nil || !was || judged[item] {
			continue
		}
		judged[item] = true
		p.Select("ledger", 1)
		if ageAt(born, when) >= age {
			continue
		}
		place := finding.Place{Store: "truth", Kind: "sub-user", Key: finding.KeyHash([]byte(item))}
		if e := all.byItem[item]; e == nil || e.Facts["guardian"] != "yes" {
			p.Fail(place, "a child below %d years was entered, and the ledger has no attestation of parental responsibility", age)
		}
	}
	if asked == 0 {
		p.NotApplicable("nobody entered a sub-user")
	}
}
