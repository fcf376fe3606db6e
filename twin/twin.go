package twin

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin/check"
	"hoistway/twin/people"
	"hoistway/twin/result"
	"hoistway/twin/script"
)

// Options of one run.
type Options struct {
	Seed        uint64
	Replication int         // from 0; each draws people of its own
	Dispatcher  string      // replaces every bank's; "" keeps the scenario's
	Sink        result.Sink // takes the records; nil discards them
	Trace       io.Writer   // a line per event and command of the controllers; nil for none
	Service     Service     // answers phones, keys and key tags; a scenario with visitors, callers or scripted acts needs one
	Buttons     bool        // nobody calls from the phone: who would walks to the landing and presses what is there
	People      Journeys    // who travels; nil for the people the scenario describes

	// Control makes the group controller of a bank; nil for a dispatch.Controller,
	// which the twin then ticks and trusts.
	Control func(bank int, c dispatch.Config) (building.Control, error)
	// Watch hears that something about a car, by its index over all banks, has
	// changed that its passengers could see; nil for nobody.
	Watch func(car int)
}

// Journeys brings people in the order in which they set out; false when there
// are no more.
type Journeys interface {
	Next(*people.Person) bool
}

// Outcome is what one run came to.
type Outcome struct {
	Digest     string            // of all events and commands, 32 hex digits
	Events     int64             // entries of the agenda and people that were played
	Journeys   int64             // people who set out
	End        scenarios.Instant // of the last event
	Violations []check.Violation // what the checkers found; must be empty
}

// Dispatchers lists the names that Options.Dispatcher and scenarios may use.
func Dispatchers() []string { return dispatch.PolicyNames() }

// NeedsService reports whether a scenario cannot be run without a Service.
func NeedsService(sc *scenarios.Scenario) bool { return sc.Service != nil || len(sc.Visitors) > 0 }

// Twin is one replication of a scenario, ready to run once.
type Twin struct {
	sc      *scenarios.Scenario
	opt     Options
	agenda  agenda
	source  Journeys
	routes  *routes
	service Service // nil when nobody needs one
	banks   []bank
	cars    []car // of all banks, in order
	persons []person
	unused  []int32 // free slots of persons
	checker *check.Checker
	digest  digest
	now     scenarios.Instant
	locked  []bool
	faults  []scenarios.Fault // of the scenario, and those that came later

	present  int64 // persons in use
	journeys int64
	events   int64
	arrivals [2]people.Person // the next of the source, and the one in hand
	ahead    int              // index of the next
	more     bool
	visitors int64 // visits under way: stays that will lead to another ride
	scripted int   // scripted acts and days of the service that are still to come
	acts     []script.Act
	permits  Permit // that have been asked for
	calls    int64  // from the phone
	obs      check.Observation
	stop     result.Stop
	callRec  result.Call
	err      error
}

// New prepares a run: everything before the first event. It reports a
// dispatcher that does not exist, a bank the controller will not take, and a
// scenario that needs a service where there is none.
func New(sc *scenarios.Scenario, o Options) (*Twin, error) {
	t := &Twin{sc: sc, opt: o, service: o.Service, routes: newRoutes(sc), checker: check.New(sc), digest: newDigest(), locked: make([]bool, len(sc.Building.Floors))}
	if t.service == nil && NeedsService(sc) {
		return nil, fmt.Errorf("people of %s call from the phone, visit or use the apps: the run needs a remote-call service (Options.Service)", sc.Name)
	}
	for i := range sc.Banks {
		if err := t.addBank(i); err != nil {
			return nil, fmt.Errorf("bank %s: %w", sc.Banks[i].Name, err)
		}
	}
	t.faults = slices.Clone(sc.Faults)
	t.agenda.heap = make([]entry, 0, 1024)
	t.persons = make([]person, 0, 512)
	t.unused = make([]int32, 0, 512)
	if t.source = o.People; t.source == nil {
		t.source = people.NewSource(sc, o.Seed, o.Replication)
	}
	for i := range sc.Faults {
		f := &sc.Faults[i]
		if f.Kind.ServedOnly() {
			continue
		}
		t.agenda.add(f.At, faults, faultTurns, int32(i), 0)
		t.agenda.add(f.At+f.For, faults, faultTurns, int32(i), 0)
	}
	t.openCalendar()
	t.more = t.source.Next(&t.arrivals[0])
	return t, nil
}

// Run plays the run to its end: until everybody has arrived, or the scenario's
// cap. It stops between events when ctx ends, with ctx's error, or when the
// sink fails.
func (t *Twin) Run(ctx context.Context) (Outcome, error) {
	limit := t.sc.Run.Cap
	for t.err == nil {
		if t.events&4095 == 0 && ctx.Err() != nil {
			return Outcome{}, ctx.Err()
		}
		if !t.more && t.present == 0 && t.visitors == 0 && t.scripted == 0 {
			break
		}
		at, source := t.next()
		if at == never {
			// Nobody stirs, but a controller may: a car it keeps back for a
			// caller who is at the landing before the promised instant.
			if t.ticks(limit) {
				continue
			}
			break
		}
		if at > limit {
			t.now = limit
			break
		}
		if t.ticks(at) {
			continue
		}
		t.happens(at, source)
	}
	if t.err != nil {
		return Outcome{}, t.err
	}
	t.finish()
	if t.err != nil {
		return Outcome{}, t.err
	}
	return Outcome{Digest: t.digest.String(), Events: t.events, Journeys: t.journeys, End: t.now, Violations: t.checker.Violations()}, nil
}

const never = scenarios.Forever

// next is the instant of the next event, and whether it is the next person of
// the source. Cars and doors come before people of the same instant.
func (t *Twin) next() (at scenarios.Instant, source bool) {
	at = never
	if len(t.agenda.heap) > 0 {
		at = t.agenda.heap[0].at
	}
	next := t.arrivals[t.ahead].At
	if t.more && (next < at || next == at && class(t.agenda.heap[0].seq>>56) > personal) {
		return next, true
	}
	return at, false
}

// happens plays the next event, which next has named.
func (t *Twin) happens(at scenarios.Instant, source bool) {
	t.events++
	t.now = at
	if source {
		p := &t.arrivals[t.ahead]
		t.ahead = 1 - t.ahead
		t.more = t.source.Next(&t.arrivals[t.ahead])
		t.setsOut(p)
		return
	}
	var e entry
	t.agenda.pop(&e)
	t.play(&e)
}

// ticks delivers controllers' timers that fall before an instant.
func (t *Twin) ticks(before scenarios.Instant) bool {
	first, due := -1, before
	for i := range t.banks {
		if d, ok := t.banks[i].ctrl.Deadline(); ok && d < due {
			first, due = i, d
		}
	}
	if first < 0 {
		return false
	}
	t.now = due
	t.tell(&t.banks[first], dispatch.Event{Kind: dispatch.Tick})
	return true
}

func (t *Twin) play(e *entry) {
	switch e.do {
	case carArrives, carStands, carBrakes, carOpened, carTransfers, carCloses, carClosed:
		c := &t.cars[e.sub]
		if e.gen != c.gen && e.do != carStands {
			return
		}
		t.playCar(c, e.do)
	case personLands, personGivesUp, personReturns:
		if t.persons[e.sub].gen == e.gen {
			t.playPerson(e.sub, e.do)
		}
	case keyRevoked:
		t.revoke(Permit(e.sub))
	case actPlayed:
		t.playAct(int(e.sub))
	case dayTended:
		t.scripted--
		t.tend()
		t.nextDay(t.now + 24*time.Hour)
	case faultTurns:
		t.reviewFaults(&t.faults[e.sub])
	}
}

// finish records what the end of the run cut short.
func (t *Twin) finish() {
	for i := range t.cars {
		if c := &t.cars[i]; c.phase == opening || c.phase == open || c.phase == closing {
			t.stopRecord(c, result.None)
		}
	}
	t.hangUpAll()
	if t.service != nil {
		t.tend()
	}
	people := t.present
	for slot := range t.persons {
		if p := &t.persons[slot]; p.where != nowhere && p.where != visiting {
			p.trip.Outcome = result.Censored
			t.record(p)
		}
	}
	for i := range t.banks {
		t.banks[i].calls.finish(t, &t.banks[i])
	}
	t.observe(check.Observation{Kind: check.End, Person: people})
	t.checker.Finish(t.now)
}

// observe shows the checkers what happened, where it happens rarely.
func (t *Twin) observe(o check.Observation) {
	t.obs = o
	t.obs.At = t.now
	t.checker.Observe(&t.obs)
	t.digest.word(uint64(t.now)<<8 ^ uint64(o.Kind))
	t.digest.word(uint64(uint16(o.Car))<<48 ^ uint64(uint16(o.Floor))<<32 ^ uint64(uint16(o.To))<<16 ^ uint64(o.Person))
}

// sees shows the checkers what a car does. Fields of t.obs that the kind does
// not use keep what an earlier observation left there: the checkers ignore
// them. The controller's events put the same into the digest.
func (t *Twin) sees(k check.Kind, c *car) {
	o := &t.obs
	o.At, o.Kind, o.Car, o.Floor, o.To = t.now, k, int16(c.id), int16(c.floor), int16(c.target)
	t.checker.Observe(o)
	t.shows(c)
}

// shows tells whoever watches that a car looks different now.
func (t *Twin) shows(c *car) {
	if t.opt.Watch != nil {
		t.opt.Watch(int(c.id))
	}
}

// meets shows the checkers a person at a car or landing.
func (t *Twin) meets(k check.Kind, slot int32, p *person, car int32, floor int32) {
	o := &t.obs
	o.At, o.Kind, o.Person, o.Slot, o.Car, o.Floor = t.now, k, p.trip.Journey, slot, int16(car), int16(floor)
	t.checker.Observe(o)
	t.digest.word(uint64(t.now)<<8 ^ uint64(k))
	t.digest.word(uint64(p.trip.Journey)<<16 ^ uint64(uint16(car)))
}
