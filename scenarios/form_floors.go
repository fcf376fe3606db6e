package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mostFloors and its siblings bound a building. They are far above what is
// built and keep a mistyped number from filling the memory.
const (
	mostFloors     = 256
	mostCars       = 64
	mostPopulation = 1_000_000 // of the building
	mostNamed      = 200       // banks, tenants, streams, visitors or faults
	mostSteps      = 2_000     // of a profile
)

// floorSet is floors as written; all stands for every floor there is.
type floorSet struct {
	all    bool
	floors []int // ascending
}

// pick resolves the set in a building of n floors.
func (s floorSet) pick(n int) []int {
	if !s.all {
		return s.floors
	}
	floors := make([]int, n)
	for i := range floors {
		floors[i] = i
	}
	return floors
}

// floorsForm is a set of floors, into a floorSet: "0, 8-14", [0, 8, 9] or
// "all".
type floorsForm struct{}

func (f floorsForm) decode(n *node, into any) []Problem {
	var set floorSet
	switch s, ok := n.leaf.(string); {
	case ok && strings.TrimSpace(s) == "all":
		set.all = true
	case ok:
		for part := range strings.SplitSeq(s, ",") {
			low, high, isRange := strings.Cut(part, "-")
			if !isRange {
				high = low
			}
			a, okA := floorNumber(low)
			b, okB := floorNumber(high)
			if !okA || !okB || a > b {
				return wrong(n, "", "%s is not a set of floors at %q; expected %s", n.shown(), clip(part), f.describe())
			}
			for floor := a; floor <= b; floor++ {
				if slices.Contains(set.floors, floor) {
					return wrong(n, "", "%s has floor %d twice", n.shown(), floor)
				}
				set.floors = append(set.floors, floor)
			}
		}
	case n.list:
		var faults []Problem
		for _, kid := range n.kids {
			var floor int
			if fault := floorForm.decode(kid, &floor); fault != nil {
				faults = append(faults, fault...)
			} else if slices.Contains(set.floors, floor) {
				faults = append(faults, wrong(kid, "", "floor %d stands there twice", floor)...)
			} else {
				set.floors = append(set.floors, floor)
			}
		}
		if faults != nil {
			return faults
		}
	default:
		return mistyped(n, f)
	}
	slices.Sort(set.floors)
	*into.(*floorSet) = set
	return nil
}

// floorNumber reads a floor in a set of floors.
func floorNumber(s string) (int, bool) {
	i, err := strconv.Atoi(strings.TrimSpace(s))
	return i, err == nil && i >= 0 && i < mostFloors
}

// floorForm is one floor by its number.
var floorForm = count{min: 0, max: mostFloors - 1, of: "the floor"}

func (f floorsForm) encode(from any) string {
	set := from.(*floorSet)
	if set.all {
		return `"all"`
	}
	if len(set.floors) == 0 {
		return "[]"
	}
	var parts []string
	for i := 0; i < len(set.floors); {
		j := i
		for j+1 < len(set.floors) && set.floors[j+1] == set.floors[j]+1 {
			j++
		}
		switch {
		case j == i:
			parts = append(parts, strconv.Itoa(set.floors[i]))
		default:
			parts = append(parts, fmt.Sprintf("%d-%d", set.floors[i], set.floors[j]))
		}
		i = j + 1
	}
	return strconv.Quote(strings.Join(parts, ", "))
}

func (f floorsForm) describe() string {
	return `floors by number, such as "0, 8-14" or [0, 8, 9], or "all"`
}

func (f floorsForm) schema() map[string]any {
	return map[string]any{"oneOf": []any{
		map[string]any{"type": "string", "pattern": `^(all| *\d+( *- *\d+)? *(, *\d+( *- *\d+)? *)*)$`, "examples": []string{"0, 8-14"}},
		map[string]any{"type": "array", "items": map[string]any{"type": "integer", "minimum": 0, "maximum": mostFloors - 1}},
	}}
}

// homeKind says where cars stand at instant 0.
type homeKind int

const (
	homeLobby homeKind = iota
	homeSpread
	homeFloor
)

type home struct {
	kind  homeKind
	floor int // homeFloor only
}

// homeForm is where cars stand at instant 0, into a home.
type homeForm struct{}

func (f homeForm) decode(n *node, into any) []Problem {
	h := home{kind: homeFloor}
	switch v := n.leaf.(type) {
	case int64:
		if faults := floorForm.decode(n, &h.floor); faults != nil {
			return faults
		}
	case string:
		i := slices.Index([]string{"lobby", "spread"}, v)
		if i < 0 {
			return wrong(n, didYouMean(v, []string{"lobby", "spread"}), "%s is unknown; expected %s", n.shown(), f.describe())
		}
		h.kind = homeKind(i)
	default:
		return mistyped(n, f)
	}
	*into.(*home) = h
	return nil
}

func (f homeForm) encode(from any) string {
	switch h := from.(*home); h.kind {
	case homeLobby:
		return `"lobby"`
	case homeSpread:
		return `"spread"`
	default:
		return strconv.Itoa(h.floor)
	}
}

func (f homeForm) describe() string {
	return `"lobby", "spread" (over the served floors, lowest to highest) or a floor`
}

func (f homeForm) schema() map[string]any {
	return map[string]any{"oneOf": []any{
		map[string]any{"enum": []string{"lobby", "spread"}},
		map[string]any{"type": "integer", "minimum": 0, "maximum": mostFloors - 1},
	}}
}

// listOf is a list of values of one form, into a *[]T by way of slot, which
// makes room for one more and returns where it goes.
type listOf[T any] struct {
	of   form
	what string // `a list of texts, such as ["G", "1"]`
	most int
}

func (f listOf[T]) decode(n *node, into any) []Problem {
	if !n.list {
		return mistyped(n, f)
	}
	if len(n.kids) > f.most {
		return wrong(n, "", "has %d entries; the most is %d", len(n.kids), f.most)
	}
	var faults []Problem
	values := make([]T, len(n.kids))
	for i, kid := range n.kids {
		faults = append(faults, f.of.decode(kid, &values[i])...)
	}
	if faults == nil {
		*into.(*[]T) = values
	}
	return faults
}

func (f listOf[T]) encode(from any) string {
	values := *from.(*[]T)
	parts := make([]string, len(values))
	for i := range values {
		parts[i] = f.of.encode(&values[i])
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (f listOf[T]) describe() string { return f.what }

func (f listOf[T]) schema() map[string]any {
	return map[string]any{"type": "array", "items": f.of.schema(), "maxItems": f.most}
}

// populationForm is people per floor, into a []int: one number for every
// floor but the entrances (a list of length one), or a list.
type populationForm struct{}

// population is people per floor as written.
type population struct {
	each   int   // people on every floor but the entrances, when floors is nil
	floors []int // people by floor
}

var (
	peopleForm = count{min: 0, max: mostPopulation, of: "people"}
	peopleList = listOf[int]{of: peopleForm, what: "a list of people by floor, floor 0 first", most: mostFloors}
)

func (f populationForm) decode(n *node, into any) []Problem {
	var p population
	var faults []Problem
	switch {
	case n.list:
		faults = peopleList.decode(n, &p.floors)
	case n.leaf != nil:
		faults = peopleForm.decode(n, &p.each)
	default:
		faults = mistyped(n, f)
	}
	if faults == nil {
		*into.(*population) = p
	}
	return faults
}

func (f populationForm) encode(from any) string {
	p := from.(*population)
	if p.floors == nil {
		return strconv.Itoa(p.each)
	}
	return peopleList.encode(&p.floors)
}

func (f populationForm) describe() string {
	return "people on every floor but the entrances, such as 60, or a list by floor, floor 0 first"
}

func (f populationForm) schema() map[string]any {
	return map[string]any{"oneOf": []any{peopleForm.schema(), peopleList.schema()}}
}

// entrance is a floor where people enter the building and its share of them.
type entrance struct {
	floor int
	share float64
	at    *node
}

// entrancesForm is the entrances, into a []entrance in ascending order: a
// list of floors with equal shares, or a table of floor to share.
type entrancesForm struct{}

func (f entrancesForm) decode(n *node, into any) []Problem {
	var found []entrance
	var faults []Problem
	switch {
	case n.table:
		for _, kid := range n.kids {
			e := entrance{at: kid}
			floor, ok := floorNumber(kid.key)
			if !ok {
				faults = append(faults, wrong(kid, "", "is not a floor; expected %s", f.describe())...)
				continue
			}
			e.floor = floor
			faults = append(faults, quantity{dim: shares, min: 0, max: 1}.decode(kid, &e.share)...)
			found = append(found, e)
		}
	case n.list:
		var set floorSet
		faults = floorsForm{}.decode(n, &set)
		for _, floor := range set.floors {
			found = append(found, entrance{floor: floor, share: 1 / float64(len(set.floors)), at: n})
		}
	default:
		return mistyped(n, f)
	}
	slices.SortFunc(found, func(a, b entrance) int { return a.floor - b.floor })
	sum := 0.0
	for i, e := range found {
		sum += e.share
		if i > 0 && found[i-1].floor == e.floor {
			faults = append(faults, wrong(e.at, "", "floor %d stands there twice", e.floor)...)
		}
	}
	if faults == nil && len(found) > 0 && !(sum > 1-1e-9 && sum < 1+1e-9) {
		faults = wrong(n, "", "shares sum to %s %%; they must sum to 100 %%", strconv.FormatFloat(sum*100, 'g', 6, 64))
	}
	if faults == nil {
		*into.(*[]entrance) = found
	}
	return faults
}

func (f entrancesForm) encode(from any) string {
	es := *from.(*[]entrance)
	var parts []string
	for _, e := range es {
		parts = append(parts, fmt.Sprintf("%d = %s", e.floor, quantity{dim: shares}.encode(&e.share)))
	}
	if parts == nil {
		return "[]"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

func (f entrancesForm) describe() string {
	return `a list of floors with equal shares, such as [0], or shares by floor, such as { 0 = "80%", 1 = "20%" }`
}

func (f entrancesForm) schema() map[string]any {
	return map[string]any{"oneOf": []any{
		map[string]any{"type": "array", "items": map[string]any{"type": "integer", "minimum": 0, "maximum": mostFloors - 1}},
		map[string]any{"type": "object", "patternProperties": map[string]any{`^\d+$`: quantity{dim: shares}.schema()}, "additionalProperties": false},
	}}
}
