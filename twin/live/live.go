package live

import (
	"fmt"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/people"
)

// Options of a live building.
type Options struct {
	Seed       uint64
	Dispatcher string        // replaces every bank's; "" keeps the scenario's
	People     twin.Journeys // who travels; nil for the scenario's people, again and again
	Quiet      bool          // nobody travels but who calls from outside
}

// Building is a scenario's building. It implements building.Building.
type Building struct {
	*twin.Twin
	sc      *scenarios.Scenario
	options Options
	layout  building.Layout
}

var _ building.Building = (*Building)(nil)

// New prepares a building. Its dispatchers are checked when it is connected.
func New(sc *scenarios.Scenario, o Options) *Building {
	alone := *sc
	alone.Service, alone.Visitors, alone.Events = nil, nil, nil
	return &Building{sc: &alone, options: o, layout: layout(&alone)}
}

// Layout implements building.Building.
func (b *Building) Layout() *building.Layout { return &b.layout }

// Connect implements building.Building.
func (b *Building) Connect(control func(bank int, c dispatch.Config) (building.Control, error), w building.Watcher) error {
	o := twin.Options{Seed: b.options.Seed, Dispatcher: b.options.Dispatcher, Control: control, People: b.options.People}
	switch {
	case b.options.Quiet:
		o.People = nobody{}
	case o.People == nil:
		o.People = newSeries(b.sc, b.options.Seed)
	}
	if w != nil {
		places := places(b.sc)
		o.Watch = func(car int) { w.CarChanged(b.Now(), places[car].bank, places[car].car) }
	}
	t, err := twin.New(b.sc, o)
	if err != nil {
		return fmt.Errorf("scenario %s: %w", b.sc.Name, err)
	}
	b.Twin = t
	return nil
}

// Configs are the configurations that a scenario's banks give their group
// controllers: what a journal's replay needs.
func Configs(sc *scenarios.Scenario, dispatcher string) ([]dispatch.Config, error) {
	configs := make([]dispatch.Config, len(sc.Banks))
	err := New(sc, Options{Dispatcher: dispatcher, Quiet: true}).Connect(func(bank int, c dispatch.Config) (building.Control, error) {
		configs[bank] = c
		return dispatch.New(c)
	}, nil)
	return configs, err
}

// place is where a car is in the layout.
type place struct{ bank, car int }

func places(sc *scenarios.Scenario) []place {
	var all []place
	for b := range sc.Banks {
		for c := range sc.Banks[b].Cars {
			all = append(all, place{b, c})
		}
	}
	return all
}

func layout(sc *scenarios.Scenario) building.Layout {
	l := building.Layout{Name: sc.Title}
	for _, f := range sc.Building.Floors {
		l.Floors = append(l.Floors, building.Floor{Name: f.Name, Elevation: f.Elevation, Exit: f.Entrance > 0, Locked: f.Locked})
	}
	for i := range sc.Banks {
		b := &sc.Banks[i]
		bank := building.Bank{Name: b.Name, Serves: floors(b.Serves), Lobby: dispatch.Floor(b.Lobby)}
		for j := range b.Cars {
			c := &b.Cars[j]
			bank.Cars = append(bank.Cars, building.CarMake{Name: c.Name, Serves: floors(c.Serves), Speed: c.Motion.Speed, Persons: c.Persons, Load: c.Load})
		}
		l.Banks = append(l.Banks, bank)
	}
	return l
}

func floors(of []int) []dispatch.Floor {
	out := make([]dispatch.Floor, len(of))
	for i, f := range of {
		out[i] = dispatch.Floor(f)
	}
	return out
}

// nobody travels.
type nobody struct{}

func (nobody) Next(*people.Person) bool { return false }
