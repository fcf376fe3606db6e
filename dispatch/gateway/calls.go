package gateway

import (
	"slices"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// firstSession is the session ID of the first call in a building.
const firstSession = 7001

// What is kept of calls.
const (
	mostCalls = 50_000           // of a group at once, those that ended lately included; more find no lift
	mostEnded = 10_000           // that ended
	keptFor   = 10 * time.Second // after their end, on the wall clock, for who subscribes late
	sweepEach = 5 * time.Second  // on the wall clock
	// An answered call that does not end in this time has been lost: a car can be
	// sent elsewhere before its passenger has come aboard.
	lostAfter = 30 * time.Minute
)

// calls are the calls of one group that clients placed, and what has to be
// known of others' to join them. What happens to them is learned from the
// events and commands of the group controller and from what cars do, nowhere
// else.
type calls struct {
	group    *group
	sessions map[int64]*clientCall
	users    map[string]*clientCall        // by card, until answered
	open     map[dispatch.CallID]*openCall // landing calls of all, others of clients
	assigned [][]*openCall                 // by car: those with clients
	aboard   [][]*clientCall               // by car: answered, and car calls
	ended    []endedCall                   // first ended first
	live     int                           // calls that are not over, the app API's included

	placing  bool     // a call is being placed: its number is not known yet
	pending  []func() // what happened since a call was placed, until its client has the result
	sweeping bool
}

// openCall is a call that the controller has and has not answered.
type openCall struct {
	id       dispatch.CallID
	landing  bool
	from, to dispatch.Floor
	dir      dispatch.Direction
	ready    dispatch.Instant
	delayed  bool // its caller was not at the landing when they called
	cars     uint64
	group    int
	car      int // -1 = none yet
	clients  []*clientCall
}

type endedCall struct {
	session int64
	at      dispatch.Instant
}

func (k *calls) init(g *group) {
	cars := len(g.bank().Cars)
	*k = calls{
		group: g, sessions: map[int64]*clientCall{}, users: map[string]*clientCall{}, open: map[dispatch.CallID]*openCall{},
		assigned: make([][]*openCall, cars), aboard: make([][]*clientCall, cars),
	}
}

// later does something when the client whose call is being placed has its
// result: after what the site's goroutine does now, and before anything else
// happens to calls.
func (k *calls) later(do func()) {
	if len(k.pending) == 0 {
		k.group.site.after(0, k.flush)
	}
	k.pending = append(k.pending, do)
}

// flush does what was put off.
func (k *calls) flush() {
	for len(k.pending) > 0 {
		do := k.pending[0]
		k.pending = k.pending[1:]
		do()
	}
	k.pending = nil
}

// enter takes a call in.
func (k *calls) enter(cl *clientCall) {
	k.live++
	k.group.underway.Store(int64(k.live))
	if cl.session != 0 {
		k.sessions[cl.session] = cl
	}
	k.advance(cl, registered)
	k.sweepSoon()
}

// place asks the building for a call.
func (k *calls) place(cl *clientCall, w wish, r building.Ride) {
	s := k.group.site
	var attach func()
	switch w.kind {
	case carCall:
		attach = func() {
			k.aboard[w.car], cl.answered = append(k.aboard[w.car], cl), s.now
			k.allocate(cl, w.car, k.estimate(w.car, w.to))
			k.advance(cl, fixed)
		}
	case landingCall:
		attach = func() {
			k.join(cl, &openCall{id: cl.id, landing: true, from: w.from, to: dispatch.NoFloor, dir: w.dir, ready: s.now, group: 1, car: -1})
		}
	default:
		now := s.now
		attach = func() {
			k.join(cl, &openCall{id: cl.id, from: w.from, to: w.to, ready: max(now, r.Ready), delayed: r.Ready > now, cars: w.cars, group: r.Group, car: -1})
		}
	}
	k.later(attach)
	k.placing = true
	switch w.kind {
	case carCall:
		s.building.PressInside(k.group.index, w.car, w.to)
	case landingCall:
		cl.id = s.building.Press(k.group.index, w.from, w.dir)
	default:
		cl.id = s.building.Ride(k.group.index, r)
	}
	k.placing = false
	k.later(func() {
		if w.kind == carCall {
			k.look(w.car)
		} else if o := k.open[cl.id]; o != nil {
			k.strand(o)
		}
	})
}

// join adds a client's call to the open call that it is, which may have been
// there before.
func (k *calls) join(cl *clientCall, o *openCall) {
	if there := k.open[cl.id]; there != nil {
		o = there
	}
	k.open[cl.id] = o
	k.attach(cl, o)
}

func (k *calls) attach(cl *clientCall, o *openCall) {
	cl.id = o.id
	o.clients = append(o.clients, cl)
	k.advance(cl, beingAssigned)
	if o.car >= 0 {
		k.give(o, o.car, k.estimate(o.car, o.from))
	}
}

// give notes that a car is to take a call.
func (k *calls) give(o *openCall, car int, eta dispatch.Instant) {
	k.release(o)
	o.car = car
	if len(o.clients) == 0 {
		return
	}
	k.assigned[car] = append(k.assigned[car], o)
	for _, cl := range o.clients {
		k.allocate(cl, car, eta)
		if k.settled(o) {
			k.advance(cl, fixed)
		}
	}
}

// settled reports whether the group controller will not move an assigned call to
// another car whatever else happens, short of the car going out of service.
func (k *calls) settled(o *openCall) bool {
	c := &k.group.config
	return !c.Reassign || c.Policy.Rules().Sticky || !o.landing && !o.delayed
}

// release takes an open call from its car.
func (k *calls) release(o *openCall) {
	if o.car >= 0 {
		k.assigned[o.car] = without(k.assigned[o.car], o)
	}
	o.car = -1
}

// close forgets an open call.
func (k *calls) close(o *openCall) {
	k.release(o)
	delete(k.open, o.id)
}

// strand gives up the clients' calls that nobody in service can answer: at
// once, although a car may come back, because the caller could take the stairs
// or another group meanwhile.
func (k *calls) strand(o *openCall) {
	if o.car >= 0 || len(o.clients) == 0 {
		return
	}
	bank := k.group.bank()
	for i := range bank.Cars {
		c := &bank.Cars[i]
		if k.group.memory.cars[i].out || o.cars != 0 && o.cars>>i&1 == 0 || o.group > c.Persons {
			continue
		}
		if slices.Contains(c.Serves, o.from) && (o.landing || slices.Contains(c.Serves, o.to)) {
			return
		}
	}
	for _, cl := range slices.Clone(o.clients) {
		// Not now: this may be inside the building's own step.
		k.group.site.after(0, func() { k.flush(); k.withdraw(cl, noLiftAvailable) })
	}
}

// withdraw takes a call back that was not answered yet. Where others want the
// car as well it comes nevertheless, but not for this client.
func (k *calls) withdraw(cl *clientCall, reason string) {
	o := k.open[cl.id]
	if cl.over() || o == nil || !slices.Contains(o.clients, cl) {
		return
	}
	if len(o.clients) == 1 {
		cl.withdrawn = reason // for hear, which learns of the cancelling
		if k.group.site.building.Cancel(k.group.index, cl.id) || !o.landing {
			return
		}
	}
	o.clients = without(o.clients, cl)
	k.cancel(cl, reason)
}

// end is what is left to do when a call is over.
func (k *calls) end(cl *clientCall) {
	k.live--
	k.group.underway.Store(int64(k.live))
	if cl.user != "" && k.users[cl.user] == cl {
		delete(k.users, cl.user)
	}
	cl.user = ""
	if cl.session == 0 {
		return
	}
	k.ended = append(k.ended, endedCall{cl.session, k.group.site.now})
	if len(k.ended) > mostEnded {
		k.forget(len(k.ended) - mostEnded)
	}
}

// forget drops the calls that ended first.
func (k *calls) forget(n int) {
	for _, e := range k.ended[:n] {
		delete(k.sessions, e.session)
	}
	k.ended = slices.Delete(k.ended, 0, n)
}

// sweepSoon begins to sweep up after calls, until there are none.
func (k *calls) sweepSoon() {
	if k.sweeping || k.live == 0 && len(k.ended) == 0 {
		return
	}
	k.sweeping = true
	s := k.group.site
	s.after(s.ours(sweepEach), func() {
		k.sweeping = false
		k.flush()
		old := 0
		for old < len(k.ended) && k.ended[old].at+s.ours(keptFor) <= s.now {
			old++
		}
		k.forget(old)
		for car := range k.aboard {
			for _, cl := range slices.Clone(k.aboard[car]) {
				if s.now-cl.answered > lostAfter {
					k.cancel(cl, noLiftAvailable)
				}
			}
			k.disembark(car)
		}
		k.sweepSoon()
	})
}

// without removes one element of a slice in place.
func without[T comparable](all []T, one T) []T {
	if i := slices.Index(all, one); i >= 0 {
		return slices.Delete(all, i, i+1)
	}
	return all
}
