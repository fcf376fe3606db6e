package attack_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"hoistway/privacyaudit/attack"
)

// town is people with an account and three IDs each, all random.
type town struct {
	accounts, ids []attack.Made
	owners        []int
	rng           *rand.Rand
}

func newTown(n int) *town {
	w := &town{rng: rand.New(rand.NewPCG(5, 6))}
	for i := range n {
		w.accounts = append(w.accounts, attack.Made{ID: w.id(), When: uint64(w.rng.IntN(1 << 30))})
		for range 3 {
			w.ids = append(w.ids, attack.Made{ID: w.id(), When: uint64(w.rng.IntN(1 << 30))})
			w.owners = append(w.owners, i)
		}
	}
	return w
}

func (w *town) id() []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, w.rng.Uint64()), w.rng.Uint64())
}

func TestGuesses(t *testing.T) {
	const n = 60
	bySize := func(w *town) []int { return attack.ByOrder(w.ids, w.accounts, attack.BySize) }
	byInstant := func(w *town) []int { return attack.ByOrder(w.ids, w.accounts, attack.ByInstant) }
	byBits := func(w *town) []int { return attack.ByBits(w.ids, w.accounts) }
	neighbours := func(w *town) []int {
		var ids, accounts []attack.Event
		for i, m := range w.ids {
			ids = append(ids, attack.Event{Of: int32(i), When: m.When})
		}
		for i, m := range w.accounts {
			accounts = append(accounts, attack.Event{Of: int32(i), When: m.When})
		}
		return attack.ByNeighbours(ids, len(w.ids), accounts, 2)
	}
	none := func(*town) {}
	for _, c := range []struct {
		why   string
		leak  func(*town)
		guess func(*town) []int
		leaks bool
	}{
		{"sizes of random IDs say nothing", none, bySize, false},
		{"nor do bits", none, byBits, false},
		{"nor do random instants", none, byInstant, false},
		{"nor do their neighbours", none, neighbours, false},
		{"an ID that begins as its account's is found by size", func(w *town) {
			for i, o := range w.owners {
				copy(w.ids[i].ID, w.accounts[o].ID[:4])
			}
		}, bySize, true},
		{"an ID that shares some of the bits of its account's is found by bits", func(w *town) {
			for i, o := range w.owners {
				copy(w.ids[i].ID[5:13], w.accounts[o].ID[5:13])
			}
		}, byBits, true},
		{"IDs that appear in the order of their accounts are found by it", func(w *town) {
			for i, o := range w.owners {
				w.accounts[o].When, w.ids[i].When = uint64(o), uint64(i)
			}
		}, byInstant, true},
		{"an ID that is written right after its account is its neighbour", func(w *town) {
			for i, o := range w.owners {
				w.accounts[o].When = uint64(1000 * o)
				w.ids[i].When = uint64(1000*o + 1)
			}
		}, neighbours, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			w := newTown(n)
			c.leak(w)
			o := attack.Judge(c.guess(w), w.owners, n)
			if o.Beyond() != c.leaks {
				t.Errorf("beyond chance is %v, want %v: %d of %d, and %d in the best control", !c.leaks, c.leaks, o.Attack.Hits, o.Attack.Tries, o.Most)
			}
			if upper := o.Risk().Upper(); (upper > 0.1) != c.leaks {
				t.Errorf("the residual risk is at most %.3f", upper)
			}
		})
	}
}
