package gateway

import (
	"math"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// picture is what there is to see of a building at one instant. It names nobody
// and is forgotten when it is sent.
type picture struct {
	Banks     []bankPicture  `json:"banks"`
	Calls     []callPicture  `json:"calls"`
	Faults    []faultPicture `json:"faults"`
	PerMinute int            `json:"perMinute"` // calls of the last minute of building time
	Sockets   int            `json:"sockets"`   // of all clients of the gateway
}

// bankPicture has people by floor of the building, and lit landing calls.
type bankPicture struct {
	Cars     []carPicture     `json:"cars"`
	LitUp    []dispatch.Floor `json:"litUp"`
	LitDown  []dispatch.Floor `json:"litDown"`
	WaitUp   []int            `json:"waitUp"`
	WaitDown []int            `json:"waitDown"`
	Clients  []int            `json:"clients"` // calls of clients and of the app API whose car has not come
}

type carPicture struct {
	Height  float64            `json:"height"` // m above floor 0, to the centimetre
	Target  dispatch.Floor     `json:"target"`
	Way     dispatch.Direction `json:"way"` // of its flight, or the one its indicator shows
	Doors   building.Doors     `json:"doors"`
	Persons int                `json:"persons"`
	Load    int                `json:"load"` // % of rated
	Out     bool               `json:"out,omitempty"`
}

// callPicture is a call that somebody at the page placed.
type callPicture struct {
	ID    int64          `json:"id"`
	Bank  int            `json:"bank"`
	From  dispatch.Floor `json:"from"`
	To    dispatch.Floor `json:"to"`
	Car   int            `json:"car"`   // -1 = none yet
	State string         `json:"state"` // as the API's call states
	Why   string         `json:"why,omitempty"`
}

type faultPicture struct {
	faultForm
	Until int64 `json:"until"` // ms since instant 0
	Bank  int   `json:"bankIndex"`
	Car   int   `json:"carIndex"`
	Floor int   `json:"floorIndex"`
}

// picture takes one. The site's goroutine calls it.
func (p *page) picture(s *site) picture {
	floors := len(s.layout.Floors)
	c := p.calls[s.index]
	shot := picture{Calls: c.list(), PerMinute: c.lately.count(s.now), Faults: []faultPicture{}}
	for i := range s.layout.Banks {
		b := bankPicture{WaitUp: make([]int, floors), WaitDown: make([]int, floors), Clients: make([]int, floors), LitUp: []dispatch.Floor{}, LitDown: []dispatch.Floor{}}
		s.building.Waiting(i, b.WaitUp, b.WaitDown)
		for c := range s.layout.Banks[i].Cars {
			b.Cars = append(b.Cars, pictureOf(s.building.Car(i, c), s.layout.Banks[i].Cars[c].Load))
		}
		for _, call := range s.groups[i].memory.calls {
			up, known := call.Dir == dispatch.Up, call.Kind == dispatch.LandingCall
			if call.Kind == dispatch.DestinationCall && call.Ready <= s.now {
				up, known = call.To > call.Floor, true
			}
			switch {
			case known && up:
				b.LitUp = lit(b.LitUp, call.Floor)
			case known:
				b.LitDown = lit(b.LitDown, call.Floor)
			}
		}
		for _, o := range s.groups[i].calls.open {
			for _, cl := range o.clients {
				if cl.remote != nil || cl.owner != ownerOf(nil) {
					b.Clients[o.from]++
				}
			}
		}
		shot.Banks = append(shot.Banks, b)
	}
	for _, a := range s.gateway.faults.list(s.now, s) {
		f := faultPicture{faultForm: a.form(0), Until: a.until.Milliseconds(), Bank: -1, Car: -1, Floor: -1}
		f.Left = ""
		switch a.kind {
		case carOutOfService, stuckDoor, slowCar:
			f.Bank, f.Car = a.place.Bank, a.place.Car
		case floorLocked:
			f.Floor = int(a.place.Floor)
		}
		shot.Faults = append(shot.Faults, f)
	}
	return shot
}

func lit(floors []dispatch.Floor, f dispatch.Floor) []dispatch.Floor {
	for _, other := range floors {
		if other == f {
			return floors
		}
	}
	return append(floors, f)
}

func pictureOf(c building.Car, rated int64) carPicture {
	way := c.Travel
	if way == 0 {
		way = c.Onward
	}
	load := 0
	if rated > 0 {
		load = int(math.Round(float64(c.Load) * 100 / float64(rated)))
	}
	return carPicture{Height: math.Round(c.Height*100) / 100, Target: c.Target, Way: way, Doors: c.Doors, Persons: c.Persons, Load: load, Out: c.Out}
}
