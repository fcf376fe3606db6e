package scenarios

import (
	"fmt"
	"strings"
	"time"
)

// trafficDraft is a stream as written.
type trafficDraft struct {
	tenants    []string
	demand     float64
	mix        mix
	start, end time.Duration
	steps      []stepDraft
	template   template
	peak       float64
	matrix     [][]float64
	list       string
	digest     string
	repeat     time.Duration
	batch      float64
}

// stepDraft is one phase as written.
type stepDraft struct {
	start, end time.Duration
	demand     float64
	mix        mix
	matrix     [][]float64
	sheet      *sheet // what was given; nil when not read from a file
}

var (
	demandForm  = quantity{dim: shares, min: 0, max: 1}
	instantForm = span{0, longestSpan}
	repeatForm  = span{time.Hour, longestSpan}
)

const repeatDoc = "After this long all of it comes again, until run.duration: \"24h\" makes a daily pattern."

var trafficSection = &section{
	key: "traffic", named: "NAME",
	doc: "A source of trips. It has exactly one of demand, steps, template, matrix and list.",
	fields: []field{
		{key: "tenants", form: listOf[string]{of: identifier{"the name of a tenant"}, what: `a list of tenants, such as ["offices"]`, most: mostNamed},
			derived: "all; with a list the only one, if there is only one", source: "all tenants travel",
			doc: "Whose people travel.", at: in(func(t *trafficDraft) any { return &t.tenants })},
		{key: "demand", form: demandForm,
			doc: "Constant demand: share of the tenants' population per 5 min.", at: in(func(t *trafficDraft) any { return &t.demand })},
		{key: "mix", form: mixture{}, derived: "with a template: up 85/10/5, down 10/85/5, two-way 50/50/0, lunch 45/45/10", source: "BCO 2014 for up and lunch; down mirrors up; two-way as named",
			doc: "Incoming, outgoing and inter-floor shares of the demand; in steps it holds for steps without one.", at: in(func(t *trafficDraft) any { return &t.mix })},
		{key: "start", form: instantForm, def: `"0s"`, source: "the whole run",
			doc: "Start of a demand, matrix or template.", at: in(func(t *trafficDraft) any { return &t.start })},
		{key: "end", form: instantForm, derived: "repeat, else run.duration", source: "the whole run",
			doc: "End of a demand or matrix.", at: in(func(t *trafficDraft) any { return &t.end })},
		{key: "steps", form: stepsForm{},
			doc: "Step profile: { start, end, demand, mix } or { start, end, matrix } in time order; end is by default the next step's start, repeat or run.duration.", at: in(func(t *trafficDraft) any { return &t.steps })},
		{key: "template", form: choice{templateWords},
			doc: "Rise and fall over an hour in 12 steps of 5 min around peak.", at: in(func(t *trafficDraft) any { return &t.template })},
		{key: "peak", form: demandForm,
			doc: "Demand of the template's highest 5 min, as a share of the tenants' population.", at: in(func(t *trafficDraft) any { return &t.peak })},
		{key: "matrix", form: matrixForm{},
			doc: "Constant origin-destination demand.", at: in(func(t *trafficDraft) any { return &t.matrix })},
		{key: "repeat", form: repeatForm,
			doc: repeatDoc, at: in(func(t *trafficDraft) any { return &t.repeat })},
		{key: "list", form: text{of: `a passenger list: a CSV file relative to the scenario, or "library:FILE"`, longest: 1000},
			doc: "Passenger list in CSV: time_s,origin,destination,mass_kg.", at: in(func(t *trafficDraft) any { return &t.list })},
		{key: "list_sha256", form: text{of: "64 hexadecimal digits", longest: 64},
			doc: "Checksum that the list must have.", at: in(func(t *trafficDraft) any { return &t.digest })},
		{key: "batch_mean", form: number{min: 1, max: 20, of: "mean people a group, a number"}, def: "1", source: "single people; offices are seen at 1.2-1.3, hotels 1.3-2.0, residential 1.1-1.4",
			doc: "1 is single people, Poisson; above, groups of geometric size arrive, and the number of people stays the same.", at: in(func(t *trafficDraft) any { return &t.batch })},
	},
}

var stepSection = &section{
	key: "step",
	fields: []field{
		{key: "start", form: instantForm, need: true,
			doc: "Start of the step.", at: in(func(s *stepDraft) any { return &s.start })},
		{key: "end", form: instantForm, derived: "the next step's start",
			doc: "End of the step.", at: in(func(s *stepDraft) any { return &s.end })},
		{key: "demand", form: demandForm,
			doc: "Share of the tenants' population per 5 min.", at: in(func(s *stepDraft) any { return &s.demand })},
		{key: "mix", form: mixture{}, derived: "the stream's mix",
			doc: "Incoming, outgoing and inter-floor shares.", at: in(func(s *stepDraft) any { return &s.mix })},
		{key: "matrix", form: matrixForm{},
			doc: "Origin-destination demand.", at: in(func(s *stepDraft) any { return &s.matrix })},
	},
}

// stepsForm is a step profile, into a []stepDraft.
type stepsForm struct{}

func (f stepsForm) decode(n *node, into any) []Problem {
	if !n.list || len(n.kids) == 0 {
		return mistyped(n, f)
	}
	if len(n.kids) > mostSteps {
		return wrong(n, "", "has %d steps; the most is %d", len(n.kids), mostSteps)
	}
	var faults []Problem
	steps := make([]stepDraft, len(n.kids))
	for i, kid := range n.kids {
		s := &steps[i]
		s.sheet = stepSection.read(kid, kid, kid.path, s, false)
		faults = append(faults, s.sheet.faults...)
	}
	if faults == nil {
		*into.(*[]stepDraft) = steps
	}
	return faults
}

func (f stepsForm) encode(from any) string {
	var b strings.Builder
	b.WriteString("[\n")
	for _, s := range *from.(*[]stepDraft) {
		fmt.Fprintf(&b, "    { start = %s, end = %s, ", instantForm.encode(&s.start), instantForm.encode(&s.end))
		if s.matrix != nil {
			fmt.Fprintf(&b, "matrix = %s },\n", matrixForm{}.encode(&s.matrix))
		} else {
			fmt.Fprintf(&b, "demand = %s, mix = %s },\n", demandForm.encode(&s.demand), mixture{}.encode(&s.mix))
		}
	}
	return b.String() + "]"
}

func (f stepsForm) describe() string {
	return `a list of steps, such as [ { start = "0s", demand = "5%", mix = "85/10/5" } ]`
}

func (f stepsForm) schema() map[string]any {
	return map[string]any{"type": "array", "minItems": 1, "maxItems": mostSteps, "items": stepSection.schema()}
}
