package remotecall

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"hoistway/dispatch/registry"
)

// Whatever a field accepts is text of one line (or several, where declared)
// within its bounds, and whatever it refuses is not shown.
func FuzzCheckField(f *testing.F) {
	for _, s := range []string{"", "aino@example.org", "Aino <a@b.c>", "\"a b\"@example.org", "a@[127.0.0.1]", "+358 40 1", "FI", "pt-BR", "\x00", "\xff", " a", "a\u2028b", strings.Repeat("x", 300)} {
		for name := range fieldRules {
			f.Add(name, s)
		}
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		rule, known := fieldRules[name]
		if !known {
			t.Skip()
		}
		err := checkField(name, value)
		if err != nil {
			if r := Reason(err); r != MissingField && r != MalformedField {
				t.Fatalf("reason %q", r)
			}
			if len(value) > 12 && strings.Contains(err.Error(), value) {
				t.Fatal("the error shows the value")
			}
			return
		}
		n := utf8.RuneCountInString(value)
		if !utf8.ValidString(value) || n < rule.least || n > rule.most {
			t.Fatalf("%s accepts %q", name, value)
		}
		for _, r := range value {
			if unicode.IsControl(r) && !(r == '\n' && (name == "note" || name == "address")) {
				t.Fatalf("%s accepts %q", name, value)
			}
		}
		if name == "email" && (strings.Count(value, "@") != 1 || strings.ContainsAny(value, " <>\"")) {
			t.Fatalf("accepts e-mail %q", value)
		}
	})
}

func FuzzParseDaily(f *testing.F) {
	for _, s := range []string{"", "07:00-19:00", "22:00-06:00", "24:00-00:00", "07:00-07:00", "-1:00-19:00", "07:00-19:00 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDaily(s)
		if err != nil || s == "" {
			return
		}
		// A window has as many minutes as its text says, and the rest of the day
		// is the window turned round.
		other, err := parseDaily(s[6:] + "-" + s[:5])
		if err != nil {
			t.Fatalf("%q is a window, and turned round it is not: %v", s, err)
		}
		inside := 0
		for minute := range 24 * 60 {
			at := monday.Truncate(24 * time.Hour).Add(time.Duration(minute) * time.Minute)
			if d.holds(at) == other.holds(at) {
				t.Fatalf("%q and its inverse agree on minute %d", s, minute)
			}
			if d.holds(at) {
				inside++
			}
		}
		if want := (d.until - d.from + 24*60) % (24 * 60); inside != want {
			t.Fatalf("%q holds for %d minutes, want %d", s, inside, want)
		}
	})
}

func FuzzAgeOn(f *testing.F) {
	for _, s := range []string{"2008-03-04", "2008-02-29", "0000-00-00", "9999-12-31", "2008-3-4", "2008-03-04Z"} {
		f.Add(s, int64(0))
	}
	f.Fuzz(func(t *testing.T, born string, seconds int64) {
		now := monday.Add(time.Duration(seconds%(200*365*24*3600)) * time.Second)
		years, err := ageOn(now, born)
		if err != nil {
			if r := Reason(err); r != NoBirthDate && r != MalformedField {
				t.Fatalf("reason %q", r)
			}
			return
		}
		// The day on which somebody is so many years old has come, and the next
		// birthday has not.
		at, err := time.Parse(time.DateOnly, born)
		if err != nil {
			t.Fatalf("accepts %q", born)
		}
		if at.AddDate(years, 0, 0).After(now) || !at.AddDate(years+1, 0, 0).After(now) {
			t.Fatalf("born %s, at %s %d years old", born, now, years)
		}
	})
}

// Whatever strings reach the entrances, the answer is a refusal of the list.
func FuzzEntrances(f *testing.F) {
	h := newHouse(f)
	host := h.resident(Flow, "aino@example.org", "12")
	key, err := h.s.CreateKey(host.token, h.keyTo("2"))
	h.ok(err)
	f.Add("tower", string(key.ID), "guess", "2", "12")
	f.Add("", "", "", "", "")
	f.Add("office", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "\xff", "G", "\x00")
	f.Fuzz(func(t *testing.T, building, id, code, floor, apartment string) {
		k := Key{registry.ID(id), code}
		for _, err := range []error{
			h.s.UseKey(building, Key{key.ID, code}, floor),
			h.s.CheckKey(building, k, floor),
			h.s.CheckTag(building, code, floor),
			h.s.RevokeKey(Token(code), key.ID),
			func() error { _, err := h.s.Ring(building, apartment); return err }(),
			func() error { _, err := h.s.Login(Flow, apartment, code); return err }(),
			func() error { _, err := h.s.Manager(building, code); return err }(),
			func() error {
				_, err := h.s.Call(host.token, CallRequest{Building: building, From: floor, To: code})
				return err
			}(),
		} {
			if err == nil {
				continue // a call between two floors, by one chance in many
			}
			if r := Reason(err); r == Unavailable || r == "" {
				t.Fatalf("no refusal: %v", err)
			}
			if len(code) > 12 && strings.Contains(err.Error(), code) {
				t.Fatal("an error shows what was entered")
			}
		}
	})
}
