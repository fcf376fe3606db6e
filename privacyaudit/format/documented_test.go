package format_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/privacyaudit/format"
)

// records.toml is written by hand; here it is held against the page that it was
// written from, kind by kind and act by act.

var (
	kindLine   = regexp.MustCompile("^### `([a-z]{2})/([A-Z/]+)`: ([a-z-]+)$")
	ownerLine  = regexp.MustCompile(`^(plain|sealed under .*?) · service (.*?) · controller (\w+)(?:; (\w+) processes)? · source: (\w+) · retention ([\w-]+): (.*?) · purposes: (.*)$`)
	fieldLine  = regexp.MustCompile("^\\| `([a-z0-9_]+)` \\| ([a-z-]+) \\| (may be absent)? ?\\| .* \\|$")
	actLine    = regexp.MustCompile("^\\*\\*`([a-z-]+)`\\*\\*: ")
	factLine   = regexp.MustCompile("^- `([a-z*-]+)` \\((.*?)(, may be absent)?\\): (.*)$")
	storeTitle = regexp.MustCompile("^## Records in .* \\(`([a-z]+)(-NAME)?/`\\)$")
	others     = regexp.MustCompile("^This store holds records `([a-z]{2})` ")
)

func page(t *testing.T) []string {
	b, err := os.ReadFile("../../dispatch/registry/FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(b), "\n")
}

func field(name, category string, optional bool) string {
	if optional {
		category += ", may be absent"
	}
	return name + ": " + category
}

func TestKindsAreThoseOfThePage(t *testing.T) {
	// One line a kind, then its fields.
	documented, stores := map[string][]string{}, map[string][]string{}
	var store, kind string
	for _, line := range page(t) {
		if m := storeTitle.FindStringSubmatch(line); m != nil {
			store = m[1]
		} else if m := others.FindStringSubmatch(line); m != nil {
			stores[m[1]] = append(stores[m[1]], store)
		} else if strings.HasPrefix(line, "## Fields of every record") {
			kind = "every"
		} else if strings.HasPrefix(line, "## ") {
			kind = ""
		} else if m := kindLine.FindStringSubmatch(line); m != nil {
			kind = m[1]
			documented[kind] = []string{m[3] + " " + m[2]}
			stores[kind] = append(stores[kind], store)
		} else if m := ownerLine.FindStringSubmatch(line); m != nil {
			sealed := "no"
			for what, mark := range map[string]string{"subject": "SUBJECT", "pseudonym": "`pseudonym`", "building": "building's"} {
				if strings.Contains(m[1], mark) {
					sealed = what
				}
			}
			documented[kind] = append(documented[kind], strings.Join([]string{sealed, m[2], m[3], m[4], m[5], m[6], m[7], m[8]}, " · "))
		} else if m := fieldLine.FindStringSubmatch(line); m != nil {
			documented[kind] = append(documented[kind], field(m[1], m[2], m[3] != ""))
		}
	}
	every := documented["every"]
	delete(documented, "every")
	got := map[string][]string{}
	for _, k := range format.Default().Kinds {
		r := format.Default().Retentions[k.Retention]
		lines := []string{
			k.Name + " " + k.Shape,
			strings.Join([]string{k.Sealed, k.Service, k.Controller, k.Processor, k.Source, k.Retention, r.What, strings.Join(k.Purposes, ", ")}, " · "),
		}
		var common []string
		for _, f := range k.Fields {
			if f.Every {
				// A processor may be absent where the kind has none.
				common = append(common, field(f.Name, f.Category, f.Optional || f.Name == "processor"))
				continue
			}
			lines = append(lines, field(f.Name, f.Category, f.Optional))
		}
		got[k.Prefix] = lines
		if d := cmp.Diff(every, common); d != "" {
			t.Errorf("%s: fields of every record (-page +records.toml):\n%s", k.Name, d)
		}
		slices.Sort(stores[k.Prefix])
		have := slices.Sorted(slices.Values(k.Stores))
		if d := cmp.Diff(stores[k.Prefix], have); d != "" {
			t.Errorf("%s: stores (-page +records.toml):\n%s", k.Name, d)
		}
		if r.Days > 0 && !strings.Contains(r.What, fmt.Sprint(r.Days)) {
			t.Errorf("retention %s: %d days are not in its words", k.Retention, r.Days)
		}
	}
	if len(documented) < 20 || len(every) != 4 {
		t.Fatalf("%d kinds and %d fields of every record were found on the page", len(documented), len(every))
	}
	if d := cmp.Diff(documented, got); d != "" {
		t.Errorf("(-page +records.toml):\n%s", d)
	}
}

// pageForms are what the page calls the forms of facts.
var pageForms = []struct {
	words string
	forms []string // any of these: closed lists may be taken from the text
}{
	{"hex SHA-256", []string{"sha256"}},
	{"word in lower case", []string{"word", "one of", "purpose", "kind"}},
	{"list of words in lower case, with commas between", []string{"words", "kinds", "purposes", "categories"}},
	{"instant in RFC 3339, UTC", []string{"instant"}},
	{"outcome and count", []string{"outcome"}},
	{"count in decimal digits", []string{"digits"}},
	{"name of a configured building", []string{"building"}},
	{"name of a store", []string{"store", "place"}},
	{"name of a backup file", []string{"backup"}},
	{"random ID", []string{"id"}},
	{"yes or no", []string{"yes or no"}},
	{"ordinal of staff", []string{"staff"}},
	{"number in a register", []string{"number"}},
	{"country in ISO 3166", []string{"country"}},
	{"one of a closed list", []string{"one of"}},
	{"ring of keys", []string{"ring"}},
}

func TestActsAreThoseOfThePage(t *testing.T) {
	documented, got := map[string][]string{}, map[string][]string{}
	var act *format.Act
	for _, line := range page(t) {
		if strings.HasPrefix(line, "## ") {
			act = nil
		}
		if m := actLine.FindStringSubmatch(line); m != nil {
			documented[m[1]] = nil
			if act = format.Default().Act(m[1]); act == nil {
				t.Errorf("act %s is on the page only", m[1])
			}
		}
		m := factLine.FindStringSubmatch(line)
		if m == nil || act == nil {
			continue
		}
		name := strings.TrimSuffix(m[1], "*")
		documented[act.Name] = append(documented[act.Name], field(name, "", m[3] != ""))
		i := slices.IndexFunc(act.Facts, func(f format.Field) bool { return f.Name == name })
		if i < 0 {
			continue // the comparison below says so
		}
		f := act.Facts[i]
		known := slices.IndexFunc(pageForms, func(p struct {
			words string
			forms []string
		}) bool {
			return strings.HasPrefix(m[2], p.words)
		})
		if known < 0 || !slices.Contains(pageForms[known].forms, f.Form) {
			t.Errorf("act %s: fact %s is %q, and %q on the page", act.Name, f.Name, f.Form, m[2])
		}
		if _, list, ok := strings.Cut(m[4], ": "); ok && m[2] == "one of a closed list" {
			if d := cmp.Diff(strings.Split(list, ", "), f.Values); d != "" {
				t.Errorf("act %s: values of %s (-page +records.toml):\n%s", act.Name, f.Name, d)
			}
		}
		for _, v := range f.Values {
			if m[4] != "as intended" && !strings.Contains(m[4], v) {
				t.Errorf("act %s: value %s of %s is not on the page", act.Name, v, f.Name)
			}
		}
	}
	for _, a := range format.Default().Acts {
		got[a.Name] = nil
		for _, f := range a.Facts {
			got[a.Name] = append(got[a.Name], field(f.Name, "", f.Optional))
		}
	}
	if d := cmp.Diff(documented, got); d != "" {
		t.Errorf("(-page +records.toml):\n%s", d)
	}
}
