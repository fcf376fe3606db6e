package remotecall

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

func readExport(t *testing.T, text []byte) (file exportFile) {
	t.Helper()
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatalf("the export is no JSON: %v", err)
	}
	return file
}

// kindsOf lists "store kind" of an export's items, sorted, without evidence.
func kindsOf(file exportFile) (list []string) {
	for _, item := range file.Items {
		if item.Store != string(registry.Ledger) {
			list = append(list, item.Store+" "+item.Kind)
		}
	}
	slices.Sort(list)
	return list
}

// Recall and precision against what was entered: everything about the subject,
// and nothing about the room-mate.
func TestReviewIsCompleteAndExact(t *testing.T) {
	h, a, b := twoDwellers(t)
	f, err := h.ask(channelApp, a.person, RightsRequest{Right: ToReview, Pseudonyms: []registry.ID{a.pseudonym}})
	h.ok(err)
	text := string(f.Export)
	for i, value := range a.values {
		if !strings.Contains(text, value) {
			t.Errorf("value %d of the subject's is missing", i)
		}
	}
	for i, value := range b.values {
		if strings.Contains(text, value) {
			t.Errorf("value %d of the room-mate's is in the export", i)
		}
	}
	for _, never := range []string{goodPassword, "argon2", codeHash(a.key.Code), a.key.Code, b.tag} {
		if strings.Contains(text, never) {
			t.Errorf("the export holds a secret, or a trace of the room-mate, of %d letters", len(never))
		}
	}
	file := readExport(t, f.Export)
	want := []string{
		"building-office building-person", "building-office permission", "building-tower building-person", "building-tower key-tag", "building-tower permission",
		"cloud flow-preferences", "cloud flow-profile", "cloud sub-user", "cloud usage-log", "cloud visitor-key",
	}
	if diff := cmp.Diff(want, kindsOf(file)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	acts := map[string]int{}
	for _, item := range file.Items {
		if item.Controller != "KONE" && item.Controller != "Manager" || item.Retention == "" || len(item.Purposes) == 0 || item.Collected.IsZero() || item.What == "" {
			t.Errorf("item %s of %s does not say who, why and how long: %+v", item.Kind, item.Store, item)
		}
		for _, x := range item.Fields {
			if x.Category == "" || x.Value == nil && x.Withheld == "" {
				t.Errorf("field %s of %s has no category or value", x.Name, item.Kind)
			}
			if item.Kind == registry.KindEntry.Name && x.Name == "act" {
				acts[string(x.Value)]++
			}
		}
	}
	if diff := cmp.Diff(map[string]int{`"consent"`: 2, `"notice"`: 2, `"request"`: 1}, acts); diff != "" {
		t.Errorf("own entries of the ledger (-want +got):\n%s", diff)
	}
}

// What is about nobody but an ID comes along only for who brings the ID.
func TestUsageNeedsThePhonesIDs(t *testing.T) {
	h, a, b := twoDwellers(t)
	h.ok(h.s.Upload(Usage{a.pseudonym, "tower", "high", "key", h.now().Add(-time.Hour)}))
	usage := func(ids ...registry.ID) (n int) {
		f, err := h.ask(channelApp, a.person, RightsRequest{Right: ToReview, Pseudonyms: ids})
		h.ok(err)
		for _, k := range kindsOf(readExport(t, f.Export)) {
			if k == "cloud usage-log" {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		sentence string
		ids      []registry.ID
		want     int
	}{
		{"without IDs there is no usage", nil, 0},
		{"with the ID there is all of it", []registry.ID{a.pseudonym}, 2},
		{"an ID that nobody has brings nothing", []registry.ID{registry.Random{}.New()}, 0},
	} {
		if n := usage(c.ids...); n != c.want {
			t.Errorf("%s: %d records, want %d", c.sentence, n, c.want)
		}
	}
	_, err := h.ask(channelApp, a.person, RightsRequest{Right: ToReview, Pseudonyms: []registry.ID{"not-an-id"}})
	h.refused(err, PseudonymMalformed)
	_ = b
}

// The rule of FL:L92 by channel, and that Remote Call has no such rule.
func TestPermissionsAreTheManagersToShow(t *testing.T) {
	for _, c := range []struct {
		sentence, service, channel string
		shown                      []string // buildings whose permissions are in the export
		referred                   []string
	}{
		{"the app shows its user everything but the building's logs", Flow, channelApp, []string{"office", "tower"}, []string{"tower: building specific logs (FL:L92)"}},
		{"a Manager has been asked first, for their own building", Flow, channelManager, []string{"tower"}, []string{"tower: building specific logs (FL:L92)", "office: access permissions (FL:L92)"}},
		{"KONE's staff refer both", Flow, channelOperator, nil, []string{"tower: building specific logs (FL:L92)", "tower: access permissions (FL:L92)", "office: access permissions (FL:L92)"}},
		{"Remote Call shows all by the app", RemoteCall, channelApp, []string{"tower"}, nil},
		{"Remote Call shows all by staff", RemoteCall, channelOperator, []string{"tower"}, nil},
		{"Remote Call shows all by the Manager", RemoteCall, channelManager, []string{"tower"}, nil},
	} {
		h := newHouse(t, withStaff)
		var p person
		if c.service == Flow {
			p = h.dwell("axa", "7100", "1").person
		} else {
			p = h.resident(RemoteCall, "rc@example.org", "")
		}
		f, err := h.ask(c.channel, p, RightsRequest{Right: ToReview})
		h.ok(err)
		var shown []string
		for _, k := range kindsOf(readExport(t, f.Export)) {
			if building, is := strings.CutSuffix(strings.TrimPrefix(k, "building-"), " permission"); is {
				shown = append(shown, building)
			}
		}
		if diff := cmp.Diff(c.shown, shown); diff != "" {
			t.Errorf("%s: shown (-want +got):\n%s", c.sentence, diff)
		}
		var referred []string
		for _, r := range f.Referrals {
			referred = append(referred, strings.TrimSuffix(r, ": ask the building's Manager or owner"))
		}
		slices.Sort(referred)
		slices.Sort(c.referred)
		if diff := cmp.Diff(c.referred, referred); diff != "" {
			t.Errorf("%s: referrals (-want +got):\n%s", c.sentence, diff)
		}
		if n := h.acts(registry.ActReferral); n != len(c.referred) {
			t.Errorf("%s: %d referrals in the ledger, want %d", c.sentence, n, len(c.referred))
		}
	}
}

// Where KONE has left, an export refers to the Manager (RC:L45).
func TestReviewAfterHandOver(t *testing.T) {
	h, a, _ := twoDwellers(t)
	h.ok(h.staff(registry.RoleService).HandOver("office", "ORG-2"))
	f, err := h.ask(channelApp, a.person, RightsRequest{Right: ToReview})
	h.ok(err)
	if strings.Contains(string(f.Export), a.otherName) {
		t.Error("the export holds what stands in a building that was handed over")
	}
	if !slices.ContainsFunc(f.Referrals, func(r string) bool {
		return strings.HasPrefix(r, "office: ") && strings.Contains(r, "no longer the provider")
	}) {
		t.Errorf("no referral for the building: %q", f.Referrals)
	}
}
