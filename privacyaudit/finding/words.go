package finding

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// noReason is shown for an inconclusive rule that makes the audit incomplete.
const noReason = "it could not be judged, and no reason was stated beforehand"

// reason is why a rule's status is what it is, in words; empty for a pass.
func (r *Rule) reason() string {
	if r.Why == "" && r.Status == Inconclusive {
		if r.Selected == 0 {
			return "it selected nothing, and no reason was stated beforehand"
		}
		return noReason
	}
	return r.Why
}

// judged says how much of what a rule judged violates it.
func (r *Rule) judged() string {
	return fmt.Sprintf("%s of %s judged", plural(r.Violations, "violation"), thousands(int64(r.Selected)))
}

// basis is the sentence that a rule rests on.
func (r *Rule) basis() string {
	if r.Quote != "" {
		return "“" + r.Quote + "”"
	}
	return "derived: " + r.Derived
}

// words gives a place in one line.
func (p Place) words() string {
	text := p.Store
	if p.File != "" {
		text += "/" + p.File
	}
	if p.Offset > 0 {
		text += " at byte " + strconv.FormatInt(p.Offset, 10)
	}
	if p.Kind != "" {
		text += ", " + p.Kind
	}
	if p.Key != "" {
		text += " with key hash " + p.Key
	}
	if p.Form != "" {
		text += ", as " + p.Form
	}
	return plain(text)
}

// words gives a measure in one line.
func (m Measure) words() string {
	unit := ""
	if m.Unit != "" {
		unit = " " + m.Unit
	}
	text := fmt.Sprintf("%s: %s%s", m.Name, number(m.Value), unit)
	if i := m.Interval; i != nil {
		text += fmt.Sprintf(" (%s%% interval %s to %s)", number(100*i.Level), number(i.Low), number(i.High))
	}
	if m.Min != nil {
		text += fmt.Sprintf(", at least %s%s", number(*m.Min), unit)
	}
	if m.Max != nil {
		text += fmt.Sprintf(", at most %s%s", number(*m.Max), unit)
	}
	return plain(text)
}

// words gives a problem in one line.
func (p Problem) words() string {
	where := Place{Store: p.Store, File: p.File}.words()
	if where == "" {
		return plain(p.What)
	}
	return where + ": " + plain(p.What)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + one + "s"
}

// thousands groups the digits of a count that is not negative.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plain makes text fit for one line of a terminal and for XML: names of files
// and stores come from the evidence, which may be hostile. What could move the
// cursor, turn the direction of writing or end the line is written as \u....
func plain(s string) string {
	safe := func(r rune) bool { return r == ' ' || unicode.IsPrint(r) && r != utf8.RuneError }
	if strings.IndexFunc(s, func(r rune) bool { return !safe(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case safe(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// exitWords says what an exit code of an audit means.
func exitWords(code int) string {
	switch code {
	case ExitClean:
		return "nothing found"
	case ExitFindings:
		return "findings"
	case ExitIncomplete:
		return "the audit is incomplete"
	case ExitSurvivor:
		return "a mutant survived the self-test"
	}
	return "unknown"
}

// incomplete says why an audit is incomplete, a line for each cause.
func (r *Report) incomplete() []string {
	var causes []string
	for _, p := range r.Problems {
		causes = append(causes, p.words())
	}
	if len(r.Rules) == 0 && len(r.Mutants) == 0 {
		causes = append(causes, "no rule was judged: name a policy")
	}
	for i := range r.Rules {
		if rule := &r.Rules[i]; rule.Status == Inconclusive && rule.Why == "" {
			causes = append(causes, plain(fmt.Sprintf("rule %s: %s", rule.ID, rule.reason())))
		}
	}
	return causes
}
