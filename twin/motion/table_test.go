package motion_test

import (
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
