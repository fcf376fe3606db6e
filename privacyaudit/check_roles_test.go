package privacyaudit

import (
	"fmt"
	"strings"
	"testing"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// metricsText is a dump with one line for each access, given as
// "role act kind purpose", with - for none and ! behind where it was denied.
func metricsText(accesses ...string) *evidence.Text {
	var b strings.Builder
	for _, x := range accesses {
		x, denied := strings.CutSuffix(x, "!")
		w := strings.Fields(x)
		for i := range w {
			if w[i] == "-" {
				w[i] = ""
			}
		}
		fmt.Fprintf(&b, "hoistway_store_accesses_total{store=\"cloud\",kind=%q,role=%q,purpose=%q,act=%q,allowed=\"%t\"} 3\n", w[2], w[0], w[3], w[1], !denied)
	}
	return &evidence.Text{Class: evidence.MetricsText, Name: "metrics/service.prom", Last: true, Body: []byte(b.String())}
}

func TestRoles(t *testing.T) {
	table := []any{
		"subject | flow-profile | read, write | provide-service",
		"manager | flow-profile | read | provide-service | residential",
		"kone-security | flow-profile | read | security-monitoring | incident, hold",
	}
	for _, c := range []struct {
		what     string
		accesses []string
		change   func(t *testing.T, a *Audit)
		params   map[string]any
		want     []string
	}{
		{"what the table allows", []string{"subject read flow-profile provide-service", "subject write flow-profile provide-service"}, nil, nil, nil},
		{"an act that it does not", []string{"subject delete flow-profile provide-service"}, nil, nil, []string{"nothing allows subject to delete"}},
		{"a purpose that it does not", []string{"subject read flow-profile usage-analysis"}, nil, nil, []string{"nothing allows"}},
		{"a kind that it does not", []string{"subject read wrapped-key provide-service"}, nil, nil, []string{"nothing allows"}},
		{"a role that is none", []string{"- read flow-profile provide-service"}, nil, nil, []string{"a role that is none"}},
		{"an access that was denied", []string{"public read flow-profile provide-service!"}, nil, nil, nil},
		{"a condition without its entry", []string{"kone-security read flow-profile security-monitoring"}, nil, nil, []string{"there was none: incident, hold"}},
		{"a condition with one of its entries", []string{"kone-security read flow-profile security-monitoring"},
			func(t *testing.T, a *Audit) { ledgerOf(t, a, entryOf(hoursAgo(1), "incident", idOf("n"))) }, nil, nil},
		{"a Manager of an office", []string{"manager read flow-profile provide-service"},
			func(_ *testing.T, a *Audit) {
				a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main"}}}
			}, nil, []string{"there was none: residential"}},
		{"a Manager where people live", []string{"manager read flow-profile provide-service"},
			func(_ *testing.T, a *Audit) {
				a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main", Residential: true}}}
			}, nil, nil},
		{"a role that is left to another rule", []string{"subject read flow-profile provide-service", "public read flow-profile provide-service"}, nil,
			map[string]any{"without_roles": []any{"public"}}, nil},
		{"an act that is left to another rule", []string{"subject read flow-profile provide-service", "public delete flow-profile provide-service"}, nil,
			map[string]any{"acts": []any{"read"}}, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			if c.change != nil {
				c.change(t, a)
			}
			params := map[string]any{"allow": table}
			for name, v := range c.params {
				params[name] = v
			}
			p := fakeProbe(t, a, Rule{Check: "roles", Params: params})
			p.watch.Text(metricsText(c.accesses...))
			expectFindings(t, show(p), c.want...)
		})
	}
	t.Run("nothing of the rule's was counted", func(t *testing.T) {
		p := fakeProbe(t, fakeAudit(t), Rule{Check: "roles", Params: map[string]any{"allow": table, "roles": []any{"authority"}}})
		p.watch.Text(metricsText("subject read flow-profile provide-service"))
		if got := show(p); got.Status != finding.NotApplicable {
			t.Errorf("status %s, want not-applicable", got.Status)
		}
	})
	t.Run("there are no counters at all", func(t *testing.T) {
		p := fakeProbe(t, fakeAudit(t), Rule{Check: "roles", Params: map[string]any{"allow": table}})
		p.watch.Text(metricsText())
		if got := show(p); got.Status != finding.Inconclusive {
			t.Errorf("status %s, want inconclusive", got.Status)
		}
	})
	for _, c := range []struct{ what, line, want string }{
		{"too few columns", "subject | flow-profile | read", "has 3 columns"},
		{"a kind that there is not", "subject | flow-profil | read | *", `no records of the kind "flow-profil"`},
		{"an act that there is not", "subject | flow-profile | erase | *", `no act "erase"`},
		{"a purpose that there is not", "subject | flow-profile | read | fun", `no purpose "fun"`},
		{"an empty column", " | flow-profile | read | *", "empty column"},
	} {
		t.Run("a table with "+c.what, func(t *testing.T) {
			a := fakeAudit(t)
			p := &Probe{Audit: a, Rule: &Rule{Check: "roles", Params: map[string]any{"allow": []any{c.line}}}}
			if _, err := newRoles(p); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	t.Run("metrics that cannot be read", func(t *testing.T) {
		a := fakeAudit(t)
		p := fakeProbe(t, a, Rule{Check: "roles", Params: map[string]any{"allow": table}})
		p.watch.Text(&evidence.Text{Class: evidence.MetricsText, Name: "metrics/x.prom", Last: true, Body: []byte("{\n")})
		if len(a.Report.Problems) != 1 {
			t.Errorf("problems %+v, want one", a.Report.Problems)
		}
	})
}

func TestPurposes(t *testing.T) {
	for _, c := range []struct {
		what     string
		accesses []string
		list     []any
		want     []string
	}{
		{"a purpose that is declared for the kind", []string{"subject read flow-profile provide-service"}, nil, nil},
		{"no purpose", []string{"subject read flow-profile -"}, nil, []string{"for no purpose"}},
		{"a purpose of other kinds", []string{"kone-analytics read flow-profile usage-analysis"}, nil, []string{"is not declared"}},
		{"a kind that there is not", []string{"subject read diary provide-service"}, nil, []string{"no such kind"}},
		{"a purpose of the closed list", []string{"subject read flow-profile provide-service"}, []any{"provide-service"}, nil},
		{"a purpose that is not on it", []string{"subject read flow-profile marketing"}, []any{"provide-service"}, []string{"none that the statement names"}},
		{"denied for its purpose", []string{"subject read flow-profile -!"}, nil, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			params := map[string]any{}
			if c.list != nil {
				params["list"] = c.list
			}
			p := fakeProbe(t, fakeAudit(t), Rule{Check: "purposes", Params: params})
			p.watch.Text(metricsText(c.accesses...))
			expectFindings(t, show(p), c.want...)
		})
	}
	t.Run("the report shows what was seen by category", func(t *testing.T) {
		a := fakeAudit(t)
		p := fakeProbe(t, a, Rule{Check: "purposes", Params: map[string]any{"matrix": true}})
		p.watch.Text(metricsText("subject read flow-profile provide-service", "subject write flow-profile provide-service"))
		show(p)
		want := finding.MatrixCell{Category: "user-profile", Store: "cloud", Purpose: "provide-service", Role: "subject", Accesses: 6}
		if len(a.Report.Matrix) != 2 || a.Report.Matrix[1] != want {
			t.Errorf("matrix %+v, want credentials and %+v", a.Report.Matrix, want)
		}
	})
}
