package privacyaudit

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// position judges where phones say that they are. A position travels with a
// call and with nothing else, as a cell of a grid that is not finer than the
// rule's, near the building; and, which is another rule with the same names, no
// record, log, metric or export has a field for one. It selects calls on the
// wire, or the records and files that it looked through.
//
// A cell is two small numbers, which cannot be searched for in bytes: what is
// stored is judged by the names of fields. How fine the grid is the truth says,
// which the phones were set to.
func init() {
	register(&Check{
		Name:  "position",
		About: "A position is a cell of a coarse grid, sent with a call only, and stored nowhere.",
		Needs: NeedTruth | NeedWire | NeedKeys,
		Params: []Param{
			{Name: "grid", Form: FormNumber, Required: true, About: "metres that a cell must have at least"},
			{Name: "operations", Form: FormTexts, Required: true, About: "requests that carry a position"},
			{Name: "names", Form: FormTexts, Required: true, About: "what fields for positions are called, in lower case"},
			{Name: "stored", Form: FormFlag, About: "judge what is stored, and not the wire"},
		},
		New: newPosition,
	})
}

type positions struct {
	p          *Probe
	operations []string
	names      []string
	first      [256]bool // bytes with which a name may begin
}

func newPosition(p *Probe) (Watch, error) {
	w := &positions{p: p, operations: p.Texts("operations"), names: p.Texts("names")}
	for _, n := range w.names {
		w.first[n[0]], w.first[n[0]-'a'+'A'] = true, true
	}
	if grid := p.Truth.Settings.Grid; !p.Flag("stored") && float64(grid) < p.Number("grid", 0) {
		p.Fail(finding.Place{Store: evidence.WireText}, "the grid of the phones is finer than %v m", p.Number("grid", 0))
	}
	if p.Flag("stored") {
		return Watch{Record: w.record, Text: w.text}, nil
	}
	return Watch{Frame: w.frame}, nil
}

// is tells whether a field is one for a position by its name.
func (w *positions) is(name []byte) bool {
	return len(name) > 0 && w.first[name[0]] && slices.Contains(w.names, strings.ToLower(string(name)))
}

// within tells whether JSON text has a field for a position anywhere.
func (w *positions) within(b []byte) bool {
	b = bytes.ToLower(b)
	return slices.ContainsFunc(w.names, func(n string) bool { return bytes.Contains(b, []byte(`"`+n+`"`)) })
}

func (w *positions) frame(f *evidence.Frame) {
	if f.Err != nil || f.Type != evidence.Request {
		return
	}
	place := finding.Place{Store: evidence.WireText, Offset: f.Offset}
	word, body, err := f.Message()
	if err != nil {
		return // wire reports it
	}
	if !slices.Contains(w.operations, word) {
		if w.within(body) {
			w.p.Fail(place, "a position in a request that is no call")
		}
		return
	}
	w.p.Select(evidence.WireText, 1)
	var call struct {
		Body struct {
			Position map[string]json.Number
			Distance float64
		}
	}
	if err := json.Unmarshal(body, &call); err != nil {
		w.p.Fail(place, "a call whose position is no cell of a grid")
		return
	}
	if d := call.Body.Distance; d != math.Trunc(d) {
		w.p.Fail(place, "a distance that is finer than a metre")
	}
	if len(call.Body.Position) > 2 {
		w.p.Fail(place, "a position of more than two coordinates")
	}
	var far float64
	for _, axis := range []string{"East", "North"} {
		n, err := call.Body.Position[axis].Int64()
		if err != nil {
			w.p.Fail(place, "a coordinate that is no whole number of cells")
			return
		}
		far = math.Hypot(far, float64(n)*float64(w.p.Truth.Settings.Grid))
	}
	if far > float64(w.p.Truth.Settings.Near) {
		w.p.Fail(place, "a position that is not near the equipment")
	}
}

func (w *positions) record(r *Record) {
	w.p.Select(r.Source.Name, 1)
	for i := range r.Fields {
		m := &r.Fields[i]
		if w.is(m.Name) || len(m.Raw) > 0 && m.Raw[0] == '{' && w.within(m.Raw) {
			w.p.Fail(r.Place(), "a field for a position")
			return
		}
	}
}

func (w *positions) text(t *evidence.Text) {
	w.p.Select(t.Class, 1)
	if w.within(t.Body) {
		w.p.Fail(finding.Place{Store: t.Class, File: t.Name}, "a field for a position")
	}
	if t.Class != evidence.MetricsText {
		return
	}
	samples, err := evidence.ParseMetrics(t.Body)
	if err != nil {
		return // telemetry reports it
	}
	for i := range samples {
		for _, l := range samples[i].Labels {
			if w.is([]byte(l.Name)) {
				w.p.Fail(finding.Place{Store: t.Class, File: t.Name}, "a label for a position")
			}
		}
	}
}
