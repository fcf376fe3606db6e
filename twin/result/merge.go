package result

import (
	"fmt"
	"slices"
)

// Merge combines summaries of one scenario: replications, or shards of them.
// Any order and any grouping gives the same bytes. The parts stay as they are.
// It refuses parts of different buildings or bin widths, and no parts at all.
func Merge(parts ...*Summary) (*Summary, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("merging summaries: there is none")
	}
	total := &Summary{Reasons: map[string]int64{}, Remote: Remote{Denied: map[string]int64{}}, Queue: [][]int64{}, QueueMax: []int64{},
		Arrivals: []int64{}, Boardings: []int64{}, Banks: []BankSummary{}}
	for i, p := range parts {
		if err := total.merge(p, i == 0); err != nil {
			return nil, fmt.Errorf("merging summary %d of %d: %w", i+1, len(parts), err)
		}
	}
	for _, s := range total.samples() {
		s.seal()
	}
	return total, nil
}

// merge adds a summary; the first one also gives the shape.
func (s *Summary) merge(o *Summary, first bool) error {
	if first {
		s.shape(o)
	}
	if err := s.sameShape(o); err != nil {
		return err
	}
	s.Replications += o.Replications
	s.Passengers += o.Passengers
	s.All += o.All
	s.Carried += o.Carried
	s.Served += o.Served
	s.Abandoned += o.Abandoned
	s.NoShow += o.NoShow
	s.Refused += o.Refused
	s.Censored += o.Censored
	s.Remote.Calls += o.Remote.Calls
	s.Remote.Served += o.Remote.Served
	s.Remote.NoShow += o.Remote.NoShow
	for reason, n := range o.Remote.Denied {
		s.Remote.Denied[reason] += n
	}
	s.Remote.Unused += o.Remote.Unused
	s.Remote.Missed += o.Remote.Missed
	s.Remote.VainStops += o.Remote.VainStops
	theirs := o.samples()
	for i, sample := range s.samples() {
		sample.Merge(theirs[i])
	}
	for reason, n := range o.Reasons {
		s.Reasons[reason] += n
	}
	for i := range s.Banks {
		s.Banks[i].merge(&o.Banks[i])
	}
	for i := range s.Queue {
		addAll(&s.Queue[i], o.Queue[i])
		s.QueueMax[i] = max(s.QueueMax[i], o.QueueMax[i])
	}
	addAll(&s.Arrivals, o.Arrivals)
	addAll(&s.Boardings, o.Boardings)
	s.Saturated += o.Saturated
	s.QueueFirst += o.QueueFirst
	s.QueueLast += o.QueueLast
	return nil
}

// merge adds a bank's work; its sample is merged with the summary's others.
func (b *BankSummary) merge(o *BankSummary) {
	b.Trips += o.Trips
	b.Departures += o.Departures
	b.IntervalSum += o.IntervalSum
	b.IntervalN += o.IntervalN
	b.Stops += o.Stops
	b.Boarded += o.Boarded
	b.Reopened += o.Reopened
	b.Peak5 = max(b.Peak5, o.Peak5)
	for c := range b.LoadHist {
		addAll(&b.LoadHist[c], o.LoadHist[c])
	}
	addAll(&b.CarStops, o.CarStops)
}

// shape makes room for summaries of o's building.
func (s *Summary) shape(o *Summary) {
	s.BinSeconds = o.BinSeconds
	s.Queue = make([][]int64, len(o.Queue))
	s.QueueMax = make([]int64, len(o.QueueMax))
	s.Banks = make([]BankSummary, len(o.Banks))
	for i := range s.Queue {
		s.Queue[i] = []int64{}
	}
	for i := range s.Banks {
		s.Banks[i].CarStops = []int64{}
		s.Banks[i].LoadHist = make([][]int64, len(o.Banks[i].LoadHist))
		for c := range s.Banks[i].LoadHist {
			s.Banks[i].LoadHist[c] = []int64{}
		}
	}
}

func (s *Summary) sameShape(o *Summary) error {
	switch {
	case s.BinSeconds != o.BinSeconds:
		return fmt.Errorf("its bins are %d s wide, not %d s", o.BinSeconds, s.BinSeconds)
	case len(s.Queue) != len(o.Queue) || len(s.QueueMax) != len(o.QueueMax) || len(o.Queue) != len(o.QueueMax):
		return fmt.Errorf("it has %d floors, not %d", len(o.Queue), len(s.Queue))
	case !slices.EqualFunc(s.Banks, o.Banks, func(a, b BankSummary) bool { return len(a.LoadHist) == len(b.LoadHist) }):
		return fmt.Errorf("its banks or cars are not the same")
	}
	return nil
}

// addAll adds element by element; the longer slice gives the length.
func addAll(s *[]int64, o []int64) {
	if len(o) > len(*s) {
		*s = append(*s, make([]int64, len(o)-len(*s))...)
	}
	for i, n := range o {
		(*s)[i] += n
	}
}
