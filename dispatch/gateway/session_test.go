package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

// create makes a session and gives its ID.
func (l *wireEnd) create() string {
	l.Helper()
	l.send(aCreate)
	frame := l.next()
	var m struct{ Data struct{ SessionID string } }
	if err := json.Unmarshal([]byte(frame), &m); err != nil || m.Data.SessionID == "" {
		l.Fatalf("no session: %s", frame)
	}
	return m.Data.SessionID
}

// resume asks for a session's last seconds.
func resume(session string, seconds int) string {
	return fmt.Sprintf(`{"type":"resume-session","requestId":"r1","sessionId":%q,"resendLatestStateUpToSeconds":%d}`, session, seconds)
}

const resumed = `{"type":"ok","connectionId":"C","requestId":"r1","statusCode":201,"timestamp":"T","data":{}}`

// member is the client behind a session.
func (d *desk) member(session string) *client {
	d.gateway.streams.mu.Lock()
	defer d.gateway.streams.mu.Unlock()
	return d.gateway.streams.sessions[session]
}

func event(n int) string {
	return fmt.Sprintf(`{"data":{"n":%d},"subtopic":"x","requestId":"m1","callType":"monitor"}`, n)
}

// eventually waits for something that another goroutine does.
func (d *desk) eventually(what string, is func() bool) {
	d.Helper()
	for range 500 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	d.Fatal("never: " + what)
}

func TestSessionsAreCreatedAndRefused(t *testing.T) {
	d := newDesk(t, nil)
	inventory := d.token("app", "application/inventory")
	l := d.open(inventory)
	got := []string{l.ask(aCreate)}
	want := []string{`{"type":"ok","connectionId":"C","requestId":"s1","statusCode":201,"timestamp":"T","data":{"sessionId":"S"}}`}
	check := func(why, frame, answer string) {
		t.Helper()
		if got := l.ask(frame); got != answer {
			t.Errorf("%s:\n got %s\nwant %s", why, got, answer)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	check("a second session", aCreate, badAck(`"s1"`, 400, textHasSession))
	other := d.open(inventory).create()
	check("another session on a connection that has one", resume(other, 0), badAck(`"r1"`, 400, textHasSession))
	l = d.open(inventory)
	own := l.create()
	check("one's own session", resume(own, 0), badAck(`"r1"`, 400, textOwnSession))
	l = d.open(inventory)
	check("an unknown session", resume("feed", 0), badAck(`"r1"`, 404, textNoSession))
	l = d.open(d.token("other", "application/inventory"))
	check("a session of another application", resume(own, 0), badAck(`"r1"`, 404, textNoSession))
	l = d.open(inventory)
	check("somebody's session", resume(own, 0), resumed)
	l = d.open(inventory)
	if got := l.ask(`{"type":"create-session"}`); !strings.HasPrefix(got, `{"type":"ok","connectionId":"C","requestId":"`) || strings.Contains(got, `"requestId":""`) {
		t.Errorf("without a requestId one is made up: got %s", got)
	}
}

func TestResumeReplaysInOrderAndGoesOn(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Replay = 4 })
	token := d.token("app", "callgiving/*")
	first := d.open(token)
	session := first.create()
	c := d.member(session)
	for n := range 6 {
		c.event([]byte(event(n)))
		if got := first.next(); got != event(n) {
			t.Fatalf("got %s", got)
		}
	}
	// A result that is due while there is no connection is owed.
	let := d.stop()
	first.exchange(1, ping(1))
	_ = first.conn.CloseNow()
	d.eventually("the session has no socket", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.socket == nil })
	let()
	d.eventually("the result is owed", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(c.owed) == 1 })
	c.event([]byte(event(6)))

	second := d.open(token)
	got := second.exchange(6, resume(session, 30))
	c.event([]byte(event(7)))
	got = append(got, second.next())
	want := []string{resumed, `{"data":{"request_id":1,"time":"T"},"callType":"ping","buildingId":"building:twin1","groupId":"1"}`, event(3), event(4), event(5), event(6), event(7)}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestResumeWithoutAWindowReplaysNothing(t *testing.T) {
	d := newDesk(t, nil)
	token := d.token("app", "callgiving/*")
	session := d.open(token).create()
	d.member(session).event([]byte(event(1)))
	l := d.open(token)
	if got := append(l.exchange(1, resume(session, 0)), l.exchange(1, ping(1))...); got[1] != okAck(1) {
		t.Errorf("got %s", got)
	}
}

func TestResumeClosesTheOldConnectionAndMovesWhatRuns(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Speed = 20 })
	token := d.token("app", "callgiving/*")
	old := d.open(token)
	old.exchange(1, with(aMonitor, `+/position`, `call_state/+/served`)) // before there is a session
	session := old.create()
	let := d.stop()
	old.exchange(1, anAction)
	fresh := d.open(token)
	if got := fresh.ask(resume(session, 0)); got != resumed {
		t.Fatalf("got %s", got)
	}
	if code := old.closed(); code != websocket.StatusNormalClosure {
		t.Errorf("the old connection was closed with %d", code)
	}
	let()
	if got := fresh.next(); !strings.Contains(got, `"success":true`) {
		t.Errorf("the result on the new connection: got %s", got)
	}
	if got := fresh.next(); !strings.Contains(got, `/served","requestId":"m1"`) {
		t.Errorf("the event of the old subscription: got %s", got)
	}
}

func TestASessionEndsAfterItsGrace(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Grace = 50 * time.Millisecond })
	token := d.token("app", "callgiving/*")
	l := d.open(token)
	l.exchange(1, with(aMonitor, `+/position`, `call_state/+/served`))
	session := l.create()
	if n := d.subscribers(); n != 1 {
		t.Fatalf("%d subscribers", n)
	}
	time.Sleep(2 * d.gateway.config.Limits.Grace)
	if d.member(session) == nil {
		t.Fatal("a session ended while it had a connection")
	}
	_ = l.conn.CloseNow()
	d.eventually("the session ends", func() bool { return d.member(session) == nil })
	d.eventually("its subscription ends", func() bool { return d.subscribers() == 0 })
	if got := d.open(token).ask(resume(session, 0)); got != badAck(`"r1"`, 404, textNoSession) {
		t.Errorf("got %s", got)
	}
}

func TestASocketWithoutSessionTakesItsSubscriptionsAlong(t *testing.T) {
	d := newDesk(t, nil)
	l := d.robot()
	l.exchange(1, with(aMonitor, `+/position`, `call_state/+/served`))
	d.eventually("it has subscribed", func() bool { return d.subscribers() == 1 })
	_ = l.conn.CloseNow()
	d.eventually("its subscription ends", func() bool { return d.subscribers() == 0 })
}

// subscribers counts clients with subscriptions.
func (d *desk) subscribers() (n int) {
	if err := d.site().ask(d.Context(), func() {
		for _, g := range d.site().groups {
			n += len(g.monitor.clients)
		}
	}); err != nil {
		d.Fatal(err)
	}
	return n
}

func TestResultsThatTheOldConnectionHadNotSentAreMoved(t *testing.T) {
	d := newDesk(t, nil)
	s := d.gateway.streams
	grant := &grant{client: "app"}
	old, fresh := newSocket(s, nil, &cork{Conn: &tape{}}, grant), newSocket(s, nil, &cork{Conn: &tape{}}, grant) // without writers
	defer old.timer.Stop()
	defer fresh.timer.Stop()
	session, _, _ := s.create(old)
	c := old.client.Load()
	c.event([]byte(event(1)))
	c.result([]byte("result"))
	if status, text := s.resume(fresh, session, 0, []byte("answer")); status != 201 {
		t.Fatal(status, text)
	}
	var got []string
	for _, f := range fresh.queue {
		got = append(got, string(f.frame))
	}
	if d := cmp.Diff([]string{"answer", "result"}, got); d != "" {
		t.Error(d)
	}
}

// TestSessionsOfAnApplicationAreBounded makes sessions and hangs up: they are kept
// to be resumed, and so many are enough for one application, not for another.
func TestSessionsOfAnApplicationAreBounded(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.PerClient = 1 })
	create := func(application string) string {
		l := d.open(d.token(application))
		defer func() {
			_ = l.conn.CloseNow()
			for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
				if sockets, _ := d.gateway.streams.count(); sockets == 0 || time.Now().After(deadline) {
					return
				}
			}
		}()
		return l.ask(`{"type":"create-session","requestId":"s"}`)
	}
	for range sessionsPerSocket {
		if answer := create("app"); !strings.Contains(answer, `"statusCode":201`) {
			t.Fatalf("a session: %s", answer)
		}
	}
	if answer := create("app"); !strings.Contains(answer, `"statusCode":429`) {
		t.Errorf("one session too many: %s", answer)
	}
	if answer := create("other"); !strings.Contains(answer, `"statusCode":201`) {
		t.Errorf("a session of another application: %s", answer)
	}
}
