package gateway

import (
	"slices"

	"hoistway/dispatch"
)

// Area numbers name landings and decks to clients. Clients take them from the
// configuration and should not compute them; ours follow what was seen of the
// real service:
//
//   - the landing of a floor is 1000 for the building's lowest, 2000 for the one
//     above, and so on, plus 20 for each group before this one. The rear side
//     would be 10 more, but no building here has rear doors;
//   - a deck is 1,000,000 + 1000 x group + 10 x lift, groups and lifts counted
//     from 1. Every car has one deck.
//
// From the 51st group on landings begin again at plus 0, which is no harm: a
// request names its group beside the area.
const (
	floorAreas = 1000
	groupAreas = 20
	deckAreas  = 1_000_000
	groupDecks = 1000
	liftDecks  = 10
)

// floorArea is the area of a floor's landing.
func (g *group) floorArea(f dispatch.Floor) int64 {
	return (int64(f)+1)*floorAreas + g.areaOffset()
}

func (g *group) areaOffset() int64 { return int64(g.index) % (floorAreas / groupAreas) * groupAreas }

// areaFloor is the floor whose landing an area is; false when it is none that
// the group serves.
func (g *group) areaFloor(area int64) (dispatch.Floor, bool) {
	f := area - g.areaOffset()
	if f < floorAreas || f%floorAreas != 0 || f/floorAreas > int64(len(g.site.layout.Floors)) {
		return dispatch.NoFloor, false
	}
	floor := dispatch.Floor(f/floorAreas - 1)
	return floor, slices.Contains(g.bank().Serves, floor)
}

// floorID is a floor's group_floor_id, which events use where requests use
// areas: the lowest of the building is 1 in every group.
func floorID(f dispatch.Floor) int { return int(f) + 1 }

// deckArea is the area of a car's deck.
func (g *group) deckArea(car int) int64 {
	return deckAreas + int64(g.index+1)*groupDecks + int64(car+1)*liftDecks
}

// areaCar is the car whose deck an area is.
func (g *group) areaCar(area int64) (int, bool) {
	lift := area - deckAreas - int64(g.index+1)*groupDecks
	car := int(lift/liftDecks) - 1
	if lift%liftDecks != 0 || lift <= 0 || car >= len(g.bank().Cars) {
		return -1, false
	}
	return car, true
}
