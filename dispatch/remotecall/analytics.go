package remotecall

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"hoistway/dispatch/registry"
)

// AppReport is what the app says about itself (RC:L25, FL:L31). What is counted
// is anonymous: the token shows that the app's user has not objected, and is
// dropped.
type AppReport struct {
	Token Token
	// Description is not counted: it is free text.
	Description, Model, System string
	Hour                       int // of the day, when the app was opened
	Seconds                    int // in use
	Functions                  map[string]int

	// First names what this phone reports for the first time in this calendar
	// month (UTC) and part of the day: functions in Functions, and InUse for
	// Seconds. So many people are counted, without anybody being told apart.
	First []string
}

// InUse stands in First for the time in use.
const InUse = "in-use"

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
	period, family, system, part string
	what                         string // a function, or InUse
}

// tally is what has been counted in a cell so far. Only figures of enough
// people ever reach a store.
type tally struct{ people, count int }

// Report counts it in memory. Cells of fewer people than the registry's limit
// are never stored. What was counted in a month is lost when the process ends
// before the month does.
func (s *Service) Report(a AppReport) error {
	x, err := s.session(a.Token)
	if err != nil {
		return err
	}
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
		counts[InUse] = a.Seconds
	}
	for i, name := range a.First {
		if counts[name] == 0 || slices.Contains(a.First[:i], name) {
			return field(MalformedField, "first", "must name what is reported, once")
		}
	}
	c := cell{period: month(s.now()), family: family(a.Model), system: majorOf(a.System), part: PartOfDay(a.Hour)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.provider.tallies == nil {
		s.provider.tallies = map[cell]tally{}
	}
	for name, n := range counts {
		if n == 0 {
			continue
		}
		c.what = name
		t := s.provider.tallies[c]
		t.count += n
		if slices.Contains(a.First, name) {
			t.people++
		}
		s.provider.tallies[c] = t
	}
	return nil
}

func month(t time.Time) string { return t.UTC().Format("2006-01") }

// publish hands the counts of the months that are over to the analytics store,
// which keeps those of enough people.
func (s *Service) publish() error {
	now := month(s.now())
	var over []cell
	var cells []registry.AggregateCell
	s.mu.Lock()
	for c, t := range s.provider.tallies {
		if c.period < now {
			over = append(over, c)
			cells = append(cells, registry.AggregateCell{Period: c.period, People: t.people, Count: t.count, Dimensions: map[string]string{
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
	for _, c := range over {
		delete(s.provider.tallies, c)
	}
	return nil
}
