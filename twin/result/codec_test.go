package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestResultRoundTrip(t *testing.T) {
	f := studied(t, twoBanks(), 3)
	if err := f.Expect("awt", "<=", 60, `awt <= "60s"`); err != nil {
		t.Fatal(err)
	}
	text := written(t, f)
	path := filepath.Join(t.TempDir(), "result.json")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	again, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, written(t, again)) {
		t.Fatal("what is written, read and written again differs")
	}
	if !bytes.Equal(asJSON(t, f), asJSON(t, again)) {
		t.Fatal("the layout changes the value")
	}
	if !bytes.Equal(text, written(t, studied3(t))) {
		t.Fatal("the same study gives other bytes")
	}
}

func studied3(t *testing.T) *File {
	f := studied(t, twoBanks(), 3)
	if err := f.Expect("awt", "<=", 60, `awt <= "60s"`); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLayoutKeepsListsOnOneLineAndLinesShort(t *testing.T) {
	text := string(written(t, studied(t, twoBanks(), 1)))
	lines := strings.Count(text, "\n")
	if lines < 100 || lines > 3000 {
		t.Errorf("%d lines", lines)
	}
	for line := range strings.Lines(text) {
		if strings.Count(line, "{") > 0 && len(line) > 200 {
			t.Errorf("an object stands on one long line: %.80s", line)
		}
	}
	tricky := map[string]any{"a\"]}": strings.Repeat(`\"{[,:`, 30), "b": []any{}, "c": map[string]any{}, "d": []any{[]int{1}, strings.Repeat("x", 130)}}
	var b bytes.Buffer
	if err := writeJSON(&b, tricky); err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, b.Bytes()); err != nil {
		t.Fatal(err)
	}
	if want := asJSON(t, tricky); !bytes.Equal(compact.Bytes(), want) {
		t.Errorf("laid out %s\nwant %s", b.Bytes(), want)
	}
}

func TestReadRefusesWhatIsNoResult(t *testing.T) {
	h := twoBanks()
	good := string(written(t, studied(t, h, 2)))
	if _, err := parseFile([]byte(good)); err != nil {
		t.Fatal("the result these rows spoil is refused itself:", err)
	}
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the result does not hold %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct{ why, text, says string }{
		{"an empty file", "", "empty"},
		{"blanks only", " \n ", "empty"},
		{"noise", "\x00\xff\x13", "line 1, column 1"},
		{"another kind of JSON", `{"a": 1}`, "no result.json"},
		{"a list", `[1]`, "line 1"},
		{"another schema", replace(`"schema": 2`, `"schema": 1`), "schema 1: this build reads schema 2"},
		{"an unknown field", replace(`"schema": 2`, `"schema": 2, "colour": 3`), "colour"},
		{"an unknown field of a sample", replace(`"over_24h":`, `"over_25h": 0, "over_24h":`), "over_25h"},
		{"text after the end", good + "x", "after the end"},
		{"half a file", good[:len(good)/2], "truncated"},
		{"a changed count", replace(`"passengers": `, `"passengers": 1`), "total is not the sum"},
		{"a changed digest", replace(`"digest-1"`, `"digest-9"`), "digest"},
		{"a missing metric", replace(`"awt": {`, `"awd": {`), "awd"},
		{"a header without a bank", replace(`"banks": [`, `"banks": [], "x": [`), `"x"`},
		{"a wrong type", replace(`"seed": 7`, `"seed": "7"`), "line"},
	} {
		if _, err := parseFile([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.why, err, c.says)
		}
	}
	for n := 0; n < len(good)-1; n += 997 {
		if _, err := parseFile([]byte(good[:n])); err == nil {
			t.Fatalf("the first %d of %d bytes are accepted", n, len(good))
		}
	}
	dir := t.TempDir()
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a directory gives %v", err)
	}
	if _, err := Read(filepath.Join(dir, "absent")); err == nil {
		t.Error("a file that is not there is accepted")
	}
}

func TestReadRefusesVerdictsThatTheFiguresDoNotGive(t *testing.T) {
	f := studied(t, twoBanks(), 2)
	if err := f.Expect("awt", "<=", 1, `awt <= "1s"`); err != nil {
		t.Fatal(err)
	}
	if f.Verdicts[0].Pass {
		t.Fatal("an average wait of at most 1 s is not what was drawn")
	}
	f.Verdicts[0].Pass, f.Verdicts[0].Why = true, ""
	if _, err := parseFile(written(t, f)); err == nil || !strings.Contains(err.Error(), "verdict") {
		t.Errorf("a forged verdict gives %v", err)
	}
}

func FuzzResult(f *testing.F) {
	h := twoBanks()
	h.Banks = h.Banks[:1]
	h.Duration, h.From, h.To = 120*second, 0, 120*second
	r := recording{end: h.Duration, trips: []Trip{ride(1, 2, 3, 4)}}
	file, err := NewFile(h, []Replication{{Digest: "d", Summary: r.summary(f, h)}}, nil, false)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(written(f, file))
	f.Add([]byte(`{"header":{"schema":2}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseFile(text)
		if err != nil {
			return
		}
		first := written(t, got)
		again, err := parseFile(first)
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, first)
		}
		if !bytes.Equal(first, written(t, again)) {
			t.Fatal("what is written, read and written again differs")
		}
	})
}

// collector keeps all records it is given.
type collector struct {
	recording
	ends []Replication
}

func (c *collector) Trip(t *Trip) error       { c.trips = append(c.trips, *t); return nil }
func (c *collector) Call(l *Call) error       { c.calls = append(c.calls, *l); return nil }
func (c *collector) Stop(s *Stop) error       { c.stops = append(c.stops, *s); return nil }
func (c *collector) End(e *Replication) error { c.ends = append(c.ends, *e); return nil }

// recorded is a records file of several replications.
func recorded(t testing.TB, h Header, recordings ...recording) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewRecordWriter(&b, h)
	for _, r := range recordings {
		if err := r.into(w); err != nil {
			t.Fatal(err)
		}
		if err := w.End(&Replication{Rep: r.rep, Seed: h.Seed, Digest: fmt.Sprintf("digest-%d", r.rep), End: r.end, Events: 1000}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRecordsRoundTrip(t *testing.T) {
	h := twoBanks()
	r := busyHour(h, 2, 500, true)
	r.trips[0].Outcome, r.trips[0].Reason = Refused, "a \"quoted\"\\ reason\nover\tlines, ü \x01"
	text := recorded(t, h, r)
	var got collector
	header, err := ReadRecords(bytes.NewReader(text), &got)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(asJSON(t, header), asJSON(t, h)) {
		t.Errorf("the header read is %+v", header)
	}
	if !slices.Equal(got.trips, r.trips) || !slices.Equal(got.calls, r.calls) || !slices.Equal(got.stops, r.stops) {
		t.Error("the records read are not those written")
	}
	if len(got.ends) != 1 || got.ends[0].End != r.end || got.ends[0].Rep != 2 || got.ends[0].Events != 1000 {
		t.Errorf("the end read is %+v", got.ends)
	}
	for line := range bytes.Lines(text) {
		if !json.Valid(line) {
			t.Fatalf("a line is no JSON: %s", line)
		}
	}
}

func TestRecomputedEqualsLive(t *testing.T) {
	h := twoBanks()
	live := studied(t, h, 3)
	text := recorded(t, h, busyHour(h, 0, 400, false), busyHour(h, 1, 400, false), busyHour(h, 2, 400, false))
	again, err := Recompute(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written(t, live), written(t, again)) {
		t.Fatal("the result recomputed from records differs from the live one")
	}
	// Two files of one study, joined in the wrong order.
	joined := append(recorded(t, h, busyHour(h, 2, 400, false)), recorded(t, h, busyHour(h, 0, 400, false), busyHour(h, 1, 400, false))...)
	again, err = Recompute(bytes.NewReader(joined))
	if err != nil {
		t.Fatal(err)
	}
	again.Path, again.PathCut = live.Path, live.PathCut // of the first replication in the file
	if !bytes.Equal(written(t, live), written(t, again)) {
		t.Fatal("joined records give another result")
	}
}

func TestReadRecordsRefusesWhatWasNotWritten(t *testing.T) {
	h := twoBanks()
	r := recording{end: h.Duration, trips: []Trip{ride(600, 610, 612, 650)}, calls: []Call{{Placed: at(600), Answered: None, Car: None, Up: true}},
		stops: []Stop{{Opening: at(600), Closed: at(610), Persons: 2}}}
	good := string(recorded(t, h, r))
	lines := strings.SplitAfter(good, "\n")
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the records do not hold %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct{ why, text, says string }{
		{"an empty file", "", "empty"},
		{"the header alone", lines[0], "no replication"},
		{"no header", strings.Join(lines[1:], ""), "line 1: a trip stands before the header"},
		{"another schema", replace(`"schema":2`, `"schema":3`), "line 1: schema 3"},
		{"an unknown header field", replace(`"schema":2`, `"schema":2,"colour":2`), "line 1"},
		{"a header of another study", good + replace(`"seed":7`, `"seed":8`), "line 6: this header differs"},
		{"the end missing", strings.Join(lines[:4], ""), "replication 0 has no end line"},
		{"a record after its end", good + lines[1], "line 6: a record of replication 0 stands after its end"},
		{"the end twice", good + lines[4], "line 6"},
		{"an unknown type", good + `{"type":"walk"}` + "\n", `unknown type "walk"`},
		{"noise", good + "\x00\n", "line 6"},
		{"a blank line", good + "\n", "line 6"},
		{"half a line", good[:len(good)-20], "line 5"},
		{"a missing key", replace(`"legs":1,`, ``), `key "legs" is missing`},
		{"a key twice", replace(`"legs":1,`, `"legs":1,"legs":1,`), `"legs" is unknown or there twice`},
		{"an unknown key", replace(`"legs":1,`, `"legs":1,"Legs":1,`), `"Legs"`},
		{"the type twice", replace(`"legs":1,`, `"legs":1,"type":"trip",`), `"type"`},
		{"a number with a fraction", replace(`"legs":1,`, `"legs":1.0,`), `"legs"`},
		{"a number that JSON does not know", replace(`"legs":1,`, `"legs":01,`), `"legs"`},
		{"a word that is none", replace(`"served"`, `"serve"`), `"outcome"`},
		{"a word of a number", replace(`"served"`, `0`), `"outcome"`},
		{"a nested object", replace(`"reason":""`, `"reason":{}`), "line 2"},
		{"text after the object", replace(`"denied":""}`, `"denied":""}x`), "line 2"},
		{"a bank that is not there", replace(`"bank":0`, `"bank":5`), "line 2"},
		{"a number for a truth", replace(`"up":true`, `"up":1`), `"up"`},
		{"a negative replication", replace(`"rep":0`, `"rep":-1`), "line 2"},
		{"an end that never was", replace(`"end_ns":3600000000000`, `"end_ns":-1`), "line 5"},
		{"an end beyond any run", replace(`"end_ns":3600000000000`, `"end_ns":9000000000000000000`), "line 5"},
	} {
		if _, err := ReadRecords(strings.NewReader(c.text), &collector{}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.why, err, c.says)
		}
	}
	for n := range len(good) - 1 {
		if _, err := ReadRecords(strings.NewReader(good[:n]), &collector{}); err == nil {
			t.Fatalf("the first %d of %d bytes are accepted", n, len(good))
		}
	}
}

func FuzzRecords(f *testing.F) {
	h := twoBanks()
	h.Inputs = nil
	r := recording{end: h.Duration, trips: []Trip{ride(600, 610, 612, 650)}, calls: []Call{{Placed: at(600), Answered: None, Car: None}},
		stops: []Stop{{Opening: at(600), Closed: at(610), Persons: 2}}}
	good := recorded(f, h, r)
	_, rest, _ := bytes.Cut(good, []byte("\n"))
	header := good[:len(good)-len(rest)]
	f.Add(rest)
	for line := range bytes.Lines(rest) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var first, again collector
		if _, err := ReadRecords(bytes.NewReader(append(bytes.Clone(header), text...)), &first); err != nil {
			return
		}
		if _, err := Recompute(bytes.NewReader(append(bytes.Clone(header), text...))); err != nil {
			t.Fatalf("records that are read are not summarised: %v", err)
		}
		var b bytes.Buffer
		w := NewRecordWriter(&b, h)
		if err := first.into(w); err != nil {
			t.Fatal(err)
		}
		for _, e := range first.ends {
			if err := w.End(&e); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadRecords(&b, &again); err != nil {
			t.Fatalf("what was read and written is refused: %v\n%s", err, b.Bytes())
		}
		if !slices.Equal(first.trips, again.trips) || !slices.Equal(first.calls, again.calls) || !slices.Equal(first.stops, again.stops) {
			t.Fatal("what is written and read again differs")
		}
	})
}

func TestRecordWriterDoesNotAllocatePerRecord(t *testing.T) {
	h := twoBanks()
	r := busyHour(h, 1, 500, false)
	w := NewRecordWriter(discard{}, h)
	if n := testing.AllocsPerRun(5, func() {
		if err := r.into(w); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Fatalf("%v allocations for %d records", n, len(r.trips)+len(r.calls)+len(r.stops))
	}
}

type discard struct{ err error }

func (d discard) Write(b []byte) (int, error) { return len(b), d.err }

func TestRecordWriterReportsAFullDisk(t *testing.T) {
	h := twoBanks()
	w := NewRecordWriter(discard{fmt.Errorf("disk full")}, h)
	trip := ride(600, 610, 612, 650)
	var err error
	for range 10_000 {
		err = w.Trip(&trip)
	}
	if err == nil || w.Flush() == nil {
		t.Errorf("10,000 trips onto a full disk give %v", err)
	}
}

func TestSegmentsAreOfTheFirstReplicationAndBounded(t *testing.T) {
	r := NewSegmentRecorder(twoBanks())
	stop := Stop{Rep: 4, Floor: 3, From: 1, Depart: at(1), Opening: at(7.5), Closed: at(9), Persons: 2}
	other := Stop{Rep: 5}
	for range mostSegments {
		for _, s := range []*Stop{&stop, &other} {
			if err := r.Stop(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	path, cut := r.Path()
	if want := (Segment{From: 1, To: 3, Depart: 1, Arrive: 7.5, Close: 9, Load: 2}); len(path) != mostSegments || cut || path[0] != want {
		t.Errorf("%d segments, cut %v, the first %+v", len(path), cut, path[0])
	}
	stop.Closed = None
	if err := r.Stop(&stop); err != nil {
		t.Fatal(err)
	}
	if path, cut := r.Path(); len(path) != mostSegments || !cut {
		t.Errorf("one stop more: %d segments, cut %v", len(path), cut)
	}
}

func BenchmarkRecordWriter(b *testing.B) {
	h := twoBanks()
	w := NewRecordWriter(discard{}, h)
	trip := ride(600, 610, 612, 650)
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Trip(&trip); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadRecords(b *testing.B) {
	h := twoBanks()
	r := busyHour(h, 1, 4000, false)
	text := recorded(b, h, r)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Recompute(bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}
