package gateway

import (
	"testing"

	"hoistway/dispatch"
)

func TestAreas(t *testing.T) {
	w := newTown(t, newFakeBuilding(9, 3, 2), nil)
	first, second := w.s.groups[0], w.s.groups[1]
	for _, row := range []struct {
		got, want int64
		why       string
	}{
		{first.floorArea(0), 1000, "the lowest landing"},
		{first.floorArea(8), 9000, "the highest landing"},
		{second.floorArea(2), 3020, "the same landing has another area in the second group"},
		{first.deckArea(0), 1001010, "the first group's first lift"},
		{second.deckArea(1), 1002020, "the second group's second lift"},
	} {
		if row.got != row.want {
			t.Errorf("%s is area %d, want %d", row.why, row.got, row.want)
		}
	}
	for _, g := range w.s.groups {
		floors, cars := 0, 0
		for area := int64(-5000); area < 1_100_000; area++ {
			if f, ok := g.areaFloor(area); ok {
				if floors++; g.floorArea(f) != area {
					t.Fatalf("group %s: area %d is taken for floor %d, whose area is %d", g.id, area, f, g.floorArea(f))
				}
			}
			if car, ok := g.areaCar(area); ok {
				if cars++; g.deckArea(car) != area {
					t.Fatalf("group %s: area %d is taken for car %d, whose deck is %d", g.id, area, car, g.deckArea(car))
				}
			}
		}
		if floors != 9 || cars != len(g.bank().Cars) {
			t.Errorf("group %s: %d areas are floors and %d are decks, want 9 and %d", g.id, floors, cars, len(g.bank().Cars))
		}
	}
}

func TestAreasOfFloorsOnlyOtherGroupsServe(t *testing.T) {
	b := newFakeBuilding(9, 1, 1)
	b.layout.Banks[1].Serves = []dispatch.Floor{0, 5, 6}
	g := newTown(t, b, nil).s.groups[1]
	if f, ok := g.areaFloor(g.floorArea(4)); ok {
		t.Errorf("a landing that the group does not serve is floor %d to it", f)
	}
	if f, ok := g.areaFloor(g.floorArea(5)); !ok || f != 5 {
		t.Errorf("floor 5 is %d, %v", f, ok)
	}
}
