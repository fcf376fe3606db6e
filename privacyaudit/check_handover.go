package privacyaudit

import (
	"slices"
	"time"

	"hoistway/privacyaudit/finding"
)

// handover judges every building in which the service ended, by the ledger: of
// it nothing is left in the stores of the provider, no backup that still opens
// included; its keys are not among the provider's; nothing was done there any
// more; no certificate claims to have erased there afterwards; and who asked for
// erasure was referred to its Manager. Where the service ended and the building
// was not handed over, only kinds of records that are the Manager's are left in
// its server.
//
// That the provider's credentials are refused there shows in a running service
// only; here it shows that nothing was written since.
func init() {
	register(&Check{
		Name:   "handover",
		About:  "Where the service has ended the provider has nothing left, no key, and does nothing any more.",
		Params: []Param{{Name: "managers", Form: FormTexts, Required: true, About: "kinds of records that may be left in a building where the service ended"}},
		New:    newHandOver,
	})
}

type endings struct {
	*Probe
	managers []string
	by       map[string]*Entry // by building
}

func newHandOver(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	x := &endings{Probe: p, managers: p.Texts("managers")}
	return Watch{Record: x.record, Store: func(src *Source) {
		if len(x.ends()) > 0 {
			p.Select(src.Name, src.Records)
		}
	}, End: x.end}, nil
}

func (x *endings) ends() map[string]*Entry {
	if x.by == nil {
		x.by = x.ended()
	}
	return x.by
}

func (x *endings) record(r *Record) {
	e := x.ends()[string(r.Meta.Building)]
	if e == nil || r.State != Read {
		return
	}
	if r.Source.Class != "building" {
		x.Fail(r.Place(), "it belongs to a building in which the service has ended")
		return
	}
	switch {
	case e.Act == "service-ended" && !slices.Contains(x.managers, r.Kind.Name) && r.Kind.Name != "wrapped-key":
		x.Fail(r.Place(), "the service ended in the building, and the record was not erased")
	case r.At().After(e.At) && string(r.Meta.Controller) != "Manager":
		x.Fail(r.Place(), "it was written for the provider after the service had ended in the building")
	}
}

// hands are acts of the ledger by which the provider does something in a
// building.
var hands = []string{"notice", "consent", "key-audit-read", "instruction", "troubleshooting", "incident"}

func (x *endings) end() {
	if len(x.ends()) == 0 {
		if len(x.Ledger) > 0 {
			x.NotApplicable("the ledger says that the service ended in no building")
		}
		return
	}
	for _, name := range sortedNames(x.by) {
		x.Select("ledger", 1)
		x.key(name)
	}
	referred := map[string]bool{}
	for _, e := range x.entries("referral") {
		referred[e.Facts["ref"]+"/"+e.Facts["building"]] = true
	}
	for _, e := range x.Ledger {
		switch {
		case slices.Contains(hands, e.Act):
			if end := x.by[e.Facts["building"]]; end != nil && e.At.After(end.At) {
				x.Fail(e.Place(), "something was done in a building after the service had ended there")
			}
		case e.Act == "erasure-settled":
			x.certificate(e, referred)
		}
	}
	x.truth()
}

// key judges whose the key-encryption keys of a building are.
func (x *endings) key(building string) {
	if x.Parts.Keys == "" {
		return
	}
	for _, f := range x.ring.Files() {
		if f.Ring == "building-"+building && !f.HandedOver {
			x.Fail(finding.Place{Store: "keys", File: f.Path}, "the service ended in the building, and its key is still among the provider's")
		}
	}
}

// certificate judges what an erasure claims of buildings that we had left.
func (x *endings) certificate(e *Entry, referred map[string]bool) {
	for _, name := range sortedNames(x.by) {
		end := x.by[name]
		outcomes := e.Facts["store-building-"+name]
		if outcomes == "" || !e.At.After(end.At) {
			continue
		}
		if outcomes != outNotProvider+" 0" {
			x.Fail(e.Place(), "it claims to have done something in a building that the provider had left")
		}
		if e.Facts["cause"] == "request" && !referred[e.Facts["ref"]+"/"+name] {
			x.Fail(e.Place(), "who asked for erasure was not referred to the Manager of a building that the provider had left")
		}
	}
}

// truth holds the ledger against the endings that there were.
func (x *endings) truth() {
	if x.Truth == nil {
		return
	}
	for i := range x.Truth.Acts {
		act := &x.Truth.Acts[i]
		if act.Kind != "hand-over" && act.Kind != "service-ended" || act.Result != "" {
			continue
		}
		x.Select("truth", 1)
		if e := x.by[act.Facts["building"]]; e == nil || e.Act != act.Kind || e.At.Sub(act.At).Abs() > time.Hour {
			x.Fail(finding.Place{Store: "truth", Kind: act.Kind}, "the service ended in a building, and the ledger does not say so")
		}
	}
}
