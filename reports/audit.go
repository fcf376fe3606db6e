package reports

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoistway/privacyaudit/finding"
	"hoistway/twin/result"
)

// Audit writes the report of one privacy audit. Findings that do not agree with
// themselves are an error, and nothing is written then.
func Audit(w io.Writer, r *finding.Report) error {
	if err := checkAudit(r); err != nil {
		return err
	}
	return auditPage(r).write(w)
}

// AuditedRun writes the report of a run, as [Run] does, with the audit of what
// the run left as a further part.
func AuditedRun(w io.Writer, f *result.File, r *finding.Report) error {
	if err := check(f); err != nil {
		return err
	}
	if err := checkAudit(r); err != nil {
		return err
	}
	return auditedRunPage(f, r).write(w)
}

// checkAudit refuses what the findings' own package would not write.
func checkAudit(r *finding.Report) error {
	if r == nil {
		return errors.New("report: there are no findings; audit something first")
	}
	if err := finding.Write(io.Discard, r); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func auditPage(r *finding.Report) page {
	return page{
		Title: "Privacy audit of " + r.Name, Kicker: "Hoistway privacy audit",
		Subtitle: "What was really stored, logged and sent, held against the privacy statements, sentence by sentence.",
		Verdict:  auditVerdict(r), Facts: auditFacts(r), Sections: auditSections(r), Version: r.Tool,
	}
}

func auditedRunPage(f *result.File, r *finding.Report) page {
	p := runPageOf(f)
	t := table{Caption: "What was audited", Columns: []column{{"What", true}, {"Value", true}}}
	for _, fact := range auditFacts(r) {
		t.Rows = append(t.Rows, []string{fact.Name, fact.Value})
	}
	p.Sections = append(p.Sections, section{ID: "audit", Title: "Privacy audit", Lead: auditVerdict(r).Sentence, Blocks: []block{{Table: &t}}})
	for _, s := range auditSections(r) {
		s.Part = true
		p.Sections = append(p.Sections, s)
	}
	return p
}

// auditSections are all there is to say of an audit, what matters first. A
// self-test, which judges the auditor and no evidence, has few of them.
func auditSections(r *finding.Report) []section {
	var all []section
	add := func(s section, some bool) {
		if some {
			all = append(all, s)
		}
	}
	add(auditFigures(r), true)
	add(clauseSection(r))
	add(findingSection(r))
	add(problemSection(r))
	add(ageSection(r))
	add(deletionSection(r))
	add(linkageSection(r))
	add(classSection(r))
	add(useSection(r))
	add(mutantSection(r))
	add(baselineSection(r))
	add(storeSection(r))
	add(assumptionSection(r))
	add(policySection(r), true)
	return all
}

// auditVerdict says in a sentence or two how an audit ended.
func auditVerdict(r *finding.Report) verdict {
	s, v := r.Summary, verdict{Tone: "bad", Mark: "✗"}
	open := s.Fail - s.Known
	violated := ""
	if open > 0 {
		var names []string
		for i := range r.Rules {
			if rule := &r.Rules[i]; statusOf(rule).Key == violatedKey {
				names = append(names, rule.ID)
			}
		}
		if len(names) > 4 {
			names = append(names[:3:3], count(int64(len(names)-3))+" more")
		}
		violated = plural(open, "rule of ", "rules of ") + count(int64(s.Rules)) + verb(open, " is", " are") + " violated: " + list(names) + "."
	}
	switch r.Exit {
	case finding.ExitClean:
		v.Tone, v.Mark = "good", "✓"
		switch {
		case s.Rules == 0:
			v.Sentence = ""
		case s.Pass == s.Rules:
			v.Sentence = "Everything that was judged holds: " + plural(s.Rules, "rule", "rules") + ", no violation."
		default:
			v.Sentence = "Nothing is violated that is not accepted: " + count(int64(s.Pass)) + " of " + plural(s.Rules, "rule", "rules") + " hold."
		}
	default:
		if r.Exit == finding.ExitIncomplete {
			v.Mark = "?"
		}
		v.Sentence = sentences(incomplete(s), violated)
	}
	mutants, known := "", ""
	if s.Mutants > 0 {
		mutants = plural(s.Mutants, "deliberately wrong writer was", "deliberately wrong writers were") + " tried, and " + count(int64(s.Killed)) + verb(s.Killed, " was", " were") + " caught by the rule that claims it."
	}
	if s.Known > 0 {
		known = plural(s.Known, "further rule is", "further rules are") + " violated as the baseline accepts."
	}
	v.Sentence = sentences(v.Sentence, mutants, known)
	return v
}

// incomplete says in a sentence why an audit is; "" when it is not.
func incomplete(s finding.Summary) string {
	unread := plural(s.Problems, "part", "parts") + " of the evidence could not be read"
	switch {
	case s.Problems > 0 && s.Unexplained > 0:
		return "The audit is incomplete: " + unread + ", and " + plural(s.Unexplained, "rule", "rules") + " judged nothing without anybody having said why."
	case s.Problems > 0:
		return "The audit is incomplete: " + unread + "."
	case s.Unexplained > 0:
		return "The audit is incomplete: " + plural(s.Unexplained, "rule", "rules") + " judged nothing, and nobody has said why."
	case s.Rules == 0 && s.Mutants == 0:
		return "The audit is incomplete: no rule was judged."
	}
	return ""
}

// sentences joins those that say something.
func sentences(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), " ")
}

// verb picks the form of a verb for a number.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func auditFacts(r *finding.Report) []fact {
	people := "real, or not said to be invented"
	if r.Synthetic {
		people = "invented: nobody's data is in this evidence"
	}
	facts := []fact{
		{"Evidence", r.Name},
		{"Ages are judged at", instant(r.At)},
		{"People", people},
	}
	for _, p := range r.Policies {
		facts = append(facts, fact{"Held against", p.Statement})
	}
	return append(facts, fact{"Exit code", strconv.Itoa(r.Exit)})
}

// instant writes an instant of the evidence as people read it.
func instant(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05") + " UTC" }

// auditFigures counts what the rules came to and how much was read.
func auditFigures(r *finding.Report) section {
	s := r.Summary
	var records, versions, bytes int64
	for _, store := range r.Stores {
		records, versions, bytes = records+store.Records, versions+store.Versions, bytes+store.Bytes
	}
	number := func(n int) string { return count(int64(n)) }
	open := s.Inconclusive - s.Unexplained
	figures := []figure{
		{Name: "Rules that hold", Value: number(s.Pass), Unit: "of " + number(s.Rules), Lead: true, Meaning: "Something was judged under each of these rules, and nothing was wrong with it."},
		{Name: "Rules violated", Value: number(s.Fail - s.Known), Lead: true, Meaning: "At least one thing was found that the rule forbids, and that nobody has accepted."},
		{Name: "Violations", Value: number(s.Findings), Lead: true, Meaning: "All that was found against any rule, warnings and accepted ones included. In the baseline: " + number(s.KnownFindings) + "."},
		{Name: "Could not be judged", Value: number(s.Inconclusive), Meaning: number(open) + " for a reason that was stated beforehand; " + number(s.Unexplained) + " for none, which makes the audit incomplete."},
		{Name: "Could not be read", Value: number(s.Problems), Meaning: "Files or parts of them that are damaged, locked or unknown. Nothing was passed over: each makes the audit incomplete."},
		{Name: "Warnings", Value: number(s.Warn), Meaning: "Rules that are violated and only warn, because the statement does not forbid it outright."},
		{Name: "Left to a person", Value: number(s.Manual), Meaning: "Sentences that a program cannot judge, such as whether a balancing of interests is sound."},
		{Name: "Do not apply", Value: number(s.NotApplicable), Meaning: "Rules about something that this evidence does not have."},
		{Name: "Records read", Value: count(records), Meaning: "Records that a reader of the stores sees."},
		{Name: "Physical versions read", Value: count(versions), Meaning: "The same with deleted and overwritten ones that are still in the files: deleted is not yet gone."},
		{Name: "Bytes read", Value: count(bytes), Meaning: "Of stores, keys, logs, metrics, frames, exports and reports together."},
	}
	return section{ID: "audit-figures", Title: "What the audit came to", Nav: "Figures",
		Lead: "The auditor read files only. It shares no code with the service that wrote them, so that a fault of the writer is not its own.", Blocks: []block{{Figures: figures}}}
}
