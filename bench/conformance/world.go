package conformance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// world is the building and group in which calls are placed, as the server
// tells of them.
type world struct {
	building, group string
	floors          []landing // with their front sides, lowest first
	lifts           []lift
	calls           string // a scope that lets calls be placed there
}

type landing struct {
	area, floor int64
	name        string
}

type lift struct {
	id, deck int64
	name     string
}

// low, mid and high are three floors; away is one that is none of them where the
// group has four.
func (w *world) low() landing  { return w.floors[0] }
func (w *world) mid() landing  { return w.floors[len(w.floors)/2] }
func (w *world) high() landing { return w.floors[len(w.floors)-1] }
func (w *world) away() landing { return w.floors[1] }

// where is the group in which calls are placed; no socket is opened for it.
func (p *probe) where() *world {
	p.mu.Lock()
	w := p.place
	p.mu.Unlock()
	if w != nil {
		return w
	}
	w = &world{building: p.target.Building, group: p.target.Group}
	if w.building == "" || w.group == "" {
		p.first(w)
	}
	w.calls = fmt.Sprintf("callgiving/group:%s:%s", w.building, w.group)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.place = w
	return w
}

// learn asks the server where calls can be placed. It is asked once.
func (p *probe) learn() *world {
	p.mu.Lock()
	w := p.world
	p.mu.Unlock()
	if w != nil {
		return w
	}
	known := *p.where()
	w = &known
	s := p.open(p.token(w.calls))
	id := p.name()
	s.send(w.ask("config", id))
	f := s.find("config of the group", p.target.Answer, func(f frame) bool { return f.of("callType") == "config" && f.of("requestId") == id })
	if err := w.read(f.raw); err != "" {
		p.failf("the group cannot be learnt from its config: %s", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.world = w
	return w
}

// first takes the first group of the resources.
func (p *probe) first(w *world) {
	res := p.want(p.ask(request{method: "GET", path: resourcesPath, bearer: p.token("application/inventory")}), 200)
	buildings, _ := list(res.body, "buildings")
	for _, b := range buildings {
		id, _ := text(b, "id")
		groups, _ := list(b, "groups")
		for _, g := range groups {
			name, _ := text(g, "id")
			if group, is := strings.CutPrefix(name, id+":"); is && (w.building == "" || w.building == id) && (w.group == "" || w.group == group) {
				w.building, w.group = id, group
				return
			}
		}
	}
	p.failf("the resources name no building with a group %s", w.group)
}

// read takes floors and lifts from a config; it says what is missing.
func (w *world) read(config []byte) (fault string) {
	destinations, _ := list(config, "data", "destinations")
	for _, d := range destinations {
		area, a := whole(d, "area_id")
		floor, f := whole(d, "group_floor_id")
		side, s := whole(d, "group_side")
		if !a || !f || !s {
			return fmt.Sprintf("the destination %s has no area_id, group_floor_id or group_side", d)
		}
		if side == 1 {
			name, _ := text(d, "short_name")
			w.floors = append(w.floors, landing{area, floor, name})
		}
	}
	slices.SortFunc(w.floors, func(a, b landing) int { return cmp.Compare(a.floor, b.floor) })
	groups, _ := list(config, "data", "groups")
	for _, g := range groups {
		lifts, _ := list(g, "lifts")
		for _, l := range lifts {
			id, is := whole(l, "lift_id")
			decks, has := list(l, "decks")
			if !is || !has || len(decks) == 0 {
				return fmt.Sprintf("the lift %s has no lift_id or no decks", l)
			}
			deck, is := whole(decks[0], "area_id")
			if !is {
				return fmt.Sprintf("the deck %s has no area_id", decks[0])
			}
			name, _ := text(l, "lift_name")
			w.lifts = append(w.lifts, lift{id, deck, name})
		}
	}
	if len(w.floors) < 4 || len(w.lifts) < 2 {
		return fmt.Sprintf("it has %d floors and %d lifts: want at least 4 and 2", len(w.floors), len(w.lifts))
	}
	return ""
}

// everything is a socket that may place calls in the group, with the group.
func (p *probe) everything() (*socket, *world) {
	w := p.learn()
	return p.open(p.token(w.calls)), w
}
