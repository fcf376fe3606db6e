package conformance

import "fmt"

func deleteChecks() []Check {
	return []Check{
		{ID: "delete.proof", Source: validation + "; " + asyncAPI, Sentence: "a delete is acknowledged, and the proof of it is the call state cancelled", run: func(p *probe) {
			s, w := p.everything()
			topics := s.monitor(w, 120, "call_state/+/cancelled")
			session := s.call(w, w.high(), w.low(), `,"delay":30`)
			from := len(s.all())
			s.send(w.deleteRequest(session))
			f := s.find("acknowledgement of the delete", p.target.Answer, func(f frame) bool { return f.index >= from && dig(f.raw, "statusCode") != nil })
			if code, _ := whole(f.raw, "statusCode"); code != 201 || f.of("type") != "" {
				p.failf("the delete was answered with %s, want a success with 201", f.raw)
			}
			cancelled := s.event(topics, fmt.Sprintf("call_state/%d/cancelled", session), p.target.Answer)
			if cancelled.index < f.index {
				p.failf("the proof came before the acknowledgement")
			}
		}},
		{ID: "delete.silent", Source: clients, Sentence: "no answer to a delete has session_id in its data, however many come", run: func(p *probe) {
			s, w := p.everything()
			session := s.call(w, w.high(), w.low(), `,"delay":30`)
			from := len(s.all())
			s.send(w.deleteRequest(session))
			s.find("acknowledgement of the delete", p.target.Answer, func(f frame) bool { return f.index >= from && dig(f.raw, "statusCode") != nil })
			s.ping(w)
			for _, f := range s.all()[from:] {
				if dig(f.raw, "data", "session_id") != nil {
					p.failf("after the delete came %s", f.raw)
				}
				if dig(f.raw, "data") == nil {
					p.failf("after the delete came a frame without data: %s", f.raw)
				}
			}
		}},
		{ID: "delete.not-served", Source: asyncAPI, Sentence: "a call that was cancelled in time is not served", run: func(p *probe) {
			s, w := p.everything()
			topics := s.monitor(w, 120, "call_state/+/+")
			session := s.call(w, w.high(), w.low(), `,"delay":30`)
			s.send(w.deleteRequest(session))
			cancelled := s.event(topics, fmt.Sprintf("call_state/%d/cancelled", session), p.target.Answer)
			other := s.call(w, w.high(), w.low(), "")
			s.state(topics, other, "served")
			for _, f := range s.all()[cancelled.index+1:] {
				if isEvent(topics, fmt.Sprintf("call_state/%d/+", session))(f) {
					p.failf("a state followed cancelled: %s", f.raw)
				}
			}
		}},
		{ID: "delete.unknown", Source: asyncAPI, Sentence: "a delete of a call that there is not is acknowledged or refused, and the socket stays open", run: func(p *probe) {
			s, w := p.everything()
			s.send(w.deleteRequest(987654321))
			s.find("answer to the delete", p.target.Answer, func(f frame) bool { return dig(f.raw, "statusCode") != nil })
			s.ping(w)
		}},
		{ID: "delete.foreign", Source: chosen, Sentence: "another connection without a session cannot make a call vanish without a word: it is cancelled for its owner, or stays", run: func(p *probe) {
			s, w := p.everything()
			topics := s.monitor(w, 120, "call_state/+/+")
			session := s.call(w, w.low(), w.high(), "")
			other := p.open(p.token(w.calls))
			other.send(w.deleteRequest(session))
			other.find("answer to the delete", p.target.Answer, func(f frame) bool { return dig(f.raw, "statusCode") != nil })
			s.find("end of the call", p.target.Ride, func(f frame) bool {
				return isEvent(topics, fmt.Sprintf("call_state/%d/served", session))(f) || isEvent(topics, fmt.Sprintf("call_state/%d/cancelled", session))(f)
			})
		}},
	}
}
