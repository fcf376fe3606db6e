package outcome

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// mostBytes bounds what Read takes in.
const mostBytes = 64 << 20

// Write writes a file as JSON that Read reads. A file that Read would refuse is
// an error, and nothing is written then.
func Write(w io.Writer, f *File) error {
	if err := f.Check(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("load result: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// Read reads and checks a file.
func Read(r io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("load result: %w", err)
	}
	if len(text) > mostBytes {
		return nil, fmt.Errorf("load result: larger than %d MiB", mostBytes>>20)
	}
	f := &File{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("load result: %w", err)
	}
	return f, f.Check()
}

// Check refuses what does not hold together.
func (f *File) Check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("load result: %w; run the load again with this version", fmt.Errorf(format, args...))
	}
	if f.Schema != SchemaVersion {
		return bad("schema is %d, this version has %d", f.Schema, SchemaVersion)
	}
	names := map[string]bool{}
	for i, e := range f.Measured.Exchanges {
		if e.Name == "" || names[e.Name] {
			return bad("measured.exchanges[%d] has the name %q, of which there is one already or none", i, e.Name)
		}
		names[e.Name] = true
		if min(e.Sent, e.Answered, e.Refused, e.Shed, e.Unanswered, e.Lost) < 0 {
			return bad("measured.exchanges[%d] has a count below 0", i)
		}
		for _, l := range []Latency{e.Ack, e.Result} {
			if err := l.check(); err != nil {
				return bad("measured.exchanges[%d]: %w", i, err)
			}
		}
	}
	for _, l := range []Latency{f.Measured.Acks, f.Measured.Served, f.Measured.EventLag, f.Measured.Lateness} {
		if err := l.check(); err != nil {
			return bad("measured: %w", err)
		}
	}
	for i, t := range f.Measured.Timeline {
		if !finite(t.From, t.Seconds, t.P50, t.P99, t.Max) || t.Seconds <= 0 {
			return bad("measured.timeline[%d] has a span or latency that cannot be", i)
		}
	}
	for i, s := range f.Server.Samples {
		if !finite(s.At, s.CPU, s.Resident, s.Goroutines) {
			return bad("server.samples[%d] has a figure that is not a number", i)
		}
	}
	for i, v := range f.Verdicts {
		if v.Pass && v.Value == nil {
			return bad("verdicts[%d] passes without a value", i)
		}
	}
	return nil
}

// check says what is wrong with a latency.
func (l Latency) check() error {
	if !finite(l.Mean, l.P50, l.P90, l.P99, l.P999, l.Max) || l.N < 0 || l.Beyond < 0 || l.Beyond > l.N {
		return fmt.Errorf("a latency has counts or figures that cannot be")
	}
	last := Point{}
	for _, p := range l.Curve {
		if !finite(p.Share, p.Seconds) || p.Share < last.Share || p.Share > 1 || p.Seconds < last.Seconds {
			return fmt.Errorf("a latency's curve does not rise")
		}
		last = p
	}
	return nil
}

func finite(all ...float64) bool {
	for _, v := range all {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return false
		}
	}
	return true
}
