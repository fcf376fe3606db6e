package outcome

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func file() *File {
	x := 0.04
	l := Latency{N: 3, Mean: 0.1, P50: 0.1, P90: 0.2, P99: 0.3, P999: 0.3, Max: 0.3, Curve: []Point{{0, 0.1}, {1, 0.3}}}
	return &File{
		Schema: SchemaVersion, Tool: "dev", Target: "http://127.0.0.1:1", Scenario: Scenario{Name: "office"},
		Measured: Measured{Seconds: 1, Acks: l, Exchanges: []Exchange{{Name: "call", Sent: 3, Answered: 3, Ack: l, Result: l}}, Timeline: []Interval{{Seconds: 1, Sent: 3}}},
		Server:   Server{Samples: []Sample{{CPU: 1}}},
		Verdicts: []Verdict{{Metric: "load_ack_p99", Op: "<=", Bound: 0.05, Unit: "s", Value: &x, Pass: true}},
	}
}

func TestRoundTrip(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, file()); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(file(), got); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

func TestWhatDoesNotHoldTogether(t *testing.T) {
	for _, c := range []struct {
		sentence string
		change   func(f *File)
		want     string
	}{
		{"another schema", func(f *File) { f.Schema = 2 }, "schema is 2"},
		{"a kind twice", func(f *File) { f.Measured.Exchanges = append(f.Measured.Exchanges, f.Measured.Exchanges[0]) }, "exchanges[1]"},
		{"a count below 0", func(f *File) { f.Measured.Exchanges[0].Shed = -1 }, "below 0"},
		{"a latency that is no number", func(f *File) { f.Measured.Lateness.P99 = math.NaN() }, "cannot be"},
		{"more beyond than there are", func(f *File) { f.Measured.Acks.Beyond = 4 }, "cannot be"},
		{"a curve that falls", func(f *File) { f.Measured.Acks.Curve[1].Seconds = 0 }, "does not rise"},
		{"an interval without length", func(f *File) { f.Measured.Timeline[0].Seconds = 0 }, "timeline[0]"},
		{"memory that is no number", func(f *File) { f.Server.Samples[0].Resident = math.Inf(1) }, "samples[0]"},
		{"a pass without a value", func(f *File) { f.Verdicts[0].Value = nil }, "passes without a value"},
	} {
		f := file()
		c.change(f)
		var b bytes.Buffer
		err := Write(&b, f)
		if err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written; want an error with %q and nothing", c.sentence, err, b.Len(), c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, file()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"schema":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Write(&again, got); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
