package conformance

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	directions = []string{"UP", "DOWN", "NONE"}
	motions    = []string{"STOPPED", "STANDING", "STARTING", "MOVING", "DECELERATING"}
	doorStates = []string{"OPENING", "OPENED", "CLOSING", "CLOSED", "STOPPED", "NUDGING", "ERROR"}
)

func monitorChecks() []Check {
	return []Check{
		{ID: "monitor.envelope", Source: seen2511, Sentence: "an event has data, subtopic, the subscription's requestId, callType, buildingId and groupId, in this order", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 60, "lift_1/position")
			f := s.event(id, "+/position", p.target.Answer)
			want := regexp.MustCompile(`^\{"data":\{.*\},"subtopic":"lift_1/position","requestId":` + quote(id) + `,` + regexp.QuoteMeta(w.tail("monitor")) + `$`)
			if !want.Match(f.raw) {
				p.failf("the event %s is not %s", f.raw, want)
			}
			if s.all()[0].of("callType") == "monitor" {
				p.failf("an event came before the acknowledgement")
			}
		}},
		{ID: "monitor.position", Source: seen2511, Sentence: "the present position comes at once: time, dir, coll, moving_state, area, cur, adv, door", run: func(p *probe) {
			p.initial("position", []string{"time", "dir", "coll", "moving_state", "area", "cur", "adv", "door"}, func(w *world, f frame) string {
				switch {
				case !slices.Contains(directions, f.of("data", "dir")) || !slices.Contains(directions, f.of("data", "coll")):
					return "dir and coll are UP, DOWN or NONE"
				case !slices.Contains(motions, f.of("data", "moving_state")):
					return fmt.Sprintf("moving_state is one of %v", motions)
				}
				for _, name := range []string{"cur", "adv"} {
					floor, is := whole(f.raw, "data", name)
					if !is || !slices.ContainsFunc(w.floors, func(l landing) bool { return l.floor == floor }) {
						return name + " is the group_floor_id of a floor"
					}
				}
				if v := string(dig(f.raw, "data", "door")); v != "true" && v != "false" {
					return "door is true or false"
				}
				return ""
			})
		}},
		{ID: "monitor.doors", Source: asyncAPI + "; " + community, Sentence: "the present state of doors comes at once: time, area, lift_side, state, and landing when there is one", run: func(p *probe) {
			p.initial("doors", []string{"time", "area", "lift_side", "state"}, func(_ *world, f frame) string {
				if !slices.Contains(doorStates, f.of("data", "state")) {
					return fmt.Sprintf("state is one of %v", doorStates)
				}
				return ""
			})
		}},
		{ID: "monitor.status", Source: asyncAPI + "; " + community, Sentence: "the present status comes at once: time, lift_mode, nominal_speed, fault_active and decks, an array", run: func(p *probe) {
			p.initial("status", []string{"time", "lift_mode", "nominal_speed", "fault_active", "decks"}, func(w *world, f frame) string {
				decks, is := list(f.raw, "data", "decks")
				if !is || len(decks) == 0 {
					return "decks is an array with something in it"
				}
				if area, _ := whole(decks[0], "area"); !slices.ContainsFunc(w.lifts, func(l lift) bool { return l.deck == area }) {
					return "area of a deck is one of config"
				}
				if mode, is := whole(f.raw, "data", "lift_mode"); !is || mode != 0 {
					return "lift_mode of a lift that runs is 0"
				}
				return ""
			})
		}},
		{ID: "monitor.wildcard", Source: examples, Sentence: "+ stands for one level: +/position tells of all lifts, each under its own name", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 60, "+/position")
			for _, l := range w.lifts {
				f := s.event(id, fmt.Sprintf("lift_%d/position", l.id), p.target.Answer)
				if area, _ := whole(f.raw, "data", "area"); area != l.deck {
					p.failf("lift %d has the area %d, want its deck, %d", l.id, area, l.deck)
				}
			}
		}},
		{ID: "monitor.lift-only", Source: examples, Sentence: "a subscription to one lift tells of no other, and one to a topic of no other topic", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 60, "lift_1/position")
			s.event(id, "lift_1/position", p.target.Answer)
			other := s.monitor(w, 60, "+/status")
			s.event(other, "lift_2/status", p.target.Answer)
			session := s.call(w, w.low(), w.high(), "")
			states := s.monitor(w, 120, fmt.Sprintf("call_state/%d/served", session))
			s.state(states, session, "served")
			for _, f := range s.all() {
				topic := f.of("subtopic")
				for subscription, allowed := range map[string]string{id: "lift_1/position", other: "+/status", states: fmt.Sprintf("call_state/%d/served", session)} {
					if f.of("requestId") == subscription && f.of("callType") == "monitor" && !matches(allowed, topic) {
						p.failf("a subscription to %s got %s", allowed, f.raw)
					}
				}
			}
		}},
		{ID: "monitor.no-partial", Source: seen2508, Sentence: "lift_+/status is acknowledged, and nothing ever comes: + stands for a whole level only", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 60, "lift_+/status")
			whole := s.monitor(w, 60, "+/status")
			s.event(whole, "+/status", p.target.Answer)
			s.ping(w)
			s.never("an event", 200*time.Millisecond, isEvent(id, "+/status"))
		}},
		{ID: "monitor.unknown-topic", Source: chosen, Sentence: "topics that there are not are acknowledged or refused, and the rest of the subscription works", run: func(p *probe) {
			s, w := p.everything()
			id := p.name()
			s.send(w.monitorRequest(id, 60, "lift_99/position", "no/such/topic/at/all", "+/position"))
			f := s.find("acknowledgement", p.target.Answer, answers(quote(id)))
			if f.of("type") != "error" {
				s.event(id, "+/position", p.target.Answer)
			}
		}},
		{ID: "monitor.expiry", Source: asyncAPI, Sentence: "a subscription ends after its duration, without a word", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 1, "+/position", "+/doors")
			s.event(id, "+/position", p.target.Answer)
			p.pause(3 * time.Second)
			from := len(s.all())
			watch := s.monitor(w, 300, "call_state/+/+")
			session := s.call(w, w.low(), w.high(), "")
			s.state(watch, session, "served")
			for _, f := range s.all()[from:] {
				if f.of("callType") == "monitor" && f.of("requestId") == id {
					p.failf("after its end the subscription got %s", f.raw)
				}
			}
		}},
		{ID: "monitor.renewal", Source: asyncAPI, Sentence: "a subscription that is asked for again before its end goes on under the new ID", run: func(p *probe) {
			s, w := p.everything()
			s.monitor(w, 3, "+/doors")
			id := s.monitor(w, 300, "+/doors", "call_state/+/+")
			s.event(id, "+/doors", p.target.Answer)
			p.pause(4 * time.Second)
			from := len(s.all())
			session := s.call(w, w.low(), w.high(), "")
			s.state(id, session, "served")
			s.find("door event after the first end", p.target.Ride, func(f frame) bool { return f.index >= from && isEvent(id, "+/doors")(f) })
		}},
		{ID: "monitor.two", Source: seen2511, Sentence: "two subscriptions of a connection to the same topic each get events under their own ID", run: func(p *probe) {
			s, w := p.everything()
			a := s.monitor(w, 60, "+/position")
			b := s.monitor(w, 60, "lift_1/position")
			s.event(a, "lift_1/position", p.target.Answer)
			s.event(b, "lift_1/position", p.target.Answer)
		}},
		{ID: "monitor.default-duration", Source: asyncAPI, Sentence: "without a duration a subscription lasts 300 s: it is acknowledged and gets events", run: func(p *probe) {
			s, w := p.everything()
			id := p.name()
			s.send(strings.Replace(w.monitorRequest(id, 60, "+/position"), `"duration":60,`, "", 1))
			s.ack(quote(id))
			s.event(id, "+/position", p.target.Answer)
		}},
		{ID: "monitor.order", Source: chosen, Sentence: "the times of a lift's events never go back", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 300, "+/position", "+/doors", "call_state/+/+")
			s.state(id, s.call(w, w.low(), w.high(), ""), "served")
			last := map[string]time.Time{}
			for _, f := range s.all() {
				if f.of("callType") != "monitor" {
					continue
				}
				topic, at := f.of("subtopic"), p.happened(f)
				if strings.HasPrefix(topic, "call_state/") {
					topic = topic[:strings.LastIndex(topic, "/")]
				}
				if at.Before(last[topic]) {
					p.failf("%s goes back: %s", topic, f.raw)
				}
				last[topic] = at
			}
		}},
	}
}

// initial subscribes to a topic of all lifts and judges the first event of each.
func (p *probe) initial(topic string, fields []string, judge func(*world, frame) string) {
	s, w := p.everything()
	id := s.monitor(w, 60, "+/"+topic)
	for _, l := range w.lifts {
		f := s.event(id, fmt.Sprintf("lift_%d/%s", l.id, topic), min(2*time.Second, p.target.Answer))
		for _, name := range fields {
			if dig(f.raw, "data", name) == nil {
				p.failf("the event has no %s: %s", name, f.raw)
			}
		}
		p.happened(f)
		if area, has := whole(f.raw, "data", "area"); has && area != l.deck {
			p.failf("the area of lift %d is %d, want its deck, %d", l.id, area, l.deck)
		}
		if fault := judge(w, f); fault != "" {
			p.failf("of the event %s: %s", f.raw, fault)
		}
	}
}
