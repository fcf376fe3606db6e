package finding

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table writes the report for people, in lines of at most width characters
// (never fewer than 60), with colours where they are wanted. Rules that passed
// take a line each; the others say why, and show their findings. The last line
// says what came out, or, of a self-test, how many mutants were killed.
func Table(w io.Writer, r *Report, width int, colour bool) error {
	if err := r.check(); err != nil {
		return fmt.Errorf("findings of %q as a table: %w", r.Name, err)
	}
	t := &table{width: max(width, 60), colour: colour}
	people := ""
	if r.Synthetic {
		people = ", synthetic people"
	}
	t.text("", bold, fmt.Sprintf("Privacy audit of %s at %s%s", r.Name, r.At.Format("2006-01-02 15:04:05 UTC"), people))
	for _, p := range r.Policies {
		t.text("  ", 0, fmt.Sprintf("policy %s: %s", strings.TrimSpace(p.Name+" "+p.Version), p.Statement))
	}
	t.stores(r)
	for i := range r.Rules {
		if i == 0 || r.Rules[i].Policy != r.Rules[i-1].Policy {
			t.line("")
			t.text("", bold, "Rules of "+r.Rules[i].Policy)
		}
		t.rule(&r.Rules[i])
	}
	t.notes(r)
	t.mutants(r)
	t.summary(r)
	_, err := w.Write(t.b.Bytes())
	return err
}

type table struct {
	b      bytes.Buffer
	width  int
	colour bool
}

// The colours, as the numbers that a terminal knows them by.
const (
	bold   = 1
	red    = 31
	green  = 32
	yellow = 33
)

func (t *table) paint(colour int, s string) string {
	if !t.colour || colour == 0 || s == "" {
		return s
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", colour, s)
}

func (t *table) line(s string) { t.b.WriteString(strings.TrimRight(s, " ") + "\n") }

// text writes a paragraph, broken between words, each line behind indent.
func (t *table) text(indent string, colour int, s string) {
	for _, l := range wrap(plain(s), t.width-utf8.RuneCountInString(indent)) {
		t.line(indent + t.paint(colour, l))
	}
}

// wrap breaks text between words, and words that are longer than a line.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for {
			room := width - utf8.RuneCountInString(line)
			if line != "" {
				room--
			}
			runes := []rune(word)
			if len(runes) <= room {
				if line != "" {
					line += " "
				}
				line += word
				break
			}
			if line != "" {
				lines, line = append(lines, line), ""
				continue
			}
			lines, word = append(lines, string(runes[:width])), string(runes[width:])
		}
	}
	return append(lines, line)
}

// columns aligns rows: the first column to the left, which takes what is left
// of the width, the others to the right.
func (t *table) columns(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	rest := 0
	for _, w := range widths[1:] {
		rest += w + 2
	}
	widths[0] = max(min(widths[0], t.width-2-rest), 8)
	for n, row := range rows {
		colour := 0
		if n == 0 {
			colour = bold
		}
		first := []rune(row[0])
		if len(first) > widths[0] {
			first = append(first[:widths[0]-1], '…')
		}
		l := "  " + string(first) + strings.Repeat(" ", widths[0]-len(first))
		for i, cell := range row[1:] {
			l += strings.Repeat(" ", 2+widths[i+1]-utf8.RuneCountInString(cell)) + cell
		}
		t.line(t.paint(colour, strings.TrimRight(l, " ")))
	}
}

func (t *table) stores(r *Report) {
	if len(r.Stores) == 0 {
		return
	}
	t.line("")
	rows := [][]string{{"store", "what", "files", "bytes", "records", "versions", "problems"}}
	for _, s := range r.Stores {
		rows = append(rows, []string{plain(s.Name), plain(s.What), thousands(int64(s.Files)), thousands(s.Bytes), thousands(s.Records), thousands(s.Versions), thousands(int64(s.Problems))})
	}
	t.columns(rows)
}

func (t *table) rule(r *Rule) {
	label, colour := strings.ToUpper(string(r.Status)), green
	switch {
	case r.Status == Fail && r.known():
		label, colour = "KNOWN", yellow
	case r.Status == Fail, r.Status == Inconclusive && r.Why == "":
		colour = red
	case r.Status != Pass:
		colour = yellow
	}
	if r.Status == NotApplicable {
		label = "N/A"
	}
	head := fmt.Sprintf("%s  %s", r.ID, r.Title)
	if r.Status == Pass {
		head += fmt.Sprintf(" (%s)", thousands(int64(r.Selected)))
	}
	const column = 14
	for i, l := range wrap(plain(head), t.width-column-2) {
		if i > 0 {
			t.line(strings.Repeat(" ", column+2) + l)
			continue
		}
		t.line("  " + t.paint(colour, label) + strings.Repeat(" ", column-len(label)) + l)
	}
	const indent = "                "
	if r.Status != Pass {
		t.text(indent, 0, strings.TrimSpace(r.Clause+" "+r.basis()))
		t.text(indent, colour, r.reason())
	}
	for _, m := range r.Measured {
		t.text(indent, 0, m.words())
	}
	if r.Violations > 0 {
		if !strings.Contains(r.Why, r.judged()) {
			t.text(indent, 0, r.judged())
		}
		if r.Known > 0 {
			t.text(indent, 0, fmt.Sprintf("%s in the baseline", thousands(int64(r.Known))))
		}
	}
	for _, f := range r.Findings {
		for i, l := range wrap(f.Place.words()+": "+plain(f.Message), t.width-len(indent)-2) {
			mark := "- "
			if i > 0 {
				mark = "  "
			}
			t.line(indent + mark + l)
		}
	}
	if more := r.Violations - len(r.Findings); more > 0 && len(r.Findings) > 0 {
		t.text(indent, 0, fmt.Sprintf("and %s more", thousands(int64(more))))
	}
}

// notes says what is not about one rule.
func (t *table) notes(r *Report) {
	section := func(title string, colour int, lines []string) {
		if len(lines) == 0 {
			return
		}
		t.line("")
		t.text("", bold, title)
		for _, l := range lines {
			t.text("  ", colour, l)
		}
	}
	var missing, baseline []string
	for _, m := range r.Missing {
		missing = append(missing, fmt.Sprintf("%s; rules that could not run: %s", m.Part, list(m.Rules)))
	}
	for _, k := range r.Baseline {
		baseline = append(baseline, k.words())
	}
	section("Could not be read or judged", red, r.incomplete())
	section("Not part of the evidence", yellow, missing)
	section("Baseline", 0, baseline)
}

func (t *table) mutants(r *Report) {
	if len(r.Mutants) == 0 {
		return
	}
	t.line("")
	t.text("", bold, "Mutants")
	for _, m := range r.Mutants {
		label, colour := "killed  ", green
		if !m.Killed {
			label, colour = "SURVIVED", red
		}
		head := fmt.Sprintf("%s  by its rule %s; caught by: %s", m.Name, m.Rule, list(m.By))
		if !m.Killed {
			head = fmt.Sprintf("%s  rule %s did not catch a writer that %s; caught by: %s", m.Name, m.Rule, m.What, list(m.By))
		}
		for i, l := range wrap(plain(head), t.width-12) {
			if i == 0 {
				t.line("  " + t.paint(colour, label) + "  " + l)
			} else {
				t.line("            " + l)
			}
		}
	}
}

func (t *table) summary(r *Report) {
	s := r.Summary
	t.line("")
	parts := []string{plural(s.Rules, "rule") + ": " + fmt.Sprintf("%d passed", s.Pass)}
	for _, p := range []struct {
		n    int
		text string
	}{
		{s.Fail - s.Known, "failed"}, {s.Known, "known"}, {s.Warn, "warned"}, {s.Inconclusive, "inconclusive"},
		{s.NotApplicable, "not applicable"}, {s.Manual, "for a person to judge"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.text))
		}
	}
	text := strings.Join(parts, ", ") + "; " + plural(s.Findings, "violation")
	if s.KnownFindings > 0 {
		text += fmt.Sprintf(", %s in the baseline", thousands(int64(s.KnownFindings)))
	}
	text += "; " + plural(s.Problems, "problem")
	t.text("", 0, text)
	if r.Repeat != "" {
		t.text("", 0, "repeat with: "+r.Repeat)
	}
	colour := green
	if r.Exit != ExitClean {
		colour = red
	}
	t.text("", colour, fmt.Sprintf("%s (exit code %d)", exitWords(r.Exit), r.Exit))
	if s.Mutants > 0 {
		t.text("", colour, fmt.Sprintf("%d mutants, %d killed", s.Mutants, s.Killed))
	}
}
