package motion_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"testing"
	"time"

	"hoistway/twin/motion"

	"pgregory.net/rapid"
)

func TestTableIsTheFlightsOfItsFloors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := limits(t)
		start := time.Duration(rapid.Int64Range(0, 2e9).Draw(t, "start delay"))
		level := time.Duration(rapid.Int64Range(0, 2e9).Draw(t, "levelling"))
		elevations := []float64{0}
		for _, h := range rapid.SliceOfN(rapid.Float64Range(2, 30), 1, 12).Draw(t, "storeys") {
			elevations = append(elevations, elevations[len(elevations)-1]+h)
		}
		table := motion.NewTable(elevations, l, start, level)
		if table.Floors() != len(elevations) {
			t.Fatalf("%d floors, want %d", table.Floors(), len(elevations))
		}
		for from := range elevations {
			for to := range elevations {
				flight, branch := table.Flight(from, to), table.Branch(from, to)
				if from == to {
					if flight != 0 || branch != 0 {
						t.Fatalf("floor %d to itself: %v and %v, want 0 and 0", from, flight, branch)
					}
					continue
				}
				d := max(elevations[from], elevations[to]) - min(elevations[from], elevations[to])
				if want := start + l.Flight(d) + level; flight != want {
					t.Fatalf("flight %d-%d %v, want %v", from, to, flight, want)
				}
				if want := start + l.Branch(d); branch != want {
					t.Fatalf("branch %d-%d %v, want %v", from, to, branch, want)
				}
			}
		}
	})
}

func TestFloorStopTurn(t *testing.T) {
	// Stop time 7.19 s with doors of 2 s and 2 s, floor time 1.45 s.
	table := motion.NewFloorStopTurn(10, 1450*time.Millisecond, 3190*time.Millisecond)
	for _, row := range []struct {
		name           string
		from, to       int
		flight, branch time.Duration
	}{
		{"one floor costs the stop alone; it is chosen half way", 0, 1, 3190 * time.Millisecond, 1595 * time.Millisecond},
		{"three floors cost two floor times more", 2, 5, 6090 * time.Millisecond, 4495 * time.Millisecond},
		{"down costs what up does", 9, 0, 14790 * time.Millisecond, 13195 * time.Millisecond},
		{"nowhere costs nothing", 4, 4, 0, 0},
	} {
		if got := table.Flight(row.from, row.to); got != row.flight {
			t.Errorf("%s: flight %v, want %v", row.name, got, row.flight)
		}
		if got := table.Branch(row.from, row.to); got != row.branch {
			t.Errorf("%s: branch %v, want %v", row.name, got, row.branch)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	elevations := make([]float64, 61)
	for i := range elevations {
		elevations[i] = 4 * float64(i)
	}
	table := motion.NewTable(elevations, motion.Limits{6, 1.2, 2}, 0, 0)
	b.ReportAllocs()
	var sum time.Duration
	i := 0
	for b.Loop() {
		from, to := i%61, i*7%61
		sum += table.Flight(from, to) + table.Branch(from, to)
		i++
	}
	if sum == 0 {
		b.Fatal("the table is empty")
	}
}

func BenchmarkNewTable(b *testing.B) {
	elevations := make([]float64, 61)
	for i := range elevations {
		elevations[i] = 4 * float64(i)
	}
	b.ReportAllocs()
	for b.Loop() {
		motion.NewTable(elevations, motion.Limits{6, 1.2, 2}, 0, 0)
	}
}

// TestEveryProcessorFliesAlike pins a building's flights to the nanosecond. The
// sum was made on amd64.
func TestEveryProcessorFliesAlike(t *testing.T) {
	elevations := make([]float64, 80)
	for i := range elevations {
		elevations[i] = float64(3.3*float64(i)) + float64(0.07*float64(i%7))
	}
	sum := sha256.New()
	for _, l := range []motion.Limits{{1, 0.5, 0.8}, {2.5, 1, 1.5}, {6, 1.2, 1.4}, {10, 1, 1}, {0.6, 0.7, 0.5}, {2.5, 1, math.Inf(1)}} {
		table := motion.NewTable(elevations, l, 0, 0)
		for from := range elevations {
			for to := range elevations {
				fmt.Fprintln(sum, int64(table.Flight(from, to)), int64(table.Branch(from, to)))
			}
		}
	}
	const want = "aaf8691e49af46f0"
	if got := hex.EncodeToString(sum.Sum(nil)[:8]); got != want {
		t.Errorf("flights with the sum %s, want %s", got, want)
	}
}
