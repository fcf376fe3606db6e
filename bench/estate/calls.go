package estate

import (
	"time"

	"hoistway/dispatch/remotecall"
	"hoistway/scenarios"
	"hoistway/twin/result"
)

// Call asks for a car from a resident's phone. It implements twin.Service.
func (e *Estate) Call(at scenarios.Instant, number int64, resident, from, to int, distance float64) (time.Duration, string) {
	e.at(at)
	p := e.who(resident)
	switch {
	case p == nil:
		return 0, string(remotecall.Unavailable)
	case p.silent, p.appless:
		return 0, result.NotUsed // the person's own doing, and no refusal
	}
	r := remotecall.CallRequest{Building: Main, From: e.floors[from], To: e.floors[to], Distance: distance, Walk: walk(distance, p.place.Speed)}
	if p.place.Favourite == to {
		r.To = ""
	}
	t, err := p.phone.Call(r)
	if is(err, remotecall.NotSignedIn) && !p.erased {
		if err = e.again(p); err == nil {
			t, err = p.phone.Call(r)
		}
	}
	e.heard(p)
	if refused := e.refusal(err); refused != "" {
		e.fail(e.acted(p, actCall, refused))
		return 0, refused
	}
	e.calls[number] = call{number: t.Number, person: p, from: from, to: to, bank: t.Bank, passage: e.service.Passage(t)}
	return unmark(p, distance, t.Ready), ""
}

// walk is the time for a distance in metres at a speed in mm/s.
func walk(distance float64, speed int) time.Duration {
	return time.Duration(distance*1e9/float64(speed)+0.5) * time.Microsecond
}

// Assigned reports the car. It implements twin.Service.
func (e *Estate) Assigned(at scenarios.Instant, number int64, bank, car int) {
	e.at(at)
	if c, ok := e.calls[number]; ok {
		e.service.Assigned(c.number, e.sc.Banks[bank].Cars[car].Name, 0)
	}
}

// Ended forgets a call. The phone of somebody who was served notes the use and
// reports it later, under its randomized ID. It implements twin.Service.
func (e *Estate) Ended(at scenarios.Instant, number int64, served bool) {
	e.at(at)
	c, ok := e.calls[number]
	if !ok {
		return
	}
	delete(e.calls, number)
	e.service.Forget(c.number)
	if served {
		e.uses(c.person, "remote-call", c.bank)
		e.fail(e.truth.trip(e.now, c.person.id, c.person.service, string(c.person.phone.Pseudonym(Main)), c.from, c.to, c.bank))
	}
	e.refusal(e.service.Logged(c.passage, served)) // refused once the service in the building has ended
}

// uses notes a use of equipment on the phone, which uploads it within the hour.
func (e *Estate) uses(p *person, function, bank string) {
	if p.erased {
		return
	}
	e.refusal(p.phone.Used(function, Main, bank))
}
