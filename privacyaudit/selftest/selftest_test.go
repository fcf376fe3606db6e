package selftest

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/finding"
)

// dozen are the mutants of the short form: of every sort and subject some.
var dozen = []string{
	"acct.extra_field", "pw.sha256", "call.persist_then_delete", "log.sweeper_off", "seal.nonce", "wire.replay", "reid.self_approve", "consent.late",
	"erase.skip_store(cloud)", "erase.over_delete", "ledger.gap", "audit.vacuous_selector",
}

// TestSelfTest lets a dozen wrong writers loose on the evidence that all tests
// share, or three in short mode. All of them take minutes: hoistway audit --self-test, which .ci/run
// calls.
func TestSelfTest(t *testing.T) {
	var out strings.Builder
	o := Options{Out: &out, Only: dozen}
	if testing.Short() {
		o.Only = dozen[:3]
	}
	r, err := o.run(t.Context(), cleanEvidence(t), t.TempDir())
	if err != nil {
		t.Error(err)
	}
	if r == nil {
		return
	}
	if r.Exit != finding.ExitClean {
		t.Errorf("exit code %d\n%s", r.Exit, out.String())
	}
	if err := finding.Write(io.Discard, r); err != nil {
		t.Errorf("the report is not in the form of finding: %v", err)
	}
	want := fmt.Sprintf("%d mutants, %d killed\n", len(r.Mutants), len(r.Mutants))
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("the matrix does not end with %q", want)
	}
}

// TestCatalogueIsClosed holds the names of the mutants and the rules' claims
// against each other.
func TestCatalogueIsClosed(t *testing.T) {
	claimed := claims(shipped(t))
	seen := map[string]bool{}
	for _, m := range Catalogue() {
		if seen[m.Name] {
			t.Errorf("mutant %s is there twice", m.Name)
		}
		seen[m.Name] = true
		if (m.wrong == nil) == (m.auditor == nil) || m.What == "" {
			t.Errorf("mutant %s is wrong in nothing or in two ways, or does not say in what", m.Name)
		}
		if m.wrong != nil && len(claimed[m.Name]) == 0 {
			t.Errorf("mutant %s is claimed by no rule", m.Name)
		}
	}
	for name, rules := range claimed {
		if !seen[name] {
			t.Errorf("mutant %s is claimed by %v, and nobody has written it", name, rules)
		}
	}
	if len(seen) < 85 {
		t.Errorf("there are %d mutants, want 85 at least", len(seen))
	}
}

// TestWritingIsNotWhatIsFound writes every store anew, with nothing changed, and
// adds a session with nothing wrong in it: the auditor must find nothing, so that
// what it finds of a mutant is the mutant's.
func TestWritingIsNotWhatIsFound(t *testing.T) {
	clean := cleanEvidence(t)
	b := bench(t, clean)
	for name := range clean.stores {
		if err := b.edit(name, func(*contents) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.ledger(func(*book) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := b.keyAudit("main", func(*book) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := b.said(false, "objections", `{"Token":"A","Body":{}}`); err != nil {
		t.Fatal(err)
	}
	report, err := auditOf(t.Context(), Options{Policies: fast(shipped(t), "")}, clean, b.Dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Rules {
		for _, f := range r.Findings {
			t.Errorf("%s: %s %s: %s", r.ID, f.Place.Store, f.Place.Kind, f.Message)
		}
	}
	for _, p := range report.Problems {
		t.Errorf("%s %s: %s", p.Store, p.File, p.What)
	}
}

// TestSurvivors shows that the self-test says so when a mutant survives: one that
// does nothing, and one that no rule claims.
func TestSurvivors(t *testing.T) {
	clean := cleanEvidence(t)
	policies := shipped(t)
	tried := &trial{o: Options{Policies: policies}, dir: t.TempDir(), clean: clean, claims: claims(policies)}
	for _, c := range []struct {
		sentence string
		mutant   Mutant
		rule     string
		killed   bool
	}{
		{"a mutant that does nothing survives", Mutant{Name: "reid.bulk", What: "does nothing", wrong: func(*Bench) error { return nil }}, "FL-2.14", false},
		{"a mutant that no rule claims survives, whoever sees it", Mutant{Name: "nobody.claims_it", What: "notes a case without a reason", wrong: dropping("reidentification-requested")}, noRule, false},
		{"a mutant that only rules of others see survives", Mutant{Name: "acct.extra_field", What: "does something else", wrong: dropping("reidentification-requested")}, "FL-2.1", false},
		{"a mutant that its rule sees is killed", Mutant{Name: "reid.bulk", What: "looks up many", wrong: facts("reidentification-requested", func(e *entry) { e.facts()["pseudonyms"] = "10000" })}, "FL-2.14", true},
		{"an auditor that passes all the same survives", Mutant{Name: "audit.harmless", What: "does nothing", auditor: func(*Bench, *privacyaudit.Options) (string, error) { return "FL-2.14", nil }}, "FL-2.14", false},
	} {
		r := tried.one(t.Context(), &c.mutant)
		if r.err != nil || r.Killed != c.killed || r.Rule != c.rule {
			t.Errorf("%s: rule %s, killed %t, error %v; want rule %s, killed %t", c.sentence, r.Rule, r.Killed, r.err, c.rule, c.killed)
		}
	}
}

// TestMutantThatCannotBeMade shows that a mutant that finds nothing to go wrong
// with is an error and not a kill.
func TestMutantThatCannotBeMade(t *testing.T) {
	clean := cleanEvidence(t)
	b := bench(t, clean)
	for sentence, wrong := range map[string]func(*Bench) error{
		"a kind that is not there":  add("cloud", "zz", "field", "value"),
		"an act that nobody did":    facts("no-such-act", func(*entry) {}),
		"a text that a file lacks":  func(b *Bench) error { return b.replace("stores/registry.json", "no such text", "") },
		"a store that is not there": add("building-none", "bp", "field", "value"),
	} {
		if err := wrong(b); err == nil {
			t.Errorf("%s: the mutant says nothing", sentence)
		}
	}
	if _, err := Run(context.Background(), Options{Only: []string{"no.such"}}); err == nil {
		t.Error("a mutant of a name that there is not was run")
	}
}

// TestCleanEvidenceIsNotTouched runs mutants that change files of every sort, and
// looks whether the clean evidence is as it was.
func TestCleanEvidenceIsNotTouched(t *testing.T) {
	clean := cleanEvidence(t)
	before := fileSums(t, clean.Dir)
	for _, name := range []string{"erase.reader_open", "call.log_debug", "id.hash_email", "backup.not_deleted", "wire.replay", "display.form_differs"} {
		all := Catalogue()
		i := slices.IndexFunc(all, func(m Mutant) bool { return m.Name == name })
		if err := all[i].wrong(bench(t, clean)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	after := fileSums(t, clean.Dir)
	for name, sum := range before {
		if after[name] != sum {
			t.Errorf("%s was changed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("there were %d files, and there are %d", len(before), len(after))
	}
}

func fileSums(t *testing.T, dir string) map[string]string {
	t.Helper()
	b := &Bench{Dir: dir}
	sums := map[string]string{}
	for _, pattern := range []string{"*/*", "*/*/*", "*/*/*/*", "*/*/*/*/*"} {
		files, err := b.files(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if text, err := b.read(name); err == nil {
				sums[name] = hashHex(string(text))
			}
		}
	}
	return sums
}

func bench(t *testing.T, clean *Clean) *Bench {
	t.Helper()
	b, err := newBench(clean, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func shipped(t *testing.T) (all []*privacyaudit.Policy) {
	t.Helper()
	for _, name := range privacyaudit.Shipped() {
		p, err := privacyaudit.LoadPolicy(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

var made struct {
	sync.Once
	dir   string
	clean *Clean
	err   error
}

// cleanEvidence is made once for all tests.
func cleanEvidence(t *testing.T) *Clean {
	t.Helper()
	made.Do(func() {
		if made.dir, made.err = os.MkdirTemp("", "selftest-"); made.err == nil {
			made.clean, made.err = makeClean(context.Background(), made.dir)
		}
	})
	if made.err != nil {
		t.Fatal(made.err)
	}
	return made.clean
}

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(made.dir)
	os.Exit(code)
}
