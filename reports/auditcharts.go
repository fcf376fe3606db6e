package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"hoistway/privacyaudit/finding"
)

// ageSection shows how old records are, against what is allowed.
func ageSection(r *finding.Report) (section, bool) {
	sec := section{ID: "audit-ages", Title: "How old the data is", Nav: "Ages",
		Lead: "A limit of age is kept when no bar stands beyond it. The age of a record is judged at the instant of the audit, or at the instant at which a backup was made."}
	for i, h := range r.Ages {
		sec.Blocks = append(sec.Blocks, limitBlock("audit-age-"+strconv.Itoa(i), r, h, mostAllowed, "record", "records"))
	}
	return sec, len(sec.Blocks) > 0
}

// deletionSection shows how long it takes until deleted is gone.
func deletionSection(r *finding.Report) (section, bool) {
	sec := section{ID: "audit-deletion", Title: "From the request to the physical deletion", Nav: "Deletion",
		Lead: "A store that is told to delete keeps the bytes for a while. This is how long it took until they were gone from every file, in the time of the evidence."}
	if r.Persistence == nil {
		return sec, false
	}
	sec.Blocks = []block{limitBlock("audit-deletion-bars", r, *r.Persistence, mostAllowed, "erasure", "erasures")}
	return sec, true
}

// classSection shows how many people share what is known of them.
func classSection(r *finding.Report) (section, bool) {
	sec := section{ID: "audit-classes", Title: "How many look alike", Nav: "Look-alikes",
		Lead: "Those who cannot be told apart by what the data says of them form a class. Whoever is looked for hides among the others of the class: small classes hide nobody."}
	for i, h := range r.Classes {
		sec.Blocks = append(sec.Blocks, limitBlock("audit-class-"+strconv.Itoa(i), r, h, leastAllowed, "class", "classes"))
	}
	return sec, len(sec.Blocks) > 0
}

// limitBlock is a histogram with what it says in words.
func limitBlock(id string, r *finding.Report, h finding.Histogram, l limitOf, one, many string) block {
	title := capital(dash(h.Name))
	if h.Store != "" {
		title += ", " + h.Store
	}
	var all int64
	for _, b := range h.Buckets {
		all += b.Count
	}
	if all == 0 {
		return block{Heading: title, Text: "Nothing was there to count."}
	}
	return block{Heading: title, Text: limitSentence(r, h, l, all, one, many), Charts: []chart{limitChart(id, title, h, l, all, many)}}
}

// limitOf says in which direction a limit limits.
type limitOf struct {
	least                   bool
	within, beyond, outside string // in words before the limit
}

var (
	mostAllowed  = limitOf{within: "within", beyond: "beyond", outside: "beyond the limit of"}
	leastAllowed = limitOf{least: true, within: "at least", beyond: "fewer than", outside: "below the least of"}
)

// side says on which side of a limit a bucket lies.
type side int

const (
	within side = iota
	beyond
	across // it holds the limit: some of it may be beyond
)

func (l limitOf) sideOf(b finding.Bucket, limit *float64) side {
	below, above := within, beyond
	if l.least {
		below, above = beyond, within
	}
	switch {
	case limit == nil:
		return within
	case b.To <= *limit:
		return below
	case b.From >= *limit:
		return above
	}
	return across
}

// limitSentence says what a histogram means.
func limitSentence(r *finding.Report, h finding.Histogram, l limitOf, all int64, one, many string) string {
	text := plural(int(all), one, many) + "."
	if h.Limit == nil {
		return text + " No limit is set for them."
	}
	var past, around int64
	for _, b := range h.Buckets {
		switch l.sideOf(b, h.Limit) {
		case beyond:
			past += b.Count
		case across:
			around += b.Count
		}
	}
	limit := l.outside + " " + amount(*h.Limit, h.Unit)
	switch {
	case past == 0 && around == 0:
		text += " None is " + limit + "."
	case past == 0:
		text += " None is certainly " + limit + "; " + count(around) + " share the bar that holds it, and the rule tells them apart."
	default:
		text += " " + count(past) + verb(int(past), " is ", " are ") + limit + "."
	}
	i := slices.IndexFunc(r.Rules, func(rule finding.Rule) bool { return rule.ID == h.Rule })
	if i < 0 {
		return text
	}
	rule := &r.Rules[i]
	text += " The rule is " + rule.ID + ": " + strings.TrimRight(rule.Title, ".") + "."
	if past > 0 && !l.least && rule.Status == finding.Pass {
		text += " It holds all the same: it allows some time after the limit, until the next sweep and until the files let go of what was deleted."
	}
	return text
}

// limitChart draws a bar for each bucket, in other colours beyond the limit.
// Buckets may be of very different widths, so each has the same room.
func limitChart(id, title string, h finding.Histogram, l limitOf, all int64, many string) chart {
	unit, sides := label(h.Unit, 20), []string{many}
	if h.Limit != nil {
		limit := amount(*h.Limit, unit)
		sides = []string{l.within + " " + limit, l.beyond + " " + limit}
		if slices.ContainsFunc(h.Buckets, func(b finding.Bucket) bool { return l.sideOf(b, h.Limit) == across }) {
			sides = append(sides, "around "+limit)
		}
	}
	t := table{Caption: title, Columns: columns("From, "+unitWord(h.Unit), "To, "+unitWord(h.Unit), upperFirst(many), "Share, %")}
	if h.Limit != nil {
		t.Columns = append(t.Columns, column{"Against the limit", true})
	}
	names := make([]string, len(h.Buckets))
	series := make([][]opts.BarData, len(sides))
	for i, b := range h.Buckets {
		names[i] = plainNumber(b.From) + " to " + plainNumber(b.To)
		on := l.sideOf(b, h.Limit)
		for s := range series {
			bar := opts.BarData{Value: "-"}
			if side(s) == on && b.Count > 0 {
				bar = opts.BarData{Name: joined(names[i], unit) + "\n" + count(b.Count) + " " + many, Value: b.Count}
			}
			series[s] = append(series[s], bar)
		}
		row := []string{plainNumber(b.From), plainNumber(b.To), count(b.Count), number(share(b.Count, all), 2)}
		if h.Limit != nil {
			row = append(row, sides[on])
		}
		t.Rows = append(t.Rows, row)
	}
	x := axisBelow(unitWord(h.Unit))
	x.Type = "category"
	c := charts.NewBar()
	c.SetXAxis(names)
	c.SetGlobalOptions(common(id, frame("8", "52", "22", "30"), tooltip("item", tellName), legend(h.Limit != nil, sides), charts.WithXAxisOpts(x), charts.WithYAxisOpts(heightAxis(many, 0)))...)
	for s, bars := range series {
		c.AddSeries(sides[s], bars, charts.WithBarChartOpts(opts.BarChart{Stack: "all"}))
	}
	return chart{ID: id, Title: upperFirst(many) + " in each span", Drawing: c, Tables: []table{t}, Summary: fmt.Sprintf("%s: a bar for each of %d spans. The figures are in the table below.", title, len(h.Buckets))}
}

// unitWord is a unit as a word of its own, where it needs one.
func unitWord(unit string) string {
	switch unit {
	case "d":
		return "days"
	case "h":
		return "hours"
	}
	return unit
}

// capital raises the first letter of a text from anywhere.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// linkageSection shows what somebody who knows a little finds out.
func linkageSection(r *finding.Report) (section, bool) {
	sec := section{ID: "audit-linkage", Title: "What an attacker who knows a little finds", Nav: "Attacks",
		Lead: "Attacks on the stored logs, played with the truth of the run as the judge. A curve says what share of people an attacker finds who knows so much about them; the bars are the intervals of the shares."}
	// Curves over the same axes are drawn together: an attack beside its control.
	type axes struct{ x, y string }
	var order []axes
	groups := map[axes][]finding.Curve{}
	for _, c := range r.Linkage {
		a := axes{c.X, c.Y}
		if groups[a] == nil {
			order = append(order, a)
		}
		if len(c.Points) > 0 {
			groups[a] = append(groups[a], c)
		}
	}
	for i, a := range order {
		if len(groups[a]) > 0 {
			sec.Blocks = append(sec.Blocks, block{Charts: []chart{linkageChart("audit-linkage-"+strconv.Itoa(i), a.x, a.y, groups[a])}})
		}
	}
	return sec, len(sec.Blocks) > 0
}

func linkageChart(id, xName, yName string, curves []finding.Curve) chart {
	title := capital(dash(yName)) + " over " + dash(xName)
	t := table{Caption: title, Columns: []column{{"Attack", true}, {"Store", true}, {"Rule", true}, {Name: xName}, {Name: yName}, {Name: "Interval from"}, {Name: "to"}}}
	names := make([]string, len(curves))
	x, y := axisBelow(xName), heightAxis(yName, 0)
	x.Type, x.AxisLabel = "value", &opts.AxisLabel{Formatter: writeFigure}
	c := charts.NewLine()
	highest := 0.0
	for i, curve := range curves {
		names[i] = strconv.Itoa(i+1) + " " + label(curve.Name, 60)
		var points []opts.LineData
		var spans []opts.CustomData
		for _, p := range curve.Points {
			low, high, tells := "–", "–", names[i]+"\n"+plainNumber(p.X)+": "+plainNumber(p.Y)
			highest = max(highest, p.Y)
			if p.Interval != nil {
				low, high = plainNumber(p.Interval.Low), plainNumber(p.Interval.High)
				tells += " (" + low + " to " + high + ")"
				spans = append(spans, opts.CustomData{Name: tells, Value: []any{round(p.X, 6), round(p.Interval.Low, 6), round(p.Interval.High, 6), i}})
			}
			points = append(points, opts.LineData{Name: tells, Value: []float64{round(p.X, 6), round(p.Y, 6)}})
			t.Rows = append(t.Rows, []string{curve.Name, dash(curve.Store), dash(curve.Rule), plainNumber(p.X), plainNumber(p.Y), low, high})
		}
		c.AddSeries(names[i], points, charts.WithLineChartOpts(opts.LineChart{Symbol: "circle", SymbolSize: 6}), charts.WithLineStyleOpts(opts.LineStyle{Width: 2, Type: stroke(i, len(curves))}))
		if len(spans) > 0 {
			whiskers := charts.NewCustom()
			whiskers.AddSeries(names[i], spans, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: drawRange}), charts.WithEncodeOpts(opts.Encode{X: 0, Y: []int{1, 2}}))
			c.Overlap(whiskers)
		}
	}
	if highest <= 1 {
		y.Max = 1 // a share
	}
	c.SetGlobalOptions(common(id, frame("8", "52", "22", "30"), tooltip("item", tellName), legend(len(curves) > 1, names), charts.WithXAxisOpts(x), charts.WithYAxisOpts(y))...)
	return chart{ID: id, Title: title, Drawing: c, Tables: []table{t}, Summary: title + ": " + plural(len(curves), "curve", "curves") + ". The figures are in the table below."}
}
