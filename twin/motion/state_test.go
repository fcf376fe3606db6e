package motion_test

import (
	"math"
	"testing"
	"time"

	"hoistway/twin/motion"

	"pgregory.net/rapid"
)

// TestCurveKeepsItsLimits differentiates the position numerically: speed is its
// slope, and acceleration and jerk stay within the limits throughout.
func TestCurveKeepsItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := limits(t)
		d := rapid.Float64Range(0.05, 200).Draw(t, "distance")
		total := l.Flight(d)
		if got := l.Position(d, total); math.Abs(got-d) > 1e-8 {
			t.Fatalf("ends at %v of %v m", got, d)
		}
		const steps = 400
		h := total / steps
		s := h.Seconds()
		for i := range steps {
			at := h * time.Duration(i)
			x0, x1 := l.Position(d, at), l.Position(d, at+h)
			v0, vm, v1 := l.SpeedAt(d, at), l.SpeedAt(d, at+h/2), l.SpeedAt(d, at+h)
			if x1 < x0 {
				t.Fatalf("%+v over %v m goes back at %v", l, d, at)
			}
			if v0 < 0 || v0 > l.Speed*(1+1e-9) {
				t.Fatalf("%+v over %v m: %v m/s at %v", l, d, v0, at)
			}
			if a := math.Abs(v1-v0) / s; a > l.Acceleration*(1+1e-6)+1e-6 {
				t.Fatalf("%+v over %v m: %v m/s2 at %v", l, d, a, at)
			}
			if !math.IsInf(l.Jerk, 1) {
				if j := math.Abs(v1-2*vm+v0) / (s * s / 4); j > l.Jerk*(1+1e-3)+1e-3 {
					t.Fatalf("%+v over %v m: %v m/s3 at %v", l, d, j, at)
				}
			}
			// Simpson's rule is exact within a phase; across a change of jerk or
			// acceleration it is off by at most the bound.
			off := l.Jerk * s * s * s
			if math.IsInf(l.Jerk, 1) {
				off = l.Acceleration * s * s
			}
			if got := s * (v0 + 4*vm + v1) / 6; math.Abs(got-(x1-x0)) > off+1e-9 {
				t.Fatalf("%+v over %v m: speed integrates to %v m at %v, position moves %v m", l, d, got, at, x1-x0)
			}
		}
	})
}

func TestStateOutsideTheFlight(t *testing.T) {
	l := motion.Limits{2.5, 1, 1.5}
	for _, row := range []struct {
		name        string
		t           time.Duration
		x, v        float64
		d, vTol, xT float64
	}{
		{name: "before departure it stands at 0", t: -time.Second, d: 10},
		{name: "at departure it stands at 0", t: 0, d: 10},
		{name: "long after it stands at the target", t: time.Hour, x: 10, d: 10},
		{name: "half way it is in the middle at rated speed", t: l.Flight(10) / 2, x: 5, v: 2.5, d: 10, vTol: 1e-12, xT: 1e-8},
	} {
		if x := l.Position(row.d, row.t); math.Abs(x-row.x) > row.xT {
			t.Errorf("%s: position %v m, want %v", row.name, x, row.x)
		}
		if v := l.SpeedAt(row.d, row.t); math.Abs(v-row.v) > row.vTol {
			t.Errorf("%s: speed %v m/s, want %v", row.name, v, row.v)
		}
	}
}

// TestRetargetingIsExact holds Branch to its promise: up to it the flights to
// both targets are one curve, and soon after they are two.
func TestRetargetingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := limits(t)
		near := rapid.Float64Range(0.1, 100).Draw(t, "near")
		far := near + rapid.Float64Range(0.5, 100).Draw(t, "further")
		branch := l.Branch(near)
		if b := l.Branch(far); b < branch {
			t.Fatalf("%+v: branch %v at %v m but %v at %v m", l, branch, near, b, far)
		}
		for i := range 101 {
			at := branch / 100 * time.Duration(i)
			if i == 100 {
				at = branch
			}
			a, b := l.Position(near, at), l.Position(far, at)
			if math.Abs(a-b) > 1e-9 {
				t.Fatalf("%+v: at %v of branch %v the flight to %v m is at %v, the one to %v m at %v", l, at, branch, near, a, far, b)
			}
		}
		// The longer flight goes on as it was: by the end of the shorter one it
		// is ahead, and a twentieth of the rest suffices to tell them apart.
		after := branch + (l.Flight(near)-branch)/20
		if a, b := l.Position(near, after), l.Position(far, after); b-a < 1e-9 {
			t.Fatalf("%+v: at %v, after branch %v, the flights to %v m and %v m are still at %v and %v", l, after, branch, near, far, a, b)
		}
	})
}

func TestBranchByCase(t *testing.T) {
	inf := math.Inf(1)
	for _, row := range []struct {
		name string
		l    motion.Limits
		d    float64
		want float64 // s
	}{
		{"cruising: where braking begins", motion.Limits{2.5, 1, 1.5}, 100, 43.0 + 1.0/6 - (2.5 + 2.0/3)},
		{"rated acceleration: where it is taken back", motion.Limits{4, 1, 1}, 10, 7.4031242374/2 - 1},
		{"neither: a quarter of the flight", motion.Limits{4, 1, 1}, 1, 3.1748021039 / 4},
		{"trapezoid cruising: the braking distance before the stop", motion.Limits{2, 1, inf}, 10, 5},
		{"trapezoid not cruising: half way", motion.Limits{2, 1, inf}, 2, math.Sqrt2},
	} {
		if got := row.l.Branch(row.d).Seconds(); math.Abs(got-row.want) > 2e-9 {
			t.Errorf("%s: %v s, want %v s", row.name, got, row.want)
		}
	}
}
