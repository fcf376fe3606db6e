package script

import (
	"math"
	"math/rand/v2"
	"slices"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// Residents lists everybody who has a home floor, in order of floor and, on a
// floor, of tenant; none when the scenario has no service. Their number, floors
// and apartments depend on the scenario alone, their traits also on seed and
// replication.
//
// A floor's people are divided by the tenants' shares, to whole people by the
// largest remainder, but so that every tenant has somebody on the floor as long
// as it has that many people. On a floor they take the apartments in turn, so
// that tenants share households. The main user of an apartment is the first of
// its people who has Flow, or else the first.
func Residents(sc *scenarios.Scenario, seed uint64, replication int) []Resident {
	if sc.Service == nil {
		return nil
	}
	traits := make([]traits, len(sc.Tenants))
	for i := range traits {
		traits[i] = newTraits(draw.Owner{Seed: seed, Replication: replication, Kind: "residents", Name: sc.Tenants[i].Name})
	}
	var residents []Resident
	for floor := range sc.Building.Floors {
		first := len(residents)
		for tenant, people := range headcount(sc, floor) {
			for range people {
				r := Resident{Tenant: tenant, Floor: floor, Apartment: None, Main: true, Favourite: None}
				traits[tenant].give(&r, sc)
				residents = append(residents, r)
			}
		}
		if sc.Service.Residential {
			house(sc, residents[first:])
		}
	}
	return residents
}

// headcount divides the people of a floor over the tenants.
func headcount(sc *scenarios.Scenario, floor int) []int {
	people := sc.Building.Floors[floor].Population
	counts := make([]int, len(sc.Tenants))
	rest := make([]float64, len(sc.Tenants)) // what is left of a tenant's share; below 0 = not on the floor
	all, tenants := 0.0, 0
	for i := range sc.Tenants {
		t := &sc.Tenants[i]
		rest[i] = -1
		if t.Share > 0 && slices.Contains(t.Floors, floor) {
			quota := float64(t.Share * float64(people))
			counts[i] = int(quota)
			rest[i] = quota - float64(counts[i])
			all += quota
			tenants++
		}
	}
	total := min(people, max(int(math.Round(all)), tenants))
	placed := 0
	for _, n := range counts {
		placed += n
	}
	for ; placed < total && tenants > 0; placed++ {
		best := -1
		for i, r := range rest {
			if r >= 0 && (best < 0 || r > rest[best]) {
				best = i
			}
		}
		counts[best]++
		rest[best] = max(0, rest[best]-1)
	}
	if total < tenants {
		return counts
	}
	for i := range counts {
		if rest[i] >= 0 && counts[i] == 0 {
			most := 0
			for k, n := range counts {
				if n > counts[most] {
					most = k
				}
			}
			counts[most]--
			counts[i]++
		}
	}
	return counts
}

// house gives the people of a floor their apartments.
func house(sc *scenarios.Scenario, people []Resident) {
	apartments := sc.Service.Apartments
	if apartments < 1 {
		panic("BUG: script: a residential building without apartments")
	}
	main := make([]int, apartments) // who is it, 1 + index; 0 = nobody
	hasFlow := func(i int) bool { return sc.Tenants[people[i].Tenant].App == scenarios.FlowApp }
	for i := range people {
		a := i % apartments
		people[i].Apartment, people[i].Main = a, false
		if main[a] == 0 || hasFlow(i) && !hasFlow(main[a]-1) {
			main[a] = i + 1
		}
	}
	for _, i := range main {
		if i > 0 {
			people[i-1].Main = true
		}
	}
}

// traits draws what distinguishes residents of a tenant. Every purpose is
// drawn for everybody, whether it matters or not.
type traits struct{ speed, speaks, favourite rand.PCG }

func newTraits(o draw.Owner) traits {
	return traits{speed: o.Stream("speed"), speaks: o.Stream("speaks"), favourite: o.Stream("favourite")}
}

func (d *traits) give(r *Resident, sc *scenarios.Scenario) {
	t := &sc.Tenants[r.Tenant]
	speed, speaks, favourite := d.speed.Uint64(), draw.Unit(d.speaks.Uint64()), draw.Further(d.favourite.Uint64())
	r.Speed = max(1, int(math.Round(draw.Sample(speed, &t.WalkSpeed)*1000)))
	if t.App != scenarios.FlowApp {
		return
	}
	r.Speaks = speaks < t.Speaks
	if draw.Unit(favourite.Draw()) < t.Favourite {
		r.Favourite = entrance(sc, r.Floor, draw.Unit(favourite.Draw()))
	}
}

// entrance picks an entrance by the entrances' shares, but not one's own
// floor; None when there is no other.
func entrance(sc *scenarios.Scenario, home int, u float64) int {
	all := 0.0
	for f := range sc.Building.Floors {
		if f != home {
			all += sc.Building.Floors[f].Entrance
		}
	}
	x, last := float64(u*all), None
	for f := range sc.Building.Floors {
		share := sc.Building.Floors[f].Entrance
		if f == home || share == 0 {
			continue
		}
		last = f
		if x -= share; x < 0 {
			break
		}
	}
	return last
}
