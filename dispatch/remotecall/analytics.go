package remotecall

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"hoistway/dispatch/registry"
)

// AppReport is what the app says about itself (RC:L25, FL:L31). What is counted
// is anonymous: the token shows that the app's user has not objected, and tells
// the service who was counted already this month.
type AppReport struct {
	Token Token
	// Description is not counted: it is free text.
	Description, Model, System string
	Hour                       int // of the day, when the app was opened
	Seconds                    int // in use
	Functions                  map[string]int
}

// inUse is what the time in use is counted under, beside the functions.
const inUse = "in-use"

// PartOfDay is the part of the day in which an hour from 0 to 23 lies. Exact
// times of login are quasi-identifiers.
func PartOfDay(hour int) string {
	return [...]string{"night", "morning", "afternoon", "evening"}[hour/6]
}

// appFunctions are the functions of the apps that are counted.
var appFunctions = []string{"remote-call", "key", "intercom", "sub-user", "preferences", "rights"}

// families are the model families that are told apart; a model that is none of
// them is "other". A rare model could point to its owner.
var families = []string{"iPhone", "iPad", "Pixel", "Galaxy", "Xperia", "Nokia", "OnePlus", "Redmi"}

const other = "other"

var majorSystem = regexp.MustCompile(`^(iOS|Android) ([0-9]{1,2})(\.[0-9.]*)?$`)

func family(model string) string {
	for _, f := range families {
		if model == f || strings.HasPrefix(model, f+" ") {
			return f
		}
	}
	return other
}

func majorOf(system string) string {
	if m := majorSystem.FindStringSubmatch(system); m != nil {
		return m[1] + " " + m[2]
	}
	return other
}

// cell is one combination of what is counted. Each part is of a closed list.
type cell struct {
	family, system, part string
	what                 string // a function, or inUse
}

// monthly is what has been counted in a month so far. Only figures of enough
// people ever reach a store.
type monthly struct {
	secret [32]byte // dies with the month's tallies
	cells  map[cell]*tally
}

// tally is one cell's. People are told apart by a keyed hash that is of the
// cell and month alone, so that nobody can be followed from one to another.
type tally struct {
	people map[digest]struct{}
	count  int
}

func (m *monthly) add(c cell, subject registry.ID, n int) {
	t := m.cells[c]
	if t == nil {
		t = &tally{people: map[digest]struct{}{}}
		m.cells[c] = t
	}
	h := hmac.New(sha256.New, m.secret[:])
	for _, part := range []string{c.family, c.system, c.part, c.what, string(subject)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	var d digest
	copy(d[:], h.Sum(nil))
	t.people[d] = struct{}{}
	t.count += n
}

// Report counts it in memory: the uses, and how many people have them, whatever
// phones say and however often they report. Cells of fewer people than the registry's limit
// are never stored. What was counted in a month is lost when the process ends
// before the month does.
func (s *Service) Report(a AppReport) error {
	x, err := s.session(a.Token)
	if err != nil {
		return err
	}
	defer s.turn(x.subject)() // an objection is before it or after it
	stopped, err := s.stopped(x.subject, registry.ToAnalyse)
	if err != nil {
		return err
	}
	if stopped {
		return ProcessingStopped
	}
	if a.Hour < 0 || a.Hour > 23 {
		return field(MalformedField, "hour", "must be 0 to 23")
	}
	if a.Seconds < 0 || a.Seconds > 24*60*60 {
		return field(MalformedField, "seconds", "must be those of at most a day")
	}
	counts := maps.Clone(a.Functions)
	if counts == nil {
		counts = map[string]int{}
	}
	for name, n := range counts {
		if !slices.Contains(appFunctions, name) || n < 0 || n > 10000 {
			return field(MalformedField, "functions", "must be counts of declared functions")
		}
	}
	if a.Seconds > 0 {
		counts[inUse] = a.Seconds
	}
	c := cell{family: family(a.Model), system: majorOf(a.System), part: PartOfDay(a.Hour)}
	s.mu.Lock()
	defer s.mu.Unlock()
	// The month is looked at with the lock held, so that publish, which takes a
	// month away, is followed by reports of later months only.
	m := s.provider.month(month(s.now()))
	for name, n := range counts {
		if c.what = name; n > 0 {
			m.add(c, x.subject, n)
		}
	}
	return nil
}

// month gives what is counted in a month, under mu.
func (p *provider) month(name string) *monthly {
	if p.months == nil {
		p.months = map[string]*monthly{}
	}
	m := p.months[name]
	if m == nil {
		m = &monthly{cells: map[cell]*tally{}}
		rand.Read(m.secret[:]) // never fails: the process ends instead
		p.months[name] = m
	}
	return m
}

func month(t time.Time) string { return t.UTC().Format("2006-01") }

// publish hands the counts of the months that are over to the analytics store,
// which keeps those of enough people.
func (s *Service) publish() error {
	var over []string
	var cells []registry.AggregateCell
	s.mu.Lock()
	now := month(s.now())
	for period, m := range s.provider.months {
		if period >= now {
			continue
		}
		over = append(over, period)
		for c, t := range m.cells {
			cells = append(cells, registry.AggregateCell{Period: period, People: len(t.people), Count: t.count, Dimensions: map[string]string{
				"model": c.family, "system": c.system, "hours": c.part, "function": c.what,
			}})
		}
	}
	s.mu.Unlock()
	if len(over) == 0 {
		return nil
	}
	// Nobody adds to a month that is over, so that what was handed over is what
	// is dropped here.
	if _, err := s.c.Registry.Publish(cells); err != nil {
		return stored("publish the analytics", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, period := range over {
		delete(s.provider.months, period)
	}
	return nil
}
