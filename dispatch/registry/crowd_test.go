package registry

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// numbered is a record of the vault as an attacker sees it: whose ID its key
// has, and the number of its commit.
type numbered struct {
	id     ID
	commit uint64
}

// guesses are what somebody without a key can make of the numbers of commits.
// Records of one commit have no order, so they come in any.
var guesses = map[string]func(subjects, links []numbered, rng *rand.Rand) map[ID]ID{
	"the first subject has the first ID, the second the second": func(subjects, links []numbered, _ *rand.Rand) map[ID]ID {
		pairs := map[ID]ID{}
		for i := range min(len(subjects), len(links)) {
			pairs[subjects[i].id] = links[i].id
		}
		return pairs
	},
	"a subject has the next ID that was written": func(subjects, links []numbered, _ *rand.Rand) map[ID]ID {
		pairs := map[ID]ID{}
		for _, s := range subjects {
			if i := slices.IndexFunc(links, func(l numbered) bool { return l.commit >= s.commit && pairs[s.id] == "" }); i >= 0 {
				pairs[s.id] = links[i].id
			}
		}
		return pairs
	},
	"a subject has an ID of the same commit, or the nearest": func(subjects, links []numbered, rng *rand.Rand) map[ID]ID {
		pairs := map[ID]ID{}
		for _, s := range subjects {
			var near []ID
			least := ^uint64(0)
			for _, l := range links {
				d := max(l.commit, s.commit) - min(l.commit, s.commit)
				if d < least {
					near, least = nil, d
				}
				if d == least {
					near = append(near, l.id)
				}
			}
			pairs[s.id] = near[rng.IntN(len(near))]
		}
		return pairs
	},
}

// hits is how many pairs a guess gets right in the mean of many tries.
func hits(guess func(subjects, links []numbered, rng *rand.Rand) map[ID]ID, subjects, links []numbered, truth map[ID]ID) float64 {
	const tries = 2000
	rng := rand.New(rand.NewPCG(1, 2))
	right := 0
	for range tries {
		for _, all := range [][]numbered{subjects, links} {
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			slices.SortStableFunc(all, func(a, b numbered) int { return int(a.commit) - int(b.commit) })
		}
		for subject, id := range guess(subjects, links, rng) {
			if truth[subject] == id {
				right++
			}
		}
	}
	return float64(right) / tries
}

// numbersOf reads the keys of subjects and the links of a vault: what its files
// hold, the earliest version of each key.
func numbersOf(t *testing.T, r *Registry, truth map[ID]ID) (subjects, links []numbered) {
	t.Helper()
	v, err := r.store(Vault, "")
	must(t, err)
	first := map[string]uint64{}
	must(t, v.db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.AllVersions = true
		it := txn.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			key := string(it.Item().KeyCopy(nil))
			if was, seen := first[key]; !seen || it.Item().Version() < was {
				first[key] = it.Item().Version()
			}
		}
		return nil
	}))
	for key, commit := range first {
		if isMark([]byte(key)) || key[0] == '~' {
			continue
		}
		ref, err := parseKey([]byte(key))
		must(t, err)
		switch {
		case ref.Kind == KindLink:
			links = append(links, numbered{ref.Item, commit})
		case ref.Kind == KindWrappedKey && truth[ref.Subject] != "":
			subjects = append(subjects, numbered{ref.Subject, commit})
		}
	}
	return subjects, links
}

// arrive makes a subject of Flow, and registers an ID at once: nothing could
// lie closer together.
func arrive(t *testing.T, r *Registry, truth map[ID]ID) {
	t.Helper()
	subject, id := Random{}.New(), Random{}.New()
	must(t, r.As(RoleService, ToProvide).In("a").Of(subject).Put(Ref{Kind: KindFlowProfile, Subject: subject}, &FlowProfile{Email: "e"}))
	must(t, r.Register(subject, id, "a"))
	truth[subject] = id
}

// Whoever pairs subjects and randomized IDs by the numbers of commits gets no
// more right than one of each crowd, as somebody would who guesses; of one
// batch no more than one.
func TestCommitsDoNotPair(t *testing.T) {
	for _, row := range []struct {
		says    string
		people  int
		restart bool
	}{
		{"a batch", leastCrowd, false},
		{"many, one after the other", 5 * leastCrowd, false},
		{"many, with restarts in between", 5 * leastCrowd, true},
		{"a last crowd that is not full", 3*leastCrowd + leastCrowd/2, false},
	} {
		t.Run(row.says, func(t *testing.T) {
			o := diskOptions(t, &clock{now: start})
			r, err := Open(o)
			must(t, err)
			truth := map[ID]ID{}
			for i := range row.people {
				if row.restart && i%7 == 6 {
					must(t, r.Close())
					r, err = Open(o)
					must(t, err)
				}
				arrive(t, r, truth)
			}
			must(t, r.Settle())
			subjects, links := numbersOf(t, r, truth)
			if len(subjects) != row.people || len(links) != row.people {
				t.Fatalf("%d keys of subjects and %d links of %d people", len(subjects), len(links), row.people)
			}
			most := float64(row.people) / leastCrowd
			for says, guess := range guesses {
				if n := hits(guess, subjects, links, truth); n > most+0.2 {
					t.Errorf("%s: %.2f of %d are right, want at most %.2f", says, n, row.people, most)
				}
			}
			must(t, r.Close())
		})
	}
}

// The guesses find everybody where each registration is a commit of its own,
// so that their failure above means something.
func TestGuessesPairOrderedCommits(t *testing.T) {
	truth := map[ID]ID{}
	var subjects, links []numbered
	for i := range uint64(4 * leastCrowd) {
		s, l := numbered{Random{}.New(), 10 * i}, numbered{Random{}.New(), 10*i + 1}
		truth[s.id] = l.id
		subjects, links = append(subjects, s), append(links, l)
	}
	for says, guess := range guesses {
		if n := hits(guess, subjects, links, truth); n != 4*leastCrowd {
			t.Errorf("%s: %.2f of %d are right", says, n, 4*leastCrowd)
		}
	}
}

// No record of the vault names a subject beside its own key, and none is dated
// more exactly than to the day.
func TestVaultNamesSubjectsInTheirKeysOnly(t *testing.T) {
	c := &clock{now: start.Add(7 * 3600e9)}
	r := open(t, testOptions(c))
	truth := map[ID]ID{}
	for range 3 {
		arrive(t, r, truth)
	}
	v, err := r.store(Vault, "")
	must(t, err)
	seen := map[*Kind]int{}
	must(t, v.view(func(txn *badger.Txn) error {
		return eachKey(txn, nil, func(item *badger.Item) error {
			if item.Key()[0] == '~' {
				return nil
			}
			ref, err := parseKey(item.Key())
			if err != nil {
				return err
			}
			seen[ref.Kind]++
			rec := ref.Kind.New()
			value, err := item.ValueCopy(nil)
			if err != nil {
				return err
			}
			if err := v.decode(ref.Kind, item.Key(), value, rec); err != nil {
				return err
			}
			if at := rec.Head().At; !at.Equal(at.Truncate(wholeDay)) {
				t.Errorf("a %s is dated %s", ref.Kind.Name, at)
			}
			for subject := range truth {
				raw, err := subject.raw()
				if err != nil {
					return err
				}
				text := string(item.Key()) + string(value)
				if ref.Kind != KindWrappedKey && (strings.Contains(text, string(subject)) || strings.Contains(text, string(raw[:]))) {
					t.Errorf("a %s names a subject", ref.Kind.Name)
				}
			}
			return nil
		})
	}))
	if want := fmt.Sprint(map[*Kind]int{KindLink: 3, KindPseudonyms: 3, KindWrappedKey: 6}); fmt.Sprint(seen) != want {
		t.Errorf("the vault holds %v, want %s", seen, want)
	}
}

// What a registration costs, and what it costs without its crowd.
func BenchmarkRegister(b *testing.B) {
	for _, alone := range []bool{false, true} {
		b.Run(map[bool]string{false: "crowd", true: "alone"}[alone], func(b *testing.B) {
			r := onDisk(b)
			var subjects []ID
			for range 300 {
				subject := Random{}.New()
				must(b, r.As(RoleService, ToProvide).In("a").Of(subject).Put(Ref{Kind: KindFlowProfile, Subject: subject}, &FlowProfile{Email: "e"}))
				subjects = append(subjects, subject)
			}
			i := 0
			for b.Loop() {
				if alone {
					r.ring.crowd.ids = nil
				}
				must(b, r.Register(subjects[i%len(subjects)], Random{}.New(), "a"))
				i++
			}
		})
	}
}
