package finding

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The exit codes of an audit. A higher one outranks a lower one.
const (
	ExitClean      = 0
	ExitFindings   = 5
	ExitIncomplete = 6
	ExitSurvivor   = 7
)

// Saw counts n things of a store that the rule judged, right or wrong. With
// n 0 it says that the rule looked there.
func (r *Rule) Saw(store string, n int) {
	r.scope(store).Selected += n
	r.Selected += n
}

// Add counts one violation and keeps it as a sample, unless [MaxSamples] others
// show more: samples are spread over the fingerprints, and within one the
// first places are taken. It does not count as something seen.
func (r *Rule) Add(place Place, message string) {
	r.Violations++
	place.Offset = max(place.Offset, 0)
	r.scope(place.Store).Violations++
	f := Finding{Rule: r.ID, Place: place, Message: message, Fingerprint: Fingerprint(r.ID, place)}
	if !slices.Contains(r.Findings, f) {
		r.Findings = spread(append(r.Findings, f))
	}
}

func (r *Rule) scope(store string) *Scope {
	i, found := slices.BinarySearchFunc(r.Scopes, store, func(s Scope, name string) int { return strings.Compare(s.Store, name) })
	if !found {
		r.Scopes = slices.Insert(r.Scopes, i, Scope{Store: store})
	}
	return &r.Scopes[i]
}

// Fingerprint names a finding across audits. It is made of the rule and of
// the store, kind and form of the place, and so of nothing that was found.
func Fingerprint(rule string, p Place) string {
	h := sha256.New()
	for _, part := range []string{rule, p.Store, p.Kind, p.Form} {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// KeyHash is what a [Place] says of a key: the first 16 hex digits of its
// SHA-256.
func KeyHash(key []byte) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

// Settle derives from the rules what is left to derive: statuses that are
// empty, counts, Summary and Exit. It may be called again after a change.
//
// It does not trust: a pass that selected nothing becomes inconclusive, and one
// with violations fails.
func (r *Report) Settle() {
	r.Schema = Schema
	r.At = r.At.UTC()
	excused := map[string]string{}
	for _, m := range r.Missing {
		for _, id := range m.Rules {
			excused[id] = m.Part
		}
	}
	s := Summary{Rules: len(r.Rules), Problems: len(r.Problems), Mutants: len(r.Mutants)}
	open := 0
	for i := range r.Rules {
		rule := &r.Rules[i]
		rule.settle(excused[rule.ID])
		s.Findings += rule.Violations
		s.KnownFindings += rule.Known
		switch rule.Status {
		case Pass:
			s.Pass++
		case Fail:
			s.Fail++
			if rule.known() {
				s.Known++
			} else {
				open++
			}
		case Warn:
			s.Warn++
		case Inconclusive:
			s.Inconclusive++
			if rule.Why == "" {
				s.Unexplained++
			}
		case NotApplicable:
			s.NotApplicable++
		case Manual:
			s.Manual++
		}
	}
	for i := range r.Stores {
		r.Stores[i].Problems = 0
		for _, p := range r.Problems {
			if p.Store == r.Stores[i].Name {
				r.Stores[i].Problems++
			}
		}
	}
	for _, m := range r.Mutants {
		if m.Killed {
			s.Killed++
		}
	}
	r.Summary = s
	switch {
	case s.Killed < s.Mutants:
		r.Exit = ExitSurvivor
	case s.Problems > 0 || s.Unexplained > 0 || s.Rules == 0 && s.Mutants == 0:
		r.Exit = ExitIncomplete
	case open > 0:
		r.Exit = ExitFindings
	default:
		r.Exit = ExitClean
	}
}

// known says whether the baseline knows every violation of a failing rule.
func (r *Rule) known() bool { return r.Violations > 0 && r.Known == r.Violations }

func (r *Rule) settle(missing string) {
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Rule = r.ID
		f.Place.Offset = max(f.Place.Offset, 0)
		f.Fingerprint = Fingerprint(r.ID, f.Place)
	}
	r.Findings = spread(r.Findings)
	if r.Severity == "" {
		r.Severity = Error
	}
	violated := Fail
	if r.Severity != Error {
		violated = Warn
	}
	switch {
	case r.Violations > 0 && (r.Status == "" || r.Status == Pass):
		r.Status = violated
	case r.Status == "" && missing != "":
		r.Status = Inconclusive
	case r.Status == "" && r.Selected > 0:
		r.Status = Pass
	case (r.Status == "" || r.Status == Pass) && r.Selected == 0:
		r.Status = Inconclusive
	}
	if r.Why != "" || r.Status == Pass {
		return
	}
	switch {
	case r.Status == Inconclusive && missing != "":
		r.Why = fmt.Sprintf("the evidence has no %s", missing)
	case r.Violations > 0:
		r.Why = r.judged()
	}
}
