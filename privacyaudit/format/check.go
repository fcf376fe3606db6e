package format

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Check judges a record against its key and its kind: that it is sealed as the
// kind says and under the right data key, that fields which repeat the key do,
// and all that Kind.Check judges. A mark has no record: it gives no flaw.
func (k *Key) Check(v Value, members []Member) []Flaw {
	if k.Kind == nil || k.Mark {
		return nil
	}
	flaws := k.Kind.Check(members)
	if k.HandedOver && len(flaws) > 0 && k.Kind.schema.writtenAfter(members) {
		flaws = slices.DeleteFunc(flaws, func(f Flaw) bool {
			return f.Field == "controller" && f.Fault == WrongTag || f.Field == "processor" && f.Fault == Missing
		})
	}
	return k.same(members, k.sealing(v, members, flaws))
}

// writtenAfter is whether a record says that it was written after its store was
// handed over: the controller is the new one, and nobody processes.
func (s *Schema) writtenAfter(members []Member) bool {
	b, _ := find(members, "controller").Text(nil)
	return string(b) == s.HandedOver.Controller && find(members, "processor").Raw == nil
}

// sealing judges the outer form.
func (k *Key) sealing(v Value, members []Member, flaws []Flaw) []Flaw {
	kind := k.Kind
	if v.Sealed != (kind.Sealed != "no") {
		message := "is sealed, but the kind is plain"
		if !v.Sealed {
			message = "is plain, but the kind is sealed"
		}
		return append(flaws, Flaw{WrongForm, "", message})
	}
	var right bool
	switch kind.Sealed {
	case "no":
		return flaws
	case "subject":
		right = v.KeyID == k.Subject
	case "building":
		right = v.KeyID == BuildingKey
	default: // the name of a field that has the ID
		b, _ := find(members, kind.Sealed).Text(nil)
		right = v.KeyID == string(b)
	}
	if !right {
		flaws = append(flaws, Flaw{WrongForm, "", "is sealed under another data key than the kind says: " + kind.Sealed})
	}
	return flaws
}

// same compares fields with the components of the key that they repeat.
func (k *Key) same(members []Member, flaws []Flaw) []Flaw {
	for _, i := range k.Kind.repeat {
		f := &k.Kind.Fields[i]
		m := find(members, f.Name)
		if m.Raw == nil || !f.form.ok(m.Raw) {
			continue // Kind.Check has said so
		}
		if !k.repeats(f, m) {
			flaws = append(flaws, Flaw{NotTheKey, f.Name, fmt.Sprintf("field %s is not what %s in the key says", f.Name, f.Same)})
		}
	}
	return flaws
}

func (k *Key) repeats(f *Field, m Member) bool {
	b, isText := m.Text(nil)
	switch {
	case f.Derived != "":
		h := sha256.New()
		h.Write([]byte(f.Derived))
		h.Write(b)
		return k.Item == ids.EncodeToString(h.Sum(nil)[:16])
	case f.same == day:
		return isText && len(b) >= 10 && k.Day[:4] == string(b[:4]) && k.Day[4:6] == string(b[5:7]) && k.Day[6:] == string(b[8:10])
	case f.same == sequence:
		n, ok := parseCount(m.Raw)
		return ok && n == k.Sequence
	}
	return isText && k.component(f.same) == string(b)
}

// parseCount reads a count of JSON.
func parseCount(raw []byte) (uint64, bool) {
	if !isDigits(raw) {
		return 0, false
	}
	var n uint64
	for _, c := range raw {
		n = n*10 + uint64(c-'0')
	}
	return n, true
}

// find gives the first member of a name, the zero Member where there is none.
func find(members []Member, name string) Member {
	for _, m := range members {
		if string(m.Name) == name {
			return m
		}
	}
	return Member{}
}

// Check judges the fields of a record: none that is not declared, none missing
// or twice, each in its form, controller and processor the kind's, and in the
// ledger the facts of the act. No flaw gives nil. Members come from Parse.
func (k *Kind) Check(members []Member) []Flaw {
	var flaws []Flaw
	var seen uint64
	next := 0
	for i := range members {
		m := &members[i]
		at := k.find(m.Name, next)
		if at < 0 {
			flaws = append(flaws, unknown("field", m.Name, i, len(members)))
			continue
		}
		next = at + 1
		f := &k.Fields[at]
		if seen&(1<<at) != 0 {
			flaws = append(flaws, Flaw{Repeated, f.Name, fmt.Sprintf("field %s stands there twice", f.Name)})
			continue
		}
		seen |= 1 << at
		if f.tag {
			if b, _ := m.Text(nil); string(b) != f.want || f.want == "" {
				flaws = append(flaws, Flaw{WrongTag, f.Name, fmt.Sprintf("field %s is not what the kind says, %s", f.Name, orNone(f.want))})
			}
		} else if !f.form.ok(m.Raw) {
			flaws = append(flaws, wrong("field", f))
		}
	}
	for missing := k.required &^ seen; missing != 0; missing &= missing - 1 {
		f := &k.Fields[bits.TrailingZeros64(missing)]
		flaws = append(flaws, Flaw{Missing, f.Name, fmt.Sprintf("field %s is missing", f.Name)})
	}
	if k.acts {
		flaws = k.schema.checkFacts(members, flaws)
	}
	return flaws
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// find gives the index of a declared field. Writers keep the declared order, so
// the search begins behind the field before.
func (k *Kind) find(name []byte, from int) int {
	for i := from; i < len(k.Fields); i++ {
		if k.Fields[i].Name == string(name) {
			return i
		}
	}
	for i := range min(from, len(k.Fields)) {
		if k.Fields[i].Name == string(name) {
			return i
		}
	}
	return -1
}

// Act finds a declared act, nil where there is none.
func (s *Schema) Act(name string) *Act { return s.acts[name] }

// checkFacts judges the facts of a ledger entry. That act and facts have the
// right form is said elsewhere.
func (s *Schema) checkFacts(members []Member, flaws []Flaw) []Flaw {
	name, _ := find(members, "act").Text(nil)
	act := s.acts[string(name)]
	if act == nil {
		return flaws
	}
	var facts []Member
	if raw := find(members, "facts").Raw; raw != nil {
		if raw[0] != '{' {
			return flaws
		}
		var parsed [24]Member
		var err error
		if facts, err = Parse(parsed[:0], raw); err != nil {
			return append(flaws, Flaw{WrongForm, "facts", "field facts: " + err.Error()})
		}
	}
	return act.Check(facts, flaws)
}

// Check judges the facts of an entry with this act, and appends to flaws. What
// a name in * goes on with must be a store, a kind or a number.
func (a *Act) Check(facts []Member, flaws []Flaw) []Flaw {
	var seen uint64
	for i, m := range facts {
		at := a.find(m.Name)
		if at < 0 {
			f := unknown("fact", m.Name, i, len(facts))
			f.Message = "act " + a.Name + ": " + f.Message
			flaws = append(flaws, f)
			continue
		}
		f := &a.Facts[at]
		if seen&(1<<at) != 0 && f.Rest == "" {
			flaws = append(flaws, Flaw{Repeated, f.Name, fmt.Sprintf("act %s: fact %s stands there twice", a.Name, f.Name)})
		}
		seen |= 1 << at
		if !f.form.ok(m.Raw) {
			flaw := wrong("fact", f)
			flaw.Message = "act " + a.Name + ": " + flaw.Message
			flaws = append(flaws, flaw)
		}
	}
	for i, f := range a.Facts {
		if !f.Optional && seen&(1<<i) == 0 {
			flaws = append(flaws, Flaw{Missing, f.Name, fmt.Sprintf("act %s: fact %s is missing", a.Name, f.Name)})
		}
	}
	return flaws
}

// find gives the index of a declared fact.
func (a *Act) find(name []byte) int {
	for i := range a.Facts {
		f := &a.Facts[i]
		if f.Rest == "" {
			if f.Name == string(name) {
				return i
			}
			continue
		}
		if rest, ok := strings.CutPrefix(string(name), f.Name); ok && f.goesOn(a.schema, rest) {
			return i
		}
	}
	return -1
}

func wrong(what string, f *Field) Flaw {
	form := f.Form
	if len(f.Values) > 0 {
		form = "one of " + strings.Join(f.Values, ", ")
	}
	return Flaw{WrongForm, f.Name, fmt.Sprintf("%s %s does not have its form: %s", what, f.Name, form)}
}

// unknown is the flaw of a name that nobody declared. Somebody's data may stand
// in the place of a name, so the name is told only where it looks like one that
// a programmer gave, and its place otherwise.
func unknown(what string, name []byte, i, of int) Flaw {
	if !programmers(name) {
		return Flaw{Unknown, "", fmt.Sprintf("%s %d of %d is not declared; its name is not shown", what, i+1, of)}
	}
	return Flaw{Unknown, string(name), fmt.Sprintf("%s %s is not declared", what, name)}
}

// programmers is whether a name is of at most 24 characters in lower case with
// underscores or hyphens, and without more than two digits.
func programmers(name []byte) bool {
	if !isWord(name) || len(name) > 24 {
		return false
	}
	digits := 0
	for _, c := range name {
		if digit(c) {
			digits++
		}
	}
	return digits <= 2
}

// ErrNoInstant says that a record has no usable field at.
var ErrNoInstant = errors.New("field at is missing or no instant")

// MetaOf reads what every record says about itself. Kind.Check judges it.
func MetaOf(members []Member) (Meta, error) {
	var m Meta
	var ok bool
	for i := range members {
		switch string(members[i].Name) {
		case "controller":
			m.Controller, _ = members[i].Text(nil)
		case "processor":
			m.Processor, _ = members[i].Text(nil)
		case "building":
			m.Building, _ = members[i].Text(nil)
		case "at":
			b, _ := members[i].Text(nil)
			m.At, ok = ParseInstant(b)
		}
	}
	if !ok {
		return m, ErrNoInstant
	}
	return m, nil
}
