package motion

import (
	"fmt"
	"math"
	"time"
)

// Table holds the flights between all pairs of floors of one make of car. It is
// immutable; cars of one make share it. Floors are counted from 0; any other
// number is a fault of the caller and panics.
type Table struct {
	floors int
	legs   []leg // [from*floors+to]
}

type leg struct{ flight, branch time.Duration }

// NewTable tabulates flights within limits between floors at the given
// elevations in metres, in any order. The start delay passes between the
// command to go and the start of motion, levelling between the end of the
// flight and a car that stands level; neither is negative.
func NewTable(elevations []float64, l Limits, startDelay, levelling time.Duration) *Table {
	l.check()
	if startDelay < 0 || levelling < 0 {
		panic(fmt.Sprintf("BUG: motion: start delay %v and levelling %v, want neither below 0", startDelay, levelling))
	}
	t := newTable(len(elevations))
	for from := range t.floors {
		for to := range from {
			d := math.Abs(elevations[from] - elevations[to])
			t.set(from, to, leg{flight: startDelay + l.Flight(d) + levelling, branch: startDelay + l.Branch(d)})
		}
	}
	return t
}

// NewFloorStopTurn tabulates the fixed times of the dispatching literature
// (R. H. Crites and A. G. Barto, Machine Learning 33, 1998): a run of n floors
// takes run + (n-1)*floor, where floor is the time past one floor at rated
// speed and run the stop time less the times of opening and closing the doors.
// A car reaches and leaves full speed within half a floor, so it can commit to
// a stop half a floor before it. Turn times are the caller's to add.
func NewFloorStopTurn(floors int, floor, run time.Duration) *Table {
	if floor <= 0 || run < 0 {
		panic(fmt.Sprintf("BUG: motion: floor time %v and running part of the stop time %v, want the first above 0 and the second not below", floor, run))
	}
	t := newTable(floors)
	for from := range floors {
		for to := range from {
			more := time.Duration(from-to-1) * floor
			t.set(from, to, leg{flight: run + more, branch: run/2 + more})
		}
	}
	return t
}

func newTable(floors int) *Table {
	return &Table{floors: floors, legs: make([]leg, floors*floors)}
}

func (t *Table) set(from, to int, l leg) {
	t.legs[from*t.floors+to] = l
	t.legs[to*t.floors+from] = l
}

// Floors is the number of floors the table covers.
func (t *Table) Floors() int { return t.floors }

// Flight is the time from the command to go until the car stands level at the
// other floor: 0 from a floor to itself.
func (t *Table) Flight(from, to int) time.Duration {
	return t.legs[t.at(from, to)].flight
}

// Branch is the latest instant after the command to go at which a car on its
// way from a floor to one beyond to can still be given to as its target; see
// [Limits.Branch]. It is 0 from a floor to itself.
func (t *Table) Branch(from, to int) time.Duration {
	return t.legs[t.at(from, to)].branch
}

func (t *Table) at(from, to int) int {
	if uint(from) >= uint(t.floors) || uint(to) >= uint(t.floors) {
		panic("BUG: motion: floor outside the table")
	}
	return from*t.floors + to
}
