package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// operators in the order in which they are looked for: longer ones first.
var operators = []Op{"<=", ">=", "<", ">"}

// expectations reads [expect].
func (b *builder) expectations(n *node) {
	if n == nil {
		return
	}
	if !n.table {
		b.faults = append(b.faults, wrong(n, "", "%s; expected a table", n.kind())...)
		return
	}
	metrics := slices.Concat(Metrics(), LoadMetrics())
	var names []string
	for _, m := range metrics {
		names = append(names, m.Name)
	}
	for _, line := range n.kids {
		var metric *MetricName
		for i := range metrics {
			if metrics[i].Name == line.key {
				metric = &metrics[i]
			}
		}
		if metric == nil {
			p := unknownKey(line, names)
			p.Message = strings.Replace(p.Message, "unknown key", "unknown metric", 1)
			b.faults = append(b.faults, p)
			continue
		}
		bounds := []*node{line}
		if line.list {
			if len(line.kids) == 0 {
				b.faults = append(b.faults, wrong(line, "", "has no bound; expected %s", boundExample(*metric))...)
			}
			bounds = line.kids
		}
		for _, bound := range bounds {
			e, faults := readBound(bound, *metric)
			if faults != nil {
				b.faults = append(b.faults, faults...)
				continue
			}
			b.sc.Expect = append(b.sc.Expect, e)
			b.settings = append(b.settings, Setting{"expect." + e.Metric, strconv.Quote(strings.TrimPrefix(e.Text, e.Metric+" ")), line.source()})
		}
	}
}

func boundExample(m MetricName) string {
	example := map[string]string{"s": "30s", "s2": "400s2", "%": "5%", "persons": "8 persons", "/s": "100/s"}[m.Unit]
	return fmt.Sprintf(`an operator (<=, <, >=, >) and a value in %s, such as "<= %s"`, m.Unit, example)
}

// readBound reads "<= 60s" for metric m.
func readBound(n *node, m MetricName) (Expectation, []Problem) {
	s, ok := n.leaf.(string)
	if !ok {
		if n.leaf != nil {
			return Expectation{}, wrong(n, "", "%s is %s; expected %s", n.shown(), n.kind(), boundExample(m))
		}
		return Expectation{}, wrong(n, "", "%s; expected %s", n.kind(), boundExample(m))
	}
	s = strings.TrimSpace(s)
	e := Expectation{Metric: m.Name}
	for _, op := range operators {
		if strings.HasPrefix(s, string(op)) {
			e.Op, s = op, strings.TrimSpace(s[len(op):])
			break
		}
	}
	if e.Op == "" {
		return e, wrong(n, "", "%s has no operator; expected %s", n.shown(), boundExample(m))
	}
	if e.Value, ok = metricValue(s, m.Unit); !ok {
		return e, wrong(n, "", "%q is not a value in %s; expected %s", clip(s), m.Unit, boundExample(m))
	}
	e.Text = fmt.Sprintf("%s %s %s", m.Name, e.Op, s)
	return e, nil
}

// metricValue reads a value in a metric's unit.
func metricValue(s, unit string) (float64, bool) {
	if unit == "s" {
		d, ok := parseSpan(s)
		return d.Seconds(), ok && d >= 0 && d <= longestSpan
	}
	number, rest, ok := cutNumber(s)
	if rest = strings.TrimPrefix(rest, " "); unit == "persons" && rest == "person" {
		rest = "persons"
	}
	x, err := strconv.ParseFloat(number, 64)
	return x, ok && err == nil && rest == unit && x >= 0 && x <= 1e12
}
