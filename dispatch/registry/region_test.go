package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// No store is opened, and no backup made, outside of a building's country
// without a legal basis that is valid and stands in the ledger (FL:L70).
func TestRegions(t *testing.T) {
	year := func(place, region string) Basis {
		return Basis{place, region, "SCC", start.Add(-wholeDay), start.Add(365 * wholeDay)}
	}
	later := year("cloud", "US")
	later.From = start.Add(time.Second)
	past := year("cloud", "US")
	past.Until = start
	us := map[string]string{"cloud": "US"}
	for _, row := range []struct {
		says     string
		building string // country of building a; b stands in Finland
		regions  map[string]string
		bases    []Basis
		refused  string // what the error says, "" = opened
		recorded int    // legal bases in the ledger
	}{
		{"everything in the buildings' country", "FI", nil, nil, "", 0},
		{"in another country of the EEA", "FI", map[string]string{"cloud": "IE", "backups": "DE"}, nil, "", 0},
		{"outside of the EEA without a basis", "FI", us, nil, "cloud stands in US", 0},
		{"backups abroad", "FI", map[string]string{"backups": "US"}, nil, "backups stands in US", 0},
		{"with a basis", "FI", us, []Basis{year("cloud", "US")}, "", 1},
		{"with a basis that begins later", "FI", us, []Basis{later}, "no legal basis is valid", 0},
		{"with a basis that has ended", "FI", us, []Basis{past}, "no legal basis is valid", 0},
		{"with an ended basis and its successor", "FI", us, []Basis{past, year("cloud", "US")}, "", 1},
		{"with a basis of another place", "FI", map[string]string{"cloud": "US", "vault": "US"}, []Basis{year("vault", "US")}, "cloud stands in US", 0},
		{"a building outside of the EEA whose data lie in it", "CH", nil, []Basis{}, "analytics stands in FI, outside of the country of building a (CH)", 0},
		{"an unknown place", "FI", map[string]string{"moon": "US"}, nil, "there is no \"moon\"", 0},
		{"a country by its name", "FI", map[string]string{"cloud": "Finland"}, nil, "two capital letters", 0},
		{"an unknown mechanism", "FI", us, []Basis{{"cloud", "US", "handshake", start, start.Add(1)}}, "a legal basis is one of", 0},
		{"a basis without a period", "FI", us, []Basis{{"cloud", "US", "SCC", start, start}}, "is no period", 0},
		{"a basis for where nothing stands", "FI", us, []Basis{year("cloud", "CN")}, "nothing stands", 0},
	} {
		t.Run(row.says, func(t *testing.T) {
			o := diskOptions(t, &clock{now: start})
			o.Buildings[0].Region, o.Regions, o.Bases = row.building, row.regions, row.bases
			if row.building == "CH" { // the first building says where everything else stands
				o.Buildings[0], o.Buildings[1] = o.Buildings[1], o.Buildings[0]
			}
			r, err := Open(o)
			if row.refused != "" {
				if err == nil || !strings.Contains(err.Error(), row.refused) {
					t.Fatalf("got %v, want %q", err, row.refused)
				}
				if _, err := os.Stat(filepath.Join(o.Dir, string(Cloud))); err == nil {
					t.Error("the cloud store was made all the same")
				}
				return
			}
			must(t, err)
			r = reopen(t, r, o)
			if _, err := r.Backup(); err != nil {
				t.Error(err)
			}
			recorded := 0
			must(t, r.Entries(func(_ uint64, e *Entry) error {
				if e.Act == ActLegalBasis {
					recorded++
				}
				return nil
			}))
			if recorded != row.recorded {
				t.Errorf("the ledger has %d legal bases, want %d", recorded, row.recorded)
			}
		})
	}
}

// A basis that ends while the stores are open is found by the next sweep, and
// keeps the next backup from being made.
func TestBasisEnds(t *testing.T) {
	c := &clock{now: start}
	o := testOptions(c)
	o.Regions = map[string]string{"backups": "US"}
	o.Bases = []Basis{{"backups", "US", "adequacy", start, start.Add(wholeDay)}}
	r := open(t, o)
	if _, err := r.Backup(); err != nil {
		t.Fatal(err)
	}
	c.pass(wholeDay)
	if _, err := r.Backup(); err == nil {
		t.Error("a backup was made where its legal basis has ended")
	}
	if _, _, err := r.Sweep(); err == nil || !strings.Contains(err.Error(), "backups stands in US") {
		t.Errorf("a sweep says %v", err)
	}
}

// Whoever asks in which countries data lie is told of all stores and backups.
func TestRegionsAreTold(t *testing.T) {
	o := testOptions(&clock{now: start})
	o.Buildings[1].Region = "SE"
	o.Regions = map[string]string{"cloud": "IE", "backups": "DE"}
	want := map[string]string{
		"analytics": "FI", "archive": "FI", "backups": "DE", "building-a": "FI", "building-b": "SE", "cloud": "IE", "ledger": "FI", "vault": "FI",
	}
	if diff := cmp.Diff(want, open(t, o).Regions()); diff != "" {
		t.Error(diff)
	}
}
