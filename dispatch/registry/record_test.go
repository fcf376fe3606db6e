package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// anyRef draws a reference that has all components of its kind's key.
func anyRef(t *rapid.T) Ref {
	kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
	id := rapid.Custom(func(t *rapid.T) ID {
		return idOf([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "raw")))
	})
	ref := Ref{Kind: kind}
	switch kind.Key {
	case BySubject:
		ref.Subject = id.Draw(t, "subject")
	case BySubjectItem:
		ref.Subject, ref.Item = id.Draw(t, "subject"), id.Draw(t, "item")
	case ByDayItem:
		ref.Day, ref.Item = start.AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "day")).Format(dayForm), id.Draw(t, "item")
	case ByLogDayItem:
		ref.Log, ref.Item = rapid.StringMatching(`[a-z0-9]{1,8}(-[a-z0-9]{1,8})?`).Draw(t, "log"), id.Draw(t, "item")
		ref.Day = start.AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "day")).Format(dayForm)
	case ByItem:
		ref.Item = id.Draw(t, "item")
	case BySequence:
		ref.Sequence = rapid.Uint64Range(1, 1<<63).Draw(t, "sequence")
	}
	return ref
}

func TestKeysGoThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := anyRef(t)
		key, err := keyOf(ref)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseKey(key)
		if err != nil || got != ref {
			t.Fatalf("%+v became %q and came back as %+v: %v", ref, key, got, err)
		}
	})
}

// A key holds declared components and nothing that anybody typed.
func TestMalformedReferences(t *testing.T) {
	id := Random{}.New()
	for _, row := range []struct {
		says string
		ref  Ref
	}{
		{"no kind", Ref{}},
		{"no subject", Ref{Kind: KindFlowProfile}},
		{"a mail address in place of a subject", Ref{Kind: KindFlowProfile, Subject: "aino@example.invalid"}},
		{"an ID in upper case", Ref{Kind: KindFlowProfile, Subject: ID(strings.ToUpper(string(id)))}},
		{"an item where the key has none", Ref{Kind: KindFlowProfile, Subject: id, Item: id}},
		{"a subject where the key has none", Ref{Kind: KindUsageLog, Subject: id, Day: "20260101", Item: id}},
		{"a day that is not on the calendar", Ref{Kind: KindUsageLog, Day: "20260230", Item: id}},
		{"a day in another form", Ref{Kind: KindUsageLog, Day: "2026-1-1", Item: id}},
		{"an item without its subject", Ref{Kind: KindVisitorKey, Item: id}},
		{"a sequence where the key has none", Ref{Kind: KindFlowProfile, Subject: id, Sequence: 1}},
		{"no sequence", Ref{Kind: KindEntry}},
	} {
		key, err := keyOf(row.ref)
		if err == nil {
			t.Errorf("%s: key %q", row.says, key)
		} else if strings.Contains(err.Error(), "aino") {
			t.Errorf("%s: the error repeats what it was given: %v", row.says, err)
		}
	}
	for _, key := range []string{"", "fp", "fp/", "zz/" + string(id), "fp/" + string(id) + "/", "fp/" + string(id) + "/" + string(id), "le/1", "le/0000000000000000", "le/+000000000000001", "eu/20260101", "eu//" + string(id)} {
		if ref, err := parseKey([]byte(key)); err == nil {
			t.Errorf("key %q is %+v", key, ref)
		}
	}
}

// valueOf gives the raw value of a record in its store.
func valueOf(t testing.TB, s *store, ref Ref) (key, value []byte) {
	t.Helper()
	key, err := keyOf(ref)
	must(t, err)
	must(t, s.view(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err != nil {
			return err
		}
		value, err = item.ValueCopy(nil)
		return err
	}))
	return key, value
}

// A sealed value opens where it was written, under its own key, unchanged, and
// in no other case.
func TestSealedValuesOpenInPlaceOnly(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	cloud, err := r.store(Cloud, "")
	must(t, err)
	archive, err := r.store(Archive, "")
	must(t, err)
	ref := Ref{Kind: KindFlowProfile, Subject: w.alice}
	key, value := valueOf(t, cloud, ref)
	other, err := keyOf(Ref{Kind: KindFlowProfile, Subject: w.bob})
	must(t, err)
	bob, err := w.bob.raw()
	must(t, err)
	changed := func(i int, b byte) []byte {
		v := bytes.Clone(value)
		v[i] ^= b
		return v
	}
	if bytes.Contains(value, []byte("Aino")) {
		t.Error("the name stands in the sealed value")
	}
	for _, row := range []struct {
		says  string
		store *store
		key   []byte
		value []byte
		opens bool
	}{
		{"as it was written", cloud, key, value, true},
		{"under another subject's key", cloud, other, value, false},
		{"in another store that has the same ring", archive, key, value, false},
		{"with another subject's ID in it", cloud, key, append(append(bytes.Clone(value[:2]), bob[:]...), value[18:]...), false},
		{"with an unknown version", cloud, key, changed(0, 2), false},
		{"with an unknown form", cloud, key, changed(1, 2), false},
		{"said to be plain", cloud, key, changed(1, 1), false},
		{"with a bit of the nonce turned", cloud, key, changed(18, 1), false},
		{"with a bit of the text turned", cloud, key, changed(40, 1), false},
		{"with a bit of the tag turned", cloud, key, changed(len(value)-1, 128), false},
		{"cut short", cloud, key, value[:len(value)-1], false},
		{"cut in the head", cloud, key, value[:10], false},
		{"empty", cloud, key, nil, false},
		{"in a building's store, whose ring is another", mustStore(t, r, "a"), key, value, false},
	} {
		var p FlowProfile
		err := row.store.decode(KindFlowProfile, row.key, row.value, &p)
		if (err == nil) != row.opens {
			t.Errorf("%s: %v", row.says, err)
		}
		if err != nil && (p != FlowProfile{}) {
			t.Errorf("%s: part of the record came out", row.says)
		}
	}
	again, err := cloud.encode(ref, key, benchProfile(), false)
	must(t, err)
	if bytes.Equal(again[18:30], value[18:30]) {
		t.Error("two values have the same nonce")
	}
}

func mustStore(t testing.TB, r *Registry, building string) *store {
	t.Helper()
	s, err := r.store(Building, building)
	must(t, err)
	return s
}

// Only declared fields are read: what a wrong writer left is an error.
func TestUnknownFieldsAreErrors(t *testing.T) {
	r := inRAM(t)
	analytics, err := r.store(Analytics, "")
	must(t, err)
	ref := Ref{Kind: KindAggregateCell, Item: Random{}.New()}
	key, err := keyOf(ref)
	must(t, err)
	for _, row := range []struct {
		says, json string
		ok         bool
	}{
		{"as declared", `{"controller":"KONE","at":"2026-01-01T00:00:00Z","period":"2026-01","dimensions":{},"people":9,"count":10}`, true},
		{"with a field more", `{"controller":"KONE","at":"2026-01-01T00:00:00Z","period":"2026-01","dimensions":{},"people":9,"count":10,"serial":"S123"}`, false},
		{"two records", `{"people":9}{"people":9}`, false},
		{"a field of another type", `{"people":"S123"}`, false},
		{"no JSON", `S123`, false},
	} {
		var c AggregateCell
		err := analytics.decode(KindAggregateCell, key, append([]byte{1, 0}, row.json...), &c)
		if (err == nil) != row.ok {
			t.Errorf("%s: %v", row.says, err)
		}
		if diff := cmp.Diff(AggregateCell{}, c); err != nil && diff != "" {
			t.Errorf("%s: part of the record came out:\n%s", row.says, diff)
		}
		if err != nil && strings.Contains(err.Error(), "S123") {
			t.Errorf("%s: the error repeats the value: %v", row.says, err)
		}
	}
	if err := analytics.decode(KindAggregateCell, key, []byte("\x01\x00{}"), &FlowProfile{}); err == nil {
		t.Error("a cell was decoded as a profile")
	}
}

// A subject whose key was shredded is beyond reading, whatever bytes remain,
// and no record but a founding one makes a new key.
func TestShredded(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	must(t, r.ring.store.update(func(txn *badger.Txn) error { return r.ring.shred(txn, w.alice) }))
	r.ring.forget(w.alice)
	h := r.As(RoleService, ToProvide)
	if err := h.Get(Ref{Kind: KindFlowProfile, Subject: w.alice}, &FlowProfile{}); !errors.Is(err, ErrShredded) {
		t.Errorf("read: %v", err)
	}
	if err := h.Put(Ref{Kind: KindFlowPreferences, Subject: w.alice}, &FlowPreferences{}); !errors.Is(err, ErrShredded) {
		t.Errorf("write: %v", err)
	}
	if err := h.Get(Ref{Kind: KindFlowProfile, Subject: w.bob}, &FlowProfile{}); err != nil {
		t.Errorf("the neighbour: %v", err)
	}
	if err := h.Put(Ref{Kind: KindUsageLog, Item: Random{}.New()}, &UsageLog{Meta: Meta{At: start}, Pseudonym: Random{}.New()}); !errors.Is(err, ErrShredded) {
		t.Errorf("usage under an ID that nobody registered: %v", err)
	}
}

// Records are checked against the building's configuration as they are put.
func TestPutChecks(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	new := Random{}.New
	manager, service := r.As(RoleManager, ToSecure), r.As(RoleService, ToProvide)
	usage := func(at time.Time) error {
		return service.Put(Ref{Kind: KindUsageLog, Item: new()}, &UsageLog{Meta: Meta{At: at}, Pseudonym: w.pseudonym})
	}
	for _, row := range []struct {
		says string
		err  error
		ok   bool
	}{
		{"a log that the configuration declares", manager.In("b").Put(Ref{Kind: KindBuildingLog, Item: new()}, &BuildingLog{Log: "doors", Fields: map[string]string{"tag": "1"}}), true},
		{"a log that it does not", manager.In("b").Put(Ref{Kind: KindBuildingLog, Item: new()}, &BuildingLog{Log: "gossip"}), false},
		{"a field that it does not", manager.In("b").Put(Ref{Kind: KindBuildingLog, Item: new()}, &BuildingLog{Log: "doors", Fields: map[string]string{"name": "Aino"}}), false},
		{"a log of another building", manager.In("a").Put(Ref{Kind: KindBuildingLog, Item: new()}, &BuildingLog{Log: "doors"}), false},
		{"a log under the wrong day", manager.In("b").Put(Ref{Kind: KindBuildingLog, Item: new(), Day: "20250101"}, &BuildingLog{Log: "doors"}), false},
		{"an apartment in a residential building", manager.In("a").Put(Ref{Kind: KindBuildingPerson, Subject: w.bob}, &BuildingPerson{Service: "flow", Apartment: "7"}), true},
		{"an address in an office", manager.In("b").Put(Ref{Kind: KindBuildingPerson, Subject: w.carol}, &BuildingPerson{Service: "flow", Address: "Street 1"}), false},
		{"an apartment for Remote Call", manager.In("a").Put(Ref{Kind: KindBuildingPerson, Subject: w.bob}, &BuildingPerson{Service: "remote-call", Apartment: "7"}), false},
		{"a person of no service", manager.In("a").Put(Ref{Kind: KindBuildingPerson, Subject: w.bob}, &BuildingPerson{}), false},
		{"a usage now", usage(start), true},
		{"a usage an hour late", usage(start.Add(-time.Hour)), true},
		{"a usage of a year ago less a second, rounded to the hour", usage(start.Add(-365*24*time.Hour + time.Hour)), true},
		{"a usage older than log data are kept", usage(start.Add(-365*24*time.Hour - time.Second)), false},
		{"a usage in the future", usage(start.Add(time.Hour)), false},
		{"a usage without its instant", usage(time.Time{}), false},
		{"a cell past Publish", r.As(RoleService, ToAnalyse).Put(Ref{Kind: KindAggregateCell, Item: new()}, &AggregateCell{People: 5}), false},
		{"an entry of the key audit in no building", service.Put(Ref{Kind: KindKeyAudit}, &KeyAudit{}), false},
		{"an entry of the key audit in a chosen place", service.In("a").Put(Ref{Kind: KindKeyAudit, Sequence: 1}, &KeyAudit{}), false},
		{"a record of another kind", service.Put(Ref{Kind: KindFlowProfile, Subject: w.bob}, &FlowPreferences{}), false},
		{"no record", service.Put(Ref{Kind: KindFlowProfile, Subject: w.bob}, (*FlowProfile)(nil)), false},
	} {
		if (row.err == nil) != row.ok {
			t.Errorf("%s: %v", row.says, row.err)
		}
	}
	err := service.Put(Ref{Kind: KindSubUser, Subject: w.bob, Item: new()}, &SubUser{Note: strings.Repeat("x", largestValue)})
	if err == nil || !strings.Contains(err.Error(), "a record has at most") {
		t.Errorf("a record that is too large: %v", err)
	}
	must(t, r.As(RoleSubject, ToFulfil).Of(w.pseudonym).Each(Ref{Kind: KindUsageLog}, func(ref Ref, load func(Record) error) error {
		var u UsageLog
		must(t, load(&u))
		if u.At != u.At.Truncate(time.Hour) || u.At.Format(dayForm) != ref.Day {
			t.Errorf("a usage at %v stands under %s, not to the hour of its day", u.At, ref.Day)
		}
		return nil
	}))
}

// FuzzDecodeRecord holds the decoder to its word: it never panics, and what it
// takes it gives back in the same bytes or a shorter form of them.
func FuzzDecodeRecord(f *testing.F) {
	r := inRAM(f)
	w := newTown(f, r)
	cloud, err := r.store(Cloud, "")
	must(f, err)
	key, value := valueOf(f, cloud, Ref{Kind: KindFlowProfile, Subject: w.alice})
	f.Add(key, value)
	audit, value := valueOf(f, cloud, Ref{Kind: KindKeyAudit, Sequence: 1})
	f.Add(audit, value)
	for _, k := range Kinds() {
		b, err := json.Marshal(k.New())
		must(f, err)
		f.Add([]byte(k.Prefix+"/"+string(w.alice)), append([]byte{1, 0}, b...))
		f.Add([]byte(k.Prefix+"/0000000000000001"), append([]byte{1, 1}, b...))
	}
	f.Fuzz(func(t *testing.T, key, value []byte) {
		ref, err := parseKey(key)
		if err != nil {
			return
		}
		rec := ref.Kind.New()
		if err := cloud.decode(ref.Kind, key, value, rec); err != nil {
			return
		}
		id, err := keyID(value)
		if err != nil || (id == "") != (ref.Kind.Sealed == Plain) {
			t.Fatalf("a %s was taken in the wrong form: %v", ref.Kind.Name, err)
		}
		again, err := json.Marshal(rec)
		if err != nil {
			return // an instant that JSON cannot write
		}
		rec2 := ref.Kind.New()
		if err := unmarshal(ref.Kind, again, rec2); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rec, rec2); diff != "" {
			t.Fatal("a record changes when it is written again")
		}
	})
}
