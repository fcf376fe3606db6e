package attack

import (
	"bytes"
	"cmp"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Outcome is how well an attacker guessed which account each ID belongs to, and
// how well the same guesses do when the accounts are exchanged at random.
type Outcome struct {
	Attack, Control Rate
	Most            int // right guesses in the best of the controls
}

// controls is how many times the accounts are exchanged.
const controls = 200

// Judge compares guesses with the owners. Both are indexes of accounts, one for
// each ID; negative means no guess, and an unknown owner, which is not judged.
func Judge(guesses, owners []int, accounts int) (o Outcome) {
	score := func(exchange []int) (r Rate) {
		for i, owner := range owners {
			if owner < 0 {
				continue
			}
			r.Tries++
			if g := guesses[i]; g >= 0 && exchange[g] == owner {
				r.Hits++
			}
		}
		return r
	}
	exchange := make([]int, accounts)
	for i := range exchange {
		exchange[i] = i
	}
	o.Attack = score(exchange)
	rng := rand.New(rand.NewPCG(1, 2))
	for range controls {
		rng.Shuffle(accounts, func(i, j int) { exchange[i], exchange[j] = exchange[j], exchange[i] })
		r := score(exchange)
		o.Control.Hits += r.Hits
		o.Control.Tries += r.Tries
		o.Most = max(o.Most, r.Hits)
	}
	return o
}

// Risk is what the attack achieves beyond its control.
func (o Outcome) Risk() Risk { return Residual(o.Attack, o.Control, Z95) }

// Beyond tells whether chance cannot explain the attack: it does better than
// each control, and so much so that it would not happen once in a million times.
func (o Outcome) Beyond() bool {
	_, c := o.Control.Interval(Z95)
	return o.Attack.Hits > o.Most && o.Attack.Chance(c) < Alpha
}

// ByOrder guesses that IDs and accounts stand in the same order: by their own
// bytes, or by the instants at which they were made.
func ByOrder(ids, accounts []Made, compare func(a, b Made) int) []int {
	order := func(list []Made) []int {
		index := make([]int, len(list))
		for i := range index {
			index[i] = i
		}
		slices.SortStableFunc(index, func(a, b int) int { return cmp.Or(compare(list[a], list[b]), bytes.Compare(list[a].ID, list[b].ID)) })
		return index
	}
	guesses := make([]int, len(ids))
	if len(accounts) == 0 {
		return none(guesses)
	}
	of := order(accounts)
	for rank, i := range order(ids) {
		guesses[i] = of[rank*len(accounts)/len(ids)]
	}
	return guesses
}

// BySize compares IDs as numbers.
func BySize(a, b Made) int { return bytes.Compare(a.ID, b.ID) }

// ByInstant compares instants.
func ByInstant(a, b Made) int { return cmp.Compare(a.When, b.When) }

// ByBits guesses the account whose ID has the most bits in common with the ID,
// wherever they stand.
func ByBits(ids, accounts []Made) []int {
	guesses := none(make([]int, len(ids)))
	for i, id := range ids {
		best := -1
		for j, account := range accounts {
			same := 0
			for k := range min(len(id.ID), len(account.ID)) {
				same += 8 - bits.OnesCount8(id.ID[k]^account.ID[k])
			}
			if same > best {
				best, guesses[i] = same, j
			}
		}
	}
	return guesses
}

// Event is something that happened with an ID or an account, at a number that
// grows with time.
type Event struct {
	Of   int32 // index of the ID or account
	When uint64
}

// ByNeighbours guesses the account to which most of an ID's events are nearest,
// within reach. It sorts accounts. An event votes for all accounts that are as
// near as the nearest, with parts of a vote; of equals the one with the smallest
// index is guessed.
func ByNeighbours(ids []Event, of int, accounts []Event, reach uint64) []int {
	slices.SortFunc(accounts, func(a, b Event) int { return cmp.Or(cmp.Compare(a.When, b.When), cmp.Compare(a.Of, b.Of)) })
	slices.SortFunc(ids, func(a, b Event) int { return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.When, b.When)) })
	guesses := none(make([]int, of))
	votes := map[int32]float64{}
	var near []int32
	for from := 0; from < len(ids); {
		clear(votes)
		to := from
		for ; to < len(ids) && ids[to].Of == ids[from].Of; to++ {
			near = nearest(near[:0], accounts, ids[to].When, reach)
			for _, a := range near {
				votes[a] += 1 / float64(len(near))
			}
		}
		best := 0.0
		for a, n := range votes { // the order does not matter: the best is one
			if g := guesses[ids[from].Of]; n > best || n == best && int(a) < g {
				best, guesses[ids[from].Of] = n, int(a)
			}
		}
		from = to
	}
	return guesses
}

// mostNear bounds how many accounts one event votes for: where more are equally
// near, they say nothing.
const mostNear = 64

// nearest appends the accounts of the events that are nearest to an instant.
func nearest(to []int32, events []Event, when, reach uint64) []int32 {
	after, _ := slices.BinarySearchFunc(events, when, func(e Event, w uint64) int { return cmp.Compare(e.When, w) })
	distance := reach + 1
	if after < len(events) {
		distance = min(distance, events[after].When-when)
	}
	if after > 0 {
		distance = min(distance, when-events[after-1].When)
	}
	if distance > reach {
		return to
	}
	for i := after; i < len(events) && events[i].When-when == distance && len(to) < mostNear; i++ {
		to = append(to, events[i].Of)
	}
	if distance == 0 {
		return to
	}
	for i := after - 1; i >= 0 && when-events[i].When == distance && len(to) < mostNear; i-- {
		to = append(to, events[i].Of)
	}
	return to
}

func none(guesses []int) []int {
	for i := range guesses {
		guesses[i] = -1
	}
	return guesses
}
