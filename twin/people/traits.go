package people

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// traits draws what distinguishes people of a tenant from each other. Every
// purpose is drawn for everybody, whether it matters or not.
type traits struct {
	mass, walk, remote, noShow, late, lateBy, patience rand.PCG
	whom                                               whom
}

func newTraits(o draw.Owner, r *residents) traits {
	return traits{
		whom: newWhom(o, r),
		mass: o.Stream("mass"), walk: o.Stream("walk"), remote: o.Stream("remote"), noShow: o.Stream("no-show"),
		late: o.Stream("late"), lateBy: o.Stream("late by"), patience: o.Stream("patience"),
	}
}

// give sets the traits of a person of a tenant, who has a journey but no traits
// so far. Residents walk at their own pace, everybody else at one drawn for the
// trip; a person who should be a resident and is none does not call from the
// phone.
func (r *traits) give(p *Person, t *scenarios.Tenant) {
	mass, walk, remote, noShow := r.mass.Uint64(), r.walk.Uint64(), draw.Unit(r.remote.Uint64()), draw.Unit(r.noShow.Uint64())
	late, lateBy, patience := draw.Unit(r.late.Uint64()), r.lateBy.Uint64(), r.patience.Uint64()
	p.Mass = grams(mass, &t.Mass)
	resident := r.whom.give(p)
	if resident != nil {
		p.Walk = pace(t.WalkDistance, resident.Speed)
	} else {
		p.Walk = stroll(walk, &t.WalkSpeed, t.WalkDistance)
	}
	p.Remote = t.WalkDistance > 0 && remote < t.RemoteShare && (resident != nil || r.whom.residents == nil)
	p.NoShow = p.Remote && noShow < t.NoShow
	if p.Remote && !p.NoShow && late < t.Late {
		p.Late = seconds(math.Max(0, draw.Sample(lateBy, &t.LateBy)))
	}
	p.Patience = seconds(math.Max(0, draw.Sample(patience, &t.Patience)))
}

// grams turns a draw into a mass from a distribution in kg.
func grams(number uint64, d *scenarios.Dist) int64 {
	return int64(math.Round(draw.Sample(number, d) * 1000))
}

// stroll turns a draw into the time to walk a distance in metres at a speed
// from a distribution in m/s; no distance takes no time.
func stroll(number uint64, speed *scenarios.Dist, distance float64) time.Duration {
	if distance == 0 {
		return 0
	}
	v := draw.Sample(number, speed)
	if !(v > 0) {
		panic(fmt.Sprintf("BUG: people: walking speed %v m/s from %+v, want above 0", v, *speed))
	}
	return seconds(distance / v)
}

// seconds is a span of s seconds, rounded to the microsecond; what no duration
// can hold is scenarios.Forever.
func seconds(s float64) time.Duration {
	if us := math.Round(s * 1e6); us < float64(scenarios.Forever/time.Microsecond) {
		return time.Duration(us) * time.Microsecond
	}
	return scenarios.Forever
}
