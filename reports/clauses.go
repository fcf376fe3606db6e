package reports

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"hoistway/privacyaudit/finding"
)

// matrix is the clause matrix: what became of every rule, in the order of the
// statement's lines, with a choice of statuses that needs no script.
type matrix struct {
	Choices []choice
	Tables  []clauseTable
}

// choice shows the rows of one status alone; with the key "all", every row.
// Keys are constants of this file: page.css has a rule for each.
type choice struct{ Key, Text string }

type clauseTable struct {
	Caption string
	Rows    []clauseRow
}

type clauseRow struct {
	Line, Sentence, Derived string // Derived instead of a sentence
	ID, Title               string
	Status                  ruleStatus
	Why                     string
	Judged                  []string
	Stores                  []string // how much of each, when that says more
	Evidence                []string
	Mutants                 []string
}

// ruleStatus is a status in words that need no training.
type ruleStatus struct{ Key, Word, Mark, Tone, Meaning string }

const (
	allKey      = "all"
	violatedKey = "fail"
)

// ruleStatuses are all there are, what needs attention first.
var ruleStatuses = []ruleStatus{
	{violatedKey, "violated", "✗", "bad", "Something was found that the rule forbids."},
	{"open", "not judged", "?", "bad", "Nothing could be judged, and nobody had said why: the audit is incomplete. An empty sample is no pass."},
	{"known", "accepted", "!", "", "Violated, and the baseline accepts it for a reason, until a day that it names."},
	{"warn", "warned", "!", "", "Violated, and the rule only warns."},
	{"inconclusive", "not judged, as stated", "–", "", "Nothing could be judged, for a reason that was stated beforehand."},
	{"manual", "for a person to judge", "–", "", "No program can judge it; the reason says what to read."},
	{"not-applicable", "does not apply", "–", "", "The evidence has nothing that the rule is about."},
	{"pass", "holds", "✓", "good", "Something was judged, and nothing was wrong."},
}

// statusOf is a rule's status as the page shows it.
func statusOf(r *finding.Rule) ruleStatus {
	key := string(r.Status)
	switch {
	case r.Status == finding.Fail && r.Violations > 0 && r.Known == r.Violations:
		key = "known"
	case r.Status == finding.Inconclusive && r.Why == "":
		key = "open"
	}
	for _, s := range ruleStatuses {
		if s.Key == key {
			return s
		}
	}
	return ruleStatus{Key: "open", Word: key, Mark: "?", Tone: "bad"}
}

// clauseSection is the clause matrix, a table for each policy.
func clauseSection(r *finding.Report) (section, bool) {
	m := matrix{Choices: []choice{{allKey, "all (" + count(int64(len(r.Rules))) + ")"}}}
	counts := map[string]int64{}
	for i := range r.Rules {
		counts[statusOf(&r.Rules[i]).Key]++
	}
	for _, s := range ruleStatuses {
		if n := counts[s.Key]; n > 0 {
			m.Choices = append(m.Choices, choice{s.Key, s.Word + " (" + count(n) + ")"})
		}
	}
	for _, p := range r.Policies {
		t := clauseTable{Caption: p.Statement}
		var rules []*finding.Rule
		for i := range r.Rules {
			if r.Rules[i].Policy == p.Name {
				rules = append(rules, &r.Rules[i])
			}
		}
		slices.SortStableFunc(rules, byLine)
		for _, rule := range rules {
			t.Rows = append(t.Rows, clauseRowOf(rule))
		}
		if len(t.Rows) > 0 {
			m.Tables = append(m.Tables, t)
		}
	}
	var terms []fact
	for _, s := range ruleStatuses {
		if counts[s.Key] > 0 {
			terms = append(terms, fact{upperFirst(s.Word), s.Meaning})
		}
	}
	return section{ID: "audit-clauses", Title: "Sentence by sentence", Nav: "Sentences",
		Lead:   "Every sentence of the statements that can be tested, with the rule that tests it: what was found, how much was looked at, and which deliberately wrong writers the rule is known to catch.",
		Blocks: []block{{Matrix: &m}, {Heading: "What the statuses mean", Terms: terms}}}, len(m.Tables) > 0
}

// byLine orders rules as the statement has its lines; those that follow
// without a sentence come last.
func byLine(a, b *finding.Rule) int {
	line := func(r *finding.Rule) int {
		_, digits, _ := strings.Cut(r.Clause, ":")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return 1 << 30
		}
		return n
	}
	return cmp.Compare(line(a), line(b))
}

func clauseRowOf(r *finding.Rule) clauseRow {
	row := clauseRow{Line: r.Clause, Sentence: r.Quote, Derived: r.Derived, ID: r.ID, Title: r.Title, Status: statusOf(r), Why: r.Why, Mutants: r.Mutants}
	switch {
	case row.Status.Key == "open":
		row.Why = "nothing was there to judge, and no reason was stated beforehand"
	case r.Status == finding.Pass:
		row.Why = ""
	}
	row.Judged = append(row.Judged, count(int64(r.Selected))+" judged")
	if r.Violations > 0 {
		row.Judged = append(row.Judged, plural(r.Violations, "violation", "violations"))
	}
	for _, s := range r.Scopes {
		text := s.Store + ": " + count(int64(s.Selected))
		if s.Violations > 0 {
			text += ", " + plural(s.Violations, "violation", "violations")
		}
		row.Stores = append(row.Stores, text)
	}
	if len(row.Stores) == 1 {
		row.Judged, row.Stores = append(row.Judged, "in "+r.Scopes[0].Store), nil
	}
	for _, m := range r.Measured {
		row.Evidence = append(row.Evidence, measured(m))
	}
	row.Evidence = append(row.Evidence, "check: "+r.Check)
	if r.Category != "" && r.Category != "all" {
		row.Evidence = append(row.Evidence, "data: "+r.Category)
	}
	if len(r.Assume) > 0 {
		row.Evidence = append(row.Evidence, "rests on "+list(assumed(r.Assume)))
	}
	return row
}

// measured is a figure of a rule with its interval and its limits.
func measured(m finding.Measure) string {
	text := m.Name + ": " + amount(m.Value, m.Unit)
	if i := m.Interval; i != nil {
		text += " (between " + plainNumber(i.Low) + " and " + amount(i.High, m.Unit) + " with " + amount(100*i.Level, "%") + " confidence)"
	}
	if m.Min != nil {
		text += ", at least " + amount(*m.Min, m.Unit)
	}
	if m.Max != nil {
		text += ", at most " + amount(*m.Max, m.Unit)
	}
	return text
}

// amount is a figure of the auditor with its unit.
func amount(v float64, unit string) string { return joined(plainNumber(v), unit) }

// plainNumber writes whole numbers in full and others by three decimals, or by
// their first two digits where those would read as nothing.
func plainNumber(v float64) string {
	switch {
	case !finite(v) || v == float64(int64(v)):
		return number(v, 0)
	case v < 0.05 && v > -0.05:
		return small(v)
	}
	return strings.TrimRight(strings.TrimRight(number(v, 3), "0"), ".")
}
