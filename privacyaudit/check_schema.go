package privacyaudit

import (
	"errors"
	"slices"

	"hoistway/privacyaudit/format"
)

// schema holds every physical version of every record of a known kind against
// the declared format. It denies by default: a value that does not decode, a
// field that nobody declared, one that is missing or not in its form, a seal
// that is not the kind's is a violation, in superseded versions as in live ones.
// Marks of drops may hold a prefix and nothing else.
//
// It does not judge who controls a record (see tags) nor keys that are nobody's
// (see keys). What does not open it cannot see into (see opens).
//
// keys holds every key against the declared prefixes and components. Keys stay
// in the files of a database when values have gone: nothing may stand in one but
// IDs, days, numbers and names of logs.
func init() {
	register(&Check{
		Name:   "schema",
		About:  "Every record has a declared form, seal and set of fields; anything else is a violation.",
		Params: []Param{{Name: "except", Form: FormTexts, About: "kinds that other rules of the policy judge"}},
		New:    newSchema,
	})
	register(&Check{
		Name:   "keys",
		About:  "Every key has a declared prefix, stands in its store, and consists of declared components.",
		Params: []Param{{Name: "faults", Form: FormTexts, Required: true, About: "what is judged: unknown (prefix or store), elsewhere (a kind in another's store), malformed (components)"}},
		New:    newKeys,
	})
}

func newSchema(p *Probe) (Watch, error) {
	except, err := p.kinds("except")
	if err != nil {
		return Watch{}, err
	}
	own := p.own()
	return Watch{End: p.idle, Record: func(r *Record) {
		if r.Kind == nil && !r.Key.Mark || r.Kind != nil && except[r.Kind.Index] || !own(r) {
			return
		}
		p.Select(r.Source.Name, 1)
		switch r.State {
		case Broken:
			p.Fail(r.Place(), "%s", r.Why)
		case Mark:
			if err := p.Schema.CheckMark(r.Source.holder(), r.Body); err != nil {
				p.Fail(r.Place(), "%v", err)
			}
		case Read:
			for _, f := range r.Key.Check(r.Value, r.Fields) {
				if !aboutTags(f) {
					p.Fail(r.Place(), "%s", f.Message)
				}
			}
		}
	}}, nil
}

// aboutTags is whether a flaw is one that the check tags reports.
func aboutTags(f format.Flaw) bool {
	return (f.Field == "controller" || f.Field == "processor") && (f.Fault == format.WrongTag || f.Fault == format.Missing)
}

// kinds reads a parameter that lists kinds, into a set by their indexes.
func (p *Probe) kinds(param string) ([]bool, error) {
	set := make([]bool, len(p.Schema.Kinds))
	for _, name := range p.Texts(param) {
		k := p.Schema.Kind(name)
		if k == nil || k.Name != name {
			return nil, errors.New("parameter " + param + ": there is no kind " + name)
		}
		set[k.Index] = true
	}
	return set, nil
}

func newKeys(p *Probe) (Watch, error) {
	faults := p.Texts("faults")
	judged := map[error]bool{}
	for _, f := range faults {
		switch f {
		case "unknown":
			judged[format.ErrNoKind], judged[format.ErrNoStore] = true, true
		case "elsewhere":
			judged[format.ErrElsewhere] = true
		case "malformed":
			judged[format.ErrMalformed] = true
		default:
			return Watch{}, errors.New("parameter faults: there are unknown, elsewhere and malformed, no " + f)
		}
	}
	if !p.once() {
		return Watch{}, nil
	}
	reasons := []error{format.ErrNoKind, format.ErrNoStore, format.ErrElsewhere, format.ErrMalformed}
	return Watch{Record: func(r *Record) {
		p.Select(r.Source.Name, 1)
		if r.Kind != nil || r.State != Broken {
			return
		}
		_, err := p.Schema.ParseKey(r.Source.holder(), r.RawKey)
		if slices.ContainsFunc(reasons, func(reason error) bool { return judged[reason] && errors.Is(err, reason) }) {
			p.Fail(r.Place(), "%v", err)
		}
	}}, nil
}
