package conformance

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// states are those of a call, in order. What is assigned may be assigned anew.
var states = []string{"registered", "being_assigned", "being_allocated", "assigned", "being_fixed", "fixed", "being_served", "served_soon", "served"}

func stateChecks() []Check {
	return []Check{
		{ID: "state.served", Source: examples + "; " + community, Sentence: "a call goes through registered, assigned, fixed, being_served, served_soon and served", run: func(p *probe) {
			seen, _, _ := p.ride("")
			for _, name := range states {
				if !slices.Contains(seen, name) {
					p.failf("the state %s is missing: %v", name, seen)
				}
			}
		}},
		{ID: "state.order", Source: community, Sentence: "the states come in order, served last and once", run: func(p *probe) {
			seen, _, _ := p.ride("")
			rank := func(name string) int { return slices.Index(states, name) }
			last := -1
			for _, name := range seen {
				// A group controller may choose another car up to fixed.
				if r := rank(name); r < last && (r > rank("assigned") || last >= rank("fixed")) {
					p.failf("the state %s came after %s: %v", name, states[last], seen)
				} else {
					last = r
				}
			}
			if seen[len(seen)-1] != "served" {
				p.failf("the last state is %s, want served: %v", seen[len(seen)-1], seen)
			}
		}},
		{ID: "state.both-names", Source: examples + "; " + community, Sentence: "being_assigned, which one half of the clients know, and being_allocated, which the other half does, are both told", run: func(p *probe) {
			seen, _, _ := p.ride("")
			if !slices.Contains(seen, "being_assigned") || !slices.Contains(seen, "being_allocated") {
				p.failf("the states are %v", seen)
			}
		}},
		{ID: "state.deck", Source: community, Sentence: "fixed names the car in allocated_lift_deck, a flat array, with eta and time; one car to the end", run: stateDeck},
		{ID: "state.late", Source: chosen, Sentence: "who subscribes to a call's states after the call gets the last one: session_id is not known before", run: func(p *probe) {
			s, w := p.everything()
			session := s.call(w, w.low(), w.high(), "")
			id := s.monitor(w, 300, fmt.Sprintf("call_state/%d/+", session))
			asked := p.happened(s.find("acknowledgement", p.target.Answer, answers(quote(id))))
			s.find("state from before the subscription", p.target.Answer, func(f frame) bool {
				return isEvent(id, fmt.Sprintf("call_state/%d/+", session))(f) && !p.happened(f).After(asked)
			})
			s.state(id, session, "served")
		}},
		{ID: "state.past", Source: community, Sentence: "who subscribes to fixed by name after the call has come through it gets it: there clients look up their lift", run: func(p *probe) {
			s, w := p.everything()
			watch := s.monitor(w, 300, "call_state/+/+")
			session := s.call(w, w.low(), w.high(), "")
			s.state(watch, session, "being_served")
			id := s.monitor(w, 300, fmt.Sprintf("call_state/%d/fixed", session))
			f := s.event(id, fmt.Sprintf("call_state/%d/fixed", session), p.target.Answer)
			if decks, _ := numbers(f.raw, "data", "allocated_lift_deck"); len(decks) == 0 {
				p.failf("fixed has no allocated_lift_deck: %s", f.raw)
			}
		}},
		{ID: "state.literal", Source: examples, Sentence: "a subscription to one state of one call gets that state and no other", run: func(p *probe) {
			s, w := p.everything()
			session := s.call(w, w.low(), w.high(), "")
			id := s.monitor(w, 300, fmt.Sprintf("call_state/%d/fixed", session), fmt.Sprintf("call_state/%d/served", session))
			s.state(id, session, "served")
			for _, f := range s.all() {
				topic := f.of("subtopic")
				if f.of("callType") == "monitor" && !strings.HasSuffix(topic, "/fixed") && !strings.HasSuffix(topic, "/served") {
					p.failf("the subscription got %s", f.raw)
				}
			}
		}},
		{ID: "state.allowed-lifts", Source: seen2508, Sentence: "a call with one allowed lift is given that lift", run: func(p *probe) {
			w := p.learn()
			// Twice the same one: after the first ride it is the farthest away.
			l := w.lifts[len(w.lifts)-1]
			for range 2 {
				_, f, _ := p.ride(fmt.Sprintf(`,"allowed_lifts":[%d]`, l.deck))
				if decks, _ := numbers(f.raw, "data", "allocated_lift_deck"); !slices.Equal(decks, []int64{l.deck}) {
					p.failf("the call got %v, want [%d]: %s", decks, l.deck, f.raw)
				}
			}
		}},
		{ID: "state.group", Source: asyncAPI, Sentence: "a group is given one lift whatever its size", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 300, "call_state/+/fixed", "call_state/+/cancelled")
			session := s.call(w, w.high(), w.low(), `,"group_size":100`)
			f := s.event(id, fmt.Sprintf("call_state/%d/+", session), p.target.Ride)
			s.send(w.deleteRequest(session)) // nobody should have to wait for so many
			if decks, _ := numbers(f.raw, "data", "allocated_lift_deck"); len(decks) != 1 {
				p.failf("the call got %v, want one lift: %s", decks, f.raw)
			}
		}},
		{ID: "state.delay", Source: asyncAPI, Sentence: "a call with a delay is not served before its caller can be there", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 300, "call_state/+/+")
			// A car that is there would take no half a minute to the next floor.
			s.state(id, s.call(w, w.away(), w.low(), ""), "served")
			session := s.call(w, w.low(), w.away(), `,"delay":30`)
			first, last := p.happened(s.state(id, session, "registered")), p.happened(s.state(id, session, "served"))
			if last.Sub(first) < 29*time.Second {
				p.failf("served %v after it was registered, want 30 s at least", last.Sub(first))
			}
		}},
		{ID: "state.served-once", Source: seen2511, Sentence: "each state of fixed and later is told once", run: func(p *probe) {
			seen, _, _ := p.ride("")
			for _, name := range []string{"registered", "fixed", "being_served", "served_soon", "served"} {
				if n := len(slices.DeleteFunc(slices.Clone(seen), func(s string) bool { return s != name })); n > 1 {
					p.failf("%s came %d times: %v", name, n, seen)
				}
			}
		}},
		{ID: "state.stopping", Source: asyncAPI + "; " + community, Sentence: "a lift that stops for a call says so, the call's session in inbound or outbound of a door", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 300, "+/stopping", "call_state/+/+")
			session := s.call(w, w.low(), w.high(), "")
			f := s.find("stop with the call's session", p.target.Ride, func(f frame) bool {
				decks, _ := list(f.raw, "data", "decks")
				return isEvent(id, "+/stopping")(f) && slices.ContainsFunc(decks, func(d json.RawMessage) bool { return mentions(d, session) })
			})
			p.happened(f)
		}},
		{ID: "state.next-stop", Source: asyncAPI + "; " + community, Sentence: "a lift that leaves says where to and when it will be there: eta, last_start_time, decks", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 300, "+/next_stop_eta")
			s.call(w, w.high(), w.low(), "")
			f := s.find("next stop with a deck", p.target.Ride, func(f frame) bool {
				decks, is := list(f.raw, "data", "decks")
				return isEvent(id, "+/next_stop_eta")(f) && is && len(decks) > 0
			})
			p.happened(f)
			for _, name := range []string{"eta", "last_start_time"} {
				if !regexp.MustCompile(`^` + instant + `$`).MatchString(f.of("data", name)) {
					p.failf("%s is %s, want an instant: %s", name, dig(f.raw, "data", name), f.raw)
				}
			}
			decks, _ := list(f.raw, "data", "decks")
			p.integers("a deck", decks[0], "area", "next_stop", "current_position", "last_start_position", "load_percentage")
		}},
		{ID: "state.action", Source: asyncAPI, Sentence: "a call is told on action/AREA/TERMINAL, with its session, whether it succeeded, and that it came by the API", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 300, "action/+/+")
			session := s.call(w, w.low(), w.high(), "")
			f := s.find("action event", p.target.Answer, func(f frame) bool {
				told, _ := whole(f.raw, "data", "call", "session_id")
				return isEvent(id, "action/+/+")(f) && told == session
			})
			if want := fmt.Sprintf("action/%d/1", w.low().area); f.of("subtopic") != want {
				p.failf("the topic is %s, want %s", f.of("subtopic"), want)
			}
			if string(dig(f.raw, "data", "success")) != "true" || f.of("data", "origin") != "API" {
				p.failf("success and origin are wrong: %s", f.raw)
			}
		}},
		{ID: "state.landing-call", Source: community, Sentence: "a landing call is served like another", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 300, "call_state/+/+")
			s.state(id, s.accepted(s.act(w, w.mid().area, `"action":2001`)), "served")
		}},
		{ID: "state.car-call", Source: community, Sentence: "a car call is served by its car", run: func(p *probe) {
			s, w := p.everything()
			id := s.monitor(w, 300, "call_state/+/+")
			car := w.lifts[1]
			session := s.accepted(s.act(w, car.deck, fmt.Sprintf(`"action":5000,"destination":%d`, w.away().area)))
			s.state(id, session, "served")
		}},
	}
}

// mentions tells whether a stop of a deck is for a call.
func mentions(deck []byte, session int64) bool {
	doors, _ := list(deck, "doors")
	return slices.ContainsFunc(doors, func(door json.RawMessage) bool {
		in, a := numbers(door, "inbound")
		out, b := numbers(door, "outbound")
		return a && b && (slices.Contains(in, session) || slices.Contains(out, session))
	})
}

// ride calls a lift and gives the states up to served, the frame of fixed, and
// all frames.
func (p *probe) ride(more string) (seen []string, fixed frame, all []frame) {
	s, w := p.everything()
	id := s.monitor(w, 300, "call_state/+/+")
	session := s.call(w, w.low(), w.high(), more)
	s.state(id, session, "served")
	s.ping(w) // anything that follows has come, too
	topic := fmt.Sprintf("call_state/%d/", session)
	for _, f := range s.all() {
		if name, is := strings.CutPrefix(f.of("subtopic"), topic); is && f.of("requestId") == id {
			seen, all = append(seen, name), append(all, f)
			if name == "fixed" {
				fixed = f
			}
		}
	}
	if fixed.raw == nil {
		p.failf("the call was never fixed: %v", seen)
	}
	return seen, fixed, all
}

func stateDeck(p *probe) {
	_, fixed, all := p.ride("")
	decks, is := numbers(fixed.raw, "data", "allocated_lift_deck")
	if !is || len(decks) == 0 {
		p.failf("allocated_lift_deck of fixed is %s, want an array of decks: %s", dig(fixed.raw, "data", "allocated_lift_deck"), fixed.raw)
	}
	w := p.learn()
	if !slices.ContainsFunc(w.lifts, func(l lift) bool { return l.deck == decks[0] }) {
		p.failf("the deck %d is none of config", decks[0])
	}
	if !regexp.MustCompile(`^` + instant + `$`).MatchString(fixed.of("data", "eta")) {
		p.failf("fixed has no eta: %s", fixed.raw)
	}
	for _, f := range all {
		p.happened(f)
		if f.index <= fixed.index {
			continue
		}
		if later, is := numbers(f.raw, "data", "allocated_lift_deck"); is && !slices.Equal(later, decks) {
			p.failf("the car changed after fixed: %s", f.raw)
		}
	}
}
