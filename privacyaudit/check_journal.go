package privacyaudit

import (
	"regexp"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// journal finds the journal of a gateway's group controllers: it has every call
// with its floors and its instant, names nobody, and so could be kept by mistake
// for good. It is made for replays of a building without people, and is off
// unless somebody asks for it. It selects every file that lies in no store.
//
// A journal is known by its first line, and any part of one by the fields of its
// events, whatever the file is called. One that was packed it does not find, and
// a stranger's file in a store's folder is for the store to report.
func init() {
	register(&Check{
		Name:  "journal",
		About: "No file is, or has in it, a journal of what group controllers heard and commanded.",
		New:   newJournal,
	})
}

var (
	journalHead  = regexp.MustCompile(`"journal"\s*:\s*\d+\s*,\s*"synthetic"\s*:`)
	journalEvent = regexp.MustCompile(`"At"\s*:\s*-?\d+\s*,\s*"Call"\s*:\s*-?\d+\s*,`)
)

func newJournal(p *Probe) (Watch, error) {
	told := ""
	return Watch{Text: func(t *evidence.Text) {
		if t.Number == 0 {
			p.Select(t.Class, 1)
		}
		if told == t.Name && t.Number > 0 {
			return
		}
		for _, sign := range []*regexp.Regexp{journalHead, journalEvent} {
			if at := sign.FindIndex(t.Body); at != nil {
				told = t.Name
				p.Fail(finding.Place{Store: t.Class, File: t.Name, Offset: t.Offset + int64(at[0])}, "a journal of group controllers: it has the floors and the instants of calls")
				return
			}
		}
	}}, nil
}
