package main

import "testing"

// TestMeter works for a while and expects the meter to have seen it.
func TestMeter(t *testing.T) {
	for _, parallel := range []int{1, 2} {
		stop := newMeter(parallel)()
		x := uint64(1)
		for range 20_000_000 {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
		}
		if spent := stop(); spent <= 0 || x == 0 {
			t.Errorf("--parallel %d: %v s of processor time for 20 million steps", parallel, spent)
		}
	}
}
