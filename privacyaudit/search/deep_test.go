package search

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// story is a text around a value, which every codec compresses. The halves of
// the value are there before, so that it is not left in one piece.
func story(v string) []byte {
	half := len(v) / 2
	return []byte(strings.Repeat("the car stops at the landing; ", 20) + v[:half] + "; " + v[half:] + "; " + v + strings.Repeat(" and the doors open", 20))
}

func gzipped(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	write(t, w, b)
	return out.Bytes()
}

func zlibbed(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	write(t, w, b)
	return out.Bytes()
}

func framed(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := snappy.NewBufferedWriter(&out)
	write(t, w, b)
	return out.Bytes()
}

func write(t testing.TB, w interface {
	Write([]byte) (int, error)
	Close() error
}, b []byte) {
	t.Helper()
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func zstded(t testing.TB, b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func deepHits(x *Index, b []byte) ([]Hit, error) {
	var all []Hit
	err := x.Deep(b, func(h Hit) { all = append(all, h) })
	return all, err
}

func join(parts ...string) []byte { return []byte(strings.Join(parts, "")) }

func TestDeepFinds(t *testing.T) {
	zip, z, frame, zs := string(gzipped(t, story(secret))), string(zlibbed(t, story(secret))), string(framed(t, story(secret))), string(zstded(t, story(secret)))
	b64 := base64.StdEncoding.EncodeToString
	json := strings.ReplaceAll(secret, "X", `\u0058`)
	for _, row := range []struct {
		sentence string
		text     []byte
		want     []Hit
	}{
		{"a value outside of everything", []byte("x" + secret), []Hit{{7, "raw", 1}}},
		{"gzip in the middle", join("before", zip, "behind"), []Hit{{7, "gzip:raw", 6}}},
		{"zlib in the middle", join("before", z, "behind"), []Hit{{7, "zlib:raw", 6}}},
		{"zstd in the middle", join("before", zs, "behind"), []Hit{{7, "zstd:raw", 6}}},
		{"framed snappy in the middle", join("before", frame, "behind"), []Hit{{7, "snappy:raw", 6}}},
		{"framed snappy before bytes that could be a chunk to skip", join(frame, "\x80\x02\x00\x00", zip), []Hit{{7, "snappy:raw", 0}, {7, "gzip:raw", int64(len(frame) + 4)}}},
		{"a block of snappy as a whole", snappy.Encode(nil, story(secret)), []Hit{{7, "snappy:raw", 0}}},
		{"one behind the other", join(zip, zs, z, frame, zip), []Hit{
			{7, "gzip:raw", 0}, {7, "zstd:raw", int64(len(zip))}, {7, "zlib:raw", int64(len(zip + zs))},
			{7, "snappy:raw", int64(len(zip + zs + z))}, {7, "gzip:raw", int64(len(zip + zs + z + frame))},
		}},
		{"compressed twice", gzipped(t, join("ab", zs)), []Hit{{7, "gzip:zstd:raw", 0}}},
		{"base64 of gzip", join(`{"a":"`, b64([]byte(zip)), `"}`), []Hit{{7, "base64:gzip:raw", 6}}},
		{"base64 of zstd in the other alphabet", join("a=", base64.RawURLEncoding.EncodeToString([]byte(zs))), []Hit{{7, "base64:zstd:raw", 2}}},
		{"base64 behind a byte of length that is a letter", join("=B", b64([]byte(zip))), []Hit{{7, "base64:gzip:raw", 1}}},
		{"digits of gzip", join("a=", hex.EncodeToString([]byte(zip))), []Hit{{7, "hex:gzip:raw", 2}}},
		{"base64 is not reported twice", join("a=", b64([]byte(secret))), []Hit{{7, "base64-0", 2}}},
		{"a text of which one letter is an escape is no form", join("a=", b64([]byte("\""+json+"\""))), nil},
		{"a UTF-16 text within base64", join("a=", b64(utf16Text(secret))), []Hit{{7, "base64:utf16le", 2}}},
		{"a digest within gzip", gzipped(t, join("id: ", hex.EncodeToString(digestOf(secret)))), []Hit{{7, "gzip:sha256-hex", 0}}},
		{"a foreign value in gzip", gzipped(t, story("Qz7RjWmXvK0pTgNsYdLbHd")), nil},
	} {
		x := index(t, Needle{ID: 7, Value: []byte(secret), Derived: true})
		got, err := deepHits(x, row.text)
		if err != nil {
			t.Errorf("%s: %v", row.sentence, err)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", row.sentence, diff)
		}
	}
}

func utf16Text(s string) []byte { return spell(nil, []byte(s), formUTF16LE) }

// TestDeepFails holds Deep to say what it could not search, and still to find
// what it could.
func TestDeepFails(t *testing.T) {
	zip := gzipped(t, story(secret))
	noise := make([]byte, 4096)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	layers := func(n int) []byte {
		b := story(secret)
		for range n {
			b = gzipped(t, b)
		}
		return b
	}
	bomb := gzipped(t, append(story(secret), make([]byte, 1<<20)...))
	zstdBomb := zstded(t, append(story(secret), make([]byte, 1<<20)...))
	texts := func(n int) []byte {
		b := story(secret)
		for range n {
			b = []byte(base64.StdEncoding.EncodeToString(b))
		}
		return b
	}
	for _, row := range []struct {
		sentence string
		text     []byte
		want     error
		finds    int
	}{
		{"gzip that is cut off behind the value", zip[:len(zip)-6], ErrDamaged, 1},
		{"zstd that is cut off", zstded(t, append(story(secret), noise...))[:3000], ErrDamaged, 0},
		{"framed snappy that is cut off", framed(t, append(story(secret), noise...))[:3000], ErrDamaged, 0},
		{"gzip with a wrong checksum", append(bytes.Clone(zip[:len(zip)-8]), 1, 2, 3, 4, 5, 6, 7, 8), ErrDamaged, 1},
		{"as many layers as are allowed", layers(MaxDepth), nil, 1},
		{"a layer more", layers(MaxDepth + 1), ErrTooDeep, 0},
		{"a layer of text more", texts(MaxDepth + 2), ErrTooDeep, 0},
		{"what inflates without end", bomb, ErrTooLarge, 1},
		{"what inflates without end, by zstd", zstdBomb, ErrTooLarge, 1},
		{"a bomb beside a value", append(bytes.Clone(bomb), secret...), ErrTooLarge, 2},
		{"random bytes", noise, nil, 0},
		{"the mark of zlib by chance", []byte("x\x9c" + secret), nil, 1},
		{"a mark of gzip with flags that are reserved", []byte("\x1f\x8b\x08\xe0\x00\x00\x00\x00\x00\xff" + secret), nil, 1},
		{"a mark of gzip without a header", []byte("\x1f\x8b\x08\xff\xff\xff\xff\xff\xff\xff" + secret), nil, 1},
	} {
		x := index(t, Needle{ID: 7, Value: []byte(secret)})
		x.bound = 1 << 20
		got, err := deepHits(x, row.text)
		if !errors.Is(err, row.want) || row.want == nil && err != nil {
			t.Errorf("%s: error %v, want %v", row.sentence, err, row.want)
		}
		if len(got) != row.finds {
			t.Errorf("%s: found %v, want %d", row.sentence, got, row.finds)
		}
	}
}

// FuzzDeep holds Deep to end on any bytes, and to find no less than Scan.
func FuzzDeep(f *testing.F) {
	f.Add(gzipped(f, story(secret)))
	f.Add(zlibbed(f, story(secret)))
	f.Add(zstded(f, story(secret)))
	f.Add(framed(f, story(secret)))
	f.Add(snappy.Encode(nil, story(secret)))
	f.Add([]byte(base64.StdEncoding.EncodeToString(gzipped(f, story(secret)))))
	f.Add([]byte(hex.EncodeToString(zstded(f, gzipped(f, story(secret))))))
	f.Add([]byte("\x0a\x04hi\x11\x05")) // a block of snappy that copies from before its beginning
	f.Add([]byte(`\u0051\u007a\u0037\ud83d\ude00` + secret))
	x, err := NewIndex([]Needle{{ID: 7, Value: []byte(secret), Derived: true, Lower: true}, {ID: 8, Value: []byte("häuser"), Derived: true}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		found := map[Hit]int{}
		if err := x.Deep(b, func(h Hit) { found[h]++ }); err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrTooDeep) {
			t.Fatalf("an error of no kind: %v", err)
		}
		x.Scan(b, func(h Hit) {
			if found[h]--; found[h] < 0 {
				t.Errorf("Scan finds %v, Deep does not", h)
			}
		})
		// Whatever length a block of snappy is said to have, the walk and the
		// library agree on it.
		if n, ok := snappyLength(b); ok && n < 1<<20 {
			if plain, err := snappy.Decode(nil, b); err != nil || len(plain) != n {
				t.Errorf("a block of %d bytes: the library says %d, %v", n, len(plain), err)
			}
		}
	})
}
