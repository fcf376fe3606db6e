package twin

import (
	"math"
	"math/bits"
	"time"
)

// transferTime is how long one person takes through the doors. Drawn times
// hang on the run, the person and the direction alone, so that a change of
// dispatcher shifts nobody's.
func (t *Twin) transferTime(c *car, slot int32, mean time.Duration, in bool) time.Duration {
	d := &c.spec.Doors
	if d.TransferShape == 0 {
		return mean
	}
	p := &t.persons[slot]
	x := t.opt.Seed ^ bits.RotateLeft64(uint64(t.opt.Replication)+1, 40) ^ uint64(p.trip.Journey+1)<<8 ^ uint64(p.trip.Leg)<<1
	if in {
		x ^= 1
	}
	x ^= 0x7472616e73666572 // "transfer": a stream of its own
	for range 64 {
		log := 0.0
		for range d.TransferShape {
			log += math.Log(1 - uniform(&x))
		}
		v := time.Duration(math.Round(-log/float64(d.TransferShape)*float64(mean)/1e3)) * time.Microsecond
		if v >= d.TransferMin && v <= d.TransferMax {
			return v
		}
	}
	return mean
}

// uniform steps a SplitMix64 generator (Steele, Lea and Flood 2014) and
// returns a number in [0, 1).
func uniform(x *uint64) float64 {
	*x += 0x9e3779b97f4a7c15
	z := *x
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}
