package gateway

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sameJSON compares two JSON texts, whatever their spaces.
func sameJSON(t *testing.T, want, got string) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Error(diff)
	}
}

const noAddress = `"desc":"","city":"","country":"","zipCode":"","addressLine1":"","addressLine2":""`

// A client sees what it may ask scopes for, whatever its token's scopes are.
func TestResources(t *testing.T) {
	for client, want := range map[string]string{
		backend: `{"buildings":[
			{"id":"north","name":"Fake house",` + noAddress + `,"groups":[
				{"id":"north:1","name":"Bank 1","desc":"","products":["callgiving","robotcall"],"kens":[
					{"id":"100000001","name":"A","desc":"","products":["rtm"]},{"id":"100000002","name":"B","desc":"","products":["rtm"]}]},
				{"id":"north:2","name":"Bank 2","desc":"","products":["callgiving","robotcall"],"kens":[{"id":"100000101","name":"A","desc":"","products":["rtm"]}]}],
				"apiKens":["100000001","100000002","100000101"]},
			{"id":"south","name":"Fake house",` + noAddress + `,"groups":[
				{"id":"south:1","name":"Bank 1","desc":"","products":["callgiving","robotcall"],"kens":[{"id":"100010001","name":"A","desc":"","products":["rtm"]}]}],
				"apiKens":["100010001"]}],
			"equipments":[
				{"id":"100000001","name":"A","desc":"","products":["rtm","serviceinfo"]},{"id":"100000002","name":"B","desc":"","products":["rtm","serviceinfo"]},
				{"id":"100000101","name":"A","desc":"","products":["rtm","serviceinfo"]},{"id":"100010001","name":"A","desc":"","products":["rtm","serviceinfo"]}]}`,
		robots: `{"buildings":[
			{"id":"north","name":"Fake house",` + noAddress + `,"groups":[{"id":"north:1","name":"Bank 1","desc":"","products":["callgiving","robotcall"],"kens":[]}],"apiKens":[]}],
			"equipments":[]}`,
		watcher: `{"buildings":[
			{"id":"north","name":"Fake house",` + noAddress + `,"groups":[{"id":"north:1","name":"Bank 1","desc":"","products":[],"kens":[{"id":"100000002","name":"B","desc":"","products":["rtm"]}]}],"apiKens":["100000002"]},
			{"id":"south","name":"Fake house",` + noAddress + `,"groups":[],"apiKens":["100010001"]}],
			"equipments":[{"id":"100000002","name":"B","desc":"","products":["rtm"]},{"id":"100010001","name":"A","desc":"","products":["serviceinfo"]}]}`,
	} {
		t.Run(client, func(t *testing.T) {
			withFront(t, func(f *front) {
				got := f.do(ask{method: "GET", path: resourcesPath, bearer: f.master(client, "")})
				if got.status != 200 {
					t.Fatalf("status %d, %s", got.status, got.body)
				}
				sameJSON(t, want, got.body)
			})
		})
	}
}

// Lists are there and empty for a client that may nothing.
func TestResourcesOfNothing(t *testing.T) {
	g, err := Open(Config{Buildings: []Building{{"north", newFakeBuilding(4, 1)}}, Speed: 1, Clients: []Client{{ID: backend, Secret: secretOf(backend), Scopes: []string{}}}})
	if err != nil {
		t.Fatal(err)
	}
	f := &front{t: t, gateway: g, handler: g.Handler()}
	sameJSON(t, `{"buildings":[],"equipments":[]}`, f.do(ask{method: "GET", path: resourcesPath, bearer: f.master(backend, "")}).body)
}

func TestResource(t *testing.T) {
	withFront(t, func(f *front) {
		all, some := f.master(backend, ""), f.master(watcher, "")
		for _, row := range []struct {
			what, bearer, path, want string
		}{
			{"with its prefix", all, "ken:100000101", `{"id":"100000101","name":"A","desc":"","products":["rtm","serviceinfo"]}`},
			{"without", all, "100010001", `{"id":"100010001","name":"A","desc":"","products":["rtm","serviceinfo"]}`},
			{"an escaped colon", all, "ken%3A100000002", `{"id":"100000002","name":"B","desc":"","products":["rtm","serviceinfo"]}`},
			{"what the client may", some, "ken:100000002", `{"id":"100000002","name":"B","desc":"","products":["rtm"]}`},
			{"what it may not", some, "ken:100000001", ""},
			{"an unknown number", all, "ken:100000003", ""},
			{"a bank that the building has not", all, "ken:100000201", ""},
			{"a number below all", all, "ken:99999999", ""},
			{"a building above all", all, "ken:100020001", ""},
			{"no number", all, "ken:abc", ""},
			{"a building", all, "building:north", ""},
		} {
			got := f.do(ask{method: "GET", path: resourcesPath + "/" + row.path, bearer: row.bearer})
			if row.want == "" {
				if diff := cmp.Diff(requestFault{Type: "invalid", URLPath: "ken"}, got.refused(t, 404)); diff != "" {
					t.Errorf("%s: %s", row.what, diff)
				}
				continue
			}
			sameJSON(t, row.want, got.body)
		}
	})
}

// Every car has a number of its own, nine digits, that leads back to it.
func TestEquipmentNumbers(t *testing.T) {
	withFront(t, func(f *front) {
		seen := map[string]bool{}
		for b, s := range f.gateway.sites {
			for k, bank := range s.layout.Banks {
				for c := range bank.Cars {
					number := ken(b, k, c)
					got, bankBack, carBack, ok := f.gateway.equipment(number)
					if !ok || got != s || bankBack != k || carBack != c || len(number) != 9 || seen[number] {
						t.Errorf("%s of building %d, bank %d, car %d leads to %v, %d, %d", number, b, k, c, ok, bankBack, carBack)
					}
					seen[number] = true
				}
			}
		}
	})
	seen := map[string]bool{}
	for _, b := range []int{0, 1, 9, 10, 99, kenBuildings - 1} {
		for k := range kenBanks {
			for c := range kenCars {
				if n := ken(b, k, c); seen[n] || len(n) != 9 {
					t.Fatalf("%s is the number of two cars, or has not nine digits", n)
				} else {
					seen[n] = true
				}
			}
		}
	}
}
