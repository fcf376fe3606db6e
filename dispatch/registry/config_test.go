package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func wholeConfig() Config {
	return Config{
		Buildings: []BuildingConfig{
			{Name: "main", Region: "FI", Residential: true, Intercom: true, Logs: []LogDeclaration{{Name: "doors", Fields: []string{"floor", "result"}, Purpose: ToSecure, Retention: 36 * time.Hour}}},
			{Name: "annex", Region: "SE", LogData: 100 * wholeDay},
		},
		Regions: map[string]string{"cloud": "IE", "backups": "US"}, Group: []string{"ORG-4"},
		Bases:  []Basis{{"backups", "US", "SCC", start, start.Add(365 * wholeDay)}},
		Limits: DefaultLimits(), Cost: TestCost,
		Layouts: map[string]Layout{"main": {Floors: []string{"G", "1", "2"}, Banks: []BankLayout{{"low", []string{"G", "1"}}}}},
	}
}

func TestConfigIsReadAsItWasWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "stores")
	want := wholeConfig()
	if err := WriteConfig(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("the folder holds %d files after one was written", len(files))
	}
}

func TestConfigThatCannotBeUsed(t *testing.T) {
	good, err := os.ReadFile(writeGood(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ sentence, from, to, want string }{
		{"a field from a later program is not passed over", `"format": 1,`, `"format": 1, "colour": "red",`, "colour"},
		{"another format is not guessed at", `"format": 1`, `"format": 2`, "format 2"},
		{"a log without retention would be kept for ever", `"retention": "36h0m0s"`, `"retention": "0d"`, "FL:L56"},
		{"a bare number is no span", `"365d"`, `365`, "span"},
		{"a limit of nothing is no limit", `"730d"`, `"0d"`, "inactivity"},
		{"one person is no crowd", `"least_people_in_a_cell": 5`, `"least_people_in_a_cell": 1`, "anonymous"},
		{"two buildings of one name would share a server", `"name": "annex"`, `"name": "main"`, "twice"},
		{"a span beyond what the clock can count", `"730d"`, `"106752d"`, "no number of days"},
		{"a floor of no name cannot be anybody's favourite", `"G",`, `"",`, "no name of its own"},
		{"a bank stops where there is a floor", `"name": "low",`, `"name": "low", "floors": ["9"]}, {"name": "high",`, "lacks"},
		{"banks have floors", `"name": "annex",`, `"name": "annex", "banks": [{"name": "a", "floors": []}],`, "annex has no floors"},
		{"what follows is not passed over", "\n}\n", "\n}\n{}", "follows"},
	} {
		text := strings.Replace(string(good), c.from, c.to, 1)
		if text == string(good) {
			t.Errorf("%s: the file does not hold %s", c.sentence, c.from)
			continue
		}
		if _, err := parseConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.sentence, err, c.want)
		}
	}
}

func writeGood(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := WriteConfig(dir, wholeConfig()); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, ConfigFile)
}

func TestConfigIsMissing(t *testing.T) {
	_, err := ReadConfig(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "--evidence") {
		t.Errorf("error %v does not say where such a folder comes from", err)
	} else if !strings.HasSuffix(err.Error(), "left") {
		t.Errorf("error %v says more than that", err)
	}
}

func FuzzConfig(f *testing.F) {
	dir := f.TempDir()
	if err := WriteConfig(dir, wholeConfig()); err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, ConfigFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseConfig(text)
		if err != nil {
			return
		}
		again := t.TempDir()
		if err := WriteConfig(again, c); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		back, err := ReadConfig(again)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(c, back); diff != "" {
			t.Errorf("(-read +written and read):\n%s", diff)
		}
	})
}
