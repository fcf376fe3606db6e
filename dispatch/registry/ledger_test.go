package registry

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// incident is an entry that is easy to make.
func incident(reason string) Entry {
	return Entry{Act: ActIncident, Facts: map[string]string{"reason": reason}}
}

func TestAppendTakesDeclaredFactsOnly(t *testing.T) {
	r := inRAM(t)
	id := Random{}.New()
	ref := SubjectRef(id)
	tests := []struct {
		name  string
		entry Entry
		ok    bool
	}{
		{"a declared act with its facts", incident("theft"), true},
		{"an optional fact", Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft", "building": "a"}}, true},
		{"an act that is not declared", Entry{Act: "gossip"}, false},
		{"a fact that the act does not have", Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft", "name": "x"}}, false},
		{"a fact that is missing", Entry{Act: ActIncident}, false},
		{"a malformed ID", Entry{Act: ActIncident, ID: "7", Facts: map[string]string{"reason": "theft"}}, false},
		{"a building that is not configured", Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft", "building": "c"}}, false},
		{"a reason that is not on the list", incident("theft by Aino"), false},
		{"a reason of another act", incident("dispute"), false},
		{"the number of a case", Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft", "number": "C-2026-17"}}, true},
		{"a name in place of a number", Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft", "number": "AINO-1"}}, false},
		{"a telephone number in place of a number", Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft", "number": "0401234567"}}, false},
		{"the number of an organisation", Entry{Act: ActHandOver, Facts: map[string]string{"building": "a", "successor": "ORG-4"}}, true},
		{"the name of an organisation, which may be a person's", Entry{Act: ActHandOver, Facts: map[string]string{"building": "a", "successor": "Lifts Aino Virtanen"}}, false},
		{"a name in place of an ordinal of staff", Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft", "opened-by": "Aino"}}, false},
		{"an ordinal of staff", Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft", "opened-by": "staff-17"}}, true},
		{"a subject's ID in place of its hash", Entry{Act: ActNotice, Facts: map[string]string{"ref": string(id), "building": "a", "service": "flow"}}, false},
		{"a subject's hash", Entry{Act: ActNotice, Facts: map[string]string{"ref": ref, "building": "a", "service": "flow"}}, true},
		{"a fact by a pattern: a store", Entry{Act: ActErasureSettled, Facts: map[string]string{"ref": ref, "cause": "request", "requested": "2026-01-01T00:00:00Z", "store-building-a": "erased 3,referred-to-manager 1"}}, true},
		{"a fact by a pattern: no store", Entry{Act: ActErasureSettled, Facts: map[string]string{"ref": ref, "cause": "request", "requested": "2026-01-01T00:00:00Z", "store-aino": "erased 3"}}, false},
		{"an outcome that does not exist", Entry{Act: ActErasureSettled, Facts: map[string]string{"ref": ref, "cause": "request", "requested": "2026-01-01T00:00:00Z", "store-cloud": "lost 3"}}, false},
		{"an instant in local time", Entry{Act: ActErasureSettled, Facts: map[string]string{"ref": ref, "cause": "request", "requested": "2026-01-01T00:00:00+02:00"}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, _ := r.ledgerHead()
			_, err := r.Append(tt.entry, false)
			after, _ := r.ledgerHead()
			if (err == nil) != tt.ok || (after == before+1) != tt.ok {
				t.Errorf("got error %v and %d entries, want ok %v", err, after-before, tt.ok)
			}
			if err != nil {
				for _, value := range tt.entry.Facts {
					if len(value) > 12 && strings.Contains(err.Error(), value) {
						t.Errorf("the error shows a fact's value: %v", err)
					}
				}
			}
		})
	}
	if err := r.CheckLedger(); err != nil {
		t.Error(err)
	}
}

// TestActsAreDescribed keeps the table fit for FORMAT.md.
func TestActsAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Acts() {
		if seen[a.Name] {
			t.Errorf("act %s is declared twice", a.Name)
		}
		seen[a.Name] = true
		if !strings.HasSuffix(a.Doc, ".") || len(a.Doc) < 20 {
			t.Errorf("act %s has no sentence that describes it", a.Name)
		}
		facts := map[string]bool{}
		for _, f := range a.Facts {
			if f.Doc == "" || facts[f.Name] {
				t.Errorf("fact %s of act %s is not described, or stands there twice", f.Name, a.Name)
			}
			facts[f.Name] = true
		}
	}
}

func TestLedgerSurvivesARestart(t *testing.T) {
	o := diskOptions(t, &clock{now: start})
	r := open(t, o)
	for range 3 {
		if _, err := r.Append(incident("theft"), true); err != nil {
			t.Fatal(err)
		}
	}
	sequence, hash := r.ledgerHead()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = open(t, o)
	if again, hashAgain := r.ledgerHead(); again != sequence || hashAgain != hash {
		t.Errorf("head is %d after a restart, want %d", again, sequence)
	}
	if _, err := r.Append(incident("theft"), true); err != nil {
		t.Fatal(err)
	}
	if err := r.CheckLedger(); err != nil {
		t.Error(err)
	}
}

func TestAppendFailsClosed(t *testing.T) {
	r, err := Open(testOptions(&clock{now: start}))
	if err != nil {
		t.Fatal(err)
	}
	p := moveIn(t, r, "flow")
	if err := r.stores[string(Ledger)].close(); err != nil { // the disk is full, the store broken
		t.Fatal(err)
	}
	if _, err := r.Append(incident("theft"), true); err == nil {
		t.Error("an entry was acknowledged that was not written")
	}
	if _, err := r.Erase(p.subject, CauseRequest); err == nil {
		t.Error("an erasure went on without its intent in the ledger")
	}
	delete(r.stores, string(Ledger))
	if left := p.left(t, r); len(left) != 17 {
		t.Errorf("an erasure without its intent left %d of 17 records", len(left))
	}
	if targets, err := r.Reidentify(Case{"law-requires", "staff-1", "staff-2", p.pseudonyms}); err == nil || targets != nil {
		t.Errorf("links were opened without an entry: %d, %v", len(targets), err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestCheckLedgerFindsChanges(t *testing.T) {
	key := func(sequence uint64) []byte {
		k, err := keyOf(Ref{Kind: KindEntry, Sequence: sequence})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	change := func(txn *badger.Txn, sequence uint64, f func(e *Entry)) error {
		item, err := txn.Get(key(sequence))
		if err != nil {
			return err
		}
		value, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		var e Entry
		if err := json.Unmarshal(value[2:], &e); err != nil {
			return err
		}
		f(&e)
		b, err := json.Marshal(e)
		if err != nil {
			return err
		}
		return txn.Set(key(sequence), append([]byte{valueVersion, formPlain}, b...))
	}
	rehash := func(e *Entry) { e.Hash, _ = chainHash(e.Previous, e) }
	tests := []struct {
		name   string
		change func(txn *badger.Txn) error
		want   string
	}{
		{"a changed fact", func(txn *badger.Txn) error {
			return change(txn, 4, func(e *Entry) { e.Facts["reason"] = "nothing" })
		}, "entry 4 was changed"},
		{"a changed instant", func(txn *badger.Txn) error {
			return change(txn, 4, func(e *Entry) { e.At = e.At.Add(time.Hour) })
		}, "entry 4 was changed"},
		{"a changed fact with a new hash", func(txn *badger.Txn) error {
			return change(txn, 4, func(e *Entry) { e.Facts["reason"] = "nothing"; rehash(e) })
		}, "entry 5 is not chained"},
		{"an entry that was taken out", func(txn *badger.Txn) error { return txn.Delete(key(5)) }, "entry 6 follows entry 4"},
		{"the first entry taken out", func(txn *badger.Txn) error { return txn.Delete(key(1)) }, "entry 2 follows entry 0"},
		{"the last entries taken out", func(txn *badger.Txn) error { return errors.Join(txn.Delete(key(7)), txn.Delete(key(8))) }, "entries 7 to 8 are missing at the end"},
		{"the last entry changed with a new hash", func(txn *badger.Txn) error {
			return change(txn, 8, func(e *Entry) { e.Facts["reason"] = "nothing"; rehash(e) })
		}, "entry 8 is not the last one that was written"},
		{"a fact that is not declared, with a new hash", func(txn *badger.Txn) error {
			return change(txn, 8, func(e *Entry) { e.Facts["name"] = "x"; rehash(e) })
		}, "holds what is not declared"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := inRAM(t)
			for {
				if n, _ := r.ledgerHead(); n == 8 {
					break
				}
				if _, err := r.Append(incident("theft"), false); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.CheckLedger(); err != nil {
				t.Fatalf("before the change: %v", err)
			}
			if err := r.stores[string(Ledger)].update(tt.change); err != nil {
				t.Fatal(err)
			}
			if err := r.CheckLedger(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error that says %q", err, tt.want)
			}
		})
	}
}

func TestAppendAtTheSameTime(t *testing.T) {
	r := inRAM(t)
	before, _ := r.ledgerHead()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 25 {
				if _, err := r.Append(incident("theft"), true); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if after, _ := r.ledgerHead(); after != before+200 {
		t.Errorf("%d entries, want 200", after-before)
	}
	if err := r.CheckLedger(); err != nil {
		t.Error(err)
	}
}

// TestInstantsNeverGoBack writes while the clock jumps to and fro, as it does to
// those who write at the same time, and again after a restart with the clock put
// back.
func TestInstantsNeverGoBack(t *testing.T) {
	o := diskOptions(t, &clock{now: start})
	var turns atomic.Int64
	o.Now = func() time.Time { return start.Add(time.Duration(turns.Add(1)*7%5) * time.Second) }
	r := open(t, o)
	write := func() {
		t.Helper()
		for range 20 {
			if _, err := r.Append(incident("theft"), false); err != nil {
				t.Fatal(err)
			}
		}
	}
	write()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	o.Now = func() time.Time { return start.Add(-time.Hour) }
	r = open(t, o)
	write()
	var last time.Time
	entries := 0
	if err := r.Entries(func(sequence uint64, e *Entry) error {
		if e.At.Before(last) {
			t.Errorf("entry %d is of %v, after one of %v", sequence, e.At, last)
		}
		last = e.At
		entries++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if entries < 40 {
		t.Errorf("%d entries, want 40 at least", entries)
	}
}

// TestChainHashDoesNotDependOnTheOrderOfFields is what lets a stranger verify
// the chain from the stored JSON.
func TestChainHashDoesNotDependOnTheOrderOfFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "facts")
		e := Entry{Act: "x", Facts: facts, Hash: rapid.String().Draw(t, "hash")}
		want, err := chainHash("p", e)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var loose map[string]any
		if err := json.Unmarshal(b, &loose); err != nil {
			t.Fatal(err)
		}
		loose["hash"] = "another"
		got, err := chainHash("p", loose)
		if err != nil || got != want {
			t.Fatalf("hash of the same fields: %s, %v, want %s", got, err, want)
		}
		other := maps.Clone(facts)
		if other == nil {
			other = map[string]string{}
		}
		other["one more"] = ""
		if _, had := facts["one more"]; !had {
			if h, _ := chainHash("p", Entry{Act: "x", Facts: other}); h == want {
				t.Fatal("another fact has the same hash")
			}
		}
		if h, _ := chainHash("q", e); h == want {
			t.Fatal("another predecessor has the same hash")
		}
	})
}

func TestCertificateGoesThroughTheLedger(t *testing.T) {
	r := inRAM(t)
	c := &Certificate{Erasure: Random{}.New(), Cause: CauseInactive, At: start, Settled: start.Add(time.Second), Stores: []Destroyed{
		{"building-a", Erased, 2}, {"building-a", Referred, 1}, {"cloud", Erased, 12}, {"phones", Instructed, 0},
	}}
	e := Entry{Meta: Meta{At: c.Settled}, ID: c.Erasure, Act: ActErasureSettled, Facts: c.facts(SubjectRef("x"))}
	if err := r.checkFacts(&e); err != nil {
		t.Fatal(err)
	}
	got, err := certificateOf(&e)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got); diff != "" {
		t.Errorf("certificate (-written +read):\n%s", diff)
	}
}
