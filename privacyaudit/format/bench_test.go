package format_test

import (
	"testing"

	"hoistway/privacyaudit/format"
)

// BenchmarkRecord is what one sealed usage log costs from raw key and value to
// its flaws, and each step of it.
func BenchmarkRecord(b *testing.B) {
	schema := format.Default()
	const store = "cloud"
	pseudonym := "3i7ntq2fprd33jzag6h57yoizy"
	key := []byte("eu/20270612/" + id(2))
	r := ring(b, map[string][]byte{"provider-1.key": secret(1)})
	if err := r.Add("vault", pseudonym, 1, underKEK(secret(1), 9, "provider", "wk/"+pseudonym, secret(7))); err != nil {
		b.Fatal(err)
	}
	value := seal(secret(7), 0, 1, store, string(key), usage)
	copy(value[2:18], decode(pseudonym))

	k, err := schema.ParseKey(store, key)
	if err != nil {
		b.Fatal(err)
	}
	v, err := format.ParseValue(value)
	if err != nil {
		b.Fatal(err)
	}
	json, err := r.Open(nil, store, key, v)
	if err != nil {
		b.Fatal(err)
	}
	members, err := format.Parse(nil, json)
	if err != nil || k.Check(v, members) != nil {
		b.Fatal(err, k.Check(v, members))
	}
	b.Logf("%d bytes sealed, %d of JSON", len(value), len(json))

	b.Run("key", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			schema.ParseKey(store, key)
		}
	})
	b.Run("value", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			format.ParseValue(value)
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, 512)
		for b.Loop() {
			r.Open(buf, store, key, v)
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		room := make([]format.Member, 0, 16)
		for b.Loop() {
			format.Parse(room, json)
		}
	})
	b.Run("check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			k.Check(v, members)
		}
	})
	whole := func(buf []byte, room []format.Member) {
		k, err := schema.ParseKey(store, key)
		if err != nil {
			b.Error(err)
		}
		v, err := format.ParseValue(value)
		if err != nil {
			b.Error(err)
		}
		json, err := r.Open(buf, store, key, v)
		if err != nil {
			b.Error(err)
		}
		members, err := format.Parse(room, json)
		if err != nil || k.Check(v, members) != nil {
			b.Error(err)
		}
		if _, err := format.MetaOf(members); err != nil {
			b.Error(err)
		}
	}
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		buf, room := make([]byte, 0, 512), make([]format.Member, 0, 16)
		for b.Loop() {
			whole(buf, room)
		}
	})
	b.Run("whole-by-many", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			buf, room := make([]byte, 0, 512), make([]format.Member, 0, 16)
			for pb.Next() {
				whole(buf, room)
			}
		})
	})
}
