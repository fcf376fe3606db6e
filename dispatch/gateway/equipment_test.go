package gateway

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// about asks about equipment.
func (f *front) about(path, bearer string, kens ...string) reply {
	f.t.Helper()
	body, err := json.Marshal(map[string][]string{"equipmentIds": kens})
	if err != nil {
		f.t.Fatal(err)
	}
	return f.do(ask{method: "POST", path: equipmentPath + path, bearer: bearer, media: jsonMedia, body: string(body)})
}

// Answers show the car as it is: here one under way from the third floor to the
// sixth, one out of service with its doors stuck, one that never moved.
func TestEquipmentShowsCars(t *testing.T) {
	withFront(t, func(f *front) {
		token := f.master(backend, "rtm/*")
		f.north.banks[0].cars[1].is = building.Car{
			Floor: 3, Advance: 4, Target: 5, Left: 2, LeftAt: time.Second, Arrives: 4500 * time.Millisecond, Travel: dispatch.Up, Motion: building.Moving, Persons: 3, Load: 225_000,
		}
		f.north.banks[1].cars[0].is = building.Car{Doors: building.Stuck, Motion: building.Stopped, Out: true}
		at := stamp(f.gateway.sites[0].time(f.gateway.instant()))
		kens := []string{"ken:100000002", "ken:100000101", "100010001"}
		for path, want := range map[string]string{
			"search/availability": `[
				{"equipmentId":"ken:100000002","state":"AVAILABLE","serviceMode":"NORMAL","lastUpdate":"AT","equipmentInfo":{"description":"B"}},
				{"equipmentId":"ken:100000101","state":"UNAVAILABLE","serviceMode":"OUT_OF_SERVICE","lastUpdate":"AT","equipmentInfo":{"description":"A"}},
				{"equipmentId":"ken:100010001","state":"AVAILABLE","serviceMode":"NORMAL","lastUpdate":"AT","equipmentInfo":{"description":"A"}}]`,
			"search/movement": `[
				{"equipmentId":"ken:100000002","movementEventType":"MOVEMENT_STARTED","mode":"NORMAL","durationSeconds":3.5,"distanceMeters":9,"lastUpdate":"AT","equipmentInfo":{"description":"B"},
				 "decks":[{"deckIndex":0,"startFloor":{"floorIndex":3,"marking":"3"},"stopFloor":{"floorIndex":6,"marking":"6"},"loadPercentage":23,"estimatedPersons":3}]},
				{"equipmentId":"ken:100000101","movementEventType":"MOVEMENT_COMPLETED","mode":"OUT_OF_SERVICE","durationSeconds":0,"distanceMeters":0,"lastUpdate":"AT","equipmentInfo":{"description":"A"},
				 "decks":[{"deckIndex":0,"startFloor":{"floorIndex":1,"marking":"1"},"stopFloor":{"floorIndex":1,"marking":"1"},"loadPercentage":0,"estimatedPersons":0}]},
				{"equipmentId":"ken:100010001","movementEventType":"MOVEMENT_COMPLETED","mode":"NORMAL","durationSeconds":0,"distanceMeters":0,"lastUpdate":"AT","equipmentInfo":{"description":"A"},
				 "decks":[{"deckIndex":0,"startFloor":{"floorIndex":1,"marking":"1"},"stopFloor":{"floorIndex":1,"marking":"1"},"loadPercentage":0,"estimatedPersons":0}]}]`,
			"elevator/door": `[
				{"equipmentId":"ken:100000002","lastUpdate":"AT","timestamp":"AT","state":"CLOSED","doorSideCode":1,"doorSideDesc":"FRONT","deckIndexCode":0,"deckIndexDesc":"SINGLE","floor":4,"floorMarking":"4","modeCode":0,"modeDesc":"NORMAL","equipmentInfo":{"description":"B"}},
				{"equipmentId":"ken:100000101","lastUpdate":"AT","timestamp":"AT","state":"ERROR","doorSideCode":1,"doorSideDesc":"FRONT","deckIndexCode":0,"deckIndexDesc":"SINGLE","floor":1,"floorMarking":"1","modeCode":-1,"modeDesc":"OUT_OF_SERVICE","equipmentInfo":{"description":"A"}},
				{"equipmentId":"ken:100010001","lastUpdate":"AT","timestamp":"AT","state":"CLOSED","doorSideCode":1,"doorSideDesc":"FRONT","deckIndexCode":0,"deckIndexDesc":"SINGLE","floor":1,"floorMarking":"1","modeCode":0,"modeDesc":"NORMAL","equipmentInfo":{"description":"A"}}]`,
		} {
			got := f.about(path, token, kens...)
			if got.status != 200 {
				t.Fatalf("%s: status %d, %s", path, got.status, got.body)
			}
			sameJSON(t, strings.ReplaceAll(want, `"AT"`, `"`+at+`"`), got.body)
		}
		var status []map[string]any
		f.about("search/status", token, kens...).into(t, &status)
		for i, want := range []map[string]any{
			{"equipmentId": "ken:100000002", "outOfOrder": false, "entrapment": false, "status": "NORMAL", "equipmentLocationId": "north", "equipmentNumber": "100000002", "equipmentType": "ELEVATOR", "maintenance": map[string]any{"status": ""}},
			{"equipmentId": "ken:100000101", "outOfOrder": true, "entrapment": false, "status": "OUT_OF_SERVICE", "equipmentLocationId": "north", "equipmentNumber": "100000101"},
			{"equipmentId": "ken:100010001", "outOfOrder": false, "equipmentLocationId": "south"},
		} {
			for name, value := range want {
				if diff := cmp.Diff(value, status[i][name]); diff != "" {
					t.Errorf("%v, %s: %s", want["equipmentId"], name, diff)
				}
			}
		}
	})
}

// The button that shows is the one lit last in the car's group, until it is
// answered. Calls that nobody sees on the landing do not show.
func TestEquipmentShowsButtons(t *testing.T) {
	withFront(t, func(f *front) {
		token := f.master(backend, "rtm/*")
		call := func(ken string) any {
			var got []map[string]any
			f.about("elevator/button", token, ken).into(t, &got)
			return got[0]["landingCallType"]
		}
		if got := call("ken:100000001"); got != nil {
			t.Errorf("no button is lit, and the answer has %v", got)
		}
		s := f.gateway.sites[0]
		for _, press := range []func(){
			func() { f.north.Press(0, 2, dispatch.Up) },
			func() { f.north.Press(0, 6, dispatch.Down) },
			func() { f.north.Ride(0, building.Ride{From: 4, To: 1, Group: 1, Ready: s.now + time.Minute}) },
		} {
			if err := s.ask(f.t.Context(), press); err != nil {
				t.Fatal(err)
			}
		}
		want := map[string]any{"floor": 7.0, "side": "FRONT", "direction": "DOWN", "type": "LANDING"}
		for _, ken := range []string{"ken:100000001", "ken:100000002"} {
			if diff := cmp.Diff(want, call(ken)); diff != "" {
				t.Errorf("%s: %s", ken, diff)
			}
		}
		if got := call("ken:100000101"); got != nil {
			t.Errorf("another group shows %v", got)
		}
		time.Sleep(10 * time.Second)
		if got := call("ken:100000001"); got != nil {
			t.Errorf("both are answered, and the answer has %v", got)
		}
	})
}

func TestEquipmentRequests(t *testing.T) {
	many := `"ken:100000001"` + strings.Repeat(`,"ken:100000001"`, maxEquipment)
	for _, row := range []struct {
		what, scopes, body string
		status             int
		fault              requestFault
	}{
		{"one of two is not the token's", "rtm/ken:100000001", `{"equipmentIds":["ken:100000001","ken:100000002"]}`, 403, requestFault{Type: "not_allowed", Header: "scope"}},
		{"equipment that does not exist", "rtm/*", `{"equipmentIds":["ken:100000001","ken:100000009"]}`, 404, requestFault{Type: "invalid", BodyPath: "equipmentIds[1]"}},
		{"who may not see it does not learn whether it exists", "rtm/ken:100000001", `{"equipmentIds":["ken:100000009"]}`, 403, requestFault{Type: "not_allowed", Header: "scope"}},
		{"none", "rtm/*", `{"equipmentIds":[]}`, 400, requestFault{Type: "invalidFormat", BodyPath: "equipmentIds"}},
		{"no list", "rtm/*", `{}`, 400, requestFault{Type: "invalidFormat", BodyPath: "equipmentIds"}},
		{"too many", "rtm/*", `{"equipmentIds":[` + many + `]}`, 400, requestFault{Type: "invalidFormat", BodyPath: "equipmentIds"}},
		{"a text instead of a list", "rtm/*", `{"equipmentIds":"ken:100000001"}`, 400, requestFault{Type: "invalidFormat", BodyPath: "equipmentIds"}},
		{"no number", "rtm/*", `{"equipmentIds":["lift A"]}`, 400, requestFault{Type: "invalidFormat", BodyPath: "equipmentIds[0]"}},
		{"no JSON", "rtm/*", `equipmentIds`, 400, requestFault{Type: "invalidFormat", BodyPath: "body"}},
	} {
		t.Run(row.what, func(t *testing.T) {
			withFront(t, func(f *front) {
				got := f.do(ask{method: "POST", path: equipmentPath + "search/availability", bearer: f.master(backend, row.scopes), media: jsonMedia, body: row.body})
				if diff := cmp.Diff(row.fault, got.refused(t, row.status)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestEquipmentWithoutLink(t *testing.T) {
	withFront(t, func(f *front) {
		token := f.master(backend, "rtm/*")
		f.gateway.sites[0].link.downUntil.Store(int64(time.Hour))
		got := f.about("search/status", token, "ken:100000001")
		if got.refused(t, 503); got.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		if got := f.about("search/status", token, "ken:100010001"); got.status != 200 {
			t.Errorf("the other building: status %d", got.status)
		}
	})
}

// A building with too much to do sheds requests, one that does nothing makes
// nobody wait for ever, and both are heard of.
func TestEquipmentOfABusyBuilding(t *testing.T) {
	withFront(t, func(f *front) {
		token, s := f.master(backend, "rtm/*"), f.gateway.sites[0]
		release := make(chan struct{})
		if err := s.post(func() { <-release }); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // it is at that, and its inbox empty
		began := time.Now()
		f.about("search/status", token, "ken:100000001").refused(t, 503)
		if took := time.Since(began); took != answerTime {
			t.Errorf("the answer took %v: want %v", took, answerTime)
		}
		for s.post(func() {}) == nil {
		}
		if got := f.about("search/status", token, "ken:100000001"); got.refused(t, 429).Type != "" || got.header.Get("Retry-After") != "1" {
			t.Errorf("%s, Retry-After %q", got.body, got.header.Get("Retry-After"))
		}
		if got := f.about("search/status", token, "ken:100010001"); got.status != 200 {
			t.Errorf("the other building: status %d", got.status)
		}
		close(release)
		synctest.Wait()
		if got := f.about("search/status", token, "ken:100000001"); got.status != 200 {
			t.Errorf("afterwards: status %d, %s", got.status, got.body)
		}
	})
}

func TestEscalatorsAndServiceOrders(t *testing.T) {
	withFront(t, func(f *front) {
		token := f.master(backend, "rtm/*+serviceinfo/*")
		f.about("escalator/movement/direction", token, "ken:100000001").refused(t, 404)
		f.about("escalator/movement/direction", f.master(backend, ""), "ken:100000001").refused(t, 403)
		got := f.do(ask{method: "GET", path: equipmentPath + "ken:100000001/serviceOrders", bearer: token})
		if got.status != 200 || strings.TrimSpace(got.body) != "[]" {
			t.Errorf("service orders: status %d, %s: want an empty list", got.status, got.body)
		}
		if diff := cmp.Diff(requestFault{Type: "invalid", URLPath: "workOrderNumber"}, f.do(ask{method: "GET", path: equipmentPath + "ken:100000001/serviceOrders/9B001", bearer: token}).refused(t, 404)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(requestFault{Type: "invalid", URLPath: "ken"}, f.do(ask{method: "GET", path: equipmentPath + "ken:7/serviceOrders", bearer: token}).refused(t, 404)); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzEquipment(f *testing.F) {
	for _, seed := range []string{`{"equipmentIds":["ken:100000001"]}`, `{"equipmentIds":[]}`, `{"equipmentIds":[null]}`, `{"equipmentIds":{"a":1}}`, `[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		numbers, err := parseEquipment(text)
		if err != nil {
			if r := refusalOf(err); r.status != 400 || r.message == "" {
				t.Fatalf("%q: %v: want a refusal with 400", text, err)
			}
			return
		}
		for _, n := range numbers {
			if !kenNumber.MatchString(n) {
				t.Fatalf("%q: %q", text, n)
			}
		}
	})
}
