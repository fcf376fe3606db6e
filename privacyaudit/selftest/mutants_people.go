package selftest

import (
	"fmt"
	"strings"
	"time"
)

// peopleMutants go wrong about visitors, sub-users and children, and about the
// audit log of their keys.
func peopleMutants() []Mutant {
	const hour = time.Hour
	return []Mutant{
		{Name: "audit.miss_delete", What: "does not note that a visitor key was deleted", wrong: auditing(func(k *book) error {
			gone := k.entries[0]
			for _, e := range k.entries {
				if e.string("act") == "deleted" {
					gone = e
				}
			}
			return k.drop(func(e *entry) bool { return e == gone })
		})},
		{Name: "audit.dup", What: "notes the same act twice when it is tried again", wrong: auditing(func(k *book) error {
			last := k.entries[len(k.entries)-1]
			k.entries = append(k.entries, &entry{doc: last.doc.with()})
			return nil
		})},
		{Name: "audit.device_clock", What: "dates the audit log by the phone's clock, which is three hours late", wrong: auditing(func(k *book) error {
			for _, e := range k.entries {
				e.dated(e.time("at").Add(-3 * hour))
			}
			return nil
		})},
		{Name: "audit.free_text", What: "notes the visitor's name in the audit log", wrong: auditing(func(k *book) error {
			for _, c := range k.truth.Canaries {
				if strings.HasPrefix(c.Field, "visitor ") && c.Store == "cloud" {
					k.entries[0].doc["note"] = c.Value
					return nil
				}
			}
			return fmt.Errorf("nobody let a visitor in")
		})},
		{Name: "audit.retained", What: "keeps the audit log for longer than a year", wrong: auditing(func(k *book) error {
			k.entries[0].dated(k.end().Add(-380 * 24 * hour))
			return nil
		})},
		{Name: "audit.mutable", What: "changes an entry of the audit log afterwards", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				return s.changeOne("ka", func(d doc) bool { return d.string("act") == "created" }, func(d doc) { d["of"] = randomID() })
			})
		}},
		{Name: "consent.missing", What: "makes a visitor's key without a word about the visitor's consent", wrong: func(b *Bench) error {
			return b.consent(func(k *book, e *entry) error { return k.drop(func(o *entry) bool { return o == e }) })
		}},
		{Name: "consent.late", What: "notes a visitor's consent an hour after the entry", wrong: func(b *Bench) error {
			return b.consent(func(k *book, e *entry) error { return k.move(hour, func(o *entry) bool { return o == e }) })
		}},
		{Name: "consent.of_another", What: "takes the consent that somebody else attested", wrong: func(b *Bench) error {
			return b.consent(func(k *book, e *entry) error {
				e.facts()["ref"] = ref(randomID())
				return nil
			})
		}},
		{Name: "child.year_only", What: "counts a child's age in calendar years", wrong: func(b *Bench) error {
			return b.child(func(entered time.Time) time.Time { return time.Date(entered.Year()-16, 12, 31, 0, 0, 0, 0, time.UTC) })
		}},
		{Name: "child.wall_clock", What: "counts a child's age by the clock of the wall, which is years ahead", wrong: func(b *Bench) error {
			return b.child(func(entered time.Time) time.Time { return entered.AddDate(-13, 0, 0) })
		}},
		{Name: "key.never_ends", What: "keeps the keys of visitors who left long ago", wrong: func(b *Bench) error {
			one := b.accounts(flow)[0]
			at := b.truth.Settings.Start.Add(2 * hour)
			return b.revive("cloud", "vk/"+one.subject+"/"+randomID(), one, b.visitorKey(at))
		}},
	}
}

// auditing lets a mutant change the audit log of the simulated building.
func auditing(change func(*book) error) func(*Bench) error {
	return func(b *Bench) error { return b.keyAudit("main", change) }
}

// consent lets a mutant change the entry of the consent on which a visitor's key
// that is there rests.
func (b *Bench) consent(change func(*book, *entry) error) error {
	s := &contents{Bench: b, name: "cloud", records: b.Clean.stores["cloud"]}
	_, d, err := s.first("vk", nil)
	if err != nil {
		return err
	}
	return b.ledger(func(k *book) error {
		e, err := k.one("consent", func(e *entry) bool { return e.string("id") == d.string("consent") })
		if err != nil {
			return err
		}
		return change(k, e)
	})
}

// child gives a sub-user another date of birth, and takes away that the user has
// parental responsibility.
func (b *Bench) child(born func(entered time.Time) time.Time) error {
	consent := ""
	if err := b.edit("cloud", func(s *contents) error {
		r, _, err := s.first("su", nil)
		if err != nil {
			return err
		}
		return s.rewrite(r, func(d doc) {
			d["birth_date"] = born(d.time("at")).Format(time.DateOnly)
			delete(d, "guardian")
			consent = d.string("consent")
		})
	}); err != nil {
		return err
	}
	return b.ledger(func(k *book) error {
		e, err := k.one("consent", func(e *entry) bool { return e.string("id") == consent })
		if err != nil {
			return err
		}
		delete(e.facts(), "guardian")
		return nil
	})
}
