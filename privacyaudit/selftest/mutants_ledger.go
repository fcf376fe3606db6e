package selftest

import (
	"fmt"
	"time"
)

// ledgerMutants write evidence of what was done that is not true, or not theirs
// to write.
func ledgerMutants() []Mutant {
	return []Mutant{
		{Name: "ledger.mutable", What: "changes an entry of the ledger afterwards and leaves its hash as it was", wrong: func(b *Bench) error {
			return b.edit("ledger", func(s *contents) error {
				return s.changeOne("le", func(d doc) bool { return d.string("act") == "disclosure" }, func(d doc) {
					d["facts"].(map[string]any)["authority"] = "customs"
				})
			})
		}},
		{Name: "ledger.gap", What: "takes an entry out of the ledger, and chains the others as if nothing were missing, under their old numbers", wrong: func(b *Bench) error {
			return b.edit("ledger", func(s *contents) error {
				all := s.of("le")
				gone := all[len(all)/2].key
				s.drop(func(r *record) bool { return r.key == gone })
				previous := ""
				for _, r := range s.of("le") {
					d, err := s.open(s.name, r)
					if err != nil {
						return err
					}
					previous = link(d, previous)
					r.value = plain(d.text())
				}
				return nil
			})
		}},
		{Name: "ledger.backdated", What: "dates an entry of the ledger a day back", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				e := k.entries[len(k.entries)-1]
				e.dated(e.time("at").Add(-24 * time.Hour))
				return nil
			})
		}},
		{Name: "erase.pii_in_ledger", What: "notes the mail address of whoever asked for something in the ledger", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				for _, service := range bothServices {
					one, err := some(b.accounts(service), "account of "+service)
					if err != nil {
						return err
					}
					e, err := k.one("request", func(e *entry) bool { return e.fact("service") == service && e.facts()["noted"] == nil })
					if err != nil {
						return err
					}
					e.facts()["noted"] = b.value(one.subject, "email", nil)
				}
				return nil
			})
		}},
		{Name: "audit.read_without_incident", What: "notes a reading of the key audit on the grounds of an incident that there was not", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				e, err := k.one("key-audit-read", nil)
				if err != nil {
					return err
				}
				e.facts()["incident"] = randomID()
				return nil
			})
		}},
		{Name: "notice.missing", What: "makes somebody known in a building and informs them of nothing", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				one, err := some(b.accounts(flow), "account of Flow")
				if err != nil {
					return err
				}
				return k.drop(func(e *entry) bool { return e.string("act") == "notice" && e.fact("ref") == ref(one.subject) })
			})
		}},
		{Name: "notice.late", What: "informs somebody whom the Manager made known three days later", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				one, err := some(b.accounts(flow), "account of Flow")
				if err != nil {
					return err
				}
				return k.move(72*time.Hour, func(e *entry) bool { return e.string("act") == "notice" && e.fact("ref") == ref(one.subject) })
			})
		}},
	}
}

// move dates entries later, and puts them where they then belong.
func (k *book) move(by time.Duration, match func(*entry) bool) error {
	var moved []*entry
	for _, e := range k.entries {
		if match(e) {
			moved = append(moved, e)
		}
	}
	if err := k.drop(match); err != nil {
		return err
	}
	for _, e := range moved {
		e.dated(e.time("at").Add(by))
		k.insert(e.doc).was = e.was
	}
	return nil
}

// changeOne changes one plain record of a kind without anything around it.
func (s *contents) changeOne(kind string, accept func(doc) bool, change func(doc)) error {
	for _, r := range s.of(kind) {
		d, err := s.open(s.name, r)
		if err != nil || !accept(d) {
			continue
		}
		change(d)
		r.value, err = s.like(r, r.key, d)
		return err
	}
	return fmt.Errorf("there is no record %s that the mutant could change", kind)
}
