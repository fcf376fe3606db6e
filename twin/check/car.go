package check

import (
	"hoistway/scenarios"
)

type phase uint8

const (
	doorsClosed phase = iota
	doorsOpening
	doorsOpen
	doorsClosing
)

func (p phase) String() string {
	return [...]string{"closed", "opening", "open", "closing"}[p]
}

// car is what is known of one car from observations alone, beside its rating.
type car struct {
	departedAt scenarios.Instant
	readyAt    scenarios.Instant // last began to stand level with closed doors
	openingAt  scenarios.Instant
	openedAt   scenarios.Instant
	closingAt  scenarios.Instant
	loadedAt   scenarios.Instant // when the first of those aboard entered the empty car
	outAt      scenarios.Instant // when it went out of service
	backAt     scenarios.Instant // when it last came back into service; -1 = never was out
	mass       int64             // aboard, grams
	aboard     int32             // persons
	floor      int16             // stands here, or left from here
	to         int16             // bound for, while moving
	factor     int16             // of rated speed, per mille
	slowest    int16             // factors since departure
	fastest    int16
	dir        int8 // of the last flight: +1, -1, 0 = has not moved
	phase      phase
	moving     bool
	turned     bool // the current flight goes against the one before
	early      bool // doors began to open before the car stood level
	fromClosed bool // the doors began to open from fully closed
	out        bool

	bank, inBank int16
	persons      int32
	load         int64
	serves       []bool   // by floor
	riders       []int32  // aboard, by destination
	wanted       []uint64 // destinations with riders, a bit per floor
	drive        drive
	doors        scenarios.Doors
	shortClose   scenarios.Instant
	doorway      scenarios.Instant // longest time one person takes to enter
	stuck        []span
}

type span struct{ from, until scenarios.Instant }

func newCar(sc *scenarios.Scenario, b, i int) car {
	spec := &sc.Banks[b].Cars[i]
	n := len(sc.Building.Floors)
	c := car{
		bank: int16(b), inBank: int16(i), floor: int16(spec.Home), to: int16(spec.Home),
		factor: 1000, slowest: 1000, fastest: 1000, backAt: -1,
		persons: int32(spec.Persons), load: spec.Load,
		serves: make([]bool, n), riders: make([]int32, n), wanted: make([]uint64, (n+63)/64),
		drive: newDrive(spec), doors: spec.Doors, shortClose: spec.Doors.Close, doorway: spec.Doors.TransferIn,
	}
	for _, f := range spec.Serves {
		c.serves[f] = true
	}
	if spec.Doors.NudgeClose > 0 {
		c.shortClose = min(c.shortClose, spec.Doors.NudgeClose)
	}
	if spec.Doors.TransferShape > 0 {
		c.doorway = spec.Doors.TransferMax
	}
	for _, f := range sc.Faults {
		if f.Kind == scenarios.StuckDoor && f.Bank == sc.Banks[b].Name && f.Car == i {
			c.stuck = append(c.stuck, span{f.At, f.At + f.For})
		}
	}
	return c
}

// take and drop keep the load when somebody enters or leaves.
func (c *car) take(p *person) {
	c.aboard++
	c.mass += p.mass
	if c.riders[p.to]++; c.riders[p.to] == 1 {
		c.wanted[p.to>>6] |= 1 << (uint(p.to) & 63)
	}
}

func (c *car) drop(p *person) {
	c.aboard--
	c.mass -= p.mass
	if c.riders[p.to]--; c.riders[p.to] == 0 {
		c.wanted[p.to>>6] &^= 1 << (uint(p.to) & 63)
	}
}
