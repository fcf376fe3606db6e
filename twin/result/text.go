package result

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// WriteText writes the summary a lift engineer recognises, for each file in
// turn, and for several a table over all of them. Figures are rounded for
// reading; the result file has them in full. A withheld figure says so and
// gives its reason. Lines stay within 100 columns.
func WriteText(w io.Writer, files []*File) error {
	var p page
	for i, f := range files {
		if i > 0 {
			p.line("")
		}
		p.run(f)
	}
	if len(files) > 1 {
		p.line("")
		p.dispatchers(files)
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// WriteComparisonText writes what calling ahead gave and cost where that is
// compared, and a table per run held against the base.
func WriteComparisonText(w io.Writer, c *Comparison) error {
	var p page
	base, names := &c.Runs[0].Header, Names(c.Runs)
	p.line("%s: %d replications of the same people, differences to %s, %v %% intervals over replications",
		base.Scenario, len(c.Runs[0].Replications), names[0], 100*base.Confidence)
	for i := range c.Foreknowledge {
		p.line("")
		p.foreknowledge(c, &c.Foreknowledge[i])
	}
	for b := 1; b < len(c.Runs); b++ {
		p.line("")
		p.row("%-24s %14s %14s %4s  %s", names[b], "difference", "half-width", "n", "finding")
		for _, pair := range c.Pairs {
			if pair.B != b {
				continue
			}
			difference, half := "-", "-"
			if pair.Mean != nil {
				difference = signed(*pair.Mean, pair.Unit)
			}
			if pair.Half != nil {
				half = strings.TrimPrefix(signed(*pair.Half, pair.Unit), "+")
			}
			p.row("  %-22s %14s %14s %4d  %s", pair.Metric, difference, half, pair.N, p.note(pair.Finding, "not given: "))
		}
		p.notes()
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// columns is the widest a line gets.
const columns = 100

// page is a text under construction.
type page struct {
	text    strings.Builder
	reasons []string // of withheld figures, shown below the table that refers to them
}

// line adds a line and breaks it between words when it is too long.
func (p *page) line(format string, args ...any) {
	p.paragraph("", fmt.Sprintf(format, args...))
}

func (p *page) paragraph(indent, text string) {
	line := ""
	for word := range strings.FieldsSeq(printable(text)) {
		word = shortened(word, columns-len(indent))
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns:
			p.text.WriteString(line + "\n")
			line = indent + word
		default:
			line += " " + word
		}
	}
	p.text.WriteString(line + "\n")
}

// row adds a line of a table as it is, cut where the page ends.
func (p *page) row(format string, args ...any) {
	line := []rune(strings.TrimRight(printable(fmt.Sprintf(format, args...)), " "))
	if len(line) > columns {
		line = append(line[:columns-1], '…')
	}
	p.text.WriteString(string(line) + "\n")
}

// note gives a reference in place of a reason that begins with prefix; other
// texts stay.
func (p *page) note(text, prefix string) string {
	reason, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return text
	}
	i := slices.Index(p.reasons, reason)
	if i < 0 {
		i = len(p.reasons)
		p.reasons = append(p.reasons, reason)
	}
	return fmt.Sprintf("%s [%d]", strings.TrimRight(prefix, ": "), i+1)
}

// notes writes the reasons that were referred to.
func (p *page) notes() {
	for i, r := range p.reasons {
		p.paragraph("      ", fmt.Sprintf("[%d] %s", i+1, r))
	}
	p.reasons = nil
}

// printable keeps a scenario's strings from steering a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}

// figures are the rows of the main table.
var figures = []struct{ metric, label string }{
	{"awt", "average waiting time (AWT)"},
	{"awt_to_boarding", "  counted to boarding"},
	{"wait_p50", "  half waited at most (p50)"},
	{"wait_p90", "  90 % waited at most (p90)"},
	{"wait_p95", "  95 % waited at most (p95)"},
	{"wait_max", "  longest"},
	{"wait_over_60", "  waited more than 60 s"},
	{"att", "average transit time (ATT)"},
	{"ttd", "average time to destination (ATTD)"},
	{"ttd_p90", "  90 % at most (p90)"},
	{"ttd_p95", "  95 % at most (p95)"},
	{"ttd_max", "  longest"},
	{"answer_mean", "landing calls answered after"},
	{"interval", "interval at the lobby"},
	{"handling_capacity", "handled, of population per 5 min"},
	{"car_load", "car load leaving the lobby"},
}

var remoteFigures = []struct{ metric, label string }{
	{"remote_awt", "average waiting time at the landing"},
	{"remote_call_to_board", "call placed to boarding"},
	{"remote_slack", "doors open before the caller came"},
	{"remote_late", "came later than expected by"},
	{"remote_missed_pct", "found the car gone, called again"},
	{"remote_no_show_pct", "never came"},
	{"no_show_stops", "stops made for nobody"},
	{"no_show_door_time", "  car time at them, in all"},
	{"held_mean", "car held for a walker"}, // the number of holds is added
	{"held_per_call", "  per remote call"},
	{"held_total", "  in all"},
	{"remote_denied_pct", "attempts that the service refused"},
}

// remoteFigures are the rows of calls from the phone. The mean of holds says
// of how many it is.
func (p *page) remoteFigures(f *File, indent string) {
	for _, r := range remoteFigures {
		label := r.label
		if r.metric == "held_mean" {
			label += fmt.Sprintf(", mean of %d", f.Total.Remote.Held.N())
		}
		p.figure(f, r.metric, indent+label)
	}
}

func (p *page) run(f *File) {
	h := &f.Header
	p.line("%s: %s", h.Scenario, h.Title)
	p.line("dispatcher %s, seed %d, %d %s, window %s to %s, digest %.12s", h.Name(), h.Seed,
		len(f.Replications), plural(len(f.Replications), "replication"), clock(h.From), clock(h.To), f.Digest)
	p.people(f)
	p.line("")
	p.row("%-38s %12s %12s", "", "value", fmt.Sprintf("± (%v %%)", 100*h.Confidence))
	for _, r := range figures {
		p.figure(f, r.metric, r.label)
	}
	p.notes()
	p.queues(f)
	p.line("")
	p.banks(f)
	p.upPeak(h)
	if r := &f.Total.Remote; r.Calls+denied(f.Total)+r.Unused > 0 {
		p.line("")
		p.row("%-38s %12s %12s", fmt.Sprintf("remote calls: %d", f.Total.Remote.Calls), "value", fmt.Sprintf("± (%v %%)", 100*h.Confidence))
		p.remoteFigures(f, "")
		p.notes()
		if r.Unused > 0 {
			p.row("%-38s %12d", "did not use the app, and pressed", r.Unused)
		}
		p.reasonList("calls from the phone that the service refused; who made them pressed at the landing:", r.Denied)
	}
	if len(f.Verdicts) > 0 {
		p.line("")
		p.line("expected:")
		for _, v := range f.Verdicts {
			switch {
			case v.Unasked != "":
				p.paragraph("      ", "does not apply: "+v.Text+": "+v.Unasked)
			case v.Pass:
				p.paragraph("      ", "pass: "+v.Text)
			default:
				p.paragraph("      ", "FAIL: "+v.Text+": "+v.Why)
			}
		}
	}
}

func (p *page) figure(f *File, metric, label string) {
	m := f.Metrics[metric]
	switch {
	case m == nil:
		p.row("%-38s %12s", label, "missing")
	case m.Value == nil:
		p.row("%-38s %12s", label, p.note("withheld: "+m.Withheld, "withheld: "))
	case m.Half == nil:
		p.row("%-38s %12s", label, rounded(*m.Value, m.Unit))
	default:
		p.row("%-38s %12s %12s", label, rounded(*m.Value, m.Unit), rounded(*m.Half, m.Unit))
	}
}

// people says what became of everybody. Counts are never withheld.
func (p *page) people(f *File) {
	s := f.Total
	text := fmt.Sprintf("%d journeys began in the window: %d served", s.Passengers, served(s))
	for _, o := range []struct {
		n    int64
		what string
	}{
		{s.Abandoned, "gave up"}, {s.NoShow, "never came"},
		{s.Refused, "turned away"}, {s.Censored, "unfinished"},
	} {
		if o.n > 0 {
			text += fmt.Sprintf(", %d %s", o.n, o.what)
		}
	}
	p.line("%s", text)
	p.reasonList("turned away, and did not ride:", s.Reasons)
}

// reasonList lists how often there was each reason, and what it means.
func (p *page) reasonList(head string, counts map[string]int64) {
	if len(counts) == 0 {
		return
	}
	p.line("%s", head)
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		text := fmt.Sprintf("%6d %s", counts[word], word)
		if meaning := Explain(word); meaning != word {
			text += ": " + meaning
		}
		p.row("%s", text)
	}
}

// queues names the three landings with the longest queues.
func (p *page) queues(f *File) {
	order := make([]int, len(f.Total.QueueMax))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(f.Total.QueueMax[b] - f.Total.QueueMax[a]) })
	var worst []string
	for _, floor := range order[:min(3, len(order))] {
		if n := f.Total.QueueMax[floor]; n > 0 {
			worst = append(worst, fmt.Sprintf("%d at %s", n, f.Header.Floors[floor]))
		}
	}
	if len(worst) == 0 {
		worst = []string{"nobody"}
	}
	p.row("%-38s %s", "longest queues, persons", strings.Join(worst, ", "))
}

func (p *page) banks(f *File) {
	p.row("%-20s %5s %10s %10s %12s %12s %14s", "bank", "cars", "rides", "stops", "interval", "lobby load", "busiest 5 min")
	for i := range f.Total.Banks {
		b := &f.Total.Banks[i]
		interval, load := "-", "-"
		if b.IntervalN > 0 {
			interval = rounded(float64(b.IntervalSum)/float64(b.IntervalN)/1e9, "s")
		}
		if b.LobbyLoad.N() > 0 {
			load = rounded(b.LobbyLoad.Mean()*1e9/float64(loadUnit)/10, "%")
		}
		p.row("%-20s %5d %10d %10d %12s %12s %14s", f.Header.Banks[i].Name, len(f.Header.Banks[i].Cars), b.Trips, b.Stops,
			interval, load, fmt.Sprintf("%d persons", b.Peak5))
	}
}

// upPeak is what calculation says of each bank. It is no figure of the run.
func (p *page) upPeak(h *Header) {
	if slices.ContainsFunc(h.Banks, func(b BankHeader) bool { return b.UpPeak != nil }) {
		p.line("")
		p.row("%-26s %12s %12s %10s %10s %16s", "pure up-peak, calculated", "round trip", "interval", "stops S", "highest H", "capacity / 5 min")
	}
	for _, b := range h.Banks {
		switch u := b.UpPeak; {
		case u != nil:
			p.row("%-26s %12s %12s %10.1f %10.1f %16s", shortened(b.Name, 26), rounded(u.RoundTrip, "s"), rounded(u.Interval, "s"), u.Stops, u.HighestFloor, rounded(u.HandlingCapacity, "%"))
		case b.NoUpPeak != "":
			p.paragraph("      ", b.NoUpPeak)
		}
	}
}

// dispatchers is the table over several files.
func (p *page) dispatchers(files []*File) {
	columns := []struct{ metric, head string }{{"awt", "AWT s"}, {"wait_p90", "p90 s"}, {"wait_over_60", "> 60 s %"},
		{"att", "ATT s"}, {"ttd", "ATTD s"}, {"handling_capacity", "HC %"}, {"queue_max", "queue"}}
	head := fmt.Sprintf("%-24s %-12s", "scenario", "dispatcher")
	for _, c := range columns {
		head += fmt.Sprintf(" %8s", c.head)
	}
	p.row("%s", head)
	for _, f := range files {
		row := fmt.Sprintf("%-24s %-12s", shortened(f.Header.Scenario, 24), shortened(f.Header.Name(), 12))
		for _, c := range columns {
			cell := "-"
			switch m := f.Metrics[c.metric]; {
			case m == nil:
			case m.Value == nil:
				cell = p.note("w: "+m.Withheld, "w: ")
			case m.Unit == "persons":
				cell = fmt.Sprintf("%.0f", *m.Value)
			default:
				cell = fmt.Sprintf("%.1f", *m.Value)
			}
			row += fmt.Sprintf(" %8s", cell)
		}
		p.row("%s", row)
	}
	if len(p.reasons) > 0 {
		p.line("w: withheld")
	}
	p.notes()
}

func shortened(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func plural(n int, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}

// rounded writes a value for reading; small ones by two digits, times in ms.
func rounded(v float64, unit string) string {
	switch unit {
	case "persons":
		return fmt.Sprintf("%.0f", v)
	case "s2":
		return fmt.Sprintf("%.0f s²", v)
	}
	if v != 0 && math.Abs(v) < 0.05 { // it would read as nothing
		if unit == "s" {
			v, unit = 1000*v, "ms"
		}
		return fmt.Sprintf("%.2g %s", v, unit)
	}
	return fmt.Sprintf("%.1f %s", v, unit)
}

// signed is rounded with a plus sign, and one digit more: differences are small.
func signed(v float64, unit string) string {
	if unit == "s2" {
		return fmt.Sprintf("%+.1f s²", v)
	}
	return fmt.Sprintf("%+.2f %s", v, unit)
}

// clock writes an instant as h:mm:ss.
func clock(at Instant) string {
	s := int64(at / time.Second)
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
