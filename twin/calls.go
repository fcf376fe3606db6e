package twin

import (
	"fmt"

	"hoistway/dispatch"
	"hoistway/scenarios"
	"hoistway/twin/result"
)

// callInfo is the twin's own note of a call it placed.
type callInfo struct {
	placed, ready scenarios.Instant
	phone         int64 // as the service counts it; 0 = it knows nothing of the call
	person        int32 // who placed a destination call; nobody for a landing call, nobodyComes once the caller is gone
	floor, to     int16 // to is -1 for a landing call
	car           int16 // in the bank, -1 none
	moves         int16
	up            bool
	open          bool
	access        result.Access
}

// side of the landing's lines and buttons the call belongs to.
func (c *callInfo) side() int {
	if c.up {
		return 0
	}
	return 1
}

// callBook keeps the notes of the calls that may still be open: a window of
// consecutive numbers.
type callBook struct {
	next  dispatch.CallID
	base  dispatch.CallID // number of infos[head]
	head  int
	infos []callInfo
}

func (k *callBook) open(c callInfo) dispatch.CallID {
	c.open, c.car = true, -1
	k.infos = append(k.infos, c)
	k.next++
	return k.next - 1
}

func (k *callBook) at(id dispatch.CallID) *callInfo {
	i := int(id-k.base) + k.head
	if id < k.base || i >= len(k.infos) {
		panic(fmt.Sprintf("BUG: no call %d: the open ones are %d to %d", id, k.base, k.next-1))
	}
	return &k.infos[i]
}

// find is at for a call that may be over: then it gives nil.
func (k *callBook) find(id dispatch.CallID) *callInfo {
	if id < k.base || id >= k.next || !k.at(id).open {
		return nil
	}
	return k.at(id)
}

// trim forgets ended calls at the start of the window.
func (k *callBook) trim() {
	for k.head < len(k.infos) && !k.infos[k.head].open {
		k.head++
		k.base++
	}
	if k.head > 256 && k.head > len(k.infos)/2 {
		n := copy(k.infos, k.infos[k.head:])
		k.infos, k.head = k.infos[:n], 0
	}
}

// end closes a call and records it.
func (t *Twin) endCall(b *bank, id dispatch.CallID, answered scenarios.Instant) {
	c := b.calls.at(id)
	c.open = false
	t.callRecord(b, c, answered)
	b.calls.trim()
}

func (t *Twin) callRecord(b *bank, c *callInfo, answered scenarios.Instant) {
	if t.opt.Sink == nil {
		return
	}
	r := &t.callRec
	*r = result.Call{
		Rep: t.opt.Replication, Bank: b.index, Access: c.access, Floor: int(c.floor), Destination: int(c.to), Up: c.up,
		Placed: c.placed, Ready: c.ready, Answered: answered, Car: int(c.car), Moves: int(c.moves),
	}
	t.fail(t.opt.Sink.Call(r))
}

// press lights a landing button that is dark, and gives the call that it stands for.
func (t *Twin) press(b *bank, floor int32, dir int8) dispatch.CallID {
	s := sideOf(dir)
	if lit := b.lit[s][floor]; lit >= 0 {
		return lit
	}
	id := b.calls.open(callInfo{placed: t.now, ready: t.now, person: nobody, floor: int16(floor), to: -1, up: dir > 0, access: result.LandingButton})
	b.lit[s][floor] = id
	t.tell(b, dispatch.Event{Kind: dispatch.LandingCall, Call: id, Floor: dispatch.Floor(floor), Dir: dispatch.Direction(dir)})
	return id
}

// ask places a destination call for somebody, alone or with a group. Cars are
// those that they may take, as in dispatch.Event.
func (t *Twin) ask(slot int32, ready scenarios.Instant, cars uint64) dispatch.CallID {
	p := &t.persons[slot]
	b := &t.banks[p.trip.Bank]
	id := b.calls.open(callInfo{placed: t.now, ready: max(t.now, ready), phone: p.phone, person: slot, floor: int16(p.floor), to: int16(p.via), up: p.dir > 0, access: p.trip.Access})
	p.call, p.answered, p.car = id, false, nobody
	t.tell(b, dispatch.Event{
		Kind: dispatch.DestinationCall, Call: id, Floor: dispatch.Floor(p.floor), To: dispatch.Floor(p.via), Group: 1 + p.others, Ready: max(t.now, ready),
		Permit: dispatch.Permit(p.permit), Cars: cars,
	})
	return id
}

// tell gives the controller an event and does what it commands. Events that
// arise from commands wait their turn.
func (t *Twin) tell(b *bank, ev dispatch.Event) {
	ev.At = t.now
	if b.busy {
		b.pending = append(b.pending, ev)
		return
	}
	b.busy = true
	t.step(b, ev)
	for i := 0; i < len(b.pending); i++ {
		t.step(b, b.pending[i])
	}
	b.pending = b.pending[:0]
	b.busy = false
}

// step puts one event through the controller.
func (t *Twin) step(b *bank, told dispatch.Event) {
	b.event = told // the controller may be any Control: a pointer to told itself would be an allocation an event
	ev := &b.event
	out, err := b.ctrl.StepAt(ev, b.out[:0])
	if err != nil {
		panic(fmt.Sprintf("BUG: bank %s: %v", b.name, err))
	}
	b.out = out
	t.digest.word(uint64(ev.At)<<4 ^ uint64(ev.Kind))
	t.digest.word(uint64(uint8(ev.Car))<<56 | uint64(uint8(ev.Floor))<<48 | uint64(uint8(ev.To))<<40 | uint64(ev.Dir+1)<<38 | uint64(ev.Door)<<36 | uint64(ev.Mode)<<35 | uint64(uint32(ev.Call)))
	t.digest.word(uint64(ev.Ready)<<1 ^ uint64(ev.Load)<<24 ^ uint64(uint32(ev.Group))<<56 ^ uint64(uint32(ev.Permit))<<40 ^ bit(ev.Locked))
	if ev.Cars != 0 {
		t.digest.word(ev.Cars)
	}
	if t.opt.Trace != nil {
		t.trace(b, ev, out)
	}
	for i := range out {
		cmd := &out[i]
		t.digest.word(uint64(cmd.Kind)<<56 ^ uint64(uint8(cmd.Car))<<48 ^ uint64(uint8(cmd.Floor))<<40 ^ uint64(uint8(cmd.Dir))<<32 ^ uint64(uint32(cmd.Call)) ^ uint64(cmd.Until)<<9 ^ uint64(cmd.Reason)<<36)
		t.apply(b, cmd)
	}
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (t *Twin) trace(b *bank, ev *dispatch.Event, out []dispatch.Command) {
	_, err := fmt.Fprintf(t.opt.Trace, "%s %v\n", b.name, *ev)
	t.fail(err)
	for i := range out {
		_, err := fmt.Fprintf(t.opt.Trace, "%s     %v\n", b.name, out[i])
		t.fail(err)
		for _, w := range out[i].Why {
			_, err := fmt.Fprintf(t.opt.Trace, "%s         %v\n", b.name, w)
			t.fail(err)
		}
	}
}

// apply carries out one command.
func (t *Twin) apply(b *bank, cmd *dispatch.Command) {
	switch cmd.Kind {
	case dispatch.Assign, dispatch.Reassign:
		info := b.calls.at(cmd.Call)
		if cmd.Kind == dispatch.Reassign {
			info.moves++
		}
		info.car = int16(cmd.Car)
		if info.phone != 0 {
			t.service.Assigned(t.now, info.phone, b.index, int(cmd.Car))
			t.heed()
		}
		if info.person >= 0 {
			t.assigned(info.person, &t.cars[b.first+int(cmd.Car)])
		}
	case dispatch.Answer:
		info := b.calls.at(cmd.Call)
		c := &t.cars[b.first+int(cmd.Car)]
		info.car = int16(cmd.Car)
		c.answers = true
		switch info.person {
		case nobody:
			b.lit[info.side()][info.floor] = -1
		case nobodyComes:
			c.absent++
			t.hangUp(&info.phone, false)
		default:
			p := &t.persons[info.person]
			if p.noShow {
				c.absent++
			}
			p.answered, p.stop, p.call = true, c.stop, -1
			if c.phase == open {
				t.exchange(c)
			}
		}
		t.endCall(b, cmd.Call, t.now)
	case dispatch.Serve:
		t.serve(&t.cars[b.first+int(cmd.Car)], int32(cmd.Floor), int8(cmd.Dir))
	case dispatch.Park:
		c := &t.cars[b.first+int(cmd.Car)]
		switch {
		case c.phase == flying:
			t.retarget(c, int32(cmd.Floor), false)
		case c.phase == standing && c.floor != int32(cmd.Floor) && !c.out:
			t.depart(c, int32(cmd.Floor), false)
		}
	case dispatch.HoldDoor:
		t.cars[b.first+int(cmd.Car)].holdUntil = cmd.Until
	case dispatch.Reject:
		t.rejected(b, cmd)
	}
}

func (t *Twin) serve(c *car, floor int32, dir int8) {
	switch c.phase {
	case flying:
		c.dir = dir
		t.retarget(c, floor, true)
	case standing:
		c.dir = dir
		switch {
		case c.out:
		case floor == c.floor:
			t.beginOpening(c, false)
		default:
			t.depart(c, floor, true)
		}
	default:
		if floor == c.floor && c.dir != dir {
			c.dir = dir
			t.exchange(c)
		}
	}
}

// rejected deals with a call the controller refuses.
func (t *Twin) rejected(b *bank, cmd *dispatch.Command) {
	reason := cmd.Reason.String()
	if cmd.Car != dispatch.NoCar {
		c := &t.cars[b.first+int(cmd.Car)]
		c.pressed[cmd.Floor] = false
		c.forgot = true
		if cmd.Reason == dispatch.FloorLocked {
			t.carryElsewhere(c, int32(cmd.Floor), reason)
		}
		return
	}
	info := *b.calls.at(cmd.Call)
	switch info.person {
	case nobody:
		s := info.side()
		b.lit[s][info.floor] = -1
		for b.queues[s][info.floor].first >= 0 {
			t.leaves(b.queues[s][info.floor].first, result.Refused, reason)
		}
	case nobodyComes:
		t.hangUp(&info.phone, false)
	default:
		t.persons[info.person].call = -1
		t.leaves(info.person, result.Refused, reason)
	}
	t.endCall(b, cmd.Call, result.None)
}

// finish records the calls that are open at the end.
func (k *callBook) finish(t *Twin, b *bank) {
	for i := k.head; i < len(k.infos); i++ {
		if k.infos[i].open {
			t.callRecord(b, &k.infos[i], result.None)
		}
	}
}
