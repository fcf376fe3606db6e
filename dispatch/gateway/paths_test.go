package gateway

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// listing notes the paths of the code, as it adds them.
type listing []string

func (l *listing) HandleFunc(pattern string, _ func(http.ResponseWriter, *http.Request)) {
	*l = append(*l, pattern)
}

// door is what a path asks of who comes.
type door string

const (
	byBearer   door = "a bearer token"            // guardedEndpoints has the rest
	byQuery    door = "a token in the query"      // of a WebSocket's opening
	bySecret   door = "a client's secret"         //
	fromThis   door = "this machine, if switched" // off by default
	forAnybody door = "nothing"                   // tells nothing of anybody
)

// doors are all paths of the code. One that is missing fails
// TestEveryPathHasADoor: think about who may come before you add it.
var doors = map[string]door{
	tokenPath: bySecret, limitedPath: byBearer, userinfoPath: byBearer, discoveryPath: forAnybody,
	resourcesPath: byBearer, resourcesPath + "/{ken}": byBearer,
	equipmentPath + "search/availability": byBearer, equipmentPath + "search/status": byBearer, equipmentPath + "search/movement": byBearer,
	equipmentPath + "elevator/door": byBearer, equipmentPath + "elevator/button": byBearer, equipmentPath + "escalator/movement/direction": byBearer,
	equipmentPath + "{ken}/serviceOrders": byBearer, equipmentPath + "{ken}/serviceOrders/{number}": byBearer,
	"/api/": forAnybody, "GET /stream-v2": byQuery, "GET /healthz": forAnybody, "GET /metrics": forAnybody,
	"POST /admin/v1/faults": fromThis, "GET /admin/v1/faults": fromThis, "DELETE /admin/v1/faults/{id}": fromThis,
	"GET /{$}": fromThis, "GET /live": fromThis, "GET /live/events": fromThis, "POST /live/calls": fromThis,
}

// TestEveryPathHasADoor asks the code for its paths and tries each as a stranger
// would: with nothing, with nonsense, with a token of somebody else's making, an
// expired one, one that is used up, and through a proxy.
func TestEveryPathHasADoor(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Admin, c.Page = true, true })
	brief := newDesk(t, func(c *Config) { c.Limits.Token = time.Second })
	brief.gateway.authority.signing = d.gateway.authority.signing // so that its tokens are good, were they not old
	stranger := newDesk(t, nil)                                   // signs with a key of its own
	forged, expired := stranger.token("app", "callgiving/*", "application/inventory"), brief.token("app", "callgiving/*", "application/inventory")
	time.Sleep(1100 * time.Millisecond)
	var all listing
	d.gateway.routes(&all)
	try := func(pattern, bearer string, query bool, change func(*http.Request)) int {
		method, path, found := strings.Cut(pattern, " ")
		if !found {
			method, path = http.MethodGet, pattern
			for _, e := range d.gateway.authority.endpoints() {
				if e.path == pattern {
					method = e.method
				}
			}
		}
		path = strings.NewReplacer("{ken}", "ken:100000001", "{number}", "1", "{id}", "1", "{$}", "").Replace(path)
		r := httptest.NewRequest(method, "http://127.0.0.1"+path, nil)
		r.RemoteAddr = "127.0.0.1:9"
		if bearer != "" && query {
			r.URL.RawQuery = "accessToken=" + bearer
		} else if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		if change != nil {
			change(r)
		}
		w := httptest.NewRecorder()
		d.gateway.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for _, pattern := range all {
		used := ""
		if doors[pattern] == byBearer || doors[pattern] == byQuery {
			used = d.once()
			if pattern == "GET /stream-v2" {
				try(pattern, used, true, nil)
			} else {
				try("GET "+userinfoPath, used, false, nil)
			}
		}
		expect := func(want int, what string, got int) {
			if got != want {
				t.Errorf("%s with %s: status %d, want %d", pattern, what, got, want)
			}
		}
		switch by := doors[pattern]; by {
		case byBearer, byQuery:
			for what, bearer := range map[string]string{"nothing": "", "nonsense": "a.b.c", "a token of another server": forged, "a token that is used up": used, "an expired token": expired} {
				expect(401, what, try(pattern, bearer, by == byQuery, nil))
			}
			expect(401, "a token where it does not belong", try(pattern, d.token("app", "callgiving/*"), by != byQuery, nil))
			if by == byBearer && pattern != userinfoPath && pattern != limitedPath { // any token may ask who it is; TestGuardedEndpoints has the other
				expect(403, "a token for something else", try(pattern, d.token("app", "robotcall/*"), false, func(r *http.Request) {
					r.Header.Set("Content-Type", jsonMedia)
					r.Body = io.NopCloser(strings.NewReader(`{"equipmentIds":["ken:100000001"]}`))
				}))
			}
		case bySecret:
			expect(401, "nothing", try(pattern, "", false, nil))
			expect(401, "a token", try(pattern, d.token("app", "callgiving/*"), false, nil))
			expect(401, "a wrong secret", try(pattern, "", false, func(r *http.Request) { r.SetBasicAuth("app", "other-secret") }))
			expect(401, "no secret", try(pattern, "", false, func(r *http.Request) { r.SetBasicAuth("app", "") }))
		case fromThis:
			expect(403, "an address of another machine", try(pattern, "", false, func(r *http.Request) { r.RemoteAddr = "192.0.2.7:9" }))
			expect(403, "a proxy between", try(pattern, "", false, func(r *http.Request) { r.Header.Set("X-Forwarded-For", "127.0.0.1") }))
			expect(403, "a stranger's name for this machine", try(pattern, "", false, func(r *http.Request) { r.Host = "rebound.example" }))
			expect(403, "another site's script", try(pattern, "", false, func(r *http.Request) {
				r.Header.Set("Sec-Fetch-Site", "cross-site")
				r.Header.Set("Sec-Fetch-Mode", "cors")
			}))
			if !strings.HasPrefix(pattern, "GET ") {
				expect(403, "another port's page", try(pattern, "", false, func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:3000") }))
			}
		case forAnybody:
		default:
			t.Errorf("%s has no door: say in doors who may come", pattern)
		}
	}
	for pattern := range doors {
		if !slices.Contains(all, pattern) {
			t.Errorf("%s is not a path of the code", pattern)
		}
	}
	// What can be switched is off unless it is switched on.
	var plain listing
	stranger.gateway.routes(&plain)
	for _, pattern := range plain {
		if doors[pattern] == fromThis {
			t.Errorf("%s is served although nobody switched it on", pattern)
		}
	}
}

// once is a single-use token.
func (d *desk) once() string {
	d.Helper()
	r, err := http.NewRequest("POST", d.server.URL+limitedPath, strings.NewReader(`{"endUserIdentity":"x","scopes":["callgiving/*"],"singleUse":true}`))
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+d.token("app", "callgiving/*"))
	answer, err := d.server.Client().Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer answer.Body.Close()
	return tokenIn(d, answer)
}

// Of many who use a single-use token at one instant, one is let in.
func TestASingleUseTokenIsUsedOnceByManyAtOnce(t *testing.T) {
	d := newDesk(t, nil)
	for round := range 5 {
		once := d.once()
		const many = 32
		start, codes := make(chan struct{}), make(chan int, many)
		for range many {
			go func() {
				<-start
				r := httptest.NewRequest("GET", userinfoPath, nil)
				r.Header.Set("Authorization", "Bearer "+once)
				w := httptest.NewRecorder()
				d.gateway.Handler().ServeHTTP(w, r)
				codes <- w.Code
			}()
		}
		close(start)
		in := 0
		for range many {
			if <-codes == http.StatusOK {
				in++
			}
		}
		if in != 1 {
			t.Errorf("round %d: %d of %d were let in, want 1", round, in, many)
		}
	}
}

// A fault of ours that one client meets ends its socket, and nobody else's.
func TestAFaultOfOursEndsOneSocket(t *testing.T) {
	log := &strings.Builder{}
	d := newDesk(t, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(log, nil))
		c.Admit = func(_, card, _ string) error { panic("the card of " + card) }
	})
	other, l := d.robot(), d.robot()
	l.send(`{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"action","groupId":"1","payload":{"request_id":1,"area":1000,"media_id":"Someone","media_type":"RFID","call":{"action":2,"destination":3000}}}`)
	if code := l.closed(); code != 1011 {
		t.Errorf("closed with %d", code)
	}
	if got := other.ask(ping(1)); got != okAck(1) {
		t.Errorf("another client got %s", got)
	}
	if n := d.gateway.metrics.GetOrCreateCounter("hoistway_handler_faults_total").Get(); n != 1 || strings.Contains(log.String(), "Someone") {
		t.Errorf("%d faults counted; log: %s", n, log)
	}
	d.eventually("the socket is gone", func() bool { n, _ := d.gateway.streams.count(); return n == 1 })
}

// A session is not resumed with a token that could not have subscribed to what
// it hears, even if the application is the same.
func TestASessionIsNotResumedWithALesserToken(t *testing.T) {
	d := newDesk(t, nil)
	l := d.open(d.token("app", "callgiving/group:twin1:1"))
	session := l.create()
	l.ask(fmt.Sprintf(monitorOf, "m1", `["+/position"]`))
	for _, row := range []struct {
		scope string
		want  string
	}{
		{"application/inventory", badAck(`"r"`, 404, textNoSession)},
		{"callgiving/group:twin1:2", badAck(`"r"`, 404, textNoSession)},
		{"rtm/*", badAck(`"r"`, 404, textNoSession)},
	} {
		got := d.open(d.token("app", row.scope)).ask(`{"type":"resume-session","requestId":"r","sessionId":"` + session + `","resendLatestStateUpToSeconds":600}`)
		if got != row.want {
			t.Errorf("%s: got %s", row.scope, got)
		}
	}
	got := d.open(d.token("app", "robotcall/*")).ask(`{"type":"resume-session","requestId":"r","sessionId":"` + session + `"}`)
	if !strings.Contains(got, `"statusCode":201`) {
		t.Errorf("a token that is good for it: got %s", got)
	}
}

const monitorOf = `{"type":"site-monitoring","requestId":%q,"buildingId":"building:twin1","callType":"monitor","groupId":"1","payload":{"sub":"s","duration":300,"subtopics":%s}}`

// Who renews a subscription without end leaves nothing of the old ones behind.
func TestRenewedSubscriptionsAreForgotten(t *testing.T) {
	d := newDesk(t, nil)
	l := d.robot()
	alarms := func() (n int) {
		_ = d.site().ask(t.Context(), func() { n = len(d.site().alarms) })
		return n
	}
	before := alarms()
	for i := range 200 {
		if got := l.ask(fmt.Sprintf(monitorOf, fmt.Sprint("m", i), `["call_state/77/fixed"]`)); !strings.Contains(got, `"statusCode":201`) {
			t.Fatalf("got %s", got)
		}
	}
	if n := alarms(); n > before+1 {
		t.Errorf("%d alarms wait, %d before 200 renewals", n, before)
	}
}

// A flood of the protocol's pings, which no rate of messages bounds, closes the
// socket.
func TestAFloodOfPingsClosesTheSocket(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Rate, c.Limits.Burst = 1, 20 })
	w := rawSocket(t, strings.TrimPrefix(d.server.URL, "http://"), d.token("app", "callgiving/*"))
	for range 200 {
		if w.write(wsFrame(0x89, []byte("x"), true)) != nil {
			break
		}
	}
	if code := w.closeCode(5 * time.Second); code != 1008 {
		t.Errorf("closed with %d", code)
	}
}

// However many ask how the buildings are, the buildings are asked once.
func TestManyWhoAskForHealthTakeOnePlace(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Inbox = 8 })
	let := d.stop()
	const many = 100
	codes := make(chan int, many)
	for range many {
		go func() {
			w := httptest.NewRecorder()
			d.gateway.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
			codes <- w.Code
		}()
	}
	time.Sleep(100 * time.Millisecond)
	if n := len(d.site().inbox); n > 1 {
		t.Errorf("%d places of the building's queue are taken", n)
	}
	let()
	for range many {
		if code := <-codes; code != http.StatusOK {
			t.Fatalf("status %d", code)
		}
	}
}

// What waits for who does not read is bounded in bytes as well as in frames.
func TestLargeFramesWaitInFewNumbers(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Outbox = 1 << 20 })
	l := d.robot()
	c := d.member(l.create())
	frame := []byte(`{"data":{},"x":"` + strings.Repeat("x", 20_000) + `"}`)
	most := 0
	d.eventually("the socket is closed as too slow", func() bool {
		for range 20 {
			c.event(frame)
			for _, k := range d.gateway.streams.all() {
				k.mu.Lock()
				sum := 0
				for _, f := range k.queue {
					sum += len(f.frame)
				}
				most = max(most, sum)
				k.mu.Unlock()
			}
		}
		return d.gateway.streams.meter.slow.Get() == 1
	})
	if most > outboxBytes+len(frame) {
		t.Errorf("%d bytes waited", most)
	}
}

// A session has so many topics in a group, in however many subscriptions; the
// oldest subscription gives way.
func TestTopicsOfASessionAreBounded(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Topics, c.Limits.Subscribed = 4, 64 })
	l := d.robot()
	for i := range 40 {
		topics := fmt.Sprintf(`["call_state/%d/a","call_state/%d/b","call_state/%d/c"]`, i, i, i)
		if got := l.ask(fmt.Sprintf(monitorOf, fmt.Sprint("m", i), topics)); !strings.Contains(got, `"statusCode":201`) {
			t.Fatalf("got %s", got)
		}
	}
	watches, newest := 0, false
	_ = d.site().ask(t.Context(), func() {
		for _, at := range d.site().groups[0].monitor.index {
			for _, w := range at {
				watches++
				newest = newest || w.pattern == "call_state/39/c"
			}
		}
	})
	if watches != 30 || !newest {
		t.Errorf("%d topics are watched, the newest %v: want 30 of at most 32, and the newest", watches, newest)
	}
}
