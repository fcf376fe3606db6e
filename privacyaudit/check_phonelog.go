package privacyaudit

import (
	"fmt"
	"strings"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// phonelog judges the log that the App keeps on the phone, in a form that
// identifies the user: it is there, on the user's own phone and on no other. It
// selects the phones that hold a log, and every account whose use was logged by
// the truth: each call that the service took is one line, unless the phone was
// wiped. Whether the same lines stand elsewhere is for absent to say, which
// searches for the address that is in each of them.
func init() {
	register(&Check{
		Name:  "phonelog",
		About: "The log of use on a phone is of its own user, and has every call of theirs.",
		Needs: NeedTruth,
		New:   newPhoneLog,
	})
}

func newPhoneLog(p *Probe) (Watch, error) {
	users := map[string]bool{} // phone and mail address
	wiped := map[string]bool{} // phones
	for i := range p.Truth.Canaries {
		c := &p.Truth.Canaries[i]
		if phone, ok := strings.CutPrefix(c.Store, "phones/"); ok && c.Field == "email" && p.mine(c.Service) {
			users[phone+" "+c.Value] = true
		}
	}
	for i := range p.Truth.Acts {
		if a := &p.Truth.Acts[i]; a.Kind == "phone-wiped" {
			wiped[strings.TrimPrefix(a.Person, "r")] = true
		}
	}
	calls := map[string]int{} // by phone
	var order []string
	err := p.Truth.Trips(func(t *evidence.Trip) error {
		phone := strings.TrimPrefix(t.Person, "r")
		if p.mine(t.Service) && !wiped[phone] {
			if calls[phone] == 0 {
				order = append(order, phone)
			}
			calls[phone]++
		}
		return nil
	})
	if err != nil {
		return Watch{}, fmt.Errorf("trips: %w", err)
	}
	lines := map[string]int{}
	return Watch{
		Text: func(t *evidence.Text) {
			if !strings.HasSuffix(t.Name, "/log.ndjson") || t.Number > 0 {
				return
			}
			p.Select("phones", 1)
			place := finding.Place{Store: evidence.PhoneText, File: t.Name}
			uses, _, err := evidence.ParsePhoneLog(t.Body)
			if err != nil && t.Last {
				p.Fail(place, "the log is in no form that is known")
			}
			others := 0
			for i := range uses {
				if !users[t.Owner+" "+uses[i].User] {
					others++
				}
				if uses[i].Function == "remote-call" {
					lines[t.Owner]++
				}
			}
			if others > 0 {
				p.Fail(place, "%s of somebody else than the phone's own user", counted(others, "line"))
			}
		},
		End: func() {
			for _, phone := range order {
				p.Select("phones", 1)
				if lines[phone] != calls[phone] {
					p.Fail(finding.Place{Store: evidence.PhoneText, File: "stores/phones/" + phone + "/log.ndjson"}, "the log has %s, and its user made %d", counted(lines[phone], "call"), calls[phone])
				}
			}
			if len(order) == 0 && len(lines) == 0 {
				p.NotApplicable("nobody called with the App in the truth")
			}
		},
	}, nil
}
