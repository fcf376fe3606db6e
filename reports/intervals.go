package reports

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"
)

// interval is a figure with the half-width of its interval, nil when it has none.
type interval struct {
	name  string
	value float64
	half  *float64
	unit  string
}

// intervalChart draws figures below each other, as bars or as dots with a line
// at zero; either way zero is on the axis.
func intervalChart(id, axis string, draw types.FuncStr, rows []interval) *charts.Custom {
	low, high := 0.0, 0.0
	names, items := make([]string, len(rows)), make([]opts.CustomData, len(rows))
	for i, r := range rows {
		names[i] = label(r.name, 34)
		unit := label(r.unit, 12)
		tells, half, value := names[i]+"\n"+quantity(r.value, unit), 0.0, []any{round(r.value, 3), i, nil}
		if r.half != nil && finite(*r.half) {
			half, value[2] = *r.half, round(*r.half, 3)
			tells += " ±\u00a0" + quantity(half, unit)
		}
		low, high = min(low, r.value-half), max(high, r.value+half)
		items[i] = opts.CustomData{Name: tells, Value: value}
	}
	x := axisBelow(axis)
	x.Type, x.Min, x.Max, x.SplitLine = "value", round(low*1.08, 3), round(high*1.08, 3), nil
	if high <= low {
		x.Max = 1
	}
	// The ends of the axis are no round figures.
	x.AxisLabel = &opts.AxisLabel{Formatter: writeFigure, ShowMinLabel: opts.Bool(low == 0), ShowMaxLabel: opts.Bool(false)}
	y := rowAxis(names)
	y.Inverse = opts.Bool(true)
	c := charts.NewCustom()
	c.SetGlobalOptions(common(id, rowFrame(names, "8", "30", "48"), tooltip("item", tellName), legend(false, nil), charts.WithXAxisOpts(x), charts.WithYAxisOpts(y))...)
	c.AddSeries(label(axis, 60), items, charts.WithCustomChartOpts(opts.CustomChart{RenderItem: draw}), charts.WithEncodeOpts(opts.Encode{X: 0, Y: 1}))
	if draw == drawDifference {
		c.SetSeriesOptions(charts.WithMarkLineNameXAxisItemOpts(opts.MarkLineNameXAxisItem{XAxis: 0}),
			charts.WithMarkLineStyleOpts(opts.MarkLineStyle{Symbol: []string{"none", "none"}, LineStyle: &opts.LineStyle{Type: "solid", Width: 1}, Label: &opts.Label{Show: opts.Bool(false)}}))
	}
	return c
}
