package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// distribution is a quantity that differs from person to person, into a Dist:
// a constant, or a table of mean, sd, min and max.
type distribution struct{ of quantity }

func (f distribution) decode(n *node, into any) []Problem {
	if n.leaf != nil {
		var x float64
		if faults := f.of.decode(n, &x); faults != nil {
			return faults
		}
		*into.(*Dist) = Dist{Mean: x, Min: x, Max: x}
		return nil
	}
	if !n.table {
		return mistyped(n, f)
	}
	var faults []Problem
	var d Dist
	plainly := quantity{dim: f.of.dim, min: f.of.min, max: f.of.max}
	spread := quantity{dim: f.of.dim, min: 0, max: f.of.max}
	parts := []struct {
		key  string
		form quantity
		into *float64
	}{{"mean", plainly, &d.Mean}, {"sd", spread, &d.SD}, {"min", plainly, &d.Min}, {"max", plainly, &d.Max}}
	known := make([]string, len(parts))
	for i, p := range parts {
		known[i] = p.key
		if kid := n.child(p.key); kid != nil {
			faults = append(faults, p.form.decode(kid, p.into)...)
		} else {
			faults = append(faults, wrong(n, "", "%s is missing; expected %s", p.key, f.describe())...)
		}
	}
	for _, kid := range n.kids {
		if !slices.Contains(known, kid.key) {
			faults = append(faults, unknownKey(kid, known))
		}
	}
	if faults == nil && !(d.Min <= d.Mean && d.Mean <= d.Max) {
		faults = wrong(n, "", "mean must lie between min and max")
	}
	if faults == nil {
		*into.(*Dist) = d
	}
	return faults
}

func (f distribution) encode(from any) string {
	d := *from.(*Dist)
	if d.SD == 0 && (d.Min == d.Mean && d.Max == d.Mean || math.IsInf(d.Mean, 1)) {
		return f.of.encode(&d.Mean)
	}
	return fmt.Sprintf("{ mean = %s, sd = %s, min = %s, max = %s }",
		f.of.encode(&d.Mean), f.of.encode(&d.SD), f.of.encode(&d.Min), f.of.encode(&d.Max))
}

func (f distribution) describe() string {
	return f.of.describe() + ", or { mean, sd, min, max }: normal, cut to min..max"
}

func (f distribution) schema() map[string]any {
	one := quantity{dim: f.of.dim}.schema()
	return map[string]any{"oneOf": []any{f.of.schema(), map[string]any{
		"type": "object", "additionalProperties": false,
		"required":   []string{"mean", "sd", "min", "max"},
		"properties": map[string]any{"mean": one, "sd": one, "min": one, "max": one},
	}}}
}

// mix is how traffic splits into incoming, outgoing and inter-floor.
type mix struct{ in, out, inter float64 }

// mixture is a mix written "85/10/5" in per cent, into a mix.
type mixture struct{}

func (f mixture) decode(n *node, into any) []Problem {
	s, ok := n.leaf.(string)
	if !ok {
		return mistyped(n, f)
	}
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return wrong(n, "", "%s is not a mix; expected %s", n.shown(), f.describe())
	}
	var x [3]float64
	var sum int64
	for i, p := range parts {
		number, rest, ok := cutNumber(strings.TrimSpace(p))
		micro, exact := decimal(number, 6)
		if !ok || rest != "" || !exact || micro < 0 {
			return wrong(n, "", "%s is not a mix; expected %s", n.shown(), f.describe())
		}
		sum += min(micro, 1e9)
		x[i], _ = strconv.ParseFloat(number+"e-2", 64)
	}
	if sum != 100_000_000 {
		return wrong(n, "", "%s sums to %s %%; in, out and inter-floor must sum to 100 %%", n.shown(), undecimal(sum, 6))
	}
	*into.(*mix) = mix{x[0], x[1], x[2]}
	return nil
}

func (f mixture) encode(from any) string {
	m := from.(*mix)
	return strconv.Quote(plain(m.in, 2) + "/" + plain(m.out, 2) + "/" + plain(m.inter, 2))
}

func (f mixture) describe() string {
	return `shares in per cent of incoming, outgoing and inter-floor traffic, such as "85/10/5"`
}

func (f mixture) schema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^ *\d+(\.\d+)? */ *\d+(\.\d+)? */ *\d+(\.\d+)? *$`, "examples": []string{"85/10/5"}}
}

// frequency is people per time, into a float64 per hour.
type frequency struct{ max float64 }

// frequencyUnits are periods and how many of them an hour has.
var frequencyUnits = [...]struct {
	name    string
	perHour float64
}{{"/h", 1}, {"/5min", 12}, {"/min", 60}}

func (f frequency) decode(n *node, into any) []Problem {
	switch v := n.leaf.(type) {
	case string:
		number, rest, ok := cutNumber(v)
		for _, u := range frequencyUnits {
			if !ok || strings.TrimPrefix(rest, " ") != u.name {
				continue
			}
			x, err := strconv.ParseFloat(number, 64)
			switch x *= u.perHour; {
			case err != nil:
			case x < 0:
				return wrong(n, "", "%s must not be negative", n.shown())
			case x > f.max:
				return wrong(n, "", "%s is too large; the most is %s/h", n.shown(), plain(f.max, 0))
			default:
				*into.(*float64) = x
				return nil
			}
		}
		return wrong(n, "", "%s is not a rate; expected %s", n.shown(), f.describe())
	case int64, float64:
		return wrong(n, `write the unit behind the number, such as "4/h"`, "%s has no unit; expected %s", n.shown(), f.describe())
	}
	return mistyped(n, f)
}

func (f frequency) encode(from any) string { return strconv.Quote(plain(*from.(*float64), 0) + "/h") }
func (f frequency) describe() string       { return `a rate in /h, /5min or /min, such as "4/h"` }
func (f frequency) schema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^\d+(\.\d+)? ?/(h|5min|min)$`, "examples": []string{"4/h"}}
}

// matrixForm is a square table of people carried from each floor (row) to
// each floor (column), into a [][]float64.
type matrixForm struct{}

// mostRate bounds one cell of a matrix, in people per 5 min.
const mostRate = 100_000

func (f matrixForm) decode(n *node, into any) []Problem {
	if !n.list || len(n.kids) == 0 {
		return mistyped(n, f)
	}
	var faults []Problem
	rates := make([][]float64, len(n.kids))
	cell := number{min: 0, max: mostRate, of: "people"}
	for i, row := range n.kids {
		if !row.list {
			faults = append(faults, wrong(row, "", "%s; expected a row of numbers", row.kind())...)
			continue
		}
		if len(row.kids) != len(n.kids) {
			faults = append(faults, wrong(row, "", "has %d columns but the matrix has %d rows; it must be square", len(row.kids), len(n.kids))...)
			continue
		}
		rates[i] = make([]float64, len(row.kids))
		for j, x := range row.kids {
			faults = append(faults, cell.decode(x, &rates[i][j])...)
			if i == j && rates[i][j] != 0 {
				faults = append(faults, wrong(x, "write 0", "people who travel from floor %d to itself", i)...)
			}
		}
	}
	if faults == nil {
		*into.(*[][]float64) = rates
	}
	return faults
}

func (f matrixForm) encode(from any) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, row := range *from.(*[][]float64) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('[')
		for j := range row {
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(plain(row[j], 0))
		}
		b.WriteByte(']')
	}
	return b.String() + "]"
}

func (f matrixForm) describe() string {
	return "a square list of rows [[0, 4], [2, 0]]: people per 5 min from each floor (row) to each floor (column), floor 0 first"
}

func (f matrixForm) schema() map[string]any {
	return map[string]any{"type": "array", "items": map[string]any{"type": "array", "items": map[string]any{"type": "number", "minimum": 0}}}
}
