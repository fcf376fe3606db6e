package privacyaudit

import (
	"slices"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// deidentified judges what phones report under a randomized ID: only in
// sessions that know no login, and without any value or ID of an account of the truth. It
// selects the opened requests with the operations of the rule, and the frames
// of anonymous sessions.
//
// An address of the network, or when a phone asks, is not in a frame: the tap
// does not have it.
func init() {
	register(&Check{
		Name:  "deidentified",
		About: "What a phone reports under a randomized ID travels in anonymous sessions and names nobody.",
		Needs: NeedTruth | NeedWire | NeedKeys,
		Params: []Param{
			{Name: "operations", Form: FormTexts, Required: true, About: "that may stand in anonymous sessions only"},
		},
		New: newDeidentified,
	})
}

func newDeidentified(p *Probe) (Watch, error) {
	operations := p.Texts("operations")
	subjects := map[string]bool{}
	for i := range p.Truth.Acts {
		if s := p.Truth.Acts[i].Subject; s != "" {
			subjects[s] = true
		}
	}
	var last told
	return Watch{
		Frame: func(f *evidence.Frame) {
			if f.Err != nil || f.Type != evidence.Request && f.Type != evidence.Reply {
				return
			}
			place := finding.Place{Store: evidence.WireText, Offset: f.Offset}
			word, body, err := f.Message()
			if err != nil {
				return // wire reports it
			}
			reserved := f.Type == evidence.Request && slices.Contains(operations, word)
			if !f.Anonymous && !reserved {
				return
			}
			p.Select(evidence.WireText, 1)
			switch {
			case !f.Anonymous:
				p.Fail(place, "a report under a randomized ID in a session that may have a login")
			case f.Type == evidence.Request && !reserved:
				p.Fail(place, "another operation in an anonymous session, by which it would be somebody's")
			}
			if hasID(body, subjects) {
				p.Fail(place, "the ID of an account in an anonymous session")
			}
		},
		Found: func(f *Found) {
			if f.Frame != nil && f.Frame.Anonymous && len(f.Known.Places) > 0 && f.Known.unique() && !last.repeats(f) {
				p.Fail(f.place(), "a value of the field %s in an anonymous session", plainField(f.Known.Field))
			}
		},
	}, nil
}

// hasID tells whether one of some IDs stands in a text.
func hasID(b []byte, ids map[string]bool) bool {
	run := 0
	for i, c := range b {
		if !('a' <= c && c <= 'z' || '2' <= c && c <= '7') {
			run = 0
			continue
		}
		if run++; run >= idLength && ids[string(b[i+1-idLength:i+1])] {
			return true
		}
	}
	return false
}
