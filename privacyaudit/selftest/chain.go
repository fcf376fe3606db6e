package selftest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// entry is one entry of the ledger, or of the key audit.
type entry struct {
	doc
	was    uint64 // its number before the mutant came; 0 = the mutant's own
	commit uint64
}

// facts are those of a ledger entry; they can be changed.
func (e *entry) facts() map[string]any {
	f, ok := e.doc["facts"].(map[string]any)
	if !ok {
		f = map[string]any{}
		e.doc["facts"] = f
	}
	return f
}

// fact is the text of a fact, "" where there is none.
func (e *entry) fact(name string) string { s, _ := e.facts()[name].(string); return s }

// ledger lets a mutant change the ledger and chains it anew, so that what the
// mutant says is all that is wrong. Backups name entries by number and hash:
// they are told the new ones.
func (b *Bench) ledger(change func(*book) error) error {
	return b.edit("ledger", func(s *contents) error {
		k := &book{Bench: b}
		for _, r := range s.of("le") {
			d, err := s.open(s.name, r)
			if err != nil {
				return err
			}
			n, err := strconv.ParseUint(r.part(1), 16, 64)
			if err != nil {
				return err
			}
			k.entries = append(k.entries, &entry{d, n, r.commit})
		}
		if err := change(k); err != nil {
			return err
		}
		if err := k.chain(); err != nil {
			return err
		}
		s.drop(func(r *record) bool { return r.kind() == "le" })
		for i, e := range k.entries {
			s.records = append(s.records, record{key: fmt.Sprintf("le/%016x", i+1), value: plain(e.text()), commit: uint64(i + 1)})
		}
		return nil
	})
}

// book is the entries of the ledger in their order.
type book struct {
	*Bench
	entries []*entry
}

// of are the entries of an act that are accepted, in order.
func (k *book) of(act string, accept func(*entry) bool) (all []*entry) {
	for _, e := range k.entries {
		if e.string("act") == act && (accept == nil || accept(e)) {
			all = append(all, e)
		}
	}
	return all
}

// one is the first entry of an act that is accepted.
func (k *book) one(act string, accept func(*entry) bool) (*entry, error) {
	if all := k.of(act, accept); len(all) > 0 {
		return all[0], nil
	}
	return nil, fmt.Errorf("the ledger has no entry %s that the mutant could use", act)
}

// drop takes entries out.
func (k *book) drop(match func(*entry) bool) error {
	before := len(k.entries)
	k.entries = slices.DeleteFunc(k.entries, match)
	if len(k.entries) == before {
		return fmt.Errorf("the ledger has no entry that the mutant could take out")
	}
	return nil
}

// insert writes an entry where its instant belongs.
func (k *book) insert(d doc) *entry {
	e := &entry{doc: d}
	i := len(k.entries)
	for i > 0 && k.entries[i-1].time("at").After(e.time("at")) {
		i--
	}
	k.entries = slices.Insert(k.entries, i, e)
	return e
}

// entryOf is a new entry of the provider's; facts and values take turns.
func entryOf(act, id, at string, facts ...string) doc {
	f := map[string]any{}
	for i := 0; i < len(facts); i += 2 {
		f[facts[i]] = facts[i+1]
	}
	return doc{"act": act, "id": id, "controller": "KONE", "at": at, "facts": f}
}

// link computes previous and hash of an entry.
func link(d doc, previous string) string {
	d["previous"] = previous
	delete(d, "hash")
	sum := sha256.Sum256(append([]byte(previous), d.text()...))
	hash := hex.EncodeToString(sum[:])
	d["hash"] = hash
	return hash
}

// chain numbers and links the entries anew.
func (k *book) chain() error {
	renumbered := map[uint64]int{} // from the old numbers
	for i, e := range k.entries {
		if e.was != 0 {
			renumbered[e.was] = i + 1
		}
	}
	previous := ""
	for _, e := range k.entries {
		if act := e.string("act"); act == "backup" || act == "restore" {
			if err := k.point(e, renumbered); err != nil {
				return err
			}
		}
		previous = link(e.doc, previous)
	}
	return k.backups(renumbered)
}

// now is the number that an entry has now; of one that was taken out, that of
// the one before it.
func now(renumbered map[uint64]int, was uint64) int {
	for ; was > 0; was-- {
		if n := renumbered[was]; n > 0 {
			return n
		}
	}
	return 0
}

// point sets what an entry of a backup or a restore says of the ledger.
func (k *book) point(e *entry, renumbered map[uint64]int) error {
	if e.fact("sequence") == "" || e.was == 0 {
		return nil
	}
	was, err := strconv.ParseUint(e.fact("sequence"), 10, 64)
	if err != nil {
		return err
	}
	n := now(renumbered, was)
	e.facts()["sequence"] = strconv.Itoa(n)
	if e.fact("head") != "" && n > 0 {
		e.facts()["head"] = k.entries[n-1].string("hash")
	}
	return nil
}

// backups writes the first lines of the backup files anew.
func (k *book) backups(renumbered map[uint64]int) error {
	files, err := k.files("stores/backups/*.bak")
	if err != nil {
		return err
	}
	for _, name := range files {
		err := k.backupHead(name, func(head doc) {
			number, _ := head["ledger_sequence"].(json.Number)
			was, _ := strconv.ParseUint(number.String(), 10, 64)
			n := now(renumbered, was)
			head["ledger_sequence"] = n
			if n > 0 {
				head["ledger_hash"] = k.entries[n-1].string("hash")
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// backupHead changes the first line of a backup file.
func (b *Bench) backupHead(name string, change func(head doc)) error {
	content, err := b.read(name)
	if err != nil {
		return err
	}
	line, rest, _ := bytes.Cut(content, []byte{'\n'})
	head, err := parseDoc(line)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	change(head)
	return b.write(name, append(append(head.text(), '\n'), rest...))
}

// keyAudit lets a mutant change the key audit of a building, and chains it anew
// from its first entry on.
func (b *Bench) keyAudit(building string, change func(*book) error) error {
	return b.edit("cloud", func(s *contents) error {
		k := &book{Bench: b}
		var numbers []uint64
		previous := ""
		for _, r := range s.of("ka") {
			d, err := s.open(s.name, r)
			if err != nil {
				return err
			}
			if d.string("building") != building {
				continue
			}
			n, err := strconv.ParseUint(r.part(1), 16, 64)
			if err != nil {
				return err
			}
			if len(numbers) == 0 {
				previous = d.string("previous")
			}
			numbers = append(numbers, n)
			k.entries = append(k.entries, &entry{d, n, r.commit})
		}
		if len(numbers) == 0 {
			return fmt.Errorf("the key audit of %s is empty", building)
		}
		if err := change(k); err != nil {
			return err
		}
		taken := map[string]bool{}
		for _, n := range numbers {
			taken[fmt.Sprintf("ka/%016x", n)] = true
		}
		s.drop(func(r *record) bool { return taken[r.key] })
		for i, e := range k.entries {
			n := s.lastNumber("ka") + 1
			if i < len(numbers) {
				n = numbers[i]
			}
			e.doc["sequence"] = n
			previous = link(e.doc, previous)
			commit := e.commit
			if commit == 0 {
				commit = s.next
				s.next++
			}
			s.records = append(s.records, record{key: fmt.Sprintf("ka/%016x", n), value: plain(e.text()), commit: commit})
		}
		return nil
	})
}

// lastNumber is the highest SEQUENCE of a kind.
func (s *contents) lastNumber(kind string) (last uint64) {
	for _, r := range s.of(kind) {
		if n, err := strconv.ParseUint(strings.TrimPrefix(r.key, kind+"/"), 16, 64); err == nil {
			last = max(last, n)
		}
	}
	return last
}
