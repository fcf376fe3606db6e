package format_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hoistway/privacyaudit/format"
)

func TestParseKey(t *testing.T) {
	s, i := id(0x5a), id(0x33)
	type want struct {
		Kind, Subject, Item, Log, Day string
		Sequence                      uint64
		Mark                          bool
	}
	for _, c := range []struct {
		sentence   string
		store, key string
		want       want
	}{
		{"an account is of its subject", "cloud", "ra/" + s, want{Kind: "remote-call-account", Subject: s}},
		{"a visitor key has an item as well", "cloud", "vk/" + s + "/" + i, want{Kind: "visitor-key", Subject: s, Item: i}},
		{"usage stands under its day", "cloud", "eu/20280229/" + i, want{Kind: "usage-log", Day: "20280229", Item: i}},
		{"a building's log has a name", "building-garden-house", "bl/front-door2/20270101/" + i, want{Kind: "building-log", Log: "front-door2", Day: "20270101", Item: i}},
		{"the class building stands for any building", "building", "bp/" + s, want{Kind: "building-person", Subject: s}},
		{"wrapped keys stand in the vault", "vault", "wk/" + s, want{Kind: "wrapped-key", Subject: s}},
		{"and in a building", "building-a", "wk/" + s, want{Kind: "wrapped-key", Subject: s}},
		{"the ledger counts in hexadecimal", "ledger", "le/00000000000000ff", want{Kind: "ledger-entry", Sequence: 255}},
		{"the highest sequence", "ledger", "le/ffffffffffffffff", want{Kind: "ledger-entry", Sequence: 1<<64 - 1}},
		{"a list of randomized IDs names nobody", "vault", "ps/" + i, want{Kind: "pseudonyms", Item: i}},
		{"a drop may be of one record", "cloud", "vk/" + s + "/" + i + "~", want{Kind: "visitor-key", Subject: s, Item: i, Mark: true}},
		{"a drop may be of a day", "cloud", "eu/20270101/~", want{Kind: "usage-log", Day: "20270101", Mark: true}},
		{"a drop may be of a whole kind", "cloud", "eu/~", want{Kind: "usage-log", Mark: true}},
		{"a drop under way has ~ behind its key", "cloud", "ra/" + s + "~", want{Kind: "remote-call-account", Subject: s, Mark: true}},
		{"~m says that a merge is due", "vault", "~m", want{Mark: true}},
		{"~h says that a building was handed over", "building-a", "~h", want{Mark: true}},
	} {
		k, err := format.Default().ParseKey(c.store, []byte(c.key))
		if err != nil {
			t.Errorf("%s: %v", c.sentence, err)
			continue
		}
		got := want{Subject: k.Subject, Item: k.Item, Log: k.Log, Day: k.Day, Sequence: k.Sequence, Mark: k.Mark}
		if k.Kind != nil {
			got.Kind = k.Kind.Name
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.sentence, d)
		}
	}
}

func TestParseKeyDenies(t *testing.T) {
	s, i := id(0x5a), id(0x33)
	for _, c := range []struct {
		sentence   string
		store, key string
		want       error
		message    string // a part of it
	}{
		{"an empty key", "cloud", "", format.ErrNoKind, ""},
		{"a prefix without a slash", "cloud", "ra", format.ErrNoKind, ""},
		{"a prefix that no kind has", "cloud", "zz/" + s, format.ErrNoKind, ""},
		{"a prefix in capital letters", "cloud", "RA/" + s, format.ErrNoKind, ""},
		{"a prefix of three letters", "cloud", "raa/" + s, format.ErrNoKind, ""},
		{"bytes that are no text", "cloud", "\xff\x00/" + s, format.ErrNoKind, ""},
		{"a link in the cloud", "cloud", "ln/" + i, format.ErrElsewhere, "link"},
		{"a person of a building in the cloud", "cloud", "bp/" + s, format.ErrElsewhere, "building-person"},
		{"an account in a building", "building-a", "ra/" + s, format.ErrElsewhere, "remote-call-account"},
		{"a wrapped key in the cloud", "cloud", "wk/" + s, format.ErrElsewhere, "wrapped-key"},
		{"a store that nobody knows", "clouds", "ra/" + s, format.ErrNoStore, ""},
		{"a building without a name", "building-", "bp/" + s, format.ErrNoStore, ""},
		{"a building with a path for a name", "building-../a", "bp/" + s, format.ErrNoStore, ""},
		{"a mail address in place of an ID", "cloud", "ra/anna@example.test", format.ErrMalformed, "SUBJECT is not one"},
		{"an ID with a character too many", "cloud", "ra/" + s + "a", format.ErrMalformed, "SUBJECT is not one"},
		{"an ID with bits that stand for nothing", "cloud", "ra/" + s[:25] + "b", format.ErrMalformed, "SUBJECT is not one"},
		{"an ID in capital letters", "cloud", "ra/" + strings.ToUpper(s), format.ErrMalformed, "SUBJECT is not one"},
		{"no item", "cloud", "vk/" + s, format.ErrMalformed, "ends before its ITEM"},
		{"an empty item", "cloud", "vk/" + s + "/", format.ErrMalformed, "ITEM is not one"},
		{"a component too many", "cloud", "ra/" + s + "/" + i, format.ErrMalformed, "something follows"},
		{"a slash too many", "cloud", "ra/" + s + "/", format.ErrMalformed, "something follows"},
		{"a day that the calendar has not", "cloud", "eu/20270229/" + i, format.ErrMalformed, "YYYYMMDD is not one"},
		{"a month 13", "cloud", "eu/20271301/" + i, format.ErrMalformed, "YYYYMMDD is not one"},
		{"a sequence of 0", "ledger", "le/0000000000000000", format.ErrMalformed, "SEQUENCE is not one"},
		{"a sequence in capital letters", "ledger", "le/00000000000000FF", format.ErrMalformed, "SEQUENCE is not one"},
		{"a short sequence", "ledger", "le/ff", format.ErrMalformed, "SEQUENCE is not one"},
		{"a log with a person's name", "building-a", "bl/Anna B/20270101/" + i, format.ErrMalformed, "LOG is not one"},
		{"a mark with a word", "cloud", "~anna", format.ErrMalformed, "mark"},
		{"a mark without a letter", "cloud", "~", format.ErrMalformed, "mark"},
		{"a drop of somebody's mail address", "cloud", "ra/anna@example.test~", format.ErrMalformed, "mark"},
		{"a drop of a kind that is elsewhere", "cloud", "bp/" + s + "~", format.ErrElsewhere, "mark"},
		{"a mark behind a key that is nobody's", "cloud", "anna~", format.ErrNoKind, "mark"},
		{"a hand-over of the cloud", "cloud", "~h", format.ErrElsewhere, "mark"},
	} {
		_, err := format.Default().ParseKey(c.store, []byte(c.key))
		if !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), c.message) {
			t.Errorf("%s: got error %v, want %v with %q", c.sentence, err, c.want, c.message)
		}
		// Nothing of the key may go into messages, except what names the kind.
		for _, part := range strings.FieldsFunc(c.key, func(r rune) bool { return r == '/' || r == '~' }) {
			if len(part) > 2 && strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error shows a part of the key", c.sentence)
			}
		}
	}
}

func TestCheckMark(t *testing.T) {
	for _, c := range []struct {
		sentence string
		value    string
		ok       bool
	}{
		{"a mark may hold nothing", "", true},
		{"a byte tells nothing about anybody", "\x01", true},
		{"a prefix is what a mark may hold", "vk/" + id(1) + "/", true},
		{"text is not", "anna@example.test", false},
		{"nor is a prefix of another store", "bp/" + id(1), false},
		{"nor a list of two", "vk/" + id(1) + "/,vk/" + id(2) + "/", false},
	} {
		if err := format.Default().CheckMark("cloud", []byte(c.value)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.sentence, err)
		}
	}
}

// Keys put together from good components parse into these, whatever they are;
// with one byte changed they parse into something that would be written so, or
// are refused.
func TestParseKeyGivesBackWhatWasWritten(t *testing.T) {
	schema := format.Default()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(schema.Kinds).Draw(t, "kind")
		store := rapid.SampledFrom(kind.Stores).Draw(t, "store")
		key := []byte(kind.Prefix)
		for part := range strings.SplitSeq(kind.Shape, "/") {
			key = append(key, '/')
			switch part {
			case "SUBJECT", "ITEM":
				key = append(key, id(rapid.Byte().Draw(t, "id"))...)
			case "LOG":
				key = append(key, rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,20}`).Draw(t, "log")...)
			case "YYYYMMDD":
				key = fmt.Appendf(key, "2027%02d%02d", rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
			case "SEQUENCE":
				key = fmt.Appendf(key, "%016x", rapid.Uint64Min(1).Draw(t, "sequence"))
			}
		}
		if k, err := schema.ParseKey(store, key); err != nil || written(k) != string(key) {
			t.Fatalf("%s: error %v, gives %s", key, err, written(k))
		}
		key[rapid.IntRange(0, len(key)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		if k, err := schema.ParseKey(store, key); err == nil && !k.Mark && written(k) != string(key) {
			t.Fatalf("%s gives %s", key, written(k))
		}
	})
}

// written puts a key together again.
func written(k format.Key) string {
	if k.Kind == nil {
		return ""
	}
	parts := strings.NewReplacer("SUBJECT", k.Subject, "ITEM", k.Item, "LOG", k.Log, "YYYYMMDD", k.Day, "SEQUENCE", fmt.Sprintf("%016x", k.Sequence))
	return k.Kind.Prefix + "/" + parts.Replace(k.Kind.Shape)
}

func FuzzParseKey(f *testing.F) {
	f.Add("cloud", []byte("ra/"+id(7)))
	f.Add("building-a", []byte("bl/door/20270101/"+id(7)))
	f.Add("ledger", []byte("le/0000000000000001"))
	f.Add("cloud", []byte("vk/"+id(7)+"/~"))
	f.Fuzz(func(t *testing.T, store string, key []byte) {
		k, err := format.Default().ParseKey(store, key)
		switch {
		case err != nil && (k != format.Key{}):
			t.Error("an error comes with a key")
		case err == nil && !k.Mark && written(k) != string(key):
			t.Errorf("a key parses into another: %s", written(k))
		}
	})
}
