package conformance

import (
	"fmt"
	"regexp"
	"time"
)

func sessionChecks() []Check {
	return []Check{
		{ID: "session.create", Source: seen2508, Sentence: "create-session is answered with type ok, connectionId, requestId, 201, timestamp and data.sessionId, in this order", run: func(p *probe) {
			s, _ := p.everything()
			s.create()
		}},
		{ID: "session.no-id", Source: asyncAPI, Sentence: "create-session without a requestId is answered under one that the service makes, or none", run: func(p *probe) {
			s, _ := p.everything()
			s.send(`{"type":"create-session"}`)
			f := s.find("answer", p.target.Answer, func(f frame) bool { return f.of("type") == "ok" })
			if f.of("data", "sessionId") == "" {
				p.failf("there is no sessionId: %s", f.raw)
			}
		}},
		{ID: "session.resume", Source: seen2508 + "; " + clients, Sentence: "resume-session is answered like create-session, but never with data.sessionId", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			b := p.open(p.token(w.calls))
			b.resume(a.create(), 30)
		}},
		{ID: "session.inventory", Source: examples, Sentence: "a token for the inventory alone is enough to create and resume a session", run: func(p *probe) {
			a := p.open(p.token(inventory))
			session := a.create()
			p.open(p.token(inventory)).resume(session, 30)
		}},
		{ID: "session.404", Source: asyncAPI, Sentence: "resuming a session that there is not: 404", run: func(p *probe) {
			s, _ := p.everything()
			id := p.name()
			s.send(`{"type":"resume-session","requestId":` + quote(id) + `,"sessionId":"5a0c0000000000000000000000000000","resendLatestStateUpToSeconds":30}`)
			s.refusal(quote(id), 404, "")
		}},
		{ID: "session.own", Source: asyncAPI, Sentence: "resuming one's own session: 400", run: func(p *probe) {
			s, _ := p.everything()
			session, id := s.create(), p.name()
			s.send(`{"type":"resume-session","requestId":` + quote(id) + `,"sessionId":` + quote(session) + `,"resendLatestStateUpToSeconds":30}`)
			s.refusal(quote(id), 400, "")
		}},
		{ID: "session.400", Source: asyncAPI, Sentence: "resuming without saying what, or with a number for it: 400", run: func(p *probe) {
			s, _ := p.everything()
			for _, more := range []string{"", `,"sessionId":7`, `,"sessionId":""`} {
				id := p.name()
				s.send(`{"type":"resume-session","requestId":` + quote(id) + more + `}`)
				s.refusal(quote(id), 400, "")
			}
		}},
		{ID: "session.old-socket", Source: asyncAPI, Sentence: "the old socket is closed when its session is resumed elsewhere", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			session := a.create()
			p.open(p.token(w.calls)).resume(session, 0)
			if code := a.closed(p.target.Answer); code < 1000 || code == 1006 {
				p.failf("the old socket ended with the close code %d, want a close frame", code)
			}
		}},
		{ID: "session.moves", Source: asyncAPI, Sentence: "subscriptions and calls move to the resumed session: later events come there, under the subscription's ID", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			session := a.create()
			id := a.monitor(w, 300, "call_state/+/+")
			call := a.call(w, w.low(), w.high(), `,"delay":20`)
			b := p.open(p.token(w.calls))
			b.resume(session, 0)
			b.state(id, call, "served")
		}},
		{ID: "session.dropped", Source: asyncAPI, Sentence: "the same when the old connection breaks without a close frame", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			session := a.create()
			id := a.monitor(w, 300, "call_state/+/+")
			call := a.call(w, w.low(), w.high(), `,"delay":20`)
			_ = a.conn.CloseNow() // that is the break
			b := p.open(p.token(w.calls))
			b.resume(session, 300)
			b.state(id, call, "served")
		}},
		{ID: "session.replay", Source: asyncAPI, Sentence: "resendLatestStateUpToSeconds has the events of so many seconds sent again, after the answer", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			session := a.create()
			id := a.monitor(w, 300, "call_state/+/+")
			call := a.call(w, w.low(), w.high(), "")
			a.event(id, fmt.Sprintf("call_state/%d/registered", call), p.target.Answer)
			_ = a.conn.CloseNow() // nothing more comes there
			b := p.open(p.token(w.calls))
			answer := b.resume(session, 300)
			f := b.event(id, fmt.Sprintf("call_state/%d/+", call), p.target.Answer)
			if f.index < answer.index {
				p.failf("an event came before the answer")
			}
			b.state(id, call, "served")
		}},
		{ID: "session.no-replay", Source: asyncAPI, Sentence: "with 0 seconds nothing is sent again", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			session := a.create()
			id := a.monitor(w, 300, "call_state/+/+")
			call := a.call(w, w.low(), w.high(), "")
			a.state(id, call, "served")
			p.pause(100 * time.Millisecond)
			b := p.open(p.token(w.calls))
			b.resume(session, 0)
			b.ping(w)
			b.never("an event of the past", 200*time.Millisecond, isEvent(id, fmt.Sprintf("call_state/%d/registered", call)))
		}},
		{ID: "session.race", Source: clients, Sentence: "a session can be resumed before its old connection's end was noticed, and once more after that", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			session := a.create()
			id := a.monitor(w, 300, "+/position")
			a.event(id, "+/position", p.target.Answer)
			// The vendor's example opens the second socket first, then closes the old.
			b := p.open(p.token(w.calls))
			go func() { _ = a.conn.CloseNow() }()
			b.resume(session, 30)
			c := p.open(p.token(w.calls))
			c.resume(session, 30)
			b.closed(p.target.Answer)
			c.ping(w)
		}},
		{ID: "session.two-at-once", Source: asyncAPI, Sentence: "of two sockets that resume a session at once, both are answered and one is left", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			session := a.create()
			sockets := []*socket{p.open(p.token(w.calls)), p.open(p.token(w.calls))}
			for _, s := range sockets {
				s.send(`{"type":"resume-session","requestId":"race","sessionId":` + quote(session) + `,"resendLatestStateUpToSeconds":0}`)
			}
			a.closed(p.target.Answer)
			open := 0
			for _, s := range sockets {
				s.look(p.target.Answer, answers(`"race"`))
			}
			p.pause(300 * time.Millisecond)
			for _, s := range sockets {
				s.mu.Lock()
				if s.ended == nil {
					open++
				}
				s.mu.Unlock()
			}
			if open != 1 {
				p.failf("%d sockets are open, want 1", open)
			}
		}},
		{ID: "session.new-connection", Source: seen2508, Sentence: "a resumed session is on a new connection: another connectionId", run: func(p *probe) {
			w := p.learn()
			a := p.open(p.token(w.calls))
			session := a.create()
			b := p.open(p.token(w.calls))
			f := b.resume(session, 0)
			if f.of("connectionId") == a.all()[0].of("connectionId") {
				p.failf("the connectionId is the same")
			}
		}},
		{ID: "session.foreign", Source: asyncAPI, Sentence: "another application cannot resume a session: refused as if it were not there", run: func(p *probe) {
			other := p.other()
			s, _ := p.everything()
			session := s.create()
			r := p.grantRequest(other.Scope)
			r.basic = [2]string{other.ID, other.Secret}
			token, _ := text(p.want(p.ask(r), 200).body, "access_token")
			foreign, id := p.open(token), p.name()
			foreign.send(`{"type":"resume-session","requestId":` + quote(id) + `,"sessionId":` + quote(session) + `,"resendLatestStateUpToSeconds":30}`)
			f := foreign.find("answer", p.target.Answer, answers(quote(id)))
			if f.of("type") != "error" {
				p.failf("the session was handed over: %s", f.raw)
			}
		}},
		{ID: "session.foreign-user", Source: asyncAPI, Sentence: "a limited token of one user cannot resume the session of another", run: func(p *probe) {
			w := p.learn()
			fields := func(user string) string {
				return fmt.Sprintf(`"endUserIdentity":%s,"scopes":[%s]`, quote(user), quote(w.calls))
			}
			mine, _ := p.limited(p.token(w.calls), fields("phone-7"))
			theirs, _ := p.limited(p.token(w.calls), fields("phone-8"))
			session := p.open(mine).create()
			s, id := p.open(theirs), p.name()
			s.send(`{"type":"resume-session","requestId":` + quote(id) + `,"sessionId":` + quote(session) + `,"resendLatestStateUpToSeconds":30}`)
			f := s.find("answer", p.target.Answer, answers(quote(id)))
			if f.of("type") != "error" {
				p.failf("the session was handed over: %s", f.raw)
			}
		}},
	}
}

// create makes a session.
func (s *socket) create() string {
	id := s.probe.name()
	s.send(`{"type":"create-session","requestId":` + quote(id) + `}`)
	f := s.find("answer to create-session", s.probe.target.Answer, answers(quote(id)))
	want := regexp.MustCompile(`^\{"type":"ok","connectionId":"[A-Za-z0-9+/_-]{15}=","requestId":` + quote(id) + `,"statusCode":201,"timestamp":"` + instant + `","data":\{"sessionId":"[^"]+"\}\}$`)
	if !want.Match(f.raw) {
		s.probe.failf("the answer %s is not %s", f.raw, want)
	}
	session := f.of("data", "sessionId")
	s.probe.hide(session)
	return session
}

// resume takes a session over.
func (s *socket) resume(session string, seconds int) frame {
	id := s.probe.name()
	s.send(fmt.Sprintf(`{"type":"resume-session","requestId":%s,"sessionId":%s,"resendLatestStateUpToSeconds":%d}`, quote(id), quote(session), seconds))
	f := s.find("answer to resume-session", s.probe.target.Answer, answers(quote(id)))
	want := regexp.MustCompile(`^\{"type":"ok","connectionId":"[A-Za-z0-9+/_-]{15}=","requestId":` + quote(id) + `,"statusCode":201,"timestamp":"` + instant + `","data":\{\}\}$`)
	if !want.Match(f.raw) {
		s.probe.failf("the answer %s is not %s: clients break on a frame without data, and on a sessionId in this one", f.raw, want)
	}
	return f
}
