package privacyaudit

import (
	"fmt"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

func cellJSON(at, dimensions string, people, count int, more string) string {
	return fmt.Sprintf(`{"controller":"KONE","at":%q,"period":"2027-05","dimensions":{%s},"people":%d,"count":%d%s}`, at, dimensions, people, count, more)
}

func TestKAnonymity(t *testing.T) {
	const day, plain = "2027-06-01T00:00:00Z", `"model":"Pixel","system":"Android 15","hours":"morning","function":"key"`
	const other = `"model":"Nokia","system":"Android 15","hours":"morning","function":"key"`
	for _, c := range []struct {
		why    string
		cells  []string
		status finding.Status
		words  string
	}{
		{"five people are enough", []string{cellJSON(day, plain, 5, 40, "")}, finding.Pass, ""},
		{"four are too few", []string{cellJSON(day, plain, 4, 40, "")}, finding.Fail, "stand 4 people"},
		{"a model with a number of its own is an identifier", []string{cellJSON(day, `"model":"Pixel 8839201"`, 9, 40, "")}, finding.Fail, "like an identifier"},
		{"a minute is an instant", []string{cellJSON(day, `"hours":"08:15"`, 9, 40, "")}, finding.Fail, "no part of the day"},
		{"also in another dimension", []string{cellJSON(day, `"model":"Pixel 08:15"`, 9, 40, "")}, finding.Fail, "like an instant"},
		{"a dimension nobody declared", []string{cellJSON(day, `"serial":"x"`, 9, 40, "")}, finding.Fail, "not declared"},
		{"a field nobody declared", []string{cellJSON(day, plain, 9, 40, `,"serial":"x"`)}, finding.Fail, "may not have"},
		{"an instant in milliseconds", []string{cellJSON("2027-06-01T08:15:00.003Z", plain, 9, 40, "")}, finding.Fail, "instant of a cell"},
		{"the same cell twice shows who came between", []string{cellJSON(day, plain, 8, 40, ""), cellJSON(day, plain, 9, 44, "")}, finding.Fail, "released twice"},
		{"a cell and its part differ by two people", []string{cellJSON(day, `"hours":"morning"`, 9, 40, ""), cellJSON(day, `"hours":"morning","model":"Pixel"`, 7, 30, "")}, finding.Fail, "differ by 2 people"},
		{"a cell and its part may differ by five", []string{cellJSON(day, `"hours":"morning"`, 12, 40, ""), cellJSON(day, `"hours":"morning","model":"Pixel"`, 7, 30, "")}, finding.Pass, ""},
		{"there are not so many people", []string{cellJSON(day, plain, 7, 40, ""), cellJSON(day, other, 6, 40, "")}, finding.Fail, "there were 12 accounts"},
		{"who called is known", []string{cellJSON(day, `"function":"remote-call"`, 11, 40, "")}, finding.Fail, "there were 10 callers"},
	} {
		t.Run(c.why, func(t *testing.T) {
			a := fakeAudit(t)
			start := time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)
			a.Truth = &evidence.Truth{Settings: evidence.Settings{Start: start, End: noon}}
			for i := range 12 {
				a.Truth.Acts = append(a.Truth.Acts, evidence.Act{At: start, Kind: "sign-up", Person: fmt.Sprint(i), Subject: fmt.Sprint("s", i)})
			}
			a.Truth.Trips = func(f func(*evidence.Trip) error) error {
				for i := range 10 {
					if err := f(&evidence.Trip{At: start, Person: fmt.Sprint(i)}); err != nil {
						return err
					}
				}
				return nil
			}
			p := fakeProbe(t, a, Rule{Check: "kanonymity", Params: map[string]any{
				"least": int64(5), "dimensions": []any{"model", "system", "hours", "function"}, "hours": "hours",
				"parts": []any{"night", "morning", "afternoon", "evening"}, "function": "function", "call": "remote-call",
			}})
			var records []*Record
			for i, json := range c.cells {
				records = append(records, fakeRecord(t, a, fakeSource("analytics", "analytics", ""), "ac/"+randomIDs(4, 3)[i], json))
			}
			want(t, show(p, records...), c.status, c.words)
		})
	}
}

func TestKAnonymityWithoutAMonth(t *testing.T) {
	a := fakeAudit(t)
	a.Truth = &evidence.Truth{Settings: evidence.Settings{Start: noon.Add(-time.Hour), End: noon}}
	p := fakeProbe(t, a, Rule{Check: "kanonymity", Params: map[string]any{"least": int64(5), "dimensions": []any{}}})
	want(t, show(p), finding.NotApplicable, "")
}
