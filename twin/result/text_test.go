package result

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("rewrite", false, "write the transcripts in testdata anew")

// golden holds a text against its transcript.
func golden(t *testing.T, name string, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got), rewrite with go test -run %s -rewrite:\n%s", path, t.Name(), diff)
	}
	return b.String()
}

// judged is a study with a passed, a missed and a withheld expectation.
func judged(t *testing.T) []*File {
	good := studied(t, twoBanks(), 3)
	r := busyHour(twoBanks(), 0, 300, true)
	h := twoBanks()
	h.Dispatcher, h.Title = "etd", "A <b>title</b> that steers \x1b[31mterminals\nand is very long: "+strings.Repeat("word ", 30)+strings.Repeat("longword", 20)
	bad, err := NewFile(h, []Replication{{Seed: h.Seed, Digest: "digest", End: r.end, Summary: r.summary(t, h)}}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*File{good, bad} {
		for _, e := range []struct {
			metric string
			bound  float64
			text   string
		}{{"awt", 90, `awt <= "90s"`}, {"wait_p90", 20, `wait_p90 <= "20s"`}} {
			if err := f.Expect(e.metric, "<=", e.bound, e.text); err != nil {
				t.Fatal(err)
			}
		}
	}
	return []*File{good, bad}
}

func TestText(t *testing.T) {
	files := judged(t)
	text := golden(t, "two-files.txt", func(w io.Writer) error { return WriteText(w, files) })
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > columns {
			t.Errorf("%d columns: %s", n, line)
		}
		if strings.ContainsAny(line, "\x1b\x00") {
			t.Errorf("a control character: %q", line)
		}
	}
	golden(t, "one-file.txt", func(w io.Writer) error { return WriteText(w, files[:1]) })
}

func TestComparisonText(t *testing.T) {
	c, err := Compare([]*File{waiting(t, "eta", 10, 20, 30), waiting(t, "etd", 8, 18, 27.5), waiting(t, "zoned", 30, 20, -1)})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "comparison.txt", func(w io.Writer) error { return WriteComparisonText(w, c) })
	golden(t, "comparison.csv", func(w io.Writer) error { return WriteComparisonCSV(w, c) })
}

func TestCSVHoldsEveryMetricOfEveryReplication(t *testing.T) {
	files := judged(t)
	var b bytes.Buffer
	if err := WriteCSV(&b, files); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := 1 + len(Metrics())*(1+3+1+1); len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, r := range rows[1:] {
		if value, why := r[5], r[8]; (value == "") == (why == "") {
			t.Errorf("a row needs either a value or a reason: %q", r)
		}
	}
	if got := rows[1]; got[1] != "eta" || got[2] != "all" || got[3] != "awt" || got[5] != number(files[0].Metrics["awt"].Value) || got[7] != "3" {
		t.Errorf("the first row is %q", got)
	}
}

func TestJUnitHasOneCasePerExpectation(t *testing.T) {
	files := judged(t)
	text := golden(t, "junit.xml", func(w io.Writer) error { return WriteJUnit(w, files) })
	var suites junitSuites
	if err := xml.Unmarshal([]byte(text), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Tests != 4 || suites.Failures != 3 || len(suites.Suites) != 2 {
		t.Fatalf("%d tests, %d failures, %d suites; want 4, 3, 2", suites.Tests, suites.Failures, len(suites.Suites))
	}
	missed := suites.Suites[0].Cases[1].Failure
	if missed == nil || !strings.Contains(missed.Message, "wait_p90 is ") || !strings.Contains(missed.Message, "not <= 20 s") {
		t.Errorf("the failure %+v does not say value and bound", missed)
	}
	if held := suites.Suites[1].Cases[0].Failure; held == nil || !strings.Contains(held.Message, "unfinished") {
		t.Errorf("the failure %+v does not say why the metric is withheld", held)
	}
}

func TestSmallFiguresDoNotReadAsNothing(t *testing.T) {
	for _, c := range []struct {
		sentence string
		v        float64
		unit     string
		want     string
	}{
		{"a time of a millisecond", 0.0012, "s", "1.2 ms"},
		{"a time just below what a digit shows", 0.049, "s", "49 ms"},
		{"nothing is nothing", 0, "s", "0.0 s"},
		{"from there on seconds", 0.05, "s", "0.1 s"},
		{"a small share", 0.012, "%", "0.012 %"},
		{"less than nothing", -0.0012, "s", "-1.2 ms"},
		{"persons are counted", 0.01, "persons", "0"},
	} {
		if got := rounded(c.v, c.unit); got != c.want {
			t.Errorf("%s: %v %s is written %q, want %q", c.sentence, c.v, c.unit, got, c.want)
		}
	}
}
