package reports

import (
	"strings"

	"hoistway/twin/result"
)

// verdict is the report's first sentence and the expectations behind it.
type verdict struct {
	Tone, Mark, Sentence string // Tone: "good", "bad" or "" when there is nothing to judge
	Lists                []expectations
}

// expectations is one result's table of [expect] lines.
type expectations struct {
	Caption string
	Lines   []expectation
}

type expectation struct {
	Text, Figure, Reached string
	Word, Mark, Tone, Why string
}

// verdictOf says in one sentence whether a run met what its scenario expects.
// No expectation is no verdict: never a pass.
func verdictOf(f *result.File) verdict {
	n := len(f.Verdicts)
	if n == 0 {
		return verdict{Mark: "–", Sentence: "No verdict: the scenario states no expectations."}
	}
	list := expectations{Caption: "What the scenario expects, and what was reached over " + plural(len(f.Replications), "replication", "replications")}
	var missed []string
	unasked := 0
	for _, v := range f.Verdicts {
		list.Lines = append(list.Lines, expectationOf(v))
		switch {
		case v.Unasked != "":
			unasked++
		case !v.Pass:
			missed = append(missed, missedText(v))
		}
	}
	n -= unasked
	v := verdict{Tone: "good", Mark: "✓", Lists: []expectations{list}}
	switch {
	case n == 0:
		v.Tone, v.Mark, v.Sentence = "", "–", "No verdict: none of the scenario's expectations applies to this run."
		return v
	case len(missed) > 0:
		v.Tone, v.Mark = "bad", "✗"
		if n == 1 {
			v.Sentence = "Misses its one expectation: " + missed[0] + "."
		} else {
			v.Sentence = "Misses " + count(int64(len(missed))) + " of " + count(int64(n)) + " expectations: " + strings.Join(missed, "; ") + "."
		}
	case n == 1:
		v.Sentence = "Meets its one expectation."
	default:
		v.Sentence = "Meets all " + count(int64(n)) + " expectations."
	}
	if unasked > 0 {
		v.Sentence += " " + plural(unasked, "more does", "more do") + " not apply to this run."
	}
	return v
}

// missedText is one missed expectation as part of a sentence.
func missedText(v result.Verdict) string {
	name := lowerFirst(measureOf(v.Metric).name)
	if v.Value == nil {
		return name + " has no value"
	}
	return name + " is " + quantity(*v.Value, v.Unit) + ", expected " + bound(v)
}

// bound is an expectation's limit in words.
func bound(v result.Verdict) string {
	limit := quantity(v.Bound, v.Unit)
	switch v.Op {
	case "<=":
		return "at most " + limit
	case "<":
		return "less than " + limit
	case ">=":
		return "at least " + limit
	case ">":
		return "more than " + limit
	}
	return v.Op + " " + limit
}

func expectationOf(v result.Verdict) expectation {
	e := expectation{Text: v.Text, Figure: measureOf(v.Metric).name + ", " + bound(v), Reached: "withheld", Why: v.Why}
	if v.Value != nil {
		e.Reached = quantity(*v.Value, v.Unit)
	}
	switch {
	case v.Unasked != "":
		e.Reached, e.Word, e.Mark, e.Why = "–", "Does not apply", "–", upperFirst(v.Unasked)
	case v.Pass:
		e.Word, e.Mark, e.Tone = "Met", "✓", "good"
	default:
		e.Word, e.Mark, e.Tone = "Missed", "✗", "bad"
	}
	return e
}

// lowerFirst lowers the first letter of a word that is not an abbreviation.
func lowerFirst(s string) string {
	if len(s) < 2 || s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
