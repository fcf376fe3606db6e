package check

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryRuleIsDocumented(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	doc := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "//", "")), " ")
	for _, r := range Rules() {
		sentence := strings.ToLower(r.Sentence[:1]) + strings.TrimSuffix(r.Sentence[1:], ".")
		if want := "- " + r.Name + ": " + sentence; !strings.Contains(strings.ReplaceAll(doc, " (StarvedAfter)", ""), want) {
			t.Errorf("package doc lacks %q", want)
		}
	}
}

func TestOnlyTheFirstViolationsAreWritten(t *testing.T) {
	c := New(building())
	for range 3 * MaxViolations {
		c.Observe(&Observation{Kind: Stopped, Car: 99})
	}
	if len(c.Violations()) != MaxViolations || c.Total() != 3*MaxViolations {
		t.Errorf("kept %d of %d violations, want %d of %d", len(c.Violations()), c.Total(), MaxViolations, 3*MaxViolations)
	}
}

func TestUnknownKindIsOurBug(t *testing.T) {
	for _, k := range []Kind{0, End + 1} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.HasPrefix(r.(string), "BUG:") {
					t.Errorf("%v: recovered %v, want text that starts BUG:", k, r)
				}
			}()
			New(building()).Observe(&Observation{Kind: k})
		}()
	}
}

func TestKindsHaveNames(t *testing.T) {
	var names []string
	for k := Appeared; k <= End; k++ {
		if strings.HasPrefix(k.String(), "kind ") || slices.Contains(names, k.String()) {
			t.Errorf("kind %d has no name of its own: %q", k, k)
		}
		names = append(names, k.String())
	}
}

func TestKeysThatEndedAreDropped(t *testing.T) {
	c := New(building())
	for i := range int32(100_000) {
		at := time.Duration(i) * time.Second
		c.Observe(&Observation{At: at, Kind: KeyIssued, Permit: i, Floor: 9, From: at, Until: at + time.Minute})
	}
	noViolations(t, c)
	if n := cap(c.keys.held); n > 1024 {
		t.Errorf("room for %d keys is held; 60 are valid at once", n)
	}
	at := 100_000 * time.Second
	for _, o := range []Observation{
		{Kind: KeyRevoked, Permit: 3},
		{Kind: Appeared, Person: 0, Bank: 1, To: 9, Mass: 1, Tenant: None, Permit: 3},
		{Kind: Waiting},
		{Kind: Opening, Car: 2}, {Kind: Opened, Car: 2},
		{Kind: Boarded, Car: 2},
	} {
		if o.At = at; o.Kind == Opened || o.Kind == Boarded {
			o.At += 2 * time.Second
		}
		c.Observe(&o)
	}
	if v := c.Violations(); len(v) != 1 || v[0].Rule != RuleKey || !strings.Contains(v[0].Text, "ended long ago") {
		t.Errorf("a ride on a key dropped long ago gave %v, want one of rule %s", v, RuleKey)
	}
}
