package finding

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// AnyStore is the scope of a baseline entry for all stores of a rule together.
const AnyStore = "*"

// Baseline says which violations are known and for how long they are accepted.
type Baseline struct {
	Name    string // of the file, for errors
	Entries []Entry
}

// Entry accepts violations of one rule in one store. It has exactly one limit.
type Entry struct {
	Rule    string
	Store   string    // or AnyStore
	Measure string    // name of the figure that MaxValue limits
	Count   *int      // at most so many violations
	Rate    *float64  // at most this share of what was selected, 0 to 1
	Value   *float64  // the measured figure is at most this
	Reason  string    // why it is accepted
	Expires time.Time // the last day on which it is, 00:00 UTC
	Line    int       // in the file, 0 when it was not read from one
}

// Known is an entry of a baseline as it was applied.
type Known struct {
	Rule    string `json:"rule"`
	Store   string `json:"store"` // [AnyStore] for all stores together
	Measure string `json:"measure,omitempty"`
	Limit   string `json:"limit"`           // in words: "at most 3 violations"
	Found   string `json:"found,omitempty"` // in words; empty: the entry matches nothing
	Reason  string `json:"reason"`          // why it is accepted
	Expires string `json:"expires"`         // the last day on which it is, YYYY-MM-DD
	State   State  `json:"state"`
}

// State is what became of an entry of the baseline.
type State string

// The states of an entry.
const (
	Held   State = "held"   // no worse than the baseline
	Worse  State = "worse"  // worse: the rule fails
	Unused State = "unused" // it matches nothing: take it out
)

// Apply marks what the baseline knows of a settled report, and settles it
// again. A rule that is worse than an entry fails, whatever its severity;
// one whose every violation is known fails no more than the exit code says.
//
// Entries that match nothing are warned of in the report. Entries that have
// expired on the day of today are an error that names their lines, and
// the report is not changed. So is a second baseline for the same report.
func (b *Baseline) Apply(r *Report, today time.Time) error {
	if len(r.Baseline) > 0 {
		return fmt.Errorf("%s: a baseline has been applied to the findings of %q already: repeat the audit", b.Name, r.Name)
	}
	day := today.Format(time.DateOnly)
	var faults []error
	for _, e := range b.Entries {
		if last := e.Expires.Format(time.DateOnly); last < day {
			faults = append(faults, b.fault(e, "expired on %s: mend what it accepts, or say anew why it is accepted and until when", last))
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	rules := map[string]*Rule{}
	for i := range r.Rules {
		rule := &r.Rules[i]
		rules[rule.ID] = rule
	}
	for _, e := range b.Entries {
		k := Known{Rule: e.Rule, Store: e.Store, Measure: e.Measure, Limit: e.limit(), Reason: e.Reason, Expires: e.Expires.Format(time.DateOnly)}
		k.State, k.Found = e.apply(rules[e.Rule])
		if k.State == Worse {
			rule := rules[e.Rule]
			if rule.Status != Fail {
				rule.Status, rule.Why = Fail, ""
			}
			rule.Why = strings.TrimPrefix(rule.Why+"; worse than the baseline: "+k.Found+", but "+k.Limit, "; ")
		}
		r.Baseline = append(r.Baseline, k)
	}
	r.Settle()
	return nil
}

// apply judges one entry and marks what it knows.
func (e Entry) apply(r *Rule) (State, string) {
	if r == nil {
		return Unused, ""
	}
	if e.Value != nil {
		i := slices.IndexFunc(r.Measured, func(m Measure) bool { return m.Name == e.Measure })
		if i < 0 {
			return Unused, ""
		}
		if found := r.Measured[i].Value; found > *e.Value {
			return Worse, number(found)
		}
		return Held, number(r.Measured[i].Value)
	}
	selected, violations := e.counts(r)
	if violations == 0 {
		return Unused, ""
	}
	var found string
	worse := false
	if e.Count != nil {
		found, worse = plural(violations, "violation"), violations > *e.Count
	} else {
		found = fmt.Sprintf("%s of %s", thousands(int64(violations)), thousands(int64(selected)))
		worse = selected == 0 || float64(violations)/float64(selected) > *e.Rate
	}
	if worse {
		return Worse, found
	}
	r.Known += violations
	for i := range r.Scopes {
		if e.Store == AnyStore || r.Scopes[i].Store == e.Store {
			r.Scopes[i].Known = r.Scopes[i].Violations
		}
	}
	for i := range r.Findings {
		if e.Store == AnyStore || r.Findings[i].Place.Store == e.Store {
			r.Findings[i].Known = true
		}
	}
	return Held, found
}

// counts gives what a rule selected and found violated in the entry's scope.
func (e Entry) counts(r *Rule) (selected, violations int) {
	if e.Store == AnyStore {
		return r.Selected, r.Violations
	}
	for _, s := range r.Scopes {
		if s.Store == e.Store {
			return s.Selected, s.Violations
		}
	}
	return 0, 0
}

func (e Entry) limit() string {
	switch {
	case e.Count != nil:
		return "at most " + plural(*e.Count, "violation")
	case e.Rate != nil:
		return fmt.Sprintf("at most %s%% of what was judged", number(100**e.Rate))
	}
	return fmt.Sprintf("%s at most %s", e.Measure, number(*e.Value))
}

func (k Known) words() string {
	where := "rule " + k.Rule
	if k.Store != AnyStore {
		where += " in " + k.Store
	}
	if k.State == Unused {
		return where + ": the baseline accepts what is not there any more: take the entry out"
	}
	if k.State == Worse {
		return fmt.Sprintf("%s: %s, but found %s: worse, so that nothing of it is accepted: %s", where, k.Limit, k.Found, k.Reason)
	}
	return fmt.Sprintf("%s: %s, found %s; accepted until %s: %s", where, k.Limit, k.Found, k.Expires, k.Reason)
}

// Ratchet gives the baseline that a report deserves: every limit as low as
// what was found, and no entry for what is not found any more. It never
// raises a limit and never adds an entry.
func (b *Baseline) Ratchet(r *Report) *Baseline {
	lower := &Baseline{Name: b.Name}
	for _, e := range b.Entries {
		i := slices.IndexFunc(r.Rules, func(rule Rule) bool { return rule.ID == e.Rule })
		if i < 0 {
			continue
		}
		rule := &r.Rules[i]
		selected, violations := e.counts(rule)
		switch {
		case e.Value != nil:
			m := slices.IndexFunc(rule.Measured, func(m Measure) bool { return m.Name == e.Measure })
			if m < 0 {
				continue
			}
			e.Value = lowest(*e.Value, rule.Measured[m].Value)
		case violations == 0:
			continue
		case e.Count != nil:
			e.Count = lowest(*e.Count, violations)
		case selected > 0:
			e.Rate = lowest(*e.Rate, float64(violations)/float64(selected))
		}
		lower.Entries = append(lower.Entries, e)
	}
	return lower
}

func lowest[N int | float64](a, b N) *N {
	n := min(a, b)
	return &n
}

// Accept gives a first baseline: an entry for each store in which a rule
// fails, without reason and date. [ReadBaseline] refuses it until somebody has
// written both into the file.
func Accept(r *Report) *Baseline {
	b := new(Baseline)
	for i := range r.Rules {
		rule := &r.Rules[i]
		if rule.Status != Fail {
			continue
		}
		for _, s := range rule.Scopes {
			if s.Violations > 0 {
				b.Entries = append(b.Entries, Entry{Rule: rule.ID, Store: s.Store, Count: lowest(s.Violations, s.Violations)})
			}
		}
		if len(rule.Scopes) == 0 && rule.Violations > 0 {
			b.Entries = append(b.Entries, Entry{Rule: rule.ID, Store: AnyStore, Count: lowest(rule.Violations, rule.Violations)})
		}
	}
	return b
}

func (b *Baseline) fault(e Entry, format string, args ...any) error {
	return fmt.Errorf("%s: the entry for rule %s in %s %s", place(b.Name, e.Line), e.Rule, e.Store, fmt.Sprintf(format, args...))
}
