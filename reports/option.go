package reports

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"
)

// option is a chart of go-echarts, of which only the option is taken: its own
// pages run names as script.
type option interface {
	Validate()
	JSON() map[string]any
}

// Names of functions of charts.js. They are all that an option may ask the page
// to run, and the page refuses other names; none is ever made from a result.
const (
	drawBar        types.FuncStr = "bar"        // from, to, height
	drawInterval   types.FuncStr = "interval"   // value, row, half-width or null: a bar with whiskers
	drawDifference types.FuncStr = "difference" // the same as a dot with whiskers
	drawRange      types.FuncStr = "range"      // x, low, high, index of the colour: an upright bar with ends
	drawLeg        types.FuncStr = "leg"        // s, m, s, m, s, s: left, from, doors begin to open, to, doors closed, left again

	tellName      types.FuncStr = "name"      // what the item is called
	tellCurves    types.FuncStr = "curves"    // every line's value here
	tellCell      types.FuncStr = "cell"      // floor, span and persons
	tellPositions types.FuncStr = "positions" // where every car is now

	writeFigure  types.FuncStr = "figure"
	writeSeconds types.FuncStr = "seconds" // seconds as s, min, h or m:ss
	writeMinutes types.FuncStr = "minutes"
	writeHours   types.FuncStr = "hours"
	writeClock   types.FuncStr = "clock"
	writeStart   types.FuncStr = "start" // the first part of "0:00 to 1:00"
)

// Option is the chart's option as JSON. The standard encoder escapes what
// could end the script element around it.
func (c chart) Option() (template.JS, error) {
	c.Drawing.Validate()
	b, err := json.Marshal(c.Drawing.JSON())
	if err != nil {
		return "", fmt.Errorf("chart %s: %w", c.ID, err)
	}
	return template.JS(b), nil
}

// common is what all charts share: a fixed id, no movement, and none of the
// library's colours, for the page has its own, light and dark.
func common(id string, more ...charts.GlobalOpts) []charts.GlobalOpts {
	return append([]charts.GlobalOpts{
		charts.WithInitializationOpts(opts.Initialization{ChartID: id, Theme: "page"}),
		charts.WithAnimation(false),
	}, more...)
}

// frame is the room around the plot in px; labels of the axes come on top.
func frame(left, top, right, bottom string) charts.GlobalOpts {
	return charts.WithGridOpts(opts.Grid{Left: left, Top: top, Right: right, Bottom: bottom, ContainLabel: opts.Bool(true)})
}

// rowAxis names rows beside a plot; the page narrows it where a screen is narrow.
func rowAxis(names []string) opts.YAxis {
	return opts.YAxis{Type: "category", Data: names, SplitLine: noLines(), AxisLabel: &opts.AxisLabel{Width: rowRoom(names), Overflow: "truncate"}}
}

// rowFrame is the room around a plot with a [rowAxis]. The library's own
// measure of the names of rows comes out too small, so ours is used.
func rowFrame(names []string, top, right, bottom string) charts.GlobalOpts {
	return charts.WithGridOpts(opts.Grid{Left: strconv.Itoa(rowRoom(names) + 12), Top: top, Right: right, Bottom: bottom})
}

func rowRoom(names []string) int {
	px := 12
	for _, n := range names {
		px = max(px, widthOf(n, 12))
	}
	return min(px, 200)
}

// widthOf is about how many px a name takes in letters of a size in px; those
// of East Asian scripts are as wide as they are high.
func widthOf(name string, size int) int {
	px := 0.0
	for _, r := range name {
		if r >= 0x1100 && r != '…' {
			px += float64(size)
		} else {
			px += 0.62 * float64(size)
		}
	}
	return int(math.Ceil(px))
}

func tooltip(trigger string, tell types.FuncStr) charts.GlobalOpts {
	return charts.WithTooltipOpts(opts.Tooltip{Trigger: trigger, Formatter: tell, AxisPointer: &opts.AxisPointer{Type: "line", Snap: opts.Bool(trigger == "axis" && tell != tellPositions)}})
}

// label makes a name of a result fit for a chart: braces mean styles in the
// charting script's texts, and names are cut to so many characters.
func label(name string, most int) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '{':
			return '('
		case r == '}':
			return ')'
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return ' '
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

// labels are cut to a width that fits beside or below an axis.
func labels(names []string, most int) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = label(n, most)
	}
	return out
}

// axisBelow is a horizontal axis with its name below and no lines across the plot.
func axisBelow(name string) opts.XAxis {
	return opts.XAxis{Name: label(name, 60), NameLocation: "middle", NameGap: 28, SplitLine: noLines()}
}

func noLines() *opts.SplitLine { return &opts.SplitLine{Show: opts.Bool(false)} }

// heightAxis is the vertical axis of numbers from 0, to most where that is not 0.
func heightAxis(name string, most float64) opts.YAxis {
	y := opts.YAxis{Type: "value", Name: label(name, 60), NameLocation: "end", NameGap: 14, Min: 0,
		AxisLine: &opts.AxisLine{Show: opts.Bool(false)}, AxisLabel: &opts.AxisLabel{Formatter: writeFigure}}
	if most != 0 {
		y.Max = most
	}
	return y
}

// timeAxis is a horizontal axis of seconds from 0 to end, labelled in seconds,
// minutes or hours, whichever reads best.
func timeAxis(name string, end float64) opts.XAxis {
	x := axisBelow(name + " (s)")
	write, steps := writeSeconds, []float64{1, 2, 5, 10, 20, 30, 60}
	switch {
	case end > 3*3600:
		x.Name, write, steps = label(name, 60)+" (h)", writeHours, []float64{900, 1800, 3600, 7200, 10800, 14400}
	case end > longestInSeconds:
		x.Name, write, steps = label(name, 60)+" (min)", writeMinutes, []float64{15, 30, 60, 120, 300, 600, 900, 1800}
	}
	step := steps[len(steps)-1]
	for _, s := range steps {
		if end/s <= 9 {
			step = s
			break
		}
	}
	if end/step > 9 {
		step *= math.Ceil(end / 8 / step)
	}
	x.Type, x.Min, x.Max, x.MinInterval, x.MaxInterval = "value", 0, end, step, step
	x.AxisLabel = &opts.AxisLabel{Formatter: write, ShowMaxLabel: opts.Bool(math.Mod(end, step) == 0)}
	return x
}

// longestInSeconds is how long an axis of time may be to be labelled in plain seconds.
const longestInSeconds = 240

// span is a stretch of a time axis that ends at end, in words.
func span(from, to, end float64) string {
	if end <= longestInSeconds {
		return number(from, 0) + " to " + joined(number(to, 0), "s")
	}
	return seconds(from) + " to " + seconds(to)
}

// marks draws upright lines with their names on top of them.
func marks(list []mark) charts.SeriesOpts {
	return func(s *charts.SingleSeries) {
		if len(list) == 0 {
			return
		}
		for _, m := range list {
			charts.WithMarkLineNameXAxisItemOpts(opts.MarkLineNameXAxisItem{Name: label(m.name, 40), XAxis: m.at})(s)
		}
		charts.WithMarkLineStyleOpts(opts.MarkLineStyle{Symbol: []string{"none", "none"}, LineStyle: &opts.LineStyle{Type: "dashed", Width: 1},
			Label: &opts.Label{Position: "end", Formatter: "{b}", FontSize: 11}})(s)
	}
}

// mark is a value on the horizontal axis worth naming.
type mark struct {
	name string
	at   float64
}

// strokes tell lines apart where colours do not: the first of few, and those
// that share a colour of many.
var strokes = []string{"solid", "dashed", "dotted"}

// coloursOfPage is how many colours page.css has for lines.
const coloursOfPage = 8

func stroke(i, of int) string {
	if of < 4 {
		return strokes[i%len(strokes)]
	}
	return strokes[i/coloursOfPage%len(strokes)]
}

// legend names the lines when there are several, in rows that can be turned.
func legend(show bool, items any) charts.GlobalOpts {
	return charts.WithLegendOpts(opts.Legend{Show: opts.Bool(show), Type: "scroll", Top: "0", Left: "0", ItemWidth: 26, ItemHeight: 8, Data: items})
}
