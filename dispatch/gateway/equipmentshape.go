package gateway

import (
	"math"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// The objects of the Equipment Status API. Fields are those that the vendor's
// clients declare; what a Building does not know is left out where they take it
// as optional, and empty where they demand it. The words in them are ours: the
// vendor's are not public.

// equipmentInfo names a piece of equipment for people.
type equipmentInfo struct {
	Description string `json:"description"`
}

func (v *view) info() equipmentInfo { return equipmentInfo{v.made.Name} }

// mode is whether a car takes calls.
func (v *view) mode() string {
	if v.is.Out {
		return "OUT_OF_SERVICE"
	}
	return "NORMAL"
}

type availabilityBody struct {
	Equipment string        `json:"equipmentId"`
	State     string        `json:"state"` // AVAILABLE or UNAVAILABLE
	Mode      string        `json:"serviceMode"`
	Updated   string        `json:"lastUpdate"`
	Info      equipmentInfo `json:"equipmentInfo"`
}

func availabilityOf(v *view) any {
	state := "AVAILABLE"
	if v.is.Out {
		state = "UNAVAILABLE"
	}
	return availabilityBody{v.ken, state, v.mode(), v.time, v.info()}
}

type statusBody struct {
	Equipment     string `json:"equipmentId"`
	Entrapment    bool   `json:"entrapment"` // always false: no fault of a Building shuts anybody in
	OutOfOrder    bool   `json:"outOfOrder"`
	Status        string `json:"status"` // NORMAL or OUT_OF_SERVICE
	Mode          string `json:"equipmentStatus"`
	OutSince      string `json:"equipmentOutOfOrderDate"`
	BackSince     string `json:"equipmentBackInOrderDate"`
	LocationID    string `json:"equipmentLocationId"` // the building
	Location      string `json:"equipmentLocationDescription"`
	Street        string `json:"addressStreet"`
	PostCode      string `json:"addressPostCode"`
	City          string `json:"addressCity"`
	Country       string `json:"addressCountry"`
	Type          string `json:"equipmentType"` // ELEVATOR
	CustomerPlace string `json:"customerEquipmentLocationId"`
	Number        string `json:"equipmentNumber"` // without "ken:"
	CustomerID    string `json:"customerEquipmentNumber"`
	Functional    string `json:"equipmentFunctionalLocation"`
	FunctionalIs  string `json:"equipmentFunctionalLocationDescription"`
	Maintenance   struct {
		Status string `json:"status"`
	} `json:"maintenance"`
}

func statusOf(v *view) any {
	return statusBody{
		Equipment: v.ken, OutOfOrder: v.is.Out, Status: v.mode(), Mode: v.mode(), LocationID: v.site.id, Location: v.site.layout.Name, Type: "ELEVATOR",
		Number: v.ken[len("ken:"):], CustomerID: v.made.Name, Functional: v.site.groups[v.bank].id, FunctionalIs: v.site.layout.Banks[v.bank].Name,
	}
}

// floorPlace is a landing; its index counts from 1.
type floorPlace struct {
	Index   int    `json:"floorIndex"`
	Marking string `json:"marking"`
}

func (v *view) floor(f dispatch.Floor) floorPlace {
	return floorPlace{floorID(f), v.site.layout.Floors[f].Name}
}

type movementBody struct {
	Equipment string        `json:"equipmentId"`
	Event     string        `json:"movementEventType"` // MOVEMENT_STARTED under way, MOVEMENT_COMPLETED after it
	Mode      string        `json:"mode"`
	Decks     []deckBody    `json:"decks"`
	Duration  float64       `json:"durationSeconds"` // of the flight; under way as expected
	Distance  float64       `json:"distanceMeters"`
	Updated   string        `json:"lastUpdate"`
	Info      equipmentInfo `json:"equipmentInfo"`
}

type deckBody struct {
	Index   int        `json:"deckIndex"`
	Start   floorPlace `json:"startFloor"`
	Stop    floorPlace `json:"stopFloor"`
	Load    int        `json:"loadPercentage"`
	Persons int        `json:"estimatedPersons"`
}

// movementOf shows the flight under way, or the last.
func movementOf(v *view) any {
	floors := v.site.layout.Floors
	m := movementBody{
		Equipment: v.ken, Event: "MOVEMENT_COMPLETED", Mode: v.mode(), Updated: v.time, Info: v.info(),
		Duration: max(0, v.is.Arrives-v.is.LeftAt).Round(time.Millisecond).Seconds(),
		Distance: math.Round(100*math.Abs(floors[v.is.Target].Elevation-floors[v.is.Left].Elevation)) / 100,
		Decks:    []deckBody{{Start: v.floor(v.is.Left), Stop: v.floor(v.is.Target), Load: v.load(), Persons: v.is.Persons}},
	}
	switch v.is.Motion {
	case building.Starting, building.Moving, building.Decelerating:
		m.Event = "MOVEMENT_STARTED"
	}
	return m
}

// load is in percent of the rated load.
func (v *view) load() int {
	if v.made.Load <= 0 {
		return 0
	}
	return int(math.Round(100 * float64(v.is.Load) / float64(v.made.Load)))
}

type doorBody struct {
	Equipment string        `json:"equipmentId"`
	Updated   string        `json:"lastUpdate"`
	Time      string        `json:"timestamp"`
	State     string        `json:"state"` // ours: CLOSED, OPENING, OPENED, CLOSING, NUDGING or ERROR, as in monitoring
	Side      int           `json:"doorSideCode"`
	SideName  string        `json:"doorSideDesc"`
	Deck      int           `json:"deckIndexCode"`
	DeckName  string        `json:"deckIndexDesc"`
	Floor     int           `json:"floor"`
	Marking   string        `json:"floorMarking"`
	Mode      int           `json:"modeCode"` // lift_mode of monitoring: 0, or -1 out of service
	ModeName  string        `json:"modeDesc"`
	Info      equipmentInfo `json:"equipmentInfo"`
}

var doorWords = [...]string{building.Closed: "CLOSED", building.Opening: "OPENING", building.Opened: "OPENED", building.Closing: "CLOSING", building.Nudging: "NUDGING", building.Stuck: "ERROR"}

// doorOf shows the doors as they are. Times and loads of the last opening are
// left out: a Building keeps no history.
func doorOf(v *view) any {
	at := v.floor(v.is.Floor)
	d := doorBody{
		Equipment: v.ken, Updated: v.time, Time: v.time, State: doorWords[v.is.Doors], Side: 1, SideName: "FRONT", DeckName: "SINGLE",
		Floor: at.Index, Marking: at.Marking, ModeName: v.mode(), Info: v.info(),
	}
	if v.is.Out {
		d.Mode = -1
	}
	return d
}

type buttonBody struct {
	Equipment string        `json:"equipmentId"`
	Updated   string        `json:"lastUpdate"`
	Time      string        `json:"timestamp"`
	Call      *buttonCall   `json:"landingCallType"` // null when no button is lit
	Info      equipmentInfo `json:"equipmentInfo"`
}

type buttonCall struct {
	Floor     int    `json:"floor"`
	Side      string `json:"side"`
	Direction string `json:"direction"` // UP or DOWN
	Type      string `json:"type"`      // LANDING
}

// buttonOf shows the landing button lit last in the car's group: what anybody on
// the landing sees. Buttons are the group's, so all its cars show the same.
func buttonOf(v *view) any {
	b := buttonBody{Equipment: v.ken, Updated: v.time, Time: v.time, Info: v.info()}
	calls := v.site.groups[v.bank].memory.calls
	for i := range calls {
		ev := &calls[len(calls)-1-i]
		if ev.Kind != dispatch.LandingCall {
			continue
		}
		b.Time = stamp(v.site.time(ev.At))
		b.Call = &buttonCall{Floor: floorID(ev.Floor), Side: "FRONT", Direction: "DOWN", Type: "LANDING"}
		if ev.Dir == dispatch.Up {
			b.Call.Direction = "UP"
		}
		break
	}
	return b
}
