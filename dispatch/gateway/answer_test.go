package gateway

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

// exchange sends frames and gives so many answers to each.
func (l *wireEnd) exchange(answers int, frames ...string) (got []string) {
	l.Helper()
	for _, frame := range frames {
		l.send(frame)
		for range answers {
			got = append(got, masked(l.next()))
		}
	}
	return got
}

func TestAnswersToRequests(t *testing.T) {
	d := newDesk(t, nil)
	const result = `"buildingId":"building:twin1","groupId":"1"}`
	for _, row := range []struct {
		why, frame string
		scopes     string
		want       []string
	}{
		{"a ping keeps its ID as it wrote it", ping("5e1"), "callgiving/*", []string{okAck("5e1"), `{"data":{"request_id":5e1,"time":"T"},"callType":"ping",` + result}},
		{"an action of one floor to itself", with(anAction, "3000", "1000"), "callgiving/*",
			[]string{okAck(7), `{"data":{"request_id":7,"success":false,"error":"SAME_SOURCE_AND_DEST_FLOOR"},"callType":"action",` + result}},
		{"a delay above 30 s is a matter of the result", with(anAction, `"destination":3000`, `"destination":3000,"delay":30.5`), "callgiving/*",
			[]string{okAck(7), `{"data":{"request_id":7,"success":false,"error":"Invalid json payload"},"callType":"action",` + result}},
		{"a robot holds doors", aHold, "robotcall/group:twin1:1", []string{okAck(7)}},
		{"a person does not", aHold, "callgiving/*", []string{badAck(7, 403, "Token does not contain required scope for twin1:1")}},
		{"a scope of the other group", ping(1), "callgiving/group:twin1:2", []string{badAck(1, 403, "Token does not contain required scope for twin1:1")}},
		{"a call without a scope in a building that does not exist", with(anAction, "twin1", "XYZ"), "callgiving/group:twin1:1", []string{badAck(7, 403, "Token does not contain required scope for XYZ:1")}},
		{"a call in a building that does not exist", with(anAction, "twin1", "XYZ"), "callgiving/*", []string{badAck(7, 404, "Building data not found for ID building:XYZ")}},
		{"a subscription in a building that does not exist, before its scope", with(aMonitor, "twin1", "XYZ"), "callgiving/group:twin1:1", []string{badAck(`"m1"`, 404, "Building data not found for ID building:XYZ")}},
		{"config of a building that does not exist names the group", with(aConfig, "twin1", "XYZ"), "callgiving/*", []string{badAck(`"c1"`, 404, "Building data not found for ID 1")}},
		{"actions as well", with(anActions, "twin1", "XYZ"), "callgiving/*", []string{badAck(`"a1"`, 404, "Building data not found for ID 1")}},
		{"a group that does not exist", with(ping(1), `"groupId":"1"`, `"groupId":"9"`), "callgiving/*", []string{badAck(1, 404, "Building data not found for ID building:twin1")}},
		{"a schema fault comes first", with(anAction, "twin1", "XYZ", "1000", `"1000"`), "application/inventory", []string{badAck(7, 400, "'payload.area' must be a number")}},
		{"a ping with a top-level requestId loses its ID", with(ping(1), `"groupId"`, `"requestId":"x","groupId"`), "callgiving/*", []string{badAck(`""`, 400, "'requestId' is not allowed")}},
		{"an ID of the wrong kind is not echoed", ping(`"x"`), "callgiving/*", []string{badAck(`""`, 400, "'payload.request_id' must be a number")}},
		{"no JSON", `{"type":`, "callgiving/*", []string{badAck(`""`, 400, "Invalid JSON: malformed JSON at byte 8")}},
		{"nothing", ``, "callgiving/*", []string{badAck(`""`, 400, "Invalid JSON: malformed JSON at byte 0")}},
		{"a subscription to nothing", with(aMonitor, `"+/position"`, ``), "callgiving/*", []string{badAck(`"m1"`, 400, "'payload.subtopics' must contain at least 1 items")}},
		{"a subscription to too much", with(aMonitor, `"+/position"`, `"a"`+strings.Repeat(`,"a"`, 64)), "callgiving/*", []string{badAck(`"m1"`, 400, "'payload.subtopics' must contain less than or equal to 64 items")}},
	} {
		l := d.open(d.token("app", strings.Fields(row.scopes)...))
		got := l.exchange(len(row.want), row.frame)
		if d := cmp.Diff(row.want, got); d != "" {
			t.Errorf("%s: %s", row.why, d)
		}
		// Nothing else comes: the next answer is the next request's.
		if got := l.ask(`?`); !strings.Contains(got, "malformed JSON") {
			t.Errorf("%s: there was another answer: %s", row.why, got)
		}
	}
}

func TestADeleteWithoutAnIDIsGivenANumber(t *testing.T) {
	l := newDesk(t, nil).robot()
	got := l.ask(aDelete)
	if !regexp.MustCompile(`^\{"connectionId":"C","requestId":[1-9][0-9]*,"statusCode":201,"data":\{"time":"T"\}\}$`).MatchString(got) {
		t.Errorf("got %s", got)
	}
}

func TestBinaryMessagesAreRequestsToo(t *testing.T) {
	l := newDesk(t, nil).robot()
	if err := l.conn.Write(t.Context(), websocket.MessageBinary, []byte(ping(3))); err != nil {
		t.Fatal(err)
	}
	kind, frame, err := l.conn.Read(t.Context())
	if err != nil || kind != websocket.MessageText || masked(string(frame)) != okAck(3) {
		t.Errorf("got %v %s, %v", kind, frame, err)
	}
}

func TestARequestIDIsGoodOncePerConnection(t *testing.T) {
	d := newDesk(t, nil)
	l := d.robot()
	refused := func(id any) string { return badAck(id, 409, "Request ID is not unique on this connection") }
	got := append(l.exchange(2, ping(5)), l.exchange(1, ping(5), ping("5.0"), with(ping(6), "twin1", "XYZ"))...)
	got = append(got, l.exchange(2, ping(6), aConfig)[1:3]...)
	got = append(got, l.exchange(1, with(anActions, "a1", "c1"))...)
	got = append(got[:1:1], got[2:]...) // without the results: they are another test's
	want := []string{okAck(5), refused(5), refused("5.0"), badAck(6, 404, "Building data not found for ID building:XYZ"), got[4], okAck(`"c1"`), refused(`"c1"`)}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := d.robot().ask(ping(5)); got != okAck(5) {
		t.Errorf("on another connection: %s", got)
	}
}

func TestConfigAndActionsTellOfTheirGroup(t *testing.T) {
	l := newDesk(t, nil).robot()
	got := l.exchange(2, with(aConfig, `"groupId":"1"`, `"groupId":"2"`), anActions)
	var config struct {
		Data struct {
			Groups []struct {
				Lifts []struct{ Floors []struct{ Height int } }
			}
			Destinations []struct {
				Area int64  `json:"area_id"`
				Name string `json:"short_name"`
				Exit bool
			}
		}
		RequestID, CallType, BuildingID, GroupID string
	}
	if err := json.Unmarshal([]byte(got[1]), &config); err != nil {
		t.Fatal(err)
	}
	told := fmt.Sprintln(len(config.Data.Groups[0].Lifts), config.Data.Groups[0].Lifts[0].Floors[2].Height, config.Data.Destinations[1], config.RequestID, config.CallType, config.BuildingID, config.GroupID)
	if want := "1 6000 {2020 2 false} c1 config building:twin1 2\n"; told != want {
		t.Errorf("config: got %s, want %s", told, want)
	}
	for _, part := range []string{`{"data":{"version_major":2,"version_minor":0,"action_set":[],"call_types":[{"action_id":2,"action_type":"DESTINATION","name":"DcsCall","key":2,"enabled":true,`, `"name":"LdgCall UP"`, `"name":"LdgCall DOWN"`, `"functions":[]},"requestId":"a1","callType":"actions","buildingId":"building:twin1","groupId":"1"}`} {
		if !strings.Contains(got[3], part) {
			t.Errorf("actions: no %s in %s", part, got[3])
		}
	}
	if strings.Contains(got[1]+got[3], "null") || strings.Contains(got[1]+got[3], `": `) {
		t.Error("a list is null, or the JSON is not compact")
	}
}

func TestACallIsMonitoredToItsEnd(t *testing.T) {
	l := newDesk(t, func(c *Config) { c.Speed = 20 }).robot()
	l.exchange(1, with(aMonitor, `+/position`, `call_state/+/served`))
	got := l.exchange(2, anAction)
	if !regexp.MustCompile(`^\{"data":\{"request_id":7,"success":true,"session_id":[0-9]+\},"callType":"action","buildingId":"building:twin1","groupId":"1"\}$`).MatchString(got[1]) {
		t.Fatalf("result: %s", got[1])
	}
	if got := l.next(); !strings.Contains(got, `"subtopic":"call_state/`) || !strings.Contains(got, `/served","requestId":"m1","callType":"monitor"`) || !strings.HasPrefix(got, `{"data":{`) {
		t.Errorf("event: %s", got)
	}
}

// TestNoResultBeforeItsAcknowledgement sends many requests at once: whatever the
// order of results, each comes after its acknowledgement, and all come.
func TestNoResultBeforeItsAcknowledgement(t *testing.T) {
	d := newDesk(t, nil)
	const lines, requests = 4, 900
	done := make(chan error, lines)
	for range lines {
		l := d.robot()
		go func() {
			for i := range requests {
				if err := l.conn.Write(t.Context(), websocket.MessageText, []byte(ping(i))); err != nil {
					done <- err
					return
				}
			}
		}()
		go func() {
			acked := map[int]bool{}
			for range 2 * requests {
				_, frame, err := l.conn.Read(t.Context())
				if err != nil {
					done <- err
					return
				}
				var m struct {
					RequestID  *int
					StatusCode int
					Data       struct {
						RequestID int `json:"request_id"`
					}
				}
				switch err := json.Unmarshal(frame, &m); {
				case err != nil || m.RequestID != nil && m.StatusCode != 201:
					done <- fmt.Errorf("%s: %v", frame, err)
					return
				case m.RequestID != nil:
					acked[*m.RequestID] = true
				case !acked[m.Data.RequestID]:
					done <- fmt.Errorf("result before its acknowledgement: %s", frame)
					return
				}
			}
			done <- nil
		}()
	}
	for range lines {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("not all answers came")
		}
	}
}

func TestABusySitePromisesNothing(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Inbox = 3 })
	l := d.robot()
	let := d.stop()
	for i := range 3 {
		if got := l.ask(ping(i)); got != okAck(i) {
			t.Fatalf("got %s", got)
		}
	}
	if got, want := l.ask(ping(3)), badAck(3, 429, "Too many requests wait for the building: try again later"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := l.ask(aConfig); got != okAck(`"c1"`) {
		t.Errorf("what the cloud knows: got %s", got)
	}
	l.next()
	let()
	for i := range 3 {
		if got := l.next(); !strings.HasPrefix(got, fmt.Sprintf(`{"data":{"request_id":%d,`, i)) {
			t.Errorf("result %d: got %s", i, got)
		}
	}
	if got := l.ask(ping(3)); got != okAck(3) {
		t.Errorf("what was refused may be asked again: got %s", got)
	}
}

// stop keeps the site's goroutine from doing anything until the function it
// gives is called.
func (d *desk) stop() (let func()) {
	stopped, gate := make(chan struct{}), make(chan struct{})
	if err := d.site().post(func() { close(stopped); <-gate }); err != nil {
		d.Fatal(err)
	}
	<-stopped
	return func() { close(gate) }
}

func TestWithTheLinkDownOnlyTheCloudAnswers(t *testing.T) {
	d := newDesk(t, nil)
	l := d.robot()
	d.site().link.setDown(time.Hour)
	const text = "No end-to-end link to building:twin1: ping until it answers"
	got := l.exchange(1, ping(1), anAction, aHold)
	got = append(got, l.exchange(2, aConfig)[0], l.ask(with(aMonitor, "+/position", "action/+/+")))
	d.site().link.setDown(0)
	got = append(got, l.exchange(2, ping(1))[0])
	want := []string{badAck(1, 1005, text), badAck(7, 1005, text), badAck(7, 1005, text), okAck(`"c1"`), okAck(`"m1"`), okAck(1)}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAColdStartDelaysTheResultOnly(t *testing.T) {
	d := newDesk(t, nil)
	l := d.robot()
	const delay = 300 * time.Millisecond
	d.site().link.setCold(time.Hour, delay)
	began := time.Now()
	l.send(ping(1))
	l.next()
	acked := time.Since(began)
	l.next()
	if answered := time.Since(began); answered < delay || acked >= delay {
		t.Errorf("acknowledged after %v, answered after %v: want the one before and the other after %v", acked, answered, delay)
	}
	began = time.Now()
	l.exchange(2, ping(2))
	if took := time.Since(began); took >= delay {
		t.Errorf("the second ping took %v", took)
	}
}

// FuzzFrame sends anything: there is exactly one acknowledgement, and it is a
// valid one with an object "data".
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{anAction, aHold, aDelete, aMonitor, aConfig, anActions, aCreate, aResume, ping(1), ``, `{}`, `[]`, "\xff"} {
		f.Add([]byte(seed))
	}
	d := newDesk(f, func(c *Config) { c.Limits.Rate, c.Limits.Burst = 1e9, 1e9 })
	token := d.token("app", "robotcall/*")
	grant, err := d.gateway.authority.bearer(token)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		k := newSocket(d.gateway.streams, nil, &cork{}, grant)
		defer k.timer.Stop()
		if !k.receive(frame, time.Now()) {
			t.Fatalf("%q: the reader stops", frame)
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		acks := 0
		for _, o := range k.queue {
			var m struct {
				Data *map[string]any `json:"data"`
			}
			if err := json.Unmarshal(o.frame, &m); err != nil || m.Data == nil {
				t.Fatalf("%q: answer %q: %v", frame, o.frame, err)
			}
			if o.purpose == forAck {
				acks++
				if code := string(o.frame); !strings.Contains(code, `"statusCode":201`) && !strings.HasPrefix(code, `{"type":"error",`) {
					t.Fatalf("%q: answer %q", frame, o.frame)
				}
			}
		}
		if acks != 1 || k.queue[0].purpose != forAck {
			t.Fatalf("%q: %d acknowledgements, or not first", frame, acks)
		}
	})
}
