package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// places of every kind of key, checked against columns counted by hand.
func TestPlaces(t *testing.T) {
	const text = "a = 1\n" +
		"  b.c = 2 # comment with ] and \"\n" +
		"[d.'e f']\n" +
		"\"g\\u0068\" = { i = 1, j.k = [ 2, { l = 3 } ] }\n" +
		"m = [ # comment\n" +
		"  \"x]\", '''y\n]''',\n" +
		"  \"\"\"z\\\"\"\"\"\"\",\n" +
		"]\n" +
		"[[n]]\no = 1\n[[n]]\n[n.p]\nq = 'ä'\n" +
		"[r]\ns = { 'ä' = 1, t = 2 }\n"
	marks, fault := places("f", text)
	if fault != nil {
		t.Fatal(fault)
	}
	for _, row := range []struct{ path, key, value string }{
		{"a", "1:1", "1:5"},
		{"b", "2:3", "2:9"},
		{"b.c", "2:3", "2:9"},
		{"d.e f", "3:1", "3:1"},
		{"d.e f.gh", "4:1", "4:13"},
		{"d.e f.gh.i", "4:15", "4:19"},
		{"d.e f.gh.j.k.#0", "4:30", "4:30"},
		{"d.e f.gh.j.k.#1.l", "4:35", "4:39"},
		{"d.e f.m.#0", "6:3", "6:3"},
		{"d.e f.m.#1", "6:9", "6:9"},
		{"d.e f.m.#2", "8:3", "8:3"},
		{"n.#0.o", "11:1", "11:5"},
		{"n.#1.p.q", "14:1", "14:5"},
		{"r.s.t", "16:16", "16:20"},
	} {
		m, ok := marks[strings.ReplaceAll(row.path, ".", pathSep)]
		at := func(p place) string { return fmt.Sprintf("%d:%d", p.line, p.col) }
		if !ok || at(m.key) != row.key || at(m.value) != row.value {
			t.Errorf("%s is at %s with its value at %s; want %s and %s", row.path, at(m.key), at(m.value), row.key, row.value)
		}
	}
}

// Whatever the TOML library accepts, the survey must have understood too:
// every key has a place of its own.
func checkPlaces(t *testing.T, text string) {
	t.Helper()
	root, fault := plant("f", text)
	if fault != nil {
		return
	}
	marks, _ := places("f", strings.TrimPrefix(text, "\ufeff"))
	var walk func(n *node, path string)
	walk = func(n *node, path string) {
		for _, kid := range n.kids {
			key := kid.key
			if n.list {
				key = "#" + strings.Trim(key, "[]")
			}
			if _, ok := marks[join(path, key)]; !ok {
				t.Fatalf("no place for %q in\n%s", kid.path, text)
			}
			if kid.at.line < 1 || kid.at.col < 1 {
				t.Fatalf("%q is at %d:%d", kid.path, kid.at.line, kid.at.col)
			}
			walk(kid, join(path, key))
		}
	}
	walk(root, "")
}

var placeSeeds = []string{
	good, "", "a.b.c = 1\n[x]\ny.z = {a = 1}\n", "'a.b' = 1\n\"c\\\"d\" = [[1, 2], [\"]\"]]\n", "[[a]]\nb = 1\n[[a.c]]\n[[a]]\n[a.d]\n",
	"a = \"\"\"\"x\"\"\"\"\"\nb = 1\n", "a = '''''x'''''\r\nb = 1979-05-27T07:32:00Z # c\n", "a = {b = 1, # c\n c = 2,\n}\n", "\ufeffa = 1\n",
	"a = 1\n[b]\n[b.c]\n[ d . \"e\" ]\n", "a = \"\\\\\"\nb = +inf\n", "\"\\x41\\e\" = 1\n", "\"\" = 1\n[x.\"\"]\n",
}

func TestPlacesOfSeeds(t *testing.T) {
	for _, seed := range placeSeeds {
		checkPlaces(t, seed)
	}
}

func FuzzPlaces(f *testing.F) {
	for _, seed := range placeSeeds {
		f.Add(seed)
	}
	f.Fuzz(checkPlaces)
}

func FuzzParse(f *testing.F) {
	for _, seed := range placeSeeds {
		f.Add(seed, "run.seed=3")
	}
	for _, name := range libraryNames() {
		text, err := libraryText(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "bank.main.motion.speed=3m/s")
	}
	f.Add("schema = 1\n[bank.a.car.1]\n[fault.x]\nkind = \"floor-locked\"\n", "a.b.c={x=[1]}")
	f.Add("schema = nan\nbuilding = 3\nbank = []\ntenant = [1]\nexpect = \"x\"\nrun = true\n", "bank=3")
	f.Add(good, "building=3")
	f.Fuzz(func(t *testing.T, text, set string) {
		s, err := Parse("fuzz.toml", []byte(text), Options{Set: []string{set}})
		if err == nil {
			same(t, s, "fuzz.toml")
			return
		}
		ps, ok := err.(Problems)
		if !ok || len(ps) == 0 || s != nil {
			t.Fatalf("got %v and %v, want problems", s, err)
		}
		for _, p := range ps {
			if p.File == "" || p.Message == "" || len(p.String()) > 1<<16 {
				t.Fatalf("a problem without place, message or measure: %+v", p)
			}
		}
	})
}
