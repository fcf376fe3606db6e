package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// trafficKinds are the keys that say what a stream is; it has exactly one.
var trafficKinds = []string{"demand", "steps", "template", "matrix", "list"}

func (b *builder) traffic(n *node) {
	named := b.tables(n, "traffic")
	if len(named) == 0 && (n == nil || n.table) && b.root.child("visitor") == nil {
		b.faults = append(b.faults, Problem{
			File: b.source, Line: 1, Column: 1, Key: "traffic", Message: "the scenario has no traffic",
			Hint: `add [traffic.NAME] with demand, steps, template, matrix or list`,
		})
	}
	for _, kid := range named {
		b.stream(kid)
	}
}

func (b *builder) stream(n *node) {
	d := trafficDraft{batch: 1}
	t := b.read(trafficSection, n, n, "traffic."+n.key, &d, false)
	s := Stream{Name: n.key, Batch: d.batch, Repeat: d.repeat}
	kind := b.streamKind(t)
	s.Tenants = b.travellers(t, &d, kind)
	if kind != "" && !t.refused(kind) {
		b.phases(t, &d, kind, &s)
	}
	b.sc.Traffic = append(b.sc.Traffic, s)
}

// streamKind finds the one key that says what the stream is and refuses keys
// that say nothing about it.
func (b *builder) streamKind(t *sheet) string {
	var kinds []string
	for _, k := range trafficKinds {
		if t.given[k] != nil {
			kinds = append(kinds, k)
		}
	}
	switch len(kinds) {
	case 0:
		if len(t.faults) == 0 {
			t.fault("", "", "has none of %s; expected one", either(trafficKinds))
		}
		return ""
	case 1:
	default:
		t.fault(kinds[1], "use a stream for each", "%s are both given; a stream has one", strings.Join(kinds[:2], " and "))
		return ""
	}
	kind := kinds[0]
	fits := map[string]string{
		"mix":         "demand steps template",
		"start":       "demand matrix template",
		"end":         "demand matrix",
		"peak":        "template",
		"list_sha256": "list",
		"repeat":      "demand steps template matrix",
		"batch_mean":  "demand steps template matrix",
	}
	for _, key := range []string{"mix", "start", "end", "peak", "repeat", "list_sha256", "batch_mean"} {
		if t.given[key] != nil && !slices.Contains(strings.Fields(fits[key]), kind) {
			t.fault(key, "remove it", "has no meaning beside %s", kind)
		}
	}
	t.settings = slices.DeleteFunc(t.settings, func(s Setting) bool {
		key := lastKey(s.Key)
		return fits[key] != "" && !slices.Contains(strings.Fields(fits[key]), kind)
	})
	return kind
}

// travellers resolves the stream's tenants.
func (b *builder) travellers(t *sheet, d *trafficDraft, kind string) []string {
	var all []string
	for _, tenant := range b.sc.Tenants {
		all = append(all, tenant.Name)
	}
	if t.given["tenants"] == nil {
		d.tenants = []string{}
		if kind != "list" || len(all) == 1 {
			d.tenants = all
		}
		t.derive("tenants", d)
		return d.tenants
	}
	for _, name := range d.tenants {
		if !slices.Contains(all, name) {
			t.fault("tenants", didYouMean(name, all), "there is no tenant %q; the tenants are %s", name, strings.Join(all, ", "))
		}
	}
	slices.Sort(d.tenants)
	if len(slices.Compact(slices.Clone(d.tenants))) != len(d.tenants) {
		t.fault("tenants", "", "names a tenant twice")
	}
	if len(d.tenants) == 0 && kind != "list" && !t.refused("tenants") {
		t.fault("tenants", "", "names no tenant")
	}
	return d.tenants
}

// phases fills in what the stream's kind needs.
func (b *builder) phases(t *sheet, d *trafficDraft, kind string, s *Stream) {
	duration := b.sc.Run.Duration
	if t.given["end"] == nil && (kind == "demand" || kind == "matrix") {
		d.end = horizon(d.repeat, duration)
		t.derive("end", d)
	}
	switch kind {
	case "demand":
		if t.given["mix"] == nil {
			t.fault("demand", `write mix = "85/10/5"`, "mix is missing; expected %s", mixture{}.describe())
			return
		}
		s.Phases = []Phase{{Start: d.start, End: d.end, Demand: d.demand, In: d.mix.in, Out: d.mix.out, Inter: d.mix.inter}}
	case "matrix":
		s.Kind = Matrix
		s.Phases = []Phase{{Start: d.start, End: d.end, Rates: d.matrix}}
	case "template":
		if t.given["peak"] == nil {
			t.fault("template", `write peak = "12%"`, "peak is missing; expected %s", demandForm.describe())
			return
		}
		if t.given["mix"] == nil {
			d.mix = d.template.mix()
			t.derive("mix", d)
		}
		s.Phases = d.template.phases(d.start, d.peak, d.mix)
	case "steps":
		if !b.steps(t, d, s) {
			return
		}
	case "list":
		b.list(t, d, s)
		return
	}
	if kind != "steps" {
		key := kind
		for _, k := range []string{"start", "end"} {
			if t.given[k] != nil {
				key = k
			}
		}
		for _, p := range s.Phases {
			if message, hint := b.span(p, d.repeat); message != "" {
				t.fault(key, hint, "%s", message)
				return
			}
		}
	}
	if s.Kind == Matrix {
		b.rates(t, s)
	} else if !t.refused("tenants") {
		b.travel(t, s)
	}
	if len(t.faults) == 0 && duration > 0 && slices.IndexFunc(s.Phases, func(p Phase) bool { return p.Demand > 0 || p.Rates != nil }) < 0 {
		t.fault(kind, "", "nobody travels: the demand is 0 %%")
	}
}

// horizon is the end of what is written: of one round of what repeats, else of
// the run. HorizonKey says which.
func horizon(repeat, duration time.Duration) time.Duration {
	if repeat > 0 {
		return repeat
	}
	return duration
}

func horizonKey(repeat time.Duration) string {
	if repeat > 0 {
		return "repeat"
	}
	return "run.duration"
}

// span says what is wrong with the instants of a phase, and a remedy.
func (b *builder) span(p Phase, repeat time.Duration) (message, hint string) {
	switch last, key := horizon(repeat, b.sc.Run.Duration), horizonKey(repeat); {
	case p.Start >= p.End:
		return fmt.Sprintf("start %s is not before end %s", formatSpan(p.Start), formatSpan(p.End)), ""
	case p.End > last:
		return fmt.Sprintf("ends at %s, after the end of %s, %s", formatSpan(p.End), key, formatSpan(last)), "lengthen " + key + " or shorten the traffic"
	}
	return "", ""
}

// steps turns the steps of a profile into phases.
func (b *builder) steps(t *sheet, d *trafficDraft, s *Stream) bool {
	good := len(t.faults)
	for i, step := range d.steps {
		given := step.sheet.given
		fault := func(format string, args ...any) {
			n := step.sheet.node
			t.faults = append(t.faults, wrong(n, "", format, args...)...)
		}
		end := step.end
		if given["end"] == nil {
			end = horizon(d.repeat, b.sc.Run.Duration)
			if i+1 < len(d.steps) {
				end = d.steps[i+1].start
			}
		}
		p := Phase{Start: step.start, End: end}
		switch late := i+1 < len(d.steps) && given["end"] == nil && end <= p.Start; {
		case i > 0 && p.Start <= d.steps[i-1].start:
			fault("starts at %s, not after the start of the step above, %s", formatSpan(p.Start), formatSpan(d.steps[i-1].start))
		case i > 0 && p.Start < s.Phases[i-1].End:
			fault("starts at %s, before the end of the step above, %s", formatSpan(p.Start), formatSpan(s.Phases[i-1].End))
		case !late: // else the step below is told
			if message, _ := b.span(p, d.repeat); message != "" {
				fault("%s", message)
			}
		}
		switch {
		case (given["demand"] == nil) == (given["matrix"] == nil):
			fault("expected one of demand and matrix")
		case given["matrix"] != nil:
			if given["mix"] != nil {
				fault("mix has no meaning beside matrix")
			}
			s.Kind, p.Rates = Matrix, step.matrix
		default:
			m := step.mix
			if given["mix"] == nil {
				if t.given["mix"] == nil {
					fault("mix is missing, here and in the stream; expected %s", mixture{}.describe())
				}
				m = d.mix
			}
			p.Demand, p.In, p.Out, p.Inter = step.demand, m.in, m.out, m.inter
		}
		if i > 0 && (p.Rates == nil) != (s.Phases[0].Rates == nil) {
			fault("some steps have a demand and some a matrix; use a stream for each")
		}
		s.Phases = append(s.Phases, p)
	}
	return len(t.faults) == good
}

// rates checks the matrices of a stream against the building.
func (b *builder) rates(t *sheet, s *Stream) {
	key, floors := "matrix", len(b.sc.Building.Floors)
	if t.given["steps"] != nil {
		key = "steps"
	}
	some := false
	for _, p := range s.Phases {
		if len(p.Rates) != floors && floors > 0 {
			t.fault(key, "", "a matrix has %d rows but the building has %d floors", len(p.Rates), floors)
			return
		}
		for _, row := range p.Rates {
			some = some || slices.ContainsFunc(row, func(x float64) bool { return x > 0 })
		}
	}
	if !some {
		t.fault(key, "", "nobody travels: all rates are 0")
	}
}

// travel refuses a profile whose people do not exist or have nowhere to go.
func (b *builder) travel(t *sheet, s *Stream) {
	floors := b.sc.Building.Floors
	if b.broken || len(floors) == 0 {
		return
	}
	home := make([]bool, len(floors))
	people, homes := 0, 0
	for _, tenant := range b.sc.Tenants {
		if !slices.Contains(s.Tenants, tenant.Name) || tenant.Share == 0 {
			continue
		}
		for _, f := range tenant.Floors {
			if f < len(floors) && !home[f] && floors[f].Population > 0 {
				home[f] = true
				people += floors[f].Population
				homes++
			}
		}
	}
	if people == 0 {
		t.fault("", "give building.population people on the tenants' floors", "nobody travels: the tenants' floors have no population")
		return
	}
	outside := func(p Phase) bool { return p.Demand > 0 && p.In+p.Out > 0 }
	if slices.ContainsFunc(s.Phases, outside) {
		b.entered(t)
	}
	if homes < 2 && slices.ContainsFunc(s.Phases, func(p Phase) bool { return p.Demand > 0 && p.Inter > 0 }) {
		t.fault("", "", "inter-floor traffic needs people on at least two floors; the tenants have one")
	}
}

// list reads the stream's passenger list.
func (b *builder) list(t *sheet, d *trafficDraft, s *Stream) {
	s.Kind, s.List, s.Batch = List, d.list, 1
	floors := len(b.sc.Building.Floors)
	if floors == 0 {
		return
	}
	file, err := b.lists(d.list)
	if err != nil {
		t.fault("list", "", "%s", err)
		return
	}
	if d.digest != "" && d.digest != file.digest {
		t.fault("list_sha256", "the list is another one than the scenario was made for", "%s has checksum %s", d.list, file.digest)
	}
	s.digest = file.digest
	if t.given["list_sha256"] == nil {
		d.digest = file.digest
		t.settings = append(t.settings, Setting{t.path + ".list_sha256", quoteTOML(file.digest), "the list's contents"})
	}
	trips, err := file.trips(floors)
	var faults Problems
	switch {
	case errors.As(err, &faults):
		b.faults = append(b.faults, faults...)
		return
	case err != nil:
		t.fault("list", "", "%s", err)
		return
	}
	s.Trips = trips
	if last := trips[len(trips)-1]; last.At >= b.sc.Run.Duration {
		t.fault("list", "lengthen run.duration", "the last passenger of %s comes at %s, not before the end of run.duration, %s", d.list, formatSpan(last.At), formatSpan(b.sc.Run.Duration))
	}
	b.carried(t, s)
}

// carried refuses passengers whom no car can lift.
func (b *builder) carried(t *sheet, s *Stream) {
	if b.broken {
		return
	}
	strongest := int64(0)
	for _, bank := range b.sc.Banks {
		for _, c := range bank.Cars {
			strongest = max(strongest, c.Load)
		}
	}
	for i, trip := range s.Trips {
		if trip.Mass > strongest {
			t.fault("list", "", "the passenger on line %d of %s weighs %s kg; no car carries more than %s kg", i+2, s.List, undecimal(trip.Mass, 3), undecimal(strongest, 3))
			return
		}
	}
}
