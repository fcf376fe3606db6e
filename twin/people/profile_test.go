package people_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"
)

// expected counts by key, against what was counted.
type tally struct{ want, got map[int]float64 }

// chiSquare is the statistic and its degrees of freedom; every cell needs five
// expected ones.
func (c tally) chiSquare(t *testing.T) (x float64, df int) {
	t.Helper()
	df = -1
	for k, want := range c.want {
		if want < 5 {
			t.Fatalf("cell %d expects only %v", k, want)
		}
		x += (c.got[k] - want) * (c.got[k] - want) / want
		df++
	}
	for k, n := range c.got {
		if c.want[k] == 0 {
			t.Errorf("%v cases of %d, want none", n, k)
		}
	}
	return x, df
}

// fits fails when the counts would come about once in 10^4 times by chance, by
// the approximation of Wilson and Hilferty.
func (c tally) fits(t *testing.T, name string) {
	t.Helper()
	x, df := c.chiSquare(t)
	if df < 1 {
		t.Fatalf("%s: %d degrees of freedom", name, df)
	}
	n := float64(df)
	bound := n * math.Pow(1-2/(9*n)+3.72*math.Sqrt(2/(9*n)), 3)
	if x > bound {
		t.Errorf("%s: chi-square %.1f of %d degrees of freedom, want at most %.1f", name, x, df, bound)
	}
}

// within4 fails when a count is off by more than four standard deviations of a
// Poisson variate, times a factor for clumping.
func within4(t *testing.T, name string, got int, want, clumping float64) {
	t.Helper()
	if want < 100 {
		t.Fatalf("%s: only %v expected", name, want)
	}
	if off := math.Abs(float64(got) - want); off > 4*math.Sqrt(want*clumping) {
		t.Errorf("%s: %d people, want %.0f within 4 sigma = %.0f", name, got, want, 4*math.Sqrt(want*clumping))
	}
}

// homes is the tenant's people by floor.
func homes(sc *scenarios.Scenario, tenant int) (by []float64, total float64) {
	by = make([]float64, len(sc.Building.Floors))
	for _, f := range sc.Tenants[tenant].Floors {
		by[f] = sc.Tenants[tenant].Share * float64(sc.Building.Floors[f].Population)
		total += by[f]
	}
	return by, total
}

func TestProfileRatesByPhase(t *testing.T) {
	sc := office()
	persons := make([]people.Person, 0, 1<<16)
	for rep := range 20 {
		persons = append(persons, all(sc, 3, rep)...)
	}
	for tenant := range sc.Tenants {
		_, total := homes(sc, tenant)
		for i, ph := range sc.Traffic[0].Phases {
			got := 0
			for _, p := range persons {
				if p.Tenant == int32(tenant) && p.At >= ph.Start && p.At < ph.End {
					got++
				}
			}
			want := 20 * ph.Demand * total * (ph.End - ph.Start).Minutes() / 5
			within4(t, sc.Tenants[tenant].Name+" in phase "+string(rune('1'+i)), got, want, 1)
		}
	}
	for _, p := range persons {
		if p.At >= time.Hour && p.At < 90*time.Minute {
			t.Fatalf("somebody sets out at %v, between the phases", p.At)
		}
		if p.At%time.Microsecond != 0 {
			t.Fatalf("somebody sets out at %d ns, not on a microsecond", p.At)
		}
	}
}

func TestProfileMixAndFloors(t *testing.T) {
	sc := office()
	var persons []people.Person
	for rep := range 40 {
		persons = append(persons, all(sc, 5, rep)...)
	}
	for tenant := range sc.Tenants {
		by, total := homes(sc, tenant)
		visited := func(f int) float64 { // inter-floor traffic goes where any tenant lives
			return float64(sc.Building.Floors[f].Population)
		}
		all := 0.0
		for f := range sc.Building.Floors {
			all += visited(f)
		}
		for i, ph := range sc.Traffic[0].Phases {
			var n float64
			journeys, kinds := map[int]float64{}, map[int]float64{}
			for _, p := range persons {
				if p.Tenant != int32(tenant) || p.At < ph.Start || p.At >= ph.End {
					continue
				}
				n++
				journeys[int(p.Origin)*100+int(p.Destination)]++
				switch {
				case sc.Building.Floors[p.Origin].Entrance > 0:
					kinds[0]++
				case sc.Building.Floors[p.Destination].Entrance > 0:
					kinds[1]++
				default:
					kinds[2]++
				}
			}
			name := sc.Tenants[tenant].Name + " in phase " + string(rune('1'+i))
			tally{map[int]float64{0: n * ph.In, 1: n * ph.Out, 2: n * ph.Inter}, kinds}.fits(t, "mix of "+name)

			want := map[int]float64{}
			for f, w := range by {
				if w == 0 {
					continue
				}
				for e, floor := range sc.Building.Floors {
					if floor.Entrance > 0 {
						want[e*100+f] += n * ph.In * w / total * floor.Entrance
						want[f*100+e] += n * ph.Out * w / total * floor.Entrance
					}
					if e != f && floor.Population > 0 {
						want[f*100+e] += n * ph.Inter * w / total * visited(e) / (all - visited(f))
					}
				}
			}
			// Journeys too rare for the test are counted together.
			for k, w := range want {
				if w < 5 {
					want[-1] += w
					journeys[-1] += journeys[k]
					delete(want, k)
					delete(journeys, k)
				}
			}
			if want[-1] < 5 {
				delete(want, -1)
				delete(journeys, -1)
			}
			tally{want, journeys}.fits(t, "journeys of "+name)
		}
	}
}

// TestGapsAreExponential is a Kolmogorov-Smirnov test of the gaps between
// arrivals, in the time in which the rate is 1: across borders of phases too.
func TestGapsAreExponential(t *testing.T) {
	day := office().Traffic[0].Phases
	var short []scenarios.Phase // a few seconds each, many with nobody, some silent
	for i := range 1000 {
		start := time.Duration(i) * 12 * time.Second
		short = append(short, scenarios.Phase{Start: start, End: start + 7*time.Second, Demand: 0.1 * float64(i%4), In: 1})
	}
	for _, row := range []struct {
		name   string
		phases []scenarios.Phase
	}{{"long phases", day}, {"phases of seconds", short}} {
		sc := office()
		sc.Traffic[0].Tenants = []string{"brokers"}
		sc.Traffic[0].Phases = row.phases
		_, total := homes(sc, 0)
		clock := func(at time.Duration) float64 {
			sum := 0.0
			for _, ph := range row.phases {
				if at > ph.Start {
					sum += ph.Demand * total / 300 * (min(at, ph.End) - ph.Start).Seconds()
				}
			}
			return sum
		}
		var gaps []float64
		for rep := range 30 {
			last := 0.0
			for _, p := range all(sc, 9, rep) {
				now := clock(p.At)
				gaps = append(gaps, now-last)
				last = now
			}
		}
		if len(gaps) < 10_000 {
			t.Fatalf("%s: only %d gaps", row.name, len(gaps))
		}
		slices.Sort(gaps)
		n := float64(len(gaps))
		d := 0.0
		for i, g := range gaps {
			f := 1 - math.Exp(-g)
			d = max(d, math.Abs(f-float64(i)/n), math.Abs(f-float64(i+1)/n))
		}
		if bound := 2.23 / math.Sqrt(n); d > bound { // once in 10^4 times
			t.Errorf("%s: Kolmogorov-Smirnov distance %v of %v gaps, want at most %v", row.name, d, n, bound)
		}
	}
}

// TestABorderWithoutAChangeIsNone cuts a phase into pieces: the same people
// come, to the rounding of their instants.
func TestABorderWithoutAChangeIsNone(t *testing.T) {
	whole, cut := office(), office()
	ph := whole.Traffic[0].Phases[0]
	var pieces []scenarios.Phase
	for i := range 6 {
		p := ph
		p.Start, p.End = time.Duration(i)*10*time.Minute, time.Duration(i+1)*10*time.Minute
		pieces = append(pieces, p)
	}
	cut.Traffic[0].Phases = append(pieces, cut.Traffic[0].Phases[1:]...)
	a, b := all(whole, 1, 0), all(cut, 1, 0)
	if len(a) != len(b) || len(a) < 500 {
		t.Fatalf("%d people in one phase, %d in six, want the same and 500 at least", len(a), len(b))
	}
	for i := range a {
		if off := a[i].At - b[i].At; off < -time.Microsecond || off > time.Microsecond {
			t.Fatalf("person %d sets out at %v or at %v", i, a[i].At, b[i].At)
		}
		a[i].At, b[i].At = 0, 0
		if a[i] != b[i] {
			t.Fatalf("person %d is %+v or %+v", i, a[i], b[i])
		}
	}
}

func TestGroups(t *testing.T) {
	sc := office()
	const mean = 1.6
	sc.Traffic[0].Batch = mean
	var persons []people.Person
	const reps = 30
	sizes := map[int]float64{}
	groups := 0.0
	for rep := range reps {
		one := all(sc, 4, rep)
		for i := 0; i < len(one); {
			j := i + 1
			for ; j < len(one) && one[j].Group == one[i].Group; j++ {
				a, b := one[i], one[j]
				if a.At != b.At || a.Origin != b.Origin || a.Destination != b.Destination || a.Tenant != b.Tenant {
					t.Fatalf("members of a group part: %+v and %+v", a, b)
				}
			}
			if i > 0 && one[i].Group != one[i-1].Group+1 {
				t.Fatalf("group %d follows group %d", one[i].Group, one[i-1].Group)
			}
			groups++
			sizes[min(j-i, 7)]++
			i = j
		}
		persons = append(persons, one...)
	}
	want := map[int]float64{}
	q := 1 - 1/mean
	for k := 1; k < 7; k++ {
		want[k] = groups * (1 - q) * math.Pow(q, float64(k-1))
	}
	want[7] = groups * math.Pow(q, 6)
	tally{want, sizes}.fits(t, "group sizes")
	if got, sd := float64(len(persons))/groups, math.Sqrt(q)/(1-q)/math.Sqrt(groups); math.Abs(got-mean) > 4*sd {
		t.Errorf("%v people a group, want %v within 4 sigma = %v", got, mean, 4*sd)
	}
	total := 0.0
	for tenant := range sc.Tenants {
		_, pop := homes(sc, tenant)
		for _, ph := range sc.Traffic[0].Phases {
			total += reps * ph.Demand * pop * (ph.End - ph.Start).Minutes() / 5
		}
	}
	// The variance of a compound Poisson count is E(size^2)/E(size) times its mean.
	within4(t, "groups keep the number of people", len(persons), total, 2*mean-1)
}

func TestDirectionsThatTheBuildingDoesNotOffer(t *testing.T) {
	everywhere := func(p people.Person) bool { return true }
	for _, row := range []struct {
		name  string
		spoil func(sc *scenarios.Scenario)
		want  float64 // of the people of the first phase
		ok    func(p people.Person) bool
	}{
		{"as it is", func(*scenarios.Scenario) {}, 1, everywhere},
		{"no entrance: only inter-floor traffic is left", func(sc *scenarios.Scenario) {
			sc.Building.Floors[0].Entrance, sc.Building.Floors[1].Entrance = 0, 0
		}, 0.2, everywhere},
		{"one floor with people: no inter-floor traffic", func(sc *scenarios.Scenario) { sc.Tenants[0].Floors = []int{6} }, 0.8, everywhere},
		{"locked floors of others are left out", func(sc *scenarios.Scenario) {
			sc.Traffic[0].Tenants = []string{"brokers", "lawyers"}
			sc.Building.Floors[9].Locked = true
			sc.Building.Floors[5].Locked = true // their own
		}, 1, func(p people.Person) bool { return p.Destination != 9 || p.Tenant == 1 }},
		{"nobody lives there: nobody comes", func(sc *scenarios.Scenario) { sc.Tenants[0].Share = 0 }, 0, everywhere},
		{"people at the only other entrance come by the far one", func(sc *scenarios.Scenario) {
			sc.Building.Floors[1].Population = 400
			sc.Tenants[0].Floors = []int{1}
		}, 0.8, func(p people.Person) bool { return p.Origin != p.Destination }},
	} {
		sc := office()
		sc.Traffic[0].Tenants = []string{"brokers"}
		sc.Run.Duration = 200 * time.Hour
		sc.Traffic[0].Phases = []scenarios.Phase{{End: sc.Run.Duration, Demand: 0.05, In: 0.5, Out: 0.3, Inter: 0.2}}
		row.spoil(sc)
		persons := slices.DeleteFunc(all(sc, 1, 0), func(p people.Person) bool { return p.Tenant != 0 })
		_, total := homes(sc, 0)
		if want := row.want * 0.05 * total * 12 * 200; want == 0 {
			if len(persons) > 0 {
				t.Errorf("%s: %d people, want none", row.name, len(persons))
			}
		} else {
			within4(t, row.name, len(persons), want, 1)
		}
		for _, p := range persons {
			if !row.ok(p) || p.Origin == p.Destination {
				t.Errorf("%s: somebody goes from %d to %d", row.name, p.Origin, p.Destination)
				break
			}
		}
	}
}

func TestPhasesEndWithTheRun(t *testing.T) {
	sc := office()
	sc.Run.Duration = 30 * time.Minute
	persons := all(sc, 1, 0)
	if len(persons) == 0 {
		t.Fatal("nobody comes")
	}
	if last := persons[len(persons)-1].At; last >= sc.Run.Duration {
		t.Errorf("the last one sets out at %v, after the end of the traffic at %v", last, sc.Run.Duration)
	}
}
