package selftest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"hoistway/privacyaudit/evidence"
)

// idMutants make IDs that say whose they are, and logs that say more than they
// may.
func idMutants() []Mutant {
	digest := func(email string) []byte { sum := sha256.Sum256([]byte(email)); return sum[:] }
	return []Mutant{
		{Name: "id.hash_email", What: "makes randomized IDs and those of accounts of the hash of the mail address", wrong: func(b *Bench) error {
			if err := b.renameAccounts(remoteCall, digest); err != nil {
				return err
			}
			return b.renameOwn(func(one *pseudonym, email string) []byte { return digest(email) })
		}},
		{Name: "id.hmac_static", What: "makes randomized IDs of the mail address under a key that never changes", wrong: func(b *Bench) error {
			return b.renameOwn(func(one *pseudonym, email string) []byte {
				m := hmac.New(sha256.New, b.keys.kek["provider"].secret)
				m.Write([]byte(email))
				return m.Sum(nil)
			})
		}},
		{Name: "id.uuidv7", What: "makes randomized IDs that begin with the time", wrong: func(b *Bench) error {
			return b.renameAll(func(_ int, one *pseudonym) []byte {
				id := binary.BigEndian.AppendUint64(nil, uint64(one.from.UnixMilli())<<16)[:6]
				return append(id, one.random()[:10]...)
			})
		}},
		{Name: "id.few_bits", What: "makes randomized IDs of 32 random bits", wrong: func(b *Bench) error {
			return b.renameAll(func(_ int, one *pseudonym) []byte { return append(one.random()[:4], make([]byte, 12)...) })
		}},
		{Name: "id.counter", What: "gives each account one randomized ID, counted up in the order of the accounts", wrong: func(b *Bench) error {
			if err := b.oneEach(); err != nil {
				return err
			}
			return b.renameAll(func(i int, one *pseudonym) []byte { return binary.BigEndian.AppendUint64(make([]byte, 8), uint64(i+1)) })
		}},
		{Name: "id.from_account", What: "makes randomized IDs that begin as their accounts' do", wrong: func(b *Bench) error {
			return b.renameAll(func(_ int, one *pseudonym) []byte {
				raw, err := idAlphabet.DecodeString(one.subject)
				if err != nil || len(raw) < 16 {
					return one.random()
				}
				return append(raw[:8:8], one.random()[:8]...)
			})
		}},
		{Name: "id.account_hash_email", What: "makes IDs of accounts of the hash of the mail address", wrong: func(b *Bench) error {
			return joined(b.renameAccounts(remoteCall, digest), b.renameAccounts(flow, digest))
		}},
		{Name: "id.item_sequential", What: "counts records of use up", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				for i, r := range s.of("eu") {
					d, err := s.open(s.name, r)
					if err != nil {
						continue
					}
					key := "eu/" + r.part(1) + "/" + newID(binary.BigEndian.AppendUint64(make([]byte, 8), uint64(i+1)))
					if r.value, err = s.like(r, key, d); err != nil {
						return err
					}
					r.key = key
				}
				return nil
			})
		}},
		{Name: "id.math_rand", What: "draws IDs from a generator with the seed of the run", wrong: func(b *Bench) error {
			again, err := openClean(b.twin)
			if err != nil {
				return err
			}
			other := &Bench{Clean: again, Dir: b.twin}
			theirs := other.accounts(remoteCall)[0].subject
			if err := b.renameSubject(b.accounts(remoteCall)[0].subject, theirs); err != nil {
				return err
			}
			links := slices.DeleteFunc(slices.Clone(again.stores["vault"]), func(r record) bool { return r.kind() != "ln" })
			return b.renameAll(func(i int, one *pseudonym) []byte {
				raw, err := idAlphabet.DecodeString(links[i%len(links)].part(1))
				if err != nil || i >= len(links) {
					return one.random()
				}
				return raw
			})
		}},
		{Name: "id.reuse_building", What: "uses one randomized ID in two buildings", wrong: func(b *Bench) error {
			return b.phoneIDs(func(line doc) []doc {
				return []doc{line, line.with("building", "annex")}
			})
		}},
		{Name: "id.no_rotation", What: "uses one randomized ID for months", wrong: func(b *Bench) error {
			return b.phoneIDs(func(line doc) []doc {
				from, _ := time.Parse(time.RFC3339Nano, line.string("from"))
				return []doc{line.with("until", stamp(from.AddDate(0, 3, 0)))}
			})
		}},
		{Name: "id.shared", What: "gives two phones the same randomized ID", wrong: func(b *Bench) error {
			files, err := b.files("stores/phones/*/ids.ndjson")
			if err != nil || len(files) < 2 {
				return fmt.Errorf("no two phones have randomized IDs: %w", err)
			}
			text, err := b.read(files[0])
			if err != nil {
				return err
			}
			return b.add(files[1], string(text))
		}},
		{Name: "id.same_txn_as_account", What: "writes a randomized ID's link in the commit of its account", wrong: func(b *Bench) error {
			return b.commits(func(place int) (account, link uint64) { return uint64(place + 1), uint64(place + 1) })
		}},
		{Name: "id.registered_in_order", What: "writes a randomized ID's link next to its account", wrong: func(b *Bench) error {
			return b.commits(func(place int) (account, link uint64) { return uint64(10*place + 1), uint64(10*place + 2) })
		}},
		{Name: "log.exact_instant", What: "logs the use of equipment to the second", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				return s.each("eu", func(_ *record, d doc) { d.dated(d.time("at").Add(17*time.Minute + 4*time.Second)) })
			})
		}},
		{Name: "log.direct_identifier", What: "logs the use of equipment with the user's mail address", wrong: func(b *Bench) error {
			return b.usage(b.end(), doc{"user": b.value(b.accounts(flow)[0].subject, "email", nil)})
		}},
		{Name: "log.exact_place", What: "logs at whose door equipment was called, which neighbours see", wrong: exactPlaces},
		{Name: "log.index_only", What: "deletes of old logs, and of those of an erased user, only what finds them", wrong: func(b *Bench) error {
			for _, one := range b.ended(flow, "") {
				i := slices.IndexFunc(b.trips, func(t evidence.Trip) bool {
					return t.Person == one.person && t.Pseudonym != "" && !t.At.After(one.end)
				})
				if i < 0 {
					continue
				}
				id, at := b.trips[i].Pseudonym, b.end().Add(-400*24*time.Hour).Truncate(time.Hour)
				if err := b.makeKey("vault", id, "", at); err != nil {
					return err
				}
				key := "eu/" + at.Format("20060102") + "/" + randomID()
				d := doc{"controller": "KONE", "building": "main", "pseudonym": id, "equipment": "main", "function": "remote-call"}.dated(at)
				value, err := b.seal("cloud", key, id, d.text())
				if err != nil {
					return err
				}
				return b.edit("cloud", func(s *contents) error { s.put(key, value); return nil })
			}
			return fmt.Errorf("nobody who was erased used Flow before")
		}},
		{Name: "analytics.direct_identifier", What: "counts by name", wrong: func(b *Bench) error {
			return b.edit("analytics", func(s *contents) error {
				return s.cell(func(_, dimensions doc) { dimensions["name"] = b.value(b.accounts(flow)[0].subject, "name", nil) })
			})
		}},
	}
}

// exactPlaces logs calls with the door at which they were made. Who saw a call saw
// the door, too, so the truth of what is known has it as well.
func exactPlaces(b *Bench) error {
	type use struct {
		pseudonym string
		hour      int64
	}
	floors := map[use]string{}
	for _, t := range b.trips {
		floors[use{t.Pseudonym, t.At.Truncate(time.Hour).Unix()}] = t.Bank + "-" + t.Person
	}
	if err := b.edit("cloud", func(s *contents) error {
		return s.each("eu", func(_ *record, d doc) {
			if place := floors[use{d.string("pseudonym"), d.time("at").Unix()}]; place != "" {
				d["equipment"] = place
			}
		})
	}); err != nil {
		return err
	}
	text, err := b.read("truth/trips.ndjson")
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte{'\n'}) {
		d, err := parseDoc(line)
		if err != nil {
			return err
		}
		if place := floors[use{d.string("pseudonym"), d.time("at").Truncate(time.Hour).Unix()}]; place != "" {
			d["bank"] = place
		}
		out.Write(append(d.text(), '\n'))
	}
	return b.write("truth/trips.ndjson", out.Bytes())
}

// oneEach leaves every account the logs of one randomized ID. Where an account has
// none, the next one that has two keeps both, so that IDs and accounts stay in
// step.
func (b *Bench) oneEach() error {
	all, err := b.pseudonyms()
	if err != nil {
		return err
	}
	return b.edit("cloud", func(s *contents) error {
		logged := map[string]bool{}
		for _, r := range s.of("eu") {
			logged[keyID(r.value)] = true
		}
		accounts := b.accounts(flow)
		slices.SortFunc(accounts, func(a, b account) int { return bytes.Compare(number(a.subject), number(b.subject)) })
		keep := map[string]bool{}
		for place, one := range accounts {
			for _, p := range all {
				if p.subject == one.subject && len(keep) <= place {
					keep[p.id] = true
				}
			}
		}
		s.drop(func(r *record) bool { return r.kind() == "eu" && !keep[keyID(r.value)] })
		at := b.end().Truncate(time.Hour)
		for _, one := range all {
			if !keep[one.id] || logged[one.id] {
				continue
			}
			key := "eu/" + at.Format("20060102") + "/" + randomID()
			d := doc{"controller": "KONE", "building": "main", "pseudonym": one.id, "equipment": "main", "function": "remote-call"}.dated(at)
			value, err := b.seal("cloud", key, one.id, d.text())
			if err != nil {
				return err
			}
			s.put(key, value)
		}
		return nil
	})
}
