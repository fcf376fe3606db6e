package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/building"
)

// fromLoopback is a request as curl on the same machine sends it.
func fromLoopback(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:5000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAdminBeginsListsAndEndsFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBuilding(5, 2, 1)
		g := played(t, Config{Admin: true}, b)
		end := run(t, g)
		h := g.Handler()
		half := 0.5
		for _, c := range []struct {
			what, form string
			answer     faultForm
			told       building.Fault // zero = the building hears nothing
		}{
			{"a car, by bank and name", `{"building":"a","kind":"car-out-of-service","bank":"Bank 1","car":"B","for":"30s"}`,
				faultForm{ID: 1, Building: "a", Kind: "car-out-of-service", Bank: "Bank 1", Car: "B", For: "30s", Left: "30s", Source: "admin"},
				building.Fault{Kind: building.CarOutOfService, Bank: 0, Car: 1, For: 30 * time.Second}},
			{"the only car of a bank need not be named", `{"kind":"stuck-door","bank":"Bank 2","for":"1m"}`,
				faultForm{ID: 2, Building: "a", Kind: "stuck-door", Bank: "Bank 2", Car: "A", For: "1m0s", Left: "1m0s", Source: "admin"},
				building.Fault{Kind: building.StuckDoor, Bank: 1, Car: 0, For: time.Minute}},
			{"a slow car has half its speed when nothing is said", `{"kind":"slow-car","bank":"Bank 1","car":"A","for":"1m"}`,
				faultForm{ID: 3, Building: "a", Kind: "slow-car", Bank: "Bank 1", Car: "A", For: "1m0s", Left: "1m0s", Source: "admin", Factor: &half},
				building.Fault{Kind: building.SlowCar, Bank: 0, Car: 0, Factor: 0.5, For: time.Minute}},
			{"a floor, by its name and not its number", `{"kind":"floor-locked","floor":"3","for":"5m"}`,
				faultForm{ID: 4, Building: "a", Kind: "floor-locked", Floor: "3", For: "5m0s", Left: "5m0s", Source: "admin"},
				building.Fault{Kind: building.FloorLocked, Floor: 2, For: 5 * time.Minute}},
			{"the link is no affair of the building", `{"kind":"link-down","for":"10s"}`,
				faultForm{ID: 5, Building: "a", Kind: "link-down", For: "10s", Left: "10s", Source: "admin"}, building.Fault{}},
			{"a cold start", `{"kind":"cold-start","for":"1h","delay":"4s"}`,
				faultForm{ID: 6, Building: "a", Kind: "cold-start", For: "1h0m0s", Left: "1h0m0s", Source: "admin", Delay: "4s"}, building.Fault{}},
			{"late events", `{"kind":"stale-events","for":"20s","share":0.5}`,
				faultForm{ID: 7, Building: "a", Kind: "stale-events", For: "20s", Left: "20s", Source: "admin", Delay: "2s", Share: &half}, building.Fault{}},
		} {
			before := len(b.faults)
			w := do(h, fromLoopback("POST", "/admin/v1/faults", c.form))
			var got faultForm
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusCreated {
				t.Fatalf("%s: status %d, %s", c.what, w.Code, w.Body)
			}
			if d := cmp.Diff(c.answer, got); d != "" {
				t.Errorf("%s: -want +got\n%s", c.what, d)
			}
			switch {
			case c.told == building.Fault{} && len(b.faults) != before:
				t.Errorf("%s: the building was told %+v, want nothing", c.what, b.faults[before:])
			case c.told != building.Fault{} && (len(b.faults) != before+1 || b.faults[before] != c.told):
				t.Errorf("%s: the building was told %+v, want %+v", c.what, b.faults[before:], c.told)
			}
		}
		time.Sleep(15 * time.Second)
		listed := func() (ids []int64, left []string) {
			var list struct{ Faults []faultForm }
			w := do(h, fromLoopback("GET", "/admin/v1/faults", ""))
			if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Code != http.StatusOK {
				t.Fatalf("status %d, %s", w.Code, w.Body)
			}
			for _, f := range list.Faults {
				ids, left = append(ids, f.ID), append(left, f.Left)
			}
			return ids, left
		}
		ids, left := listed()
		if d := cmp.Diff([]int64{1, 2, 3, 4, 6, 7}, ids); d != "" { // 5 is over
			t.Errorf("the faults that last after 15 s: -want +got\n%s", d)
		}
		if d := cmp.Diff([]string{"15s", "45s", "45s", "4m45s", "59m45s", "5s"}, left); d != "" {
			t.Errorf("how long they still last: -want +got\n%s", d)
		}
		if w := do(h, fromLoopback("DELETE", "/admin/v1/faults/4", "")); w.Code != http.StatusNoContent {
			t.Errorf("ending a fault: status %d, %s", w.Code, w.Body)
		}
		if last := b.faults[len(b.faults)-1]; last != (building.Fault{Kind: building.FloorLocked, Floor: 2}) {
			t.Errorf("the building was told %+v, want the end of the lock", last)
		}
		for id, status := range map[string]int{"4": http.StatusNotFound, "5": http.StatusNotFound, "99": http.StatusNotFound, "x": http.StatusBadRequest} {
			if w := do(h, fromLoopback("DELETE", "/admin/v1/faults/"+id, "")); w.Code != status {
				t.Errorf("ending fault %s: status %d, want %d", id, w.Code, status)
			}
		}
		end()
		if w := do(h, fromLoopback("POST", "/admin/v1/faults", `{"kind":"floor-locked","floor":"3","for":"5m"}`)); w.Code != http.StatusServiceUnavailable {
			t.Errorf("a fault in a building that is closed: status %d, want 503", w.Code)
		}
	})
}

func TestAdminSaysWhatIsWrong(t *testing.T) {
	g := played(t, Config{Admin: true}, newFakeBuilding(3, 2, 1), newFakeBuilding(3, 1))
	for _, c := range []struct {
		what, form, field string
		allowed           []string
	}{
		{"no kind", `{"building":"a","for":"30s"}`, "kind", faultKinds},
		{"a kind there is not", `{"building":"a","kind":"fire","for":"30s"}`, "kind", faultKinds},
		{"one of two buildings has to be named", `{"kind":"link-down","for":"30s"}`, "building", []string{"a", "b"}},
		{"a building there is not", `{"building":"c","kind":"link-down","for":"30s"}`, "building", []string{"a", "b"}},
		{"no duration", `{"building":"a","kind":"link-down"}`, "for", nil},
		{"a duration without a unit", `{"building":"a","kind":"link-down","for":"30"}`, "for", nil},
		{"a duration too short", `{"building":"a","kind":"link-down","for":"1ms"}`, "for", nil},
		{"a duration too long", `{"building":"a","kind":"link-down","for":"25h"}`, "for", nil},
		{"one of two banks has to be named", `{"building":"a","kind":"stuck-door","car":"A","for":"30s"}`, "bank", []string{"Bank 1", "Bank 2"}},
		{"a bank there is not", `{"building":"a","kind":"stuck-door","bank":"Bank 9","car":"A","for":"30s"}`, "bank", []string{"Bank 1", "Bank 2"}},
		{"a car there is not", `{"building":"a","kind":"stuck-door","bank":"Bank 1","car":"C","for":"30s"}`, "car", []string{"A", "B"}},
		{"no floor", `{"building":"a","kind":"floor-locked","for":"30s"}`, "floor", []string{"1", "2", "3"}},
		{"a floor there is not", `{"building":"a","kind":"floor-locked","floor":"0","for":"30s"}`, "floor", []string{"1", "2", "3"}},
		{"a floor for a car", `{"building":"b","kind":"stuck-door","floor":"1","for":"30s"}`, "floor", []string{"bank", "car"}},
		{"a factor for a link", `{"building":"a","kind":"link-down","factor":0.5,"for":"30s"}`, "factor", nil},
		{"a car faster than rated", `{"building":"b","kind":"slow-car","factor":1.5,"for":"30s"}`, "factor", nil},
		{"a car that does not move", `{"building":"b","kind":"slow-car","factor":0,"for":"30s"}`, "factor", nil},
		{"more than all events", `{"building":"a","kind":"stale-events","share":1.1,"for":"30s"}`, "share", nil},
		{"no events", `{"building":"a","kind":"stale-events","share":0,"for":"30s"}`, "share", nil},
		{"a delay of more than a minute", `{"building":"a","kind":"cold-start","delay":"2m","for":"30s"}`, "delay", nil},
		{"an id of one's own", `{"id":7,"building":"a","kind":"link-down","for":"30s"}`, "id", nil},
		{"a field there is not", `{"building":"a","kind":"link-down","for":"30s","car_id":1}`, "", nil},
		{"two objects", `{"building":"a","kind":"link-down","for":"30s"}{}`, "", nil},
		{"no object", `[]`, "", nil},
	} {
		w := do(g.Handler(), fromLoopback("POST", "/admin/v1/faults", c.form))
		var got objection
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusBadRequest || got.Message == "" {
			t.Errorf("%s: status %d, %s", c.what, w.Code, w.Body)
		}
		if got.Field != c.field {
			t.Errorf("%s: the field is %q, want %q", c.what, got.Field, c.field)
		}
		if d := cmp.Diff(c.allowed, got.Allowed); d != "" {
			t.Errorf("%s: allowed: -want +got\n%s", c.what, d)
		}
	}
	r := fromLoopback("POST", "/admin/v1/faults", `{"building":"a","kind":"link-down","for":"30s"}`)
	r.Header.Set("Content-Type", "text/plain")
	if w := do(g.Handler(), r); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a body that does not say it is JSON: status %d, want 415", w.Code)
	}
	if w := do(g.Handler(), fromLoopback("POST", "/admin/v1/faults", `{"kind":"`+strings.Repeat("x", 1<<17)+`"}`)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 128 KiB: status %d, want 413", w.Code)
	}
	if n := len(g.faults.list(0, nil)); n != 0 {
		t.Errorf("%d faults have begun all the same", n)
	}
}

// Admin and page answer this machine's own programs and pages, and nobody else.
func TestServedToThisMachineOnly(t *testing.T) {
	g := played(t, Config{Admin: true, Page: true}, newFakeBuilding(3, 1))
	paths := []struct{ method, path, body string }{
		{"GET", "/admin/v1/faults", ""}, {"POST", "/admin/v1/faults", `{"kind":"link-down","for":"1s"}`}, {"DELETE", "/admin/v1/faults/1", ""},
		{"GET", "/live", ""}, {"GET", "/", ""}, {"GET", "/live/events", ""}, {"POST", "/live/calls", `{"from":0,"to":1}`},
	}
	for _, c := range []struct {
		what, remote, host string
		header             [2]string
	}{
		{"another machine", "192.0.2.7:5000", "127.0.0.1:8080", [2]string{}},
		{"another machine, over IPv6", "[2001:db8::1]:5000", "[::1]:8080", [2]string{}},
		{"a stranger's name that resolves to this machine", "127.0.0.1:5000", "evil.example:8080", [2]string{}},
		{"a stranger's name that begins like this machine's", "127.0.0.1:5000", "localhost.evil.example", [2]string{}},
		{"an address that only looks like it", "127.0.0.1:5000", "127.0.0.1.evil.example", [2]string{}},
		{"no address", "", "127.0.0.1:8080", [2]string{}},
		{"no host", "127.0.0.1:5000", "", [2]string{}},
		{"a proxy on this machine", "127.0.0.1:5000", "127.0.0.1:8080", [2]string{"X-Forwarded-For", "192.0.2.7"}},
		{"a proxy that says so in the standard's words", "127.0.0.1:5000", "127.0.0.1:8080", [2]string{"Forwarded", "for=192.0.2.7"}},
		{"a proxy that names itself", "127.0.0.1:5000", "127.0.0.1:8080", [2]string{"Via", "1.1 front"}},
	} {
		for _, p := range paths {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second) // an answer let through would have no end
			r := fromLoopback(p.method, p.path, p.body).WithContext(ctx)
			r.RemoteAddr, r.Host = c.remote, c.host
			if c.header[0] != "" {
				r.Header.Set(c.header[0], c.header[1])
			}
			if w := do(g.Handler(), r); w.Code != http.StatusForbidden {
				t.Errorf("%s: %s %s: status %d, want 403", c.what, p.method, p.path, w.Code)
			}
			cancel()
		}
	}
	for _, c := range []struct {
		what         string
		site, origin string
		pass         bool
	}{
		{"a program", "", "", true},
		{"our page", "same-origin", "http://127.0.0.1:8080", true},
		{"our page in an old browser", "", "http://127.0.0.1:8080", true},
		{"another site's page", "cross-site", "https://evil.example", false},
		{"another site's page in an old browser", "", "https://evil.example", false},
		{"the page of another port", "same-site", "http://127.0.0.1:9999", false},
		{"a page without an origin", "cross-site", "null", false},
	} {
		r := fromLoopback("POST", "/admin/v1/faults", `{"kind":"link-down","for":"1s"}`)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := do(g.Handler(), r)
		if pass := w.Code == http.StatusCreated; pass != c.pass {
			t.Errorf("%s: status %d, want it to pass: %v", c.what, w.Code, c.pass)
		}
	}
	r := fromLoopback("GET", "/live/events", "")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := do(g.Handler(), r); w.Code != http.StatusForbidden {
		t.Errorf("another site's page listens to events: status %d, want 403", w.Code)
	}
	r = fromLoopback("GET", "/live", "")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	if w := do(g.Handler(), r); w.Code != http.StatusOK {
		t.Errorf("following another site's link to the page: status %d, want 200", w.Code)
	}
}

func TestAdminAndPageAreOffByDefault(t *testing.T) {
	h := played(t, Config{}, newFakeBuilding(3, 1)).Handler()
	for _, path := range []string{"GET /admin/v1/faults", "POST /admin/v1/faults", "DELETE /admin/v1/faults/1", "GET /live", "GET /live/events", "POST /live/calls"} {
		method, path, _ := strings.Cut(path, " ")
		if w := do(h, fromLoopback(method, path, "")); w.Code != http.StatusNotFound {
			t.Errorf("%s %s: status %d, want 404", method, path, w.Code)
		}
	}
}

func FuzzFault(f *testing.F) {
	f.Add(`{"kind":"slow-car","car":"A","for":"30s","factor":0.25}`)
	f.Add(`{"kind":"stale-events","for":"30s","share":1e-300,"delay":"1ns"}`)
	f.Add(`{"kind":"floor-locked","floor":"1","for":"9999999h"}`)
	f.Add(`[[[[`)
	b := newFakeBuilding(3, 2)
	g, err := Open(Config{Speed: 1, Admin: true, Buildings: []Building{{ID: "a", Building: b}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var form faultForm
		w := httptest.NewRecorder()
		if !decodeForm(w, fromLoopback("POST", "/admin/v1/faults", body), &form) {
			if w.Code < 400 {
				t.Errorf("a body that is none gets status %d", w.Code)
			}
			return
		}
		a, wrong := g.readFault(&form)
		if wrong != nil {
			if wrong.Message == "" || wrong.Field == "" {
				t.Errorf("an objection without a word: %+v", wrong)
			}
			return
		}
		p := a.place
		if a.lasts < shortestFault || a.lasts > longestFault || p.Bank != 0 || p.Car < 0 || p.Car > 1 || p.Floor < 0 || p.Floor > 2 || p.Factor < 0 || p.Factor >= 1 || a.share < 0 || a.share > 1 || a.delay < 0 || a.delay > longestDelay {
			t.Errorf("%s is read as %+v", body, a)
		}
	})
}
