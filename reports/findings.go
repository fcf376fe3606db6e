package reports

import (
	"strconv"

	"hoistway/privacyaudit/finding"
)

// findingSection shows what violates each rule, and where.
func findingSection(r *finding.Report) (section, bool) {
	sec := section{ID: "audit-findings", Title: "What was found, and where",
		Nav:  "Findings",
		Lead: "A finding names its place and never the value that was found. A key hash stands for the key of a record: whoever holds the store can compute it, and nobody can go back from it."}
	for _, status := range ruleStatuses {
		for i := range r.Rules {
			if rule := &r.Rules[i]; rule.Violations > 0 && statusOf(rule).Key == status.Key {
				sec.Blocks = append(sec.Blocks, findingBlock(rule, status))
			}
		}
	}
	return sec, len(sec.Blocks) > 0
}

func findingBlock(r *finding.Rule, status ruleStatus) block {
	b := block{Heading: r.ID + " " + status.Word + ": " + r.Title, Text: basis(r) + " " + plural(r.Violations, "violation", "violations") + " of " + count(int64(r.Selected)) + " judged."}
	if len(r.Findings) == 0 {
		return b
	}
	t := table{Caption: "Where " + r.ID + " is violated", Columns: []column{{"Store", true}, {"File", true}, {Name: "At byte"}, {"Kind of record", true}, {"Key hash", true}, {"Written as", true}, {"What is wrong", true}}}
	for _, f := range r.Findings {
		offset, p := "–", f.Place
		if p.Offset > 0 {
			offset = strconv.FormatInt(p.Offset, 10)
		}
		message := f.Message
		if f.Known {
			message += " (accepted by the baseline)"
		}
		t.Rows = append(t.Rows, []string{dash(p.Store), dash(p.File), offset, dash(p.Kind), dash(p.Key), dash(p.Form), message})
	}
	if more := r.Violations - len(r.Findings); more > 0 {
		t.Note = "And " + count(int64(more)) + " more: the first " + count(finding.MaxSamples) + " of different kinds are kept."
	}
	b.Table = &t
	return b
}

// basis is the sentence that a rule rests on, or why it stands without one.
func basis(r *finding.Rule) string {
	if r.Quote == "" {
		return "Follows without a sentence of its own: " + r.Derived + "."
	}
	return "“" + r.Quote + "” (" + dash(r.Clause) + ")."
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// problemSection says what was not judged, and for what reason.
func problemSection(r *finding.Report) (section, bool) {
	sec := section{ID: "audit-unread", Title: "What was not judged", Nav: "Not judged",
		Lead: "What nobody looked at proves nothing. Parts that could not be read make the audit incomplete; parts that were not given were somebody's choice, and the rules that need them say so."}
	if len(r.Problems) > 0 {
		t := table{Caption: "Could not be read", Columns: []column{{"Store", true}, {"File", true}, {"What is wrong with it", true}}}
		for _, p := range r.Problems {
			t.Rows = append(t.Rows, []string{dash(p.Store), dash(p.File), p.What})
		}
		sec.Blocks = append(sec.Blocks, block{Table: &t})
	}
	if len(r.Missing) > 0 {
		t := table{Caption: "Was not given", Columns: []column{{"Part of the evidence", true}, {"Rules that could not run for it", true}}}
		for _, m := range r.Missing {
			t.Rows = append(t.Rows, []string{m.Part, dash(list(m.Rules))})
		}
		sec.Blocks = append(sec.Blocks, block{Table: &t})
	}
	var open [][]string
	for i := range r.Rules {
		if rule := &r.Rules[i]; rule.Status == finding.Inconclusive {
			open = append(open, []string{rule.ID, rule.Title, clauseRowOf(rule).Why})
		}
	}
	if len(open) > 0 {
		sec.Blocks = append(sec.Blocks, block{Table: &table{Caption: "Rules that judged nothing", Columns: []column{{"Rule", true}, {"It says", true}, {"Why it judged nothing", true}}, Rows: open}})
	}
	return sec, len(sec.Blocks) > 0
}
