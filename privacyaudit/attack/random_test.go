package attack_test

import (
	"bytes"
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"hoistway/privacyaudit/attack"
)

// generators are those of the table in the project's notes on privacy, 2,000
// IDs each, with what catches them: most pass every test of bits.
var generators = []struct {
	why        string
	make       func(i int) []byte
	random     bool // passes the tests of randomness
	dictionary bool // is found in the dictionary
	free       int  // bits that are not the same in all; 0: not compared
}{
	{"a good source of random numbers is random", func(int) []byte { b := make([]byte, 16); crand.Read(b); return b }, true, false, 128},
	{"UUIDs of version 4 have six fixed bits, which are left out", func(int) []byte {
		b := make([]byte, 16)
		crand.Read(b)
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return b
	}, true, false, 122},
	{"UUIDs of version 7 are in the order of time", func(i int) []byte {
		b := make([]byte, 16)
		crand.Read(b)
		binary.BigEndian.PutUint64(b, uint64(1_800_000_000_000+1000*i)<<16|binary.BigEndian.Uint64(b)&0x0fff|0x7000)
		b[8] = b[8]&0x3f | 0x80
		return b
	}, false, false, 0},
	{"a counter is in the order of time", func(i int) []byte { return binary.BigEndian.AppendUint64(make([]byte, 8, 16), uint64(i)) }, false, false, 0},
	{"the digest of a mail address passes all tests but the dictionary", func(i int) []byte { s := sha256.Sum256(mail(i)); return s[:16] }, true, true, 128},
	{"so does its end", func(i int) []byte { s := sha256.Sum256(mail(i)); return s[16:] }, true, true, 128},
	{"and a digest under a key that is in the folder of keys", func(i int) []byte {
		h := hmac.New(sha256.New, staticKey)
		h.Write(mail(i))
		return h.Sum(nil)[:16]
	}, true, true, 128},
	{"under another key it is seen by a second run only", func(i int) []byte {
		h := hmac.New(sha256.New, []byte("another"))
		h.Write(mail(i))
		return h.Sum(nil)[:16]
	}, true, false, 128},
	{"and so is a generator with a known seed", func(int) []byte {
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, seeded.Uint64()), seeded.Uint64())
	}, true, false, 128},
	{"the same few bytes with random ones behind", func(i int) []byte {
		b := []byte("hoistway-phone-0000")[:16]
		crand.Read(b[12:])
		return b
	}, true, false, 32},
}

var (
	staticKey = []byte("the key that never changes, ever")
	seeded    = rand.New(rand.NewPCG(42, 42))
)

func mail(i int) []byte { return fmt.Appendf(nil, "person-%d@example.test", i) }

func TestGenerators(t *testing.T) {
	const n = 2000
	for _, g := range generators {
		t.Run(g.why, func(t *testing.T) {
			var ids [][]byte
			var made []attack.Made
			for i := range n {
				ids = append(ids, g.make(i))
				made = append(made, attack.Made{ID: bytes.Clone(ids[i]), When: uint64(i)})
			}
			r := attack.TestRandomness(made)
			if name, p := r.Worst(); (p >= attack.Alpha) != g.random {
				t.Errorf("random is %v, want %v: %s has p = %g", !g.random, g.random, name, p)
			}
			if g.free > 0 && r.Free != g.free {
				t.Errorf("%d bits are free, want %d", r.Free, g.free)
			}
			hit := map[int]bool{}
			d := attack.NewDictionary(ids, [][]byte{staticKey})
			for i := range n {
				d.Try(mail(i), func(h attack.Hit) { hit[h.ID] = true })
			}
			if want := map[bool]int{true: n}[g.dictionary]; len(hit) != want {
				t.Errorf("the dictionary finds %d, want %d", len(hit), want)
			}
		})
	}
}

func TestTooFewIDsAreNotJudged(t *testing.T) {
	var made []attack.Made
	for i := range 20 {
		made = append(made, attack.Made{ID: binary.BigEndian.AppendUint64(nil, uint64(i)), When: uint64(i)})
	}
	if name, p := attack.TestRandomness(made).Worst(); name != "" {
		t.Errorf("20 IDs were judged: %s has p = %g", name, p)
	}
}

// Instants that are the same for many must not make neighbours alike: an order
// by the IDs would.
func TestManyAtOneInstant(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var made []attack.Made
	for i := range 2000 {
		made = append(made, attack.Made{ID: binary.LittleEndian.AppendUint64(nil, rng.Uint64()), When: uint64(i / 500)})
	}
	if name, p := attack.TestRandomness(made).Worst(); p < attack.Alpha {
		t.Errorf("%s has p = %g", name, p)
	}
}
