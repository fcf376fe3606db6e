package privacyaudit

import (
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// disclosure holds what went to authorities against the orders: the law demanded
// and allowed it, somebody approved, a basis is named; the file has no more
// records than the ledger says, and with the truth no value of anybody whom the
// order does not name. Entries, files and the truth's disclosures are one to one.
//
// Values that several people share it cannot tell apart.
func init() {
	register(&Check{
		Name:  "disclosure",
		About: "What went to authorities was demanded and allowed, within the order's scope, and is on record.",
		New:   newDisclosure,
	})
}

type disclosures struct {
	*Probe
	files []*disclosed
}

// disclosed is one file, and whose values stand in it.
type disclosed struct {
	*outgoing
	refs map[string]bool // of subjects
}

func newDisclosure(p *Probe) (Watch, error) {
	d := &disclosures{Probe: p}
	values := p.whose()
	return Watch{
		Text: func(t *evidence.Text) {
			o := outgoingOf(t, func(finding.Place, error) {}) // that it cannot be read is the check transfer's
			if o == nil || o.Form != evidence.Disclosure || !p.mine(d.serviceOf(o)) {
				return
			}
			d.files = append(d.files, &disclosed{o, values.in(o)})
		},
		End: d.end,
	}, nil
}

func (d *disclosures) serviceOf(o *outgoing) string {
	if o.Service != "" {
		return o.Service
	}
	return "flow"
}

func (d *disclosures) end() {
	var entries, files []time.Time
	orders := map[time.Time]*Entry{}
	for _, e := range d.entries("disclosure") {
		if e.Facts["service"] != "" && !d.mine(e.Facts["service"]) || e.Facts["service"] == "" && !d.mine("flow") {
			continue
		}
		d.Select("ledger", 1)
		entries = append(entries, e.At.UTC())
		orders[e.At.UTC()] = e
		switch {
		case e.Facts["demanded"] != "yes" || e.Facts["allowed"] != "yes":
			d.Fail(e.Place(), "the law did not both demand and allow it")
		case e.Facts["approver"] == "" || e.Facts["authority"] == "" || e.Facts["basis"] == "":
			d.Fail(e.Place(), "the ledger does not name authority, basis and approver")
		}
	}
	for _, o := range d.files {
		files = append(files, o.At.UTC())
	}
	for _, o := range d.files {
		d.Select("exports", 1)
		e := orders[o.At.UTC()]
		if e == nil {
			d.Fail(o.Place, "it went to an authority, and the ledger does not say so")
			continue
		}
		if n, ok := e.Count("records"); !ok || len(o.Items) > n {
			d.Fail(o.Place, "it has more records than the ledger says")
		}
		scope := map[string]bool{}
		for name, ref := range e.Facts {
			if strings.HasPrefix(name, "ref-") {
				scope[ref] = true
			}
		}
		for range slices.DeleteFunc(sortedNames(o.refs), func(ref string) bool { return scope[ref] }) {
			d.Fail(o.Place, "it has data of somebody whom the order does not name")
		}
	}
	if d.Parts.Exports != "" {
		left := matches(entries, files)
		for _, e := range d.entries("disclosure") {
			if orders[e.At.UTC()] == e && left[e.At.UTC()] > 0 {
				d.Fail(e.Place(), "there is no file of what went to the authority")
			}
		}
	}
	if d.Truth != nil {
		d.truth(orders)
	}
	if d.selected() == 0 && len(d.Ledger) > 0 {
		d.NotApplicable("the ledger and the exports know no disclosure")
	}
}

// truth holds the orders against what authorities were given.
func (d *disclosures) truth(orders map[time.Time]*Entry) {
	accounts := livesOf(d.Truth)
	for i := range d.Truth.Acts {
		act := &d.Truth.Acts[i]
		one := accounts.BySubject[act.Subject]
		if act.Kind != "disclose" || act.Result != "" || one == nil || !d.mine(one.Service) {
			continue
		}
		d.Select("truth", 1)
		if e := orders[act.At.UTC()]; e == nil {
			d.Fail(finding.Place{Store: "truth", Kind: act.Kind, Key: one.Ref[:16]}, "data went to an authority, and the ledger does not say so")
		} else if e.Facts["ref-1"] != one.Ref {
			d.Fail(e.Place(), "the order names another subject than it was about")
		}
	}
}

// whose tells of values of the truth that only one person has, whose they are.
type whose map[string]*evidence.Canary

func (p *Probe) whose() whose {
	w := whose{}
	if p.Truth == nil {
		return w
	}
	for i := range p.Truth.Canaries {
		if c := &p.Truth.Canaries[i]; c.Unique && c.Subject != "" && len(c.Value) >= shortest {
			w[c.Value] = c
		}
	}
	return w
}

// in are the subjects of whom a file has values, by their hashes.
func (w whose) in(o *outgoing) map[string]bool {
	refs := map[string]bool{}
	for _, i := range o.Items {
		for _, f := range i.Fields {
			for _, text := range textsOf(f.Value) {
				if c := w[text]; c != nil {
					refs[subjectRef(c.Subject)] = true
				}
			}
		}
	}
	return refs
}
