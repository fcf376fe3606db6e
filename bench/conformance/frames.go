package conformance

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Rules for every frame of the server. Clients in the field die of each of
// these.

// dataless tells what is wrong with a frame's data.
func dataless(f frame) string {
	if !utf8.Valid(f.raw) {
		return "it is no UTF-8"
	}
	o, err := parse(f.raw)
	if err != nil {
		return fmt.Sprintf("it is no JSON object: %v", err)
	}
	data := o.get("data")
	if data == nil {
		return "it has no data, which clients look into without asking"
	}
	if _, err := parse(data); err != nil {
		return fmt.Sprintf("its data is no object: %v", err)
	}
	return ""
}

// betrays tells whether a frame puts session_id where a client takes it for the
// result of a call.
func betrays(f frame) string {
	if dig(f.raw, "data", "session_id") != nil && f.of("callType") != "action" {
		return "it has session_id in its data and is no result of an action: a client would take it for one and delete it again and again"
	}
	return ""
}

// spaced tells whether there is space between a frame's tokens.
func spaced(f frame) string {
	if !compact(f.raw) {
		return "it has spaces between its tokens, which breaks clients that look for substrings"
	}
	return ""
}

// everyFrame holds a rule against the frames of a typical exchange.
func everyFrame(rule func(frame) string) func(*probe) {
	return func(p *probe) {
		s, w := p.everything()
		topics := s.monitor(w, 60, "+/position", "+/doors", "+/status", "call_state/+/+")
		s.event(topics, "+/position", p.target.Answer)
		s.ping(w)
		for _, callType := range []string{"config", "actions"} {
			id := p.name()
			s.send(w.ask(callType, id))
			s.ack(quote(id))
			s.find("result of "+callType, p.target.Answer, func(f frame) bool { return f.of("callType") == callType && f.of("requestId") == id })
		}
		session := s.call(w, w.low(), w.high(), `,"delay":30`)
		s.send(w.deleteRequest(session))
		s.find("cancelled", p.target.Answer, isEvent(topics, fmt.Sprintf("call_state/%d/cancelled", session)))
		id := p.name()
		s.send(`{"type":"create-session","requestId":` + quote(id) + `}`)
		s.find("session", p.target.Answer, answers(quote(id)))
		bad := strconv.FormatInt(p.number(), 10)
		s.send(w.pingRequest(quote(bad)))
		s.find("refusal", p.target.Answer, func(f frame) bool { return f.of("type") == "error" })
		for _, f := range s.all() {
			if fault := rule(f); fault != "" {
				p.failf("of the frame %s: %s", f.raw, fault)
			}
		}
	}
}

func frameChecks() []Check {
	return []Check{
		{ID: "frames.data", Source: clients, Sentence: "every frame of a typical exchange is a JSON object with an object data", run: everyFrame(dataless)},
		{ID: "frames.session-id", Source: clients, Sentence: "no frame of a typical exchange but the result of a call has session_id in its data", run: everyFrame(betrays)},
		{ID: "frames.compact", Source: community, Sentence: "every frame of a typical exchange is compact JSON", run: everyFrame(spaced)},
		{ID: "frames.connection-id", Source: seen2508 + "; " + seen2511, Sentence: "a connection has one connectionId, of 15 characters and =, and another connection another", run: func(p *probe) {
			seen := map[string]bool{}
			for range 2 {
				s, w := p.everything()
				s.ping(w)
				s.ping(w)
				ids := map[string]bool{}
				for _, f := range s.all() {
					if id := f.of("connectionId"); id != "" {
						ids[id] = true
					}
				}
				if len(ids) != 1 {
					p.failf("a connection has %d connectionIds, want 1", len(ids))
				}
				for id := range ids {
					if seen[id] {
						p.failf("two connections have the same connectionId")
					}
					seen[id] = true
				}
			}
		}},
	}
}

// wholeChecks judge all frames that the other checks have seen.
func wholeChecks() []Check {
	all := func(rule func(frame) string) func(*probe) {
		return func(p *probe) {
			p.mu.Lock()
			frames := p.frames
			p.mu.Unlock()
			if len(frames) == 0 {
				p.skipf("no check has seen a frame")
			}
			for _, f := range frames {
				if fault := rule(f); fault != "" {
					p.failf("of the frame %s: %s", f.raw, fault)
				}
			}
		}
	}
	return []Check{
		{ID: "run.data", Source: clients, Sentence: "all frames of this run are JSON objects with an object data", last: true, run: all(dataless)},
		{ID: "run.session-id", Source: clients, Sentence: "no frame of this run but the results of calls has session_id in its data", last: true, run: all(betrays)},
		{ID: "run.compact", Source: community, Sentence: "all frames of this run are compact JSON", last: true, run: all(spaced)},
	}
}
