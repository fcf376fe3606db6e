package people

import (
	"math"
	"math/bits"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// Passage says whose way through a car's doors a transfer is.
type Passage struct {
	Seed        uint64
	Replication int
	Journey     int64 // ordinal of the person's journey
	Leg         int   // of the journey
	In          bool  // entering, not leaving
}

// Transfer draws how long one person takes through the doors, to the
// microsecond: the mean where the scenario gives no shape, else an Erlang of
// that order truncated by rejection, after 64 tries the mean. The time hangs
// on the passage alone, so that a change of dispatcher shifts nobody's.
func Transfer(d *scenarios.Doors, mean time.Duration, p Passage) time.Duration {
	if d.TransferShape == 0 {
		return mean
	}
	x := p.Seed ^ bits.RotateLeft64(uint64(p.Replication)+1, 40) ^ uint64(p.Journey+1)<<8 ^ uint64(p.Leg)<<1
	if p.In {
		x ^= 1
	}
	x ^= 0x7472616e73666572 // "transfer": a stream of its own
	for range 64 {
		product := 1.0 // of order many uniforms: the logarithm is the sum of theirs
		for range d.TransferShape {
			product *= 1 - draw.Unit(splitMix(&x))
		}
		v := time.Duration(math.Round(-draw.Ln(product)/float64(d.TransferShape)*float64(mean)/1e3)) * time.Microsecond
		if v >= d.TransferMin && v <= d.TransferMax {
			return v
		}
	}
	return mean
}

// splitMix steps the SplitMix64 generator of Steele, Lea and Flood (2014).
func splitMix(x *uint64) uint64 {
	*x += 0x9e3779b97f4a7c15
	z := *x
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
