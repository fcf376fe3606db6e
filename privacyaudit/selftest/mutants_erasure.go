package selftest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// erasureMutants delete too little, too late or too much.
func erasureMutants() []Mutant {
	all := []Mutant{
		{Name: "erase.skip_store", What: "erases a subject but for one store, of which its certificate says nothing", wrong: func(b *Bench) error {
			one, err := b.putBack("cloud", flow)
			if err != nil {
				return err
			}
			return b.certificate(one, func(e *entry) { delete(e.facts(), "store-cloud") })
		}},
		{Name: "erase.skip_store(cloud)", What: "erases a subject, and forgets the account in the cloud", wrong: func(b *Bench) error {
			for _, service := range bothServices {
				if _, err := b.putBack("cloud", service); err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "erase.skip_store(building)", What: "erases a subject, and forgets what a building's server has", wrong: func(b *Bench) error {
			for _, service := range bothServices {
				if _, err := b.putBack("building-main", service); err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "erase.half_subject", What: "erases an account, and leaves the key of a visitor whom its holder let in", wrong: func(b *Bench) error {
			one, err := some(b.ended(flow, ""), "account of Flow that ended")
			if err != nil {
				return err
			}
			at := b.truth.Settings.Start.Add(time.Hour)
			return b.revive("cloud", "vk/"+one.subject+"/"+randomID(), one, doc{
				"controller": "KONE", "building": "main", "visitor": "somebody", "floors": []string{b.truth.Settings.Floors[1]}, "from": stamp(at),
				"until": stamp(at.Add(time.Hour)), "uses": 1, "code_sha256": hashHex("code"), "consent": randomID(),
			}.dated(at))
		}},
		{Name: "erase.false_certificate", What: "certifies that a building has nothing of an erased subject, and it has", wrong: func(b *Bench) error {
			one, err := b.putBack("building-main", flow)
			if err != nil {
				return err
			}
			return b.certificate(one, func(e *entry) { e.facts()["store-building-main"] = "none 0" })
		}},
		{Name: "erase.reader_open", What: "deletes a subject while a reader holds the files open, so that the deleted version stays in them", wrong: func(b *Bench) error {
			return b.leaveVersion("building-main", flow)
		}},
		{Name: "erase.delete_then_dropprefix", What: "deletes a subject's record first and drops the prefix then, which leaves the record in an old table", wrong: func(b *Bench) error {
			return b.leaveVersion("cloud", flow)
		}},
		{Name: "erase.crash_at", What: "crashes within the erasure of somebody who left, and never takes it up again", wrong: func(b *Bench) error {
			return b.uncertified("moved-out", "inactive")
		}},
		{Name: "erase.no_sync", What: "loses the certificate of an erasure that somebody asked for, with what the disk had not yet", wrong: func(b *Bench) error {
			return b.uncertified("request")
		}},
		{Name: "erase.never_begun", What: "hears a request for erasure and does nothing", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				for _, service := range bothServices {
					one, err := b.longEnded(service, "request")
					if err != nil {
						return err
					}
					if err := k.drop(func(e *entry) bool {
						return strings.HasPrefix(e.string("act"), "erasure-") && e.fact("ref") == ref(one.subject)
					}); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{Name: "service.ends_without_erasure", What: "keeps accounts of people whose only building it has left", wrong: func(b *Bench) error {
			// Everybody in the scenario has another building: the truth is told of
			// people who had none.
			for _, a := range b.truth.Acts {
				if a.Kind != "service-ended" {
					continue
				}
				for _, service := range bothServices {
					one, err := some(b.accounts(service), "account of "+service)
					if err != nil {
						return err
					}
					act := doc{"at": stamp(a.At), "act": a.Act, "kind": "erased", "person": one.person, "subject": one.subject, "facts": map[string]any{"why": "service-ended"}}
					if err := b.add("truth/acts.ndjson", string(act.text())+"\n"); err != nil {
						return err
					}
				}
				return nil
			}
			return fmt.Errorf("the service ended nowhere")
		}},
		{Name: "erase.late", What: "settles an erasure 29 days after it was asked for", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				one, err := b.longEnded(flow, "")
				if err != nil {
					return err
				}
				return k.move(29*24*time.Hour, func(e *entry) bool { return e.string("act") == "erasure-settled" && e.fact("ref") == ref(one.subject) })
			})
		}},
		{Name: "erase.over_delete", What: "erases accounts of people who are there and have asked for nothing", wrong: func(b *Bench) error {
			for _, service := range bothServices {
				accounts := b.accounts(service)
				if len(accounts) == 0 {
					return fmt.Errorf("the evidence has no account of %s", service)
				}
				if err := b.eraseWrongly(accounts[len(accounts)-1]); err != nil {
					return err
				}
			}
			return nil
		}},
	}
	return all
}

// putBack writes the record that a store had of an account that ended.
func (b *Bench) putBack(store, service string) (account, error) {
	one, err := some(b.ended(service, ""), "account of "+service+" that ended")
	if err != nil {
		return one, err
	}
	if building, ok := strings.CutPrefix(store, "building-"); ok {
		return one, b.revive(store, "bp/"+one.subject, one, b.personRecord(one, building))
	}
	return one, b.revive(store, accountKind[service]+"/"+one.subject, one, b.accountRecord(one))
}

// certificate changes what the certificates of an account's erasure say.
func (b *Bench) certificate(one account, change func(*entry)) error {
	return b.ledger(func(k *book) error {
		certificates := k.of("erasure-settled", func(e *entry) bool { return e.fact("ref") == ref(one.subject) })
		if len(certificates) == 0 {
			return fmt.Errorf("the ledger has no certificate of the erasure")
		}
		for _, e := range certificates {
			change(e)
		}
		return nil
	})
}

// leaveVersion deletes a record of an account that ended as a service does that
// knows nothing of how Badger deletes.
func (b *Bench) leaveVersion(store, service string) error {
	one, err := b.putBack(store, service)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(b.changed[store], func(r record) bool { return r.part(1) == one.subject && r.kind() != "wk" })
	key := []byte(b.changed[store][i].key)
	return b.live(store, func(db *badger.DB) error {
		return db.Update(func(txn *badger.Txn) error { return txn.Delete(key) })
	})
}

// longEnded is an account that ended more than 28 days before the audit.
func (b *Bench) longEnded(service, why string) (account, error) {
	ended := b.ended(service, why)
	ended = slices.DeleteFunc(ended, func(one account) bool { return b.end().Sub(one.end) < 29*24*time.Hour })
	return some(ended, "account of "+service+" that ended a month ago ("+why+")")
}

// uncertified takes the certificates away of erasures for a reason, in each
// service.
func (b *Bench) uncertified(reasons ...string) error {
	return b.ledger(func(k *book) error {
		for _, service := range bothServices {
			var one account
			var err error
			for _, why := range reasons {
				if one, err = b.longEnded(service, why); err == nil {
					break
				}
			}
			if err != nil {
				return err
			}
			if err := k.drop(func(e *entry) bool { return e.string("act") == "erasure-settled" && e.fact("ref") == ref(one.subject) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// eraseWrongly erases an account that did not end, with everything that belongs
// to an erasure.
func (b *Bench) eraseWrongly(one account) error {
	for _, name := range []string{"cloud", "vault", "building-main"} {
		if err := b.edit(name, func(s *contents) error {
			s.drop(func(r *record) bool { return r.part(1) == one.subject })
			return nil
		}); err != nil {
			return err
		}
	}
	return b.ledger(func(k *book) error {
		id, at := randomID(), stamp(b.end().Add(-time.Hour))
		k.insert(entryOf("erasure-intended", id, at, "ref", ref(one.subject), "cause", "inactive"))
		k.insert(entryOf("erasure-settled", id, at, "ref", ref(one.subject), "cause", "inactive", "requested", at,
			"store-cloud", "erased 1", "store-vault", "erased 1", "store-building-main", "erased 3"))
		return nil
	})
}
