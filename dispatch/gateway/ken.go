package gateway

import (
	"regexp"
	"strconv"
)

// firstKen is the equipment number (KEN) of the first car of all.
const firstKen = 100_000_001

// Bounds of what an equipment number can tell apart.
const (
	kenBuildings = 10_000
	kenBanks     = 100
	kenCars      = 99
)

// kenNumber is what an equipment number looks like; those of real lifts have eight
// digits or nine.
var kenNumber = regexp.MustCompile(`^[0-9]{1,12}$`)

// ken is the equipment number of a car, from the places of its building, bank
// and car: 1bbbbggcc, where cars count from 1. It stays the same as long as the
// order of Config.Buildings does.
func ken(building, bank, car int) string {
	return strconv.Itoa(firstKen + (building*kenBanks+bank)*100 + car)
}

// equipment finds the car with an equipment number.
func (g *Gateway) equipment(number string) (s *site, bank, car int, ok bool) {
	if !kenNumber.MatchString(number) {
		return nil, 0, 0, false
	}
	n, err := strconv.Atoi(number)
	if n -= firstKen; err != nil || n < 0 {
		return nil, 0, 0, false
	}
	building := n / 100 / kenBanks
	bank, car = n/100%kenBanks, n%100
	if building >= len(g.sites) || bank >= len(g.sites[building].layout.Banks) || car >= len(g.sites[building].layout.Banks[bank].Cars) {
		return nil, 0, 0, false
	}
	return g.sites[building], bank, car, true
}
