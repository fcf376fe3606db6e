package privacyaudit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// transfer holds what went to recipients against the processing agreements, by
// the ledger, the files of exports/ and the truth. What a rule judges it says by
// name, so that each sentence has its own:
//
//	agreement   an agreement with this recipient that was there before, is valid
//	            on the day and covers purpose and categories; the file has no more
//	            records, kinds or categories than the ledger says
//	closed      each transfer of the ledger has its file, and each file and each
//	            transfer of the truth its entry
//	group       who gets data as a member of the group has an agreement as such
//	consideration  there is none
//	region      outside the EEA there is a legal basis, and it is the agreement's
//
// It cannot see what left without a file and without an entry.
func init() {
	register(&Check{
		Name:   "transfer",
		About:  "What went to recipients is covered by agreements, and on record.",
		Params: []Param{{Name: "judge", Form: FormTexts, Required: true, About: "some of agreement, closed, group, consideration, region"}},
		New:    newTransfer,
	})
}

// mechanisms are the legal bases for processing outside the EEA, GDPR Art. 45-47.
var mechanisms = []string{"adequacy", "SCC", "BCR"}

// eea are the countries of the European Economic Area, ISO 3166.
var eea = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
	"IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO",
}

type transfers struct {
	*Probe
	judge []string
	files []*outgoing
}

func newTransfer(p *Probe) (Watch, error) {
	t := &transfers{Probe: p, judge: p.Texts("judge")}
	aspects := []string{"agreement", "closed", "group", "consideration", "region"}
	if odd := without(t.judge, aspects); len(odd) > 0 || len(t.judge) == 0 {
		return Watch{}, fmt.Errorf("judge: there is no %q; there are %s", odd, strings.Join(aspects, ", "))
	}
	return Watch{Text: t.text, End: t.end}, nil
}

func (t *transfers) text(text *evidence.Text) {
	o := outgoingOf(text, func(place finding.Place, err error) {
		if slices.Contains(t.judge, "closed") && t.mine("flow") { // of whatever service
			t.Fail(place, "it is no export in a form that is known: %v", err)
		}
	})
	if o != nil && o.Form == evidence.Transfer && t.aboutMine(o.kinds()) {
		t.files = append(t.files, o)
	}
}

func (t *transfers) end() {
	agreements := map[string]*Entry{}
	var all []*Entry
	for _, e := range t.Ledger {
		switch {
		case e.Act == "agreement":
			agreements[e.ID] = e
		case e.Act == "transfer" && t.aboutMine(words(e.Facts["kinds"])):
			all = append(all, e)
			t.entry(e, agreements[e.Facts["agreement"]])
		}
	}
	if slices.Contains(t.judge, "closed") {
		t.closed(all)
	}
	if t.selected() == 0 && len(t.Ledger) > 0 {
		t.NotApplicable("the ledger and the exports know no such transfer of this service's records")
	}
}

// entry judges one transfer.
func (t *transfers) entry(e, agreement *Entry) {
	for _, aspect := range t.judge {
		switch aspect {
		case "agreement":
			t.Select("ledger", 1)
			t.agreement(e, agreement)
		case "group":
			if e.Facts["group"] != "yes" {
				continue
			}
			t.Select("ledger", 1)
			switch {
			case agreement == nil || agreement.Facts["group"] != "yes":
				t.Fail(e.Place(), "it went to a recipient as one of the group, who by the agreement is none")
			case t.Config != nil && !slices.Contains(t.Config.Group, e.Facts["recipient"]):
				t.Fail(e.Place(), "it went to a recipient as one of the group, who is not on the list of the group")
			}
		case "consideration":
			t.Select("ledger", 1)
			if e.Facts["consideration"] != "none" {
				t.Fail(e.Place(), "the ledger does not say that there was no consideration")
			}
		case "region":
			t.Select("ledger", 1)
			t.region(e, agreement)
		}
	}
}

func (t *transfers) agreement(e, agreement *Entry) {
	if agreement == nil {
		t.Fail(e.Place(), "there was no agreement with the recipient")
		return
	}
	from, ok1 := agreement.Time("from")
	until, ok2 := agreement.Time("until")
	switch {
	case agreement.Facts["recipient"] != e.Facts["recipient"]:
		t.Fail(e.Place(), "the agreement is with another recipient")
	case !ok1 || !ok2 || e.At.Before(from) || !e.At.Before(until):
		t.Fail(e.Place(), "the agreement was not valid on the day")
	case !slices.Contains(words(agreement.Facts["purposes"]), e.Facts["purpose"]):
		t.Fail(e.Place(), "the agreement does not cover the purpose")
	case len(without(words(e.Facts["categories"]), words(agreement.Facts["categories"]))) > 0:
		t.Fail(e.Place(), "the agreement does not cover the categories")
	}
	for _, o := range t.files {
		if !o.At.Equal(e.At) {
			continue
		}
		if n, ok := e.Count("records"); !ok || len(o.Items) > n {
			t.Fail(o.Place, "it has more records than the ledger says")
		}
		if len(without(o.kinds(), words(e.Facts["kinds"]))) > 0 {
			t.Fail(o.Place, "it has records of kinds that the ledger does not name")
		}
		if len(without(o.categories(), words(agreement.Facts["categories"]))) > 0 {
			t.Fail(o.Place, "it has fields of categories that the agreement does not cover")
		}
	}
}

// region judges where a recipient processes.
func (t *transfers) region(e, agreement *Entry) {
	region, mechanism := e.Facts["region"], e.Facts["mechanism"]
	switch {
	case region == "":
		t.Fail(e.Place(), "the ledger does not say where the recipient processes")
	case agreement != nil && (agreement.Facts["region"] != region || agreement.Facts["mechanism"] != mechanism):
		t.Fail(e.Place(), "the recipient processes elsewhere, or on another legal basis, than the agreement says")
	case !slices.Contains(eea, region) && !slices.Contains(mechanisms, mechanism):
		t.Fail(e.Place(), "the recipient processes outside the EEA without a legal basis")
	}
}

// closed holds entries, files and the truth against each other.
func (t *transfers) closed(all []*Entry) {
	var entries, files, acts []time.Time
	for _, e := range all {
		entries = append(entries, e.At)
	}
	for _, o := range t.files {
		files = append(files, o.At)
	}
	t.Select("ledger", len(entries))
	t.Select("exports", len(files))
	unsaid := matches(files, entries)
	for _, o := range t.files {
		if unsaid[o.At.UTC()] > 0 {
			unsaid[o.At.UTC()]--
			t.Fail(o.Place, "it went to a recipient, and the ledger does not say so")
		}
	}
	if t.Parts.Exports != "" {
		unsent := matches(entries, files)
		for _, e := range all {
			if unsent[e.At.UTC()] > 0 {
				unsent[e.At.UTC()]--
				t.Fail(e.Place(), "there is no file of what went to the recipient")
			}
		}
	}
	if t.Truth == nil {
		return
	}
	for _, act := range t.Truth.Acts {
		of := cmp.Or(act.Facts["service"], "flow") // a truth that does not say it has transfers of Flow only
		if act.Kind == "transfer" && act.Result == "" && t.mine(of) {
			acts = append(acts, act.At)
		}
	}
	t.Select("truth", len(acts))
	left := matches(acts, entries)
	for _, at := range acts {
		if left[at.UTC()] > 0 {
			left[at.UTC()]--
			t.Fail(finding.Place{Store: "truth", Kind: "transfer"}, "records went to a recipient, and the ledger does not say so")
		}
	}
}
