package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// room is one package of ours and what it may import of ours directly.
type room struct {
	name string
	may  []string
}

// rooms is who may import whom. A package that is not named here fails the
// test: its place has to be decided first.
func rooms() []room {
	return []room{
		{"scenarios", nil},
		{"twin/result", nil},
		{"dispatch", nil},
		{"dispatch/dispatchtest", []string{"dispatch"}},
		// The stores know records and who may see them, not what a lift is.
		{"dispatch/registry", nil},
		{"dispatch/remotecall", []string{"dispatch", "dispatch/registry"}},
		{"dispatch/remotecall/wire", []string{"dispatch/registry", "dispatch/remotecall"}},
		{"dispatch/remotecall/phone", []string{"dispatch/registry", "dispatch/remotecall", "dispatch/remotecall/wire"}},
		// What a gateway and a building say to each other, so that neither knows
		// the other.
		{"dispatch/building", []string{"dispatch"}},
		{"dispatch/gateway", []string{"dispatch", "dispatch/building"}},
		// The app API is the services' network front; lifts are a small interface to it.
		{"dispatch/gateway/app", []string{"dispatch/registry", "dispatch/remotecall"}},
		{"twin/motion", nil},
		{"twin/draw", []string{"scenarios"}},
		{"twin/people", []string{"scenarios", "twin/draw", "twin/script"}},
		{"twin/roundtrip", []string{"scenarios"}},
		// The checkers share no code with what they check.
		{"twin/check", []string{"scenarios"}},
		{"twin/script", []string{"scenarios", "twin/draw"}},
		{"twin", []string{"dispatch", "dispatch/building", "scenarios", "twin/check", "twin/motion", "twin/people", "twin/result", "twin/script"}},
		{"twin/live", []string{"dispatch", "dispatch/building", "scenarios", "twin", "twin/people"}},
		{"twin/twintest", []string{"scenarios", "twin", "twin/script"}},
		{"twin/study", []string{"scenarios", "twin", "twin/check", "twin/result", "twin/roundtrip", "twin/script"}},
		{"reports", []string{"bench/load/outcome", "privacyaudit/finding", "twin/result"}},
		{"bench", []string{"dispatch", "scenarios", "twin", "twin/motion", "twin/people", "twin/result", "twin/study"}},
		// What tests a gateway over the network knows nothing of how it is made.
		{"bench/conformance", nil},
		{"bench/load/outcome", nil},
		{"bench/load", []string{"bench/load/outcome", "scenarios"}},
		// The estate is a building's people with their phones before the real
		// service: the one place that knows both the twin and the stores.
		{"bench/estate", []string{"dispatch/registry", "dispatch/remotecall", "dispatch/remotecall/phone", "dispatch/remotecall/wire", "scenarios", "twin", "twin/people", "twin/result", "twin/script"}},
		// The auditor's parts know nothing of each other; it alone puts them together.
		{"privacyaudit/finding", nil},
		{"privacyaudit/search", nil},
		{"privacyaudit/format", nil},
		{"privacyaudit/evidence", nil},
		{"privacyaudit/badgerfiles", nil},
		{"privacyaudit/attack", nil},
		{"privacyaudit", []string{"privacyaudit/attack", "privacyaudit/badgerfiles", "privacyaudit/evidence", "privacyaudit/finding", "privacyaudit/format", "privacyaudit/search"}},
		// The self-test lets wrong writers write and the auditor read: the one
		// place that knows both sides.
		{"privacyaudit/selftest", []string{"bench/estate", "dispatch/registry", "dispatch/remotecall", "dispatch/remotecall/phone", "dispatch/remotecall/wire", "privacyaudit", "privacyaudit/attack", "privacyaudit/badgerfiles", "privacyaudit/evidence", "privacyaudit/finding", "privacyaudit/format", "privacyaudit/search", "scenarios", "twin", "twin/result"}},
		{"cmd/hoistway", []string{"bench", "bench/conformance", "bench/estate", "bench/load", "bench/load/outcome", "dispatch", "dispatch/building", "dispatch/gateway", "dispatch/gateway/app", "dispatch/registry", "dispatch/remotecall", "privacyaudit", "privacyaudit/evidence", "privacyaudit/finding", "privacyaudit/format", "privacyaudit/selftest", "reports", "scenarios", "twin", "twin/check", "twin/live", "twin/result", "twin/roundtrip", "twin/study"}},
	}
}

// forbidden is what must not even be reached through others.
type forbidden struct {
	name, why string   // of a package of ours; with /... all below it, too
	paths     []string // prefixes of import paths
	except    string   // a package below it that is let out; "" is none
}

// holds tells whether the wall stands around a package.
func (f forbidden) holds(name string) bool {
	root, below := strings.CutSuffix(f.name, "/...")
	return name != f.except && (name == root || below && strings.HasPrefix(name, root+"/"))
}

// walls are the imports that would let through what a room keeps out.
func walls() []forbidden {
	impure := []string{"net", "math/rand", "log", "os/exec", "github.com", "golang.org", "gonum.org", "hoistway/twin", "hoistway/scenarios"}
	return []forbidden{
		{name: "dispatch", why: "the group controller is pure", paths: impure},
		{name: "dispatch/dispatchtest", why: "the group controller is pure", paths: impure},
		{name: "twin/...", why: "the twin knows no store, chart, metric or network", paths: []string{"net/http", "github.com/dgraph-io", "github.com/go-echarts", "github.com/VictoriaMetrics"}},
		{name: "scenarios/...", why: "it is a leaf", paths: []string{"net/http", "hoistway"}},
		{name: "twin/result/...", why: "it is a leaf", paths: []string{"hoistway"}},
		{name: "reports/...", why: "it renders results and nothing else", paths: []string{"hoistway/dispatch", "hoistway/scenarios", "hoistway/twin/study", "hoistway/twin/check"}},
		{name: "privacyaudit/...", why: "the auditor shares no code with what it audits", except: "privacyaudit/selftest",
			paths: []string{"hoistway/bench", "hoistway/dispatch", "hoistway/scenarios", "hoistway/twin"}},
		{name: "cmd/hoistway/...", why: "what only tests need stays out of the product", paths: []string{"pgregory.net/rapid", "github.com/google/go-cmp", "github.com/rogpeppe", "github.com/chromedp", "github.com/santhosh-tekuri", "testing", "hoistway/twin/twintest"}},
	}
}

// listed is a package as `go list -json` gives it.
type listed struct {
	ImportPath string
	Imports    []string // direct
	Deps       []string // all
	Standard   bool
}

const module = "hoistway/"

// trespasses names every import that the rooms or the walls do not allow.
func trespasses(packages []listed) []string {
	var found []string
	for _, p := range packages {
		name, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		i := slices.IndexFunc(rooms(), func(r room) bool { return r.name == name })
		if i < 0 {
			found = append(found, fmt.Sprintf("%s is not in the table of rooms: decide what it may import", name))
		}
		for _, imported := range p.Imports {
			if other, ours := strings.CutPrefix(imported, module); ours && i >= 0 && !slices.Contains(rooms()[i].may, other) {
				found = append(found, fmt.Sprintf("%s imports %s", name, other))
			}
		}
		for _, w := range walls() {
			if !w.holds(name) {
				continue
			}
			for _, dep := range p.Deps {
				for _, prefix := range w.paths {
					within := dep == prefix || strings.HasPrefix(dep, prefix+"/")
					if within {
						found = append(found, fmt.Sprintf("%s reaches %s: %s", name, dep, w.why))
					}
				}
			}
		}
	}
	return found
}

// TestArchitecture holds the imports of the whole module against the rooms and
// walls above.
func TestArchitecture(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not installed: imports cannot be listed")
	}
	out, err := exec.Command("go", "list", "-pgo=off", "-json=ImportPath,Imports,Deps,Standard", "hoistway/...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 8 {
		t.Fatalf("go list gave %d packages: the module has more", len(packages))
	}
	for _, trespass := range trespasses(packages) {
		t.Error(trespass)
	}
}

// TestArchitectureCatches shows that each kind of trespass is seen.
func TestArchitectureCatches(t *testing.T) {
	for _, c := range []struct {
		sentence string
		pkg      listed
		want     string
	}{
		{"a checker may not use the physics it checks",
			listed{ImportPath: "hoistway/twin/check", Imports: []string{"hoistway/twin/motion"}}, "twin/check imports twin/motion"},
		{"a report may not reach into the twin",
			listed{ImportPath: "hoistway/reports", Imports: []string{"hoistway/twin"}}, "reports imports twin"},
		{"the twin may not reach the network through somebody else",
			listed{ImportPath: "hoistway/twin", Deps: []string{"net/http"}}, "twin reaches net/http"},
		{"a room below the twin has the twin's walls",
			listed{ImportPath: "hoistway/twin/people", Deps: []string{"github.com/go-echarts/go-echarts/v2/opts"}}, "twin/people reaches github.com/go-echarts"},
		{"the group controller has no random numbers",
			listed{ImportPath: "hoistway/dispatch", Deps: []string{"math/rand/v2"}}, "dispatch reaches math/rand/v2"},
		{"the stores are not told what the service does with them",
			listed{ImportPath: "hoistway/dispatch/registry", Imports: []string{"hoistway/dispatch/remotecall"}}, "dispatch/registry imports dispatch/remotecall"},
		{"the test environment of the group controller is as pure as it",
			listed{ImportPath: "hoistway/dispatch/dispatchtest", Deps: []string{"net"}}, "dispatch/dispatchtest reaches net"},
		{"the twin may not reach the stores",
			listed{ImportPath: "hoistway/twin/script", Deps: []string{"github.com/dgraph-io/badger/v4"}}, "twin/script reaches github.com/dgraph-io"},
		{"the auditor may not use the writer's code to read what it wrote",
			listed{ImportPath: "hoistway/privacyaudit/format", Deps: []string{"hoistway/dispatch/registry"}}, "privacyaudit/format reaches hoistway/dispatch/registry"},
		{"a part of the auditor may not use another",
			listed{ImportPath: "hoistway/privacyaudit/search", Imports: []string{"hoistway/privacyaudit/format"}}, "privacyaudit/search imports privacyaudit/format"},
		{"a report may not judge for itself",
			listed{ImportPath: "hoistway/reports", Imports: []string{"hoistway/privacyaudit"}}, "reports imports privacyaudit"},
		{"test libraries stay out of the product",
			listed{ImportPath: "hoistway/cmd/hoistway", Deps: []string{"pgregory.net/rapid"}}, "cmd/hoistway reaches pgregory.net/rapid"},
		{"a new package has to be given its place",
			listed{ImportPath: "hoistway/helpers"}, "helpers is not in the table"},
	} {
		found := trespasses([]listed{c.pkg})
		if !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, c.want) }) {
			t.Errorf("%s: %s gave %q, want one that begins with %q", c.sentence, path.Base(c.pkg.ImportPath), found, c.want)
		}
	}
	for _, allowed := range []listed{
		{ImportPath: "hoistway/twin/people", Imports: []string{"time", "hoistway/scenarios"}, Deps: []string{"time"}},
		// The self-test drives the real stores to write wrongly.
		{ImportPath: "hoistway/privacyaudit/selftest", Imports: []string{"hoistway/dispatch/registry"}, Deps: []string{"hoistway/dispatch/registry", "hoistway/twin"}},
		// The purity of the group controller is no rule for its neighbours.
		{ImportPath: "hoistway/dispatch/registry", Deps: []string{"log/slog", "github.com/dgraph-io/badger/v4"}},
	} {
		if found := trespasses([]listed{allowed}); len(found) > 0 {
			t.Errorf("an import that the table allows was refused: %q", found)
		}
	}
}
