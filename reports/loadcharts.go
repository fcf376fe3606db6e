package reports

import (
	"strings"

	"github.com/go-echarts/go-echarts/v2/opts"

	"hoistway/bench/load/outcome"
)

// loadLatency is the latencies of every kind of request, as a table and as
// curves.
func loadLatency(f *outcome.File) section {
	t := table{Caption: "Requests and how long they took", Columns: columns("Request", "Sent", "Answered", "Refused", "Shed", "Unanswered", "Lost", "p50", "p90", "p99", "p99.9", "Longest")}
	var lines []line
	add := func(name string, counts []string, l outcome.Latency) {
		row := append([]string{name}, counts...)
		if l.N == 0 {
			t.Rows = append(t.Rows, append(row, "–", "–", "–", "–", "–"))
			return
		}
		longest := loadQuantity(l.Max, "s")
		if l.Beyond > 0 {
			longest = "above " + longest
		}
		t.Rows = append(t.Rows, append(row, loadQuantity(l.P50, "s"), loadQuantity(l.P90, "s"), loadQuantity(l.P99, "s"), loadQuantity(l.P999, "s"), longest))
	}
	curve := func(name string, l outcome.Latency) {
		if len(l.Curve) == 0 {
			return
		}
		c := line{name: name}
		for _, p := range l.Curve {
			c.points = append(c.points, [2]float64{round(100*p.Share, 3), round(1000*p.Seconds, 3)})
		}
		lines = append(lines, c)
	}
	none := []string{"", "", "", "", "", ""}
	for _, e := range f.Measured.Exchanges {
		counts := []string{count(e.Sent), count(e.Answered), count(e.Refused), count(e.Shed), count(e.Unanswered), count(e.Lost)}
		if e.Ack.N == 0 {
			add(e.Name, counts, e.Result)
			if strings.HasPrefix(e.Name, "app-") { // these have one answer
				curve(e.Name, e.Result)
			}
			continue
		}
		add(e.Name+", acknowledged", counts, e.Ack)
		add(e.Name+", result", none, e.Result)
		curve(e.Name+", acknowledged", e.Ack)
		curve(e.Name+", result", e.Result)
	}
	s := section{ID: "load-latency", Title: "Latency", Lead: "Requests without an answer count with the time for which they were waited for, so that no figure is too good.", Blocks: []block{{Table: &t}}}
	if len(lines) > 0 {
		x := axisBelow("share of requests (%)")
		x.Type, x.Min, x.Max, x.AxisLabel = "value", 0, 100, &opts.AxisLabel{Formatter: writeFigure}
		s.Blocks = append(s.Blocks, block{Charts: []chart{{
			ID: "load-curve", Title: "Share of requests that took at most", Drawing: lineChart("load-curve", x, heightAxis("ms", 0), false, lines),
			Tables: []table{curveTable(lines)}, Summary: "How long the fastest share of each kind of request took. The figures are in the table below.",
		}}})
	}
	return s
}

// curveTable has one row a share and one column a line; all lines have the same
// shares.
func curveTable(lines []line) table {
	t := table{Caption: "Latency by share of requests", Columns: columns("Share, %")}
	for _, l := range lines {
		t.Columns = append(t.Columns, column{Name: l.name + ", ms"})
	}
	for i, p := range lines[0].points {
		row := []string{number(p[0], 2)}
		for _, l := range lines {
			if i < len(l.points) {
				row = append(row, number(l.points[i][1], 2))
			} else {
				row = append(row, "–")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// loadTimeline shows how the run went over time, warm-up included.
func loadTimeline(f *outcome.File) (section, bool) {
	all := f.Measured.Timeline
	if len(all) == 0 {
		return section{}, false
	}
	sent, done, failed := line{name: "due"}, line{name: "answered"}, line{name: "failed"}
	p50, p99, most := line{name: "median"}, line{name: "p99"}, line{name: "longest"}
	t := table{Caption: "Calls and pings by the instant at which they were due", Columns: columns("From, s", "Due /s", "Answered /s", "Failed /s", "Median, ms", "p99, ms", "Longest, ms")}
	end := 0.0
	for _, i := range all {
		end = max(end, i.From+i.Seconds)
		perSecond := func(n int64) float64 { return round(float64(n)/i.Seconds, 2) }
		at := i.From + i.Seconds/2
		for _, p := range []struct {
			l *line
			v float64
		}{{&sent, perSecond(i.Sent)}, {&done, perSecond(i.Answered)}, {&failed, perSecond(i.Failed)}, {&p50, round(1000*i.P50, 3)}, {&p99, round(1000*i.P99, 3)}, {&most, round(1000*i.Max, 3)}} {
			p.l.points = append(p.l.points, [2]float64{round(at, 2), p.v})
		}
		t.Rows = append(t.Rows, []string{number(i.From, 0), number(perSecond(i.Sent), 1), number(perSecond(i.Answered), 1), number(perSecond(i.Failed), 1), number(1000*i.P50, 2), number(1000*i.P99, 2), number(1000*i.Max, 2)})
	}
	return section{ID: "load-time", Title: "Over time", Lead: "A stall of the service shows at the instants at which requests were due, not when it was over. The first " + loadQuantity(f.Plan.WarmUp, "s") + " are warm-up.",
		Blocks: []block{{Charts: []chart{
			{ID: "load-rate", Title: "Requests per second", Drawing: lineChart("load-rate", timeAxis("since the start", end), heightAxis("per second", 0), false, []line{sent, done, failed}),
				Tables: []table{t}, Summary: "Requests due, answered and failed per second over the run. The figures are in the table below."},
			{ID: "load-latency-time", Title: "Time to the acknowledgement", Drawing: lineChart("load-latency-time", timeAxis("since the start", end), heightAxis("ms", 0), false, []line{p50, p99, most}),
				Tables: []table{t}, Summary: "Median, 99th percentile and longest time to the acknowledgement over the run. The figures are in the table below."},
		}}}}, true
}

// loadCalls says what became of lift calls, and what went wrong.
func loadCalls(f *outcome.File) (section, bool) {
	m := &f.Measured
	c := m.Calls
	s := section{ID: "load-calls", Title: "Calls and failures", Nav: "Calls"}
	if c.Accepted > 0 {
		t := table{Caption: "What became of accepted calls", Columns: columns("Calls", "Number")}
		for _, r := range []struct {
			name string
			n    int64
		}{{"accepted", c.Accepted}, {"served", c.Served}, {"cancelled by the service", c.Cancelled}, {"still under way at the end", c.Unfinished}, {"taken back by the client", c.Deleted}, {"not watched", c.Unwatched}} {
			t.Rows = append(t.Rows, []string{r.name, count(r.n)})
		}
		s.Blocks = append(s.Blocks, block{Table: &t})
	}
	for _, part := range []struct {
		caption string
		counts  []outcome.Count
	}{{"Refusals", m.Refusals}, {"Sockets that the service closed, by code", m.Closes}} {
		if len(part.counts) > 0 {
			t := countTable(part.caption, part.counts)
			s.Blocks = append(s.Blocks, block{Table: &t})
		}
	}
	return s, len(s.Blocks) > 0
}

func countTable(caption string, counts []outcome.Count) table {
	t := table{Caption: caption, Columns: columns("What", "How often")}
	for _, c := range counts {
		t.Rows = append(t.Rows, []string{c.Name, count(c.N)})
	}
	return t
}

// loadServer is the service's own view of the run.
func loadServer(f *outcome.File) section {
	s := section{ID: "load-server", Title: "The service's own view", Nav: "Service", Lead: "From its metrics, read before, during and after the load. Its counters take in warm-up and sockets opened before; the client's figures do not."}
	if f.Server.Withheld != "" {
		s.Lead = "There is none: " + f.Server.Withheld + "."
		return s
	}
	cpu, memory := line{name: "processor"}, line{name: "memory"}
	t := table{Caption: "The service's process", Columns: columns("At, s", "Processor, s", "Memory, MiB", "Goroutines")}
	told := false
	for i, x := range f.Server.Samples {
		t.Rows = append(t.Rows, []string{number(x.At, 0), number(x.CPU, 2), number(x.Resident/(1<<20), 1), number(x.Goroutines, 0)})
		told = told || x.CPU > 0 || x.Resident > 0
		memory.points = append(memory.points, [2]float64{round(x.At, 1), round(x.Resident/(1<<20), 1)})
		if i > 0 && x.At > f.Server.Samples[i-1].At {
			before := f.Server.Samples[i-1]
			cpu.points = append(cpu.points, [2]float64{round(x.At, 1), round(100*max(0, x.CPU-before.CPU)/(x.At-before.At), 1)})
		}
	}
	if told && len(f.Server.Samples) > 1 {
		end := f.Server.Samples[len(f.Server.Samples)-1].At
		draw := func(id, title, unit string, l line) chart {
			return chart{ID: id, Title: title, Drawing: lineChart(id, timeAxis("since the start", end), heightAxis(unit, 0), false, []line{l}), Tables: []table{t}, Summary: title + " over the run. The figures are in the table below."}
		}
		s.Blocks = append(s.Blocks, block{Charts: []chart{draw("load-cpu", "Processor, in % of one core", "%", cpu), draw("load-memory", "Memory", "MiB", memory)}})
	} else {
		s.Blocks = append(s.Blocks, block{Text: "Processor and memory are not among its metrics."})
	}
	if len(f.Server.Counters) > 0 {
		rose := countTable("By how much its counters rose", f.Server.Counters)
		if f.Server.Others > 0 {
			rose.Note = "And " + count(int64(f.Server.Others)) + " more."
		}
		s.Blocks = append(s.Blocks, block{Table: &rose})
	}
	return s
}

// loadDefinitions says what the figures mean.
func loadDefinitions(f *outcome.File) section {
	p := f.Plan
	return section{ID: "load-definitions", Title: "How this was measured", Nav: "Method", Blocks: []block{{Terms: []fact{
		{"Open loop", "Every request is due at an instant that depends on the plan and the seed alone, and is sent then, whether or not earlier ones have been answered. A service that stalls for a second is charged for all that was due in that second."},
		{"Acknowledgement and result", "The API answers twice: it accepts a request, and then the equipment's answer comes. Both count from the same instant."},
		{"Unanswered", "No last answer within " + loadQuantity(p.Timeout, "s") + "."},
		{"Lateness", "How much later than due the client sent. A run in which 1 % of the requests are later than " + loadQuantity(p.MaxLateness, "s") + " is invalid."},
		{"Requests app-", "What phones asked of the app API, which answers once: lift calls, taking them back a second later, and visitor keys. They count as errors and shed load like all others, not in the acknowledgement's figures."},
		{"Served", "The event that the call's lift has come. Calls in flight are waited for " + loadQuantity(p.Settle, "s") + " after the load."},
	}}}}
}
