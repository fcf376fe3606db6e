package reports

import (
	"strings"

	"hoistway/twin/result"
)

// comparisonVerdict says what calling ahead gave and did to everybody, where
// that is compared, or for every run how its waiting time differs from the
// first run's; and whether expectations were met.
func comparisonVerdict(c *result.Comparison, names []string) verdict {
	v := severalVerdict(c.Runs, names)
	if len(c.Foreknowledge) > 0 {
		var said []string
		for i := range c.Foreknowledge {
			k := &c.Foreknowledge[i]
			text := foreknowledgeText(k)
			if len(c.Foreknowledge) > 1 {
				text = names[k.Remote] + ": " + text
			}
			said = append(said, text)
		}
		v.Sentence = strings.Join(append(said, v.Sentence), " ")
		return v
	}
	var parts []string
	for b := 1; b < len(c.Runs); b++ {
		for _, p := range c.Pairs {
			if p.B == b && p.Metric == "awt" {
				parts = append(parts, names[b]+": "+findingText(p))
			}
		}
	}
	if len(parts) > 0 {
		v.Sentence = "Average waiting time compared with " + names[0] + ". " + strings.Join(parts, "; ") + ". " + v.Sentence
	}
	return v
}

// findingText is a difference in words.
func findingText(p result.Pair) string {
	if p.Mean == nil {
		return p.Finding
	}
	switch p.Finding {
	case "better", "worse":
		return p.Finding + " by " + quantity(abs(*p.Mean), p.Unit) + plusMinus(p)
	}
	return p.Finding + " (" + signed(*p.Mean, p.Unit) + plusMinus(p) + ")"
}

func plusMinus(p result.Pair) string {
	if p.Half == nil {
		return ""
	}
	return " ±\u00a0" + quantity(*p.Half, p.Unit)
}

func signed(v float64, unit string) string {
	if v > 0 {
		return "+" + quantity(v, unit)
	}
	return quantity(v, unit)
}

func abs(v float64) float64 { return max(v, -v) }

// differenceSection is the paired differences as a chart for the metrics in
// seconds and as a table for all.
func differenceSection(c *result.Comparison, names []string) section {
	sec := section{ID: "differences", Title: "Differences", Lead: "Each replication carried the same people under every dispatcher. Shown is the result minus " + names[0] +
		", averaged over replications. An interval that contains zero shows no difference: with this many replications, chance could explain what is seen."}
	if len(c.Pairs) == 0 {
		sec.Blocks = []block{{Text: "Nothing could be paired."}}
		return sec
	}
	t := table{Caption: "Paired differences from " + names[0], Columns: []column{{"Figure", true}, {"Result", true}, {Name: "Difference"}, {Name: "Half-width"}, {Name: "Replications"}, {"Finding", true}}}
	var rows []interval
	summary := "Differences from " + names[0] + ". "
	for _, p := range c.Pairs {
		d := measureOf(p.Metric)
		row := []string{d.name, names[p.B], "–", "–", count(int64(p.N)), p.Finding}
		if p.Mean != nil {
			row[2] = signed(*p.Mean, p.Unit)
		}
		if p.Half != nil {
			row[3] = "±\u00a0" + quantity(*p.Half, p.Unit)
		}
		t.Rows = append(t.Rows, row)
		if p.Mean != nil && finite(*p.Mean) && p.Unit == "s" && len(rows) < mostRuns {
			name := d.short
			if name == "" || strings.Contains(name, " ") {
				name = d.name
			}
			if len(names) > 2 {
				name = names[p.B] + ", " + name
			}
			rows = append(rows, interval{name, *p.Mean, p.Half, p.Unit})
			summary += names[p.B] + ", " + d.name + ": " + findingText(p) + ". "
		}
	}
	if len(rows) > 0 {
		sec.Blocks = append(sec.Blocks, block{Charts: []chart{{ID: "difference-intervals", Title: "Differences from " + names[0] + " with their intervals; left of zero is shorter",
			Drawing: intervalChart("difference-intervals", "difference from "+names[0]+" (s)", drawDifference, rows), Tables: []table{t}, Open: true, Summary: summary + "The figures are in the table below."}}})
	} else {
		sec.Blocks = append(sec.Blocks, block{Table: &t})
	}
	return sec
}
