package privacyaudit

import (
	"slices"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// present is the other half of absent: what nobody asked to remove must still
// be there. It selects every place of a value of the rule's fields in the
// truth that has no end, in a store that is the service's (a phone belongs to its user,
// who may remove the app, and an export is made when somebody asks for one),
// and looks for it in records that a reader of the store sees, and in texts.
//
// It cannot tell a store that lost a value from one whose records cannot be
// opened; the schema's rule and the list of problems say the latter.
func init() {
	register(&Check{
		Name:  "present",
		About: "Every value that was entered, and that nothing ended, is still in its store.",
		Needs: NeedTruth,
		Params: []Param{
			{Name: "fields", Form: FormTexts, Required: true, About: "names of fields of the truth, without an entry's ID"},
			{Name: "early", Form: FormDuration, About: "how long before the audit a value must have been entered to be there (1m)"},
		},
		New: newPresent,
	})
}

func newPresent(p *Probe) (Watch, error) {
	fields := p.Texts("fields")
	since := p.At.Add(-p.Duration("early", time.Minute))
	due := map[*Known][]*evidence.Canary{}
	found := map[*evidence.Canary]bool{}
	expected := map[string]int{} // by store
	for _, k := range p.Known {
		if !slices.Contains(fields, plainField(k.Field)) || !k.unique() || !k.of(p) {
			continue
		}
		for _, c := range k.Places {
			if c.Until == nil && !c.From.After(since) && storeClass(c.Store) != "" && p.In(storeClass(c.Store)) {
				due[k] = append(due[k], c)
				expected[c.Store]++
			}
		}
	}
	if len(due) == 0 {
		p.NotApplicable("the truth has no value of these fields that must still be there")
		return Watch{}, nil
	}
	return Watch{
		Found: func(f *Found) {
			store := f.Source
			switch {
			case f.Record != nil && !f.Record.Live(), f.Record == nil && f.Class != evidence.DisplayText, digested(f.Form):
				return
			case f.Class == evidence.DisplayText:
				store = "displays"
			}
			for _, c := range due[f.Known] {
				if c.Store == store {
					found[c] = true
				}
			}
		},
		End: func() {
			for _, k := range p.Known {
				for _, c := range due[k] {
					if n := expected[c.Store]; n > 0 {
						p.Select(c.Store, n)
						expected[c.Store] = 0
					}
					if !found[c] {
						p.Fail(finding.Place{Store: c.Store}, "a value of the field %s is not there, though nothing ended it", plainField(k.Field))
					}
				}
			}
		},
	}, nil
}

// storeClass is the class of a store that the truth names.
func storeClass(store string) string {
	switch {
	case store == "displays":
		return evidence.DisplayText
	case len(store) > len("building-") && store[:len("building-")] == "building-":
		return "building"
	case store == "cloud":
		return store
	}
	return "" // phones, exports, nowhere
}
