package study

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/check"
	"hoistway/twin/result"
)

// lobbyAndOne is the smallest scenario a study accepts; nothing in it is
// simulated here.
func lobbyAndOne(t *testing.T) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Load("peer-std", scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// fake is a simulation that serves a few people and says what it is told to.
type fake struct {
	task  twin.Options
	serve func(context.Context, twin.Options) (twin.Outcome, error)
}

func (f fake) Run(ctx context.Context) (twin.Outcome, error) { return f.serve(ctx, f.task) }

// served simulates people whose waits depend on the seed and replication.
func served(_ context.Context, o twin.Options) (twin.Outcome, error) {
	if o.Trace != nil {
		fmt.Fprintf(o.Trace, "replication %d\n", o.Replication)
	}
	const people = 40
	for i := range people {
		at := time.Duration(i) * time.Minute
		wait := time.Duration(1+(i*7+o.Replication*3+int(o.Seed))%29) * time.Second
		trip := result.Trip{Rep: o.Replication, Journey: int64(i), Legs: 1, Tenant: result.None, Destination: 1 + i%5, Mass: 75000,
			Begin: at, Call: result.None, Promised: result.None, Wished: result.None, Again: result.None, Arrive: at, Opening: at + wait, Board: at + wait + time.Second,
			Reached: at + wait + 20*time.Second, Alight: at + wait + 22*time.Second, Left: result.None}
		if err := o.Sink.Trip(&trip); err != nil {
			return twin.Outcome{}, err
		}
	}
	return twin.Outcome{Digest: fmt.Sprintf("digest-%d-%d", o.Seed, o.Replication), Events: 5 * people, Journeys: people, End: time.Hour}, nil
}

// faked prepares fakes.
func faked(serve func(context.Context, twin.Options) (twin.Outcome, error)) Prepare {
	return func(_ *scenarios.Scenario, o twin.Options) (Simulation, error) { return fake{o, serve}, nil }
}

// recorded runs a study with its records on disk and returns its file, that
// file as text, and the records.
func recorded(t *testing.T, sc *scenarios.Scenario, o Options) (f *result.File, text, lines string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "records.ndjson")
	records, err := CreateRecords(path, NewHeader([]*scenarios.Scenario{sc}, o), 0)
	if err != nil {
		t.Fatal(err)
	}
	o.Records = records
	f, _, err = Run(t.Context(), []*scenarios.Scenario{sc}, o)
	if err := records.Finish(err); err != nil {
		t.Fatal(err)
	}
	marshalled, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if rest, err := filepath.Glob(path + ".*"); err != nil || len(rest) > 0 {
		t.Errorf("parts were left beside the records: %v %v", rest, err)
	}
	return f, string(marshalled), string(written)
}

// TestParallelChangesNothing runs replications out of their order and expects
// the same result and the same records as in order.
func TestParallelChangesNothing(t *testing.T) {
	sc := lobbyAndOne(t)
	type output struct{ Result, Records, Trace string }
	study := func(parallel int, prepare Prepare) output {
		var trace bytes.Buffer
		o := Options{Reference: "peer-std", Version: "test", Seed: 7, Replications: 5, Parallel: parallel, Trace: &trace, Prepare: prepare}
		_, result, records := recorded(t, sc, o)
		return output{result, records, trace.String()}
	}
	want := study(1, faked(served))
	if n := strings.Count(want.Records, "\n"); n != 1+5*(40+1) {
		t.Errorf("the records have %d lines, want the header and 5 x (40 trips and an end)", n)
	}
	// The first replication ends only after all others have.
	others := make(chan struct{}, 4)
	backwards := faked(func(ctx context.Context, o twin.Options) (twin.Outcome, error) {
		if o.Replication == 0 {
			for range 4 {
				<-others
			}
		} else {
			defer func() { others <- struct{}{} }()
		}
		return served(ctx, o)
	})
	for _, parallel := range []int{2, 5, 9} {
		if diff := cmp.Diff(want, study(parallel, backwards)); diff != "" {
			t.Errorf("--parallel %d differs from 1:\n%s", parallel, diff)
		}
	}
}

// TestBroken shows each way in which a replication can break, with the command
// that repeats it.
func TestBroken(t *testing.T) {
	sc := lobbyAndOne(t)
	passes := 0 // of replication 3
	for _, c := range []struct {
		sentence string
		serve    func(context.Context, twin.Options) (twin.Outcome, error)
		meter    Meter
		rep      int
		text     []string
	}{
		{"a violation ends the study, and the lowest replication that has one is reported",
			func(ctx context.Context, o twin.Options) (twin.Outcome, error) {
				out, err := served(ctx, o)
				if o.Replication >= 2 {
					out.Violations = []check.Violation{{At: time.Minute, Rule: "capacity", Text: "car 1 carries 14 persons"}}
				}
				return out, err
			}, nil, 2, []string{"at 1m0s: capacity: car 1 carries 14 persons"}},
		{"a panic is a broken invariant with its stack",
			func(_ context.Context, o twin.Options) (twin.Outcome, error) {
				if o.Replication == 1 {
					panic("BUG: negative load")
				}
				return served(context.Background(), o)
			}, nil, 1, []string{"panic: BUG: negative load", "study_test.go"}},
		{"a digest that differs between two passes breaks the promise of determinism",
			func(ctx context.Context, o twin.Options) (twin.Outcome, error) {
				out, err := served(ctx, o)
				if o.Replication == 3 {
					passes++
					out.Digest = fmt.Sprint("pass ", passes)
				}
				return out, err
			}, every(0.001), 3, []string{"gave digest pass 1, then pass 2"}},
	} {
		_, _, err := Run(t.Context(), []*scenarios.Scenario{sc}, Options{Reference: "my tower.toml", Version: "1.2.3", Seed: 7,
			Replications: 4, Parallel: 2, Dispatcher: "etd", Set: []string{"bank.main.cars=6"}, Meter: c.meter, Prepare: faked(c.serve)})
		var broken *Broken
		if !errors.As(err, &broken) {
			t.Errorf("%s: the error is %v, want a *Broken", c.sentence, err)
			continue
		}
		if broken.Replication != c.rep || broken.Seed != 7 || broken.Version != "1.2.3" {
			t.Errorf("%s: replication %d, seed %d, version %s; want %d, 7, 1.2.3", c.sentence, broken.Replication, broken.Seed, broken.Version, c.rep)
		}
		repeat := fmt.Sprintf("repeat with: hoistway run 'my tower.toml' --seed 7 --replications 4 --dispatcher etd --set bank.main.cars=6 --replication %d", c.rep)
		for _, want := range append(c.text, repeat) {
			if !strings.Contains(broken.Error(), want) {
				t.Errorf("%s: the error lacks %q:\n%v", c.sentence, want, broken)
			}
		}
	}
}

// every is a meter whose spans all take the same processor time.
func every(seconds float64) Meter {
	return func() func() float64 { return func() float64 { return seconds } }
}

// TestMeasure shows when a study is simulated again for a warm reading.
func TestMeasure(t *testing.T) {
	sc := lobbyAndOne(t)
	for _, c := range []struct {
		sentence string
		spans    []float64 // s, one a pass; the last one repeats
		passes   int
		want     float64
	}{
		{"a run of 50 ms and more is read once", []float64{0.05}, 1, 0.05},
		{"a shorter one is repeated until 100 ms are spent, and the median counts", []float64{0.049, 0.03, 0.02, 0.01}, 4, 0.03},
		{"a clock too coarse to see a pass still ends", []float64{0.0499, 0}, 200, 0},
	} {
		n := 0
		meter := func() func() float64 {
			return func() float64 {
				n++
				return c.spans[min(n, len(c.spans))-1]
			}
		}
		_, m, err := Run(t.Context(), []*scenarios.Scenario{sc}, Options{Version: "test", Replications: 1, Parallel: 1, Meter: meter, Prepare: faked(served)})
		if err != nil {
			t.Fatalf("%s: %v", c.sentence, err)
		}
		if m.Passes != c.passes || m.CPUSeconds != c.want || m.Journeys != 40 || m.SimulatedHours != 1 {
			t.Errorf("%s: %+v, want %d passes, %v s, 40 journeys, 1 h", c.sentence, m, c.passes, c.want)
		}
	}
}

// TestRefused lists studies that cannot be run.
func TestRefused(t *testing.T) {
	sc := lobbyAndOne(t)
	for _, c := range []struct {
		sentence string
		cases    int
		o        Options
		want     string
	}{
		{"there has to be a scenario", 0, Options{Replications: 1, Parallel: 1}, "no scenario"},
		{"there has to be a replication", 1, Options{Parallel: 1}, "0 replications"},
		{"somebody has to work", 1, Options{Replications: 1}, "0 workers"},
		{"a list is one replication", 2, Options{Replications: 3, Parallel: 1}, "3 replications but 2 passenger lists"},
		{"that also holds for a part of the study", 2, Options{First: 2, Replications: 1, Parallel: 1}, "3 replications but 2 passenger lists"},
	} {
		cases := []*scenarios.Scenario{sc, sc}[:c.cases]
		c.o.Prepare = faked(served)
		if _, _, err := Run(t.Context(), cases, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q in it", c.sentence, err, c.want)
		}
	}
}

// TestInterrupted expects the context's own error, so that the command line
// can tell it from a failure.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stops := faked(func(ctx context.Context, o twin.Options) (twin.Outcome, error) {
		cancel()
		<-ctx.Done()
		return twin.Outcome{}, ctx.Err()
	})
	_, _, err := Run(ctx, []*scenarios.Scenario{lobbyAndOne(t)}, Options{Replications: 3, Parallel: 2, Prepare: stops})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want context.Canceled in it", err)
	}
}

// TestPart runs one replication alone and expects what it gave in the whole.
func TestPart(t *testing.T) {
	sc := lobbyAndOne(t)
	o := Options{Version: "test", Seed: 3, Replications: 4, Parallel: 2, Prepare: faked(served)}
	whole, _, err := Run(t.Context(), []*scenarios.Scenario{sc}, o)
	if err != nil {
		t.Fatal(err)
	}
	o.First, o.Replications = 2, 1
	part, _, err := Run(t.Context(), []*scenarios.Scenario{sc}, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(part.Replications) != 1 {
		t.Fatalf("%d replications, want 1", len(part.Replications))
	}
	want, got := marshal(t, whole.Replications[2]), marshal(t, part.Replications[0])
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("replication 2 alone differs from that in the whole study:\n%s", diff)
	}
	if whole.Digest == part.Digest {
		t.Error("the digest of one replication is that of four")
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestStopsAfterFailure expects that a study which cannot succeed any more is
// not played to its end.
func TestStopsAfterFailure(t *testing.T) {
	started := 0
	fails := faked(func(ctx context.Context, o twin.Options) (twin.Outcome, error) {
		started++
		if o.Replication == 1 {
			return twin.Outcome{}, errors.New("the disk is full")
		}
		return served(ctx, o)
	})
	_, _, err := Run(t.Context(), []*scenarios.Scenario{lobbyAndOne(t)}, Options{Replications: 50, Parallel: 1, Prepare: fails})
	if err == nil || !strings.Contains(err.Error(), "replication 1: the disk is full") {
		t.Errorf("the error is %v, want replication 1 and its cause", err)
	}
	if started != 2 {
		t.Errorf("%d replications were started, want 2", started)
	}
}
