package main

import (
	"fmt"
	"strings"

	"hoistway/dispatch/gateway"
	"hoistway/scenarios"
	"hoistway/twin/live"
)

// buildings gives the scenario of each building that is to be served, and puts
// the buildings into the configuration and into what is printed.
func (f *serveFlags) buildings(refs []string, c *gateway.Config, made *serving) ([]*scenarios.Scenario, error) {
	var cases []*scenarios.Scenario
	of := map[string]string{}
	for _, ref := range refs {
		loaded, err := f.load(ref)
		if err != nil {
			return nil, err
		}
		sc := loaded[0]
		for copy := range f.copies {
			id := buildingID(sc.Name, copy)
			if other := of[id]; other != "" {
				return nil, badInput{fmt.Errorf("%s and %s both have the building ID %s: give one scenario another name, or serve one with --copies", other, ref, id)}
			}
			of[id] = ref
			cases = append(cases, sc)
			c.Buildings = append(c.Buildings, gateway.Building{ID: id, Building: live.New(sc, live.Options{Seed: f.seed + uint64(copy), Dispatcher: f.dispatcher, Quiet: !f.traffic})})
			b := servedBuilding{ID: id, Scenario: sc.Name}
			for i := range sc.Banks {
				b.Groups = append(b.Groups, fmt.Sprint(i+1))
			}
			made.Buildings = append(made.Buildings, b)
		}
	}
	return cases, nil
}

// buildingID is a scenario's name in the letters that an ID may have.
func buildingID(name string, copy int) string {
	id := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, name)
	if copy > 0 {
		id += fmt.Sprint(copy + 1)
	}
	return id
}

// networkFaults are the scenarios' faults between clients and buildings; those
// of cars and floors are the buildings' own.
func networkFaults(cases []*scenarios.Scenario) []gateway.NetworkFault {
	var all []gateway.NetworkFault
	for i, sc := range cases {
		for _, f := range sc.Faults {
			if f.Kind.ServedOnly() {
				all = append(all, gateway.NetworkFault{Building: i, Kind: f.Kind.String(), At: f.At, For: f.For, Delay: f.Delay, Share: f.Share})
			}
		}
	}
	return all
}
