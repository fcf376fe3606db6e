package privacyaudit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// idOf makes an ID out of a letter, such as aaaa...a.
func idOf(letter string) string { return strings.Repeat(letter, 25) + "a" }

// entryOf is an entry of the ledger to be; facts are names and values in turns.
func entryOf(at time.Time, name, id string, facts ...string) *Entry {
	e := &Entry{At: at, Act: name, ID: id, Facts: map[string]string{}}
	for i := 0; i+1 < len(facts); i += 2 {
		e.Facts[facts[i]] = facts[i+1]
	}
	return e
}

// ledgerOf gives an audit these entries as its ledger, and their records. Each
// body is changed by change, if there is one, before it is hashed.
func ledgerOf(t *testing.T, a *Audit, entries ...*Entry) []*Record {
	t.Helper()
	src := fakeSource("ledger", "ledger", "")
	previous := ""
	var records []*Record
	for i, e := range entries {
		e.Sequence = uint64(i + 1)
		body := map[string]any{"controller": "KONE", "at": e.At.Format(time.RFC3339Nano), "act": e.Act, "id": e.ID, "facts": e.Facts, "previous": previous}
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if previous, err = format.ChainHash(previous, b); err != nil {
			t.Fatal(err)
		}
		body["hash"] = previous
		if b, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
		records = append(records, fakeRecord(t, a, src, fmt.Sprintf("le/%016x", e.Sequence), string(b)))
		a.Ledger = append(a.Ledger, e)
	}
	return records
}

// actOf is an act of the truth; facts are names and values in turns.
func actOf(at time.Time, kind, person, subject string, facts ...string) evidence.Act {
	a := evidence.Act{At: at, Act: kind, Kind: kind, Person: person, Subject: subject, Facts: map[string]string{}}
	for i := 0; i+1 < len(facts); i += 2 {
		a.Facts[facts[i]] = facts[i+1]
	}
	return a
}

// truthOf gives an audit a truth with these acts, in which subjects have the
// service flow unless others says otherwise.
func truthOf(a *Audit, others map[string]string, acts ...evidence.Act) {
	slices.SortStableFunc(acts, func(x, y evidence.Act) int { return x.At.Compare(y.At) })
	a.Truth = &evidence.Truth{Acts: acts, Settings: evidence.Settings{Building: "main", Start: noon.AddDate(-1, 0, 0), End: noon}}
	seen := map[string]bool{}
	for _, act := range acts {
		if act.Subject != "" && !seen[act.Subject] {
			seen[act.Subject] = true
			a.Truth.Canaries = append(a.Truth.Canaries, evidence.Canary{Person: act.Person, Subject: act.Subject,
				Service: cmp.Or(others[act.Subject], "flow"), Field: "email", Value: "mail-of-" + act.Subject, Unique: true, From: act.At})
		}
	}
	a.Truth.Trips = func(func(*evidence.Trip) error) error { return nil }
}

// expectFindings holds the messages of a rule's findings against what they should say:
// each want must be part of one of them, and there must be as many.
func expectFindings(t *testing.T, got finding.Rule, want ...string) {
	t.Helper()
	var messages []string
	for _, f := range got.Findings {
		messages = append(messages, f.Message)
	}
	if got.Violations != len(want) {
		t.Errorf("%d violations, want %d: %q", got.Violations, len(want), messages)
		return
	}
	for _, w := range want {
		i := slices.IndexFunc(messages, func(m string) bool { return strings.Contains(m, w) })
		if i < 0 {
			t.Errorf("nothing says %q: %q", w, messages)
			continue
		}
		messages = slices.Delete(messages, i, i+1)
	}
	if len(want) == 0 && got.Status != finding.Pass {
		t.Errorf("status %s (%s), want a pass", got.Status, got.Why)
	}
}
