package selftest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// rightMutants hand out what they may not, look up whom they may not, hold what
// they may not and go on where the service has ended.
func rightMutants() []Mutant {
	return []Mutant{
		{Name: "dpa.missing", What: "gives records to a subcontractor without an agreement", wrong: dropping("agreement")},
		{Name: "dpa.expired", What: "gives records to a subcontractor the day after the agreement ended", wrong: facts("agreement", func(e *entry) {
			e.facts()["until"] = stamp(e.time("at").Add(-24 * time.Hour))
		})},
		{Name: "dpa.category", What: "gives a subcontractor more than the agreement covers", wrong: facts("agreement", func(e *entry) { e.facts()["categories"] = "technical" })},
		{Name: "dpa.purpose", What: "gives a subcontractor records for a purpose that the agreement does not cover", wrong: facts("agreement", func(e *entry) { e.facts()["purposes"] = "internal-audit" })},
		{Name: "xfer.off_the_record", What: "gives records to a subcontractor and does not note it", wrong: dropping("transfer")},
		{Name: "xfer.not_in_group", What: "gives records to a stranger as if to a company of the group", wrong: facts("transfer", func(e *entry) { e.facts()["group"] = "yes" })},
		{Name: "xfer.priced", What: "sells records", wrong: facts("transfer", func(e *entry) { e.facts()["consideration"] = "fee" })},
		{Name: "xfer.no_basis", What: "gives records to a subcontractor outside the EEA without a legal basis", wrong: func(b *Bench) error {
			abroad := func(e *entry) { e.facts()["region"] = "US"; delete(e.facts(), "mechanism") }
			return b.ledger(func(k *book) error {
				return joined(k.change("agreement", abroad), k.change("transfer", abroad))
			})
		}},
		{Name: "authority.overscope", What: "discloses others than the order names", wrong: overscope},
		{Name: "authority.not_allowed", What: "discloses what the law demands and does not allow", wrong: facts("disclosure", func(e *entry) { e.facts()["allowed"] = "no" })},
		{Name: "authority.off_the_record", What: "discloses and does not note it", wrong: dropping("disclosure")},

		{Name: "reid.no_case", What: "looks up a randomized ID without a case", wrong: dropping("reidentification-requested", "reidentification-answered")},
		{Name: "reid.bulk", What: "looks up ten thousand randomized IDs in one case", wrong: facts("reidentification-requested", func(e *entry) { e.facts()["pseudonyms"] = "10000" })},
		{Name: "reid.reason", What: "looks up a randomized ID for statistics", wrong: facts("reidentification-requested", func(e *entry) { e.facts()["reason"] = "statistics" })},
		{Name: "reid.self_approve", What: "lets whoever asks approve it", wrong: facts("reidentification-requested", func(e *entry) { e.facts()["approver"] = e.facts()["requester"] })},
		{Name: "reid.ledger_down", What: "answers a case that the ledger could not note", wrong: dropping("reidentification-requested")},
		{Name: "reid.log_after", What: "notes a case after its answer", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				return k.move(time.Hour, func(e *entry) bool { return e.string("act") == "reidentification-requested" })
			})
		}},

		{Name: "hold.account_wide", What: "holds a whole account where the case names one record", wrong: func(b *Bench) error {
			return b.edit("archive", func(s *contents) error {
				r, d, err := s.first("hr", nil)
				if err != nil {
					return err
				}
				key := "hr/" + r.part(1) + "/" + randomID()
				d["key"] = strings.Replace(d.string("key"), d.string("key")[:2], "fr", 1)
				d["value"] = base64.StdEncoding.EncodeToString([]byte(`{"controller":"KONE"}`))
				value, err := s.like(r, key, d)
				s.put(key, value)
				return err
			})
		}},
		{Name: "hold.never_released", What: "closes a case and goes on holding what it named", wrong: func(b *Bench) error {
			if err := dropping("release")(b); err != nil {
				return err
			}
			return b.edit("archive", func(s *contents) error {
				return s.each("hc", func(_ *record, d doc) { delete(d, "closed"); delete(d, "deadline") })
			})
		}},
		{Name: "hold.no_reerase", What: "closes a case and never runs the erasure that it had deferred", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				return k.drop(func(e *entry) bool {
					return strings.HasPrefix(e.string("act"), "erasure-") && e.fact("cause") == "hold-released"
				})
			})
		}},

		{Name: "restore.no_replay", What: "restores a backup and does not remove again what was removed since", wrong: func(b *Bench) error {
			for _, a := range b.truth.Acts {
				if a.Kind != "key-revoked" || a.Result != "" || b.value(a.Subject, "email", nil) == "" {
					continue
				}
				one := account{subject: a.Subject, person: a.Person, service: flow}
				if slices.ContainsFunc(b.accounts(flow), func(o account) bool { return o.subject == one.subject }) {
					return b.revive("cloud", "vk/"+one.subject+"/"+a.Facts["key"], one, b.visitorKey(a.At))
				}
			}
			return fmt.Errorf("nobody who is still there revoked a key")
		}},
		{Name: "backup.since_plus_one", What: "replays the ledger from one entry too late on", wrong: facts("restore", func(e *entry) {
			n, _ := json.Number(e.fact("sequence")).Int64()
			e.facts()["sequence"] = fmt.Sprint(n + 1)
			e.was = 0 // what it says is not corrected when the ledger is chained anew
		})},
		{Name: "backup.off_the_record", What: "makes a backup and does not note it", wrong: func(b *Bench) error {
			return b.copyBackup("stores/backups/" + b.end().Add(-time.Hour).Format("20060102t150405z") + "-aaaaaaaaaa.bak")
		}},
		{Name: "backup.too_old", What: "keeps a backup for longer than backups are kept", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				gone, err := k.one("backup", func(e *entry) bool { return e.fact("state") == "deleted" })
				if err != nil {
					return err
				}
				made, err := k.one("backup", func(e *entry) bool { return e.fact("state") == "written" && e.fact("name") == gone.fact("name") })
				if err != nil {
					return err
				}
				file := "stores/backups/" + gone.fact("name") + ".bak"
				if err := b.copyBackup(file); err != nil {
					return err
				}
				if err := b.backupHead(file, func(head doc) {
					head["at"], head["ledger_sequence"] = made.string("at"), json.Number(made.fact("sequence"))
					f := made.facts()
					f["records"], f["bytes"], f["sum"] = fmt.Sprint(head["records"]), fmt.Sprint(head["bytes"]), head["sha256"]
				}); err != nil {
					return err
				}
				return k.drop(func(e *entry) bool { return e == gone })
			})
		}},
		{Name: "backup.not_deleted", What: "notes that a backup was deleted and keeps it", wrong: func(b *Bench) error {
			var name string
			err := b.ledger(func(k *book) error {
				e, err := k.one("backup", func(e *entry) bool { return e.fact("state") == "deleted" })
				if err == nil {
					name = e.fact("name")
				}
				return err
			})
			if err != nil {
				return err
			}
			return b.copyBackup("stores/backups/" + name + ".bak")
		}},

		{Name: "provider.token_survives", What: "goes on writing into the server of a building in which the service has ended", wrong: func(b *Bench) error {
			for _, service := range bothServices {
				one := b.accounts(service)[0]
				if err := b.revive("building-garden-house", "bp/"+one.subject, one, b.personRecord(one, "garden-house").dated(b.end().Add(-time.Hour))); err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "provider.key_survives", What: "keeps the key of a building in which the service has ended", wrong: func(b *Bench) error {
			k := b.keys.kek["building-garden-house"]
			return b.write(fmt.Sprintf("keys/building-garden-house-%d.key", k.epoch), k.secret)
		}},
		{Name: "provider.claims_erasure", What: "certifies that it erased somebody in a building that it has left", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				for _, service := range bothServices {
					ended := b.ended(service, "")
					slices.SortFunc(ended, func(a, b account) int { return b.end.Compare(a.end) })
					one, err := some(ended, "account that ended")
					if err != nil {
						return err
					}
					for _, e := range k.of("erasure-settled", func(e *entry) bool { return e.fact("ref") == ref(one.subject) }) {
						e.facts()["store-building-annex"] = "erased 3"
					}
				}
				return nil
			})
		}},
		{Name: "custody.shared_key", What: "gives a building's server the provider's key", wrong: func(b *Bench) error {
			shared := b.keys.kek["provider"].secret
			if err := b.edit("building-main", func(s *contents) error {
				for _, r := range s.of("wk") {
					if err := b.rewrap(s, r, "building-main", shared); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
			return b.write(fmt.Sprintf("keys/building-main-%d.key", b.keys.kek["building-main"].epoch), shared)
		}},
		{Name: "custody.provider_wraps_building", What: "wraps a building's data keys under the provider's key", wrong: func(b *Bench) error {
			return b.edit("building-main", func(s *contents) error {
				return b.rewrap(s, s.of("wk")[0], "building-main", b.keys.kek["provider"].secret)
			})
		}},
	}
}

// joined is the first error.
func joined(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// change changes all entries of an act; there must be one.
func (k *book) change(act string, change func(*entry)) error {
	all := k.of(act, nil)
	if len(all) == 0 {
		return fmt.Errorf("the ledger has no entry %s", act)
	}
	for _, e := range all {
		change(e)
	}
	return nil
}

// facts changes all entries of an act.
func facts(act string, change func(*entry)) func(*Bench) error {
	return func(b *Bench) error {
		return b.ledger(func(k *book) error { return k.change(act, change) })
	}
}

// dropping takes all entries of some acts out of the ledger.
func dropping(acts ...string) func(*Bench) error {
	return func(b *Bench) error {
		return b.ledger(func(k *book) error {
			return k.drop(func(e *entry) bool { return slices.Contains(acts, e.string("act")) })
		})
	}
}

// overscope adds what the cloud has of somebody else to every disclosure.
func overscope(b *Bench) error {
	changed, files := 0, 0
	err := b.answers("disclosure", func(export doc) {
		items, _ := export["items"].([]any)
		for _, one := range b.accounts(bothServices[files%len(bothServices)]) {
			email := b.value(one.subject, "email", nil)
			if strings.Contains(string(export.text()), email) || len(items) == 0 {
				continue
			}
			items = append(items, itemOf(one.service, email, b.end()))
			changed++
			break
		}
		export["items"] = items
		files++
	})
	if err != nil {
		return err
	}
	if changed == 0 {
		return fmt.Errorf("nothing was disclosed")
	}
	return nil
}

// visitorKey is a visitor's key as the cloud has it.
func (b *Bench) visitorKey(at time.Time) doc {
	return doc{
		"controller": "KONE", "building": "main", "visitor": "somebody", "floors": []string{b.truth.Settings.Floors[1]}, "from": stamp(at),
		"until": stamp(at.Add(time.Hour)), "uses": 1, "code_sha256": hashHex("code"), "consent": randomID(),
	}.dated(at)
}

// copyBackup copies the oldest backup under another name.
func (b *Bench) copyBackup(to string) error {
	files, err := b.files("stores/backups/*.bak")
	if err != nil {
		return err
	}
	from, err := some(files, "backup")
	if err != nil {
		return err
	}
	text, err := b.read(from)
	if err != nil {
		return err
	}
	return b.write(to, text)
}

// rewrap wraps a data key of a building anew.
func (b *Bench) rewrap(s *contents, r *record, ring string, under []byte) error {
	secret, err := b.dataKey(s.name, r.part(1))
	if err != nil {
		return err
	}
	d, err := s.open(s.name, r)
	if err != nil {
		return err
	}
	other := keyring{kek: map[string]kek{ring: {secret: under}}}
	wrapped, err := other.wrap(ring, r.key, secret)
	if err != nil {
		return err
	}
	d["wrapped"] = base64.StdEncoding.EncodeToString(wrapped)
	r.value = plain(d.text())
	return nil
}
