package privacyaudit

import (
	"fmt"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

func TestCalls(t *testing.T) {
	anna := idOf("a")
	const ground, third = "0 jY6WkmpN2HV8", "3 k8at3ftVl3q9"
	cloud, building := fakeSource("cloud", "cloud", ""), fakeSource("building-main", "building", "main")
	trip := evidence.Trip{At: hoursAgo(10), Person: "ra.0", Service: "flow", From: 0, To: 3}
	account := func(a *Audit, at time.Time, more string) *Record {
		return fakeRecord(t, a, cloud, "ra/"+anna, fmt.Sprintf(`{"controller":"KONE","at":%q%s}`, at.Format(time.RFC3339), more))
	}
	for _, row := range []struct {
		name  string
		shown func(a *Audit) []any
		want  []string
	}{
		{"an account without calls", func(a *Audit) []any { return []any{account(a, trip.At, "")} }, nil},
		{"an account with the label of a floor", func(a *Audit) []any { return []any{account(a, trip.At, `,"last":"`+ground+`"`)} }, []string{"label of a floor"}},
		{"a permission names floors", func(a *Audit) []any {
			return []any{fakeRecord(t, a, building, "pm/"+anna+"/"+anna, `{"at":"2027-01-01T00:00:00Z","floors":["`+ground+`","`+third+`"]}`)}
		}, nil},
		{"a building's log may name the floor of a door", func(a *Audit) []any {
			return []any{fakeRecord(t, a, building, "bl/doors/20270612/"+anna, `{"at":"2027-06-12T02:00:00Z","log":"doors","fields":{"floor":"`+ground+`"}}`)}
		}, nil},
		{"but not where somebody came from and where to", func(a *Audit) []any {
			return []any{fakeRecord(t, a, building, "bl/doors/20270612/"+anna, `{"at":"2027-06-12T02:00:00Z","log":"doors","fields":{"floor":"`+ground+`","to":"`+third+`"}}`)}
		}, []string{"two floors"}},
		{"a log line with a floor", func(a *Audit) []any {
			return []any{textOf(evidence.LogText, "logs/service.ndjson", `{"msg":"call","from":"`+ground+`"}`)}
		}, []string{"label of a floor"}},
		{"a metric with a floor", func(a *Audit) []any {
			return []any{textOf(evidence.MetricsText, "metrics/service.prom", `calls{from="`+ground+`"} 1`)}
		}, []string{"label of a floor"}},
		{"person, minute and both floors as numbers", func(a *Audit) []any {
			return []any{account(a, trip.At.Add(30*time.Second), `,"trip":[0,3]`)}
		}, []string{"the minute and both floors"}},
		{"the same in another instant of the record", func(a *Audit) []any {
			return []any{account(a, hoursAgo(100), fmt.Sprintf(`,"active":%q,"trip":[0,3]`, trip.At.Format(time.RFC3339)))}
		}, []string{"the minute and both floors"}},
		{"two numbers two minutes later are something else", func(a *Audit) []any {
			return []any{account(a, trip.At.Add(2*time.Minute), `,"trip":[0,3]`)}
		}, nil},
		{"one floor alone is no call", func(a *Audit) []any { return []any{account(a, trip.At, `,"trip":[3,30]`)} }, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(20), "sign-up", "ra.0", anna))
			a.Truth.Settings.Floors = []string{ground, third}
			trips(a, trip)
			knows(t, a)
			p := fakeProbe(t, a, Rule{Check: "calls", Params: map[string]any{"holders": []any{"permission", "building-log"}}})
			expectFindings(t, inspect(p, row.shown(a)...), row.want...)
		})
	}
}

func TestCallsWithoutLabelsIsInconclusive(t *testing.T) {
	a := fakeAudit(t)
	truthOf(a, nil, actOf(hoursAgo(20), "sign-up", "ra.0", idOf("a")))
	a.Truth.Settings.Floors = []string{"G", "1"}
	trips(a, evidence.Trip{At: hoursAgo(1), Person: "ra.0", Service: "flow"})
	knows(t, a)
	if got := inspect(fakeProbe(t, a, Rule{Check: "calls"})); got.Status != "inconclusive" || got.Why == "" {
		t.Errorf("status %s (%s) without labels that can be searched for", got.Status, got.Why)
	}
}

func TestTapped(t *testing.T) {
	for _, row := range []struct {
		name  string
		calls int
		want  []string
	}{
		{"every call came over the wire", 2, nil},
		{"a refused call came over it too", 3, nil},
		{"one came another way", 1, []string{"1 call on the wire, and the service took 2"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil)
			trips(a, evidence.Trip{At: hoursAgo(1), Person: "ra.0"}, evidence.Trip{At: hoursAgo(2), Person: "ra.0"})
			p := fakeProbe(t, a, Rule{Check: "tapped", Params: map[string]any{"operations": []any{"call"}}})
			var shown []any
			for i := range row.calls {
				shown = append(shown, requestOf("call {}", uint64(i+1)))
			}
			expectFindings(t, inspect(p, shown...), row.want...)
		})
	}
}
