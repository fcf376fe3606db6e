package privacyaudit

import (
	"errors"
)

// placed holds kinds of records against the only class of stores in which they
// may stand. A key with their prefix elsewhere is a violation, whatever stands
// behind it.
//
// It knows a record by the prefix of its key: what was copied under another one
// the checks on values find.
func init() {
	register(&Check{
		Name:  "placed",
		About: "Records of some kinds stand in stores of one class and nowhere else.",
		Params: []Param{
			{Name: "kinds", Form: FormTexts, Required: true, About: "names of kinds"},
			{Name: "class", Form: FormText, Required: true, About: "class of the stores, such as building"},
		},
		New: newPlaced,
	})
}

func newPlaced(p *Probe) (Watch, error) {
	kinds, err := p.kinds("kinds")
	if err != nil {
		return Watch{}, err
	}
	class := p.Text("class", "")
	prefixes := map[[3]byte]bool{}
	for i, listed := range kinds {
		if k := p.Schema.Kinds[i]; listed && len(k.Prefix) == 2 {
			prefixes[[3]byte{k.Prefix[0], k.Prefix[1], '/'}] = true
		}
	}
	if len(prefixes) == 0 {
		return Watch{}, errors.New("parameter kinds: names at least one")
	}
	own := p.own()
	return Watch{
		Record: func(r *Record) {
			if len(r.RawKey) < 3 || !prefixes[[3]byte(r.RawKey[:3])] {
				return
			}
			switch {
			case r.Source.Class != class:
				p.Select(r.Source.Name, 1)
				p.Fail(r.Place(), "a record whose kind belongs in stores of the class %s stands elsewhere", class)
			case r.Kind != nil && own(r):
				p.Select(r.Source.Name, 1)
			}
		},
		End: p.idle,
	}, nil
}
