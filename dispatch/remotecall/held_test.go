package remotecall

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

func TestUsersSeeWhatTheyMade(t *testing.T) {
	h := newHouse(t)
	p, other := h.resident(Flow, "a@example.org", ""), h.resident(Flow, "b@example.org", "")
	late, soon := h.keyTo("3"), h.keyTo("1", "2")
	late.Until, late.Uses = late.Until.Add(time.Hour), 7
	first, err := h.s.CreateKey(p.token, late)
	h.ok(err)
	second, err := h.s.CreateKey(p.token, soon)
	h.ok(err)
	keys, err := h.s.Keys(p.token)
	h.ok(err)
	want := []HeldKey{
		{second.ID, "tower", soon.Visitor, []string{"1", "2"}, soon.From, soon.Until, 1},
		{first.ID, "tower", late.Visitor, []string{"3"}, late.From, late.Until, 7},
	}
	if d := cmp.Diff(want, keys); d != "" {
		t.Errorf("keys (-want +got):\n%s", d)
	}

	sub, err := h.s.AddSubUser(p.token, SubUserEntry{Building: "tower", Name: "Olli", Username: "olli", BirthDate: "1990-01-02", Consent: true})
	h.ok(err)
	subUsers, err := h.s.SubUsers(p.token)
	h.ok(err)
	if d := cmp.Diff([]HeldSubUser{{sub, "tower", "Olli", "olli"}}, subUsers); d != "" {
		t.Errorf("sub-users (-want +got):\n%s", d)
	}

	speed, floor, no := 1300, "3", false
	h.ok(h.s.Prefer(p.token, Preferences{WalkingSpeed: &speed, FavouriteFloor: &floor, StorePictures: &no}))
	got, err := h.s.Preferred(p.token)
	h.ok(err)
	if d := cmp.Diff(Preferences{WalkingSpeed: &speed, FavouriteFloor: &floor}, got); d != "" {
		t.Errorf("preferences (-want +got):\n%s", d)
	}

	keys, err = h.s.Keys(other.token)
	h.ok(err)
	subUsers, err = h.s.SubUsers(other.token)
	h.ok(err)
	none, err := h.s.Preferred(other.token)
	h.ok(err)
	if len(keys) != 0 || len(subUsers) != 0 || none != (Preferences{}) {
		t.Errorf("somebody who made nothing has %v, %v and %v", keys, subUsers, none)
	}

	_, err = h.s.Exercise(RightsRequest{Right: ToObject, Token: p.token, Purpose: registry.ToProvide})
	h.ok(err)
	_, err = h.s.Keys(p.token)
	h.refused(err, ProcessingStopped)
	_, err = h.s.SubUsers("nobody's")
	h.refused(err, NotSignedIn)
}
