package selftest

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
	"hoistway/privacyaudit/format"
)

// The auditor's description of the stores is written by hand. These tests hold
// it against what the writer declares: they are the one place where both meet.

// kindLine says of one kind what both sides declare, in the auditor's words.
type kindLine struct {
	Name, Stores, Key, Sealed, Service, Controller, Processor, Source, Retention, Purposes string
	Fields                                                                                 []string
}

// shapes are the forms of keys in the auditor's words.
var shapes = strings.NewReplacer("subject", "SUBJECT", "item", "ITEM", "day", "YYYYMMDD", "log", "LOG", "sequence", "SEQUENCE")

func TestKindsHaveNotDrifted(t *testing.T) {
	want, got := map[string]kindLine{}, map[string]kindLine{}
	for _, k := range registry.Kinds() {
		stores := []string{string(k.Store)}
		if k.Also != "" {
			stores = append(stores, string(k.Also))
		}
		sort.Strings(stores)
		var purposes, fields []string
		for _, p := range k.Purposes {
			purposes = append(purposes, string(p))
		}
		sort.Strings(purposes)
		for _, f := range k.Fields {
			fields = append(fields, fieldLine(f.Name, string(f.Category), f.Optional))
		}
		sort.Strings(fields)
		service := map[string]string{"": "both", "flow": "Flow", "remote-call": "Remote Call"}[k.Service]
		want[k.Prefix] = kindLine{k.Name, strings.Join(stores, " "), shapes.Replace(string(k.Key)), cmp.Or(string(k.Sealed), "no"), service, k.Controller, k.Processor, k.Source, string(k.Retention), strings.Join(purposes, " "), fields}
	}
	for _, k := range format.Default().Kinds {
		stores, purposes := slices.Clone(k.Stores), slices.Clone(k.Purposes)
		sort.Strings(stores)
		sort.Strings(purposes)
		var fields []string
		for _, f := range k.Fields {
			if !f.Every {
				fields = append(fields, fieldLine(f.Name, f.Category, f.Optional))
			}
		}
		sort.Strings(fields)
		got[k.Prefix] = kindLine{k.Name, strings.Join(stores, " "), k.Shape, k.Sealed, k.Service, k.Controller, k.Processor, k.Source, k.Retention, strings.Join(purposes, " "), fields}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("privacyaudit/format/records.toml says otherwise than dispatch/registry declares (-registry +auditor):\n%s", diff)
	}
}

func fieldLine(name, category string, optional bool) string {
	return fmt.Sprintf("%s %s %t", name, category, optional)
}

func TestActsHaveNotDrifted(t *testing.T) {
	want, got := map[string][]string{}, map[string][]string{}
	for _, a := range registry.Acts() {
		want[a.Name] = []string{}
		for _, f := range a.Facts {
			want[a.Name] = append(want[a.Name], fmt.Sprintf("%s %t", strings.TrimSuffix(f.Name, "*"), f.Optional))
		}
		sort.Strings(want[a.Name])
	}
	for _, a := range format.Default().Acts {
		got[a.Name] = []string{}
		for _, f := range a.Facts {
			got[a.Name] = append(got[a.Name], fmt.Sprintf("%s %t", f.Name, f.Optional))
		}
		sort.Strings(got[a.Name])
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("privacyaudit/format/records.toml knows other acts than dispatch/registry declares (-registry +auditor):\n%s", diff)
	}
}
