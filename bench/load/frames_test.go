package load

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// What we send has the published form.
func TestRequests(t *testing.T) {
	g := Group{"b1", "2"}
	at := time.Date(2026, 1, 5, 8, 0, 0, 123e6, time.UTC)
	for _, c := range []struct{ sentence, got, want string }{
		{"a session has a text for an identifier", string(createSessionFrame(3)), `{"type":"create-session","requestId":"3"}`},
		{"a ping has a number, and none at the top", string(pingFrame(g, 4)), `{"type":"common-api","buildingId":"building:b1","callType":"ping","groupId":"2","payload":{"request_id":4}}`},
		{"a configuration has a text", string(configFrame(g, 5)), `{"type":"common-api","requestId":"5","buildingId":"building:b1","callType":"config","groupId":"2"}`},
		{"a call", string(callFrame(g, 6, 1, 3000, 5000, at)), `{"type":"lift-call-api-v2","buildingId":"building:b1","callType":"action","groupId":"2","payload":{"request_id":6,"area":3000,"time":"2026-01-05T08:00:00.123Z","terminal":1,"call":{"action":2,"destination":5000}}}`},
		{"a call taken back", string(deleteFrame(g, 7, 9000)), `{"type":"lift-call-api-v2","buildingId":"building:b1","callType":"delete","groupId":"2","payload":{"request_id":7,"session_id":9000}}`},
		{"a subscription", string(monitorFrame(g, 8, 9000, 5*time.Minute)), `{"type":"site-monitoring","requestId":"8","buildingId":"building:b1","callType":"monitor","groupId":"2","payload":{"sub":"load-8","duration":300,"subtopics":["call_state/9000/+"]}}`},
	} {
		if c.got != c.want || !json.Valid([]byte(c.got)) {
			t.Errorf("%s: sent %s, want %s", c.sentence, c.got, c.want)
		}
	}
}

func TestCallState(t *testing.T) {
	for _, c := range []struct {
		topic   string
		session int64
		state   string
		ok      bool
	}{
		{"call_state/7001/served", 7001, "served", true},
		{"call_state/x/served", 0, "", false},
		{"call_state/7001", 0, "", false},
		{"lift_1/position", 0, "", false},
		{"", 0, "", false},
	} {
		session, state, ok := callState(c.topic)
		if ok != c.ok || ok && (session != c.session || state != c.state) {
			t.Errorf("%q is %d, %q, %t", c.topic, session, state, ok)
		}
	}
}

// Texts of the server are counted without what could be a floor.
func TestNamed(t *testing.T) {
	if got := named("Ignoring call, unable to resolve area: area:9999\x1b"); got != "Ignoring call, unable to resolve area: area:# " {
		t.Errorf("named is %q", got)
	}
}

// Whatever a server sends, a socket takes it or leaves it.
func FuzzTake(f *testing.F) {
	for _, s := range []string{
		`{"connectionId":"c","requestId":1,"statusCode":201,"data":{"time":"2026-01-05T08:00:00.123Z"}}`,
		`{"type":"error","requestId":"2","statusCode":429,"data":{"error":"x"}}`,
		`{"data":{"request_id":1,"success":true,"session_id":7},"callType":"action"}`,
		`{"data":{"request_id":3,"time":"x"},"callType":"ping"}`,
		`{"data":{"time":"2026-01-05T08:00:00Z"},"subtopic":"call_state/7/served","requestId":"m","callType":"monitor"}`,
		`{"requestId":"","statusCode":400}`, `null`, `{}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var m frame
		if json.Unmarshal([]byte(text), &m) != nil {
			return
		}
		p := plan()
		fl := newFleet(nil, Client{}, p, []*bank{{}})
		r := newRecord(0, p)
		fl.record.Store(r)
		s := fl.sockets[0]
		for id, k := range []kind{kindPing, kindCall, kindDelete, kindMonitor} {
			one := &pending{kind: k, record: r, due: 3 * time.Second}
			if k == kindDelete || k == kindMonitor {
				one.call = &call{record: r, due: one.due, session: 7}
			}
			r.sent(k, one.due)
			s.pending[uint64(id+1)] = one
		}
		s.calls[7] = &call{record: r, due: 3 * time.Second, session: 7}
		s.take(&m, 4*time.Second)
		s.take(&m, 5*time.Second)
		if open := r.open.Load(); open < 0 {
			t.Errorf("%d requests are open", open)
		}
	})
}

func TestLatencyAboveTheHighestIsCounted(t *testing.T) {
	l := newLatency()
	l.record(time.Millisecond)
	l.record(time.Hour)
	l.record(-time.Second)
	got := l.result(true)
	if got.N != 3 || got.Beyond != 1 || got.Max < 299 || got.P50 < 0.0009 || got.P50 > 0.0011 {
		t.Errorf("%+v: want three values, one beyond the highest", got)
	}
	if len(got.Curve) == 0 || fmt.Sprint(got.Curve[len(got.Curve)-1].Share) != "1" {
		t.Errorf("the curve is %v", got.Curve)
	}
}

func TestErrorsHoldNoToken(t *testing.T) {
	target, err := NewTarget(t.Context(), "http://127.0.0.1:1", Access{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Saturation{Sockets: 1, Duration: time.Second}.rate(t.Context(), target.socketURL("s.e.c"), target.client, nil, nil)
	if err == nil || strings.Contains(err.Error(), "s.e.c") {
		t.Errorf("the error is %v", err)
	}
}
