package privacyaudit

import (
	"hoistway/privacyaudit/finding"
)

// badger holds the stores against the options that the page of the format names:
// no time to live of Badger's own, which compares with the wall clock and leaves
// expired records in the files, and no encryption of Badger's own, under which
// nobody could audit. A table that no manifest names is what a copy, a crash or
// somebody left: Badger does not see it, and no erasure reaches it. Superseded versions of a key it only counts: how long they
// may stay in the files is for the check residue to judge.
func init() {
	register(&Check{
		Name:  "badger",
		About: "No record has a time to live of Badger's own, no store is encrypted by Badger, and no table lies in a store's folder that the store does not know.",
		New:   newBadger,
	})
}

func newBadger(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	superseded := 0
	return Watch{
		Record: func(r *Record) {
			p.Select(r.Source.Name, 1)
			if r.Expires != 0 {
				p.Fail(r.Place(), "it has a time to live of Badger's own: it goes from sight by the wall clock, and stays in the files")
			}
			if !r.Newest {
				superseded++
			}
		},
		Store: func(src *Source) {
			if src.Files != nil && src.Files.Encrypted {
				p.Fail(finding.Place{Store: src.Name}, "Badger encrypted it, and the format says that it does not")
			}
			if src.Files == nil {
				return
			}
			for _, f := range src.Files.Files {
				if f.Orphan {
					p.Fail(finding.Place{Store: src.Name, File: f.Name}, "it is a table that the store does not know: left behind when its records went, or slipped in")
				}
			}
		},
		End: func() {
			p.Measure(finding.Measure{Name: "superseded versions in the files", Value: float64(superseded)})
		},
	}, nil
}
