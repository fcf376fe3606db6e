package gateway

import (
	"fmt"
	"slices"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// action is a lift-call-api-v2 action that has passed the schema. Numbers are
// as the client sent them; nil is left out.
type action struct {
	Area        int64
	Terminal    *int64
	Action      int64
	Destination *int64
	Delay       time.Duration
	Group       int // 1 when left out
	Priority    string
	Allowed     []int64
	States      []string // accepted and not used: all states are published
	MediaID     string
	MediaCC     string
	MediaType   string

	// Admitted is the verdict of admits, which has to be asked on the goroutine
	// of the connection before the action is posted to the site.
	Admitted bool
}

// holdOpen is a lift-call-api-v2 hold_open that has passed the schema.
type holdOpen struct {
	Deck       int64
	Area       int64
	Hard, Soft time.Duration
}

// walkAtMost is how long a caller may say they will take to the landing.
const walkAtMost = 30 * time.Second

// highPriority is the call_replacement_priority of a call that survives others.
const highPriority = "HIGH"

// The business errors of an action.
const (
	refusedPayload   = "Invalid json payload"
	refusedSameFloor = "SAME_SOURCE_AND_DEST_FLOOR"
	refusedDirection = "INVALID_DIRECTION"
)

// bank is what the group's cars and floors are.
func (g *group) bank() *building.Bank { return &g.site.layout.Banks[g.index] }

// wish is an action understood: what is asked of the building.
type wish struct {
	kind     callKind
	from, to dispatch.Floor // NoFloor where it has none
	dir      dispatch.Direction
	car      int // of a car call, else -1
	cars     uint64
}

// act does an action. It gives the call's session ID, or the business error
// that goes into data.error. Nothing about the call is published before act has
// returned, so that the result can be the first that its client hears.
//
// A landing call is lit at once whatever its delay: buttons know none. A card
// has one active call in the group, where active is one whose car has not opened
// its doors yet: a new call replaces it, unless the old one is of
// call_replacement_priority HIGH and the new one is not; then the new one is
// taken and cancelled. Neither has a cancel_reason.
func (g *group) act(c *client, a *action) (session int64, refused string) {
	k := &g.calls
	k.flush()
	w, refused := g.understand(a)
	if refused != "" {
		k.later(func() { g.monitor.acted(a, 0, refused) })
		return 0, refused
	}
	g.site.sessions++
	cl := &clientCall{
		session: firstSession - 1 + g.site.sessions, kind: w.kind, from: w.from, to: w.to, car: w.car,
		id: noCall, user: a.card(), high: a.Priority == highPriority, owner: ownerOf(c),
	}
	old := k.users[cl.user]
	loses := cl.user != "" && old != nil && old.high && !cl.high
	if a.Admitted && !loses && cl.user != "" {
		if old != nil {
			k.withdraw(old, "")
		}
		k.users[cl.user] = cl
	}
	k.later(func() {
		k.enter(cl)
		g.monitor.acted(a, cl.session, "")
	})
	switch {
	case !a.Admitted:
		k.later(func() { k.cancel(cl, floorIsLocked) })
	case loses:
		k.later(func() { k.cancel(cl, "") })
	case len(k.sessions) >= mostCalls:
		k.later(func() { k.cancel(cl, noLiftAvailable) })
	default:
		k.place(cl, w, building.Ride{From: w.from, To: w.to, Group: g.party(w, a.Group), Ready: g.site.now + a.Delay, Cars: w.cars})
	}
	return cl.session, ""
}

// understand finds out what an action wants, or why it cannot be.
func (g *group) understand(a *action) (w wish, refused string) {
	w = wish{from: dispatch.NoFloor, to: dispatch.NoFloor, dir: a.landing(), car: -1}
	switch a.Action {
	case actionDestination, actionPriority:
		w.kind = destinationCall
	case actionUp, actionDown:
		w.kind = landingCall
	case actionCar:
		w.kind = carCall
	case actionDisabled:
		return w, fmt.Sprintf("Ignoring call, disabled call action: %d", a.Action)
	case 0:
		return w, "Ignoring call, unknown call action: UNDEFINED"
	default:
		return w, fmt.Sprintf("Ignoring call, unknown call action: %d", a.Action)
	}
	if a.Delay > walkAtMost {
		return w, refusedPayload
	}
	known := false
	if w.kind == carCall {
		w.car, known = g.areaCar(a.Area)
	} else {
		w.from, known = g.areaFloor(a.Area)
	}
	if !known {
		return w, fmt.Sprintf("Ignoring call, unable to resolve area: area:%d", a.Area)
	}
	if w.kind != landingCall { // what a landing call says about its destination is not looked at
		if a.Destination == nil {
			return w, "Ignoring call, destination not defined"
		}
		if w.to, known = g.areaFloor(*a.Destination); !known {
			return w, fmt.Sprintf("Ignoring call, unable to resolve destination: area:%d", *a.Destination)
		}
	}
	for _, deck := range a.Allowed {
		car, known := g.areaCar(deck)
		if !known {
			return w, fmt.Sprintf("Ignoring call, unable to convert allowed deck: area:%d", deck)
		}
		w.cars |= 1 << car
	}
	serves := g.bank().Serves
	switch {
	case w.kind == destinationCall && w.from == w.to:
		return w, refusedSameFloor
	case w.dir == dispatch.Down && w.from == serves[0], w.dir == dispatch.Up && w.from == serves[len(serves)-1]:
		return w, refusedDirection
	}
	return w, ""
}

// personMass is the rated mass of one person, in grams: rated load / 75 kg, as
// in EN 81-20.
const personMass = 75_000

// party is how many of a group a car is asked to have room for. One lift is
// allocated whatever the group's size, says the API: of a group too large for
// every car that may come, as many are planned for as the largest takes.
func (g *group) party(w wish, size int) int {
	most := 0
	for i, c := range g.bank().Cars {
		if g.memory.cars[i].out || w.cars != 0 && w.cars>>i&1 == 0 || !slices.Contains(c.Serves, w.from) || !slices.Contains(c.Serves, w.to) {
			continue
		}
		most = max(most, min(c.Persons, int(c.Load/personMass)))
	}
	if most == 0 {
		return max(1, size) // nobody will come
	}
	return max(1, min(size, most))
}

// remove cancels a call by its session ID. It says nothing: the proof is the
// call state. Nothing happens to a call of another application or of another of
// its users, to one that was answered, and to a car call: a button in a car
// cannot be taken back.
func (g *group) remove(c *client, session int64) {
	g.calls.flush()
	if cl := g.calls.sessions[session]; cl != nil && ownerOf(c).mayEnd(cl.owner) {
		g.calls.withdraw(cl, "")
	}
}

// hold keeps doors open, where there are such doors and they are open. There is
// no answer but what the doors do.
func (g *group) hold(c *client, h *holdOpen) {
	car, known := g.areaCar(h.Deck)
	floor, served := g.areaFloor(h.Area)
	if known && served {
		g.calls.flush()
		g.site.building.Hold(g.index, car, floor, h.Hard, h.Soft)
	}
}

// owner is who placed a call: an application, and its user where a limited token
// names one.
type owner struct{ client, user string }

func ownerOf(c *client) owner {
	if c == nil || c.grant == nil {
		return owner{}
	}
	return owner{c.grant.client, c.grant.user}
}

// mayEnd reports whether o may cancel a call of p: its own, or, as the
// application itself, that of any of its users. Session IDs are consecutive and
// so no secret.
func (o owner) mayEnd(p owner) bool {
	return o.client == p.client && (o.user == "" || o.user == p.user)
}
