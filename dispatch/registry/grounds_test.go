package registry

import (
	"errors"
	"testing"
	"time"
)

// Grounds serve for what they are about, and for their time.
func TestGroundsReachNoFurther(t *testing.T) {
	c := &clock{now: start}
	r := open(t, testOptions(c))
	p, q := moveIn(t, r, "flow"), moveIn(t, r, "flow")
	entry := func(act string, facts map[string]string) ID {
		t.Helper()
		id, err := r.Append(Entry{Act: act, Facts: facts}, false)
		must(t, err)
		return id
	}
	order := func(demanded, allowed string) ID {
		return entry(ActDisclosure, map[string]string{
			"authority": "police", "basis": "police-law", "demanded": demanded, "allowed": allowed, "approver": "staff-1",
			"subjects": "1", "records": "1", "ref-1": SubjectRef(p.subject),
		})
	}
	agreement := func(purposes, categories string) ID {
		return entry(ActAgreement, map[string]string{
			"recipient": "ORG-1", "group": "no", "region": "FI", "purposes": purposes, "categories": categories,
			"from": start.Format(time.RFC3339Nano), "until": start.Add(60 * wholeDay).Format(time.RFC3339Nano),
		})
	}
	profile := func(id ID) Ref { return Ref{Kind: KindFlowProfile, Subject: id} }
	hold := func(id ID) ID {
		t.Helper()
		h, err := r.Hold("dispute", "C-2026-17", []Ref{profile(id)})
		must(t, err)
		return h
	}
	_, err := r.Reidentify(Case{"residents-safety", "staff-1", "staff-2", []ID{p.pseudonyms[0]}})
	must(t, err)
	var asked ID
	must(t, r.Entries(func(_ uint64, e *Entry) error {
		if e.Act == ActReidentifyAsked {
			asked = e.ID
		}
		return nil
	}))
	lawful, undemanded, forbidden := order("yes", "yes"), order("no", "yes"), order("yes", "no")
	profiles, preferences := agreement("provide-service", "user-profile"), agreement("provide-service", "user-preference")
	one, two := hold(p.subject), hold(q.subject)
	incident := entry(ActIncident, map[string]string{"reason": "theft"})

	authority := func(on, of ID) error { return read(r.As(RoleAuthority, ToDefend).On(on).Of(of), profile(of)) }
	contractor := func(on ID, p Purpose, of ID) error {
		return read(r.As(RoleSubcontractor, p).On(on).Of(of), profile(of))
	}
	security := func(on, of ID) error { return read(r.As(RoleSecurity, ToSecure).On(on).Of(of), profile(of)) }
	usage := func(on, of ID) error {
		return read(r.As(RoleSecurity, ToReidentify).On(on).Of(of), Ref{Kind: KindUsageLog})
	}
	held := func(on, of ID) error {
		return read(r.As(RoleSecurity, ToDefend).On(on), Ref{Kind: KindHeldRecord, Subject: of})
	}
	cases := func(on, of ID) error {
		return read(r.As(RoleSecurity, ToDefend).On(on), Ref{Kind: KindHoldCase, Item: of})
	}
	rows := []struct {
		says string
		do   func() error
		want [3]bool // at once, an instant before groundsTime is over, when the agreement has ended
	}{
		{"An authority reads whom its order names.", func() error { return authority(lawful, p.subject) }, [3]bool{true, true, false}},
		{"An authority reads nobody else.", func() error { return authority(lawful, q.subject) }, [3]bool{}},
		{"An order that the law does not demand is none.", func() error { return authority(undemanded, p.subject) }, [3]bool{}},
		{"An order that the law does not allow is none.", func() error { return authority(forbidden, p.subject) }, [3]bool{}},
		{"A subcontractor reads under the agreement while it is valid.", func() error { return contractor(profiles, ToProvide, p.subject) }, [3]bool{true, true, false}},
		{"A subcontractor reads for no other purpose.", func() error { return contractor(profiles, ToCorrect, p.subject) }, [3]bool{}},
		{"A subcontractor reads no other category.", func() error { return contractor(preferences, ToProvide, p.subject) }, [3]bool{}},
		{"Security staff look up the account to which a case led.", func() error { return security(asked, p.subject) }, [3]bool{true, true, false}},
		{"Security staff look up no other account on a case.", func() error { return security(asked, q.subject) }, [3]bool{}},
		{"Security staff read what was logged under an ID of the case.", func() error { return usage(asked, p.pseudonyms[0]) }, [3]bool{true, true, false}},
		{"Security staff do not read under another ID of the subject.", func() error { return usage(asked, p.pseudonyms[1]) }, [3]bool{}},
		{"Security staff do not read all usage on a case.", func() error { return usage(asked, "") }, [3]bool{}},
		{"Security staff do not mix other IDs in.", func() error {
			h, err := r.As(RoleSecurity, ToReidentify).On(asked).OfAny(p.pseudonyms[0], q.pseudonyms[0])
			must(t, err)
			return read(h, Ref{Kind: KindUsageLog})
		}, [3]bool{}},
		{"An incident is grounds for its time.", func() error { return security(incident, q.subject) }, [3]bool{true, true, false}},
		{"What a case holds is read on that case.", func() error { return held(one, one) }, [3]bool{true, true, true}},
		{"What a case holds is not read on another.", func() error { return held(one, two) }, [3]bool{}},
		{"The records of all cases are not read on one.", func() error { return held(one, "") }, [3]bool{}},
		{"A case is read on itself.", func() error { return cases(one, one) }, [3]bool{true, true, true}},
		{"A case is not read on another.", func() error { return cases(one, two) }, [3]bool{}},
		{"All cases are not read on one.", func() error { return cases(one, "") }, [3]bool{}},
	}
	for i, passes := range []time.Duration{0, groundsTime - 1, groundsTime + 1} {
		c.pass(passes)
		for _, row := range rows {
			err, d := row.do(), new(Denied)
			if err != nil && !errors.As(err, &d) || (err == nil) != row.want[i] {
				t.Errorf("%s %s after the start: want %t, got %v", row.says, c.Now().Sub(start), row.want[i], err)
			}
		}
	}
}
