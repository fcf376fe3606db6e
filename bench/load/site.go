package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"hoistway/scenarios"
)

// Group names a bank of the target: its building and group as the API does.
type Group struct{ Building, Group string }

func (g Group) String() string { return g.Building + ":" + g.Group }

// IDs reach frames as they are, so that they may hold nothing else.
var (
	buildingForm = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
	groupForm    = regexp.MustCompile(`^[A-Za-z0-9]{1,2}$`)
)

// ParseGroup reads BUILDING:GROUP.
func ParseGroup(s string) (Group, error) {
	b, g, _ := strings.Cut(strings.TrimPrefix(s, "building:"), ":")
	if !buildingForm.MatchString(b) || !groupForm.MatchString(g) {
		return Group{}, fmt.Errorf("group %q: expected BUILDING:GROUP of letters and digits, such as office:1", short(s))
	}
	return Group{b, g}, nil
}

// bank is a group that calls go to.
type bank struct {
	group    Group
	name     string // the target's, "" when it is not known
	scenario int    // index of the scenario's bank that it stands for
	trips    *trips
	areas    map[int]int // area of each floor that the scenario's bank serves; nil until known
	terminal int
}

// mostScoped is how many groups a token names; for more it asks for everything,
// because a long token costs every request.
const mostScoped = 8

// scopeOf is what a token must allow for calls to groups.
func scopeOf(groups []Group) string {
	if len(groups) > mostScoped {
		return "application/inventory callgiving/*"
	}
	scope := []string{"application/inventory"}
	for _, g := range groups {
		scope = append(scope, "callgiving/group:"+g.String())
	}
	return strings.Join(scope, " ")
}

// find lists the groups that the target offers to the client.
func (t *Target) find(ctx context.Context, c Client) (groups []Group, names map[Group]string, err error) {
	token, _, err := t.token(ctx, c, "application/inventory")
	if err != nil {
		return nil, nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url("/api/v2/application/self/resources"), nil)
	if err != nil {
		return nil, nil, fmt.Errorf("resources: %w", plain(err))
	}
	r.Header.Set("Authorization", "Bearer "+token)
	var answer struct {
		Buildings []struct {
			Groups []struct{ ID, Name string }
		}
	}
	if err := t.ask("resources", r, &answer); err != nil {
		return nil, nil, fmt.Errorf("%w; name groups with --group if the target has no such list", err)
	}
	names = map[Group]string{}
	for _, b := range answer.Buildings {
		for _, g := range b.Groups {
			group, err := ParseGroup(g.ID)
			if err != nil {
				return nil, nil, fmt.Errorf("resources: %w", err)
			}
			groups = append(groups, group)
			names[group] = g.Name
		}
	}
	if len(groups) == 0 {
		return nil, nil, errors.New("resources: the target has no group of lifts for this client; name some with --group")
	}
	return groups, names, nil
}

// banksOf finds which bank of the scenario each group stands for: the one of
// its name, else the one of its place among the groups of its building.
func banksOf(sc *scenarios.Scenario, groups []Group, names map[Group]string) ([]*bank, error) {
	var banks []*bank
	place := map[string]int{}
	cache := map[int]*trips{}
	for _, g := range groups {
		b := &bank{group: g, name: names[g], scenario: place[g.Building] % len(sc.Banks), terminal: 1}
		place[g.Building]++
		for i := range sc.Banks {
			if b.name != "" && sc.Banks[i].Name == b.name {
				b.scenario = i
			}
		}
		if cache[b.scenario] == nil {
			t, err := tripsOf(sc, b.scenario)
			if err != nil {
				return nil, err
			}
			cache[b.scenario] = t
		}
		b.trips = cache[b.scenario]
		banks = append(banks, b)
	}
	return banks, nil
}

// landing is a destination of a group's configuration.
type landing struct {
	area, floor, side int
	name              string
}

// match gives every floor of the scenario's bank an area: by name when all
// names are there, else by the order from below. A target with another number
// of floors is another building: then floors keep their relative height, and
// the note says so.
func (b *bank) match(sc *scenarios.Scenario, landings []landing) (note string, err error) {
	var fronts []landing // lowest first, one a floor
	for _, l := range landings {
		if len(fronts) == 0 || fronts[len(fronts)-1].floor != l.floor {
			fronts = append(fronts, l)
		}
	}
	if len(fronts) < 2 {
		return "", fmt.Errorf("group %s: its configuration has %d floors, two are needed", b.group, len(fronts))
	}
	byName := map[string]int{}
	for _, l := range fronts {
		byName[l.name] = l.area
	}
	serves := sc.Banks[b.scenario].Serves
	b.areas = map[int]int{}
	for _, f := range serves {
		if area, ok := byName[sc.Building.Floors[f].Name]; ok {
			b.areas[f] = area
		}
	}
	if len(b.areas) == len(serves) {
		return "", nil
	}
	for i, f := range serves {
		b.areas[f] = fronts[i*(len(fronts)-1)/(len(serves)-1)].area
	}
	if len(fronts) != len(serves) {
		note = fmt.Sprintf("group %s has %d floors and the scenario's bank %s serves %d: calls go to the floors of the same relative height",
			b.group, len(fronts), sc.Banks[b.scenario].Name, len(serves))
	}
	return note, nil
}

// ride gives the areas of the trip at u in [0, 1). Where the target has fewer
// floors, both ends may fall on one: then the next trip is taken that has two.
func (b *bank) ride(u float64) (from, to int) {
	trip := b.trips.pick(u)
	for i := range b.trips.from {
		if from, to = b.areas[trip.From], b.areas[trip.To]; from != to {
			break
		}
		trip = Trip{b.trips.from[i], b.trips.to[i]}
	}
	return from, to
}
