package privacyaudit

import (
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// notice holds every person whom a Manager made known in a building against the
// ledger's entry that they were informed: there is one for this person and this
// building, within the time allowed after the data were collected, and before
// the person first used the lifts with the App, as far as the truth knows. What
// a building's Manager collects after we left it, the Manager answers for alone.
func init() {
	register(&Check{
		Name:   "notice",
		About:  "Whom a Manager made known in a building was informed when it was done, and before the first use.",
		Params: []Param{{Name: "within", Form: FormDuration, Required: true, About: "time from the collection to the notice"}},
		New:    newNotice,
	})
}

func newNotice(p *Probe) (Watch, error) {
	within := p.Duration("within", 0)
	var notices map[string]*Entry // the first, by subject's hash and building
	begin := func() {
		if notices != nil {
			return
		}
		notices = map[string]*Entry{}
		for _, e := range p.entries("notice") {
			if key := e.Facts["ref"] + "/" + e.Facts["building"]; notices[key] == nil {
				notices[key] = e
			}
		}
	}
	judge := func(place finding.Place, ref, building string, collected time.Time) {
		switch e := notices[ref+"/"+building]; {
		case e == nil:
			p.Fail(place, "the person was not informed that the data were collected")
		case e.At.After(collected.Add(within)):
			p.Fail(place, "the person was informed %v after the data were collected; %v are allowed", e.At.Sub(collected).Round(time.Second), within)
		}
	}
	return Watch{
		Record: func(r *Record) {
			if r.KindName() != "building-person" || r.State != Read || string(r.Meta.Controller) == "Manager" || !p.mine(r.Text("service")) {
				return
			}
			begin()
			p.Select(r.Source.Name, 1)
			judge(r.Place(), subjectRef(r.Key.Subject), r.Source.Building, r.At())
		},
		End: func() {
			if p.Truth == nil {
				return
			}
			begin()
			accounts, admitted := livesOf(p.Truth), 0
			for i := range p.Truth.Acts {
				act := &p.Truth.Acts[i]
				one := accounts.BySubject[act.Subject]
				if act.Kind != "admitted" || act.Result != "" || one == nil || !p.mine(one.Service) {
					continue
				}
				admitted++
				p.Select("ledger", 1)
				judge(finding.Place{Store: "truth", Kind: "admitted", Key: one.Ref[:16]}, one.Ref, act.Facts["building"], act.At)
			}
			if admitted == 0 {
				p.NotApplicable("no Manager made anybody known who uses this service")
			}
			p.firstUses(accounts, notices)
		},
	}, nil
}

// firstUses holds the first trip of each account against the notice.
func (p *Probe) firstUses(accounts *lives, notices map[string]*Entry) {
	used := map[*life]bool{}
	last := map[string]*life{} // by person: whose trip it was last time
	err := p.Truth.Trips(func(t *evidence.Trip) error {
		one := last[t.Person]
		if one == nil || t.At.Before(one.From) || !one.End.IsZero() && t.At.After(one.End) {
			if one = accounts.Of(t.Person, t.At); one == nil {
				return nil
			}
			last[one.Person] = one
		}
		if used[one] || !p.mine(one.Service) {
			return nil
		}
		used[one] = true
		if e := notices[one.Ref+"/"+p.Truth.Settings.Building]; e != nil && e.At.After(t.At) {
			p.Fail(finding.Place{Store: "truth", Kind: "call", Key: one.Ref[:16]}, "the person used the lifts before they were informed")
		}
		return nil
	})
	if err != nil {
		p.problem("truth", "trips.ndjson", err)
	}
}
