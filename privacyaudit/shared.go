package privacyaudit

import "slices"

// What belongs to one service, the rules of its policy judge. This file says who
// judges the rest, such as the ledger, wrapped keys and files that are nobody's:
// one policy of an audit does, so that nothing is reported twice, and each does
// when it is alone.

// first is whether the rule stands in the first of the audit's policies that
// has its check.
func (p *Probe) first() bool { return p.judge() == nil || p.judge() == p.Rule.Policy }

// judge is the first of the audit's policies that has the rule's check.
func (p *Probe) judge() *Policy {
	for _, policy := range p.Policies {
		if slices.ContainsFunc(policy.Rules, func(r *Rule) bool { return r.Check == p.Rule.Check }) {
			return policy
		}
	}
	return nil
}

// once is first for a check that judges nothing else. Of a rule that is not
// first it says who judges.
func (p *Probe) once() bool {
	if p.first() {
		return true
	}
	p.NotApplicable("what it is about belongs to no one service, and the same check of the policy %s judges it in this audit", p.judge().Name)
	return false
}

// own gives a function that tells whether the rule judges a record: one of its
// service's, and where the rule is first, also one of no service's.
func (p *Probe) own() func(*Record) bool {
	service, first := p.service(), p.first()
	words := make([]string, len(p.Schema.Kinds))
	for i, k := range p.Schema.Kinds {
		if k.Service != "both" {
			words[i] = serviceWord(k.Service)
		}
	}
	return func(r *Record) bool {
		if service == "" {
			return true
		}
		word := ""
		if r.Kind != nil {
			word = words[r.Kind.Index]
			if word == "" {
				word = r.says()
			}
		}
		return word == service || word == "" && first
	}
}

// says is the service that a record of both kinds of services names; "" when it
// names none.
func (r *Record) says() string {
	switch string(r.Field("service")) {
	case `"flow"`:
		return "flow"
	case `"remote-call"`:
		return "remote-call"
	}
	return ""
}

// selected is what the rule has selected so far.
func (p *Probe) selected() int { return p.out.Selected + p.lastCount }

// idle says of a rule that selected nothing that nobody ever used its service,
// where the truth knows that.
func (p *Probe) idle() {
	if p.selected() > 0 || p.Truth == nil {
		return
	}
	for _, one := range livesOf(p.Truth).All {
		if p.mine(one.Service) {
			return
		}
	}
	p.NotApplicable("nobody signed up for the service, by the truth")
}
