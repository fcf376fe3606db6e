package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// placed places a call at the page and gives its ID.
func placed(t *testing.T, h http.Handler, form string) int64 {
	t.Helper()
	w := do(h, fromLoopback("POST", "/live/calls", form))
	var got struct{ ID int64 }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusCreated || got.ID == 0 {
		t.Fatalf("status %d, %s", w.Code, w.Body)
	}
	time.Sleep(time.Millisecond) // what a call leads to comes after its result
	return got.ID
}

// taken is a picture of a site.
func taken(t *testing.T, g *Gateway, site int) (shot picture) {
	t.Helper()
	if err := g.sites[site].ask(t.Context(), func() { shot = g.page.picture(g.sites[site]) }); err != nil {
		t.Fatal(err)
	}
	return shot
}

func TestPictureFollowsACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{Page: true}, newFakeBuilding(5, 2))
		end := run(t, g)
		id := placed(t, g.Handler(), `{"building":0,"bank":0,"from":3,"to":1}`)
		var states []string
		for range 200 {
			shot := taken(t, g, 0)
			if len(shot.Calls) != 1 {
				break
			}
			call := shot.Calls[0]
			if call.ID != id || call.From != 3 || call.To != 1 || call.Bank != 0 {
				t.Fatalf("the picture shows %+v, want call %d from 3 to 1", call, id)
			}
			if n := len(states); n == 0 || states[n-1] != call.State {
				states = append(states, call.State)
				if call.State == "fixed" && call.Car < 0 {
					t.Error("a call is fixed without a car")
				}
			}
			if lit := len(shot.Banks[0].LitDown); call.State == "fixed" && lit != 1 || call.State == "being_served" && lit != 0 {
				t.Errorf("in state %s, %d calls are lit down", call.State, lit)
			}
			if clients := shot.Banks[0].Clients[3]; clients != 0 {
				t.Errorf("the page's own call is shown as %d of clients", clients)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if d := cmp.Diff([]string{"fixed", "being_served", "served"}, states); d != "" {
			t.Errorf("the states seen: -want +got\n%s", d)
		}
		if shot := taken(t, g, 0); shot.PerMinute != 1 || len(shot.Calls) != 0 {
			t.Errorf("afterwards the picture shows %d calls a minute and %v", shot.PerMinute, shot.Calls)
		}
		end()
	})
}

func TestPictureShowsClientsCallsAndFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{Page: true, Admin: true}, newFakeBuilding(5, 2))
		end := run(t, g)
		if _, err := g.Call("a", "1", 4, 2, 30*time.Second, nil, nil); err != nil {
			t.Fatal(err)
		}
		do(g.Handler(), fromLoopback("POST", "/admin/v1/faults", `{"kind":"floor-locked","floor":"2","for":"1m"}`))
		time.Sleep(time.Second)
		shot := taken(t, g, 0)
		if got := shot.Banks[0].Clients; got[4] != 1 {
			t.Errorf("calls of clients by floor: %v, want one on floor 4", got)
		}
		if len(shot.Calls) != 0 {
			t.Errorf("a client's call is shown as the page's: %+v", shot.Calls)
		}
		if len(shot.Faults) != 1 || shot.Faults[0].Floor != 1 || shot.Faults[0].Until != 60_000 {
			t.Errorf("faults: %+v, want floor 1 locked until 60 s", shot.Faults)
		}
		if placed(t, g.Handler(), `{"building":0,"bank":0,"from":0,"to":1}`); taken(t, g, 0).Calls[0].Why != floorIsLocked {
			t.Errorf("a call to the locked floor: %+v, want it cancelled", taken(t, g, 0).Calls[0])
		}
		end()
	})
}

func TestPageRefusesCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{Page: true}, newFakeBuilding(3, 1))
		end := run(t, g)
		for _, c := range []struct {
			what, form, field string
		}{
			{"a building there is not", `{"building":1,"bank":0,"from":0,"to":1}`, "building"},
			{"a building before the first", `{"building":-1,"bank":0,"from":0,"to":1}`, "building"},
			{"a bank there is not", `{"building":0,"bank":1,"from":0,"to":1}`, "bank"},
			{"a floor there is not", `{"building":0,"bank":0,"from":3,"to":1}`, "from"},
			{"a floor below the lowest", `{"building":0,"bank":0,"from":0,"to":-1}`, "to"},
			{"the same floor", `{"building":0,"bank":0,"from":1,"to":1}`, "to"},
			{"a number too large for a floor", `{"building":0,"bank":0,"from":70000,"to":1}`, ""},
			{"a field there is not", `{"building":0,"bank":0,"from":0,"to":1,"who":"me"}`, ""},
		} {
			w := do(g.Handler(), fromLoopback("POST", "/live/calls", c.form))
			var got objection
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusBadRequest || got.Field != c.field || got.Message == "" {
				t.Errorf("%s: status %d, %s; want 400 and the field %q", c.what, w.Code, w.Body, c.field)
			}
		}
		g.sites[0].link.setDown(time.Minute)
		if w := do(g.Handler(), fromLoopback("POST", "/live/calls", `{"from":0,"to":1}`)); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "1005") {
			t.Errorf("with the link down: status %d, %s", w.Code, w.Body)
		}
		g.sites[0].link.setDown(0)
		g.sites[0].link.setCold(time.Minute, 3*time.Second)
		before := time.Now()
		placed(t, g.Handler(), `{"from":0,"to":1}`)
		if took := time.Since(before); took.Round(10*time.Millisecond) != 3*time.Second {
			t.Errorf("with cold functions the answer takes %v, want 3s", took)
		}
		for i := range mostPageCalls {
			if w := do(g.Handler(), fromLoopback("POST", "/live/calls", `{"from":0,"to":1}`)); w.Code == http.StatusConflict {
				if i < mostPageCalls-2 {
					t.Errorf("call %d is one too many", i)
				}
				end()
				return
			}
		}
		t.Error("the page takes calls without an end")
		end()
	})
}

// Listeners share what is sent; who does not read is dropped; the last one to
// leave stops the samplers.
func TestListeners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{Page: true}, newFakeBuilding(3, 1), newFakeBuilding(3, 1))
		end := run(t, g)
		p := g.page
		fast, slow := p.join(g.sites[:1]), p.join(g.sites[:1])
		one, other := <-fast.frames, <-slow.frames
		if &one[0] != &other[0] {
			t.Error("two listeners get frames of their own, want one frame encoded once")
		}
		if late := p.join(g.sites[:1]); !bytes.Equal(<-late.frames, one) {
			t.Error("who comes later does not see the present picture at once")
		} else {
			p.leave(late)
		}
		quiet := 0
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); quiet++ {
			<-fast.frames
		}
		if quiet < 9 || quiet > 11 {
			t.Errorf("%d pictures of a building at rest in 20 s, want one each 2 s", quiet)
		}
		for range 40 { // the slow one has read but one of them
			<-fast.frames
		}
		select {
		case <-slow.gone:
		default:
			t.Errorf("a listener that does not read is kept; %d frames wait for it", len(slow.frames))
		}
		select {
		case <-fast.gone:
			t.Error("a listener that reads is dropped with the other")
		default:
		}
		if p.shows[1].stop != nil {
			t.Error("a building that nobody looks at is sampled")
		}
		p.leave(fast)
		p.leave(fast) // twice is fine
		if p.shows[0].latest != nil || len(p.listeners) != 0 {
			t.Error("something is left of listeners that have left")
		}
		var all []*listener
		for range pageListeners {
			all = append(all, p.join(g.sites))
		}
		if all[pageListeners-1] == nil || p.join(g.sites) != nil {
			t.Errorf("more or fewer than %d listeners are let in", pageListeners)
		}
		g.Drain(t.Context())
		for _, l := range all {
			<-l.gone
		}
		if p.join(g.sites) != nil {
			t.Error("a page is opened after the end")
		}
		end() // and the bubble finds goroutines that are left
	})
}

// A picture comes when something changes, at most every 200 ms, and says until
// when the one before was true.
func TestPicturesOfMotion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{Page: true}, newFakeBuilding(5, 1))
		end := run(t, g)
		l := g.page.join(g.sites)
		<-l.frames
		time.Sleep(900 * time.Millisecond)
		placed(t, g.Handler(), `{"from":3,"to":1}`)
		frame := string(<-l.frames)
		var sent struct {
			At, Held int64
			Picture  picture
		}
		_, data, _ := strings.Cut(frame, "data: ")
		if err := json.Unmarshal([]byte(data), &sent); err != nil {
			t.Fatal(err)
		}
		if sent.At != 1000 || sent.Held != 800 || len(sent.Picture.Calls) != 1 {
			t.Errorf("after a call at 900 ms the picture of %d ms comes, the one before was true until %d; want 1000 and 800\n%s", sent.At, sent.Held, frame)
		}
		g.page.leave(l)
		end()
	})
}

func TestEventStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{Page: true, Admin: true}, newFakeBuilding(3, 1), newFakeBuilding(4, 1))
		end := run(t, g)
		ctx, leave := context.WithCancel(t.Context())
		w := httptest.NewRecorder()
		over := make(chan bool)
		go func() {
			g.Handler().ServeHTTP(w, fromLoopback("GET", "/live/events?building=b", "").WithContext(ctx))
			close(over)
		}()
		time.Sleep(11 * time.Second)
		leave()
		<-over
		text := w.Body.String()
		events := regexp.MustCompile(`(?m)^event: (\w+)$`).FindAllStringSubmatch(text, -1)
		if len(events) != 7 || events[0][1] != "plan" || events[1][1] != "picture" || strings.Count(text, ": still here") != 2 {
			t.Errorf("want a plan, six pictures in 11 s and two signs of life:\n%s", text)
		}
		if !strings.Contains(text, `"all":["a","b"],"buildings":[{"index":1,"id":"b"`) || strings.Contains(text, `{"building":0`) {
			t.Errorf("want building b and no other:\n%s", text)
		}
		if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
			t.Errorf("the content type is %s", kind)
		}
		for _, query := range []string{"?building=x", "?building=" + strings.Repeat("a&building=", 7) + "a"} {
			if w := do(g.Handler(), fromLoopback("GET", "/live/events"+query, "")); w.Code != http.StatusBadRequest {
				t.Errorf("%s: status %d, want 400", query, w.Code)
			}
		}
		end()
	})
}

func TestPageHeaders(t *testing.T) {
	g := played(t, Config{Page: true}, newFakeBuilding(3, 1))
	w := do(g.Handler(), fromLoopback("GET", "/live", ""))
	for header, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		if got := w.Header().Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	if !regexp.MustCompile(`^default-src 'none'; connect-src 'self'; script-src 'sha256-[^']{44}'; style-src 'sha256-[^']{44}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$`).MatchString(policy) {
		t.Errorf("the policy is %s", policy)
	}
	for _, tag := range []string{"<script", "<style"} {
		if n := strings.Count(pageText, tag); n != 1 {
			t.Errorf("the page has %d of %s, want the one that the policy lets in", n, tag)
		}
	}
	if found := regexp.MustCompile(`(?i)https?://|\son\w+=|\sstyle=|innerHTML|insertAdjacentHTML|document\.write`).FindAllString(strings.ReplaceAll(pageText, "http://www.w3.org/2000/svg", ""), -1); found != nil {
		t.Errorf("the page has %q: names of a scenario could run as script, or something be loaded from elsewhere", found)
	}
	if w := do(g.Handler(), fromLoopback("GET", "/", "")); w.Code != http.StatusFound || w.Header().Get("Location") != "/live" {
		t.Errorf("/ gives status %d and leads to %q", w.Code, w.Header().Get("Location"))
	}
}

// A page of the largest installation is no larger than that of six buildings.
func TestPlanIsBounded(t *testing.T) {
	var many []*fakeBuilding
	for range 26 {
		many = append(many, newFakeBuilding(3, 1))
	}
	g := played(t, Config{Page: true}, many...)
	shown, wrong := g.page.asked(nil)
	if wrong != nil || len(shown) != pageShown {
		t.Errorf("%d buildings are shown, want %d (%v)", len(shown), pageShown, wrong)
	}
	if p := g.plan(shown); len(p.All) != 26 || len(p.Buildings) != pageShown {
		t.Errorf("the plan has %d IDs and %d buildings", len(p.All), len(p.Buildings))
	}
	if fmt.Sprint(g.plan(shown).Kinds) != "[]" {
		t.Error("the page offers faults although there is no admin API")
	}
}
