package privacyaudit

import (
	"slices"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// reports judges what phones send for the analytics: the body of such a request
// holds no value and no ID of anybody, so that what is counted was taken from its
// user before it was processed. The token by which the service knows that a user
// of its own sends it is made for one login, random, and dropped. It selects
// the opened requests with the rule's operations.
func init() {
	register(&Check{
		Name:  "reports",
		About: "What phones send for the analytics holds no value and no ID of anybody.",
		Needs: NeedTruth | NeedWire | NeedKeys,
		Params: []Param{
			{Name: "operations", Form: FormTexts, Required: true, About: "requests that are for the analytics"},
		},
		New: newReports,
	})
}

func newReports(p *Probe) (Watch, error) {
	operations := p.Texts("operations")
	ids := map[string]bool{}
	for i := range p.Truth.Acts {
		if s := p.Truth.Acts[i].Subject; len(s) == idLength {
			ids[s] = true
		}
	}
	report := func(f *evidence.Frame) (body []byte, ok bool) {
		if f.Err != nil || f.Type != evidence.Request {
			return nil, false
		}
		word, body, err := f.Message()
		return body, err == nil && slices.Contains(operations, word)
	}
	var last told
	return Watch{
		Frame: func(f *evidence.Frame) {
			if body, ok := report(f); ok {
				p.Select(evidence.WireText, 1)
				if hasID(body, ids) {
					p.Fail(finding.Place{Store: evidence.WireText, Offset: f.Offset}, "the ID of an account in a report for the analytics")
				}
			}
		},
		Found: func(f *Found) {
			if f.Frame == nil || len(f.Known.Places) == 0 || !f.Known.unique() {
				return
			}
			if _, ok := report(f.Frame); ok && !last.repeats(f) {
				p.Fail(f.place(), "a value of the field %s in a report for the analytics", plainField(f.Known.Field))
			}
		},
	}, nil
}
