package load

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hoistway/scenarios"
)

// fake is a server that speaks just enough of the API. What it does to requests
// is up to a test.
type fake struct {
	*httptest.Server
	began     time.Time
	floors    int
	delay     func(since time.Duration) time.Duration // before a request is answered
	work      time.Duration                           // what one request takes, one at a time for all sockets; 0 = nothing
	served    time.Duration                           // from a subscription to the call's end
	refuse    func(callType string) int               // status to answer with instead of 201; nil = none
	openCode  int                                     // status to refuse sockets with; 0 = they are opened
	metrics   bool
	calls     atomic.Int64
	deleted   atomic.Int64
	pings     atomic.Int64
	closeAt   time.Duration // all sockets are closed by then with closeCode; 0 = never
	closeCode websocket.StatusCode
	busy      sync.Mutex
	app       fakeApp
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{began: time.Now(), floors: 12, served: 20 * time.Millisecond}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v2/oauth2/token", func(w http.ResponseWriter, r *http.Request) {
		if id, secret, _ := r.BasicAuth(); id != "app" || secret != "a secret of some length" || r.FormValue("grant_type") != "client_credentials" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"message":"unknown client"}`)
			return
		}
		fmt.Fprint(w, `{"access_token":"tok.en","token_type":"Bearer","expires_in":3600,"scope":"x"}`)
	})
	mux.HandleFunc("GET /api/v2/application/self/resources", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"buildings":[{"id":"b1","name":"B","groups":[{"id":"b1:1","name":"main"}]}],"equipments":[]}`)
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !f.metrics {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, "# a comment\nprocess_cpu_seconds_total 1.5\nprocess_resident_memory_bytes 1048576\ngo_goroutines 7\nfake_calls_total{kind=\"action}\"} %d\n", f.calls.Load())
	})
	mux.HandleFunc("/stream-v2", f.stream)
	for _, floor := range office(t).Building.Floors {
		f.app.floors = append(f.app.floors, floor.Name)
	}
	f.app.register(mux)
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

// handle is what the server does with one request before it answers.
func (f *fake) handle() {
	if f.delay != nil {
		time.Sleep(f.delay(time.Since(f.began)))
	}
	if f.work > 0 {
		f.busy.Lock()
		for end := time.Now().Add(f.work); time.Now().Before(end); {
			time.Sleep(time.Until(end))
		}
		f.busy.Unlock()
	}
}

func (f *fake) stream(w http.ResponseWriter, r *http.Request) {
	if f.openCode != 0 {
		w.WriteHeader(f.openCode)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"koneapi"}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	ctx := context.Background()
	if f.closeAt > 0 {
		timer := time.AfterFunc(max(0, f.closeAt-time.Since(f.began)), func() { _ = c.Close(f.closeCode, "") })
		defer timer.Stop()
	}
	say := func(format string, args ...any) {
		_ = c.Write(ctx, websocket.MessageText, fmt.Appendf(nil, format, args...))
	}
	for {
		_, text, err := c.Read(ctx)
		if err != nil {
			return
		}
		var m struct {
			Type, CallType string
			RequestID      string `json:"requestId"`
			Payload        struct {
				RequestID int64    `json:"request_id"`
				SessionID int64    `json:"session_id"`
				Subtopics []string `json:"subtopics"`
			}
		}
		if json.Unmarshal(text, &m) != nil {
			return
		}
		now := func() string { return stamp(time.Now()) }
		id := strconv.FormatInt(m.Payload.RequestID, 10)
		if m.RequestID != "" {
			id = strconv.Quote(m.RequestID)
		}
		if m.Type == "create-session" {
			say(`{"type":"ok","connectionId":"c","requestId":%s,"statusCode":201,"data":{"sessionId":"s"}}`, id)
			continue
		}
		f.handle()
		if f.refuse != nil {
			if code := f.refuse(m.CallType); code != 0 {
				say(`{"type":"error","connectionId":"c","requestId":%s,"statusCode":%d,"data":{"error":"no, 17 times"}}`, id, code)
				continue
			}
		}
		say(`{"connectionId":"c","requestId":%s,"statusCode":201,"data":{"time":"%s"}}`, id, now())
		envelope := `"callType":"` + m.CallType + `","buildingId":"building:b1","groupId":"1"`
		switch m.CallType {
		case "ping":
			f.pings.Add(1)
			say(`{"data":{"request_id":%s,"time":"%s"},%s}`, id, now(), envelope)
		case "config":
			var all []map[string]any
			for i := f.floors; i >= 1; i-- { // not in order: nobody promises one
				all = append(all, map[string]any{"area_id": i*1000 + 10, "group_floor_id": i, "group_side": 2, "short_name": fmt.Sprint("R", i)},
					map[string]any{"area_id": i * 1000, "group_floor_id": i, "group_side": 1, "short_name": fmt.Sprint("F", i)})
			}
			list, _ := json.Marshal(all)
			say(`{"data":{"version_major":2,"groups":[{"group_id":1,"terminals":[5]}],"destinations":%s},"requestId":%s,%s}`, list, id, envelope)
		case "action":
			say(`{"data":{"request_id":%s,"success":true,"session_id":%d},%s}`, id, 7000+f.calls.Add(1), envelope)
		case "delete":
			f.deleted.Add(1)
		case "monitor":
			session, _, _ := callState(m.Payload.Subtopics[0])
			for _, state := range []string{"fixed", "served"} {
				time.AfterFunc(f.served, func() {
					say(`{"data":{"time":"%s"},"subtopic":"call_state/%d/%s","requestId":%s,%s}`, now(), session, state, id, envelope)
				})
			}
		}
	}
}

// office is a small scenario.
func office(t *testing.T) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Load("office-lunch", scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// options are those of a short run against the fake.
func (f *fake) options(t *testing.T) Options {
	t.Helper()
	target, err := NewTarget(t.Context(), f.URL, Access{})
	if err != nil {
		t.Fatal(err)
	}
	p := PlanOf(office(t))
	p.Rate, p.PingRate, p.Sessions, p.OpenRate = 50, 50, 8, 1000
	p.WarmUp, p.Duration, p.Timeout, p.Settle, p.Delete = 200*time.Millisecond, time.Second, 3*time.Second, time.Second, 0.2
	p.MaxLateness = time.Second // a loaded test machine is no fault of what is tested
	return Options{Target: target, Client: Client{ID: "app", Secret: "a secret of some length"}, Scenario: office(t), Plan: p}
}
