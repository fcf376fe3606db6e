package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Everything that is wrong is said at once, and nothing is opened.
func TestOptionsAreChecked(t *testing.T) {
	dir := t.TempDir()
	stores := filepath.Join(dir, "stores")
	must(t, os.Mkdir(stores, 0o700))
	must(t, os.Symlink(stores, filepath.Join(dir, "elsewhere")))
	good := LogDeclaration{Name: "doors", Fields: []string{"door"}, Purpose: ToSecure, Retention: time.Hour}
	log := func(change func(*LogDeclaration)) func(*Options) {
		return func(o *Options) {
			l := good
			change(&l)
			o.Buildings = []BuildingConfig{{Name: "a", Logs: []LogDeclaration{good, l}}}
			o.Buildings[0].Logs[0].Name = "first"
		}
	}
	for _, row := range []struct {
		says   string
		change func(*Options)
		want   []string // nothing: they are right
	}{
		{"in memory", func(*Options) {}, nil},
		{"on disk", func(o *Options) { o.Dir, o.Keys = filepath.Join(dir, "s"), filepath.Join(dir, "k") }, nil},
		{"folders whose names begin alike", func(o *Options) { o.Dir, o.Keys = filepath.Join(dir, "x"), filepath.Join(dir, "x-keys") }, nil},
		{"no clock", func(o *Options) { o.Now = nil }, []string{"Now:"}},
		{"no limits at all", func(o *Options) { o.Limits = Limits{} }, []string{"LogData", "Inactivity", "Backups", "Rotation", "Archive", "Cell"}},
		{"log data for more than a year", func(o *Options) { o.Limits.LogData = 366 * 24 * time.Hour }, []string{"at most 365 days"}},
		{"cells of one person", func(o *Options) { o.Limits.Cell = 1 }, []string{"Cell"}},
		{"stores on disk without keys", func(o *Options) { o.Dir = filepath.Join(dir, "s") }, []string{"outside of them"}},
		{"stores in memory with keys on disk", func(o *Options) { o.Keys = filepath.Join(dir, "k") }, []string{"in memory"}},
		{"keys in the folder of the stores", func(o *Options) { o.Dir, o.Keys = stores, filepath.Join(stores, "keys") }, []string{"would open itself"}},
		{"keys and stores in one folder", func(o *Options) { o.Dir, o.Keys = stores, stores }, []string{"would open itself"}},
		{"keys in the folder of the stores by a link", func(o *Options) { o.Dir, o.Keys = stores, filepath.Join(dir, "elsewhere", "keys") }, []string{"would open itself"}},
		{"stores in the folder of the keys", func(o *Options) { o.Dir, o.Keys = stores, dir }, []string{"Dir:"}},
		{"a building twice", func(o *Options) { o.Buildings = []BuildingConfig{{Name: "a"}, {Name: "a"}} }, []string{"twice"}},
		{"a building that climbs out of the folder", func(o *Options) { o.Buildings = []BuildingConfig{{Name: "../cloud"}, {Name: ""}, {Name: "Tower A"}} }, []string{"building 1", "building 2", "building 3"}},
		{"a log as it should be", log(func(*LogDeclaration) {}), nil},
		{"a log without a retention", log(func(l *LogDeclaration) { l.Retention = 0 }), []string{"FL:L56"}},
		{"a log without a purpose", log(func(l *LogDeclaration) { l.Purpose = "" }), []string{"purpose"}},
		{"a log for a purpose of another kind", log(func(l *LogDeclaration) { l.Purpose = ToAnalyse }), []string{"purpose"}},
		{"a log without fields", log(func(l *LogDeclaration) { l.Fields = nil }), []string{"no fields"}},
		{"a log without a name", log(func(l *LogDeclaration) { l.Name = "" }), []string{"a name has at most"}},
		{"a log twice", log(func(l *LogDeclaration) { l.Name = "first" }), []string{"twice"}},
		{"much at once", func(o *Options) { o.Now, o.Limits.Cell, o.Keys = nil, 0, "k" }, []string{"Now:", "Cell", "Keys:"}},
	} {
		o := testOptions(&clock{now: start})
		row.change(&o)
		r, err := Open(o)
		if err == nil {
			must(t, r.Close())
		}
		if (err == nil) != (row.want == nil) {
			t.Errorf("%s: %v", row.says, err)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the error does not say %q: %v", row.says, want, err)
			}
		}
	}
	if entries, err := os.ReadDir(stores); err != nil || len(entries) > 0 {
		t.Errorf("refused options left %d files in the stores: %v", len(entries), err)
	}
}

// The callers' slices are theirs: changing them changes no registry.
func TestOptionsAreCopied(t *testing.T) {
	o := testOptions(&clock{now: start})
	r := open(t, o)
	o.Buildings[1].Logs[0].Fields[0] = "name"
	r.Buildings()[1].Logs[0].Name = "other"
	if got := r.Buildings()[1].Logs[0]; got.Fields[0] != "door" || got.Name != "doors" {
		t.Errorf("the declared log became %+v", got)
	}
}
