package dispatch

import "math/bits"

// MaxFloors a bank can have.
const MaxFloors = 256

// floorSet is a set of floors, one bit each.
type floorSet [MaxFloors / 64]uint64

func (s *floorSet) has(f Floor) bool { return s[uint(f)>>6&3]>>(uint(f)&63)&1 != 0 }
func (s *floorSet) add(f Floor)      { s[uint(f)>>6&3] |= 1 << (uint(f) & 63) }
func (s *floorSet) remove(f Floor)   { s[uint(f)>>6&3] &^= 1 << (uint(f) & 63) }
func (s *floorSet) empty() bool      { return s[0]|s[1]|s[2]|s[3] == 0 }

func (s *floorSet) count() int {
	return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) + bits.OnesCount64(s[2]) + bits.OnesCount64(s[3])
}

// next is the lowest floor at or above f, or NoFloor.
func (s *floorSet) next(f Floor) Floor {
	if f < 0 {
		f = 0
	}
	if f >= MaxFloors {
		return NoFloor
	}
	w := uint(f) >> 6
	v := s[w&3] >> (uint(f) & 63) << (uint(f) & 63)
	for {
		if v != 0 {
			return Floor(w<<6) + Floor(bits.TrailingZeros64(v))
		}
		w++
		if w >= uint(len(s)) {
			return NoFloor
		}
		v = s[w]
	}
}

// prev is the highest floor at or below f, or NoFloor.
func (s *floorSet) prev(f Floor) Floor {
	if f < 0 {
		return NoFloor
	}
	if f >= MaxFloors {
		f = MaxFloors - 1
	}
	w := int(f) >> 6
	v := s[w&3] << (63 - uint(f)&63) >> (63 - uint(f)&63)
	for {
		if v != 0 {
			return Floor(w<<6) + Floor(63-bits.LeadingZeros64(v))
		}
		w--
		if w < 0 {
			return NoFloor
		}
		v = s[w]
	}
}

// beyond is the nearest floor strictly past f in direction d, or NoFloor.
func (s *floorSet) beyond(f Floor, d Direction) Floor {
	if d == Up {
		return s.next(f + 1)
	}
	return s.prev(f - 1)
}

// union returns the floors in either set.
func union(a, b *floorSet) floorSet {
	return floorSet{a[0] | b[0], a[1] | b[1], a[2] | b[2], a[3] | b[3]}
}
