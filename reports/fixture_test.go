package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"hoistway/twin/result"
)

// office is a made-up result of the size and shape of a real one: one hour of
// lunch traffic in an office of 14 floors with two banks, ten replications.
// quick is how short waits are: 1 is a usual dispatcher, below is better.
func office(dispatcher string, quick float64, replications int) *result.File {
	h := result.Header{
		Schema: result.SchemaVersion, Version: "0.1.0", Scenario: "office-lunch", Title: "Office tower, lunch hour",
		Description: "Fourteen floors, 45 % leave, 45 % come back, 10 % visit each other.", Source: "library:office-lunch",
		ScenarioHash: "5f1d8a7c0b9e4d23a6c1f0e98b7d6a5c4e3f2019d8c7b6a5948372615f4e3d2c", Dispatcher: dispatcher, Seed: 7,
		Repeat: "hoistway run office-lunch --seed 7 --replications 10 --dispatcher " + dispatcher,
		From:   10 * time.Minute, To: 60 * time.Minute, Duration: time.Hour, Confidence: 0.95, Population: 980,
		Tenants: []string{"Staff"},
	}
	for i := range 14 {
		name := fmt.Sprint(i)
		if i == 0 {
			name = "G"
		}
		h.Floors = append(h.Floors, name)
		h.Elevations = append(h.Elevations, round(4.5*math.Min(float64(i), 1)+3.6*math.Max(float64(i-1), 0), 2))
	}
	h.Banks = []result.BankHeader{
		{Name: "high", Dispatcher: dispatcher, Serves: []int{0, 8, 9, 10, 11, 12, 13}, Cars: []string{"4", "5", "6"}, Persons: []int{16, 16, 16}, Load: []int64{1200000, 1200000, 1200000},
			NoUpPeak: "up-peak analysis of bank high: nobody lives on the floors it serves above its lobby, floor G"},
		{Name: "low", Dispatcher: dispatcher, Serves: []int{0, 1, 2, 3, 4, 5, 6, 7}, Cars: []string{"1", "2", "3"}, Persons: []int{13, 13, 13}, Load: []int64{1000000, 1000000, 1000000},
			UpPeak: &result.UpPeak{Persons: 10.4, Stops: 5.587, HighestFloor: 6.734, RoundTrip: 123.46, Interval: 41.153, HandlingCapacity: 16.25}},
	}
	for _, in := range []string{"building.floors|14|scenario", "bank.low.dispatcher|" + dispatcher + "|--dispatcher", "bank.low.speed|1.6 m/s|scenario", "bank.low.acceleration|0.8 m/s2|default: usual values 0.8 to 1.2 m/s2",
		"bank.low.jerk|1.0 m/s3|default: usual values 1.0 to 1.6 m/s3", "bank.high.speed|2.5 m/s|scenario", "doors.open|1.8 s|scenario", "doors.close|2.9 s|scenario", "doors.dwell_landing|3 s|default: the literature's dwell",
		"traffic.lunch.demand|12 %|scenario", "traffic.lunch.mix|45/45/10|scenario", "run.warm_up|10 min|scenario", "run.duration|1 h|scenario", "run.confidence|95 %|default"} {
		var p [3]string
		for i, n := 0, 0; n < 3; n++ {
			j := i
			for j < len(in) && in[j] != '|' {
				j++
			}
			p[n], i = in[i:j], j+1
		}
		h.Inputs = append(h.Inputs, result.Input{Key: p[0], Value: p[1], Source: p[2]})
	}
	f := &result.File{Header: h, Digest: "9c27e41f5ab0d36688e1c40d7f2b9a53e60d81c7f4a2b59360e7d8c1f5a4b392", Total: &result.Summary{}}
	var all []*result.Summary
	for r := range replications {
		s := officeReplication(h, uint64(r), quick)
		all = append(all, s)
		f.Replications = append(f.Replications, result.Replication{Rep: r, Seed: 7, Digest: fmt.Sprintf("%016x%016x%016x%016x", 0x9c27e41f5ab0d366*uint64(r+3), r*77, r*991, r*5), End: 66*time.Minute + time.Duration(r)*7*time.Second, Events: int64(61200 + 311*r), Summary: s})
	}
	f.Total = together(all)
	f.Metrics = officeMetrics(f.Total, all)
	for _, e := range []struct {
		metric, op string
		bound      float64
	}{{"awt", "<=", 25}, {"wait_p90", "<=", 60}, {"handling_capacity", ">=", 11}} {
		m := f.Metrics[e.metric]
		v := result.Verdict{Text: fmt.Sprintf("%s %s %g%s", e.metric, e.op, e.bound, m.Unit), Metric: e.metric, Op: e.op, Bound: e.bound, Value: m.Value, Unit: m.Unit}
		v.Pass = (e.op == "<=") == (*m.Value <= e.bound)
		f.Verdicts = append(f.Verdicts, v)
	}
	f.Path = officePath(h)
	return f
}

// officeReplication draws one replication's summary.
func officeReplication(h result.Header, rep uint64, quick float64) *result.Summary {
	rng := rand.New(rand.NewPCG(rep, 11))
	const bins = 66
	s := &result.Summary{Replications: 1, BinSeconds: 60, Reasons: map[string]int64{}, Arrivals: make([]int64, bins), Boardings: make([]int64, bins), QueueMax: make([]int64, len(h.Floors))}
	for range h.Floors {
		s.Queue = append(s.Queue, make([]int64, bins))
	}
	late := 0.9 + 0.2*rng.Float64()
	duration := func(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }
	for minute := range 60 {
		people := 16 + int(14*math.Sin(math.Pi*float64(minute)/60)) + rng.IntN(6)
		for range people {
			floor := 0
			if rng.Float64() < 0.55 {
				floor = 1 + rng.IntN(len(h.Floors)-1)
			}
			wait := quick * late * (rng.ExpFloat64()*17 + 3) * (0.7 + 0.6*math.Sin(math.Pi*float64(minute)/60))
			ride := 18 + rng.ExpFloat64()*14 + rng.Float64()*22
			s.All++
			s.Arrivals[minute]++
			s.Boardings[min(bins-1, minute+int(wait/60+0.5))]++
			s.Queue[floor][minute] += int64(wait * 1000)
			s.QueueMax[floor] = max(s.QueueMax[floor], int64(wait/11)+int64(people/9))
			if minute < 10 {
				continue
			}
			s.Passengers++
			s.Served++
			s.Wait.Add(duration(wait))
			s.WaitBoard.Add(duration(wait + 3))
			s.Transit.Add(duration(ride))
			s.TTD.Add(duration(wait + ride))
			if rng.IntN(12) == 0 {
				s.Remote.Calls++
				s.Remote.Served++
				s.Remote.Wait.Add(duration(wait / 3))
				s.Remote.CallToBoard.Add(duration(wait/3 + 22 + rng.Float64()*20))
				s.Remote.Slack.Add(duration(rng.Float64() * 3))
			}
		}
	}
	s.Refused, s.Reasons = 3, map[string]int64{"floor locked": 2, "key expired": 1}
	for _, b := range h.Banks {
		bs := result.BankSummary{Trips: s.Served / 2, Departures: 88, IntervalSum: int64(87 * 33 * time.Second), IntervalN: 87, Stops: 610, Boarded: s.Served / 2, Reopened: 14, Peak5: 61}
		for car := range b.Cars {
			hist := make([]int64, b.Persons[car]+1)
			for range 200 {
				hist[min(len(hist)-1, 1+int(math.Abs(rng.NormFloat64()*3+4.5)))]++
			}
			bs.LoadHist = append(bs.LoadHist, hist)
			bs.CarStops = append(bs.CarStops, 203+int64(car))
		}
		s.Banks = append(s.Banks, bs)
	}
	return s
}

// together adds summaries as the fixture needs it; the real merge has its own tests.
func together(all []*result.Summary) *result.Summary {
	t := &result.Summary{BinSeconds: all[0].BinSeconds, Reasons: map[string]int64{}}
	add := func(to *[]int64, from []int64) {
		if *to == nil {
			*to = make([]int64, len(from))
		}
		for i, v := range from {
			(*to)[i] += v
		}
	}
	for _, s := range all {
		t.Replications += s.Replications
		t.Passengers, t.All, t.Served, t.Refused = t.Passengers+s.Passengers, t.All+s.All, t.Served+s.Served, t.Refused+s.Refused
		t.Remote.Calls, t.Remote.Served = t.Remote.Calls+s.Remote.Calls, t.Remote.Served+s.Remote.Served
		for _, p := range [][2]*result.Sample{{&t.Wait, &s.Wait}, {&t.WaitBoard, &s.WaitBoard}, {&t.Transit, &s.Transit}, {&t.TTD, &s.TTD},
			{&t.Remote.Wait, &s.Remote.Wait}, {&t.Remote.CallToBoard, &s.Remote.CallToBoard}, {&t.Remote.Slack, &s.Remote.Slack}} {
			p[0].Merge(p[1])
		}
		for r, n := range s.Reasons {
			t.Reasons[r] += n
		}
		add(&t.Arrivals, s.Arrivals)
		add(&t.Boardings, s.Boardings)
		if t.Queue == nil {
			t.Queue = make([][]int64, len(s.Queue))
			t.QueueMax = make([]int64, len(s.Queue))
			t.Banks = make([]result.BankSummary, len(s.Banks))
		}
		for i := range s.Queue {
			add(&t.Queue[i], s.Queue[i])
			t.QueueMax[i] = max(t.QueueMax[i], s.QueueMax[i])
		}
		for i := range s.Banks {
			a, b := &t.Banks[i], &s.Banks[i]
			a.Trips, a.Departures, a.IntervalSum, a.IntervalN = a.Trips+b.Trips, a.Departures+b.Departures, a.IntervalSum+b.IntervalSum, a.IntervalN+b.IntervalN
			a.Stops, a.Boarded, a.Reopened, a.Peak5 = a.Stops+b.Stops, a.Boarded+b.Boarded, a.Reopened+b.Reopened, max(a.Peak5, b.Peak5)
			if a.LoadHist == nil {
				a.LoadHist = make([][]int64, len(b.LoadHist))
			}
			for c := range b.LoadHist {
				add(&a.LoadHist[c], b.LoadHist[c])
			}
			add(&a.CarStops, b.CarStops)
		}
	}
	return t
}

// officeMetrics are metrics with a plausible spread; their exact definition is
// not under test here.
func officeMetrics(total *result.Summary, all []*result.Summary) map[string]*result.Metric {
	m := map[string]*result.Metric{}
	put := func(name, unit string, of func(*result.Summary) float64) {
		v := of(total)
		x := &result.Metric{Value: &v, N: len(all), Unit: unit}
		if len(all) > 1 && !slices.Contains(noAverages, name) {
			lo, hi := math.Inf(1), math.Inf(-1)
			for _, s := range all {
				lo, hi = min(lo, of(s)), max(hi, of(s))
			}
			half := (hi - lo) / 4
			x.Half = &half
		}
		m[name] = x
	}
	quantile := func(q float64, of func(*result.Summary) *result.Sample) func(*result.Summary) float64 {
		return func(s *result.Summary) float64 { return of(s).Quantile(q).Seconds() }
	}
	wait := func(s *result.Summary) *result.Sample { return &s.Wait }
	ttd := func(s *result.Summary) *result.Sample { return &s.TTD }
	put("awt", "s", func(s *result.Summary) float64 { return s.Wait.Mean() })
	put("awt_to_boarding", "s", func(s *result.Summary) float64 { return s.WaitBoard.Mean() })
	put("att", "s", func(s *result.Summary) float64 { return s.Transit.Mean() })
	put("ttd", "s", func(s *result.Summary) float64 { return s.TTD.Mean() })
	put("wait_p50", "s", quantile(0.5, wait))
	put("wait_p90", "s", quantile(0.9, wait))
	put("wait_p95", "s", quantile(0.95, wait))
	put("wait_max", "s", quantile(1, wait))
	put("ttd_p90", "s", quantile(0.9, ttd))
	put("wait_over_60", "%", func(s *result.Summary) float64 { return 100 * s.Wait.Over(time.Minute) })
	put("handling_capacity", "%", func(s *result.Summary) float64 { return 12.4 + float64(s.Served%7)/20 })
	put("car_load", "%", func(s *result.Summary) float64 { return 43.2 + float64(s.Served%5)/5 })
	put("queue_max", "persons", func(s *result.Summary) float64 { return float64(slices.Max(s.QueueMax)) })
	put("remote_awt", "s", func(s *result.Summary) float64 { return s.Remote.Wait.Mean() })
	put("remote_call_to_board", "s", func(s *result.Summary) float64 { return s.Remote.CallToBoard.Mean() })
	m["interval"] = &result.Metric{Unit: "s", Withheld: "no car left the lobby in replication 4"}
	m["ttd_max"] = &result.Metric{Unit: "s", Withheld: "2 journeys were unfinished when the run ended"}
	return m
}

// officePath moves cars between the floors they serve, doors open for a while
// at each.
func officePath(h result.Header) []result.Segment {
	rng := rand.New(rand.NewPCG(5, 5))
	var path []result.Segment
	for b, bank := range h.Banks {
		for c := range bank.Cars {
			at, t := 0, 30*rng.Float64()
			for t < 3900 {
				to := bank.Serves[rng.IntN(len(bank.Serves))]
				if rng.IntN(3) == 0 {
					to = 0
				}
				if to == at {
					t += 12
					continue
				}
				arrive := t + math.Abs(h.Elevations[to]-h.Elevations[at])/1.8 + 3
				closed := arrive + 5 + rng.ExpFloat64()*5
				path = append(path, result.Segment{Bank: b, Car: c, From: at, To: to, Depart: t, Arrive: arrive, Close: closed, Load: rng.IntN(bank.Persons[c])})
				at, t = to, closed+0.5
			}
		}
	}
	slices.SortStableFunc(path, func(a, b result.Segment) int { return int(1000 * (a.Arrive - b.Arrive)) })
	return path
}

// lunchComparison pairs three made-up dispatchers.
func lunchComparison() *result.Comparison {
	c := &result.Comparison{Runs: []*result.File{office("collective", 1.15, 10), office("eta", 0.8, 10), office("etd", 1.12, 10)}}
	for b := 1; b < 3; b++ {
		for _, metric := range []string{"awt", "ttd", "wait_p90", "wait_over_60"} {
			base, other := c.Runs[0].Metrics[metric], c.Runs[b].Metrics[metric]
			d := *other.Value - *base.Value
			half := 1.1
			p := result.Pair{Metric: metric, B: b, N: 10, Mean: &d, Half: &half, Unit: base.Unit, Finding: "no difference shown"}
			if d < -half {
				p.Finding = "better"
			}
			c.Pairs = append(c.Pairs, p)
		}
	}
	return c
}

// hostile replaces every string of a result by text that would run as script
// if it reached the page as anything but text.
const hostile = `</script><script>window.pwned=1</script>__f__window.pwned=2__f__<img src=x onerror=window.pwned=3>{{.Title}}{a|b}"';--></style><style>*{display:none}</style>javascript:window.pwned=4` + "\u202e\x00\n`${window.pwned=5}`"
