package estate_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// checkLogs holds the building's logs against what happened: each entry of a
// call is of a journey with Flow from that floor in that hour, and of no other.
// Calls of Remote Call are stored nowhere (RC:L21).
func checkLogs(t *testing.T, dir string) {
	t.Helper()
	type landing struct {
		floor string
		hour  time.Time
	}
	floors := struct{ Floors []string }{}
	b, err := os.ReadFile(filepath.Join(dir, "truth", "settings.json"))
	if err == nil {
		err = json.Unmarshal(b, &floors)
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "truth", "trips.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	journeys, others := map[landing]int{}, 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var trip struct {
			At      time.Time
			Service string
			From    int
		}
		if err := json.Unmarshal(lines.Bytes(), &trip); err != nil {
			t.Fatal(err)
		}
		if trip.Service != "flow" {
			others++
			continue
		}
		journeys[landing{floors.Floors[trip.From], trip.At.Truncate(time.Hour)}]++
	}
	entries := 0
	readStore(t, dir, "building-main", func(key, value []byte) {
		if !bytes.HasPrefix(key, []byte("bl/")) || len(value) == 0 || value[0] != '{' {
			return
		}
		var e struct {
			At     time.Time
			Fields map[string]string
		}
		if err := json.Unmarshal(value, &e); err != nil {
			t.Fatal(err)
		}
		if !e.At.Equal(e.At.Truncate(time.Hour)) {
			t.Errorf("an entry says %s, which is finer than the hour", e.At.Format(time.RFC3339Nano))
		}
		if e.Fields["result"] != "served" {
			return
		}
		entries++
		if at := (landing{e.Fields["floor"], e.At}); journeys[at] > 0 {
			journeys[at]--
		} else {
			t.Errorf("an entry of %s is of no journey with Flow", e.At.Format(time.RFC3339))
		}
	})
	if entries < 20 || others < 20 {
		t.Errorf("%d entries beside %d journeys with Remote Call: too few to tell", entries, others)
	}
}

// checkServiceLog: whoever runs the service reads in its log when it started and
// what it did to the stores as a whole, at the scenario's instants.
func checkServiceLog(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "logs", "service.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen, last := map[string]int{}, time.Time{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l struct {
			Time       time.Time
			Level, Msg string
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		seen[l.Msg]++
		if l.Time.Before(last) || l.Time.Year() != 2028 {
			t.Errorf("%s is of %s, after %s", l.Msg, l.Time, last)
		}
		last = l.Time
	}
	for _, msg := range []string{"service started", "swept", "erasure settled", "key rotation", "backup", "restore", "hand over", "service ended", "hold", "release", "identity refused"} {
		if seen[msg] == 0 {
			t.Errorf("the log has no line %q; it has %v", msg, seen)
		}
	}
	if n := seen["service started"]; n != 3 { // the first start, a restart and a restore
		t.Errorf("the service started %d times, want 3", n)
	}
}
