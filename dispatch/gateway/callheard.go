package gateway

import (
	"slices"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// stepped hears what the controller took and commanded.
func (g *group) stepped(ev *dispatch.Event, out []dispatch.Command) {
	k := &g.calls
	if k.placing {
		// Whose call this is about is known when the building has given it its number.
		heard, commands := *ev, slices.Clone(out)
		k.later(func() { k.hear(&heard, commands) })
		return
	}
	k.flush()
	k.hear(ev, out)
}

// CarChanged implements building.Watcher.
func (s *site) CarChanged(at dispatch.Instant, bank, car int) {
	g := s.groups[bank]
	if k := &g.calls; k.placing {
		k.later(func() { k.look(car) })
	} else {
		k.flush()
		k.look(car)
	}
	g.monitor.changed(car)
}

var _ building.Watcher = (*site)(nil)

// hear follows open calls through the controller.
func (k *calls) hear(ev *dispatch.Event, out []dispatch.Command) {
	switch ev.Kind {
	case dispatch.LandingCall:
		if k.open[ev.Call] == nil {
			k.open[ev.Call] = &openCall{id: ev.Call, landing: true, from: ev.Floor, to: dispatch.NoFloor, dir: ev.Dir, ready: ev.At, group: 1, car: -1}
		}
	case dispatch.Cancel:
		if o := k.open[ev.Call]; o != nil {
			k.close(o)
			for _, cl := range o.clients {
				k.cancel(cl, cl.withdrawn)
			}
		}
	case dispatch.CarMode:
		if ev.Mode == dispatch.OutOfService {
			k.out(int(ev.Car))
		}
	}
	for i := range out {
		k.commanded(&out[i])
	}
	if ev.Kind == dispatch.CarMode && ev.Mode == dispatch.OutOfService {
		for _, id := range k.numbers() {
			k.strand(k.open[id])
		}
	}
}

// numbers lists the open calls, first placed first.
func (k *calls) numbers() []dispatch.CallID {
	all := make([]dispatch.CallID, 0, len(k.open))
	for id := range k.open {
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

// out notes that a car takes no calls. Its passengers have to leave it before
// their destination.
func (k *calls) out(car int) {
	for _, id := range k.numbers() {
		if o := k.open[id]; o.car == car {
			k.release(o)
		}
	}
	for _, cl := range k.aboard[car] {
		k.cancel(cl, noLiftAvailable)
	}
	k.disembark(car)
}

// commanded follows one command.
func (k *calls) commanded(cmd *dispatch.Command) {
	switch cmd.Kind {
	case dispatch.Assign, dispatch.Reassign:
		if o := k.open[cmd.Call]; o != nil {
			k.give(o, int(cmd.Car), k.arrival(o, cmd))
		}
	case dispatch.Answer:
		o := k.open[cmd.Call]
		if o == nil {
			return
		}
		k.close(o)
		for _, cl := range o.clients {
			if cl.stage < fixed || cl.car != int(cmd.Car) {
				k.allocate(cl, int(cmd.Car), k.group.site.now)
			}
			cl.answered = k.group.site.now
			k.advance(cl, beingServed)
			k.aboard[cmd.Car] = append(k.aboard[cmd.Car], cl)
		}
		if len(o.clients) > 0 {
			// The doors may have been open all the while; then nobody will say so.
			k.group.site.after(0, func() { k.flush(); k.look(int(cmd.Car)) })
		}
	case dispatch.Reject:
		k.rejected(cmd)
	}
}

func (k *calls) rejected(cmd *dispatch.Command) {
	if cmd.Car != dispatch.NoCar {
		for _, cl := range k.aboard[cmd.Car] {
			if cl.to == cmd.Floor {
				k.cancel(cl, reasonOf(cmd.Reason))
			}
		}
		k.disembark(int(cmd.Car))
		return
	}
	o := k.open[cmd.Call]
	if o == nil {
		return
	}
	k.close(o)
	if cmd.Reason == dispatch.AlreadyRegistered {
		if lit := k.lit(o.from, o.dir); lit != nil {
			for _, cl := range o.clients {
				k.attach(cl, lit)
			}
			return
		}
	}
	for _, cl := range o.clients {
		k.cancel(cl, reasonOf(cmd.Reason))
	}
}

// lit is the open landing call of a landing and direction, or nil.
func (k *calls) lit(f dispatch.Floor, d dispatch.Direction) *openCall {
	for _, o := range k.open {
		if o.landing && o.from == f && o.dir == d {
			return o
		}
	}
	return nil
}

// look follows clients' calls through what a car does.
func (k *calls) look(car int) {
	if len(k.assigned[car])+len(k.aboard[car]) == 0 {
		return
	}
	c := k.group.site.building.Car(k.group.index, car)
	braking := c.Motion == building.Decelerating && c.Opens
	for _, o := range k.assigned[car] {
		if braking && c.Target == o.from {
			for _, cl := range o.clients {
				if cl.stage < fixed {
					cl.eta = c.Arrives
					k.advance(cl, fixed)
				}
			}
		}
	}
	open := c.Doors == building.Opened || c.Doors == building.Stuck
	for _, cl := range k.aboard[car] {
		switch {
		case cl.kind == landingCall:
			// Answered as the doors began to open: now they have.
			if c.Doors != building.Opening {
				k.advance(cl, served)
			}
		case open && c.Floor == cl.to:
			k.advance(cl, served)
		case braking && c.Target == cl.to:
			k.advance(cl, servedSoon)
		}
	}
	k.disembark(car)
}

// disembark drops the ended calls of a car.
func (k *calls) disembark(car int) {
	k.aboard[car] = slices.DeleteFunc(k.aboard[car], (*clientCall).over)
}

// arrival is when the doors of the car of an assignment begin to open for the
// caller, as the controller estimates it.
func (k *calls) arrival(o *openCall, cmd *dispatch.Command) dispatch.Instant {
	now := k.group.site.now
	for i := range cmd.Why {
		if w := &cmd.Why[i]; w.Car == cmd.Car && w.Reason == "" {
			return max(now, o.ready) + w.Wait
		}
	}
	return k.estimate(int(cmd.Car), o.from)
}

// estimate is when a car could be at a floor if it went there directly.
func (k *calls) estimate(car int, f dispatch.Floor) dispatch.Instant {
	now := k.group.site.now
	c := k.group.site.building.Car(k.group.index, car)
	switch {
	case c.Target == f:
		return max(now, c.Arrives)
	case c.Floor == f:
		return now
	}
	return now + k.group.config.Cars[car].Flights.Between(c.Floor, f)
}
