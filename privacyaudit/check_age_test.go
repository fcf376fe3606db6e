package privacyaudit

import (
	"fmt"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

func instantOf(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// usage is the key and the JSON of a log of use that was collected at an
// instant.
func usage(at time.Time, more string) (key, json string) {
	return "eu/" + at.UTC().Format("20060102") + "/aaaaaaaaaaaaaaaaaaaaaaaaaa",
		fmt.Sprintf(`{"controller":"KONE","at":%q%s}`, instantOf(at), more)
}

func TestAge(t *testing.T) {
	const year = 365 * 24 * time.Hour
	cloud, backup := fakeSource("cloud", "cloud", ""), fakeSource("backups/a.bak", "backup", "")
	for _, test := range []struct {
		about string
		at    time.Time
		more  string
		src   *Source
		set   func(*Record)
		want  int
	}{
		{"A record of yesterday is young.", noon.Add(-24 * time.Hour), "", cloud, nil, 0},
		{"One that the next sweep has just had to take may still be there.", noon.Add(-year - sweepSlack), "", cloud, nil, 0},
		{"A nanosecond later it may not.", noon.Add(-year - sweepSlack - 1), "", cloud, nil, 1},
		{"A nanosecond before, it may.", noon.Add(-year - sweepSlack + 1), "", cloud, nil, 0},
		{"Its superseded version may stay for the lag.", noon.Add(-year - sweepSlack - sweepLag), "", cloud, func(r *Record) { r.Newest = false }, 0},
		{"A nanosecond later that may not.", noon.Add(-year - sweepSlack - sweepLag - 1), "", cloud, func(r *Record) { r.Newest = false }, 1},
		{"A record of this instant is there already.", noon, "", cloud, nil, 0},
		{"One of a nanosecond later was dated wrongly.", noon.Add(1), "", cloud, nil, 1},
		{"Where local law allows thirty days, a record of forty is too old.", noon.Add(-40 * 24 * time.Hour), `,"building":"short"`, cloud, nil, 1},
		{"Elsewhere it is not.", noon.Add(-40 * 24 * time.Hour), `,"building":"main"`, cloud, nil, 0},
		{"A building cannot allow itself more than the statement.", noon.Add(-year - 48*time.Hour), `,"building":"long"`, cloud, nil, 1},
		{"In a backup a record is as old as in the store.", noon.Add(-year - 48*time.Hour), "", backup, nil, 1},
		{"Unreadable ones are as old as the day in their key, at its end.", noon.Add(-year - 72*time.Hour), "", cloud, func(r *Record) { r.State = Shredded }, 1},
		{"Unreadable ones of a younger day are young.", noon.Add(-24 * time.Hour), "", cloud, func(r *Record) { r.State = Shredded }, 0},
	} {
		a := fakeAudit(t)
		thirty, long := evidence.Span(30*24*time.Hour), evidence.Span(2*year)
		a.Config = &evidence.Config{
			Buildings: []evidence.BuildingConfig{{Name: "main"}, {Name: "short", LogData: &thirty}, {Name: "long", LogData: &long}},
			Limits:    evidence.Limits{LogData: evidence.Span(year)},
		}
		p := fakeProbe(t, a, Rule{Check: "age", Params: map[string]any{"limit": "365d", "local": true}})
		key, json := usage(test.at, test.more)
		r := fakeRecord(t, a, test.src, key, json)
		if test.set != nil {
			test.set(r)
		}
		got := show(p, r)
		if got.Violations != test.want || got.Selected != 1 {
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
		if len(a.Report.Ages) != 1 || *a.Report.Ages[0].Limit < 364 {
			t.Errorf("%s the histogram is %v", test.about, a.Report.Ages)
		}
	}
}

func TestAgeOfWhatDoesNotSay(t *testing.T) {
	a := fakeAudit(t)
	p := fakeProbe(t, a, Rule{Check: "age", Params: map[string]any{"limit": "365d"}})
	key, _ := usage(noon, "")
	if got := show(p, fakeRecord(t, a, fakeSource("cloud", "cloud", ""), key, `{"controller":"KONE"}`)); got.Violations != 1 {
		t.Errorf("a record without an instant passes: %v", got)
	}
}

func TestAgeOfNothing(t *testing.T) {
	for _, test := range []struct {
		about  string
		ledger []*Entry
		want   string
	}{
		{"A rule about backups that saw none cannot tell.", nil, "inconclusive"},
		{"When the ledger names one it cannot either.", []*Entry{{Act: "backup", Facts: map[string]string{"name": "a"}}}, "inconclusive"},
		{"When that one was deleted, there is none.", []*Entry{{Act: "backup", Facts: map[string]string{"name": "a"}}, {Act: "backup", Facts: map[string]string{"name": "a", "state": "deleted"}}}, "not-applicable"},
	} {
		a := fakeAudit(t)
		a.Ledger = test.ledger
		p := fakeProbe(t, a, Rule{Check: "age", Stores: []string{"backup"}, Params: map[string]any{"limit": "365d"}})
		if got := show(p); string(got.Status) != test.want {
			t.Errorf("%s status = %s, want %s", test.about, got.Status, test.want)
		}
	}
}

func TestAgesAreCountedOnce(t *testing.T) {
	seen := newAges(12 * time.Hour)
	for _, age := range []time.Duration{0, time.Hour - 1, time.Hour, 12*time.Hour - 1, 12 * time.Hour, 40 * time.Hour} {
		seen.add(age)
	}
	h := seen.histogram("h", "T-1", "h", time.Hour)
	var n int64
	last := 0.0
	for _, b := range h.Buckets {
		if b.From != last || b.To <= b.From {
			t.Errorf("bucket %v does not continue at %v", b, last)
		}
		last = b.To
		n += b.Count
	}
	if n != 6 || h.Buckets[0].Count != 2 || h.Buckets[11].Count != 1 || h.Buckets[12].Count != 2 || last <= 40 {
		t.Errorf("histogram = %+v", h)
	}
}
