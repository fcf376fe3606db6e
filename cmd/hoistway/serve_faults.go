package main

import (
	"hoistway/dispatch/gateway"
	"hoistway/scenarios"
)

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
