package attack

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/binary"
	"hash"
	"hash/fnv"
)

// Dictionary finds IDs that are digests of known values, whole or cut.
type Dictionary struct {
	halves map[uint64][]int // both halves of each ID, to its index
	plain  []digest
	keyed  []digest
	buf    []byte
}

type digest struct {
	name string
	hash hash.Hash
}

// Hit says how an ID was derived.
type Hit struct {
	ID  int // index
	How string
}

// Itself is how an ID was derived that is no digest.
const Itself = "the value itself"

// half is how many bytes must agree. It is half an ID: no chance explains it.
const half = 8

// NewDictionary takes IDs of 16 bytes, and the keys under which they may have
// been derived.
func NewDictionary(ids [][]byte, keys [][]byte) *Dictionary {
	d := &Dictionary{halves: map[uint64][]int{}}
	for i, id := range ids {
		for at := 0; at+half <= len(id); at += half {
			h := binary.LittleEndian.Uint64(id[at:])
			d.halves[h] = append(d.halves[h], i)
		}
	}
	sums := []struct {
		name string
		make func() hash.Hash
	}{
		{"MD5", md5.New}, {"SHA-1", sha1.New}, {"SHA-256", sha256.New}, {"SHA-512", sha512.New},
		{"SHA3-256", func() hash.Hash { return sha3.New256() }},
	}
	for _, s := range sums {
		d.plain = append(d.plain, digest{s.name, s.make()})
	}
	d.plain = append(d.plain, digest{"FNV-128", fnv.New128a()}, digest{"FNV-64", fnv.New64a()})
	for _, key := range keys {
		for _, s := range sums[:4] {
			d.keyed = append(d.keyed, digest{"HMAC-" + s.name, hmac.New(s.make, key)})
		}
	}
	return d
}

// Try calls f for every ID that is the value itself or a digest of it.
func (d *Dictionary) Try(value []byte, f func(Hit)) {
	d.look(value, Itself, f)
	for _, list := range [][]digest{d.plain, d.keyed} {
		for _, h := range list {
			h.hash.Reset()
			h.hash.Write(value)
			d.buf = h.hash.Sum(d.buf[:0])
			d.look(d.buf, h.name, f)
		}
	}
}

// look looks for halves of IDs at the start and at the end of b, where digests
// are cut.
func (d *Dictionary) look(b []byte, how string, f func(Hit)) {
	last := -1
	for _, at := range [...]int{0, half, len(b) - 2*half, len(b) - half} {
		if at <= last || at+half > len(b) {
			continue
		}
		last = at
		for _, i := range d.halves[binary.LittleEndian.Uint64(b[at:])] {
			f(Hit{i, how})
		}
	}
}
