package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"hoistway/twin/result"
	"hoistway/twin/study"
)

// TestALineTellsRefusalsApart holds the counts of a result against those of
// its line: who was turned away, whose call was refused, who did not call.
func TestALineTellsRefusalsApart(t *testing.T) {
	f := &result.File{Total: &result.Summary{Refused: 3, Reasons: map[string]int64{"floor-locked": 2, "not-let-in": 1},
		Remote: result.Remote{Calls: 40, Denied: map[string]int64{"not-near": 4, "not-signed-in": 1}, Unused: 7}},
		Metrics: map[string]*result.Metric{}}
	for _, d := range result.Metrics() {
		v := 12.5
		f.Metrics[d.Name] = &result.Metric{Unit: d.Unit, Value: &v}
	}
	var b bytes.Buffer
	if err := writeLine(&b, f, study.Machine{}); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]float64{"refused": 3, "remote_calls": 40, "remote_awt_s": 12.5, "remote_denied": 5, "app_not_used": 7} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	for key, want := range map[string]int{"refused_by_reason": 2, "remote_denied_by_reason": 2} {
		if m, _ := got[key].(map[string]any); len(m) != want {
			t.Errorf("%s is %v, want %d reasons", key, got[key], want)
		}
	}
}
