package gateway

import (
	"fmt"
	"sync/atomic"

	"hoistway/dispatch"
)

// group is the group controller of one bank: the building's Control. It keeps
// what is needed to go on under collective control should a policy fail.
// The site's goroutine owns it.
type group struct {
	site  *site // nil in a replay
	index int   // of the bank
	id    string

	config   dispatch.Config
	ctrl     *dispatch.Controller
	memory   memory
	fallen   bool // under collective control after a failure
	dropped  int  // events that even that would not take
	journal  *journal
	listener func(ev *dispatch.Event, out []dispatch.Command) // hears what the controller took and commanded; nil = nobody

	calls    calls        // see calls.go
	underway atomic.Int64 // any goroutine: calls.live
	monitor  monitor      // see monitor.go
}

func newGroup(s *site, index int, id string) *group {
	g := &group{site: s, index: index, id: id}
	if s != nil {
		g.calls.init(g)
		g.monitor.init(g)
		g.listener = g.stepped
	}
	return g
}

// open makes the controller.
func (g *group) open(c dispatch.Config) (err error) {
	c.Explain = c.Explain || g.site != nil // clients are told when a car comes
	g.config = c
	if g.ctrl, err = dispatch.New(c); err != nil {
		return err
	}
	g.memory = newMemory(c)
	if g.site != nil && g.site.gateway.journal != nil {
		g.journal = g.site.gateway.journal
	}
	return nil
}

// Deadline is the controller's. It implements building.Control.
func (g *group) Deadline() (dispatch.Instant, bool) { return g.ctrl.Deadline() }

// StepAt steps the controller. It never gives an error: an event that the
// controller refuses is counted and left out, and a controller that fails is
// replaced. It implements building.Control.
func (g *group) StepAt(ev *dispatch.Event, out []dispatch.Command) ([]dispatch.Command, error) {
	before := len(out)
	out, err := g.step(ev, out)
	if err != nil {
		g.dropped++
		g.report("an event was refused", err)
		return out[:before], nil
	}
	g.memory.note(ev, out[before:])
	if g.journal != nil {
		g.journal.write(g, ev, out[before:])
	}
	if g.listener != nil {
		g.listener(ev, out[before:])
	}
	return out, nil
}

// step steps the controller, or the one that takes its place.
func (g *group) step(ev *dispatch.Event, out []dispatch.Command) ([]dispatch.Command, error) {
	before := len(out)
	done, err := g.try(ev, out)
	if err != nil && isBug(err) {
		g.report("the group controller failed; the bank goes on under collective control", err)
		if done, err = g.recover(ev, out[:before]); err != nil && isBug(err) {
			g.report("collective control failed as well", err)
		}
	}
	if err == nil && g.fallen {
		done = done[:before+len(g.memory.known(done[before:]))]
	}
	return done, err
}

// bug is a broken invariant of our own.
type bug struct{ what any }

func (b bug) Error() string { return fmt.Sprint(b.what) }

func isBug(err error) bool { _, is := err.(bug); return is }

// try steps the controller and gives what it panics with as an error.
func (g *group) try(ev *dispatch.Event, out []dispatch.Command) (_ []dispatch.Command, err error) {
	defer func() {
		if what := recover(); what != nil {
			err = bug{what}
		}
	}()
	return g.ctrl.StepAt(ev, out)
}

func (g *group) report(what string, err error) {
	if g.site != nil {
		g.site.gateway.log.Error(what, "building", g.site.id, "group", g.id, "err", err.Error())
		g.site.gateway.metrics.GetOrCreateCounter(fmt.Sprintf(`hoistway_controller_faults_total{building=%q,group=%q}`, g.site.id, g.id)).Inc()
	}
}
