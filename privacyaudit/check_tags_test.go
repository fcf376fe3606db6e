package privacyaudit

import (
	"testing"

	"hoistway/privacyaudit/evidence"
)

const anID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"

func TestTags(t *testing.T) {
	const at = `"at":"2027-06-01T00:00:00Z"`
	building := fakeSource("building-main", "building", "main")
	handed := fakeSource("building-main", "building", "main")
	handed.HandedOver = true
	log := "bl/entrance/20270601/" + anID
	for _, test := range []struct {
		about  string
		params map[string]any
		src    *Source
		key    string
		json   string
		want   int
	}{
		{"A person of a building has the controller of the kind.", nil, building, "bp/" + anID, `{"controller":"KONE",` + at + `}`, 0},
		{"Another controller is found.", nil, building, "bp/" + anID, `{"controller":"Manager",` + at + `}`, 1},
		{"No controller is found.", nil, building, "bp/" + anID, `{` + at + `}`, 1},
		{"A processor where there is none is found.", nil, building, "bp/" + anID, `{"controller":"KONE","processor":"KONE",` + at + `}`, 1},
		{"A building's log is the Manager's, and KONE processes it.", nil, building, log, `{"controller":"Manager","processor":"KONE",` + at + `}`, 0},
		{"Without its processor it is not.", nil, building, log, `{"controller":"Manager",` + at + `}`, 1},
		{"After a hand-over the Manager decides alone.", nil, handed, log, `{"controller":"Manager",` + at + `}`, 0},
		{"That is so for what was KONE's, too.", nil, handed, "bp/" + anID, `{"controller":"Manager",` + at + `}`, 0},
		{"What was there before keeps its tags.", nil, handed, "bp/" + anID, `{"controller":"KONE",` + at + `}`, 0},
		{"Nobody processes for the Manager after a hand-over.", nil, handed, "bp/" + anID, `{"controller":"Manager","processor":"KONE",` + at + `}`, 1},
		{"A rule may say who the controller is.", map[string]any{"controller": "Manager", "processor": "KONE"}, building, "bp/" + anID, `{"controller":"KONE",` + at + `}`, 1},
	} {
		a := fakeAudit(t)
		p := fakeProbe(t, a, Rule{Check: "tags", Params: test.params})
		if got := show(p, fakeRecord(t, a, test.src, test.key, test.json)); got.Violations != test.want || got.Selected != 1 {
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
	}
}

func TestBuildings(t *testing.T) {
	const tags = `{"controller":"KONE","at":"2027-06-01T00:00:00Z"`
	building, cloud := fakeSource("building-main", "building", "main"), fakeSource("cloud", "cloud", "")
	ended := []*Entry{{Act: "service-ended", Facts: map[string]string{"building": "annex", "state": "complete"}}}
	for _, test := range []struct {
		about  string
		src    *Source
		key    string
		named  string
		ledger []*Entry
		want   int
		seen   int
	}{
		{"A person stands in the store of the building that the record names.", building, "bp/" + anID, "main", nil, 0, 1},
		{"A person of another building does not belong there.", building, "bp/" + anID, "annex", nil, 1, 1},
		{"In a building's store every record names it.", building, "kt/" + anID, "", nil, 1, 1},
		{"Nobody knows a building that is not configured.", cloud, "eu/20270601/" + anID, "elsewhere", nil, 1, 1},
		{"A log of use names a building.", cloud, "eu/20270601/" + anID, "", nil, 1, 1},
		{"An account names one while all buildings are served.", cloud, "fp/" + anID, "", nil, 1, 1},
		{"When the service ended in one, an account may belong to none.", cloud, "fp/" + anID, "", ended, 0, 1},
		{"A log of use names one even then.", cloud, "eu/20270601/" + anID, "", ended, 1, 1},
		{"Preferences belong to no building.", cloud, "fr/" + anID, "", nil, 0, 0},
	} {
		a := fakeAudit(t)
		a.Ledger = test.ledger
		a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main"}, {Name: "annex"}}}
		p := fakeProbe(t, a, Rule{Check: "buildings", Params: map[string]any{"must": []any{"usage-log", "key-tag"}, "unless_left": []any{"flow-profile"}}})
		json := tags
		if test.named != "" {
			json += `,"building":"` + test.named + `"`
		}
		if got := show(p, fakeRecord(t, a, test.src, test.key, json+"}")); got.Violations != test.want || got.Selected != test.seen {
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
	}
}

func TestServices(t *testing.T) {
	const tags = `{"controller":"KONE","at":"2027-06-01T00:00:00Z","building":`
	building, cloud := fakeSource("building-main", "building", "main"), fakeSource("cloud", "cloud", "")
	for _, test := range []struct {
		about string
		need  string
		src   *Source
		json  string
		want  int
	}{
		{"An address belongs where people live.", "residential", building, tags + `"homes","address":"x"}`, 0},
		{"In an office nothing explains it.", "residential", building, tags + `"office","address":"x"}`, 1},
		{"An empty one says nothing.", "residential", building, tags + `"office","address":""}`, 0},
		{"Each field counts.", "residential", building, tags + `"office","address":"x","apartment":"7"}`, 2},
		{"A user of Flow may have an address.", "flow", building, tags + `"homes","service":"flow","address":"x"}`, 0},
		{"A user of Remote Call has none.", "flow", building, tags + `"homes","service":"remote-call","address":"x"}`, 1},
		{"Where no building is named, one that explains it is enough.", "residential", cloud, `{"controller":"KONE","at":"2027-06-01T00:00:00Z","address":"x"}`, 0},
		{"When there is none, nothing does.", "intercom", cloud, `{"controller":"KONE","at":"2027-06-01T00:00:00Z","address":"x"}`, 1},
	} {
		a := fakeAudit(t)
		a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "homes", Residential: true}, {Name: "office"}}}
		p := fakeProbe(t, a, Rule{Check: "services", Params: map[string]any{"fields": []any{"address", "apartment"}, "need": test.need}})
		key := "bp/" + anID
		if test.src == cloud {
			key = "fr/" + anID
		}
		if got := show(p, fakeRecord(t, a, test.src, key, test.json)); got.Violations != test.want || got.Selected != 1 {
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
	}
}

// What belongs to no service is judged by one of two policies.
func TestSharedRecordsAreJudgedOnce(t *testing.T) {
	flow, call := &Policy{Name: "flow", Service: "Flow"}, &Policy{Name: "call", Service: "Remote Call"}
	for _, policy := range []*Policy{flow, call} {
		policy.Rules = []*Rule{{ID: "T-1", Check: "tags", Policy: policy}, {ID: "T-2", Check: "badger", Policy: policy}}
	}
	a := fakeAudit(t)
	a.Policies = []*Policy{flow, call}
	building, cloud, vault := fakeSource("building-main", "building", "main"), fakeSource("cloud", "cloud", ""), fakeSource("vault", "vault", "")
	const tags = `{"controller":"KONE","at":"2027-06-01T00:00:00Z"`
	records := []*Record{
		fakeRecord(t, a, cloud, "fp/"+anID, tags+"}"),
		fakeRecord(t, a, cloud, "ra/"+anID, tags+"}"),
		fakeRecord(t, a, building, "bp/"+anID, tags+`,"service":"remote-call"}`),
		fakeRecord(t, a, building, "pm/"+anID+"/"+anID, tags+`,"service":"flow"}`),
		fakeRecord(t, a, vault, "wk/"+anID, tags+"}"),
	}
	for policy, want := range map[*Policy]int{flow: 3, call: 2} {
		p := fakeProbe(t, a, *policy.Rules[0])
		if got := show(p, records...); got.Selected != want {
			t.Errorf("%s judges %d records, want %d", policy.Name, got.Selected, want)
		}
	}
	for policy, want := range map[*Policy]string{flow: "pass", call: "not-applicable"} {
		p := fakeProbe(t, a, *policy.Rules[1])
		if got := show(p, records...); string(got.Status) != want {
			t.Errorf("the options of the stores: %s says %s, want %s", policy.Name, got.Status, want)
		}
	}
	a.Policies = []*Policy{call}
	if got := show(fakeProbe(t, a, *call.Rules[1]), records...); got.Selected != 5 {
		t.Errorf("alone, a policy judges %d records, want all 5", got.Selected)
	}
}
