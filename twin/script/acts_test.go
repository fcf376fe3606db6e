package script

import (
	"testing"
	"time"

	"hoistway/scenarios"

	"github.com/google/go-cmp/cmp"
)

const day = 24 * time.Hour

// life is flats with events.
func life(events ...scenarios.Event) *scenarios.Scenario {
	sc := flats()
	sc.Events = events
	return sc
}

// of lists the acts of one event.
func of(acts []Act, event int) []Act {
	var out []Act
	for _, a := range acts {
		if a.Event == event {
			out = append(out, a)
		}
	}
	return out
}

func TestActsAreInOrder(t *testing.T) {
	sc := life(
		scenarios.Event{Name: "reviews", Kind: scenarios.Reviewed, Count: 200, From: 10 * day, To: 20 * day},
		scenarios.Event{Name: "restart", Kind: scenarios.Restarted, Count: 3, From: 15 * day, To: 15 * day},
	)
	acts := Acts(sc, 1, 0)
	if len(acts) != 203 {
		t.Fatalf("%d acts, want 203", len(acts))
	}
	number := map[int]int{}
	late := 0
	for i, a := range acts {
		if i > 0 && a.At < acts[i-1].At {
			t.Fatalf("act %d is earlier than the one before", i)
		}
		if a.Number != number[a.Event] {
			t.Errorf("act %d has number %d, want %d", i, a.Number, number[a.Event])
		}
		number[a.Event]++
		if a.Event == 1 {
			if a.At != 15*day || a.Resident != None {
				t.Errorf("a restart at %v befalls %d", a.At, a.Resident)
			}
			continue
		}
		if a.At < 10*day || a.At >= 20*day {
			t.Errorf("a review at %v", a.At)
		}
		if a.At >= 15*day {
			late++
		}
		if app := sc.Tenants[Residents(sc, 1, 0)[a.Resident].Tenant].App; app == scenarios.NoApp {
			t.Error("a review by somebody without an app")
		}
	}
	if late < 70 || late > 130 {
		t.Errorf("%d of 200 reviews in the second half, want about 100", late)
	}
	if !cmp.Equal(acts, Acts(sc, 1, 0)) {
		t.Error("the same seed and replication give other acts")
	}
	if cmp.Equal(acts, Acts(sc, 1, 1)) || cmp.Equal(acts, Acts(sc, 2, 0)) {
		t.Error("another seed or replication gives the same acts")
	}
}

func TestWhomActsBefall(t *testing.T) {
	always := func(kind scenarios.EventKind, count int, tenant string) scenarios.Event {
		return scenarios.Event{Name: "e", Kind: kind, Count: count, To: 50 * day, Tenant: tenant}
	}
	for _, row := range []struct {
		sentence string
		event    scenarios.Event
		acts     int
		tenants  map[int]bool
		distinct int
		mains    bool
	}{
		{"a right befalls anybody with an app", always(scenarios.Corrected, 300, ""), 300, map[int]bool{0: true, 1: true, 2: true}, 60, false},
		{"preferences are Flow's", always(scenarios.PreferenceSet, 300, ""), 300, map[int]bool{0: true, 1: true}, 40, false},
		{"a tenant's own", always(scenarios.Reviewed, 100, "frail"), 100, map[int]bool{1: true}, 12, false},
		{"sub-users are added by main users", always(scenarios.SubUserAdded, 200, ""), 200, map[int]bool{0: true}, 14, true},
		{"deletions befall everybody once and then nobody", always(scenarios.Erased, 100, ""), 72, map[int]bool{0: true, 1: true, 2: true}, 72, false},
		{"so does silence", always(scenarios.FellSilent, 100, ""), 72, map[int]bool{0: true, 1: true, 2: true}, 72, false},
		{"move-outs befall every place before one again", always(scenarios.MovedOut, 72, ""), 72, map[int]bool{0: true, 1: true, 2: true}, 72, false},
		{"and go on with who moved in", always(scenarios.MovedOut, 100, ""), 100, map[int]bool{0: true, 1: true, 2: true}, 72, false},
	} {
		sc := life(row.event)
		rs, acts := Residents(sc, 1, 0), Acts(sc, 1, 0)
		seen, tenants := map[int]bool{}, map[int]bool{}
		for _, a := range acts {
			seen[a.Resident] = true
			tenants[rs[a.Resident].Tenant] = true
			if row.mains && !rs[a.Resident].Main {
				t.Errorf("%s: resident %d is none", row.sentence, a.Resident)
			}
		}
		if len(acts) != row.acts || len(seen) < row.distinct || !cmp.Equal(row.tenants, tenants) {
			t.Errorf("%s: %d acts on %d people of tenants %v, want %d on at least %d of %v", row.sentence, len(acts), len(seen), tenants, row.acts, row.distinct, row.tenants)
		}
	}
}

// Who is gone is not asked to do anything; different endings befall different
// people.
func TestEndingsAreOfDifferentPeople(t *testing.T) {
	sc := life(
		scenarios.Event{Name: "erased", Kind: scenarios.Erased, Count: 20, To: 60 * day},
		scenarios.Event{Name: "moved", Kind: scenarios.MovedOut, Count: 20, To: 60 * day},
		scenarios.Event{Name: "silent", Kind: scenarios.FellSilent, Count: 20, To: 60 * day},
		scenarios.Event{Name: "reviewed", Kind: scenarios.Reviewed, Count: 400, To: 90 * day},
	)
	acts := Acts(sc, 7, 0)
	ended := map[int]int{}
	gone := map[int]bool{}
	for _, a := range acts {
		if a.Event < 3 {
			ended[a.Resident]++
		}
		if gone[a.Resident] {
			t.Errorf("%s befalls resident %d, who no longer uses an app", sc.Events[a.Event].Name, a.Resident)
		}
		gone[a.Resident] = a.Event == 0 || a.Event == 2
	}
	for i, n := range ended {
		if n > 1 {
			t.Errorf("resident %d ended %d times", i, n)
		}
	}
	if len(ended) != 60 {
		t.Errorf("%d people ended, want 60", len(ended))
	}
}

func TestSubUsersAreRemovedWhereTheyAre(t *testing.T) {
	sc := life(
		scenarios.Event{Name: "added", Kind: scenarios.SubUserAdded, Count: 6, To: 10 * day},
		scenarios.Event{Name: "removed", Kind: scenarios.SubUserRemoved, Count: 6, From: 10 * day, To: 20 * day},
	)
	subs := map[int]int{}
	for _, a := range Acts(sc, 1, 0) {
		if a.Event == 0 {
			subs[a.Resident]++
		} else if subs[a.Resident]--; subs[a.Resident] < 0 {
			t.Errorf("resident %d has no sub-user to remove", a.Resident)
		}
	}
	for i, n := range subs {
		if n != 0 {
			t.Errorf("resident %d has %d sub-users left after as many removals as additions", i, n)
		}
	}
}

// A hold and an erasure must meet, or nothing shows that the one defers the
// other.
func TestTheFirstDeletionIsOfThePersonOfTheCase(t *testing.T) {
	hold := scenarios.Event{Name: "hold", Kind: scenarios.Held, Count: 1, From: 20 * day, To: 20 * day}
	released := scenarios.Event{Name: "over", Kind: scenarios.Released, Count: 1, From: 30 * day, To: 30 * day}
	erased := func(from, to scenarios.Instant, tenant string) scenarios.Event {
		return scenarios.Event{Name: "erased", Kind: scenarios.Erased, Count: 1, From: from, To: to, Tenant: tenant}
	}
	for _, row := range []struct {
		sentence string
		erased   scenarios.Event
		held     string // tenant of the person of the case
		same     bool
	}{
		{"while the case is open it is", erased(25*day, 25*day, ""), "", true},
		{"before it need not be", erased(5*day, 5*day, ""), "", false},
		{"after it need not be", erased(35*day, 35*day, ""), "", false},
		{"not when the person is of another tenant", erased(25*day, 25*day, "frail"), "remote", false},
	} {
		same := 0
		for seed := range uint64(20) {
			h := hold
			h.Tenant = row.held
			var of [3]int
			for _, a := range Acts(life(h, row.erased, released), seed, 0) {
				of[a.Event] = a.Resident
			}
			if of[0] == of[1] {
				same++
			}
		}
		if row.same && same != 20 || !row.same && same > 3 {
			t.Errorf("%s: in %d of 20 runs", row.sentence, same)
		}
	}
}

// Who moved out took the case along: it is not the concern of who moved in.
func TestACaseEndsWithTheMove(t *testing.T) {
	same := 0
	for seed := range uint64(20) {
		sc := life(
			scenarios.Event{Name: "hold", Kind: scenarios.Held, Count: 1, From: 20 * day, To: 20 * day, Tenant: "frail"},
			scenarios.Event{Name: "moved", Kind: scenarios.MovedOut, Count: 1, From: 22 * day, To: 22 * day, Tenant: "frail"},
			scenarios.Event{Name: "erased", Kind: scenarios.Erased, Count: 1, From: 25 * day, To: 25 * day},
		)
		sc.Tenants[1].Floors, sc.Tenants[1].Share = []int{1}, 0.05 // one person
		acts := Acts(sc, seed, 0)
		if acts[0].Resident != acts[1].Resident {
			t.Fatalf("two of one person: %+v", acts)
		}
		if acts[2].Resident == acts[0].Resident {
			same++
		}
	}
	if same > 3 {
		t.Errorf("in %d of 20 runs who moved in asked for deletion first", same)
	}
}

// A further event leaves the instants and draws of the others alone, and nearly
// all their people.
func TestEventsDoNotShiftEachOther(t *testing.T) {
	reviews := scenarios.Event{Name: "reviews", Kind: scenarios.Reviewed, Count: 100, To: 50 * day}
	moves := scenarios.Event{Name: "moves", Kind: scenarios.Erased, Count: 10, To: 50 * day}
	before, after := Acts(life(reviews), 1, 0), of(Acts(life(reviews, moves), 1, 0), 0)
	moved := 0
	for i := range before {
		a, b := before[i], after[i]
		if a.Resident != b.Resident {
			moved++
		}
		a.Resident, b.Resident = 0, 0
		if a != b {
			t.Errorf("act %d was %+v and is %+v", i, a, b)
		}
	}
	if moved > 15 {
		t.Errorf("%d of 100 reviews befall others, want those of the 10 who are gone at most", moved)
	}
}
