package gateway

import (
	"strings"
	"testing"
)

func TestWhatScopesAllow(t *testing.T) {
	for _, row := range []struct {
		what    string
		scopes  string
		allows  []string // product building group
		forbids []string
		kens    []string // product ken
		noKens  []string
		robot   bool // in north 1
	}{
		{what: "a group", scopes: "callgiving/group:north:1", allows: []string{"callgiving north 1"}, forbids: []string{"callgiving north 2", "callgiving south 1", "robotcall north 1"}, noKens: []string{"rtm 1"}},
		{what: "a building", scopes: "callgiving/building:north", allows: []string{"callgiving north 1", "callgiving north 2"}, forbids: []string{"callgiving south 1", "robotcall north 1"}},
		{what: "a building without its prefix", scopes: "callgiving/north", allows: []string{"callgiving north 1"}, forbids: []string{"callgiving south 1"}},
		{what: "everywhere", scopes: "callgiving/*", allows: []string{"callgiving north 1", "callgiving south 9"}, forbids: []string{"robotcall north 1"}, noKens: []string{"rtm 1"}},
		{what: "a robot does what people do", scopes: "robotcall/group:north:1", allows: []string{"robotcall north 1", "callgiving north 1"}, forbids: []string{"callgiving north 2", "robotcall south 1"}, robot: true},
		{what: "robots everywhere", scopes: "robotcall/*", allows: []string{"robotcall south 1", "callgiving north 1"}, robot: true},
		{what: "two groups", scopes: "callgiving/group:north:1 robotcall/group:south:1", allows: []string{"callgiving north 1", "robotcall south 1"}, forbids: []string{"robotcall north 1", "callgiving north 2"}},
		{what: "inventory only", scopes: "application/inventory", forbids: []string{"callgiving north 1"}, noKens: []string{"rtm 1", "serviceinfo 1"}},
		{what: "one piece of equipment", scopes: "rtm/ken:100000001", forbids: []string{"callgiving north 1"}, kens: []string{"rtm 100000001"}, noKens: []string{"rtm 100000002", "serviceinfo 100000001", "equipmentstatus 100000001"}},
		{what: "all equipment", scopes: "serviceinfo/*", kens: []string{"serviceinfo 7"}, noKens: []string{"rtm 7"}},
		{what: "IDs are told apart whole", scopes: "callgiving/building:nor", forbids: []string{"callgiving north 1"}},
		{what: "IDs are told apart by case", scopes: "callgiving/building:North", forbids: []string{"callgiving north 1"}},
	} {
		t.Run(row.what, func(t *testing.T) {
			scopes, err := parseScopes(strings.Fields(row.scopes))
			if err != nil {
				t.Fatal(err)
			}
			g := &grant{scopes: scopes}
			for want, list := range map[bool][]string{true: row.allows, false: row.forbids} {
				for _, line := range list {
					w := strings.Fields(line)
					if got := g.allows(w[0], w[1], w[2]); got != want {
						t.Errorf("%s: %v, want %v", line, got, want)
					}
				}
			}
			for want, list := range map[bool][]string{true: row.kens, false: row.noKens} {
				for _, line := range list {
					w := strings.Fields(line)
					if got := g.allowsKen(w[0], w[1]); got != want {
						t.Errorf("%s: %v, want %v", line, got, want)
					}
				}
			}
			if got := g.robot("north", "1"); got != row.robot {
				t.Errorf("robot: %v, want %v", got, row.robot)
			}
		})
	}
}

func TestMalformedScopes(t *testing.T) {
	for _, text := range []string{
		"", "callgiving", "callgiving/", "/x", "callgiving/group:", "callgiving/group:north", "callgiving/group:north:", "callgiving/group::1", "callgiving/group:north:123", "callgiving/group:north:1:2",
		"callgiving/building:", "callgiving/building:a-b", "callgiving/ken:1", "callgiving/**", "callgiving/ö", "rtm/1", "rtm/ken:", "rtm/ken:12a", "rtm/ken:-1", "rtm/building:north", "callgiving/" + strings.Repeat("a", 200),
	} {
		if s, err := parseScope(text); err == nil {
			t.Errorf("%q: %+v: want an error", text, s)
		} else if _, foreign := err.(errForeign); foreign {
			t.Errorf("%q: %v: want it malformed rather than unknown", text, err)
		}
	}
	for _, text := range []string{"topology/*", "application/everything", "Callgiving/*", "call/group:north:1"} {
		if _, err := parseScope(text); err == nil {
			t.Errorf("%q: want an error", text)
		} else if _, foreign := err.(errForeign); !foreign {
			t.Errorf("%q: %v: want it unknown rather than malformed", text, err)
		}
	}
}

func FuzzScope(f *testing.F) {
	for _, seed := range []string{"application/inventory", "callgiving/*", "callgiving/building:north", "robotcall/group:north:1", "callgiving/north", "rtm/ken:100000001", "serviceinfo/*", "a/b"} {
		f.Add(seed)
	}
	all, err := parseScopes([]string{"application/inventory", "robotcall/*", "rtm/*", "serviceinfo/*", "equipmentstatus/*"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseScope(text)
		if err != nil {
			return
		}
		if !s.covers(s) || !covered(all, s) || s.text != text || strings.ContainsAny(text, " \t\n\"") {
			t.Fatalf("%q: %+v", text, s)
		}
		if again, err := parseScope(spell([]scope{s})); err != nil || again != s {
			t.Fatalf("%q: %+v, then %+v, %v", text, s, again, err)
		}
	})
}
