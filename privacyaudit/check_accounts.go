package privacyaudit

import (
	"time"

	"hoistway/privacyaudit/finding"
)

// accounts holds the accounts of the cloud against the truth, both ways: one that
// has not ended is there, and one that nobody signed up for is not. An account
// whose last known use is longer ago than allowed is gone; the use is known to
// the week. What a restore lost, by the truth, is not missing.
func init() {
	register(&Check{
		Name:  "accounts",
		About: "Accounts in use are there, and those that have not been used for long are not.",
		Needs: NeedTruth,
		Params: []Param{
			{Name: "inactivity", Form: FormDuration, Required: true, About: "longest time without use; a shorter one of the configuration holds instead"},
			{Name: "slack", Form: FormDuration, About: "time until the use is known and the sweep has run (9d)"},
		},
		New: newAccounts,
	})
}

// accountKinds are the kinds of records that are accounts, by service.
var accountKinds = map[string]string{"flow-profile": "flow", "remote-call-account": "remote-call"}

func newAccounts(p *Probe) (Watch, error) {
	limit, slack := p.Duration("inactivity", 0), p.Duration("slack", 9*24*time.Hour)
	if p.Config != nil && p.Config.Limits.Inactivity > 0 {
		limit = min(limit, time.Duration(p.Config.Limits.Inactivity))
	}
	lives := livesOf(p.Truth)
	lost := map[string]bool{}
	for i := range p.Truth.Canaries {
		if c := &p.Truth.Canaries[i]; c.Field == "email" && c.Store == "cloud" && c.Why == lostWithCloud {
			lost[c.Subject] = true
		}
	}
	there := map[string]bool{}
	return Watch{
		Record: func(r *Record) {
			if !r.Live() || r.State != Read || r.Source.Class != "cloud" || !p.mine(accountKinds[r.KindName()]) || accountKinds[r.KindName()] == "" {
				return
			}
			p.Select(r.Source.Name, 1)
			there[r.Key.Subject] = true
			active, err := time.Parse(time.RFC3339Nano, r.Text("active"))
			switch {
			case err != nil:
				p.Fail(r.Place(), "it does not say when it was last used")
			case p.At.Sub(active) > limit+slack:
				p.Fail(r.Place(), "it was not used for %d days; %d are allowed", int(p.At.Sub(active).Hours()/24), int(limit.Hours()/24))
			}
			if lives.BySubject[r.Key.Subject] == nil {
				p.Fail(r.Place(), "nobody signed up for this account")
			}
		},
		End: func() {
			mine := 0
			for _, one := range lives.All {
				if !p.mine(one.Service) {
					continue
				}
				mine++
				if one.End.IsZero() && !lost[one.Subject] {
					p.Select("truth", 1)
					if !there[one.Subject] {
						p.Fail(finding.Place{Store: "cloud", Key: one.Ref[:16]}, "an account that has not ended is missing")
					}
				}
			}
			if mine == 0 {
				p.NotApplicable("nobody signed up for this service")
			}
		},
	}, nil
}
