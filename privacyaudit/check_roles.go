package privacyaudit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// roles holds the accesses that the service counted against a table of who may
// do what, which the rule gives as lines of
//
//	ROLE | KIND, KIND ... | ACT, ACT ... | PURPOSE, PURPOSE ... | CONDITION
//
// with * for all. What no line allows is a violation; accesses that were denied
// are counted and are none. A condition is the name of an act of the ledger, or
// several with commas between, of which there must be an entry: an incident, an
// instruction; or residential: one of the buildings is. The rule's kinds, and its
// parameters roles, acts, without_kinds and without_roles say what it judges.
//
// It sees kinds of records, not fields, and what the service counted: an access
// past its counters shows elsewhere, if it leaves anything.
func init() {
	choice := []Param{
		{Name: "roles", Form: FormTexts, About: "roles that it judges; none = all"},
		{Name: "acts", Form: FormTexts, About: "acts that it judges: read, write, delete; none = all"},
		{Name: "without_kinds", Form: FormTexts, About: "kinds of records that it leaves to other rules"},
		{Name: "without_roles", Form: FormTexts, About: "roles that it leaves to other rules"},
	}
	register(&Check{
		Name:   "roles",
		About:  "Nobody accessed records but in a role, an act and for a purpose that the table allows.",
		Needs:  NeedMetrics,
		Params: append(choice, Param{Name: "allow", Form: FormTexts, Required: true, About: "the table's lines: ROLE | KINDS | ACTS | PURPOSES | CONDITION"}),
		New:    newRoles,
	})
	register(&Check{
		Name:  "purposes",
		About: "Every access had a purpose of the closed list, and one that is declared for its kind of records.",
		Needs: NeedMetrics,
		Params: append(choice[:4:4],
			Param{Name: "list", Form: FormTexts, About: "the closed list; none = only that there is a purpose, and that it is declared for the kind"},
			Param{Name: "matrix", Form: FormFlag, About: "put what was seen of it into the report's matrix"}),
		New: newPurposes,
	})
}

// chosen tells whether a rule judges an access.
func (p *Probe) chosen(x *access) bool {
	in := func(name, value string) bool {
		list := p.Texts(name)
		return len(list) == 0 || slices.Contains(list, value)
	}
	return p.wants(x.Kind) && in("roles", x.Role) && in("acts", x.Act) &&
		!slices.Contains(p.Texts("without_kinds"), x.Kind) && !slices.Contains(p.Texts("without_roles"), x.Role)
}

// permit is one line of the table.
type permit struct {
	role                  string
	kinds, acts, purposes []string
	conditions            []string
}

func (r *permit) covers(x *access) bool {
	return (r.role == "*" || r.role == x.Role) && covers(r.kinds, x.Kind) && covers(r.acts, x.Act) && covers(r.purposes, x.Purpose)
}

func covers(list []string, value string) bool {
	return value != "" && (list[0] == "*" || slices.Contains(list, value))
}

// parsePermit reads a line of the table.
func (p *Probe) parsePermit(line string) (*permit, error) {
	columns := strings.Split(line, "|")
	if len(columns) != 4 && len(columns) != 5 {
		return nil, fmt.Errorf("allow: %q has %d columns: write ROLE | KINDS | ACTS | PURPOSES, and a condition if there is one", line, len(columns))
	}
	list := func(i int) (words []string) {
		for _, w := range strings.Split(columns[i], ",") {
			words = append(words, strings.TrimSpace(w))
		}
		return words
	}
	r := &permit{role: strings.TrimSpace(columns[0]), kinds: list(1), acts: list(2), purposes: list(3)}
	if len(columns) == 5 {
		r.conditions = list(4)
	}
	for _, k := range r.kinds {
		if k != "*" && p.Schema.Kind(k) == nil {
			return nil, fmt.Errorf("allow: %q: there are no records of the kind %q", line, k)
		}
	}
	for _, a := range r.acts {
		if !slices.Contains([]string{"*", "read", "write", "delete"}, a) {
			return nil, fmt.Errorf("allow: %q: there is no act %q; there are read, write and delete", line, a)
		}
	}
	for _, w := range r.purposes {
		if w != "*" && !slices.Contains(p.Schema.Purposes, w) {
			return nil, fmt.Errorf("allow: %q: there is no purpose %q", line, w)
		}
	}
	if slices.Contains(append(append(slices.Clone(r.kinds), r.purposes...), r.role), "") {
		return nil, fmt.Errorf("allow: %q has an empty column", line)
	}
	return r, nil
}

// met tells whether a condition of a line holds in this evidence.
func (p *Probe) met(r *permit) bool {
	if len(r.conditions) == 0 {
		return true
	}
	return slices.ContainsFunc(r.conditions, func(c string) bool {
		if c == "residential" {
			return p.Config == nil || slices.ContainsFunc(p.Config.Buildings, func(b evidence.BuildingConfig) bool { return b.Residential })
		}
		return len(p.entries(c)) > 0
	})
}

func newRoles(p *Probe) (Watch, error) {
	var table []*permit
	var wrong []error
	for _, line := range p.Texts("allow") {
		r, err := p.parsePermit(line)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		table = append(table, r)
	}
	if len(wrong) > 0 {
		return Watch{}, errors.Join(wrong...)
	}
	denied, judged, others := int64(0), 0, 0
	return Watch{
		Text: func(t *evidence.Text) {
			for _, x := range p.accessesOf(t) {
				switch {
				case !p.chosen(x):
					others++
					continue
				case x.Denied:
					denied += x.Count
				default:
					p.judgeAccess(table, x)
				}
				judged++
				p.Select("metrics", 1)
			}
		},
		End: func() {
			p.Measure(finding.Measure{Name: "accesses that were denied", Value: float64(denied)})
			if judged == 0 && others > 0 { // the metrics are there, and have none of these
				p.NotApplicable("by the service's own count nobody made or tried such accesses")
			}
		},
	}, nil
}

func (p *Probe) judgeAccess(table []*permit, x *access) {
	var unmet []string
	for _, r := range table {
		if !r.covers(x) {
			continue
		}
		if p.met(r) {
			return
		}
		unmet = append(unmet, r.conditions...)
	}
	if len(unmet) > 0 {
		p.Fail(x.Place, "it was %s, which needs one of these, and there was none: %s", x, strings.Join(unmet, ", "))
		return
	}
	p.Fail(x.Place, "nothing allows %s", x)
}

func newPurposes(p *Probe) (Watch, error) {
	list := p.Texts("list")
	for _, w := range list {
		if !slices.Contains(p.Schema.Purposes, w) {
			return Watch{}, fmt.Errorf("list: no kind of records has a purpose %q", w)
		}
	}
	judged, others := 0, 0
	return Watch{
		Text: func(t *evidence.Text) {
			for _, x := range p.accessesOf(t) {
				if !p.chosen(x) {
					others++
					continue
				}
				judged++
				p.Select("metrics", 1)
				kind := p.Schema.Kind(x.Kind)
				switch {
				case x.Denied:
				case len(list) > 0:
					if x.Purpose != "" && !slices.Contains(list, x.Purpose) {
						p.Fail(x.Place, "the purpose of %s is none that the statement names", x)
					}
				case x.Purpose == "":
					p.Fail(x.Place, "it was %s", x)
				case kind == nil:
					p.Fail(x.Place, "it was %s, and there is no such kind", x)
				case !slices.Contains(kind.Purposes, x.Purpose):
					p.Fail(x.Place, "%s is not declared for this kind of records", x)
				}
				if p.Flag("matrix") {
					p.show(x)
				}
			}
		},
		End: func() {
			slices.SortFunc(p.Report.Matrix, compareCells)
			if judged == 0 && others > 0 {
				p.NotApplicable("by the service's own count nobody made such accesses")
			}
		},
	}, nil
}

// show adds an access to the report's matrix, to each category of its records.
func (p *Probe) show(x *access) {
	kind := p.Schema.Kind(x.Kind)
	if kind == nil || x.Denied {
		return
	}
	var categories []string
	for _, f := range kind.Fields {
		if f.Category != "technical" && !slices.Contains(categories, f.Category) {
			categories = append(categories, f.Category)
		}
	}
	for _, c := range categories {
		cell := finding.MatrixCell{Category: c, Store: x.Store, Purpose: x.Purpose, Role: x.Role}
		i := slices.IndexFunc(p.Report.Matrix, func(o finding.MatrixCell) bool { return compareCells(o, cell) == 0 })
		if i < 0 {
			p.Report.Matrix = append(p.Report.Matrix, cell)
			i = len(p.Report.Matrix) - 1
		}
		p.Report.Matrix[i].Accesses += x.Count
	}
}

func compareCells(a, b finding.MatrixCell) int {
	return slices.Compare([]string{a.Category, a.Store, a.Purpose, a.Role}, []string{b.Category, b.Store, b.Purpose, b.Role})
}
