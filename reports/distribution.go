package reports

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"hoistway/twin/result"
)

// distribution is a sample as a report draws it.
type distribution struct {
	sample *result.Sample
	count  int64
	shown  float64 // s, where a drawing ends: the longest value, or less when a few values are far out
}

func distributionOf(s *result.Sample) distribution {
	d := distribution{sample: s, count: s.N(), shown: s.Max().Seconds()}
	if far := s.Quantile(0.995).Seconds(); d.shown > 2*s.Quantile(0.99).Seconds() {
		d.shown = far
	}
	return d
}

// mostBars is how many bars a histogram may have; mostPoints is the same for a
// curve.
const (
	mostBars   = 40
	mostPoints = 120
)

// binWidths are the widths of histogram bars in seconds.
var binWidths = []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600}

// widthFor is the narrowest bin width that covers span in at most so many bins.
func widthFor(span float64, most int) float64 {
	for _, w := range binWidths {
		if span <= w*float64(most) {
			return w
		}
	}
	return math.Ceil(span / float64(most))
}

// atMost is the q-quantile in seconds.
func (d distribution) atMost(q float64) float64 { return d.sample.Quantile(q).Seconds() }

// bars is how many bars of the width in seconds the drawing takes.
func (d distribution) bars(width float64) int { return max(1, int(math.Ceil(d.shown/width))) }

// bins counts the values in n bars of the width in seconds from 0, and those beyond. A bucket of the sample belongs to the bar that
// holds its lower edge: buckets are at most 0.1 % wide.
func (d distribution) bins(width float64, n int) (bins []int64, beyond int64) {
	bins = make([]int64, n)
	beyond = d.count
	for ms, values := range d.sample.Buckets {
		i := int(float64(ms) / 1000 / width)
		if i == len(bins) && float64(ms)/1000 == float64(i)*width {
			i-- // the upper edge of the last bar belongs to it
		}
		if i < len(bins) {
			bins[i] += values
			beyond -= values
		}
	}
	return bins, beyond
}

// cumulative gives the share in percent that took at most x seconds, at the
// ends of the bins, beginning with those that took no time at all.
func (d distribution) cumulative(width float64, n int) [][2]float64 {
	var none, seen int64
	for ms, n := range d.sample.Buckets {
		if ms == 0 {
			none = n
		}
		break
	}
	points := [][2]float64{{0, round(share(none, d.count), 2)}}
	bins, _ := d.bins(width, n)
	for i, n := range bins {
		seen += n
		points = append(points, [2]float64{float64(i+1) * width, round(share(seen, d.count), 2)})
	}
	return points
}

// histogramChart shows how many in a hundred took how long. The mark is the
// mean, when it may be shown.
func histogramChart(id, title, what, whose string, d distribution, mean *result.Metric) chart {
	w := widthFor(d.shown, mostBars)
	t := table{Caption: title, Columns: columns("From, s", "To, s", upperFirst(whose), "Share, %", "Up to here, %")}
	var seen int64
	bins, beyond := d.bins(w, d.bars(w))
	end := float64(len(bins)) * w
	var bars []opts.CustomData
	for i, n := range bins {
		seen += n
		from, to := float64(i)*w, float64(i+1)*w
		bars = append(bars, opts.CustomData{Name: span(from, to, end) + "\n" + number(share(n, d.count), 2) + " % of " + whose, Value: []float64{from, to, round(share(n, d.count), 2)}})
		t.Rows = append(t.Rows, []string{number(from, 0), number(to, 0), count(n), number(share(n, d.count), 2), number(share(seen, d.count), 2)})
	}
	note := ""
	if beyond > 0 {
		t.Rows = append(t.Rows, []string{number(end, 0), number(d.atMost(1), 0), count(beyond), number(share(beyond, d.count), 2), "100.00"})
		note = plural(int(beyond), "value lies", "values lie") + " beyond the drawing, the longest at " + quantity(d.atMost(1), "s") + "; the last row of the table counts them."
	}
	var average []mark
	if mean != nil && mean.Value != nil && finite(*mean.Value) {
		average = append(average, mark{"average " + quantity(*mean.Value, mean.Unit), round(*mean.Value, 1)})
	}
	c := charts.NewCustom()
	c.SetGlobalOptions(common(id, frame("8", "34", "22", "30"), tooltip("item", tellName), legend(false, nil),
		charts.WithXAxisOpts(timeAxis(what, end)), charts.WithYAxisOpts(heightAxis("% of "+whose, 0)))...)
	c.AddSeries(what, bars, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: drawBar}), charts.WithEncodeOpts(opts.Encode{X: []int{0, 1}, Y: 2}), marks(average))
	return chart{ID: id, Title: title, Drawing: c, Note: note, Tables: []table{t},
		Summary: title + ": bars of " + number(w, 0) + " seconds. Half took at most " + number(d.atMost(0.5), 1) + " s, nine in ten at most " + number(d.atMost(0.9), 1) + " s, the longest " + number(d.atMost(1), 1) + " s. The figures are in the table below."}
}

// line is one line of a chart: a name and points of x and y.
type line struct {
	name   string
	points [][2]float64
}

// lineChart draws lines; with steps a value holds until the next point.
func lineChart(id string, x opts.XAxis, y opts.YAxis, steps bool, lines []line) *charts.Line {
	names := make([]string, len(lines))
	for i, l := range lines {
		names[i] = label(l.name, 40)
	}
	top := "34"
	if len(lines) > 1 {
		top = "52" // below the legend
	}
	c := charts.NewLine()
	c.SetGlobalOptions(common(id, frame("8", top, "22", "30"), tooltip("axis", tellCurves), legend(len(lines) > 1, names), charts.WithXAxisOpts(x), charts.WithYAxisOpts(y))...)
	how := opts.LineChart{Symbol: "none"}
	if steps {
		how.Step = "end"
	}
	for i, l := range lines {
		points := make([]opts.LineData, len(l.points))
		for j, p := range l.points {
			points[j].Value = p
		}
		c.AddSeries(names[i], points, charts.WithLineChartOpts(how), charts.WithLineStyleOpts(opts.LineStyle{Width: 2, Type: stroke(i, len(lines))}))
	}
	return c
}

// curve is one line of a cumulative chart.
type curve struct {
	name string
	d    distribution
}

// cumulativeChart shows which share took at most how long, for one sample or
// several. Empty samples are left out and named in the note.
func cumulativeChart(id, title, what, whose string, curves []curve) chart {
	longest, note := 0.0, ""
	var drawn []curve
	for _, c := range curves {
		if c.d.count == 0 {
			note += "No values for " + c.name + ". "
			continue
		}
		drawn = append(drawn, c)
		longest = max(longest, c.d.shown)
	}
	w := widthFor(longest, mostPoints)
	steps := max(1, int(math.Ceil(longest/w)))
	end := float64(steps) * w
	var lines []line
	t := table{Caption: title, Columns: columns("Share of " + whose + ", %")}
	summary := title + ". "
	for _, c := range drawn {
		lines = append(lines, line{c.name, c.d.cumulative(w, steps)})
		t.Columns = append(t.Columns, column{Name: c.name + ", at most s"})
		summary += c.name + ": half at most " + number(c.d.atMost(0.5), 1) + " s, nine in ten at most " + number(c.d.atMost(0.9), 1) + " s. "
	}
	for _, q := range []float64{10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 98, 99, 99.5, 100} {
		row := []string{number(q, 1)}
		for _, c := range drawn {
			row = append(row, number(c.d.atMost(q/100), 1))
		}
		t.Rows = append(t.Rows, row)
	}
	return chart{ID: id, Title: title, Drawing: lineChart(id, timeAxis(what+" at most", end), heightAxis("% of "+whose, 100), false, lines), Note: note, Tables: []table{t}, Summary: summary + "The figures are in the table below."}
}

// distributionBlock is histogram and cumulative curve side by side, or the
// plain statement that there is nothing to draw.
func distributionBlock(id, heading, what, whose string, s *result.Sample, mean *result.Metric) block {
	d := distributionOf(s)
	if d.count == 0 {
		return block{Heading: heading, Text: "No values: nobody in the measured window has a " + what + "."}
	}
	text := ""
	if mean != nil && mean.Value == nil {
		text = "The average is withheld: " + reason(mean) + ". The charts show those who were served all the same."
	}
	return block{Heading: heading, Text: text, Charts: []chart{
		histogramChart(id+"-bars", upperFirst(what)+", how often", what, whose, d, mean),
		cumulativeChart(id+"-curve", upperFirst(what)+", share that took at most", what, whose, []curve{{what, d}}),
	}}
}
