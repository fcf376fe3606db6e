package finding

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const goodBaseline = `schema = 1

[known."FL-4.4".cloud]
max_count = 3
reason = "sweeper of the old building"
expires = 2027-06-30

[known.'X 6'."*"]
measure = "unique by 4 points"
max_value = 0.98
reason = "as published"
expires = 2027-12-31

[known]
R = { logs = { max_rate = 0.5, reason = "half", expires = 2027-06-30 } }
`

func TestReadBaseline(t *testing.T) {
	got, err := ReadBaseline(strings.NewReader(goodBaseline), "b.toml")
	if err != nil {
		t.Fatal(err)
	}
	june := time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)
	want := &Baseline{Name: "b.toml", Entries: []Entry{
		{Rule: "FL-4.4", Store: "cloud", Count: ptr(3), Reason: "sweeper of the old building", Expires: june, Line: 3},
		{Rule: "R", Store: "logs", Rate: ptr(0.5), Reason: "half", Expires: june},
		{Rule: "X 6", Store: "*", Measure: "unique by 4 points", Value: ptr(0.98), Reason: "as published", Expires: time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC), Line: 8},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("baseline (-want +got):\n%s", diff)
	}
}

func TestReadBaselineRefuses(t *testing.T) {
	entry := "schema = 1\n[known.R.cloud]\n"
	good := "max_count = 1\nreason = \"r\"\nexpires = 2027-06-30\n"
	for _, row := range []struct{ why, text, want string }{
		{"an entry without a reason", entry + "max_count = 1\nexpires = 2027-06-30\n", `b.toml:2: the entry for rule R in cloud does not say why it is accepted`},
		{"an entry with an empty reason", entry + "max_count = 1\nreason = \" \"\nexpires = 2027-06-30\n", "b.toml:2: the entry for rule R in cloud does not say why"},
		{"an entry without a day", entry + "max_count = 1\nreason = \"r\"\n", "b.toml:2: the entry for rule R in cloud does not say until when"},
		{"a day in quotes", entry + "max_count = 1\nreason = \"r\"\nexpires = \"2027-06-30\"\n", "is not a day"},
		{"an instant for a day", entry + "max_count = 1\nreason = \"r\"\nexpires = 2027-06-30T00:00:00Z\n", "is not a day"},
		{"no limit", entry + "reason = \"r\"\nexpires = 2027-06-30\n", "exactly one of max_count"},
		{"two limits", entry + good + "max_rate = 0.5\n", "exactly one of max_count"},
		{"a limit of nothing", entry + "max_count = 0\nreason = \"r\"\nexpires = 2027-06-30\n", "max_count has to be 1 or more"},
		{"a rate above 1", entry + "max_rate = 1.5\nreason = \"r\"\nexpires = 2027-06-30\n", "at most 1"},
		{"a value without its figure", "schema = 1\n[known.R.\"*\"]\nmax_value = 1.5\nreason = \"r\"\nexpires = 2027-06-30\n", "needs measure and max_value together"},
		{"a value of one store", entry + "max_value = 1.5\nmeasure = \"m\"\nreason = \"r\"\nexpires = 2027-06-30\n", "belongs to the whole rule"},
		{"an unknown key, with its line", entry + good + "max_kount = 1\n", "b.toml:6: unknown key known.R.cloud.max_kount"},
		{"an unknown table", "schema = 1\n[knwon.R.cloud]\n" + good, "b.toml:2: unknown key knwon"},
		{"no schema version", "[known.R.cloud]\n" + good, "schema = 1"},
		{"another schema version", "schema = 2\n", "schema = 1"},
		{"a store beside all stores", entry + good + "[known.R.\"*\"]\n" + good, "keep one kind"},
		{"the same entry twice, with its line", entry + good + "[known.R.cloud]\n" + good, "b.toml:6"},
		{"text that is no TOML, with its line", "schema = 1\nknown = [\n", "b.toml:"},
	} {
		_, err := ReadBaseline(strings.NewReader(row.text), "b.toml")
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want an error with %q", row.why, err, row.want)
		}
	}
}

// violated is a settled report of rule R: 2 of 10 wrong in the cloud, 1 of 10
// in the logs, and a figure of 0.4.
func violated(severity Severity) *Report {
	rule := Rule{ID: "R", Severity: severity, Measured: []Measure{{Name: "m", Value: 0.4}}}
	for store, n := range map[string]int{"cloud": 2, "logs": 1} {
		rule.Saw(store, 10)
		for range n {
			rule.Add(Place{Store: store}, "wrong")
		}
	}
	r := ruled(rule)
	r.Settle()
	return r
}

func TestApply(t *testing.T) {
	count := func(store string, n int) Entry { return Entry{Rule: "R", Store: store, Count: ptr(n)} }
	for _, row := range []struct {
		why      string
		severity Severity
		entries  []Entry
		states   []State
		known    int
		exit     int
	}{
		{"every violation is known", Error, []Entry{count("cloud", 2), count("logs", 1)}, []State{Held, Held}, 3, ExitClean},
		{"fewer than accepted is known too", Error, []Entry{count(AnyStore, 9)}, []State{Held}, 3, ExitClean},
		{"one store is known, the other is not", Error, []Entry{count("cloud", 2)}, []State{Held}, 2, ExitFindings},
		{"one more than accepted makes all of it open", Error, []Entry{count("cloud", 1), count("logs", 1)}, []State{Worse, Held}, 1, ExitFindings},
		{"worse than the baseline fails, also below an error", Warning, []Entry{count("cloud", 1)}, []State{Worse}, 0, ExitFindings},
		{"a warning within the baseline stays one", Warning, []Entry{count("cloud", 2)}, []State{Held}, 2, ExitClean},
		{"a share that is not exceeded", Error, []Entry{{Rule: "R", Store: AnyStore, Rate: ptr(0.15)}}, []State{Held}, 3, ExitClean},
		{"a share that is exceeded", Error, []Entry{{Rule: "R", Store: "cloud", Rate: ptr(0.19)}}, []State{Worse}, 0, ExitFindings},
		{"a figure that grew", Note, []Entry{{Rule: "R", Store: AnyStore, Measure: "m", Value: ptr(0.39)}}, []State{Worse}, 0, ExitFindings},
		{"a figure that did not", Note, []Entry{{Rule: "R", Store: AnyStore, Measure: "m", Value: ptr(0.4)}}, []State{Held}, 0, ExitClean},
		{"a figure that is not measured", Note, []Entry{{Rule: "R", Store: AnyStore, Measure: "n", Value: ptr(0.4)}}, []State{Unused}, 0, ExitClean},
		{"an unknown rule and a clean store match nothing", Error, []Entry{{Rule: "Q", Store: AnyStore, Count: ptr(1)}, count("vault", 1)}, []State{Unused, Unused}, 0, ExitFindings},
	} {
		r := violated(row.severity)
		b := &Baseline{Entries: row.entries}
		for i := range b.Entries {
			b.Entries[i].Reason, b.Entries[i].Expires = "known", noon
		}
		if err := b.Apply(r, noon); err != nil {
			t.Fatal(err)
		}
		if err := b.Apply(r, noon); err == nil {
			t.Errorf("%s: a second baseline is applied over the first", row.why)
		}
		var states []State
		for _, k := range r.Baseline {
			states = append(states, k.State)
		}
		if diff := cmp.Diff(row.states, states); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.why, diff)
		}
		if r.Rules[0].Known != row.known || r.Exit != row.exit {
			t.Errorf("%s: %d known and exit code %d, want %d and %d", row.why, r.Rules[0].Known, r.Exit, row.known, row.exit)
		}
		if err := Write(new(bytes.Buffer), r); err != nil {
			t.Errorf("%s: %v", row.why, err)
		}
	}
}

func TestExpiredEntries(t *testing.T) {
	b, err := ReadBaseline(strings.NewReader(goodBaseline), "b.toml")
	if err != nil {
		t.Fatal(err)
	}
	r := violated(Error)
	want := written(t, r, Write)
	if err := b.Apply(violated(Error), time.Date(2027, 6, 30, 23, 59, 0, 0, time.UTC)); err != nil {
		t.Errorf("refused on the last day: %v", err)
	}
	err = b.Apply(r, time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC))
	if err == nil || !strings.Contains(err.Error(), "b.toml:3: the entry for rule FL-4.4 in cloud expired on 2027-06-30") || strings.Contains(err.Error(), "X 6") {
		t.Errorf("expired entries: %v", err)
	}
	if diff := cmp.Diff(string(want), string(written(t, r, Write))); diff != "" {
		t.Errorf("an expired baseline changed the report:\n%s", diff)
	}
}

func TestRatchetOnlyLowers(t *testing.T) {
	entries := func(cloud int, rate, value float64, gone bool) *Baseline {
		b := &Baseline{Entries: []Entry{
			{Rule: "R", Store: "cloud", Count: ptr(cloud), Reason: "a", Expires: noon},
			{Rule: "R", Store: "logs", Rate: ptr(rate), Reason: "b", Expires: noon},
			{Rule: "R", Store: "*", Measure: "m", Value: ptr(value), Reason: "c", Expires: noon},
		}}
		if gone {
			b.Entries = append(b.Entries, Entry{Rule: "R", Store: "vault", Count: ptr(1), Reason: "d", Expires: noon}, Entry{Rule: "Q", Store: "cloud", Count: ptr(1), Reason: "e", Expires: noon})
		}
		return b
	}
	r := violated(Error)
	if diff := cmp.Diff(entries(2, 0.1, 0.4, false), entries(7, 0.9, 0.5, true).Ratchet(r)); diff != "" {
		t.Errorf("limits above what was found come down to it (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(entries(1, 0.05, 0.3, false), entries(1, 0.05, 0.3, true).Ratchet(r)); diff != "" {
		t.Errorf("limits below what was found stay (-want +got):\n%s", diff)
	}
}

func TestAcceptNeedsAReason(t *testing.T) {
	var file bytes.Buffer
	if err := WriteBaseline(&file, Accept(violated(Error))); err != nil {
		t.Fatal(err)
	}
	text := file.String()
	_, err := ReadBaseline(&file, "b.toml")
	if err == nil || strings.Count(err.Error(), "why it is accepted") != 2 || strings.Count(err.Error(), "until when") != 2 {
		t.Fatalf("a baseline that nobody has explained: %v", err)
	}
	text = strings.ReplaceAll(text, `reason = ""`, `reason = "because"`)
	text = strings.ReplaceAll(text, "# expires = YYYY-MM-DD", "expires = 2027-06-30")
	b, err := ReadBaseline(strings.NewReader(text), "b.toml")
	if err != nil {
		t.Fatal(err)
	}
	r := violated(Error)
	if err := b.Apply(r, noon); err != nil || r.Exit != ExitClean {
		t.Errorf("exit code %d, error %v, after everything was accepted", r.Exit, err)
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add(goodBaseline)
	f.Add("schema = 1\n[known.\"a\\\"\\u0001\".\"b\"]\nmax_rate = 1e-9\nreason = \"\\u0000\"\nexpires = 0001-01-02\n")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ReadBaseline(strings.NewReader(text), "b.toml")
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := WriteBaseline(&file, b); err != nil {
			t.Fatal(err)
		}
		back, err := ReadBaseline(&file, "b.toml")
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		for i := range b.Entries {
			b.Entries[i].Line = 0
		}
		for i := range back.Entries {
			back.Entries[i].Line = 0
		}
		if diff := cmp.Diff(b, back); diff != "" {
			t.Fatalf("written and read back (-first +second):\n%s", diff)
		}
	})
}
