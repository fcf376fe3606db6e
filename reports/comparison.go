package reports

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"hoistway/twin/result"
)

// mostRuns is how many results one page sets side by side.
const mostRuns = 24

// comparedMeasures get a chart of bars each.
var comparedMeasures = []string{"awt", "ttd", "wait_p90"}

// Comparison writes the report of the same people under several dispatchers:
// the first run is the one the others are compared with. It refuses what [Run]
// refuses, and pairs that name a run that is not there.
func Comparison(w io.Writer, c *result.Comparison) error {
	if c == nil {
		return fmt.Errorf("report of a comparison: there is no comparison; compare two dispatchers first")
	}
	if err := checkRuns(c.Runs); err != nil {
		return err
	}
	if len(c.Runs) < 2 {
		return fmt.Errorf("report of a comparison: it has %d run, two are needed; name a second dispatcher", len(c.Runs))
	}
	for i, p := range c.Pairs {
		if p.B < 1 || p.B >= len(c.Runs) {
			return fmt.Errorf("report of a comparison: pairs[%d].b is %d, the compared runs are 1 to %d; compare again with this version", i, p.B, len(c.Runs)-1)
		}
	}
	for i, k := range c.Foreknowledge {
		if min(k.Remote, k.Buttons) < 0 || max(k.Remote, k.Buttons) >= len(c.Runs) {
			return fmt.Errorf("report of a comparison: foreknowledge[%d] is of runs %d and %d, there are 0 to %d; compare again with this version", i, k.Remote, k.Buttons, len(c.Runs)-1)
		}
	}
	names := runNames(c.Runs)
	p := severalPage(c.Runs, names)
	p.Title = titleOf(c.Runs[0].Header) + ": " + list(names)
	what := plural(len(c.Runs), "dispatcher", "dispatchers")
	if len(c.Foreknowledge) > 0 {
		what = plural(len(c.Runs), "way", "ways") + " of calling and dispatching"
	}
	p.Subtitle = "The same people under " + what + ". " + c.Runs[0].Header.Description
	p.Verdict = comparisonVerdict(c, names)
	first := []section{figuresBeside(c.Runs, names), differenceSection(c, names)}
	if len(c.Foreknowledge) > 0 {
		first = slices.Insert(first, 0, foreknowledgeSection(c, names))
	}
	p.Sections = append(first, p.Sections...)
	return p.write(w)
}

// Several writes one page for several results that are not paired: other
// scenarios, seeds or people. One result alone is the report of [Run].
func Several(w io.Writer, fs []*result.File) error {
	if err := checkRuns(fs); err != nil {
		return err
	}
	if len(fs) == 1 {
		return Run(w, fs[0])
	}
	names := runNames(fs)
	p := severalPage(fs, names)
	p.Title = plural(len(fs), "result", "results") + " side by side"
	p.Subtitle = "Not paired: a difference between two results may come from other people, not only from another dispatcher. `hoistway compare` pairs them."
	p.Verdict = severalVerdict(fs, names)
	p.Sections = append([]section{figuresBeside(fs, names)}, p.Sections...)
	return p.write(w)
}

func checkRuns(fs []*result.File) error {
	if len(fs) == 0 {
		return fmt.Errorf("report: there is no result; run a scenario first")
	}
	if len(fs) > mostRuns {
		return fmt.Errorf("report: %d results on one page, at most %d can be read; write several reports", len(fs), mostRuns)
	}
	for _, f := range fs {
		if err := check(f); err != nil {
			return err
		}
	}
	return nil
}

// runNames are what a page calls its results: the dispatcher and, where that
// differs, the way of calling, with the scenario
// where that differs, and a number where both are the same.
func runNames(fs []*result.File) []string {
	one := true
	for _, f := range fs {
		one = one && f.Header.Scenario == fs[0].Header.Scenario
	}
	names, seen := result.Names(fs), map[string]int{}
	for i, f := range fs {
		if !one {
			names[i] = f.Header.Scenario + ", " + names[i]
		}
		if seen[names[i]]++; seen[names[i]] > 1 {
			names[i] += " (" + strconv.Itoa(seen[names[i]]) + ")"
		}
	}
	return names
}

// severalPage holds what a comparison and unpaired results share.
func severalPage(fs []*result.File, names []string) page {
	h := fs[0].Header
	p := page{Version: h.Version, Facts: facts(fs[0])}
	for i, f := range fs[1:] {
		if f.Header.Scenario != h.Scenario || f.Header.Seed != h.Seed {
			p.Facts = []fact{{"Results", strconv.Itoa(len(fs))}}
			break
		}
		if i == len(fs)-2 {
			p.Facts[1] = fact{"Dispatchers", strings.Join(names, ", ")}
		}
	}
	p.Sections = []section{
		curveSection("waiting", "Waiting time", "waiting time", "rides", fs, names, func(s *result.Summary) *result.Sample { return &s.Wait }),
		curveSection("journey", "Time to destination", "time to destination", "journeys", fs, names, func(s *result.Summary) *result.Sample { return &s.TTD }),
		valuesByReplication(fs, names),
		inputsBeside(fs, names),
		repeatSection(fs...),
		definitionSection(),
	}
	return p
}

// figuresBeside is bars with intervals and the table of every metric.
func figuresBeside(fs []*result.File, names []string) section {
	sec := section{ID: "figures", Title: "Key figures", Nav: "Figures", Lead: "Whiskers and ± show the " + confidenceText(fs[0].Header.Confidence) + " interval over replications. A withheld figure has no bar."}
	b := block{}
	for _, metric := range comparedMeasures {
		c, ok := metricBars(metric, fs, names)
		if ok {
			b.Charts = append(b.Charts, c)
		}
	}
	all := map[string]*result.Metric{}
	for _, f := range fs {
		for name, m := range f.Metrics {
			all[name] = m
		}
	}
	t := table{Caption: "All figures", Columns: columns("Figure", names...)}
	for _, name := range ordered(all) {
		row := []string{measureOf(name).name}
		applies := false
		for _, f := range fs {
			if result.Inapplicable(name, &f.Header) != "" {
				row = append(row, "–")
				continue
			}
			applies = true
			m := f.Metrics[name]
			text := value(m)
			if m != nil && m.Value != nil && m.Half != nil {
				text += " " + halfWidth(name, m)
			}
			if m == nil || m.Value == nil {
				text += ": " + reason(m)
			}
			row = append(row, text)
		}
		if applies {
			t.Rows = append(t.Rows, row)
		}
	}
	sec.Blocks = []block{b, {Table: &t}}
	return sec
}

// metricBars is one metric of every result; false when none has a value.
func metricBars(metric string, fs []*result.File, names []string) (chart, bool) {
	d := measureOf(metric)
	t := table{Caption: d.name, Columns: columns("Result", "Value", "Half-width", "Replications")}
	var rows []interval
	axis := d.name
	summary := "Bars: " + d.name + ". "
	for i, f := range fs {
		m := f.Metrics[metric]
		row := []string{names[i], value(m), halfWidth(metric, m), "–"}
		if m != nil {
			row[3] = strconv.Itoa(m.N)
		}
		t.Rows = append(t.Rows, row)
		summary += names[i] + " " + value(m) + ". "
		if m == nil || m.Value == nil || !finite(*m.Value) {
			continue
		}
		axis = d.name + " (" + unitText(m.Unit) + ")"
		rows = append(rows, interval{names[i], *m.Value, m.Half, m.Unit})
	}
	return chart{ID: "bars-" + metric, Title: d.name, Height: "low", Drawing: intervalChart("bars-"+metric, axis, drawInterval, rows), Tables: []table{t}, Summary: summary}, len(rows) > 0
}

// curveSection lays the cumulative curves of all results over each other.
func curveSection(id, title, what, whose string, fs []*result.File, names []string, of func(*result.Summary) *result.Sample) section {
	sec := section{ID: id, Title: title, Lead: "Share of " + whose + " whose " + what + " was at most so long: the curve further up and left is better."}
	var curves []curve
	values := int64(0)
	for i, f := range fs {
		d := distributionOf(of(f.Total))
		values += d.count
		curves = append(curves, curve{names[i], d})
	}
	if values == 0 {
		sec.Blocks = []block{{Text: "No values: nobody in the measured window has a " + what + "."}}
		return sec
	}
	sec.Blocks = []block{{Charts: []chart{cumulativeChart(id+"-curve", upperFirst(what)+", share that took at most", what, whose, curves)}}}
	return sec
}

// valuesByReplication lists what every replication of every result gave.
func valuesByReplication(fs []*result.File, names []string) section {
	sec := section{ID: "replications", Title: "Replications", Lead: "Intervals come from the spread between replications, never from the spread between people."}
	for i, f := range fs {
		r := replicationSection(f)
		t := *r.Blocks[0].Table
		t.Caption = "Replications of " + names[i]
		sec.Blocks = append(sec.Blocks, block{Table: &t, Details: names[i] + ": " + plural(len(t.Rows), "replication", "replications")})
	}
	return sec
}

// inputsBeside shows the settings all results share once, and those that differ
// side by side.
func inputsBeside(fs []*result.File, names []string) section {
	sec := section{ID: "inputs", Title: "Inputs", Lead: "Every setting and where it comes from."}
	var keys []string
	settings := map[string][]*result.Input{}
	for i, f := range fs {
		for j := range f.Header.Inputs {
			in := &f.Header.Inputs[j]
			if settings[in.Key] == nil {
				settings[in.Key] = make([]*result.Input, len(fs))
				keys = append(keys, in.Key)
			}
			settings[in.Key][i] = in
		}
	}
	differ := table{Caption: "Settings that differ", Columns: []column{{"Setting", true}}}
	for _, n := range names {
		differ.Columns = append(differ.Columns, column{n, true})
	}
	var shared []result.Input
	for _, key := range keys {
		all := settings[key]
		same := true
		row := []string{key}
		for _, in := range all {
			same = same && in != nil && all[0] != nil && *in == *all[0]
			if in == nil {
				row = append(row, "–")
			} else {
				row = append(row, in.Value+" ("+in.Source+")")
			}
		}
		if same {
			shared = append(shared, *all[0])
		} else {
			differ.Rows = append(differ.Rows, row)
		}
	}
	if len(differ.Rows) > 0 {
		sec.Blocks = append(sec.Blocks, block{Table: &differ})
	}
	if len(shared) > 0 {
		t := inputTable("Settings that all results share", shared)
		sec.Blocks = append(sec.Blocks, block{Table: &t, Details: plural(len(shared), "shared setting", "shared settings")})
	}
	return sec
}

// severalVerdict counts over all results; each keeps its own table.
func severalVerdict(fs []*result.File, names []string) verdict {
	out := verdict{}
	var missed, judged []string
	for i, f := range fs {
		v := verdictOf(f)
		for _, l := range v.Lists {
			l.Caption = names[i] + ": what the scenario expects, and what was reached"
			out.Lists = append(out.Lists, l)
		}
		if v.Tone != "" {
			judged = append(judged, names[i])
		}
		if v.Tone == "bad" {
			missed = append(missed, names[i])
		}
	}
	without := ""
	if n := len(fs) - len(judged); n > 0 {
		without = " " + plural(n, "result states", "results state") + " no expectations."
	}
	switch {
	case len(judged) == 0:
		out.Mark, out.Sentence = "–", "No verdict: no scenario states expectations."
	case len(missed) == 0:
		out.Tone, out.Mark, out.Sentence = "good", "✓", "Expectations met by "+list(judged)+"."+without
	default:
		out.Tone, out.Mark, out.Sentence = "bad", "✗", "Expectations missed by "+list(missed)+", "+count(int64(len(missed)))+" of "+plural(len(judged), "result", "results")+" with expectations."+without
	}
	return out
}
