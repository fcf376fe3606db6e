package privacyaudit

import (
	"errors"
	"math"
	"slices"
	"time"

	"hoistway/privacyaudit/finding"
)

// age holds the time since collection of every physical version of records
// against a limit. A record goes from sight at a sweep, which may come slack
// after it is due, and from the files lag later; what is older than that, by a
// nanosecond, is a violation, and so is what says that it was collected after
// the instant of the audit, or does not say when. Of a record that cannot be
// opened the day in its key is taken, at its end. With local, the shorter of the
// limit and what the configuration says for its building is held against it:
// local law may shorten the period of the statement, and nothing may lengthen it.
//
// In backups it judges what can still be opened, at the age it has at the
// instant of the audit, however old the backup is.
//
// It cannot see that a record says a wrong instant: the truth's checks can.
func init() {
	register(&Check{
		Name:  "age",
		About: "No record is older than its limit, in sight or in the files.",
		Params: []Param{
			{Name: "limit", Form: FormDuration, Required: true, About: "longest time since collection"},
			{Name: "local", Form: FormFlag, About: "the configuration may shorten the limit, for a building or all"},
			{Name: "slack", Form: FormDuration, About: "time until the sweep that follows (25h)"},
			{Name: "lag", Form: FormDuration, About: "time for which deleted records may stay in the files after it (24h)"},
		},
		New: newAge,
	})
}

// Between two sweeps lies a day, and the sweep of a day runs within its first
// hour. Those are the lags that the format's page and the sweeper declare.
const (
	sweepSlack = 25 * time.Hour
	sweepLag   = 24 * time.Hour
)

// ages is a histogram of ages under way.
type ages struct {
	unit    time.Duration // of a bucket
	buckets []int64       // the last is for what is beyond the limit
	oldest  time.Duration
}

const ageBuckets = 12

func newAges(limit time.Duration) *ages {
	return &ages{unit: max(limit/ageBuckets, 1), buckets: make([]int64, ageBuckets+1)}
}

func (a *ages) add(age time.Duration) {
	a.oldest = max(a.oldest, age)
	a.buckets[min(max(age, 0)/a.unit, ageBuckets)]++
}

// histogram gives the ages in days, or whatever per counts in a unit.
func (a *ages) histogram(name, rule, unit string, per time.Duration) finding.Histogram {
	at := func(d time.Duration) float64 { return float64(d) / float64(per) }
	limit := at(a.unit * ageBuckets)
	h := finding.Histogram{Name: name, Rule: rule, Unit: unit, Limit: &limit}
	for i, n := range a.buckets {
		from := a.unit * time.Duration(i)
		to := from + a.unit
		if i == ageBuckets && n > 0 {
			to = max(to, a.oldest+1)
		}
		if n > 0 || i < ageBuckets {
			h.Buckets = append(h.Buckets, finding.Bucket{From: at(from), To: at(to), Count: n})
		}
	}
	return h
}

func newAge(p *Probe) (Watch, error) {
	limit := p.Duration("limit", 0)
	if limit <= 0 {
		return Watch{}, errors.New("parameter limit: must be longer than nothing")
	}
	slack, lag := p.Duration("slack", sweepSlack), p.Duration("lag", sweepLag)
	local := map[string]time.Duration{}
	if p.Flag("local") && p.Config != nil {
		limit = min(limit, time.Duration(p.Config.Limits.LogData))
		for _, b := range p.Config.Buildings {
			if b.LogData != nil {
				local[b.Name] = min(limit, time.Duration(*b.LogData))
			}
		}
	}
	own, seen := p.own(), newAges(limit)
	return Watch{
		Record: func(r *Record) {
			if r.Kind == nil || r.State == Gone || r.State == Mark || !own(r) {
				return
			}
			p.Select(r.Source.Name, 1)
			age, ok := p.age(r, p.At)
			if !ok {
				p.Fail(r.Place(), "it does not say when it was collected, so that it would stay for ever")
				return
			}
			most := limit
			if d, ok := local[string(r.Meta.Building)]; ok {
				most = d
			}
			seen.add(age)
			p.judgeAge(r, age, most, slack, lag)
		},
		End: func() {
			if p.selected() > 0 {
				p.reportAges(seen.histogram("age of "+p.Rule.ID, p.Rule.ID, "days", 24*time.Hour), seen.oldest)
			}
			p.nothingAged()
			p.idle()
		},
	}, nil
}

// nothingAged says of a rule without records why there are none, where that is
// known.
func (p *Probe) nothingAged() {
	if p.selected() > 0 {
		return
	}
	if slices.Equal(p.Rule.Stores, []string{"backup"}) && len(p.Ledger) > 0 && !p.backedUp() {
		p.NotApplicable("there is no backup, by the ledger")
	}
	if p.Truth != nil && len(p.Truth.Settings.Gone) > 0 && p.ended()[p.Truth.Settings.Building] != nil {
		p.NotApplicable("the service ended in the building of the lifts, by the ledger, and its log data went")
	}
}

// backedUp is whether there is a backup that was written and not deleted since,
// by the ledger.
func (a *Audit) backedUp() bool {
	there := map[string]bool{}
	for _, e := range a.entries("backup") {
		if e.Facts["state"] == "deleted" {
			delete(there, e.Facts["name"])
		} else {
			there[e.Facts["name"]] = true
		}
	}
	return len(there) > 0
}

// age is how old a record is at an instant, by what it says or by the end of the
// day in its key; false when neither is known.
func (p *Probe) age(r *Record, at time.Time) (time.Duration, bool) {
	switch {
	case r.State == Read:
		return at.Sub(r.At()), true
	case r.State == Broken:
		return 0, false
	case r.Key.Day == "":
		return 0, true // of what cannot be opened, and should be, the check opens tells
	}
	day, err := time.Parse("20060102", r.Key.Day)
	if err != nil {
		return 0, false
	}
	return max(at.Sub(day.Add(24*time.Hour-1)), 0), true
}

// judgeAge reports a record that is too old, or younger than the present.
func (p *Probe) judgeAge(r *Record, age, limit, slack, lag time.Duration) {
	visible := r.Live()
	switch {
	case age < 0:
		p.Fail(r.Place(), "it says that it was collected after the instant of the audit")
	case visible && age > limit+slack:
		p.Fail(r.Place(), "it is %s old, and may be %s", inDays(age), inDays(limit))
	case !visible && age > limit+slack+lag:
		p.Fail(r.Place(), "a deleted or superseded version of it is still in the files, %s old, and may be %s", inDays(age), inDays(limit))
	}
}

// reportAges adds a histogram to the report, and the oldest to the rule.
func (p *Probe) reportAges(h finding.Histogram, oldest time.Duration) {
	p.Report.Ages = append(p.Report.Ages, h)
	p.Measure(finding.Measure{Name: "oldest", Value: math.Floor(oldest.Hours()/24*10) / 10, Unit: "days"})
}
