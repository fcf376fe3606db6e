package reports

import (
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"hoistway/twin/result"
)

// mostTableLegs is how many legs the table of one bank's car positions lists.
const mostTableLegs = 400

// mostDrawnLegs is how many legs a page draws; a result keeps no more.
const mostDrawnLegs = 12000

// pathSection is the spatial plot of each bank: where each car was when.
func pathSection(f *result.File) section {
	sec := section{ID: "positions", Title: "Car positions", Nav: "Positions", Lead: "Where each car was in the first replication: floors upward by their real height, time to the right. " +
		"Thick spans are doors open."}
	path := f.Path
	cut := f.PathCut
	if len(path) > mostDrawnLegs {
		path, cut = path[:mostDrawnLegs], true
	}
	if len(path) == 0 {
		sec.Blocks = []block{{Text: "No car moved, or the positions were not recorded."}}
		return sec
	}
	end := 0.0
	for _, s := range path {
		end = max(end, s.Close, s.Arrive)
	}
	// The window shown first; the buttons of the page move it within the record.
	from := min(f.Header.From.Seconds(), max(0, end-600))
	to := min(from+600, end)
	for b := range f.Header.Banks {
		c, ok := pathChart(f.Header, b, path, round(from, 1), round(to, 1))
		if !ok {
			sec.Blocks = append(sec.Blocks, block{Text: "No car of bank " + f.Header.Banks[b].Name + " moved."})
			continue
		}
		if cut {
			c.Note = "The record of positions ends " + seconds(end) + " after the start: a result keeps a bounded number of legs. "
		}
		sec.Blocks = append(sec.Blocks, block{Charts: []chart{c}})
	}
	return sec
}

// pathChart is one bank's plot, at first from one second to another; false
// when none of its cars moved.
func pathChart(h result.Header, bank int, path []result.Segment, from, to float64) (chart, bool) {
	bh := h.Banks[bank]
	low, high := len(h.Floors)-1, 0
	cars := make([][]opts.CustomData, len(bh.Cars))
	t := table{Caption: "Legs of the cars of bank " + bh.Name, Columns: []column{{"Doors begin to open", true}, {"Car", true}, {"From floor", true}, {"To floor", true}, {Name: "Left"}, {Name: "Doors closed"}, {Name: "Persons aboard on leaving"}}}
	legs := 0
	for _, s := range path {
		if s.Bank != bank {
			continue
		}
		legs++
		low, high = min(low, s.From, s.To), max(high, s.From, s.To)
		closed := seconds(s.Close)
		if s.Close < s.Arrive {
			s.Close, closed = s.Arrive, "–"
		}
		left := round(s.Depart, 1)
		if n := len(cars[s.Car]); n > 0 {
			before := cars[s.Car][n-1].Value.([]float64)
			before[5] = max(before[5], left)
		}
		cars[s.Car] = append(cars[s.Car], opts.CustomData{Name: label(h.Floors[s.To], 14),
			Value: []float64{left, round(h.Elevations[s.From], 2), round(s.Arrive, 1), round(h.Elevations[s.To], 2), round(s.Close, 1), round(s.Close, 1)}})
		if len(t.Rows) < mostTableLegs {
			t.Rows = append(t.Rows, []string{seconds(s.Arrive), bh.Cars[s.Car], h.Floors[s.From], h.Floors[s.To], seconds(s.Depart), closed, count(int64(s.Load))})
		}
	}
	if legs == 0 {
		return chart{}, false
	}
	if legs > len(t.Rows) {
		t.Note = "The first " + count(int64(len(t.Rows))) + " of " + count(int64(legs)) + " legs; the result file holds them all."
	}
	id := "path-" + strconv.Itoa(bank)
	return chart{ID: id, Title: "Bank " + bh.Name, Height: "tall", Drawing: spatialPlot(id, bh, cars, landings(h, low, high), from, to), Tables: []table{t},
		Summary: "Spatial plot of bank " + bh.Name + ": position of " + plural(len(bh.Cars), "car", "cars") + " over time in " + plural(legs, "leg", "legs") + ". The legs are in the table below."}, true
}

// landing is a floor with a line across the plot.
type landing struct {
	name      string
	elevation float64 // m
}

// landings are the floors from low to high, without those that stand so near
// to the one below that their names would touch.
func landings(h result.Header, low, high int) []landing {
	var out []landing
	gap := (h.Elevations[high] - h.Elevations[low]) / mostLandings
	for i := low; i <= high; i++ {
		if n := len(out); n == 0 || h.Elevations[i]-out[n-1].elevation >= gap {
			out = append(out, landing{label(h.Floors[i], 14), h.Elevations[i]})
		}
	}
	return out
}

// mostLandings is how many names of floors fit beside a plot.
const mostLandings = 24

// spatialPlot draws a line for each car and one across for each landing.
func spatialPlot(id string, b result.BankHeader, cars [][]opts.CustomData, floors []landing, from, to float64) *charts.Custom {
	names, items, width := make([]string, len(cars)), make([]legendItem, len(cars)), 0
	for i, name := range b.Cars {
		names[i] = label("car "+name, 24)
		items[i] = legendItem{names[i], icons[stroke(i, coloursOfPage)]}
	}
	lines := make([]opts.MarkLineNameYAxisItem, len(floors))
	for i, f := range floors {
		lines[i] = opts.MarkLineNameYAxisItem{Name: f.name, YAxis: round(f.elevation, 2)}
		width = max(width, widthOf(f.name, 11))
	}
	x, y := axisBelow("time since start"), opts.YAxis{Type: "value", SplitLine: noLines(), AxisLine: &opts.AxisLine{Show: opts.Bool(false)}, AxisLabel: &opts.AxisLabel{Show: opts.Bool(false)}}
	x.Type, x.Min, x.Max, x.AxisLabel = "value", from, to, &opts.AxisLabel{Formatter: writeClock}
	bottom, top := floors[0].elevation, floors[len(floors)-1].elevation
	room := max(top-bottom, 1) / 50 // for the thick lines of the outermost floors
	y.Min, y.Max = round(bottom-room, 2), round(top+room, 2)
	c := charts.NewCustom()
	c.SetGlobalOptions(common(id, frame(strconv.Itoa(width+14), "40", "22", "30"), tooltip("axis", tellPositions), legend(true, items), charts.WithXAxisOpts(x), charts.WithYAxisOpts(y))...)
	for i, legs := range cars {
		c.AddSeries(names[i], legs, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: drawLeg}), charts.WithEncodeOpts(opts.Encode{X: []int{0, 2, 4, 5}, Y: []int{1, 3}}))
	}
	// A series of its own, so that hiding a car leaves the floors.
	c.AddSeries("", []opts.CustomData{}, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: drawLeg}), charts.WithMarkLineNameYAxisItemOpts(lines...),
		charts.WithMarkLineStyleOpts(opts.MarkLineStyle{Symbol: []string{"none", "none"}, LineStyle: &opts.LineStyle{Type: "solid", Width: 1},
			Label: &opts.Label{Position: "start", Formatter: "{b}", FontSize: 11}}))
	return c
}

// legendItem shows a car's stroke: the library's own sign would be a square.
type legendItem struct {
	Name string `json:"name"`
	Icon string `json:"icon"`
}

// icons are the strokes as paths of 26 px.
var icons = map[string]string{
	"solid":  "path://M0,0H26V2H0Z",
	"dashed": "path://M0,0H7V2H0ZM9.5,0H16.5V2H9.5ZM19,0H26V2H19Z",
	"dotted": "path://M0,0H2V2H0ZM4,0H6V2H4ZM8,0H10V2H8ZM12,0H14V2H12ZM16,0H18V2H16ZM20,0H22V2H20ZM24,0H26V2H24Z",
}
