package reports

import (
	"strconv"

	"hoistway/twin/result"
)

// mostTableLegs is how many legs the table of one bank's car positions lists.
const mostTableLegs = 400

// mostDrawnLegs is how many legs a page draws; a result keeps no more.
const mostDrawnLegs = 12000

type pathData struct {
	Floors []floorData `json:"floors"`
	Cars   []carData   `json:"cars"`
	Low    int         `json:"low"` // floors drawn
	High   int         `json:"high"`
	From   float64     `json:"from"` // s, of the window shown first
	To     float64     `json:"to"`
	End    float64     `json:"end"`
}

type floorData struct {
	Name      string  `json:"name"`
	Elevation float64 `json:"elevation"`
}

// carData holds legs as [depart, from, arrive, to, close, persons]: names would
// be most of the page.
type carData struct {
	Name string       `json:"name"`
	Legs [][6]float64 `json:"legs"`
}

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
	from := min(f.Header.From.Seconds(), max(0, end-600))
	for b := range f.Header.Banks {
		c, ok := pathChart(f.Header, b, path)
		if !ok {
			sec.Blocks = append(sec.Blocks, block{Text: "No car of bank " + f.Header.Banks[b].Name + " moved."})
			continue
		}
		d := c.Data.(pathData)
		d.From, d.To, d.End = round(from, 1), round(min(from+600, end), 1), round(end, 1)
		c.Data = d
		if cut {
			c.Note = "The record of positions ends " + seconds(end) + " after the start: a result keeps a bounded number of legs. "
		}
		sec.Blocks = append(sec.Blocks, block{Charts: []chart{c}})
	}
	return sec
}

// pathChart is one bank's plot; false when none of its cars moved.
func pathChart(h result.Header, bank int, path []result.Segment) (chart, bool) {
	bh := h.Banks[bank]
	d := pathData{Low: len(h.Floors) - 1}
	for i, name := range h.Floors {
		d.Floors = append(d.Floors, floorData{name, round(h.Elevations[i], 2)})
	}
	for _, name := range bh.Cars {
		d.Cars = append(d.Cars, carData{Name: "car " + name, Legs: [][6]float64{}})
	}
	t := table{Caption: "Legs of the cars of bank " + bh.Name, Columns: []column{{"Doors begin to open", true}, {"Car", true}, {"From floor", true}, {"To floor", true}, {Name: "Left"}, {Name: "Doors closed"}, {Name: "Persons aboard on leaving"}}}
	legs := 0
	for _, s := range path {
		if s.Bank != bank {
			continue
		}
		legs++
		d.Low, d.High = min(d.Low, s.From, s.To), max(d.High, s.From, s.To)
		closed := seconds(s.Close)
		if s.Close < s.Arrive {
			s.Close, closed = s.Arrive, "–"
		}
		d.Cars[s.Car].Legs = append(d.Cars[s.Car].Legs, [6]float64{round(s.Depart, 1), float64(s.From), round(s.Arrive, 1), float64(s.To), round(s.Close, 1), float64(s.Load)})
		if len(t.Rows) < mostTableLegs {
			t.Rows = append(t.Rows, []string{seconds(s.Arrive), bh.Cars[s.Car], h.Floors[s.From], h.Floors[s.To], seconds(s.Depart), closed, count(int64(s.Load))})
		}
	}
	if legs > len(t.Rows) {
		t.Note = "The first " + count(int64(len(t.Rows))) + " of " + count(int64(legs)) + " legs; the result file holds them all."
	}
	return chart{ID: "path-" + strconv.Itoa(bank), Title: "Bank " + bh.Name, Kind: "path", Height: "tall", Data: d, Tables: []table{t},
		Summary: "Spatial plot of bank " + bh.Name + ": position of " + plural(len(bh.Cars), "car", "cars") + " over time in " + plural(legs, "leg", "legs") + ". The legs are in the table below."}, legs > 0
}
