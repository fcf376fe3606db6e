package selftest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// configMutants open the stores with settings that the statements do not allow,
// keep records longer than they may, and handle keys wrongly.
func configMutants() []Mutant {
	const day = 24 * time.Hour
	return []Mutant{
		{Name: "config.small_cells", What: "keeps counts of single people", wrong: limit("least_people_in_a_cell", 1)},
		{Name: "config.log_data", What: "keeps log data for 500 days", wrong: limit("log_data", "500d")},
		{Name: "config.inactivity", What: "lets accounts lie for three years", wrong: limit("inactivity", "1100d")},
		{Name: "xfer.failover_region", What: "lets the cloud fail over to a country outside the EEA", wrong: func(b *Bench) error {
			return b.config(func(c map[string]any) error { c["regions"] = map[string]any{"cloud": "US"}; return nil })
		}},
		{Name: "bsl.no_retention", What: "gathers a building's log for which nobody declared a retention", wrong: func(b *Bench) error {
			return b.config(func(c map[string]any) error {
				log := c["buildings"].([]any)[0].(map[string]any)["logs"].([]any)[0].(map[string]any)
				delete(log, "retention")
				return nil
			})
		}},
		{Name: "bsl.undeclared", What: "gathers a log that the building's Manager did not order", wrong: func(b *Bench) error {
			return b.buildingLog("lobby", b.end(), map[string]any{"floor": "0"})
		}},
		{Name: "bsl.undeclared_field", What: "notes more in a building's log than was declared", wrong: func(b *Bench) error {
			return b.buildingLog("doors", b.end(), map[string]any{"floor": "0", "result": "served", "apartment": "1-1"})
		}},
		{Name: "bsl.retained", What: "keeps a building's log twice as long as its Manager declared", wrong: func(b *Bench) error {
			return b.buildingLog("doors", b.end().Add(-10*day), map[string]any{"floor": "0", "result": "served"})
		}},
		{Name: "log.sweeper_off", What: "never sweeps", wrong: func(b *Bench) error {
			for days := 20; days < 400; days += 30 {
				if err := b.usage(b.end().Add(-time.Duration(days)*day), nil); err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "log.skip_shard", What: "sweeps one building's logs and forgets a single day", wrong: func(b *Bench) error {
			return b.usage(b.end().Add(-366*day), nil)
		}},
		{Name: "log.use_received_at", What: "counts the age of a log from its arrival and not from its collection", wrong: func(b *Bench) error {
			collected := b.end().Add(-380 * day).Truncate(time.Hour)
			return b.usageUnder(collected, b.end().Add(-10*day), nil)
		}},
		{Name: "backup.log_data", What: "keeps logs in a backup that are older than they may be in the stores", wrong: func(b *Bench) error {
			at := b.end().Add(-400 * day)
			key, value, err := b.usageRecord(at, at, nil)
			if err != nil {
				return err
			}
			return b.intoBackup(key, value)
		}},
		{Name: "archive.no_deadline", What: "archives the copies of a case that is closed without a deadline", wrong: func(b *Bench) error {
			return b.edit("archive", func(s *contents) error {
				for _, kind := range []string{"hc", "hr"} {
					if err := s.each(kind, func(_ *record, d doc) { delete(d, "deadline") }); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{Name: "archive.kept", What: "keeps the copies of a case after their deadline", wrong: func(b *Bench) error {
			return b.edit("archive", func(s *contents) error {
				for _, kind := range []string{"hc", "hr"} {
					err := s.each(kind, func(_ *record, d doc) {
						if d["deadline"] != nil {
							d["deadline"] = stamp(b.end().Add(-9 * day))
						}
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{Name: "seal.moved", What: "moves a sealed value to another key", wrong: func(b *Bench) error { return b.swap("fp") }},
		{Name: "seal.moved_remote_call", What: "moves the sealed account of one user of Remote Call to another's key", wrong: func(b *Bench) error { return b.swap("ra") }},
		{Name: "seal.nonce", What: "seals two records of each person in a building under the same nonce", wrong: func(b *Bench) error {
			return b.edit("building-main", func(s *contents) error {
				for _, kind := range []string{"bp", "pm"} {
					for _, r := range s.of(kind) {
						d, err := s.open(s.name, r)
						if err != nil {
							return err
						}
						if r.value, err = b.sealWith(make([]byte, 12), s.name, r.key, keyID(r.value), d.text()); err != nil {
							return err
						}
					}
				}
				return nil
			})
		}},
		{Name: "seal.shared_key", What: "gives two subjects one data key", wrong: func(b *Bench) error {
			secret, err := b.dataKey("cloud", b.accounts(flow)[0].subject)
			if err != nil {
				return err
			}
			return b.edit("vault", func(s *contents) error {
				key := "wk/" + randomID()
				wrapped, err := b.keys.wrap("provider", key, secret)
				s.put(key, plain(doc{"controller": "KONE", "epoch": b.keys.kek["provider"].epoch, "wrapped": wrapped}.dated(b.end().Truncate(day)).text()))
				return err
			})
		}},
		{Name: "seal.old_epoch", What: "leaves a data key under a key-encryption key that was to be destroyed", wrong: func(b *Bench) error {
			return b.edit("vault", func(s *contents) error {
				r := s.of("wk")[0]
				d, err := s.open(s.name, r)
				if err != nil {
					return err
				}
				d["epoch"] = b.keys.kek["provider"].epoch - 1
				r.value = plain(d.text())
				return nil
			})
		}},
		{Name: "seal.epoch_kept", What: "keeps a key-encryption key that the ledger says is destroyed", wrong: func(b *Bench) error {
			return b.write(fmt.Sprintf("keys/provider-%d.key", b.keys.kek["provider"].epoch-1), []byte(strings.Repeat("k", 32)))
		}},
		{Name: "seal.key_lost", What: "loses the provider's key-encryption key", wrong: func(b *Bench) error {
			return b.remove(fmt.Sprintf("keys/provider-%d.key", b.keys.kek["provider"].epoch))
		}},
		{Name: "provider.key_kept", What: "keeps the key of a building that was handed over", wrong: func(b *Bench) error {
			k := b.keys.kek["building-annex"]
			return b.write(fmt.Sprintf("keys/building-annex-%d.key", k.epoch), k.secret)
		}},
	}
}

// config changes what the stores were opened with.
func (b *Bench) config(change func(map[string]any) error) error {
	const name = "stores/registry.json"
	text, err := b.read(name)
	if err != nil {
		return err
	}
	var c map[string]any
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	if err := change(c); err != nil {
		return err
	}
	if text, err = json.MarshalIndent(c, "", "\t"); err != nil {
		return err
	}
	return b.write(name, text)
}

// limit sets one of the limits.
func limit(name string, value any) func(*Bench) error {
	return func(b *Bench) error {
		return b.config(func(c map[string]any) error { c["limits"].(map[string]any)[name] = value; return nil })
	}
}

// buildingLog writes a record into a log of the simulated building.
func (b *Bench) buildingLog(log string, at time.Time, fields map[string]any) error {
	at = at.Truncate(time.Hour)
	key := "bl/" + log + "/" + at.Format("20060102") + "/" + randomID()
	d := doc{"controller": "Manager", "processor": "KONE", "building": "main", "log": log, "fields": fields}.dated(at)
	value, err := b.seal("building-main", key, common, d.text())
	if err != nil {
		return err
	}
	return b.edit("building-main", func(s *contents) error { s.put(key, value); return nil })
}

// usage writes a log of use under a randomized ID that is there.
func (b *Bench) usage(at time.Time, more doc) error {
	at = at.Truncate(time.Hour)
	return b.usageUnder(at, at, more)
}

// usageUnder writes a log of use under the key of another day.
func (b *Bench) usageUnder(at, day time.Time, more doc) error {
	key, value, err := b.usageRecord(at, day, more)
	if err != nil {
		return err
	}
	return b.edit("cloud", func(s *contents) error { s.put(key, value); return nil })
}

// usageRecord is a log of use, like the first that is there.
func (b *Bench) usageRecord(at, day time.Time, more doc) (key string, value []byte, err error) {
	s := &contents{Bench: b, name: "cloud", records: b.Clean.stores["cloud"]}
	r, d, err := s.first("eu", nil)
	if err != nil {
		return "", nil, err
	}
	for name, v := range more {
		d[name] = v
	}
	d.dated(at)
	key = "eu/" + day.Format("20060102") + "/" + randomID()
	value, err = b.seal("cloud", key, keyID(r.value), d.text())
	return key, value, err
}

// swap exchanges the sealed values of two records of a kind.
func (b *Bench) swap(kind string) error {
	return b.edit("cloud", func(s *contents) error {
		all := s.of(kind)
		if len(all) < 2 {
			return fmt.Errorf("there are no two records %s", kind)
		}
		all[0].value, all[1].value = all[1].value, all[0].value
		return nil
	})
}
