package privacyaudit

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"hoistway/privacyaudit/attack"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// linkage measures what an attacker links who knows something of what a person
// did: some calls of theirs, at an hour and a bank, or all that is on their
// phone. He looks for the randomized ID whose stored usage logs fit, and the
// truth says whether it is theirs. The report shows the share of IDs that a few
// known calls single out, for several lengths of time (unicity, see package
// attack), the share that a phone's log singles out, and how many records more
// he then has.
//
// That stored usage logs are linkable to who knows much is no violation of a
// sentence that speaks of the ID alone. The rule holds one figure below a limit,
// as a warning, so that it does not grow unnoticed: the share that `points`
// known calls single out when times are known to `bin`.
func init() {
	register(&Check{
		Name: "linkage", Needs: NeedTruth,
		About: "How many randomized IDs an attacker recognises who knows some calls of a person, as curves, with a limit for one figure.",
		Params: []Param{
			{Name: "points", Form: FormCount, Required: true, About: "how many known calls the limit is about, 1 to 4"},
			{Name: "bin", Form: FormDuration, Required: true, About: "to what their time is known: 1h, 6h or 24h"},
			{Name: "max", Form: FormNumber, Required: true, About: "largest share of IDs that they single out, at the lower end of its interval of 95 %"},
		},
		New: newLinkage,
	})
}

// Bins of time, in hours, and numbers of points, for which curves are drawn.
var linkageBins = []int32{1, 6, 24}

const linkagePoints = 4

// logged is one usage log: whose, and the point.
type logged struct {
	of    int32
	point attack.Point
}

func newLinkage(p *Probe) (Watch, error) {
	if n := p.Count("points", 0); n < 1 || n > linkagePoints {
		return Watch{}, fmt.Errorf("parameter points is %d and must be 1 to %d", n, linkagePoints)
	}
	bin := p.Duration("bin", 0)
	if !slices.ContainsFunc(linkageBins, func(h int32) bool { return time.Duration(h)*time.Hour == bin }) {
		return Watch{}, fmt.Errorf("parameter bin is %s and must be 1h, 6h or 24h", bin)
	}
	l := &linkage{p: p, bin: int32(bin / time.Hour), numbers: map[string]int32{}, places: map[string]int32{}}
	return Watch{Record: l.take, End: l.end}, nil
}

type linkage struct {
	p       *Probe
	bin     int32
	numbers map[string]int32 // of randomized IDs
	places  map[string]int32 // of banks
	logs    []logged

	measured bool // the figure that has a limit
}

func numberOf(numbers map[string]int32, name []byte) int32 {
	n, ok := numbers[string(name)]
	if !ok {
		n = int32(len(numbers))
		numbers[string(name)] = n
	}
	return n
}

func (l *linkage) take(r *Record) {
	if r.State != Read || !r.Live() || string(unquoted(r.Field("function"))) != "remote-call" {
		return
	}
	l.p.Select(r.Source.Name, 1)
	l.logs = append(l.logs, logged{
		of:    numberOf(l.numbers, unquoted(r.Field("pseudonym"))),
		point: attack.Point{Time: int32(r.Meta.At / int64(time.Hour)), Place: numberOf(l.places, unquoted(r.Field("equipment")))},
	})
}

func (l *linkage) end() {
	stored := make([][]attack.Point, len(l.numbers))
	slices.SortFunc(l.logs, func(a, b logged) int {
		return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.point.Time, b.point.Time), cmp.Compare(a.point.Place, b.point.Place))
	})
	for _, one := range l.logs {
		stored[one.of] = append(stored[one.of], one.point)
	}
	known, phones := l.known()
	order := l.order()
	stored, known, phones = pick(stored, order), pick(known, order), pick(phones, order)
	if len(stored) < 2 {
		if l.p.unlogged(); l.p.selected() > 0 {
			l.p.Inconclusive("fewer than two randomized IDs have usage logs: there is nobody from whom one could be told")
		}
		return
	}
	for _, hours := range linkageBins {
		l.curve(stored, known, hours)
	}
	if !l.measured {
		l.p.Inconclusive("nobody made so many calls, at times that are apart, as the limit is about")
	}
	l.join(stored, phones)
	var records []int
	for _, s := range stored {
		records = append(records, len(s))
	}
	l.p.Measure(finding.Measure{Name: "records that an attacker has beyond the four that he knew", Value: attack.Exposure(records, linkagePoints), Unit: "records"})
	l.p.Measure(finding.Measure{Name: "randomized IDs with usage logs", Value: float64(len(stored)), Unit: "IDs"})
}

// order is the numbers of the IDs in the order of the IDs, which does not depend
// on which came first.
func (l *linkage) order() []int32 {
	ids := make([]string, 0, len(l.numbers))
	for id := range l.numbers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var order []int32
	for _, id := range ids {
		order = append(order, l.numbers[id])
	}
	return order
}

func pick(lists [][]attack.Point, order []int32) (picked [][]attack.Point) {
	for _, n := range order {
		picked = append(picked, lists[n])
	}
	return picked
}

// known is what the attacker may know, by number of the ID: the calls that were
// really made under it, and those that the phone noted while it used the ID.
func (l *linkage) known() (calls, phones [][]attack.Point) {
	calls, phones = make([][]attack.Point, len(l.numbers)), make([][]attack.Point, len(l.numbers))
	err := l.p.Truth.Trips(func(t *evidence.Trip) error {
		if n, ok := l.numbers[t.Pseudonym]; ok {
			calls[n] = append(calls[n], attack.Point{Time: hour(t.At), Place: l.place(t.Bank)})
		}
		return nil
	})
	if err != nil {
		l.p.problem("", "trips.ndjson", err)
	}
	if l.p.Parts.Stores == "" {
		return calls, phones
	}
	err = l.p.Parts.Phones(func(phone *evidence.Phone) error {
		for _, id := range phone.IDs {
			n, ok := l.numbers[id.ID]
			if !ok {
				continue
			}
			for _, u := range phone.Log {
				if u.Function == "remote-call" && u.Building == id.Building && !u.At.Before(id.From) && u.At.Before(id.Until) {
					phones[n] = append(phones[n], attack.Point{Time: hour(u.At), Place: l.place(u.Equipment)})
				}
			}
		}
		return nil
	})
	if err != nil {
		l.p.problem("phones", "", err)
	}
	return calls, phones
}

func hour(at time.Time) int32 { return int32(at.Unix() / 3600) }

// place is the number of a bank, -1 of one that no usage log names.
func (l *linkage) place(bank string) int32 {
	if n, ok := l.places[bank]; ok {
		return n
	}
	return -1
}

func traces(lists [][]attack.Point, hours int32) (all []attack.Trace) {
	for _, points := range lists {
		all = append(all, attack.NewTrace(points, hours))
	}
	return all
}

// curve attacks with calls whose times are known to some hours.
func (l *linkage) curve(stored, known [][]attack.Point, hours int32) {
	linker, own := attack.NewLinker(traces(stored, hours)), traces(known, hours)
	c := finding.Curve{
		Name: fmt.Sprintf("randomized IDs singled out, times known to %d h", hours), Rule: l.p.Rule.ID, Store: "cloud",
		X: "calls of a person that are known", Y: "share of randomized IDs",
	}
	for points := 1; points <= linkagePoints; points++ {
		r := linker.Unicity(own, points)
		if r.Tries == 0 {
			continue
		}
		low, high := r.Interval(attack.Z95)
		interval := &finding.Interval{Low: low, High: high, Level: 0.95}
		c.Points = append(c.Points, finding.Point{X: float64(points), Y: r.Share(), Interval: interval})
		if limit := l.p.Number("max", 1); hours == l.bin && points == l.p.Count("points", 0) {
			l.measured = true
			l.p.Measure(finding.Measure{Name: fmt.Sprintf("singled out by %d calls known to %d h", points, hours), Value: r.Share(), Interval: interval, Max: &limit})
			if low > limit {
				l.p.Fail(finding.Place{Store: "cloud"}, "%d known calls single out %.0f %% of the randomized IDs, and the rule accepts %.0f %%", points, 100*r.Share(), 100*limit)
			}
		}
	}
	if len(c.Points) > 0 {
		l.p.Report.Linkage = append(l.p.Report.Linkage, c)
	}
}

// join attacks with the logs of phones.
func (l *linkage) join(stored, phones [][]attack.Point) {
	r := attack.NewLinker(traces(stored, 1)).Join(traces(phones, 1))
	if r.Tries == 0 {
		return
	}
	low, high := r.Interval(attack.Z95)
	l.p.Measure(finding.Measure{
		Name: "randomized IDs recognised by the log on a phone", Value: r.Share(), Interval: &finding.Interval{Low: low, High: high, Level: 0.95},
	})
}
