package format_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/privacyaudit/format"
)

// wrap makes the wrapped key of the ID n, whose data key is secret(n+100).
func wrap(kek []byte, ring string, n byte) []byte {
	return underKEK(kek, n, ring, "wk/"+id(n), secret(n+100))
}

func TestOpen(t *testing.T) {
	const json = `{"a":1}`
	r := ring(t, map[string][]byte{
		"provider-2.key":                     secret(2),
		"building-a-1.key":                   secret(3),
		"handed-over/b-c/building-b-c-7.key": secret(4),
	})
	add := func(store string, n byte, epoch int, wrapped []byte) {
		t.Helper()
		if err := r.Add(store, id(n), epoch, wrapped); err != nil {
			t.Fatal(err)
		}
	}
	add("vault", 1, 2, wrap(secret(2), "provider", 1))
	add("building-a", 1, 1, wrap(secret(3), "building-a", 1))
	add("building-b-c", 1, 7, wrap(secret(4), "building-b-c", 1))
	add("building-a", 0, 1, wrap(secret(3), "building-a", 0))
	add("vault", 5, 1, wrap(secret(9), "provider", 5)) // its key-encryption key is gone
	add("vault", 6, 2, wrap(secret(2), "provider", 5)) // of another ID
	add("vault", 7, 1, wrap(secret(9), "provider", 7)) // an older version under a key that is gone
	add("vault", 7, 2, wrap(secret(2), "provider", 7)) // and the one after the rotation
	add("vault", 8, 2, wrap(secret(2), "provider", 8)) // two data keys of one ID
	add("vault", 8, 2, underKEK(secret(2), 77, "provider", "wk/"+id(8), secret(208)))

	for _, c := range []struct {
		sentence   string
		store, key string
		value      []byte
		want       error
	}{
		{"the cloud's values open with the vault's keys", "cloud", "ra/x", seal(secret(101), 1, 1, "cloud", "ra/x", json), nil},
		{"those of the archive, too", "archive", "hr/x", seal(secret(101), 1, 1, "archive", "hr/x", json), nil},
		{"a building's open with its own", "building-a", "bp/x", seal(secret(101), 1, 1, "building-a", "bp/x", json), nil},
		{"with that which waits for the Manager", "building-b-c", "bp/x", seal(secret(101), 1, 1, "building-b-c", "bp/x", json), nil},
		{"the common key of a building has zero for an ID", "building-a", "bl/x", seal(secret(100), 0, 1, "building-a", "bl/x", json), nil},
		{"a rotation leaves older versions, which do not matter", "cloud", "ra/x", seal(secret(107), 7, 1, "cloud", "ra/x", json), nil},
		{"where data keys differ each is tried", "cloud", "ra/x", seal(secret(108), 8, 1, "cloud", "ra/x", json), nil},
		{"the other one as well", "cloud", "ra/x", seal(secret(208), 8, 1, "cloud", "ra/x", json), nil},
		{"a plain value is as it is", "cloud", "ka/x", plainValue(json), nil},
		{"without a wrapped key nobody opens it", "cloud", "ra/x", seal(secret(104), 4, 1, "cloud", "ra/x", json), format.ErrShredded},
		{"a building that holds no keys", "building-z", "bp/x", seal(secret(101), 1, 1, "building-z", "bp/x", json), format.ErrShredded},
		{"without the key-encryption key it is locked", "cloud", "ra/x", seal(secret(105), 5, 1, "cloud", "ra/x", json), format.ErrLocked},
		{"a wrapped key of another ID is forged", "cloud", "ra/x", seal(secret(105), 6, 1, "cloud", "ra/x", json), format.ErrForged},
		{"a value under another key is forged", "cloud", "ra/x", seal(secret(55), 1, 1, "cloud", "ra/x", json), format.ErrForged},
		{"a value that was moved to another key is forged", "cloud", "ra/y", seal(secret(101), 1, 1, "cloud", "ra/x", json), format.ErrForged},
		{"a value that was moved to another store is forged", "archive", "ra/x", seal(secret(101), 1, 1, "cloud", "ra/x", json), format.ErrForged},
	} {
		for _, use := range []string{"first", "second"} {
			v, err := format.ParseValue(c.value)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Open([]byte("before "), c.store, []byte(c.key), v)
			want := "before "
			if c.want == nil {
				want += json
			}
			if !errors.Is(err, c.want) || string(got) != want {
				t.Errorf("%s, %s use: got %q and error %v, want %q and %v", c.sentence, use, got, err, want, c.want)
			}
		}
	}

	// A wrapped key may be found after a value was tried.
	late := seal(secret(104), 4, 1, "cloud", "ra/x", json)
	add("vault", 4, 2, wrap(secret(2), "provider", 4))
	v, _ := format.ParseValue(late)
	if _, err := r.Open(nil, "cloud", []byte("ra/x"), v); err != nil {
		t.Errorf("a key that was added late: %v", err)
	}
	// So may another version of one that is in use.
	add("vault", 1, 2, underKEK(secret(2), 78, "provider", "wk/"+id(1), secret(201)))
	v, _ = format.ParseValue(seal(secret(201), 1, 1, "cloud", "ra/x", json))
	if _, err := r.Open(nil, "cloud", []byte("ra/x"), v); err != nil {
		t.Errorf("a version that was added late: %v", err)
	}
	if r.Keys() != 9 {
		t.Errorf("%d keys, want 9", r.Keys())
	}
}

func TestAddRefuses(t *testing.T) {
	r := ring(t, nil)
	whole := wrap(secret(1), "provider", 1)
	for _, c := range []struct {
		sentence  string
		store, id string
		epoch     int
		wrapped   []byte
		message   string
	}{
		{"the cloud holds no keys", "cloud", id(1), 1, whole, "only the vault and buildings"},
		{"an ID that is none", "vault", "anna", 1, whole, "its ID is not one"},
		{"epoch 0", "vault", id(1), 0, whole, "epochs begin at 1"},
		{"a key without its tag", "vault", id(1), 1, whole[:71], "71 bytes"},
	} {
		if err := r.Add(c.store, c.id, c.epoch, c.wrapped); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want one with %q", c.sentence, err, c.message)
		}
	}
	if r.Keys() != 0 {
		t.Error("a key that was refused is there")
	}
}

func TestAddRecord(t *testing.T) {
	r := ring(t, map[string][]byte{"provider-3.key": secret(3)})
	wrapped := base64Of(wrap(secret(3), "provider", 1))
	for _, c := range []struct{ sentence, json, message string }{
		{"without an epoch", `{"wrapped":"` + wrapped + `"}`, "field epoch"},
		{"an epoch that is text", `{"epoch":"3","wrapped":"` + wrapped + `"}`, "field epoch"},
		{"without a key", `{"epoch":3}`, "field wrapped"},
		{"a key that is not base64", `{"epoch":3,"wrapped":"*"}`, "field wrapped"},
		{"a record as it is written", `{"controller":"KONE","at":"2027-01-01T00:00:00Z","epoch":3,"wrapped":"` + wrapped + `"}`, ""},
	} {
		members, err := format.Parse(nil, []byte(c.json))
		if err != nil {
			t.Fatal(err)
		}
		key, err := format.Default().ParseKey("vault", []byte("wk/"+id(1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.AddRecord("vault", key, members); (err == nil) != (c.message == "") || err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want %q", c.sentence, err, c.message)
		}
	}
	v, _ := format.ParseValue(seal(secret(101), 1, 1, "cloud", "ra/x", "{}"))
	if _, err := r.Open(nil, "cloud", []byte("ra/x"), v); err != nil {
		t.Error(err)
	}
}

func TestUnwraps(t *testing.T) {
	r := ring(t, map[string][]byte{"provider-1.key": secret(1)})
	whole := wrap(secret(1), "provider", 1)
	for _, c := range []struct {
		sentence string
		id       string
		epoch    int
		wrapped  []byte
		want     error
	}{
		{"a key as it was wrapped", id(1), 1, whole, nil},
		{"a key of another ID", id(2), 1, whole, format.ErrForged},
		{"a key under a key-encryption key that is gone", id(1), 2, whole, format.ErrLocked},
		{"a key that was cut", id(1), 1, whole[1:], format.ErrForged},
	} {
		if err := r.Unwraps("vault", c.id, c.epoch, c.wrapped); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.sentence, err, c.want)
		}
	}
}

func TestOpenLink(t *testing.T) {
	r := ring(t, map[string][]byte{"provider-1.key": secret(1)})
	link := func(json string) []byte { return underKEK(secret(1), 5, "provider", "ln/"+id(3), []byte(json)) }
	good := `{"subject":"` + id(9) + `","building":"main"}`
	for _, c := range []struct {
		sentence string
		epoch    int
		sealed   []byte
		want     format.Link
		message  string
	}{
		{"a link with spaces behind", 1, link(good + "    "), format.Link{Subject: id(9), Building: "main"}, ""},
		{"a link whose subject objected", 1, link(`{"subject":"` + id(9) + `","building":"main","stopped":true}`), format.Link{Subject: id(9), Building: "main", Stopped: true}, ""},
		{"a link under a key that is gone", 2, link(good), format.Link{}, "key-encryption key"},
		{"a link of another randomized ID", 1, underKEK(secret(1), 5, "provider", "ln/"+id(4), []byte(good)), format.Link{}, "does not open"},
		{"a link with the subject's name", 1, link(`{"subject":"Anna","building":"main"}`), format.Link{}, "field subject"},
		{"a link without a building", 1, link(`{"subject":"` + id(9) + `"}`), format.Link{}, "missing"},
		{"a link that says more", 1, link(`{"subject":"` + id(9) + `","building":"main","email":"x"}`), format.Link{}, "field email is not declared"},
		{"a link that is no JSON", 1, link("main"), format.Link{}, "not an object"},
		{"nothing", 1, nil, format.Link{}, "ends before"},
	} {
		got, err := r.OpenLink(id(3), c.epoch, c.sealed)
		if (err == nil) != (c.message == "") || err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want %q", c.sentence, err, c.message)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.sentence, d)
		}
	}
}

func TestOpenPseudonyms(t *testing.T) {
	r := ring(t, map[string][]byte{"provider-1.key": secret(1)})
	if err := r.Add("vault", id(1), 1, wrap(secret(1), "provider", 1)); err != nil {
		t.Fatal(err)
	}
	item := encode(hmac256(secret(101), "pseudonyms|item")[:16])
	items, err := r.PseudonymsItem(id(1))
	if d := cmp.Diff([]string{item}, items); d != "" || err != nil {
		t.Fatalf("error %v, items (-want +got):\n%s", err, d)
	}
	// NONCE CIPHERTEXT TAG is what a sealed value has behind its key's ID.
	list := func(json string) []byte {
		return seal(hmac256(secret(101), "pseudonyms|key"), 0, 1, "vault", "ps/"+item, json)[18:]
	}
	for _, c := range []struct {
		sentence string
		subject  string
		list     []byte
		want     []string
		message  string
	}{
		{"a list with spaces behind", id(1), list(`["` + id(4) + `", "` + id(5) + `"]   `), []string{id(4), id(5)}, ""},
		{"a list of none", id(1), list(`[]`), nil, ""},
		{"a list of a subject whose key is gone", id(2), list(`[]`), nil, "destroyed"},
		{"a list of names", id(1), list(`["Anna"]`), nil, "no JSON list of IDs"},
		{"a list without an end", id(1), list(`["` + id(4) + `"`), nil, "no JSON list of IDs"},
		{"a list and more", id(1), list(`[]x`), nil, "no JSON list of IDs"},
		{"a list under the subject's key itself", id(1), seal(secret(101), 0, 1, "vault", "ps/"+item, "[]")[18:], nil, "does not open"},
		{"nothing", id(1), nil, nil, "ends before"},
	} {
		got, err := r.OpenPseudonyms(c.subject, item, c.list)
		if (err == nil) != (c.message == "") || err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want %q", c.sentence, err, c.message)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.sentence, d)
		}
	}
}

func TestNewRing(t *testing.T) {
	r := ring(t, map[string][]byte{
		"provider-1.key":                 secret(1),
		"provider-01.key":                secret(1),
		"wire.key":                       []byte("short"),
		"notes.txt":                      nil,
		"handed-over/a/building-a-2.key": secret(2),
		"handed-over/b/building-a-3.key": secret(2),
		"building-garden-house-12.key":   secret(3),
		"elsewhere/provider-9.key":       secret(4),
		"handed-over/x/provider-4.key":   secret(4),
	})
	type file struct {
		Path, Ring string
		Epoch      int
		HandedOver bool
	}
	var got []file
	for _, f := range r.Files() {
		got = append(got, file{f.Path, f.Ring, f.Epoch, f.HandedOver})
		if f.Mode.Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Path, f.Mode)
		}
	}
	want := []file{
		{"building-garden-house-12.key", "building-garden-house", 12, false},
		{"elsewhere/provider-9.key", "", 0, false},
		{"handed-over/a/building-a-2.key", "building-a", 2, true},
		{"handed-over/b/building-a-3.key", "", 0, false},
		{"handed-over/x/provider-4.key", "", 0, false},
		{"notes.txt", "", 0, false},
		{"provider-01.key", "", 0, false},
		{"provider-1.key", "provider", 1, false},
		{"wire.key", "", 0, false},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if !r.Has("building-a", 2) || r.Has("building-a", 3) || r.Has("provider", 9) {
		t.Error("keys that lie where they should are there, and no others")
	}
}

func TestNewRingRefuses(t *testing.T) {
	for _, c := range []struct {
		sentence string
		files    map[string][]byte
		message  string
	}{
		{"a key that was cut", map[string][]byte{"provider-1.key": secret(1)[1:]}, "provider-1.key: it has 31 bytes"},
		{"a key with a line feed", map[string][]byte{"provider-1.key": append(secret(1), '\n')}, "it has 33 bytes"},
		{"an empty key", map[string][]byte{"provider-1.key": nil}, "it has 0 bytes"},
		{"two keys of one epoch", map[string][]byte{"building-a-1.key": secret(1), "handed-over/a/building-a-1.key": secret(2)}, "a different key"},
	} {
		if _, err := format.NewRing(folder(t, c.files)); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want one with %q", c.sentence, err, c.message)
		}
	}
	dir := folder(t, map[string][]byte{"elsewhere": secret(1)})
	if err := os.Symlink("elsewhere", filepath.Join(dir, "provider-1.key")); err != nil {
		t.Skip(err)
	}
	if _, err := format.NewRing(dir); err == nil || !strings.Contains(err.Error(), "no ordinary file") {
		t.Errorf("a link in place of a key: %v", err)
	}
	if _, err := format.NewRing(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if _, err := format.NewRing(filepath.Join(dir, "elsewhere")); err == nil || !strings.Contains(err.Error(), "no folder") {
		t.Errorf("a file in place of the folder: %v", err)
	}
}

// Many keys at once, from several goroutines, with more data keys than stay
// opened.
func TestOpenByMany(t *testing.T) {
	r := ring(t, map[string][]byte{"provider-1.key": secret(1)})
	format.SetRoom(r, 3)
	var values [20]format.Value
	for n := range values {
		if err := r.Add("vault", id(byte(n)), 1, wrap(secret(1), "provider", byte(n))); err != nil {
			t.Fatal(err)
		}
		v, err := format.ParseValue(seal(secret(byte(n)+100), byte(n), 1, "cloud", "ra/x", fmt.Sprint(n)))
		if err != nil {
			t.Fatal(err)
		}
		values[n] = v
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 500 {
				n := (i*7 + worker) % len(values)
				got, err := r.Open(nil, "cloud", []byte("ra/x"), values[n])
				if err != nil || string(got) != fmt.Sprint(n) {
					t.Errorf("value %d opens as %q with error %v", n, got, err)
				}
				if i%50 == worker { // versions come while others read
					if err := r.Add("vault", id(byte(n)), 1, underKEK(secret(1), byte(i), "provider", "wk/"+id(byte(n)), secret(byte(n)+100))); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if n := format.Opened(r); n > 6 {
		t.Errorf("%d data keys stay opened, with room for twice 3", n)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("ra/x"), seal(secret(101), 1, 1, "cloud", "ra/x", "{}"))
	f.Add([]byte("ra/x"), plainValue("{}"))
	r, err := format.NewRing(folder(f, map[string][]byte{"provider-1.key": secret(1)}))
	if err != nil {
		f.Fatal(err)
	}
	if err := r.Add("vault", id(1), 1, wrap(secret(1), "provider", 1)); err != nil {
		f.Fatal(err)
	}
	good := string(seal(secret(101), 1, 1, "cloud", "ra/x", "{}"))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		v, err := format.ParseValue(value)
		if err != nil {
			return
		}
		got, err := r.Open(nil, "cloud", key, v)
		if err == nil && v.Sealed && (string(value) != good || string(key) != "ra/x") {
			t.Errorf("what nobody sealed opens as %q", got)
		}
		if err != nil && len(got) > 0 {
			t.Error("an error comes with text")
		}
	})
}
