package privacyaudit

import (
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

func TestLimits(t *testing.T) {
	params := map[string]any{"log_data": "365d", "backups": "90d", "cell": int64(5)}
	for _, test := range []struct {
		about  string
		change func(*evidence.Config)
		want   int
	}{
		{"What is as long as it may be holds.", func(*evidence.Config) {}, 0},
		{"A nanosecond longer does not.", func(c *evidence.Config) { c.Limits.LogData++ }, 1},
		{"A building's own period is held against the same.", func(c *evidence.Config) { *c.Buildings[0].LogData += 1 }, 1},
		{"So are backups.", func(c *evidence.Config) { c.Limits.Backups++ }, 1},
		{"Four people are too few.", func(c *evidence.Config) { c.Limits.Cell = 4 }, 1},
		{"What the rule does not name it does not judge.", func(c *evidence.Config) { c.Limits.Inactivity = 1 << 62 }, 0},
	} {
		a := fakeAudit(t)
		year := evidence.Span(365 * oneDay)
		a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main", LogData: &year}}, Limits: evidence.Limits{LogData: year, Backups: evidence.Span(90 * oneDay), Cell: 5}}
		test.change(a.Config)
		if got := show(fakeProbe(t, a, Rule{Check: "limits", Params: params})); got.Violations != test.want || got.Selected != 4 {
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
	}
}

func TestRegions(t *testing.T) {
	from, until := noon.Add(-oneDay), noon.Add(oneDay)
	basis := evidence.Basis{Place: "backups", Region: "US", Mechanism: "SCC", From: from, Until: until}
	entry := &Entry{Act: "legal-basis", Facts: map[string]string{"place": "backups", "region": "US", "mechanism": "SCC", "from": instantOf(from), "until": instantOf(until)}}
	for _, test := range []struct {
		about   string
		regions map[string]string
		bases   []evidence.Basis
		ledger  []*Entry
		want    int
	}{
		{"All in the building's country needs nothing.", nil, nil, nil, 0},
		{"A country of the list needs nothing.", map[string]string{"cloud": "SE"}, nil, nil, 0},
		{"Another one needs a legal basis.", map[string]string{"backups": "US"}, nil, nil, 1},
		{"With one that is valid and recorded it holds.", map[string]string{"backups": "US"}, []evidence.Basis{basis}, []*Entry{entry}, 0},
		{"One that the ledger does not have is not enough.", map[string]string{"backups": "US"}, []evidence.Basis{basis}, []*Entry{{Act: "agreement"}}, 1},
		{"One of another place is none.", map[string]string{"cloud": "US"}, []evidence.Basis{basis}, []*Entry{entry}, 1},
		{"One that ends at this instant is over.", map[string]string{"backups": "US"}, []evidence.Basis{{Place: "backups", Region: "US", Mechanism: "SCC", From: from, Until: noon}}, nil, 1},
		{"One that begins at this instant is valid.", map[string]string{"backups": "US"}, []evidence.Basis{{Place: "backups", Region: "US", Mechanism: "SCC", From: noon, Until: until}}, nil, 0},
		{"A promise is no mechanism.", map[string]string{"backups": "US"}, []evidence.Basis{{Place: "backups", Region: "US", Mechanism: "promise", From: from, Until: until}}, nil, 1},
		{"A building of which the service is gone asks for nothing.", map[string]string{"backups": "US"}, nil, []*Entry{{Act: "service-ended", At: from, Facts: map[string]string{"building": "main", "state": "complete"}}}, 0},
		{"A backup that was written abroad is found.", nil, nil, []*Entry{{Act: "backup", Facts: map[string]string{"name": "a", "region": "US"}}}, 1},
	} {
		a := fakeAudit(t)
		a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main", Region: "FI"}}, Regions: test.regions, Bases: test.bases}
		a.Ledger = test.ledger
		p := fakeProbe(t, a, Rule{Check: "regions", Params: map[string]any{"within": []any{"FI", "SE"}, "mechanisms": []any{"SCC", "BCR"}}})
		if got := show(p); got.Violations != test.want || got.Selected < 6 {
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
	}
}

// A time in a message is in days, with a tenth where it is no whole number.
func TestInDays(t *testing.T) {
	for d, want := range map[time.Duration]string{365 * oneDay: "365 days", 36 * time.Hour: "1.5 days", time.Hour: "0 days", 30*oneDay + 3*time.Hour: "30.1 days"} {
		if got := inDays(d); got != want {
			t.Errorf("inDays(%v) = %q, want %q", d, got, want)
		}
	}
}
