package privacyaudit

import (
	"encoding/hex"
	"time"

	"hoistway/privacyaudit/finding"
)

// keyaudit holds the audit log of visitor keys and sub-users together. The
// entries of each building form one chain behind the last that was swept, which
// the ledger names; a deletion comes once at most and after the creation. With
// the truth, what users created and deleted, and the entries are one to one, as
// far back as entries are kept, with instants that differ by no more than skew.
// What a restore lost, between a backup and the loss, the truth cannot demand.
//
// keyaudit-reads holds the reads of that log against incidents: each has one that
// was opened before, for its building or for all, and those of the truth are in
// the ledger.
func init() {
	register(&Check{
		Name:   "keyaudit",
		About:  "Every creation and deletion of a visitor key or sub-user has exactly one entry, and no entry can be changed.",
		Params: []Param{{Name: "skew", Form: FormDuration, Required: true, About: "by how much an entry's instant may differ from the act's"}},
		New:    newKeyAudit,
	})
	register(&Check{
		Name:  "keyaudit-reads",
		About: "The audit log of keys was read on the grounds of incidents only, and each reading is documented.",
		New:   newKeyAuditReads,
	})
}

// audited is what the key audit says of one item.
type audited struct {
	created, deleted int
	at               [2]int64 // of them
	place            finding.Place
}

func newKeyAudit(p *Probe) (Watch, error) {
	chains := map[string][]chained{} // by building
	items := map[string]*audited{}
	return Watch{
		Record: func(r *Record) {
			if r.KindName() != "key-audit" || r.Source.Class != "cloud" || r.State != Read || !r.Live() {
				return
			}
			p.Select(r.Source.Name, 1)
			if c, ok := chainedOf(r); ok {
				chains[string(r.Meta.Building)] = append(chains[string(r.Meta.Building)], c)
			}
			one := items[r.Text("of")]
			if one == nil {
				one = &audited{place: r.Place()}
				items[r.Text("of")] = one
			}
			if r.Text("act") == "created" {
				one.created++
				one.at[0] = r.Meta.At
			} else {
				one.deleted++
				one.at[1] = r.Meta.At
			}
		},
		End: func() {
			anchors := map[string]*Entry{}
			for _, e := range p.entries("key-audit-anchor") {
				anchors[e.Facts["building"]] = e
			}
			for _, building := range sortedNames(chains) {
				p.judgeAuditChain(chains[building], anchors[building])
			}
			for _, item := range sortedNames(items) {
				one := items[item]
				switch {
				case one.created > 1 || one.deleted > 1:
					p.Fail(one.place, "the same act has %d entries", max(one.created, one.deleted))
				case one.created == 1 && one.deleted == 1 && one.at[1] < one.at[0]:
					p.Fail(one.place, "it was deleted before it was created")
				}
			}
			if p.Truth != nil {
				p.judgeAuditTruth(items, chains, anchors)
			}
		},
	}, nil
}

// judgeAuditChain judges one building's chain behind its anchor. Numbers are
// given to all buildings together, so that only the hashes tell what is missing.
func (p *Probe) judgeAuditChain(chain []chained, anchor *Entry) {
	before := new([32]byte)
	from := 0
	if anchor != nil {
		hex.Decode(before[:], []byte(hashDigits(anchor.Facts["hash"])))
		from, _ = anchor.Count("sequence")
	}
	kept := chain[:0]
	for _, c := range chain { // a sweep that was cut short leaves some from before the anchor
		if c.sequence > uint64(from) {
			kept = append(kept, c)
		}
	}
	judgeLinks(p, kept, before)
}

// judgeAuditTruth holds the entries against what users did.
func (p *Probe) judgeAuditTruth(items map[string]*audited, chains map[string][]chained, anchors map[string]*Entry) {
	skew := p.Duration("skew", 0)
	since := p.Truth.Settings.Start
	if len(anchors) > 0 { // older entries are gone, as they should be
		since = p.At
		for _, chain := range chains {
			for _, c := range chain {
				if at := time.Unix(0, c.at); at.Before(since) {
					since = at
				}
			}
		}
	}
	lost := p.lost()
	// Keys are made in the building of the lifts only. When our service there has
	// ended, its log is no longer ours.
	if ended := p.ended()[p.Truth.Settings.Building]; ended != nil {
		p.NotApplicable("the ledger says that the service ended in the building, and the log of it went")
		since = ended.At.Add(1)
	}
	acts, created := 0, map[string]bool{}
	for i := range p.Truth.Acts {
		act := &p.Truth.Acts[i]
		fact, turn := "", 0
		switch act.Kind {
		case "key-created", "sub-user-added":
			created[act.Facts["key"]+act.Facts["sub-user"]] = true
		case "key-revoked", "sub-user-removed":
			turn = 1
		default:
			continue
		}
		acts++
		fact = act.Facts["key"] + act.Facts["sub-user"]
		if act.Result != "" || act.At.Before(since) || lost(act.At) {
			continue
		}
		p.Select("truth", 1)
		place := finding.Place{Store: "truth", Kind: act.Kind, Key: finding.KeyHash([]byte(fact))}
		one := items[fact]
		if one == nil || turn == 0 && one.created == 0 || turn == 1 && one.deleted == 0 {
			p.Fail(place, "it has no entry in the audit log")
			continue
		}
		if off := time.Unix(0, one.at[turn]).Sub(act.At).Abs(); off > skew {
			p.Fail(one.place, "its instant differs by %v from that of the act", off)
		}
	}
	for _, item := range sortedNames(items) {
		if one := items[item]; one.created > 0 && !created[item] {
			p.Fail(one.place, "it says that something was created that nobody created")
		}
	}
	if acts == 0 {
		p.NotApplicable("nobody created or deleted a visitor key or sub-user")
	}
}

// lost tells whether what was written to the cloud at an instant was lost: after
// a backup and before its restore.
func (a *Audit) lost() func(time.Time) bool {
	made := map[string]time.Time{}
	for _, e := range a.entries("backup") {
		if e.Facts["state"] != "deleted" {
			made[e.Facts["name"]] = e.At
		}
	}
	type span struct{ from, to time.Time }
	var spans []span
	for _, e := range a.entries("restore") {
		if from, ok := made[e.Facts["name"]]; ok && e.Facts["state"] != "intended" {
			spans = append(spans, span{from, e.At})
		}
	}
	return func(at time.Time) bool {
		for _, s := range spans {
			if !at.Before(s.from) && !at.After(s.to) {
				return true
			}
		}
		return false
	}
}

func newKeyAuditReads(p *Probe) (Watch, error) {
	return Watch{End: func() {
		incidents := map[string]*Entry{}
		at := map[time.Time]int{}
		reads := 0
		for _, e := range p.Ledger {
			switch e.Act {
			case "incident":
				incidents[e.ID] = e
			case "key-audit-read":
				reads++
				p.Select("ledger", 1)
				at[e.At]++
				switch i := incidents[e.Facts["incident"]]; {
				case i == nil:
					p.Fail(e.Place(), "the audit log was read, and no incident was open that the reading names")
				case i.Facts["building"] != "" && i.Facts["building"] != e.Facts["building"]:
					p.Fail(e.Place(), "the audit log was read on the grounds of another building's incident")
				}
			}
		}
		if p.Truth == nil {
			return
		}
		for i := range p.Truth.Acts {
			act := &p.Truth.Acts[i]
			if act.Kind != "key-audit-read" || act.Result != "" {
				continue
			}
			p.Select("truth", 1)
			reads++
			if at[act.At]--; at[act.At] < 0 {
				p.Fail(finding.Place{Store: "truth", Kind: act.Kind}, "the audit log was read, and the ledger does not say so")
			}
		}
		if reads == 0 {
			p.NotApplicable("nobody read the audit log of keys")
		}
	}}, nil
}
