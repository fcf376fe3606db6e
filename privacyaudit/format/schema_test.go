package format_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/privacyaudit/format"
)

// small is the smallest schema with everything in it that can be wrong; each
// line that tests change stands there once.
const small = `format = 1
categories = ["technical", "person"]
purposes = ["service"]
[retention]
year = { what = "a year", days = 365, from = "at" }
always = { what = "for good" }
[handed-over]
mark = "~h"
controller = "Owner"
[every]
controller = { category = "technical", form = "text" }
at = { category = "technical", form = "instant" }
[kind.gu]
name = "guest"
stores = ["cloud", "building"]
key = "SUBJECT/YYYYMMDD"
whose = "subject"
sealed = "subject"
service = "Hotel"
controller = "Hotel"
source = "subject"
retention = "year"
purposes = ["service"]
at = "day"
[kind.gu.fields]
room = { category = "person", form = "one of", values = ["12", "14"] }
names = { category = "person", form = "list of text", optional = true }
[kind.bo]
name = "book"
stores = ["ledger"]
key = "ITEM"
sealed = "no"
service = "Hotel"
controller = "Hotel"
source = "system"
retention = "always"
purposes = ["service"]
[kind.bo.fields]
act = { category = "technical", form = "act", same = "ITEM", derived = "act|" }
facts = { category = "technical", form = "facts" }
[act.opened.facts]
"kind-*" = { form = "digits", rest = "kind" }
by = { form = "staff", optional = true }
`

func TestLoad(t *testing.T) {
	s, err := format.Load(strings.NewReader(small), "hotel.toml")
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "hotel.toml" || len(s.Kinds) != 2 || s.Kinds[1].Index != 1 || s.Kind("bo") != s.Kinds[1] || s.Kind("book") != s.Kinds[1] || s.Kind("x") != nil {
		t.Error("kinds stand in the order of the file and are found by prefix and name")
	}
	if d := cmp.Diff(format.Retention{What: "a year", Days: 365, From: "at"}, s.Retentions["year"]); d != "" {
		t.Errorf("retention (-want +got):\n%s", d)
	}
	guest := s.Kind("guest")
	var names []string
	for _, f := range guest.Fields {
		names = append(names, f.Name)
	}
	if d := cmp.Diff([]string{"controller", "at", "room", "names"}, names); d != "" {
		t.Errorf("fields (-want +got):\n%s", d)
	}
	if f := guest.Fields[1]; !f.Every || f.Form != "day" || f.Same != "YYYYMMDD" {
		t.Errorf("at of a guest is %+v", f)
	}
	if !guest.In("building-a") || !guest.In("cloud") || guest.In("vault") {
		t.Error("guests stand in the cloud and in buildings")
	}
	if a := s.Act("opened"); a == nil || a.Facts[0].Name != "kind-" || a.Facts[1].Name != "by" || s.Act("closed") != nil {
		t.Errorf("acts are found by name, with their facts")
	}
	// It judges.
	k, err := s.ParseKey("building-a", []byte("gu/"+id(1)+"/20270612"))
	if err != nil {
		t.Fatal(err)
	}
	members, _ := format.Parse(nil, []byte(`{"controller":"Hotel","at":"2027-06-12T00:00:00Z","room":"13"}`))
	if flaws := k.Check(format.Value{Sealed: true, KeyID: id(1)}, members); len(flaws) != 1 || flaws[0].Message != "field room does not have its form: one of 12, 14" {
		t.Errorf("got %v", flaws)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct{ sentence, old, new, message string }{
		{"a mistyped key", `whose = "subject"`, `who = "subject"`, "hotel.toml:17: kind.gu.who: nobody knows this key"},
		{"a mistyped key within a field", `optional = true }` + "\n[kind.bo]", `optinal = true }` + "\n[kind.bo]", "hotel.toml:27: kind.gu.fields.names.optinal: nobody knows"},
		{"a mistyped table", `[retention]`, `[retentions]`, "hotel.toml:4: retentions"},
		{"a key in capital letters", `stores = ["ledger"]`, `Stores = ["ledger"]`, "hotel.toml:30: kind.bo.Stores: keys are written in lower case"},
		{"a file of another format", `format = 1`, `format = 2`, "hotel.toml:1: format: is 2"},
		{"a type that is none of ours", `sealed = "no"`, `sealed = 1`, "line 32"},
		{"TOML that is none", `key = "ITEM"`, `key = `, "hotel.toml:31: "},
		{"a form that there is not", `form = "staff"`, `form = "person"`, `act.opened.facts.by: there is no form "person"`},
		{"a form within a form within a form", `form = "list of text"`, `form = "list of list of text"`, "nested deeper"},
		{"values without the form", `form = "one of"`, `form = "text"`, `values and the form "one of" go together`},
		{"the form without values", `, values = ["12", "14"]`, ``, `values and the form "one of" go together`},
		{"a category that is not listed", `category = "person", form = "list`, `category = "people", form = "list`, `hotel.toml:27: kind.gu.fields.names: its category "people"`},
		{"a purpose that is not listed", "purposes = [\"service\"]\nat", "purposes = [\"marketing\"]\nat", `hotel.toml:23: kind.gu.purposes: "marketing"`},
		{"no purpose", "purposes = [\"service\"]\nat", "purposes = []\nat", "without a purpose"},
		{"a retention that there is not", `retention = "always"`, `retention = "ever"`, "there is no retention.ever"},
		{"days that count from nothing", `, from = "at"`, ``, "go together"},
		{"a store that there is not", `["ledger"]`, `["moon"]`, `no store is called "moon"`},
		{"no store", `["ledger"]`, `[]`, "names no store"},
		{"a component that there is not", `key = "ITEM"`, `key = "ITEM/NAME"`, `"NAME" is no component`},
		{"a component twice", `key = "ITEM"`, `key = "ITEM/ITEM"`, "ITEM stands there twice"},
		{"an ID that is nobody's", "whose = \"subject\"\n", "", "kind.gu.whose: says whose ID"},
		{"a subject that is not in the key", `key = "SUBJECT/YYYYMMDD"`, `key = "YYYYMMDD"`, "kind.gu.sealed: there is no SUBJECT"},
		{"sealing that there is not", `sealed = "no"`, `sealed = "yes"`, "kind.bo.sealed: is none of"},
		{"a pseudonym without its field", `sealed = "no"`, `sealed = "pseudonym"`, "no field pseudonym"},
		{"nobody who decides", "service = \"Hotel\"\ncontroller = \"Hotel\"\nsource = \"system\"", "service = \"Hotel\"\nsource = \"system\"", "somebody decides"},
		{"two kinds of one name", `name = "book"`, `name = "guest"`, "kind.bo.name: is that of kind.gu"},
		{"a name that is none", `name = "book"`, `name = "Book"`, "is not a word"},
		{"a field of every record again", `room =`, `at =`, "kind.gu.fields.at: is a field of every record"},
		{"a field that repeats what is not in the key", `same = "ITEM", derived = "act|"`, `same = "LOG"`, "there is no LOG in the key"},
		{"a field that repeats what keys do not have", `same = "ITEM", derived = "act|"`, `same = "NAME"`, `"NAME" is no component`},
		{"derived without its item", `same = "ITEM", `, ``, `same must be "ITEM"`},
		{"a form of at that there is not", "at = \"day\"", "at = \"noon\"", `hotel.toml:24: kind.gu.at: there is no form "noon"`},
		{"an open fact that goes on with nothing", `, rest = "kind"`, ``, "go together"},
		{"an open fact that goes on with anything", `rest = "kind"`, `rest = "name"`, "rest is none of"},
		{"a fact with a category", `form = "staff"`, `form = "staff", category = "person"`, "neither same nor category"},
		{"a mark that is none", `mark = "~h"`, `mark = "handed-over"`, "hotel.toml:7: handed-over"},
		{"no kinds", small[strings.Index(small, "[kind.gu]"):], "", "hotel.toml: kind: there are no kinds"},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if text == small {
			t.Errorf("%s: nothing was changed", c.sentence)
		}
		s, err := format.Load(strings.NewReader(text), "hotel.toml")
		if err == nil || s != nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: got error\n%v\nwant one with %q", c.sentence, err, c.message)
		}
	}
}

// All faults are told at once.
func TestLoadTellsAllFaults(t *testing.T) {
	text := strings.NewReplacer(`sealed = "no"`, `sealed = "yes"`, `form = "staff"`, `form = "person"`, `rest = "kind"`, `rests = "kind"`).Replace(small)
	_, err := format.Load(strings.NewReader(text), "hotel.toml")
	for _, part := range []string{"kind.bo.sealed", "facts.by: there is no form", "rests: nobody knows"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in:\n%v", part, err)
		}
	}
}

// The embedded schema is whole: each category, purpose and class of retention is
// used, and each kind says everything about itself.
func TestDefault(t *testing.T) {
	s := format.Default()
	if len(s.Kinds) != 20 || len(s.Acts) != 37 {
		t.Errorf("%d kinds and %d acts; FORMAT.md has 20 and 37", len(s.Kinds), len(s.Acts))
	}
	used := map[string]bool{}
	for _, k := range s.Kinds {
		used[k.Retention] = true
		for _, p := range k.Purposes {
			used[p] = true
		}
		for _, f := range k.Fields {
			used[f.Category] = true
		}
		if k.Service == "" || k.Source == "" {
			t.Errorf("%s: service or source is not said", k.Name)
		}
		if (k.Sealed == "no") != (k.Prefix == "ka" || k.In("analytics") || k.In("vault") || k.In("ledger") || k.Prefix == "hc") {
			t.Errorf("%s: sealed is %s", k.Name, k.Sealed)
		}
	}
	for _, name := range append(append([]string{}, s.Categories...), s.Purposes...) {
		if !used[name] {
			t.Errorf("%s is not used", name)
		}
	}
	for name := range s.Retentions {
		if !used[name] {
			t.Errorf("retention %s is not used", name)
		}
	}
	for _, a := range s.Acts {
		if len(a.Facts) == 0 {
			t.Errorf("act %s has no facts", a.Name)
		}
	}
}
