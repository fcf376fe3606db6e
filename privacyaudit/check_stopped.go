package privacyaudit

import (
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// stopped holds what happened after accounts ended against their ends, by the
// truth: no call was taken of somebody whose account had ended, no consent
// attested, no visitor key made, no record collected under the account's ID or
// a randomized ID of it. Records of buildings are left out, where the Manager goes
// on. tags holds the key tags of those who asked for erasure and did not move
// out: they are still there in every building that knew them and is served, so
// that the lifts can be used without the App.
func init() {
	register(&Check{
		Name:  "stopped",
		About: "After an account ended nothing was done with it any more.",
		Needs: NeedTruth,
		New:   newStopped,
	})
	register(&Check{
		Name:  "tags-kept",
		About: "Who stopped using the app has the key tag that was there before.",
		Needs: NeedTruth,
		New:   newTagsKept,
	})
}

func newStopped(p *Probe) (Watch, error) {
	accounts := livesOf(p.Truth)
	aliases, ends := map[string]time.Time{}, 0
	byPerson := map[string][]*life{}
	for _, one := range accounts.All {
		byPerson[one.Person] = append(byPerson[one.Person], one)
		if p.mine(one.Service) && !one.End.IsZero() {
			ends++
		}
	}
	err := p.Truth.Trips(func(t *evidence.Trip) error {
		own := byPerson[t.Person]
		if len(own) == 0 || !p.mine(own[len(own)-1].Service) {
			return nil
		}
		var of *life
		for _, one := range own {
			if !t.At.Before(one.From) {
				of = one
			}
		}
		if of == nil || of.End.IsZero() {
			return nil
		}
		if t.At.After(of.End) {
			p.Fail(finding.Place{Store: "truth", Kind: "call", Key: of.Ref[:16]}, "a call was taken of somebody whose account had ended")
		}
		if t.Pseudonym != "" {
			aliases[strings.Clone(t.Pseudonym)] = of.End
		}
		return nil
	})
	if err != nil {
		p.problem("truth", "trips.ndjson", err)
	}
	return Watch{
		Record: func(r *Record) {
			if r.Source.Class == "building" || r.State != Read && r.State != Shredded {
				return
			}
			switch {
			case r.KindName() == "usage-log" && r.State == Read:
				// Its instant is rounded down to the hour.
				if end, ok := aliases[r.Value.KeyID]; ok && r.At().After(end) {
					p.Fail(r.Place(), "it was logged after the account had ended")
				}
			case r.Key.Subject != "" && r.State == Read:
				one := accounts.BySubject[r.Key.Subject]
				if one != nil && p.mine(one.Service) && !one.End.IsZero() && r.At().After(one.End) {
					p.Fail(r.Place(), "it was collected after the account had ended")
				}
			}
		},
		End: func() {
			p.Select("truth", ends)
			for _, e := range p.entries("consent") {
				if one := accounts.ByRef[e.Facts["ref"]]; one != nil && p.mine(one.Service) && !one.End.IsZero() && e.At.After(one.End) {
					p.Fail(e.Place(), "somebody whose account had ended entered another person")
				}
			}
			for i := range p.Truth.Acts {
				act := &p.Truth.Acts[i]
				one := accounts.BySubject[act.Subject]
				if act.Result == "" && (act.Kind == "key-created" || act.Kind == "sub-user-added" || act.Kind == "preference") &&
					one != nil && p.mine(one.Service) && !one.End.IsZero() && act.At.After(one.End) {
					p.Fail(finding.Place{Store: "truth", Kind: act.Kind, Key: one.Ref[:16]}, "somebody whose account had ended was still served")
				}
			}
			if ends == 0 {
				p.NotApplicable("no account of this service ended")
			}
		},
	}, nil
}

func newTagsKept(p *Probe) (Watch, error) {
	accounts := livesOf(p.Truth)
	tags := map[string]bool{} // subject and building
	return Watch{
		Record: func(r *Record) {
			if r.KindName() == "key-tag" && r.Live() {
				tags[r.Key.Subject+"/"+r.Source.Building] = true
			}
		},
		End: func() {
			ended := p.ended()
			for i := range p.Truth.Acts {
				act := &p.Truth.Acts[i]
				one := accounts.BySubject[act.Subject]
				if act.Kind != "admitted" || act.Result != "" || one == nil || !p.mine(one.Service) || one.Why != "request" && one.Why != "inactive" || ended[act.Facts["building"]] != nil {
					continue
				}
				p.Select("truth", 1)
				if !tags[act.Subject+"/"+act.Facts["building"]] {
					p.Fail(finding.Place{Store: "building-" + act.Facts["building"], Kind: "key-tag", Key: one.Ref[:16]}, "who stopped using the app has lost the key tag, too")
				}
			}
			if p.selected() == 0 {
				p.NotApplicable("nobody of this service stopped using the app in a building that is still served")
			}
		},
	}, nil
}
