package registry

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// groundsTime is how long an incident, a case, an order or an instruction is
// grounds for accesses. What takes longer is opened anew. Agreements have a
// period of their own, and a legal case lasts until its copies are deleted.
const groundsTime = 30 * wholeDay

// grounds knows the entries of the ledger that accesses can rest on.
type grounds struct {
	mu   sync.Mutex
	seen uint64 // entries up to this one have been looked at
	all  map[ID]ground
}

// ground is an entry that an access can rest on.
type ground struct {
	act   string
	at    time.Time
	facts map[string]string
}

// groundActs are the acts on which some rule lets an access rest.
var groundActs = func() (acts []string) {
	for _, r := range rules {
		acts = append(acts, r.grounds...)
	}
	return acts
}()

// groundsOf finds the entry with an ID that an access can rest on. Entries
// only ever come to be, so those that were found before need no second look.
func (r *Registry) groundsOf(id ID) (ground, bool, error) {
	r.grounds.mu.Lock()
	defer r.grounds.mu.Unlock()
	if g, ok := r.grounds.all[id]; ok {
		return g, true, nil
	}
	last, _ := r.ledgerHead()
	if last == r.grounds.seen {
		return ground{}, false, nil
	}
	all := map[ID]ground{}
	err := r.Entries(func(sequence uint64, e *Entry) error {
		if slices.Contains(groundActs, e.Act) {
			all[e.ID] = ground{act: e.Act, at: e.At, facts: e.Facts}
		}
		last = sequence
		return nil
	})
	if err != nil {
		return ground{}, false, err
	}
	r.grounds.all, r.grounds.seen = all, last
	g, ok := all[id]
	return g, ok, nil
}

// checkGrounds tells whether the ledger has the grounds that a rule wants, and
// whether they are about what is accessed.
func (h Handle) checkGrounds(rule *rule, ref Ref, a act) error {
	if h.grounds == "" {
		return h.denied(ref.Kind, a, "it needs grounds in the ledger, one of "+strings.Join(rule.grounds, ", ")+"; use On")
	}
	g, found, err := h.r.groundsOf(h.grounds)
	if err != nil {
		return err
	}
	if !found || !slices.Contains(rule.grounds, g.act) {
		return h.denied(ref.Kind, a, "the ledger has no such grounds, which would be one of "+strings.Join(rule.grounds, ", "))
	}
	why, err := h.beyond(g, rule, ref)
	if err != nil {
		return err
	}
	if why != "" {
		return h.denied(ref.Kind, a, why)
	}
	return nil
}

// beyond tells why an access goes beyond its grounds, "" when it does not.
func (h Handle) beyond(g ground, rule *rule, ref Ref) (why string, err error) {
	now := h.r.o.Now()
	if b := g.facts["building"]; b != "" && b != h.building {
		return "the grounds are those of another building", nil
	}
	switch g.act {
	case ActHold:
		if ref.Subject != h.grounds && ref.Item != h.grounds {
			return "the record is not of the case that is its grounds", nil
		}
		return "", nil
	case ActAgreement:
		return h.beyondAgreement(g, rule, ref.Kind, now)
	}
	if !now.Before(g.at.Add(groundsTime)) {
		return "the grounds are older than " + strconv.Itoa(int(groundsTime/wholeDay)) + " days; open them anew", nil
	}
	switch g.act {
	case ActDisclosure:
		switch {
		case g.facts["demanded"] != "yes" || g.facts["allowed"] != "yes":
			return "the law does not demand and allow it", nil
		case !g.names("ref-", SubjectRef(h.subject)):
			return "the order does not name the subject", nil
		}
	case ActReidentifyAsked:
		return h.beyondCase(g, ref.Kind)
	}
	return "", nil
}

// beyondAgreement compares purpose, period and categories. Technical fields
// belong to any category.
func (h Handle) beyondAgreement(g ground, rule *rule, kind *Kind, now time.Time) (why string, err error) {
	from, err1 := time.Parse(time.RFC3339Nano, g.facts["from"])
	until, err2 := time.Parse(time.RFC3339Nano, g.facts["until"])
	if err := errors.Join(err1, err2); err != nil {
		return "", err
	}
	if now.Before(from) || !now.Before(until) {
		return "the agreement is not valid now", nil
	}
	if !slices.Contains(strings.Split(g.facts["purposes"], ","), string(h.purpose)) {
		return "the agreement is for other purposes", nil
	}
	agreed := strings.Split(g.facts["categories"], ",")
	for _, f := range kind.Fields {
		if f.Category != Technical && !slices.Contains(rule.hidden, f.Name) && !slices.Contains(agreed, string(f.Category)) {
			return "the agreement does not cover " + string(f.Category), nil
		}
	}
	return "", nil
}

// beyondCase keeps a case of re-identification to the randomized IDs that it
// names, and to the subjects to whom they lead.
func (h Handle) beyondCase(g ground, kind *Kind) (why string, err error) {
	if kind.Sealed == UnderPseudonym {
		if h.subject == "" {
			return "the case names randomized IDs, and the handle none; use Of", nil
		}
		ids := []ID{h.subject}
		if h.among != nil {
			ids = nil
			for raw := range h.among {
				ids = append(ids, idOf(raw))
			}
		}
		if slices.ContainsFunc(ids, func(id ID) bool { return !g.names("pseudonym-", pseudonymRef(id)) }) {
			return "the case does not name the randomized ID", nil
		}
		return "", nil
	}
	ids, err := h.r.pseudonymsOf(h.subject)
	if err != nil && !errors.Is(err, ErrShredded) {
		return "", err
	}
	if !slices.ContainsFunc(ids, func(id ID) bool { return g.names("pseudonym-", pseudonymRef(id)) }) {
		return "the case did not lead to the subject", nil
	}
	return "", nil
}

// names tells whether a fact whose name begins so has a value.
func (g *ground) names(prefix, value string) bool {
	for name, v := range g.facts {
		if v == value && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
