package privacyaudit

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"

	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// ledger holds the chain of the ledger's entries together: each continues the
// hash of the one before, no number is missing, none is given twice, no version
// differs from another, and time does not go back or beyond the audit's instant.
// Backups and the entries about them name the head that the ledger had then, so
// that a chain that was written anew behind them shows. What it cannot see is
// entries that were cut off at the end after the last backup, nor a chain that
// was forged together with all backups.
//
// The hash is that of format.ChainHash, by the page of the format.
func init() {
	register(&Check{
		Name:  "ledger",
		About: "The ledger's entries form one chain without gaps, in the order of their instants, and backups know its heads.",
		New:   newLedger,
	})
	register(&Check{
		Name:  "ledger-personal",
		About: "The ledger names nobody: no value that anybody entered, and no subject but by a hash.",
		Needs: NeedTruth,
		New:   newLedgerPersonal,
	})
}

// chained is one version of an entry of a chain.
type chained struct {
	sequence       uint64
	at             int64
	previous, hash [32]byte
	intact         bool // its hash is that of its content
	kept           bool // a reader sees it
	place          finding.Place
}

// chainedOf takes what a chain needs out of a record; false when it cannot be
// read, which the schema's check reports.
func chainedOf(r *Record) (chained, bool) {
	c := chained{sequence: r.Key.Sequence, kept: r.Live(), place: r.Place()}
	if r.State == Gone {
		return c, true
	}
	if r.State != Read {
		return c, false
	}
	said, own := r.Text("previous"), r.Text("hash")
	hash, err := format.ChainHash(said, r.Body)
	if err != nil {
		return c, false
	}
	c.at, c.intact = r.Meta.At, hash == own
	_, err1 := hex.Decode(c.previous[:], []byte(hashDigits(said)))
	_, err2 := hex.Decode(c.hash[:], []byte(hashDigits(own)))
	c.intact = c.intact && err1 == nil && err2 == nil
	return c, true
}

// hashDigits is a hash's text, or something that is no hash when it is too long.
func hashDigits(s string) string {
	if len(s) > 64 {
		return "-"
	}
	return s
}

// judgeChain holds a chain whose numbers have no gaps together.
func judgeChain(p *Probe, chain []chained) {
	judgeLinks(p, chain, new([32]byte))
	next := uint64(1)
	for i := range chain {
		c := &chain[i]
		if !c.kept || c.sequence < next {
			continue
		}
		if c.sequence > next {
			p.Fail(c.place, "%d entries before it are missing", c.sequence-next)
		}
		next = c.sequence + 1
	}
}

// judgeLinks sorts a chain's versions and reports every link that is broken:
// behind the hash before, each entry that is kept continues the one before it.
func judgeLinks(p *Probe, chain []chained, before *[32]byte) {
	slices.SortStableFunc(chain, func(a, b chained) int {
		return cmp.Or(cmp.Compare(a.sequence, b.sequence), -compareBool(a.kept, b.kept))
	})
	var last *chained
	for i := range chain {
		c := &chain[i]
		if !c.kept {
			continue
		}
		if last != nil && c.sequence == last.sequence {
			p.Fail(c.place, "two entries have the same number")
			continue
		}
		switch {
		case !c.intact:
			p.Fail(c.place, "its hash is not that of its content: it was changed")
		case c.previous != *before:
			p.Fail(c.place, "it does not continue the hash of the entry before")
		}
		if last != nil && c.at < last.at {
			p.Fail(c.place, "its instant is before that of the entry before it")
		}
		if c.at > p.At.UnixNano() {
			p.Fail(c.place, "its instant is after that of the audit")
		}
		last, before = c, &c.hash
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func newLedger(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	var chain []chained
	type head struct {
		sequence uint64
		hash     string
		place    finding.Place
	}
	var heads []head
	return Watch{
		Record: func(r *Record) {
			if r.KindName() != "ledger-entry" {
				return
			}
			p.Select(r.Source.Name, 1)
			if c, ok := chainedOf(r); ok {
				chain = append(chain, c)
			}
		},
		Store: func(src *Source) {
			if src.Backup != nil {
				heads = append(heads, head{src.Backup.Sequence, src.Backup.Hash, finding.Place{Store: src.Name}})
			}
		},
		End: func() {
			if len(chain) == 0 {
				return
			}
			judgeChain(p, chain)
			bySequence := map[uint64]*chained{}
			for i := range chain {
				c := &chain[i]
				kept := bySequence[c.sequence]
				switch {
				case c.kept:
					bySequence[c.sequence] = c
				case kept == nil:
					p.Fail(c.place, "an entry was deleted")
				case c.hash != kept.hash || !bytes.Equal(c.previous[:], kept.previous[:]):
					p.Fail(c.place, "an entry was written over with another")
				}
			}
			for _, e := range p.entries("backup") {
				if n, ok := e.Count("sequence"); ok {
					heads = append(heads, head{uint64(n), e.Facts["head"], e.Place()})
				}
			}
			for _, h := range heads {
				p.Select(h.place.Store, 1)
				if h.sequence == 0 && h.hash == "" {
					continue // of a backup before the first entry
				}
				if c := bySequence[h.sequence]; c == nil || fmt.Sprintf("%x", c.hash) != h.hash {
					p.Fail(h.place, "the ledger does not have the head that it had at this backup")
				}
			}
		},
	}, nil
}

// newLedgerPersonal looks for the values that were entered, in any form, and for
// the IDs of subjects, which the ledger may have as hashes only.
func newLedgerPersonal(p *Probe) (Watch, error) {
	subjects := livesOf(p.Truth).BySubject
	return Watch{
		Found: func(f *Found) {
			if len(f.Known.Places) > 0 && p.mine(f.Known.Places[0].Service) {
				place := finding.Place{Store: f.Source, File: f.File, Offset: f.Offset, Form: string(f.Form)}
				if f.Record != nil {
					place = f.Record.Place()
					place.Form = string(f.Form)
				}
				p.Fail(place, "somebody's %s stands in the ledger", fieldWord(f.Known.Field))
			}
		},
		Record: func(r *Record) {
			if r.KindName() != "ledger-entry" || r.State != Read {
				return
			}
			p.Select(r.Source.Name, 1)
			for at := 0; ; {
				id, next := nextID(r.Body, at)
				if id == nil {
					return
				}
				at = next
				if one := subjects[string(id)]; one != nil && p.mine(one.Service) {
					p.Fail(r.Place(), "it names a subject by the ID, not by its hash")
				}
			}
		},
	}, nil
}

// nextID finds the next text of an ID's length and alphabet in JSON, from an
// offset on.
func nextID(b []byte, from int) (id []byte, next int) {
	const length = 26
	run := 0
	for i := from; i < len(b); i++ {
		if c := b[i]; 'a' <= c && c <= 'z' || '2' <= c && c <= '7' {
			run++
			continue
		}
		if run == length {
			return b[i-length : i], i
		}
		run = 0
	}
	return nil, len(b)
}

// fieldWord is a field of the truth without what comes behind its first word,
// which may be an ID.
func fieldWord(field string) string {
	for i := range field {
		if field[i] == ' ' {
			return field[:i]
		}
	}
	return field
}
