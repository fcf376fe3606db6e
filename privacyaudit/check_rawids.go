package privacyaudit

import (
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/search"
)

// rawids tells whether the wire shows a randomized ID to whoever taps it: none
// of those that phones made or the truth knows may stand in a frame as it was
// sent, as text, as bytes, or in any form that package search knows.
//
// What is sealed it does not look into, and of IDs that neither phone nor truth
// has it knows nothing.
func init() {
	register(&Check{
		Name: "rawids", Needs: NeedWire,
		About: "No randomized ID stands in a frame as it was sent, in any form.",
		New:   newRawIDs,
	})
}

func newRawIDs(p *Probe) (Watch, error) {
	known := p.owners()
	if known.err != nil {
		p.problem("phones", "", known.err)
	}
	var needles []search.Needle
	for i, one := range known.list {
		needles = append(needles, needle(i, one.ID))
		if raw, ok := parseID([]byte(one.ID)); ok {
			needles = append(needles, search.Needle{ID: i, Value: raw[:]})
		}
	}
	if len(needles) == 0 {
		return Watch{End: func() {
			if p.unlogged(); p.inapplicable == "" {
				p.Inconclusive("neither truth nor phones know a randomized ID")
			}
		}}, nil
	}
	index, err := search.NewIndex(needles)
	if err != nil {
		return Watch{}, err
	}
	return Watch{
		Frame: func(f *evidence.Frame) {
			p.Select("wire", 1)
			index.Scan(f.Raw, func(h search.Hit) {
				p.Fail(finding.Place{Store: "wire", Form: string(h.Form), Offset: f.Offset}, "a randomized ID stands in a frame as it was sent")
			})
		},
		End: p.idle,
	}, nil
}
