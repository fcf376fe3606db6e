package selftest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// Options say how to test the auditor. The zero value runs every mutant and
// prints nothing.
type Options struct {
	Out  io.Writer // gets the matrix; nil = nowhere
	Dir  string    // where evidence is made, and removed again; "" = the system's folder for such
	Only []string  // names of mutants; none = all
	Tool string    // version, for the report

	// Policies are those whose rules are tested; none = those that are shipped.
	Policies []*privacyaudit.Policy
}

// Mutant is one deliberately wrong writer, or a wrong auditor.
type Mutant struct {
	Name string // area.what
	What string // it does wrong, in one sentence

	// wrong makes the copy of the clean evidence wrong.
	wrong func(*Bench) error
	// auditor makes the audit wrong, or takes from it what it needs: it has to
	// end incomplete, either because something could not be read or because the
	// rule that it gives, which is the one to look at, does not pass.
	auditor func(*Bench, *privacyaudit.Options) (rule string, err error)
}

// Run makes clean evidence and lets every mutant loose on a copy of it. The
// report is that of the clean evidence, with the mutants; its Exit is that of the
// self-test. An error tells of mutants that could not be made, too; the
// report has them as survivors.
func Run(ctx context.Context, o Options) (*finding.Report, error) {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if _, err := chosen(o.Only); err != nil { // before the minutes that evidence takes
		return nil, err
	}
	dir, err := os.MkdirTemp(o.Dir, "selftest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	clean, err := makeClean(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("self-test: clean evidence: %w", err)
	}
	return o.run(ctx, clean, dir)
}

// run lets the mutants loose on clean evidence, within a folder for their copies.
func (o Options) run(ctx context.Context, clean *Clean, dir string) (*finding.Report, error) {
	mutants, err := chosen(o.Only)
	if err != nil {
		return nil, err
	}
	if o.Policies == nil {
		for _, name := range privacyaudit.Shipped() {
			p, err := privacyaudit.LoadPolicy(name)
			if err != nil {
				return nil, err
			}
			o.Policies = append(o.Policies, p)
		}
	}
	report, err := auditOf(ctx, o, clean, clean.Dir, nil)
	if err != nil {
		return nil, fmt.Errorf("self-test: clean evidence: %w", err)
	}
	report.Name = "self-test"
	t := &trial{o: o, dir: dir, clean: clean, before: byID(report), claims: claims(o.Policies)}
	results := t.all(ctx, mutants)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var failed []error
	for _, r := range results {
		report.Mutants = append(report.Mutants, r.Mutant)
		if r.err != nil {
			failed = append(failed, fmt.Errorf("mutant %s: %w", r.Name, r.err))
		}
	}
	if len(o.Only) == 0 {
		report.Mutants = append(report.Mutants, t.unwritten()...)
	}
	report.Settle()
	var idle []string
	if len(o.Only) == 0 {
		idle = t.idle(report)
	}
	if err := printMatrix(o.Out, report, t.claims, idle); err != nil {
		return nil, err
	}
	return report, errors.Join(failed...)
}

// chosen are the mutants of those names.
func chosen(names []string) ([]Mutant, error) {
	all := Catalogue()
	if len(names) == 0 {
		return all, nil
	}
	var some []Mutant
	for _, name := range names {
		i := slices.IndexFunc(all, func(m Mutant) bool { return m.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("self-test: there is no mutant %s", name)
		}
		some = append(some, all[i])
	}
	return some, nil
}

// claims are the IDs of the rules that claim each mutant, in the order of the
// policies.
func claims(policies []*privacyaudit.Policy) map[string][]string {
	all := map[string][]string{}
	for _, p := range policies {
		for _, r := range p.Rules {
			for _, name := range r.Mutants {
				all[name] = append(all[name], r.ID)
			}
		}
	}
	return all
}

func byID(r *finding.Report) map[string]*finding.Rule {
	rules := map[string]*finding.Rule{}
	for i := range r.Rules {
		rules[r.Rules[i].ID] = &r.Rules[i]
	}
	return rules
}

// slow are checks that take longer than all others together. They judge the
// clean evidence and the mutants that they claim.
var slow = []string{"random"}

// fast are the policies without those rules of slow checks that do not claim a
// mutant.
func fast(policies []*privacyaudit.Policy, mutant string) (all []*privacyaudit.Policy) {
	for _, p := range policies {
		q := *p
		q.Rules = nil
		for _, r := range p.Rules {
			if slices.Contains(slow, r.Check) && !slices.Contains(r.Mutants, mutant) {
				continue
			}
			own := *r
			own.Policy = &q
			q.Rules = append(q.Rules, &own)
		}
		all = append(all, &q)
	}
	return all
}

// auditOf audits a folder of evidence.
func auditOf(ctx context.Context, o Options, clean *Clean, dir string, change func(*privacyaudit.Options) error) (*finding.Report, error) {
	parts, err := evidence.Open(dir)
	if err != nil {
		return nil, err
	}
	against, err := evidence.Open(clean.twin)
	if err != nil {
		return nil, err
	}
	a := privacyaudit.Options{Name: filepath.Base(dir), Parts: parts, Against: against, Policies: o.Policies, Workers: 1, Tool: o.Tool}
	if change != nil {
		if err := change(&a); err != nil {
			return nil, err
		}
	}
	return privacyaudit.Run(ctx, a)
}

// trial is one run of the mutants.
type trial struct {
	o      Options
	dir    string
	clean  *Clean
	before map[string]*finding.Rule // of the clean evidence
	claims map[string][]string
}

// result is what became of one mutant.
type result struct {
	finding.Mutant
	err error
}

// all tries the mutants side by side and gives their results in order.
func (t *trial) all(ctx context.Context, mutants []Mutant) []result {
	results := make([]result, len(mutants))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				results[i] = t.one(ctx, &mutants[i])
			}
		})
	}
	for i := range mutants {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	return results
}

// one tries one mutant.
func (t *trial) one(ctx context.Context, m *Mutant) result {
	r := result{Mutant: finding.Mutant{Name: m.Name, What: m.What, Rule: noRule}}
	own := t.claims[m.Name]
	dir, err := os.MkdirTemp(t.dir, "mutant-")
	if err != nil {
		r.err = err
		return r
	}
	defer os.RemoveAll(dir)
	bench, err := newBench(t.clean, dir)
	if err == nil && m.wrong != nil {
		err = m.wrong(bench)
	}
	if err != nil {
		r.err = err
		return r
	}
	report, err := auditOf(ctx, t.o, t.clean, dir, func(a *privacyaudit.Options) error {
		a.Policies = fast(a.Policies, m.Name)
		if m.auditor == nil {
			return nil
		}
		rule, err := m.auditor(bench, a)
		own = []string{rule}
		return err
	})
	if err != nil {
		r.err = err
		return r
	}
	after := byID(report)
	if m.auditor != nil {
		r.Rule = own[0]
		if rule := after[own[0]]; rule != nil && report.Exit == finding.ExitIncomplete && (rule.Status != finding.Pass || len(report.Problems) > 0) {
			r.By = own
		}
	} else {
		for _, id := range slices.Sorted(maps.Keys(after)) {
			if caught(t.before[id], after[id]) {
				r.By = append(r.By, id)
			}
		}
	}
	// The line names the first of its rules that did not catch it. A rule that
	// leaves its records to another's, and says so, need not.
	for _, id := range own {
		leaves := after[id] != nil && after[id].Status == finding.NotApplicable && len(r.By) > 0 && len(own) > 1
		if !slices.Contains(r.By, id) && !leaves {
			r.Rule = id
			break
		}
	}
	if r.Rule == noRule { // all caught it that had to
		if i := slices.IndexFunc(own, func(id string) bool { return slices.Contains(r.By, id) }); i >= 0 {
			r.Rule = own[i]
		} else if len(own) > 0 {
			r.Rule = own[0]
		}
	}
	r.Killed = slices.Contains(r.By, r.Rule)
	return r
}

// noRule stands for the rule of a mutant that no rule claims.
const noRule = "none"

// caught tells whether a rule found more than in the clean evidence.
func caught(before, after *finding.Rule) bool {
	return (after.Status == finding.Fail || after.Status == finding.Warn) && (before == nil || after.Violations > before.Violations)
}

// unwritten are the mutants that rules claim and nobody has written.
func (t *trial) unwritten() (all []finding.Mutant) {
	written := map[string]bool{}
	for _, m := range Catalogue() {
		written[m.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(t.claims)) {
		if !written[name] {
			all = append(all, finding.Mutant{Name: name, What: "is claimed by a rule, and nobody has written it", Rule: t.claims[name][0]})
		}
	}
	return all
}

// idle are the rules that caught none of the mutants that they claim: in this
// evidence there is nothing that they are about, or they leave it to the same
// check of another policy.
func (t *trial) idle(r *finding.Report) (all []string) {
	busy := map[string]bool{}
	for _, m := range r.Mutants {
		for _, id := range m.By {
			busy[id] = busy[id] || slices.Contains(t.claims[m.Name], id)
		}
	}
	for _, p := range t.o.Policies {
		for _, rule := range p.Rules {
			if len(rule.Mutants) > 0 && !busy[rule.ID] {
				all = append(all, rule.ID)
			}
		}
	}
	return all
}

// printMatrix prints which mutant was killed by which rules.
func printMatrix(w io.Writer, r *finding.Report, claims map[string][]string, idle []string) error {
	var b strings.Builder
	width := len("mutant")
	for _, m := range r.Mutants {
		width = max(width, len(m.Name))
	}
	fmt.Fprintf(&b, "%-*s  %-8s  rules\n", width, "mutant", "")
	for _, m := range r.Mutants {
		verdict, rules := "killed", claims[m.Name]
		if len(rules) == 0 {
			rules = []string{m.Rule}
		}
		var others []string
		for _, id := range m.By {
			if !slices.Contains(rules, id) {
				others = append(others, id)
			}
		}
		line := strings.Join(rules, " ")
		if !m.Killed {
			verdict = "SURVIVED"
			line += " (" + m.Rule + " did not catch it)"
		}
		if len(others) > 0 {
			line += "; also " + strings.Join(others, " ")
		}
		fmt.Fprintf(&b, "%-*s  %-8s  %s\n%*s  %s\n", width, m.Name, verdict, line, width, "", m.What)
	}
	if len(idle) > 0 {
		fmt.Fprintf(&b, "rules that had nothing to judge, or leave it to the same check of another policy: %s\n", strings.Join(idle, " "))
	}
	fmt.Fprintf(&b, "clean evidence: %d violations of %d rules, exit code %d\n", r.Summary.Findings, r.Summary.Rules, cleanExit(r))
	fmt.Fprintf(&b, "%d mutants, %d killed\n", r.Summary.Mutants, r.Summary.Killed)
	_, err := io.WriteString(w, b.String())
	return err
}

// cleanExit is the exit code of the clean evidence alone.
func cleanExit(r *finding.Report) int {
	alone := *r
	alone.Mutants = nil
	alone.Settle()
	return alone.Exit
}
