package gateway

import (
	"math"
)

// cloud is what is known of a group without asking its site: the answers to
// config and actions, without their envelope. They never change.
type cloud struct{ config, actions []byte }

// terminal is the one place where calls of the API come from.
const terminal = 1

// The shapes of the answers. Lists are never null.
type (
	topology struct {
		Major        int                   `json:"version_major"`
		Minor        int                   `json:"version_minor"`
		Groups       []topologyGroup       `json:"groups"`
		Destinations []topologyDestination `json:"destinations"`
		Terminals    []topologyTerminal    `json:"terminals"`
	}
	topologyGroup struct {
		ID        int            `json:"group_id"`
		Terminals []int          `json:"terminals"`
		Lifts     []topologyLift `json:"lifts"`
	}
	topologyLift struct {
		ID     int             `json:"lift_id"`
		Name   string          `json:"lift_name"`
		Decks  []topologyDeck  `json:"decks"`
		Floors []topologyFloor `json:"floors"`
	}
	topologyDeck struct {
		Deck      int   `json:"deck"`
		Area      int64 `json:"area_id"`
		Doors     []int `json:"doors"`
		Terminals []int `json:"terminals"`
	}
	topologyFloor struct {
		Lift   int            `json:"lift_floor_id"`
		Group  int            `json:"group_floor_id"`
		Height int64          `json:"height"` // mm above the lowest floor
		Sides  []topologySide `json:"sides"`
	}
	topologySide struct {
		Lift  int   `json:"lift_side"`
		Group int   `json:"group_side"`
		Decks []int `json:"decks"`
	}
	topologyDestination struct {
		Area      int64  `json:"area_id"`
		Floor     int    `json:"group_floor_id"`
		Side      int    `json:"group_side"`
		Name      string `json:"short_name"`
		Exit      bool   `json:"exit"`
		Terminals []int  `json:"terminals"`
	}
	topologyTerminal struct {
		ID   int    `json:"terminal_id"`
		Type string `json:"type"`
	}

	actionList struct {
		Major     int        `json:"version_major"`
		Minor     int        `json:"version_minor"`
		Set       []int      `json:"action_set"`
		Types     []callType `json:"call_types"`
		Functions []int      `json:"functions"`
	}
	callType struct {
		ID        int    `json:"action_id"`
		Type      string `json:"action_type"`
		Name      string `json:"name"`
		Key       int    `json:"key"`
		Enabled   bool   `json:"enabled"`
		Direct    bool   `json:"direct_allowed"`
		Group     bool   `json:"group_call_allowed"`
		Preferred bool   `json:"preferred_allowed"`
	}
)

func newCloud(g *group) *cloud {
	layout, bank := g.site.layout, g.bank()
	t := topology{Major: 2, Terminals: []topologyTerminal{{terminal, "virtual"}}, Destinations: []topologyDestination{}}
	own := topologyGroup{ID: g.index + 1, Terminals: []int{terminal}, Lifts: []topologyLift{}}
	for i, c := range bank.Cars {
		lift := topologyLift{ID: i + 1, Name: c.Name, Decks: []topologyDeck{{Area: g.deckArea(i), Doors: []int{frontSide}, Terminals: []int{}}}, Floors: []topologyFloor{}}
		for n, f := range c.Serves {
			lift.Floors = append(lift.Floors, topologyFloor{
				Lift: n + 1, Group: floorID(f), Height: int64(math.Round(1000 * (layout.Floors[f].Elevation - layout.Floors[0].Elevation))),
				Sides: []topologySide{{frontSide, frontSide, []int{0}}},
			})
		}
		own.Lifts = append(own.Lifts, lift)
	}
	t.Groups = []topologyGroup{own}
	for _, f := range bank.Serves {
		t.Destinations = append(t.Destinations, topologyDestination{
			Area: g.floorArea(f), Floor: floorID(f), Side: frontSide, Name: layout.Floors[f].Name, Exit: layout.Floors[f].Exit, Terminals: []int{terminal},
		})
	}
	a := actionList{Major: 2, Set: []int{}, Functions: []int{}, Types: []callType{
		{actionDestination, "DESTINATION", "DcsCall", actionDestination, true, true, true, true},
		{actionPriority, "DESTINATION", "DcsCall priority", actionPriority, true, true, true, true},
		{actionDisabled, "DESTINATION", "DcsCall special", actionDisabled, false, false, false, false},
		{actionUp, "LANDING", "LdgCall UP", actionUp, true, false, false, false},
		{actionDown, "LANDING", "LdgCall DOWN", actionDown, true, false, false, false},
		{actionCar, "CAR", "CarCall", actionCar, true, false, false, false},
	}}
	var c cloud
	var err error
	if c.config, err = appendJSON(nil, t); err == nil {
		c.actions, err = appendJSON(nil, a)
	}
	if err != nil {
		panic("BUG: a topology that is no JSON: " + err.Error())
	}
	return &c
}
