package privacyaudit

import (
	"fmt"
	"slices"
	"time"

	"hoistway/privacyaudit/finding"
)

// Probe is one rule on one evidence. Checks report to it.
type Probe struct {
	*Audit
	Rule *Rule

	out          finding.Rule
	inconclusive string
	inapplicable string
	watch        Watch
	lastStore    string // of Select, which is called for every record
	lastCount    int
}

// Select counts what the rule is about in a store: records, acts, files. With n
// 0 it says that the rule looked there. A rule that selects less than its
// min_selected, 1 unless it says otherwise, is inconclusive.
func (p *Probe) Select(store string, n int) {
	if p.lastStore != store {
		if p.lastStore != "" {
			p.out.Saw(p.lastStore, p.lastCount)
		}
		p.lastStore, p.lastCount = store, 0
	}
	p.lastCount += n
}

// Fail reports a violation at a place. The message says what is wrong there and
// holds no value that was found: no part of a key, a field or a line.
func (p *Probe) Fail(at finding.Place, format string, args ...any) {
	p.out.Add(at, fmt.Sprintf(format, args...))
}

// Measure adds a figure to the rule's result.
func (p *Probe) Measure(m finding.Measure) { p.out.Measured = append(p.out.Measured, m) }

// Inconclusive says why the rule could not be decided; violations outrank it.
func (p *Probe) Inconclusive(format string, args ...any) {
	if p.inconclusive == "" {
		p.inconclusive = fmt.Sprintf(format, args...)
	}
}

// NotApplicable says why the rule is about nothing that this evidence could
// have: a service that is not in use, say.
func (p *Probe) NotApplicable(format string, args ...any) {
	if p.inapplicable == "" {
		p.inapplicable = fmt.Sprintf(format, args...)
	}
}

// The parameters of the rule. Their forms were checked when the policy was
// loaded; one that is not given is the default.

func (p *Probe) Text(name, otherwise string) string {
	if v, ok := p.Rule.Params[name].(string); ok {
		return v
	}
	return otherwise
}

func (p *Probe) Texts(name string) (texts []string) {
	list, _ := p.Rule.Params[name].([]any)
	for _, v := range list {
		texts = append(texts, v.(string))
	}
	return texts
}

func (p *Probe) Count(name string, otherwise int) int {
	if v, ok := p.Rule.Params[name].(int64); ok {
		return int(v)
	}
	return otherwise
}

func (p *Probe) Number(name string, otherwise float64) float64 {
	switch v := p.Rule.Params[name].(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return otherwise
}

func (p *Probe) Flag(name string) bool {
	v, _ := p.Rule.Params[name].(bool)
	return v
}

func (p *Probe) Duration(name string, otherwise time.Duration) time.Duration {
	if v, ok := p.Rule.Params[name].(string); ok {
		d, err := parseDuration(v)
		if err != nil {
			panic("BUG: a parameter that was checked is no time: " + v)
		}
		return d
	}
	return otherwise
}

// In tells whether the rule is about a class of stores.
func (p *Probe) In(class string) bool {
	return len(p.Rule.Stores) == 0 || slices.Contains(p.Rule.Stores, class)
}

// wants tells whether the rule is about a kind of records; "" is an unknown one.
func (p *Probe) wants(kind string) bool {
	return len(p.Rule.Kinds) == 0 || slices.Contains(p.Rule.Kinds, kind)
}

// result is the rule's line in the report.
func (p *Probe) result() finding.Rule {
	if p.lastStore != "" {
		p.out.Saw(p.lastStore, p.lastCount)
		p.lastStore, p.lastCount = "", 0
	}
	r := p.out
	least := 1
	if p.Rule.Least != nil {
		least = *p.Rule.Least
	}
	switch {
	case p.Rule.Evidence == EvidenceManual:
		r.Status, r.Why = finding.Manual, p.Rule.Reason
	case r.Violations > 0 && p.Rule.Severity == SeverityError:
		r.Status, r.Why = finding.Fail, counted(r.Violations, "violation")
	case r.Violations > 0:
		r.Status, r.Why = finding.Warn, counted(r.Violations, "violation")
	case p.inapplicable != "":
		r.Status, r.Why = finding.NotApplicable, p.inapplicable
	case p.inconclusive != "":
		r.Status, r.Why = finding.Inconclusive, p.inconclusive
	case r.Selected < least:
		r.Status = finding.Inconclusive // nobody said beforehand that this may be
	default:
		r.Status = finding.Pass
	}
	return r
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
