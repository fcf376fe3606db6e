package twin

import (
	"slices"
	"time"

	"hoistway/twin/people"
)

// NoKey is the reason of a refusal where somebody without a key wants to go to
// a locked floor.
const NoKey = "no-key"

// phones asks the service for a car, for somebody who sets out; it gives how
// long they are expected to walk. Who is refused walks to the landing and
// presses what is there: the record keeps why.
func (t *Twin) phones(p *person, src *people.Person) (ready time.Duration, granted bool) {
	t.calls++
	ready, refused := t.service.Call(t.now, t.calls, int(src.Resident), int(src.Origin), int(src.Destination), t.distance(src))
	t.heed()
	if refused != "" {
		p.trip.Wished, p.trip.Denied = t.now, refused
		return 0, false
	}
	p.phone = t.calls
	return max(0, ready), true
}

// distance is how far somebody has to walk, in metres.
func (t *Twin) distance(src *people.Person) float64 {
	if src.Tenant < 0 {
		return 0
	}
	return t.sc.Tenants[src.Tenant].WalkDistance
}

// hangUp tells the service, if it knows of the call, that it is over.
func (t *Twin) hangUp(call *int64, served bool) {
	if *call != 0 {
		t.callEnds(call, served)
	}
}

func (t *Twin) callEnds(call *int64, served bool) {
	t.service.Ended(t.now, *call, served)
	t.heed()
	*call = 0
}

// tagged says why a person who is no visitor may not go to a locked floor, or
// "". The service knows the key tags of residents; without one, the floors of
// the tenant are the person's.
func (t *Twin) tagged(p *person, floor int32) string {
	if t.service != nil && p.resident >= 0 {
		defer t.heed()
		return t.service.CheckTag(t.now, int(p.resident), int(floor))
	}
	if p.trip.Tenant >= 0 && slices.Contains(t.sc.Tenants[p.trip.Tenant].Floors, int(floor)) {
		return ""
	}
	return NoKey
}

// heed ends the run when the service has failed.
func (t *Twin) heed() { t.fail(t.service.Err()) }

// calls from the phone that the run's end cut short are over, too.
func (t *Twin) hangUpAll() {
	if t.service == nil {
		return
	}
	for slot := range t.persons {
		t.hangUp(&t.persons[slot].phone, false)
	}
	for i := range t.banks {
		k := &t.banks[i].calls
		for j := k.head; j < len(k.infos); j++ {
			if c := &k.infos[j]; c.open && c.person == nobodyComes {
				t.hangUp(&c.phone, false)
			}
		}
	}
}
