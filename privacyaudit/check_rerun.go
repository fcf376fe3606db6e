package privacyaudit

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"hoistway/privacyaudit/badgerfiles"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// rerun compares the IDs of two runs with the same scenario and seed: none may
// be in both. It is the only test that tells IDs of a generator with a known
// seed, and digests under a key that the auditor does not have, from random
// ones. The second evidence is Options.Against.
//
// It compares the IDs in keys, which are those of subjects, records and
// randomized IDs, and those on phones. Items that are declared to be derived
// from something are the same in every run and are left out. Of an ID it keeps
// the first eight bytes: that two of a million random ones agree in those has a
// probability of 3 in 10⁸.
func init() {
	register(&Check{
		Name:  "rerun",
		About: "No ID is in the stores of two runs with the same seed (the second is given with --against).",
		New:   newRerun,
	})
}

func newRerun(p *Probe) (Watch, error) {
	if p.Against == (evidence.Parts{}) {
		p.Inconclusive("the evidence of a second run with the same seed was not given; it is with --against DIR")
		return Watch{}, nil
	}
	r := &rerun{p: p}
	return Watch{
		Record: func(rec *Record) {
			n := len(r.ids)
			if r.ids = idsOf(r.ids, &rec.Key); len(r.ids) > n {
				p.Select(rec.Source.Name, len(r.ids)-n)
			}
		},
		End: r.end,
	}, nil
}

// sameRun tells whether the second evidence is of the same scenario and seed,
// which their truths say, and another run, which the folder says.
func (a *Audit) sameRun() error {
	if a.Against == (evidence.Parts{}) {
		return nil
	}
	if a.Against.Stores == "" {
		return errors.New("the evidence to compare with (--against) has no stores")
	}
	if a.Against.Stores == a.Parts.Stores {
		return errors.New("the evidence to compare with (--against) is the same folder; make another run with the same seed")
	}
	if a.Truth == nil || a.Against.Truth == "" {
		return nil // whoever gives both without their truth says that they are
	}
	other, err := evidence.ReadTruth(a.Against.Truth)
	if err != nil {
		return err
	}
	one, err := callsOf(a.Truth)
	if err != nil {
		return err
	}
	two, err := callsOf(other)
	if err != nil {
		return err
	}
	if a.Truth.Settings.Hash != other.Settings.Hash || one != two {
		return errors.New("the evidence to compare with (--against) is of another scenario or seed, in which IDs are others anyway")
	}
	return nil
}

// callsOf is a sum over who called when from where: with the same seed it is the
// same.
func callsOf(t *evidence.Truth) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	err = t.Trips(func(t *evidence.Trip) error {
		fmt.Fprintln(h, t.Person, t.At.UnixNano(), t.From, t.To)
		return nil
	})
	return [sha256.Size]byte(h.Sum(nil)), err
}

type rerun struct {
	p   *Probe
	ids []uint64 // first bytes
}

// end reads the second evidence, looks for its IDs among the first's, and
// reports how many of each kind there are.
func (r *rerun) end() {
	r.ids = phoneIDs(r.ids, r.p, r.p.Parts, func(n int) { r.p.Select("phones", n) })
	slices.Sort(r.ids)
	r.ids = slices.Compact(r.ids)
	dirs, err := r.p.Against.StoreDirs()
	if err != nil {
		r.p.problem("second evidence", "", err)
	}
	seen := 0
	for _, d := range dirs {
		if !r.p.In(d.Class) {
			continue
		}
		src := &Source{Name: d.Name, Class: d.Class, Building: d.Building}
		var ids []uint64
		_, err := badgerfiles.Read(d.Path, 1, func(_ int, v *badgerfiles.Version) error {
			key, err := r.p.Schema.ParseKey(src.holder(), v.Key)
			if err != nil || key.Kind == nil || !r.p.wants(key.Kind.Name) {
				return nil // of the second evidence only its IDs are of interest
			}
			n := len(ids)
			if ids = idsOf(ids, &key); len(ids) > n {
				seen++
			}
			return nil
		})
		if err != nil {
			r.p.problem("second evidence: "+d.Name, "", err)
		}
		r.compare(d.Name, ids)
	}
	r.compare("phones", phoneIDs(nil, r.p, r.p.Against, func(n int) { seen += n }))
	if r.p.idle(); seen == 0 && r.p.selected() > 0 {
		r.p.Inconclusive("the evidence to compare with has no IDs of these kinds")
	}
}

// compare reports the IDs of a store of the second evidence that the first has.
func (r *rerun) compare(store string, ids []uint64) {
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if _, both := slices.BinarySearch(r.ids, id); both {
			at := finding.Place{Store: store, Key: finding.KeyHash(binary.BigEndian.AppendUint64(nil, id))}
			r.p.Fail(at, "an ID is the same in two runs with the same seed: it is not random")
		}
	}
}

// idsOf appends the IDs in a key that are to be random, without what a building
// names its common key.
func idsOf(to []uint64, k *format.Key) []uint64 {
	if k.Kind == nil || k.Mark {
		return to
	}
	take := func(text string) {
		if id, ok := parseID([]byte(text)); ok && id != (rawID{}) {
			to = append(to, binary.BigEndian.Uint64(id[:]))
		}
	}
	take(k.Subject)
	if !derivedItem(k.Kind) {
		take(k.Item)
	}
	return to
}

// phoneIDs appends the randomized IDs on phones, where the rule is about them.
func phoneIDs(to []uint64, p *Probe, parts evidence.Parts, count func(n int)) []uint64 {
	if !p.In(evidence.PhoneText) || parts.Stores == "" {
		return to
	}
	err := parts.Phones(func(phone *evidence.Phone) error {
		for _, one := range phone.IDs {
			if id, ok := parseID([]byte(one.ID)); ok {
				to = append(to, binary.BigEndian.Uint64(id[:]))
				count(1)
			}
		}
		return nil
	})
	if err != nil {
		p.problem("phones", "", err)
	}
	return to
}
