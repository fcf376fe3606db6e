package twin

import (
	"hoistway/dispatch"
	"hoistway/twin/check"
	"hoistway/twin/people"
	"hoistway/twin/result"
)

// welcome is a visitor at the entrance: they use the key that their host made
// beforehand, or ring. It gives the permit they go on with, or the reason why
// they stay outside.
func (t *Twin) welcome(src *people.Person) (permit Permit, refused string) {
	defer t.heed()
	t.permits++
	permit = t.permits
	if src.Rings {
		until, refused := t.service.Ring(t.now, permit, int(src.Host), int(src.Destination), src.Answered)
		if refused != "" {
			return 0, refused
		}
		t.observe(check.Observation{Kind: check.KeyIssued, Permit: int32(permit), Floor: int16(src.Destination), From: t.now, Until: until})
		return permit, ""
	}
	if refused := t.service.IssueKey(t.now, permit, int(src.Host), int(src.KeyFloor), src.KeyFrom, src.KeyUntil, 1); refused != "" {
		return 0, refused
	}
	t.observe(check.Observation{Kind: check.KeyIssued, Permit: int32(permit), Floor: int16(src.KeyFloor), From: src.KeyFrom, Until: src.KeyUntil})
	switch {
	case src.RevokeAt == never || src.RevokeAt < 0:
	case src.RevokeAt <= t.now:
		t.revoke(permit)
	default:
		t.agenda.add(src.RevokeAt, personal, keyRevoked, int32(permit), 0)
	}
	return permit, t.service.UseKey(t.now, permit, int(src.Destination))
}

// revoke is a host taking a key back.
func (t *Twin) revoke(permit Permit) {
	t.service.RevokeKey(t.now, permit)
	t.heed()
	t.endPermit(permit)
}

// endPermit lets nobody ride on a permit any more.
func (t *Twin) endPermit(permit Permit) {
	t.observe(check.Observation{Kind: check.KeyRevoked, Permit: int32(permit)})
	for i := range t.banks {
		t.tell(&t.banks[i], dispatch.Event{Kind: dispatch.PermitRevoked, Permit: dispatch.Permit(permit)})
	}
}

// barred says why a person may not ride to where they are going, or "". Where
// they change banks counts too.
func (t *Twin) barred(p *person) string {
	if reason := t.barredFrom(p, p.via); reason != "" || p.via == p.to {
		return reason
	}
	return t.barredFrom(p, p.to)
}

func (t *Twin) barredFrom(p *person, floor int32) string {
	if !t.sc.Building.Floors[floor].Locked {
		return ""
	}
	if p.visitor >= 0 {
		defer t.heed()
		return t.service.CheckKey(t.now, p.permit, int(floor))
	}
	return t.tagged(p, floor)
}

// admits checks a visitor's key at the doors; without it they go away.
func (t *Twin) admits(slot int32) bool {
	p := &t.persons[slot]
	if p.visitor < 0 {
		return true
	}
	if reason := t.barred(p); reason != "" {
		t.leaves(slot, result.Refused, reason)
		return false
	}
	return true
}

// visits lets a visitor stay with the host before going back.
func (t *Twin) visits(slot int32) {
	p := &t.persons[slot]
	p.where = visiting
	p.gen++
	t.present--
	t.visitors++
	t.agenda.add(t.now+p.stay, personal, personReturns, slot, p.gen)
}

// returns starts a visitor's way back to an entrance.
func (t *Twin) returns(slot int32) {
	p := &t.persons[slot]
	t.visitors--
	t.present++
	p.to, p.stay = t.entrance(), 0
	if p.to == p.floor {
		t.free(slot)
		return
	}
	p.trip.Journey, p.trip.Begin = t.journeys, result.None
	t.journeys++
	if t.startLeg(slot, 0) {
		t.lands(slot)
	}
}

// entrance is where a visitor came in: the building's main one.
func (t *Twin) entrance() int32 {
	best := 0
	for i, f := range t.sc.Building.Floors {
		if f.Entrance > t.sc.Building.Floors[best].Entrance {
			best = i
		}
	}
	return int32(best)
}
