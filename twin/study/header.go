package study

import (
	"crypto/sha256"
	"encoding/hex"

	"hoistway/scenarios"
	"hoistway/twin/result"
	"hoistway/twin/roundtrip"
)

// OwnDispatchers is the dispatcher's name in results when the banks of a
// scenario run different ones.
const OwnDispatchers = "scenario"

// NewHeader says what a study is about. The cases are as for [Run]. Inputs
// are every setting of the first case with its source; with several passenger
// lists, the setting names the pattern that found them.
func NewHeader(cases []*scenarios.Scenario, o Options) result.Header {
	sc := cases[0]
	from, to := sc.Run.Window()
	h := result.Header{
		Schema:       result.SchemaVersion,
		Version:      o.Version,
		Scenario:     sc.Name,
		Title:        sc.Title,
		Description:  sc.Description,
		Source:       sc.Source,
		ScenarioHash: caseHash(cases),
		Dispatcher:   DispatcherName(sc, o.Dispatcher),
		Seed:         o.Seed,
		Repeat:       o.command(All).String(),
		From:         from,
		To:           to,
		Duration:     sc.Run.Duration,
		Confidence:   sc.Run.Confidence,
	}
	if o.Buttons {
		h.Calls = result.CallsButtons
	}
	for _, f := range sc.Building.Floors {
		h.Population += f.Population
		h.Floors = append(h.Floors, f.Name)
		h.Elevations = append(h.Elevations, f.Elevation)
	}
	for i, b := range sc.Banks {
		bh := result.BankHeader{Name: b.Name, Dispatcher: b.Dispatcher, Lobby: b.Lobby, Serves: b.Serves}
		if o.Dispatcher != "" {
			bh.Dispatcher = o.Dispatcher
		}
		for _, c := range b.Cars {
			bh.Cars = append(bh.Cars, c.Name)
			bh.Persons = append(bh.Persons, c.Persons)
			bh.Load = append(bh.Load, c.Load)
		}
		bh.UpPeak, bh.NoUpPeak = upPeak(sc, i)
		h.Banks = append(h.Banks, bh)
	}
	for _, t := range sc.Tenants {
		h.Tenants = append(h.Tenants, t.Name)
	}
	for _, s := range sc.Settings() {
		h.Inputs = append(h.Inputs, result.Input{Key: s.Key, Value: s.Value, Source: s.Source})
	}
	return h
}

// upPeak is the round-trip analysis of a bank, or why there is none.
func upPeak(sc *scenarios.Scenario, bank int) (*result.UpPeak, string) {
	a, err := roundtrip.UpPeak(sc, bank)
	if err != nil {
		return nil, err.Error()
	}
	return &result.UpPeak{
		Persons: a.Persons, Stops: a.Stops, HighestFloor: a.HighestFloor,
		RoundTrip: a.RoundTrip, Interval: a.Interval, HandlingCapacity: a.PercentOfPeople,
	}, ""
}

// DispatcherName is the name of a study's dispatcher: the override, else the
// one policy that all banks run, else OwnDispatchers.
func DispatcherName(sc *scenarios.Scenario, override string) string {
	if override != "" {
		return override
	}
	name := sc.Banks[0].Dispatcher
	for _, b := range sc.Banks {
		if b.Dispatcher != name {
			return OwnDispatchers
		}
	}
	return name
}

// caseHash is the scenario's hash, or a hash over those of all cases in order.
func caseHash(cases []*scenarios.Scenario) string {
	if len(cases) == 1 {
		return cases[0].Hash
	}
	sum := sha256.New()
	for _, c := range cases {
		sum.Write([]byte(c.Hash + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// listName is the passenger list of a case, "" when its traffic is drawn.
func listName(sc *scenarios.Scenario) string {
	for _, s := range sc.Traffic {
		if s.Kind == scenarios.List {
			return s.List
		}
	}
	return ""
}
