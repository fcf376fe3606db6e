package privacyaudit

import (
	"slices"
	"strings"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/search"
)

// recognise is the net for values that nobody knows: it looks for what has the
// form of personal data or of a secret where there is none of either. It
// selects files and records, and needs no truth. What package search recognises,
// and by what, stands there; names of people it cannot recognise.
func init() {
	register(&Check{
		Name:  "recognise",
		About: "Nothing there looks like a mail address, a telephone number, a date of birth, a token, a password hash or a network address.",
		Params: []Param{
			{Name: "allow", Form: FormTexts, About: `what may stand there, as CLASS/NAME=FORM: "report/report.html=network address" for something that only looks like one`},
		},
		New: newRecognise,
	})
}

func newRecognise(p *Probe) (Watch, error) {
	allow := p.Texts("allow")
	look := func(at finding.Place, class string, body []byte) {
		search.Recognise(body, func(l search.Likeness) {
			name := at.File[strings.LastIndexByte(at.File, '/')+1:]
			if slices.Contains(allow, class+"/"+name+"="+l.Name) {
				return
			}
			at.Offset = l.Offset
			p.Fail(at, "something that looks like a %s, by %s", l.Name, l.Why)
		})
	}
	return Watch{
		Record: func(r *Record) {
			p.Select(r.Source.Name, 1)
			if r.State == Read {
				look(r.Place(), r.Source.Class, r.Body)
			}
		},
		Text: func(t *evidence.Text) {
			p.Select(t.Class, 1)
			at := finding.Place{Store: t.Class, File: t.Name}
			look(at, t.Class, t.Body)
		},
	}, nil
}
