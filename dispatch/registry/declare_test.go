package registry

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Each kind declares the fields that its records have, in their order, and
// nothing else; a field is declared optional when its JSON may lack it.
func TestDeclarationsAreTheRecords(t *testing.T) {
	type field struct {
		Name     string
		Optional bool
	}
	list := func(typ reflect.Type) (fields []field) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Type == reflect.TypeFor[Meta]() {
				continue
			}
			tag := f.Tag.Get("json")
			fields = append(fields, field{jsonName(f), len(tag) > len(jsonName(f))})
		}
		return fields
	}
	declared := func(all []Field) (fields []field) {
		for _, f := range all {
			fields = append(fields, field{f.Name, f.Optional})
		}
		return fields
	}
	for _, k := range Kinds() {
		if diff := cmp.Diff(list(k.record), declared(k.Fields)); diff != "" {
			t.Errorf("%s: record against declaration:\n%s", k.Name, diff)
		}
	}
	if diff := cmp.Diff(list(reflect.TypeFor[Meta]()), declared(metaFields)); diff != "" {
		t.Errorf("Meta: record against declaration:\n%s", diff)
	}
}

func TestDeclarationsAreWhole(t *testing.T) {
	categories := []Category{
		UserProfile, Credential, DeviceIdentifier, AccessPermission, UserPreference, OtherPerson, LogData, BuildingLogData, Evidence, Anonymous, Technical,
	}
	retentions := []Retention{
		UntilStop, UntilEnded, UntilWithdrawn, YearFromCollect, ManagerDefined, WhileSubject, WhileCase, WhileAccountable, WhileUseful, UntilComplete,
	}
	prefixes, names := map[string]bool{}, map[string]bool{}
	for _, k := range Kinds() {
		check := func(ok bool, what string) {
			t.Helper()
			if !ok {
				t.Errorf("%s: %s", k.Name, what)
			}
		}
		check(len(k.Prefix) == 2 && !prefixes[k.Prefix], "the prefix has two letters and is its own")
		check(!names[k.Name], "the name is its own")
		prefixes[k.Prefix], names[k.Name] = true, true
		check(slices.Contains([]string{"", "remote-call", "flow"}, k.Service), "service")
		check(slices.Contains([]string{ByKONE, ByManager}, k.Controller), "controller")
		check(slices.Contains([]string{"subject", "manager", "device", "system"}, k.Source), "source")
		check(slices.Contains(retentions, k.Retention), "retention")
		check(len(k.Purposes) > 0, "it has a purpose")
		check(k.Doc != "" && len(k.Fields) > 0, "it is described")
		for _, p := range k.Purposes {
			check(slices.Contains(purposes, p), "purpose "+string(p)+" is on the list")
		}
		for _, f := range k.Fields {
			check(f.Doc != "" && slices.Contains(categories, f.Category), "field "+f.Name+" has a category and a description")
			check(f.Category != Anonymous || k.Store == Analytics, "field "+f.Name+": only analytics are anonymous")
		}
		got, err := KindOf(k.Prefix)
		check(err == nil && got == k && kinds[k.ordinal] == k, "it is found by its prefix")
	}
	if _, err := KindOf("zz"); err == nil {
		t.Error("an undeclared prefix has a kind")
	}
}

// What the statements say about single kinds.
func TestDeclarationsFollowTheStatements(t *testing.T) {
	for _, k := range Kinds() {
		personal := slices.ContainsFunc(k.Fields, func(f Field) bool {
			return slices.Contains([]Category{UserProfile, Credential, DeviceIdentifier, AccessPermission, UserPreference, OtherPerson, BuildingLogData}, f.Category)
		})
		if personal && k.Sealed == Plain {
			t.Errorf("%s has personal data and is not sealed", k.Name)
		}
		if k.Sealed == UnderSubject && !k.bySubject() {
			t.Errorf("%s is sealed under a subject that its key does not have", k.Name)
		}
	}
	for _, row := range []struct {
		says string
		ok   bool
	}{
		{"KONE is controller of profiles (FL:L35)", KindFlowProfile.Controller == ByKONE},
		{"KONE is controller of preferences (FL:L35)", KindFlowPreferences.Controller == ByKONE},
		{"KONE is controller of log data (FL:L35)", KindUsageLog.Controller == ByKONE},
		{"permissions come from the Manager (FL:L35)", KindPermission.Controller == ByKONE && KindPermission.Source == "manager"},
		{"building-specific logs are the Manager's, KONE processes them (FL:L35)", KindBuildingLog.Controller == ByManager && KindBuildingLog.Processor == ByKONE},
		{"names and permissions of Remote Call stand in the building's server (RC:L13)", KindBuildingPerson.Store == Building && KindPermission.Store == Building},
		{"usage is kept for a year from collection (FL:L58)", KindUsageLog.Retention == YearFromCollect && longestLog == 365*24*time.Hour},
		{"the key audit is log data, too (FL:L21)", KindKeyAudit.Retention == YearFromCollect},
		{"the Manager defines how long building-specific logs are kept (FL:L56)", KindBuildingLog.Retention == ManagerDefined},
	} {
		if !row.ok {
			t.Error(row.says)
		}
	}
	want := []string{"email", "password", "device_serial", "active"}
	var got []string
	for _, f := range KindRemoteCallAccount.Fields {
		got = append(got, f.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Remote Call keeps nothing but this in the cloud (RC:L11):\n%s", diff)
	}
	for _, k := range Kinds() {
		if k.Service != "flow" && k.Store == Cloud && slices.ContainsFunc(k.Fields, func(f Field) bool { return f.Name == "name" }) {
			t.Errorf("%s keeps a name of Remote Call in the cloud (RC:L13)", k.Name)
		}
	}
}
