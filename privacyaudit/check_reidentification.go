package privacyaudit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/finding"
)

// reidentification holds every case in which randomized IDs were looked up
// against the ledger. What a rule judges it says by name:
//
//	single   the reason is on the closed list, and a case has few IDs
//	control  it was in the ledger before the answer, with the hash of each ID; two
//	         different people of the staff asked and approved; the answer accounts
//	         for all IDs; what was refused was not answered
//	closed   the cases of the truth are in the ledger, and others are not
//
// It cannot see a link that was opened past the service.
func init() {
	register(&Check{
		Name:  "reidentification",
		About: "Randomized IDs were looked up in single cases, for reasons of the list, under control and on record.",
		Params: []Param{
			{Name: "judge", Form: FormTexts, Required: true, About: "some of single, control, closed"},
			{Name: "reasons", Form: FormTexts, About: "the closed list"},
			{Name: "most", Form: FormCount, About: "IDs in one case"},
		},
		New: newReidentification,
	})
}

func newReidentification(p *Probe) (Watch, error) {
	judge := p.Texts("judge")
	if odd := without(judge, []string{"single", "control", "closed"}); len(odd) > 0 {
		return Watch{}, fmt.Errorf("judge: there is no %q; there are single, control, closed", odd)
	}
	if slices.Contains(judge, "single") && (len(p.Texts("reasons")) == 0 || p.Count("most", 0) == 0) {
		return Watch{}, fmt.Errorf("judge: single needs the parameters reasons and most")
	}
	return Watch{End: func() {
		requested, refused := map[string]*Entry{}, map[string]*Entry{}
		var asked []*Entry
		for _, e := range p.Ledger {
			switch e.Act {
			case "reidentification-requested":
				asked = append(asked, e)
				requested[e.ID] = e
				p.Select("ledger", 1)
				p.caseAsked(e, judge)
			case "reidentification-refused":
				refused[e.ID] = e
			case "reidentification-answered":
				p.Select("ledger", 1)
				if slices.Contains(judge, "control") {
					p.caseAnswered(e, requested[e.ID], refused[e.ID])
				}
			}
		}
		if slices.Contains(judge, "closed") {
			p.casesOfTruth(asked)
		}
		if p.selected() == 0 && len(p.Ledger) > 0 {
			p.NotApplicable("the ledger knows no case of re-identification")
		}
	}}, nil
}

func (p *Probe) caseAsked(e *Entry, judge []string) {
	n, _ := e.Count("pseudonyms")
	if slices.Contains(judge, "single") {
		if !slices.Contains(p.Texts("reasons"), e.Facts["reason"]) {
			p.Fail(e.Place(), "the reason of the case is not on the list")
		}
		if most := p.Count("most", 0); n > most || n == 0 {
			p.Fail(e.Place(), "the case asks for %d randomized IDs; 1 to %d are a single case", n, most)
		}
	}
	if !slices.Contains(judge, "control") {
		return
	}
	if r := e.Facts["requester"]; r == "" || e.Facts["approver"] == "" || r == e.Facts["approver"] {
		p.Fail(e.Place(), "nobody else than who asked approved the case")
	}
	named := 0
	for name := range e.Facts {
		if strings.HasPrefix(name, "pseudonym-") {
			named++
		}
	}
	if named != n {
		p.Fail(e.Place(), "the case does not say which randomized IDs it asks for")
	}
}

func (p *Probe) caseAnswered(e, requested, refused *Entry) {
	known, _ := e.Count("known")
	unknown, _ := e.Count("unknown")
	switch {
	case requested == nil:
		p.Fail(e.Place(), "randomized IDs were looked up, and it was not on record before")
		return
	case refused != nil:
		p.Fail(e.Place(), "a case was answered that had been refused")
	}
	if n, _ := requested.Count("pseudonyms"); known+unknown != n {
		p.Fail(e.Place(), "the answer is about another number of randomized IDs than the case")
	}
}

// casesOfTruth holds cases and the truth against each other.
func (p *Probe) casesOfTruth(asked []*Entry) {
	if p.Truth == nil {
		return
	}
	var entries, acts []time.Time
	for _, e := range asked {
		entries = append(entries, e.At)
	}
	for _, act := range p.Truth.Acts {
		if act.Kind == "re-identify" && act.Result == "" {
			acts = append(acts, act.At)
			p.Select("truth", 1)
		}
	}
	left := matches(acts, entries)
	for _, at := range acts {
		if left[at.UTC()] > 0 {
			left[at.UTC()]--
			p.Fail(finding.Place{Store: "truth", Kind: "re-identify"}, "a randomized ID was looked up, and the ledger does not say so")
		}
	}
	odd := matches(entries, acts)
	for _, e := range asked {
		if refusals := p.refusals(e.ID); !refusals && odd[e.At.UTC()] > 0 {
			odd[e.At.UTC()]--
			p.Fail(e.Place(), "the ledger has a case that nobody made")
		}
	}
}

// refusals tells whether a case was refused.
func (p *Probe) refusals(id string) bool {
	return slices.ContainsFunc(p.entries("reidentification-refused"), func(e *Entry) bool { return e.ID == id })
}
