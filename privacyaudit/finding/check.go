package finding

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
)

var (
	keyHash     = regexp.MustCompile(`^[0-9a-f]{16}$`)
	fingerprint = regexp.MustCompile(`^[0-9a-f]{32}$`)
	sha256Hex   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	date        = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// check says everything that is wrong with a report: what is missing, what
// contradicts itself, and what could hold a value that was found.
func (r *Report) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if r.Schema != Schema {
		fault("schema is %d, not %d: call Settle before writing", r.Schema, Schema)
	}
	if r.Name == "" {
		fault("name is empty: name the evidence")
	}
	switch _, offset := r.At.Zone(); {
	case r.At.IsZero():
		fault("at is not set: it is the virtual instant of the evidence")
	case offset != 0:
		fault("at is not in UTC")
	case r.At.Year() < 1 || r.At.Year() > 9999:
		fault("at has the year %d, which has no form in any of the outputs", r.At.Year())
	}
	policies := map[string]bool{}
	for _, p := range r.Policies {
		if p.Name == "" || policies[p.Name] {
			fault("policy %q: the name is empty or not its own", p.Name)
		}
		policies[p.Name] = true
		if p.SHA256 == "" {
			fault("policy %q: the SHA-256 of its file is not given", p.Name)
		}
		checkSHA256(fault, "policy "+p.Name, p.SHA256)
		checkSHA256(fault, "statement of policy "+p.Name, p.StatementSHA256)
	}
	stores := map[string]bool{}
	for _, s := range r.Stores {
		if s.Name == "" || stores[s.Name] {
			fault("store %q: the name is empty or not its own", s.Name)
		}
		stores[s.Name] = true
		checkSHA256(fault, "store "+s.Name, s.SHA256)
	}
	rules := map[string]bool{}
	for i := range r.Rules {
		rule := &r.Rules[i]
		if rule.ID == "" || rules[rule.ID] {
			fault("rule %q: the id is empty or not its own", rule.ID)
		}
		rules[rule.ID] = true
		if !policies[rule.Policy] {
			fault("rule %s: the report has no policy %q", rule.ID, rule.Policy)
		}
		rule.check(fault)
	}
	for _, m := range r.Missing {
		for _, id := range m.Rules {
			if !rules[id] {
				fault("missing %s: the report has no rule %q", m.Part, id)
			}
		}
	}
	for _, p := range r.Problems {
		if p.What == "" {
			fault("a problem of store %q does not say what it is", p.Store)
		}
	}
	for _, m := range r.Mutants {
		switch {
		case m.Name == "" || m.Rule == "":
			fault("mutant %q: it has no name or no rule", m.Name)
		case m.Killed != slices.Contains(m.By, m.Rule):
			fault("mutant %s: killed is %t, but a mutant is killed when its own rule %s is among those that caught it: %v", m.Name, m.Killed, m.Rule, m.By)
		}
	}
	for _, k := range r.Baseline {
		if k.Rule == "" || k.Reason == "" || !date.MatchString(k.Expires) || !slices.Contains([]State{Held, Worse, Unused}, k.State) {
			fault("baseline of rule %q: it lacks a rule, a reason, a date or a state", k.Rule)
		}
	}
	numbers(fault, "report", reflect.ValueOf(*r))
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	again := r.clone()
	again.Settle()
	if again.Summary != r.Summary || again.Exit != r.Exit || !reflect.DeepEqual(again.Rules, r.Rules) || !reflect.DeepEqual(again.Stores, r.Stores) {
		return fmt.Errorf("summary, exit code %d or a status does not follow from the rules, which give exit code %d: it was changed after it was settled", r.Exit, again.Exit)
	}
	return nil
}

// clone copies as much as Settle changes.
func (r *Report) clone() *Report {
	c := *r
	c.Stores = slices.Clone(r.Stores)
	c.Rules = slices.Clone(r.Rules)
	for i := range c.Rules {
		c.Rules[i].Findings = slices.Clone(c.Rules[i].Findings)
		c.Rules[i].Scopes = slices.Clone(c.Rules[i].Scopes)
	}
	return &c
}

func (r *Rule) check(fault func(string, ...any)) {
	if !slices.Contains([]Status{Pass, Fail, Warn, Inconclusive, NotApplicable, Manual}, r.Status) {
		fault("rule %s: unknown status %q", r.ID, r.Status)
	}
	if !slices.Contains([]Severity{Error, Warning, Note}, r.Severity) {
		fault("rule %s: unknown severity %q", r.ID, r.Severity)
	}
	if r.Title == "" || r.Check == "" {
		fault("rule %s: the title or the check is empty", r.ID)
	}
	if (r.Quote == "") == (r.Derived == "") {
		fault("rule %s: it has to quote a sentence or say why it exists without one, not both", r.ID)
	}
	if r.Why == "" && r.Status != Pass && r.Status != Inconclusive {
		fault("rule %s: it is %s and does not say why", r.ID, r.Status)
	}
	counts(fault, r.ID, "", r.Violations, r.Known)
	if r.Violations > 0 && (r.Status == NotApplicable || r.Status == Manual) {
		fault("rule %s: it is %s and has violations", r.ID, r.Status)
	}
	if len(r.Findings) > MaxSamples || len(r.Findings) > r.Violations {
		fault("rule %s: %d findings of %d violations: at most %d are kept", r.ID, len(r.Findings), r.Violations, MaxSamples)
	}
	selected, violations, known := 0, 0, 0
	for i, s := range r.Scopes {
		counts(fault, r.ID, s.Store, s.Violations, s.Known)
		selected, violations, known = selected+s.Selected, violations+s.Violations, known+s.Known
		if i > 0 && r.Scopes[i-1].Store >= s.Store {
			fault("rule %s: its scopes are not in order of their stores, each once", r.ID)
		}
	}
	if len(r.Scopes) > 0 && (selected != r.Selected || violations != r.Violations || known > r.Known) {
		fault("rule %s: its scopes do not add up to its counts: count with Saw and Add", r.ID)
	}
	for _, f := range r.Findings {
		switch {
		case f.Rule != r.ID:
			fault("rule %s: it has a finding of rule %q", r.ID, f.Rule)
		case f.Message == "":
			fault("rule %s: a finding has no message", r.ID)
		case f.Place.Key != "" && !keyHash.MatchString(f.Place.Key):
			fault("rule %s: a place names a key by something else than the 16 hex digits of KeyHash", r.ID)
		case !fingerprint.MatchString(f.Fingerprint):
			fault("rule %s: a fingerprint is not made by Fingerprint", r.ID)
		}
	}
}

func counts(fault func(string, ...any), rule, store string, violations, known int) {
	if known > violations {
		fault("rule %s, store %q: %d known of %d violations cannot be", rule, store, known, violations)
	}
}

func checkSHA256(fault func(string, ...any), what, sum string) {
	if sum != "" && !sha256Hex.MatchString(sum) {
		fault("%s: its SHA-256 is not 64 hex digits", what)
	}
}

// numbers refuses those that JSON cannot hold and counts that are negative,
// wherever they are.
func numbers(fault func(string, ...any), path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64:
		if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
			fault("%s: %v is not a number: leave the figure out and say why", path, v.Float())
		}
	case reflect.Int, reflect.Int64:
		if v.Int() < 0 {
			fault("%s is negative", path)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			numbers(fault, path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			numbers(fault, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				numbers(fault, path+"."+f.Name, v.Field(i))
			}
		}
	}
}
