package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// builder turns a tree of nodes into a Scenario and collects every fault on
// the way. A faulty value is replaced by its default so that the rest can
// still be checked; a scenario with faults is never handed out.
type builder struct {
	source      string
	root        *node
	lists       func(name string) (listFile, error)
	dispatchers []string // that a bank may name; empty = any
	sc          *Scenario
	faults      Problems
	sheets      []*sheet
	settings    []Setting
	served      [][]int // floors of each car, for reachability
	broken      bool    // building or banks are faulty: do not check what depends on them
}

// read decodes a table (see section.read) and remembers its sheet, to which
// checks may go on adding faults.
func (b *builder) read(s *section, n, home *node, path string, target any, inherit bool) *sheet {
	t := s.read(n, home, path, target, inherit)
	b.sheets = append(b.sheets, t)
	return t
}

// gather takes over what the sheets hold.
func (b *builder) gather() {
	for _, t := range b.sheets {
		b.faults = append(b.faults, t.faults...)
		keys := t.section.keys()
		slices.SortStableFunc(t.settings, func(x, y Setting) int {
			return slices.Index(keys, lastKey(x.Key)) - slices.Index(keys, lastKey(y.Key))
		})
		b.settings = append(b.settings, t.settings...)
	}
	b.sheets = nil
}

// build reads the whole scenario.
func (b *builder) build() {
	b.head()
	b.building()
	b.banks(b.root.child("bank"))
	b.gather()
	b.broken = len(b.faults) > 0
	b.reach()
	b.run(b.root.child("run"))
	b.service(b.root.child("service"))
	b.tenants(b.root.child("tenant"))
	b.traffic(b.root.child("traffic"))
	b.visitors(b.root.child("visitor"))
	b.hosts()
	b.events(b.root.child("event"))
	b.faultTables(b.root.child("fault"))
	b.gather()
	b.load(b.root.child("load"))
	b.gather()
	b.expectations(b.root.child("expect"))
	b.replications()
}

func lastKey(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

func (b *builder) head() {
	h := headDraft{name: baseName(b.source)}
	t := b.read(rootSection, b.root, b.root, "", &h, false)
	if t.given["name"] == nil {
		t.derive("name", &h)
	}
	if t.given["title"] == nil {
		h.title = h.name
		t.derive("title", &h)
	}
	b.sc.Name, b.sc.Title, b.sc.Description = h.name, h.title, h.description
}

// baseName makes a scenario's name from where it was read.
func baseName(source string) string {
	s := strings.TrimPrefix(source, libraryPrefix)
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = strings.ToLower(strings.TrimSuffix(s, ".toml"))
	s = strings.Map(func(r rune) rune {
		if isName("a" + string(r)) {
			return r
		}
		return '-'
	}, s)
	s = strings.TrimLeft(s, "-_")
	if len(s) > longestName {
		s = s[:longestName]
	}
	if s == "" {
		return "scenario"
	}
	return s
}

// tables lists the named tables of one kind, ordered by name.
func (b *builder) tables(n *node, key string) []*node {
	switch {
	case n == nil:
		return nil
	case !n.table:
		b.faults = append(b.faults, wrong(n, fmt.Sprintf("write [%s.NAME]", key), "%s; expected tables with names", n.kind())...)
		return nil
	case len(n.kids) > mostNamed:
		b.faults = append(b.faults, wrong(n, "", "has %d tables; the most is %d", len(n.kids), mostNamed)...)
		return nil
	}
	named := make([]*node, 0, len(n.kids))
	for _, kid := range n.kids {
		switch {
		case !kid.table:
			b.faults = append(b.faults, Problem{
				File: kid.at.file, Line: kid.at.line, Column: kid.at.col, Key: kid.path,
				Message: fmt.Sprintf("is %s; expected a table with a name of your choice", kid.kind()), Hint: fmt.Sprintf("write [%s.NAME]", key),
			})
		case !isName(kid.key):
			b.faults = append(b.faults, Problem{
				File: kid.at.file, Line: kid.at.line, Column: kid.at.col, Key: kid.path,
				Message: identifier{"a name"}.describe() + " was expected",
			})
		default:
			named = append(named, kid)
		}
	}
	slices.SortFunc(named, func(a, b *node) int { return strings.Compare(a.key, b.key) })
	return named
}

func (b *builder) building() {
	d := buildingDraft{height: 3.8}
	t := b.read(buildingSection, b.root.child("building"), b.root, "building", &d, false)
	b.sc.Building.TransferWalk = d.transferWalk
	if d.floors == 0 {
		b.sc.Building.Floors = nil
		return
	}
	floors := make([]Floor, d.floors)
	b.sc.Building.Floors = floors
	b.names(t, &d)
	b.elevations(t, &d)
	for _, e := range d.entrances {
		if e.floor >= d.floors {
			t.fault("entrances", "", "%s", noFloor(e.floor, d.floors))
			continue
		}
		floors[e.floor].Entrance = e.share
	}
	for _, f := range d.locked.pick(d.floors) {
		if f >= d.floors {
			t.fault("locked", "", "%s", noFloor(f, d.floors))
			continue
		}
		floors[f].Locked = true
	}
	b.people(t, &d)
}

func noFloor(f, n int) string {
	return fmt.Sprintf("there is no floor %d; the building has floors 0 to %d", f, n-1)
}

func (b *builder) names(t *sheet, d *buildingDraft) {
	floors := b.sc.Building.Floors
	if t.given["names"] == nil {
		d.names = make([]string, len(floors))
		for i := range floors {
			d.names[i] = strconv.Itoa(i)
		}
		t.derive("names", d)
	}
	if d.names == nil { // refused
		return
	}
	if len(d.names) != len(floors) {
		t.fault("names", "", "has %d names but the building has %d floors", len(d.names), len(floors))
		return
	}
	for i, name := range d.names {
		if j := slices.Index(d.names, name); j < i {
			t.fault("names", "", "floors %d and %d are both called %q", j, i, name)
		}
		floors[i].Name = name
	}
}

// elevations are summed in micrometres: exact, and the same on every machine.
func (b *builder) elevations(t *sheet, d *buildingDraft) {
	floors := b.sc.Building.Floors
	if t.given["heights"] == nil {
		if t.given["height"] == nil {
			t.derive("height", d)
		}
		d.heights = make([]float64, len(floors)-1)
		for i := range d.heights {
			d.heights[i] = d.height
		}
	} else if t.given["height"] != nil {
		t.fault("height", "remove one of them", "height and heights are both given")
	}
	if d.heights == nil { // refused
		return
	}
	if len(d.heights) != len(floors)-1 {
		t.fault("heights", "", "has %d heights; %d floors have %d", len(d.heights), len(floors), len(floors)-1)
		return
	}
	var sum int64
	for i, h := range d.heights {
		sum += micrometres(h)
		floors[i+1].Elevation = float64(sum) / 1e6
	}
}

func micrometres(m float64) int64 { return int64(math.Round(m * 1e6)) }

func (b *builder) people(t *sheet, d *buildingDraft) {
	floors := b.sc.Building.Floors
	p := d.population.floors
	if p == nil {
		p = make([]int, len(floors))
		for i := range p {
			if floors[i].Entrance == 0 {
				p[i] = d.population.each
			}
		}
	}
	if len(p) != len(floors) {
		t.fault("population", "", "has %d entries but the building has %d floors", len(p), len(floors))
		return
	}
	total := 0
	for i, n := range p {
		floors[i].Population = n
		total += n
	}
	if total > mostPopulation {
		t.fault("population", "", "%d people live in the building; the most is %d", total, mostPopulation)
	}
}

// population is the number of people in the building.
func (b *Building) population() int {
	total := 0
	for _, f := range b.Floors {
		total += f.Population
	}
	return total
}

func (b *builder) run(n *node) {
	r := &b.sc.Run
	t := b.read(runSection, n, b.root, "run", r, false)
	if t.given["cap"] == nil {
		r.Cap = r.Duration + 2*time.Hour
		t.derive("cap", r)
	} else if r.Cap < r.Duration {
		t.fault("cap", "", "%s is before the end of run.duration, %s", formatSpan(r.Cap), formatSpan(r.Duration))
	}
	if r.WarmUp+r.CoolDown >= r.Duration {
		key := "duration"
		for _, k := range []string{"warm_up", "cool_down"} {
			if t.given[k] != nil {
				key = k
			}
		}
		t.fault(key, "shorten warm_up or cool_down, or lengthen duration", "warm_up %s and cool_down %s leave nothing of duration %s to measure",
			formatSpan(r.WarmUp), formatSpan(r.CoolDown), formatSpan(r.Duration))
	}
}

// replications refuses to repeat what never differs.
func (b *builder) replications() {
	drawn := len(b.sc.Visitors) > 0
	for _, s := range b.sc.Traffic {
		drawn = drawn || s.Kind != List
	}
	if !drawn && b.sc.Run.Replications > 1 && len(b.sc.Traffic) > 0 {
		p := Problem{File: b.source, Key: "run.replications", Message: fmt.Sprintf("%d replications of passenger lists would all be the same", b.sc.Run.Replications), Hint: "write replications = 1"}
		if n := b.root.child("run").child("replications"); n != nil {
			p.File, p.Line, p.Column = n.value.file, n.value.line, n.value.col
		}
		b.faults = append(b.faults, p)
	}
}

// hash is the hex SHA-256 over the canonical text without the names of the
// lists' files: their checksums stand for them.
func hash(s *Scenario) string {
	sum := sha256.Sum256([]byte(s.canonical(false)))
	return hex.EncodeToString(sum[:])
}
