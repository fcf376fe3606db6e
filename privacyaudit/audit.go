package privacyaudit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
	"hoistway/privacyaudit/search"
)

// Options say what to audit, and against what.
type Options struct {
	Name     string         // of the evidence, for the report
	Parts    evidence.Parts // folders; those that are "" were not given
	Policies []*Policy
	At       time.Time      // the instant at which the stores are judged; zero: the end of the truth
	Schema   *format.Schema // nil: that of our own stores
	Workers  int            // goroutines that decode; 0: one for each processor
	Tool     string         // version, for the report

	// Against is the evidence of another run with the same seed, whose IDs must
	// be others. The zero value: not given.
	Against evidence.Parts
}

// Audit is what the checks of one audit share.
type Audit struct {
	Options
	Config *evidence.Config // nil: not given
	Truth  *evidence.Truth  // nil: not given
	Known  []*Known         // values of the truth that are searched for; a hit's needle is the index
	Ledger []*Entry         // entries in their order
	Report *finding.Report

	ring       *format.Ring
	handedOver map[string]bool // names of buildings' stores
	index      *search.Index
	probes     []*Probe
	owned      *owners // see owners
}

// Run audits. An error means that no audit could be made; everything else,
// unreadable stores included, is in the report.
func Run(ctx context.Context, o Options) (*finding.Report, error) {
	a := &Audit{Options: o, handedOver: map[string]bool{}}
	if err := a.prepare(); err != nil {
		return nil, err
	}
	if err := a.begin(); err != nil {
		return nil, err
	}
	if err := a.pass(ctx); err != nil {
		return nil, err
	}
	for _, p := range a.probes {
		if p.watch.End != nil {
			p.watch.End()
		}
	}
	for _, p := range a.probes {
		a.Report.Rules = append(a.Report.Rules, p.result())
	}
	a.Report.Settle()
	return a.Report, nil
}

// prepare reads what the checks need before the stores: truth, configuration
// and keys.
func (a *Audit) prepare() (err error) {
	if len(a.Policies) == 0 {
		return errors.New("audit: no policy is given")
	}
	if a.Workers <= 0 {
		a.Workers = runtime.GOMAXPROCS(0)
	}
	others := a.Schema != nil
	if !others {
		a.Schema = format.Default()
	}
	a.Report = &finding.Report{Schema: finding.Schema, Name: a.Name, Tool: a.Tool}
	if a.Parts.Truth != "" {
		if a.Truth, err = evidence.ReadTruth(a.Parts.Truth); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		if a.At.IsZero() {
			a.At = a.Truth.Settings.End
		}
		a.Report.Synthetic = a.Truth.Settings.Synthetic
	}
	if a.At.IsZero() {
		return errors.New("audit: without the truth nobody knows which day it is; say it with --at INSTANT, such as 2027-06-12T00:00:00Z")
	}
	a.At = a.At.UTC()
	a.Report.At = a.At
	if a.Parts.Stores != "" {
		config, err := evidence.ReadConfig(a.Parts.Stores)
		switch {
		case err == nil:
			a.Config = config
		case others && errors.Is(err, fs.ErrNotExist): // stores of others have none
		default:
			a.problem("", "registry.json", err)
		}
	}
	if a.ring, err = format.NewRing(a.Parts.Keys); err != nil {
		a.problem("key", "", err)
		if a.ring, err = format.NewRing(""); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	for _, p := range a.Policies {
		a.Report.Policies = append(a.Report.Policies, finding.Policy{Name: p.Name, Statement: p.Title, Version: p.Version, SHA256: p.sum, StatementSHA256: p.tsum})
	}
	if err := a.sameRun(); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return a.learn()
}

// problem notes what could not be read: the audit is incomplete.
func (a *Audit) problem(store, file string, err error) {
	a.Report.Problems = append(a.Report.Problems, finding.Problem{Store: store, File: file, What: err.Error()})
}

// shortest is how long a value of the truth must be to be searched for in
// bytes; shorter ones the checks compare field by field.
const shortest = 8

// fieldFloor is the field of a floor's label. It is nobody's, and has no places:
// which checks look at it know where labels may stand.
const fieldFloor = "floor"

// learn builds the index of the known values.
func (a *Audit) learn() error {
	if a.Truth == nil {
		return nil
	}
	byValue := map[string]*Known{}
	var needles []search.Needle
	for i := range a.Truth.Canaries {
		c := &a.Truth.Canaries[i]
		if len(c.Value) < shortest || !c.Unique { // others' values, or words of the building, say nothing where they are found
			continue
		}
		k := byValue[c.Field+"\x00"+c.Value]
		if k == nil {
			k = &Known{Field: c.Field, Person: c.Person}
			byValue[c.Field+"\x00"+c.Value] = k
			needles = append(needles, needle(len(a.Known), c.Value))
			if local := localPart(c.Value); local != "" {
				needles = append(needles, needle(len(a.Known), local))
			}
			a.Known = append(a.Known, k)
		}
		k.Places = append(k.Places, c)
	}
	for _, floor := range a.Truth.Settings.Floors {
		if len(floor) >= shortest {
			needles = append(needles, needle(len(a.Known), floor))
			a.Known = append(a.Known, &Known{Field: fieldFloor})
		}
	}
	var err error
	if a.index, err = search.NewIndex(needles); err != nil {
		return fmt.Errorf("audit: values of the truth: %w", err)
	}
	return nil
}

func needle(id int, value string) search.Needle {
	return search.Needle{ID: id, Value: []byte(value), Derived: true, Lower: true}
}

// localPart is a mail address before its @, where that is long enough to be
// known by.
func localPart(value string) string {
	const least = 10
	for i := range value {
		if value[i] == '@' && i >= least {
			return value[:i]
		}
	}
	return ""
}

// given tells which parts of the evidence there are.
func (a *Audit) given() (n Need) {
	for need, there := range map[Need]bool{
		NeedTruth: a.Truth != nil, NeedKeys: a.Parts.Keys != "", NeedLogs: a.Parts.Logs != "", NeedMetrics: a.Parts.Metrics != "",
		NeedWire: a.Parts.Wire != "", NeedExports: a.Parts.Exports != "", NeedReports: a.Parts.Reports != "", NeedConfig: a.Config != nil,
	} {
		if there {
			n |= need
		}
	}
	return n
}

// begin makes a probe of every rule, and starts the checks that can run.
func (a *Audit) begin() error {
	given := a.given()
	missing := map[string][]string{}
	for _, policy := range a.Policies {
		var wrong []string
		for _, r := range policy.Rules {
			p := &Probe{Audit: a, Rule: r, out: finding.Rule{
				ID: r.ID, Policy: policy.Name, Clause: r.Clause, Quote: r.Quote, Derived: r.Derived, Title: r.Title, Service: policy.Service,
				Category: r.Category, Check: cmp.Or(r.Check, r.Evidence), Severity: finding.Severity(r.Severity), Assume: r.assumptions(), Mutants: r.Mutants,
			}}
			a.probes = append(a.probes, p)
			if r.Evidence == EvidenceManual {
				continue
			}
			check := checks[r.Check]
			if lacks := check.Needs &^ given; lacks != 0 {
				for _, part := range lacks.parts() {
					missing[part] = append(missing[part], r.ID)
					p.Inconclusive("it needs %s, which was not given", part)
				}
				continue
			}
			watch, err := check.New(p)
			if err != nil {
				wrong = append(wrong, fmt.Sprintf("%s: %v", r.ID, err))
				continue
			}
			p.watch = watch
		}
		if len(wrong) > 0 {
			return &PolicyError{File: policy.file, Problems: wrong}
		}
	}
	for _, part := range (^Need(0)).parts() {
		if rules := missing[part]; len(rules) > 0 {
			slices.Sort(rules)
			a.Report.Missing = append(a.Report.Missing, finding.Missing{Part: part, Rules: slices.Compact(rules)})
		}
	}
	return nil
}
