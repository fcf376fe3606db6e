package privacyaudit

import (
	"time"

	"hoistway/privacyaudit/finding"
)

// ended-keys finds visitor keys that ended long ago and are still stored. A key
// opens nothing after its end; what is left is the name of a visitor, who has
// no account and never hears of it. The check selects every visitor key that a
// reader of the cloud sees at the audit, or that a backup shows as it was when
// the backup was made, and compares the key's own end with that instant. Keys
// that were used up before their end are judged by their end like all others.
//
// So that "there is none" does not pass for having looked at nothing, it also
// selects the attestations of the ledger for visitor keys, once a cloud store
// was read: each stands for a key that was made, and is either there and judged
// or gone. It cannot tell when a key went, nor see versions that no reader
// sees: residue dates those.
func init() {
	register(&Check{
		Name:   "ended-keys",
		About:  "No visitor key is stored longer than a grace time after its end.",
		Needs:  NeedKeys,
		Params: []Param{{Name: "grace", Form: FormDuration, About: "how long after its end a key may still be there (15d)"}},
		New:    newEndedKeys,
	})
}

// endedKeys is the check of one rule.
type endedKeys struct {
	p      *Probe
	grace  time.Duration
	cloud  bool          // a cloud store was read
	locked int           // keys that nobody could judge
	oldest time.Duration // since the end of a key
	backup []endedKey    // of the backup that is being read
}

// endedKey is a key that had ended by the audit, in a backup of which the
// instant is not known yet.
type endedKey struct {
	until time.Time
	place finding.Place
}

func newEndedKeys(p *Probe) (Watch, error) {
	k := &endedKeys{p: p, grace: p.Duration("grace", 15*24*time.Hour)}
	return Watch{Record: k.record, Store: k.store, End: k.end}, nil
}

func (k *endedKeys) record(r *Record) {
	switch {
	case r.KindName() != "visitor-key", !r.Live():
		return
	case r.State == Locked:
		k.locked++
		return
	case r.State != Read: // of somebody who was erased, or broken, which the schema's rule reports
		return
	}
	k.p.Select(r.Source.Name, 1)
	until, err := time.Parse(time.RFC3339Nano, r.Text("until"))
	switch {
	case err != nil:
		k.p.Fail(r.Place(), "a visitor key has no end that can be read, so that it never goes")
	case r.Source.Class != "backup":
		k.judge(endedKey{until, r.Place()}, k.p.At)
	case k.p.At.Sub(until) > k.grace: // or the backup is too young for it to be late
		k.backup = append(k.backup, endedKey{until, r.Place()})
	}
}

func (k *endedKeys) store(src *Source) {
	switch {
	case src.Class == "cloud":
		k.cloud = true
	case src.Backup != nil:
		for _, one := range k.backup {
			k.judge(one, src.Backup.At)
		}
		k.backup = k.backup[:0]
	}
}

func (k *endedKeys) judge(one endedKey, at time.Time) {
	ended := at.Sub(one.until)
	k.oldest = max(k.oldest, ended)
	if ended > k.grace {
		k.p.Fail(one.place, "a visitor key was still there %v after its end; %v are allowed", ended.Round(time.Hour), k.grace)
	}
}

func (k *endedKeys) end() {
	made := 0
	for _, e := range k.p.entries("consent") {
		if e.Facts["for"] == "visitor-key" {
			made++
		}
	}
	switch {
	case k.locked > 0:
		k.p.Inconclusive("%s could not be opened with the keys that were given", counted(k.locked, "visitor key"))
	case k.cloud && made > 0:
		k.p.Select("ledger", made)
	case k.cloud && len(k.p.Ledger) > 0:
		k.p.NotApplicable("the ledger knows no visitor key")
	}
	limit := k.grace.Hours()
	k.p.Measure(finding.Measure{Name: "longest time since the end of a stored visitor key", Value: k.oldest.Hours(), Unit: "h", Max: &limit})
}
