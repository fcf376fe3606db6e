package privacyaudit

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/finding"
)

// holds judges legal cases. What the archive holds belongs to a case of the
// ledger and is one of the records that the case names; there are as many copies
// as the ledger says. A case that was closed says so, with the deadline that the
// ledger has. What had been deferred for it is erased when it is closed, once for
// each subject who was erased meanwhile. With the truth the cases are those that
// staff opened and closed, and each holds records of the kind and of the person it
// was opened for, and of nobody else.
//
// What becomes of copies at their deadline the check archive judges; whether a
// case is still needed, no record can tell.
func init() {
	register(&Check{
		Name:  "holds",
		About: "Legal cases hold the records that they name, as long as they are open, and nothing else.",
		New:   newHolds,
	})
}

// holdCase is one case in the archive.
type holdCase struct {
	records          []string // store and key, with | between
	closed, deadline time.Time
	place            finding.Place
	copies           []heldRecord
}

// heldRecord is a copy that is still there.
type heldRecord struct {
	original string // store and key, with | between
	subject  string
	kind     string
	place    finding.Place
}

func newHolds(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	cases := map[string]*holdCase{}
	of := func(id string) *holdCase {
		if cases[id] == nil {
			cases[id] = &holdCase{}
		}
		return cases[id]
	}
	instant := func(r *Record, field string) time.Time {
		at, _ := time.Parse(time.RFC3339Nano, r.Text(field))
		return at
	}
	return Watch{
		Record: func(r *Record) {
			if !r.Live() || r.State != Read {
				return
			}
			switch r.KindName() {
			case "hold-case":
				p.Select(r.Source.Name, 1)
				c := of(r.Key.Item)
				json.Unmarshal(r.Field("records"), &c.records) // what is malformed the schema's check reports
				c.closed, c.deadline, c.place = instant(r, "closed"), instant(r, "deadline"), r.Place()
			case "held-record":
				p.Select(r.Source.Name, 1)
				held := heldRecord{original: r.Text("store") + "|" + r.Text("key"), place: r.Place()}
				if key, err := p.Schema.ParseKey(r.Text("store"), []byte(r.Text("key"))); err == nil {
					held.subject, held.kind = key.Subject, key.Kind.Name
				}
				c := of(r.Key.Subject)
				c.copies = append(c.copies, held)
			}
		},
		End: func() { p.judgeHolds(cases) },
	}, nil
}

func (p *Probe) judgeHolds(cases map[string]*holdCase) {
	opened, released := map[string]*Entry{}, map[string]*Entry{}
	for _, e := range p.Ledger {
		switch e.Act {
		case "hold":
			opened[e.ID] = e
		case "release":
			released[e.ID] = e
		}
	}
	for _, id := range sortedNames(opened) {
		p.Select("ledger", 1)
		p.judgeCase(opened[id], released[id], cases[id])
	}
	for _, id := range sortedNames(cases) {
		c := cases[id]
		place := c.place
		if place.Store == "" && len(c.copies) > 0 {
			place = c.copies[0].place
		}
		if opened[id] == nil {
			p.Fail(place, "the archive holds something for a case that the ledger does not know")
		}
		for _, held := range c.copies {
			if !slices.Contains(c.records, held.original) {
				p.Fail(held.place, "it is a copy of a record that its case does not name")
			}
		}
	}
	if p.Truth != nil {
		p.holdsOfTruth(opened, released, cases)
	}
	if p.selected() == 0 && len(p.Ledger) > 0 {
		p.NotApplicable("the ledger and the archive know no legal case")
	}
}

// judgeCase holds one case against its entries.
func (p *Probe) judgeCase(opened, released *Entry, c *holdCase) {
	n, _ := opened.Count("records")
	if released == nil {
		if c == nil || len(c.copies) != n {
			p.Fail(opened.Place(), "the case is open, and the archive does not have the copies that the ledger says it holds")
		}
		return
	}
	p.Select("ledger", 1)
	deadline, ok := released.Time("deadline")
	if !ok {
		p.Fail(released.Place(), "the case was closed without a deadline for its archive")
	}
	if c == nil {
		return
	}
	if c.place.Store != "" && (c.closed.IsZero() || !c.deadline.Equal(deadline)) {
		p.Fail(c.place, "the case was closed, and its record does not say so, or has another deadline than the ledger")
	}
	p.judgeDeferred(opened, released, c)
}

// judgeDeferred holds a closed case against the erasures that it had deferred.
func (p *Probe) judgeDeferred(opened, released *Entry, c *holdCase) {
	deferred := map[string]bool{} // subjects whose erasure was settled while the case was open
	for _, e := range p.entries("erasure-settled") {
		if e.Sequence > opened.Sequence && e.Sequence < released.Sequence && strings.Contains(e.Facts["store-archive"], outHeld) {
			deferred[e.Facts["ref"]] = true
		}
	}
	again := map[string]bool{}
	for _, e := range p.entries("erasure-intended") {
		if e.Facts["cause"] == holdReleased && e.At.Equal(released.At) {
			again[e.Facts["ref"]] = true
		}
	}
	for _, held := range c.copies {
		if ref := subjectRef(held.subject); deferred[ref] && !again[ref] {
			p.Fail(released.Place(), "the case was closed, and the erasure that it had deferred was not run again")
			deferred[ref] = false
		}
	}
	if n, ok := released.Count("erasures"); ok && n > len(again) {
		p.Fail(released.Place(), "the ledger has fewer erasures than were run again by what it says of the case")
	}
}

// holdsOfTruth holds the cases against what staff did.
func (p *Probe) holdsOfTruth(opened, released map[string]*Entry, cases map[string]*holdCase) {
	known := map[string]bool{}
	for i := range p.Truth.Acts {
		act := &p.Truth.Acts[i]
		id := act.Facts["case"]
		if act.Result != "" || act.Kind != "hold" && act.Kind != "release" {
			continue
		}
		p.Select("truth", 1)
		place := finding.Place{Store: "truth", Kind: act.Kind, Key: finding.KeyHash([]byte(id))}
		known[id] = true
		switch {
		case act.Kind == "hold" && opened[id] == nil:
			p.Fail(place, "a case was opened, and the ledger does not say so")
		case act.Kind == "release" && released[id] == nil:
			p.Fail(place, "a case was closed, and it was never released")
		}
		if c := cases[id]; act.Kind == "hold" && c != nil {
			for _, held := range c.copies {
				switch {
				case held.subject != act.Subject:
					p.Fail(held.place, "it holds a record of somebody whom the case is not about")
				case held.kind != act.Facts["kind"]:
					p.Fail(held.place, "it holds a record of a kind that the case is not about")
				}
			}
		}
	}
	for _, id := range sortedNames(opened) {
		if !known[id] {
			p.Fail(opened[id].Place(), "the ledger has a case that nobody opened")
		}
	}
}
