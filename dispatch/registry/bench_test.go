package registry

import (
	"encoding/json"
	"sync/atomic"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// benchProfile is an ordinary record.
func benchProfile() *FlowProfile {
	return &FlowProfile{Name: "Aino Example", Gender: "female", Country: "FI", Language: "fi", Phone: "+999 1234567", Email: "aino@example.invalid", Password: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g", Active: start}
}

// BenchmarkPut writes ordinary records of people who have a key already.
// Compare it with BenchmarkBareBadger of the same run.
func BenchmarkPut(b *testing.B) {
	const people = 2000
	r := onDisk(b)
	refs := make([]Ref, people)
	for i := range refs {
		refs[i] = Ref{Kind: KindFlowProfile, Subject: Random{}.New()}
		if err := r.As(RoleService, ToProvide).In("a").Put(refs[i], benchProfile()); err != nil {
			b.Fatal(err)
		}
	}
	h := r.As(RoleService, ToProvide).In("a")
	b.Run("serial", func(b *testing.B) {
		for i := range b.N {
			if err := h.Put(refs[i%people], benchProfile()); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b)
	})
	b.Run("parallel", func(b *testing.B) {
		var n atomic.Uint64
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := h.Put(refs[n.Add(1)%people], benchProfile()); err != nil {
					b.Fatal(err)
				}
			}
		})
		perSecond(b)
	})
}

// BenchmarkBareBadger writes values of the same length under keys of the same
// form with nothing around Badger, in a store of the same options.
func BenchmarkBareBadger(b *testing.B) {
	const people = 2000
	db, err := badger.Open(badgerOptions(b.TempDir(), Cloud, nil))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	text, err := json.Marshal(benchProfile())
	if err != nil {
		b.Fatal(err)
	}
	length := sealedHead + 12 + 16 + len(text) + len(`"KONE""2026-01-01T00:00:00Z"`)
	put := func(key []byte) error {
		return db.Update(func(txn *badger.Txn) error { return txn.Set(key, make([]byte, length)) })
	}
	keys := make([][]byte, people)
	for i := range keys {
		keys[i], _ = keyOf(Ref{Kind: KindFlowProfile, Subject: Random{}.New()})
	}
	b.Run("serial", func(b *testing.B) {
		for i := range b.N {
			if err := put(keys[i%people]); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b)
	})
	b.Run("parallel", func(b *testing.B) {
		var n atomic.Uint64
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := put(keys[n.Add(1)%people]); err != nil {
					b.Fatal(err)
				}
			}
		})
		perSecond(b)
	})
}

func perSecond(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s") }

func BenchmarkGet(b *testing.B) {
	r := onDisk(b)
	ref := Ref{Kind: KindFlowProfile, Subject: Random{}.New()}
	h := r.As(RoleService, ToProvide).In("a")
	if err := h.Put(ref, benchProfile()); err != nil {
		b.Fatal(err)
	}
	var p FlowProfile
	for b.Loop() {
		if err := h.Get(ref, &p); err != nil {
			b.Fatal(err)
		}
	}
}
