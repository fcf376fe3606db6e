package remotecall

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hoistway/dispatch/registry"
)

// development reads the export for product development as "dimensions: people
// count".
func (h *house) development() (cells map[string]string, text string) {
	h.t.Helper()
	out, err := h.staff(registry.RoleAnalytics).Development()
	h.ok(err)
	var file struct{ Cells []registry.AggregateCell }
	if err := json.Unmarshal(out, &file); err != nil {
		h.t.Fatal(err)
	}
	cells = map[string]string{}
	for _, c := range file.Cells {
		d := c.Dimensions
		cells[strings.Join([]string{c.Period, d["model"], d["system"], d["hours"], d["function"]}, " ")] = fmt.Sprintf("%d people, %d", c.People, c.Count)
	}
	return cells, string(out)
}

// crowd is so many people who are signed in.
func (h *house) crowd(n int) (people []person) {
	for i := range n {
		people = append(people, h.signUp(Flow, fmt.Sprintf("crowd%d@example.org", i)))
	}
	return people
}

func TestAnalyticsSuppressFewPeople(t *testing.T) {
	h := newHouse(t, withStaff)
	people := h.crowd(5)
	report := func(i int, model string, uses int) {
		h.ok(h.s.Report(AppReport{
			Token: people[i].token, Description: "phone of crowd" + fmt.Sprint(i), Model: model, System: "Android 15.1", Hour: 8, Seconds: 30,
			Functions: map[string]int{"remote-call": uses},
		}))
	}
	for i := range people {
		report(i, "Pixel 9 Pro", 2) // five people
		report(i, "Pixel 8", 1)     // the same five again
	}
	for i := range people[:4] {
		report(i, "iPhone 16", 1) // four people
	}
	for range 5 {
		report(0, "Pixelated Handmade One", 20) // one person, whose phone is rare and reports often
	}
	h.ok(h.s.Tend())
	if cells, _ := h.development(); len(cells) != 0 {
		t.Errorf("%d cells of a month that is not over", len(cells))
	}
	h.set(time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC))
	h.ok(h.s.Tend())
	want := map[string]string{
		"2024-03 Pixel Android 15 morning remote-call": "5 people, 15",
		"2024-03 Pixel Android 15 morning in-use":      "5 people, 300",
	}
	cells, text := h.development()
	if diff := cmp.Diff(want, cells); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
	for _, trace := range []string{"crowd", "iPhone", "Handmade", "2024-04"} {
		if strings.Contains(strings.ReplaceAll(text, `"at": "2024-04`, ""), trace) {
			t.Errorf("the export holds %q", trace)
		}
	}
	h.pass(aDay)
	h.ok(h.s.Tend()) // what was published is not published again
	if again, _ := h.development(); len(again) != len(want) {
		t.Errorf("%d cells after tending again", len(again))
	}
}

func TestReportsThatAreRefused(t *testing.T) {
	h := newHouse(t, withStaff)
	p := h.signUp(Flow, "a@example.org")
	good := AppReport{Token: p.token, Model: "Pixel 9", System: "Android 15", Hour: 8, Functions: map[string]int{"key": 1}}
	h.ok(h.s.Report(good))
	counted := func() (n int) {
		for _, t := range h.s.provider.month("2024-03").cells {
			n += t.count
		}
		return n
	}
	for _, c := range []struct {
		sentence string
		change   func(*AppReport)
		want     Refusal
	}{
		{"without a login", func(a *AppReport) { a.Token = "" }, NotSignedIn},
		{"at hour 24", func(a *AppReport) { a.Hour = 24 }, MalformedField},
		{"an undeclared function, which could be free text", func(a *AppReport) { a.Functions = map[string]int{"called Aino": 1} }, MalformedField},
		{"a negative count", func(a *AppReport) { a.Functions = map[string]int{"key": -1} }, MalformedField},
		{"more time than a day has", func(a *AppReport) { a.Seconds = 90000 }, MalformedField},
	} {
		a := good
		c.change(&a)
		before := counted()
		if err := h.s.Report(a); Reason(err) != c.want {
			t.Errorf("%s: got %v, want %s", c.sentence, err, c.want)
		}
		if after := counted(); after != before {
			t.Errorf("%s was counted all the same", c.sentence)
		}
	}
}

// Whatever phones report, what is counted has few dimensions from closed
// lists, and leaving one person out changes no other cell.
func TestReportsCountIntoClosedLists(t *testing.T) {
	h := newHouse(t, withStaff)
	p := h.signUp(Flow, "a@example.org")
	systems := map[string]bool{other: true}
	for n := range 100 {
		systems[fmt.Sprintf("iOS %d", n)], systems[fmt.Sprintf("Android %d", n)] = true, true
	}
	rapid.Check(t, func(rt *rapid.T) {
		h.s.provider.months = nil
		a := AppReport{
			Token: p.token, Description: rapid.String().Draw(rt, "description"), Model: rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"iPhone 16", "Pixel", "Galaxy S25"})).Draw(rt, "model"),
			System: rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"iOS 18.1", "Android 15"})).Draw(rt, "system"), Hour: rapid.IntRange(-1, 24).Draw(rt, "hour"),
			Functions: rapid.MapOf(rapid.SampledFrom(append(appFunctions, "nonsense")), rapid.IntRange(-1, 5)).Draw(rt, "functions"),
		}
		err := h.s.Report(a)
		if err != nil && Reason(err) != MalformedField {
			rt.Fatalf("refused with %v", err)
		}
		for c := range h.s.provider.month("2024-03").cells {
			known := c.family == other
			for _, f := range families {
				known = known || c.family == f
			}
			if !known || !systems[c.system] || len(h.s.provider.months) != 1 {
				rt.Fatal("a dimension is not of a closed list")
			}
		}
	})
}

// What identifies people while they are counted goes with the month.
func TestPeopleAreForgottenWithTheMonth(t *testing.T) {
	h := newHouse(t, withStaff)
	p := h.signUp(Flow, "a@example.org")
	h.ok(h.s.Report(AppReport{Token: p.token, Hour: 8, Seconds: 1, Functions: map[string]int{"key": 1}}))
	seen := map[digest]bool{}
	for _, c := range h.s.provider.month("2024-03").cells {
		for d := range c.people {
			seen[d] = true
		}
	}
	if len(seen) != 2 {
		t.Errorf("%d marks of a person in two cells, want two that differ", len(seen))
	}
	h.set(time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC))
	h.ok(h.s.Tend())
	if n := len(h.s.provider.months); n != 0 {
		t.Errorf("%d months in memory after they were published", n)
	}
}
