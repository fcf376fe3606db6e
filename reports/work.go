package reports

import (
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"hoistway/twin/result"
)

// loadSection shows how full cars were when they left a floor.
func loadSection(f *result.File) section {
	sec := section{ID: "loads", Title: "Car loads", Nav: "Loads", Lead: "How many people were aboard when a car left a floor, over all departures inside the measured window with somebody aboard."}
	drawn := block{}
	for b, bank := range f.Total.Banks {
		h := f.Header.Banks[b]
		most := 0
		for car, hist := range bank.LoadHist {
			for n, v := range hist {
				if v > 0 && n > most {
					most = n
				}
			}
			most = max(most, h.Persons[car])
		}
		total := make([]int64, most+1)
		cars := table{Caption: "Departures by car, bank " + h.Name, Columns: columns("Car", "Stops", "Departures with people", "Mean persons aboard", "Most aboard", "Rated persons", "Left full, %")}
		var all int64
		for car, hist := range bank.LoadHist {
			var n, persons, full int64
			top := 0
			for aboard, v := range hist {
				if aboard == 0 || v == 0 {
					continue
				}
				n, persons, top = n+v, persons+int64(aboard)*v, aboard
				total[aboard] += v
				if aboard >= h.Persons[car] {
					full += v
				}
			}
			all += n
			row := []string{h.Cars[car], "–", count(n), "–", "–", count(int64(h.Persons[car])), "–"}
			if car < len(bank.CarStops) {
				row[1] = count(bank.CarStops[car])
			}
			if n > 0 {
				row[3], row[4], row[6] = number(float64(persons)/float64(n), 1), count(int64(top)), number(share(full, n), 1)
			}
			cars.Rows = append(cars.Rows, row)
		}
		if all == 0 {
			sec.Blocks = append(sec.Blocks, block{Text: "No car of bank " + h.Name + " left a floor with somebody aboard."})
			continue
		}
		var names []string
		var shares []opts.BarData
		byLoad := table{Caption: "Departures by persons aboard, bank " + h.Name, Columns: columns("Persons aboard", "Departures", "Share, %")}
		mode := 1
		for n := 1; n < len(total); n++ {
			if total[n] > total[mode] {
				mode = n
			}
			names = append(names, strconv.Itoa(n))
			shares = append(shares, opts.BarData{Name: plural(n, "person", "persons") + " aboard\n" + number(share(total[n], all), 2) + " % of departures", Value: round(share(total[n], all), 2)})
			byLoad.Rows = append(byLoad.Rows, []string{strconv.Itoa(n), count(total[n]), number(share(total[n], all), 2)})
		}
		drawn.Charts = append(drawn.Charts, chart{ID: "load-" + strconv.Itoa(b), Title: "Bank " + h.Name + ", persons aboard", Drawing: loadChart("load-"+strconv.Itoa(b), names, shares), Tables: []table{cars, byLoad},
			Summary: "Columns of departures by persons aboard, bank " + h.Name + ". Most often " + plural(mode, "person was", "persons were") + " aboard, in " + number(share(total[mode], all), 1) + " % of departures. The figures are in the tables below."})
	}
	sec.Blocks = append([]block{drawn}, sec.Blocks...)
	return sec
}

// loadChart is a column for every number of persons aboard.
func loadChart(id string, names []string, shares []opts.BarData) *charts.Bar {
	x := axisBelow("persons aboard")
	x.Type = "category"
	c := charts.NewBar()
	c.SetGlobalOptions(common(id, frame("8", "34", "22", "30"), tooltip("item", tellName), legend(false, nil), charts.WithXAxisOpts(x), charts.WithYAxisOpts(heightAxis("% of departures", 0)))...)
	c.SetXAxis(names).AddSeries("departures", shares, charts.WithBarChartOpts(opts.BarChart{BarCategoryGap: "18%"}))
	return c
}

// bankSection is the work of each bank inside the window.
func bankSection(f *result.File) section {
	sec := section{ID: "banks", Title: "Banks", Lead: "What each bank did inside the measured window, over " + plural(int(f.Total.Replications), "replication", "replications") + " together."}
	t := table{Caption: "Work by bank", Columns: columns("Bank", "Dispatcher", "Cars", "Rides completed", "Departures from the lobby", "Mean interval", "Stops", "Boarded per stop", "Door re-openings", "Most carried in 5 min")}
	t.Columns[1].Text = true
	for b, s := range f.Total.Banks {
		h := f.Header.Banks[b]
		row := []string{h.Name, h.Dispatcher, strconv.Itoa(len(h.Cars)), count(s.Trips), count(s.Departures), "–", count(s.Stops), "–", count(s.Reopened), joined(count(s.Peak5), "persons")}
		if s.IntervalN > 0 {
			row[5] = quantity(float64(s.IntervalSum)/float64(s.IntervalN)/1e9, "s")
		}
		if s.Stops > 0 {
			row[7] = number(float64(s.Boarded)/float64(s.Stops), 2)
		}
		t.Rows = append(t.Rows, row)
	}
	sec.Blocks = []block{{Table: &t}}
	if b, ok := upPeakBlock(f); ok {
		sec.Blocks = append(sec.Blocks, b)
	}
	return sec
}
