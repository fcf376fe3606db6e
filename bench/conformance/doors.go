package conformance

import (
	"fmt"
	"strconv"
	"time"
)

func doorChecks() []Check {
	return []Check{
		{ID: "hold-open.ack", Source: community, Sentence: "hold_open is acknowledged with its request_id, which may be left out", run: func(p *probe) {
			s, w := p.robot()
			id := strconv.FormatInt(p.number(), 10)
			s.send(w.holdRequest(`"request_id":`+id+`,`, w.lifts[0].deck, w.low().area, 0, 0))
			s.ack(id)
			from := len(s.all())
			s.send(w.holdRequest("", w.lifts[0].deck, w.low().area, 0, 0))
			f := s.find("acknowledgement", p.target.Answer, func(f frame) bool { return f.index >= from && dig(f.raw, "statusCode") != nil })
			if code, _ := whole(f.raw, "statusCode"); code != 201 {
				p.failf("the answer is %s, want a success with 201", f.raw)
			}
		}},
		{ID: "hold-open.doors", Source: asyncAPI, Changes: true, Sentence: "doors that are held stay open as long as hard_time from the request, and close when 0/0 lets go", run: heldDoors},
	}
}

// robot is a socket that may do all that a robot may.
func (p *probe) robot() (*socket, *world) {
	w := p.learn()
	return p.open(p.token(fmt.Sprintf("robotcall/group:%s:%s", w.building, w.group))), w
}

func (w *world) holdRequest(id string, deck, area int64, hard, soft int) string {
	return fmt.Sprintf(`{"type":"lift-call-api-v2",%s,"callType":"hold_open","payload":{%s"time":%s,"lift_deck":%d,"served_area":%d,"hard_time":%d,"soft_time":%d}}`,
		w.address(), id, quote(now()), deck, area, hard, soft)
}

// happened is the instant in an event.
func (p *probe) happened(f frame) time.Time {
	at, err := time.Parse("2006-01-02T15:04:05.000Z", f.of("data", "time"))
	if err != nil {
		p.failf("the event %s has no time in UTC with milliseconds: %v", f.raw, err)
	}
	return at
}

// heldDoors calls a car to a floor that it has to travel to and holds its doors
// there. Other people's traffic, or a fast building's doors that close before the
// request is there, can spoil a try.
func heldDoors(p *probe) {
	s, w := p.robot()
	car := w.lifts[0]
	doors := fmt.Sprintf("lift_%d/doors", car.id)
	topics := s.monitor(w, 300, doors, "call_state/+/served")
	const hard = 10
	const tries = 8
	for try := range tries {
		at := []landing{w.mid(), w.high(), w.away()}[try%3]
		from := len(s.all())
		session := s.accepted(s.act(w, car.deck, fmt.Sprintf(`"action":5000,"destination":%d`, at.area)))
		is := func(state string) func(frame) bool {
			return func(f frame) bool {
				landing, _ := whole(f.raw, "data", "landing")
				return f.index >= from && isEvent(topics, doors)(f) && f.of("data", "state") == state && landing == at.area
			}
		}
		opened, ok := s.look(p.target.Ride, func(f frame) bool { return is("OPENED")(f) || is("OPENING")(f) })
		if !ok {
			p.failf("car call %d opened no doors at area %d", session, at.area)
		}
		id := strconv.FormatInt(p.number(), 10)
		s.send(w.holdRequest(`"request_id":`+id+`,`, car.deck, at.area, hard, 0))
		asked := s.ack(id)
		opened = s.find("OPENED", p.target.Ride, is("OPENED"))
		closing := s.find("CLOSING after it", p.target.Ride, func(f frame) bool { return f.index > opened.index && is("CLOSING")(f) })
		// The acknowledgement has the time of the building, as events have.
		held := p.happened(closing).Sub(p.happened(asked))
		if held >= hard*time.Second-500*time.Millisecond {
			p.lettingGo(s, w, car, at, topics, doors)
			return
		}
		p.note("-", fmt.Sprintf("try %d: the doors began to close %v after the request", try+1, held))
	}
	p.failf("held for %d s, the doors closed earlier %d times", hard, tries)
}

// lettingGo holds doors for long and takes it back.
func (p *probe) lettingGo(s *socket, w *world, car lift, at landing, topics, doors string) {
	from := len(s.all())
	to := w.low()
	s.accepted(s.act(w, car.deck, fmt.Sprintf(`"action":5000,"destination":%d`, to.area)))
	is := func(state string) func(frame) bool {
		return func(f frame) bool {
			landing, _ := whole(f.raw, "data", "landing")
			return f.index >= from && isEvent(topics, doors)(f) && f.of("data", "state") == state && landing == to.area
		}
	}
	opened := s.find("OPENED at the lowest floor", p.target.Ride, is("OPENED"))
	for _, times := range [][2]int{{10, 30}, {0, 0}} {
		id := strconv.FormatInt(p.number(), 10)
		s.send(w.holdRequest(`"request_id":`+id+`,`, car.deck, to.area, times[0], times[1]))
		s.ack(id)
	}
	closing := s.find("CLOSING after letting go", p.target.Ride, func(f frame) bool { return f.index > opened.index && is("CLOSING")(f) })
	if held := p.happened(closing).Sub(p.happened(opened)); held > 35*time.Second {
		p.failf("doors that were let go stayed open for %v, as if held", held)
	}
}
