package reports

import (
	"math"
	"time"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"hoistway/twin/result"
)

// mostColumns is how many bins a chart over time may have.
const mostColumns = 72

// timeline regroups the bins of a summary into fewer, equal ones.
type timeline struct {
	bins  int     // of the summary
	group int     // bins of the summary in one column
	width float64 // s, of a column
}

// timelineOf groups bins so that a column is at least `least` seconds wide and
// there are at most mostColumns of them.
func timelineOf(bins int, binSeconds int64, least float64) timeline {
	group := max(1, int(math.Ceil(least/float64(binSeconds))))
	for _, nice := range []int{1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60, 120, 288} {
		if nice >= group {
			if group = nice; (bins+group-1)/group <= mostColumns {
				break
			}
		}
	}
	group = max(group, (bins+mostColumns-1)/mostColumns)
	return timeline{bins, group, float64(group) * float64(binSeconds)}
}

func (t timeline) columns() int { return (t.bins + t.group - 1) / t.group }

// sums adds up the summary's bins column by column; missing bins count as 0.
func (t timeline) sums(bins []int64) []int64 {
	out := make([]int64, t.columns())
	for i, v := range bins {
		out[i/t.group] += v
	}
	return out
}

// span is a column in words.
func (t timeline) span(i int) string {
	return seconds(float64(i)*t.width) + " to " + seconds(float64(i+1)*t.width)
}

// queueSection shows how many people waited where and when: the mean number
// over each column and all replications.
func queueSection(f *result.File) section {
	s, h := f.Total, f.Header
	sec := section{ID: "queues", Title: "Queues", Lead: "How many people were waiting on each floor over time, averaged over " +
		plural(int(s.Replications), "replication", "replications") + ". The scale below the map gives the colours. The whole run is shown, warm-up included."}
	bins := 0
	for _, q := range s.Queue {
		bins = max(bins, len(q))
	}
	if bins == 0 {
		sec.Blocks = []block{{Text: "No queue was recorded."}}
		return sec
	}
	t := timelineOf(bins, s.BinSeconds, 60)
	var cells []opts.HeatMapData
	byTime := table{Caption: "People waiting, mean over each span", Columns: columns("Time since start", h.Floors...)}
	byFloor := table{Caption: "Queues by floor", Columns: columns("Floor", "Mean over the run", "Busiest span, mean", "Busiest span", "Most at once")}
	byFloor.Columns[3].Text = true
	rows := make([][]string, t.columns())
	for i := range rows {
		rows[i] = []string{t.span(i)}
	}
	worst, worstFloor, worstAt := 0.0, 0, 0
	for floor := range h.Floors {
		var queue []int64
		if floor < len(s.Queue) {
			queue = s.Queue[floor]
		}
		var all int64
		high, highAt := 0.0, 0
		for i, personMS := range t.sums(queue) {
			all += personMS
			mean := float64(personMS) / 1000 / t.width / float64(s.Replications)
			if mean > high {
				high, highAt = mean, i
			}
			if mean >= 0.005 {
				cells = append(cells, opts.HeatMapData{Value: []float64{float64(i), float64(floor), round(mean, 2)}})
			}
			rows[i] = append(rows[i], number(mean, 2))
		}
		if high > worst {
			worst, worstFloor, worstAt = high, floor, highAt
		}
		line := []string{h.Floors[floor], number(float64(all)/1000/(t.width*float64(t.columns()))/float64(s.Replications), 2), number(high, 2), t.span(highAt), "–"}
		if high == 0 {
			line[3] = "–"
		}
		if floor < len(s.QueueMax) {
			line[4] = count(s.QueueMax[floor])
		}
		byFloor.Rows = append(byFloor.Rows, line)
	}
	byTime.Rows = rows
	c := chart{ID: "queue-heat", Title: "People waiting by floor and time", Height: "tall", Drawing: heatChart("queue-heat", t, h.Floors, cells, max(round(worst, 1), 0.1)), Tables: []table{byFloor, byTime},
		Summary: "Heat map of people waiting by floor and time. Nobody waited."}
	if worst > 0 {
		c.Summary = "Heat map of people waiting by floor and time. The longest mean queue is " + number(worst, 1) + " persons on floor " + h.Floors[worstFloor] +
			", " + t.span(worstAt) + " after the start. The figures are in the tables below."
	}
	if len(h.Floors) <= 8 {
		c.Height = ""
	}
	sec.Blocks = []block{{Charts: []chart{c}}}
	if s.Saturated > 0 {
		sec.Blocks = append(sec.Blocks, block{Text: "In " + plural(int(s.Saturated), "replication", "replications") + " of " + count(s.Replications) +
			" the queue was still growing at the end of the measured window: the demand is more than the cars carry."})
	}
	return sec
}

// heatChart is a cell for every floor and column of time; most is the value of
// the strongest colour.
func heatChart(id string, t timeline, floors []string, cells []opts.HeatMapData, most float64) *charts.HeatMap {
	spans := make([]string, t.columns())
	for i := range spans {
		spans[i] = t.span(i)
	}
	rows := labels(floors, 14)
	x, y := axisBelow("time since start"), rowAxis(rows)
	y.AxisLine = &opts.AxisLine{Show: opts.Bool(false)}
	x.Type, x.Data, x.AxisLabel = "category", spans, &opts.AxisLabel{Formatter: writeStart}
	c := charts.NewHeatMap()
	c.SetGlobalOptions(common(id, rowFrame(rows, "8", "22", "82"), tooltip("item", tellCell), legend(false, nil), charts.WithXAxisOpts(x), charts.WithYAxisOpts(y),
		charts.WithVisualMapOpts(opts.VisualMap{Type: "continuous", Max: float32(most), Orient: "horizontal", Left: "0", Bottom: "0", Calculable: opts.Bool(false),
			Text: []string{joined(number(most, 1), "persons"), "0"}}))...)
	c.AddSeries("people waiting", cells)
	return c
}

// demandSection shows arrivals at landings and boardings over time.
func demandSection(f *result.File) section {
	s := f.Total
	sec := section{ID: "demand", Title: "Arrivals", Lead: "People arriving at landings and people entering cars, per replication. Where the two lines part, a queue builds up or clears."}
	bins := max(len(s.Arrivals), len(s.Boardings))
	if bins == 0 {
		sec.Blocks = []block{{Text: "Nobody arrived."}}
		return sec
	}
	least := 300.0
	if time.Duration(bins)*time.Duration(s.BinSeconds)*time.Second < 40*time.Minute {
		least = 60
	}
	t := timelineOf(bins, s.BinSeconds, least)
	per := "persons per " + plural(int(t.width/60), "minute", "minutes")
	if math.Mod(t.width, 60) != 0 {
		per = "persons per " + number(t.width, 0) + " s"
	}
	arrivals, boardings := t.sums(s.Arrivals), t.sums(s.Boardings)
	a, b := line{name: "arrivals at landings"}, line{name: "boardings"}
	tab := table{Caption: "Arrivals and boardings, " + per, Columns: columns("Time since start", "Arrivals", "Boardings")}
	high, at := -1.0, 0
	for i := range arrivals {
		x, y := float64(arrivals[i])/float64(s.Replications), float64(boardings[i])/float64(s.Replications)
		if x > high {
			high, at = x, i
		}
		start := float64(i) * t.width
		a.points = append(a.points, [2]float64{start, round(x, 1)})
		b.points = append(b.points, [2]float64{start, round(y, 1)})
		tab.Rows = append(tab.Rows, []string{t.span(i), number(x, 1), number(y, 1)})
	}
	end := float64(t.columns()) * t.width
	a.points = append(a.points, [2]float64{end, a.points[len(a.points)-1][1]})
	b.points = append(b.points, [2]float64{end, b.points[len(b.points)-1][1]})
	sec.Blocks = []block{{Charts: []chart{{ID: "demand-lines", Title: "Arrivals and boardings", Tables: []table{tab},
		Drawing: lineChart("demand-lines", timeAxis("time since start", end), heightAxis(per, 0), true, []line{a, b}),
		Summary: "Arrivals at landings and boardings over time. Most people, " + number(high, 1) + " " + per + ", arrived " + t.span(at) + " after the start. The figures are in the table below."}}}}
	return sec
}
