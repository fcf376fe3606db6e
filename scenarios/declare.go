package scenarios

import (
	"math"
	"time"
)

// Schema is the version of the scenario format that this package reads.
const Schema = 1

// headDraft is the top of a scenario file.
type headDraft struct {
	schema                   int
	name, title, description string
}

var rootSection = &section{
	doc: "A scenario is one TOML file. Every key that is not in this page is an error.",
	fields: []field{
		{key: "schema", form: versionForm{}, need: true,
			doc: "Version of this format.", at: in(func(h *headDraft) any { return &h.schema })},
		{key: "name", form: identifier{"a name"}, derived: "base name of the file", source: "the file's name",
			doc: "Short name of the scenario.", at: in(func(h *headDraft) any { return &h.name })},
		{key: "title", form: text{of: "a line of text", longest: 200}, derived: "name", source: "the scenario's name",
			doc: "One line for people.", at: in(func(h *headDraft) any { return &h.title })},
		{key: "description", form: text{of: "text", longest: 10_000, lines: true}, derived: "nothing", source: "none given",
			doc: "What the scenario shows and where its numbers come from.", at: in(func(h *headDraft) any { return &h.description })},
	},
	tables: []*section{buildingSection, bankSection, tenantSection, trafficSection, visitorSection, serviceSection, eventSection, faultSection, runSection, loadSection, expectSection},
}

// versionForm is the schema version, into an int.
type versionForm struct{}

func (f versionForm) decode(n *node, into any) []Problem {
	v, ok := n.leaf.(int64)
	switch {
	case !ok:
		return mistyped(n, f)
	case v > Schema:
		return wrong(n, "use a newer hoistway", "is version %d; this hoistway reads version %d", v, Schema)
	case v != Schema:
		return wrong(n, "", "there is no version %d; expected %s", v, f.describe())
	}
	*into.(*int) = int(v)
	return nil
}

func (f versionForm) encode(any) string      { return "1" }
func (f versionForm) describe() string       { return "the number 1" }
func (f versionForm) schema() map[string]any { return map[string]any{"const": Schema} }

// buildingDraft is the building as written.
type buildingDraft struct {
	floors       int
	names        []string
	height       float64
	heights      []float64
	population   population
	entrances    []entrance
	locked       floorSet
	transferWalk time.Duration
}

var heightForm = quantity{dim: lengths, min: 0.5, max: 1000}

var buildingSection = &section{
	key: "building",
	doc: "The stack of floors. Floors are numbered from 0, the lowest.",
	fields: []field{
		{key: "floors", form: count{2, mostFloors, "floors"}, need: true,
			doc: "Number of floors.", at: in(func(b *buildingDraft) any { return &b.floors })},
		{key: "names", form: listOf[string]{of: text{of: "a floor's name", longest: 20}, what: `a list of texts, such as ["G", "1", "2"]`, most: mostFloors},
			derived: `the floors' numbers: "0", "1" ...`, source: "the floors' numbers",
			doc: "What people call the floors, floor 0 first.", at: in(func(b *buildingDraft) any { return &b.names })},
		{key: "height", form: heightForm, derived: "3.8m, when heights is not given", source: ours + "; usual office storey",
			doc: "Height of every floor to the next.", at: in(func(b *buildingDraft) any { return &b.height })},
		{key: "heights", form: listOf[float64]{of: heightForm, what: `a list of lengths, such as ["5m", "3.8m"]`, most: mostFloors},
			derived: "height for every floor", source: "height",
			doc: "Heights from each floor to the next, floor 0 first, one fewer than floors.", at: in(func(b *buildingDraft) any { return &b.heights })},
		{key: "population", form: populationForm{}, def: "0", source: "nobody lives here; traffic then needs a matrix or a list",
			doc: "People who live or work on the floors.", at: in(func(b *buildingDraft) any { return &b.population })},
		{key: "entrances", form: entrancesForm{}, def: "[0]", source: "the lowest floor",
			doc: "Where people enter and leave the building, and which share of them.", at: in(func(b *buildingDraft) any { return &b.entrances })},
		{key: "locked", form: floorsForm{}, def: "[]", source: "no floor is locked",
			doc: "Floors to which only their tenants and visitors with a valid key may go.", at: in(func(b *buildingDraft) any { return &b.locked })},
		{key: "transfer_walk", form: anySpan, def: `"10s"`, source: ours,
			doc: "From one bank's car to another bank's landing, for people who change banks.", at: in(func(b *buildingDraft) any { return &b.transferWalk })},
	},
}

// runDraft is [run] as written; it is Run itself.
var runSection = &section{
	key: "run",
	doc: "How long, what is measured and how often.",
	fields: []field{
		{key: "seed", form: count{0, math.MaxInt64, ""}, def: "1", source: ours,
			doc: "Start of all random streams.", at: in(func(r *Run) any { return &r.Seed })},
		{key: "replications", form: count{1, 1_000_000, "replications"}, def: "1", source: ours + "; ten or more give an interval worth reading",
			doc: "Independent runs; every one draws its own people. Traffic that is all lists has one.", at: in(func(r *Run) any { return &r.Replications })},
		{key: "duration", form: span{time.Second, longestSpan}, def: `"2h"`, source: iso8100,
			doc: "Traffic is generated from 0 to duration.", at: in(func(r *Run) any { return &r.Duration })},
		{key: "warm_up", form: span{0, longestSpan}, def: `"15min"`, source: iso8100,
			doc: "People who arrive before it are not measured.", at: in(func(r *Run) any { return &r.WarmUp })},
		{key: "cool_down", form: span{0, longestSpan}, def: `"5min"`, source: iso8100,
			doc: "People who arrive in the last cool_down of duration are not measured.", at: in(func(r *Run) any { return &r.CoolDown })},
		{key: "cap", form: span{time.Second, 2 * longestSpan}, derived: "duration + 2 h", source: ours,
			doc: "The run ends here at the latest; it ends earlier when everybody has arrived.", at: in(func(r *Run) any { return &r.Cap })},
		{key: "confidence", form: quantity{dim: shares, min: 0.5, max: 0.9999}, def: `"95%"`, source: "usual practice",
			doc: "Level of the intervals over replications.", at: in(func(r *Run) any { return &r.Confidence })},
	},
}

// expectSection has no declared keys: they are the names of Metrics.
var expectSection = &section{
	key: "expect",
	doc: "What must hold over all replications together, one line a metric: wait_p90 = \"<= 60s\". Several bounds on one metric stand in a list: awt = [\">= 5s\", \"<= 25s\"]. Metrics that begin with load_ are judged by `hoistway load`; `run` says how many it leaves out.",
}
