package script

import (
	"cmp"
	"slices"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// Acts lists the scripted acts in order of At, then of event and number.
//
// Whom an act befalls is drawn from the residents of the event's tenant (of all
// when it names none) who have an app that knows the kind and still use it: who
// has asked for deletion or fallen silent is not drawn again, while who moved
// out is followed by somebody new. Sub-users are added by main users and removed
// by those who have some. Erased, MovedOut and FellSilent befall places that
// none of them has befallen before, as long as there are any. The first to ask
// for deletion after a case was opened is the person it concerns, if they can,
// so that a hold and an erasure meet. An act for which nobody is left is left
// out.
func Acts(sc *scenarios.Scenario, seed uint64, replication int) []Act {
	var acts []Act
	picks := make([][]uint64, len(sc.Events)) // draws for whom they befall, by event and number
	for e := range sc.Events {
		ev := &sc.Events[e]
		o := draw.Owner{Seed: seed, Replication: replication, Kind: "event", Name: ev.Name}
		instants, whom, further := o.Stream("instants"), o.Stream("residents"), o.Stream("acts")
		first := len(acts)
		for range ev.Count {
			at, number := ev.From, instants.Uint64()
			if ev.To > ev.From {
				at += draw.Span(number, ev.To-ev.From)
			}
			acts = append(acts, Act{At: at, Event: e, Resident: None})
			picks[e] = append(picks[e], whom.Uint64())
		}
		own := acts[first:]
		slices.SortStableFunc(own, func(a, b Act) int { return cmp.Compare(a.At, b.At) })
		for i := range own {
			own[i].Number, own[i].Draw = i, further.Uint64()
		}
	}
	slices.SortStableFunc(acts, func(a, b Act) int {
		return cmp.Or(cmp.Compare(a.At, b.At), a.Event-b.Event, a.Number-b.Number)
	})
	c := newCast(sc, Residents(sc, seed, replication))
	played := acts[:0]
	for _, a := range acts {
		if c.play(&a, picks[a.Event][a.Number]) {
			played = append(played, a)
		}
	}
	return played
}

// cast is the residents with what the script knows of them so far.
type cast struct {
	sc        *scenarios.Scenario
	residents []Resident
	roles     []role
	tenants   []int // of each event; None = any
	cases     []int // residents whom the open cases concern, oldest first; None once the person has moved out
}

// role is what became of one place in the building.
type role struct {
	app      bool // the person has an app and uses it
	ended    bool // somebody here was erased, moved out or fell silent
	subUsers int
}

func newCast(sc *scenarios.Scenario, residents []Resident) *cast {
	c := &cast{sc: sc, residents: residents, roles: make([]role, len(residents))}
	for i := range residents {
		c.roles[i].app = sc.Tenants[residents[i].Tenant].App != scenarios.NoApp
	}
	for e := range sc.Events {
		c.tenants = append(c.tenants, tenantNamed(sc, sc.Events[e].Tenant))
	}
	return c
}

// play finds whom an act befalls and remembers what it does to them; false
// when nobody is left.
func (c *cast) play(a *Act, number uint64) bool {
	kind := c.sc.Events[a.Event].Kind
	if kind == scenarios.Released && len(c.cases) > 0 {
		c.cases = c.cases[1:]
	}
	if !kind.Befalls() {
		return true
	}
	if a.Resident = c.whom(a.Event, kind, number); a.Resident == None {
		return false
	}
	r := &c.roles[a.Resident]
	switch kind {
	case scenarios.SubUserAdded:
		r.subUsers++
	case scenarios.SubUserRemoved:
		r.subUsers--
	case scenarios.Held:
		c.cases = append(c.cases, a.Resident)
	case scenarios.Erased:
		*r = role{ended: true}
	case scenarios.FellSilent:
		r.app, r.ended = false, true
	case scenarios.MovedOut:
		for i := range c.cases {
			if c.cases[i] == a.Resident {
				c.cases[i] = None
			}
		}
		*r = role{app: true, ended: true}
	}
	return true
}

// whom picks a resident by rejection, so that what befell others before hardly
// ever changes the pick.
func (c *cast) whom(event int, kind scenarios.EventKind, number uint64) int {
	if kind == scenarios.Erased {
		for _, i := range c.cases {
			if i != None && c.fits(i, event, kind) {
				return i
			}
		}
	}
	ends := kind == scenarios.Erased || kind == scenarios.MovedOut || kind == scenarios.FellSilent
	fresh := func(i int) bool { return c.fits(i, event, kind) && !(ends && c.roles[i].ended) }
	anybody := func(i int) bool { return c.fits(i, event, kind) }
	for _, ok := range []func(int) bool{fresh, anybody} {
		if i := pick(len(c.residents), number, ok); i != None {
			return i
		}
	}
	return None
}

// fits tells whether an event can befall a resident now.
func (c *cast) fits(i, event int, kind scenarios.EventKind) bool {
	r, what := &c.residents[i], &c.roles[i]
	tenant := c.tenants[event]
	switch {
	case !what.app || tenant != None && r.Tenant != tenant || !c.sc.Tenants[r.Tenant].App.Knows(kind):
		return false
	case kind == scenarios.SubUserAdded:
		return r.Main
	case kind == scenarios.SubUserRemoved:
		return what.subUsers > 0
	}
	return true
}

// tries bounds the search by rejection; after it the search goes through
// everybody from the last try on.
const tries = 64

// pick turns a draw into one of n for whom ok holds; None when there is none.
func pick(n int, number uint64, ok func(int) bool) int {
	if n == 0 {
		return None
	}
	f, i := draw.Further(number), 0
	for range tries {
		if i = int(draw.Below(f.Draw(), uint64(n))); ok(i) {
			return i
		}
	}
	for k := range n {
		if j := (i + k) % n; ok(j) {
			return j
		}
	}
	return None
}
