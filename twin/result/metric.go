package result

import (
	"fmt"
	"slices"
	"time"
)

// Direction says which way a metric is better.
type Direction int

const (
	Neither Direction = iota // says how the run was, not how good it was
	Lower
	Higher
)

// Definition is one metric: its name, unit and meaning. The list is closed.
type Definition struct {
	Name    string
	Unit    string // "s", "s2", "%" or "persons"
	Meaning string
	Better  Direction

	// single marks a total or an extreme: it is no mean of replication
	// values, so that no interval over them belongs to it.
	single  bool
	measure func(*Header, *Summary) (float64, string)
}

// Metrics lists all metrics in the order reports show them.
func Metrics() []Definition { return slices.Clone(metrics) }

// Lookup finds a metric by its name.
func Lookup(name string) (Definition, bool) {
	i := slices.IndexFunc(metrics, func(d Definition) bool { return d.Name == name })
	if i < 0 {
		return Definition{}, false
	}
	return metrics[i], true
}

// Of gives the metric of a summary of one replication or several: the value,
// or the reason why it is withheld and the value means nothing.
//
// Waiting, transit and answer times, times to destination, and shares of them
// are withheld while the queue is saturated, when nobody was served, and when
// journeys of the window are unfinished: who waits longest is missing from
// them. Counts, shares of people, loads, intervals between departures and the
// handling capacity are withheld only when there is nothing to divide by.
func (d Definition) Of(h *Header, s *Summary) (value float64, withheld string) {
	return d.measure(h, s)
}

// metrics is never written to.
var metrics = slices.Concat(general, ofPhones, ofCallers)

var general = []Definition{
	{"awt", "s", "average waiting time: arrival at the landing to the answering doors beginning to open", Lower, false, mean(wait)},
	{"awt_to_boarding", "s", "average waiting time counted to having entered the car", Lower, false, mean(waitBoard)},
	{"att", "s", "average transit time: the doors beginning to open, or a later arrival, to having left the car", Lower, false, mean(transit)},
	{"ttd", "s", "average time to destination: first arrival at a landing to having left the last car", Lower, false, mean(ttd)},
	{"wait_p50", "s", "median waiting time", Lower, false, quantile(wait, 0.50)},
	{"wait_p90", "s", "90th percentile of the waiting time", Lower, false, quantile(wait, 0.90)},
	{"wait_p95", "s", "95th percentile of the waiting time", Lower, false, quantile(wait, 0.95)},
	{"wait_p99", "s", "99th percentile of the waiting time", Lower, false, quantile(wait, 0.99)},
	{"wait_max", "s", "longest waiting time", Lower, true, longest(wait)},
	{"wait_over_30", "%", "share of waiting times above 30 s", Lower, false, over(wait, 30*time.Second)},
	{"wait_over_60", "%", "share of waiting times above 60 s", Lower, false, over(wait, 60*time.Second)},
	{"wait_over_90", "%", "share of waiting times above 90 s", Lower, false, over(wait, 90*time.Second)},
	{"transit_p90", "s", "90th percentile of the transit time", Lower, false, quantile(transit, 0.90)},
	{"ttd_p50", "s", "median time to destination", Lower, false, quantile(ttd, 0.50)},
	{"ttd_p90", "s", "90th percentile of the time to destination", Lower, false, quantile(ttd, 0.90)},
	{"ttd_p95", "s", "95th percentile of the time to destination", Lower, false, quantile(ttd, 0.95)},
	{"ttd_max", "s", "longest time to destination", Lower, true, longest(ttd)},
	{"squared_wait", "s2", "mean of the squared waiting times: weighs long waits more", Lower, false, meanSquare},
	{"interval", "s", "average time between successive departures of a bank from its lobby with somebody aboard", Lower, false, interval},
	{"handling_capacity", "%", "people carried away in the window, in % of the population per 5 min", Higher, false, handlingCapacity},
	{"car_load", "%", "average load of cars leaving the lobby upward, in % of their rated load", Neither, false, carLoad},
	{"queue_max", "persons", "most people waiting at once on one landing", Lower, true, queueMax},
	{"passengers", "persons", "journeys begun in the window", Neither, true, total(passengers)},
	{"served", "persons", "journeys of the window that reached their destination", Higher, true, total(served)},
	{"abandoned", "persons", "people whose patience ran out at the landing", Lower, true, total(abandoned)},
	{"no_show", "persons", "remote callers who never came", Neither, true, total(noShow)},
	{"refused", "persons", "people turned away at the entrance or by the group controller, who did not ride", Neither, true, total(refused)},
	{"censored", "persons", "people still on their journey when the run ended", Lower, true, total(censored)},
	{"served_pct", "%", "share of journeys that reached their destination", Higher, false, share(served)},
	{"abandoned_pct", "%", "share of journeys that ended with patience running out", Lower, false, share(abandoned)},
	{"no_show_pct", "%", "share of journeys whose remote caller never came", Neither, false, share(noShow)},
	{"refused_pct", "%", "share of journeys of people turned away", Neither, false, share(refused)},
	{"censored_pct", "%", "share of journeys unfinished when the run ended", Lower, false, share(censored)},
	{"answer_mean", "s", "average time from a landing call being registered to its being answered", Lower, false, mean(answer)},
	{"answer_p90", "s", "90th percentile of the same", Lower, false, quantile(answer, 0.90)},
}

type measure = func(*Header, *Summary) (float64, string)

// A figure names a sample of the summary and what it means that it is empty.
type figure func(*Summary) (*Sample, string)

func wait(s *Summary) (*Sample, string)      { return &s.Wait, nobody }
func waitBoard(s *Summary) (*Sample, string) { return &s.WaitBoard, nobody }
func transit(s *Summary) (*Sample, string)   { return &s.Transit, nobody }
func ttd(s *Summary) (*Sample, string)       { return &s.TTD, nobody }
func answer(s *Summary) (*Sample, string)    { return &s.Answer, "no landing call was answered" }

const (
	nobody       = "nobody was served"
	noPassengers = "no journey began in the window"
)

// trusted gives a figure's sample, or why nothing may be derived from it.
func trusted(f figure, s *Summary) (*Sample, string) {
	sample, empty := f(s)
	switch {
	case s.Saturated > 0 && s.Replications > 1:
		return nil, fmt.Sprintf("the queue was still growing at the end of the window in %d of %d replications", s.Saturated, s.Replications)
	case s.Saturated > 0:
		return nil, "the queue was still growing at the end of the window"
	case s.Passengers == 0:
		return nil, noPassengers
	case s.Censored > 0:
		return nil, fmt.Sprintf("%d of %d journeys were unfinished when the run ended", s.Censored, s.Passengers)
	case sample.N() == 0:
		return nil, empty
	}
	return sample, ""
}

func derived(f figure, value func(*Sample) float64) measure {
	return func(_ *Header, s *Summary) (float64, string) {
		sample, why := trusted(f, s)
		if why != "" {
			return 0, why
		}
		return value(sample), ""
	}
}

func mean(f figure) measure { return derived(f, (*Sample).Mean) }
func quantile(f figure, q float64) measure {
	return derived(f, func(s *Sample) float64 { return s.Quantile(q).Seconds() })
}
func longest(f figure) measure {
	return derived(f, func(s *Sample) float64 { return s.Max().Seconds() })
}
func over(f figure, threshold time.Duration) measure {
	return derived(f, func(s *Sample) float64 { return 100 * s.Over(threshold) })
}
func meanSquare(h *Header, s *Summary) (float64, string) {
	return derived(wait, (*Sample).MeanSquare)(h, s)
}

func interval(_ *Header, s *Summary) (float64, string) {
	var sum, n int64
	for i := range s.Banks {
		sum += s.Banks[i].IntervalSum
		n += s.Banks[i].IntervalN
	}
	if n == 0 {
		return 0, "no bank had two departures from its lobby with somebody aboard"
	}
	return float64(sum) / float64(n) / 1e9, ""
}

func handlingCapacity(h *Header, s *Summary) (float64, string) {
	if h.Population == 0 {
		return 0, "the building has no population to relate it to"
	}
	fives := float64(h.To-h.From) / float64(five) * float64(s.Replications)
	return 100 * float64(s.Carried) / fives / float64(h.Population), ""
}

func carLoad(_ *Header, s *Summary) (float64, string) {
	var all Sample
	for i := range s.Banks {
		all.Merge(&s.Banks[i].LobbyLoad)
	}
	if all.N() == 0 {
		return 0, "no car left a lobby upward with somebody aboard"
	}
	return all.Mean() * 1e9 / float64(loadUnit) / 10, ""
}

func queueMax(_ *Header, s *Summary) (float64, string) {
	if len(s.QueueMax) == 0 {
		return 0, "there is no landing"
	}
	return float64(slices.Max(s.QueueMax)), ""
}

// Every journey is served or ends in exactly one of the other outcomes.
func passengers(s *Summary) int64 { return s.Passengers }
func served(s *Summary) int64     { return s.TTD.N() }
func abandoned(s *Summary) int64  { return s.Abandoned }
func noShow(s *Summary) int64     { return s.NoShow }
func refused(s *Summary) int64    { return s.Refused }
func censored(s *Summary) int64   { return s.Censored }

func total(count func(*Summary) int64) measure {
	return func(_ *Header, s *Summary) (float64, string) { return float64(count(s)), "" }
}

func share(count func(*Summary) int64) measure {
	return func(_ *Header, s *Summary) (float64, string) {
		if s.Passengers == 0 {
			return 0, noPassengers
		}
		return 100 * float64(count(s)) / float64(s.Passengers), ""
	}
}
