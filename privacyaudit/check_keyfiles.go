package privacyaudit

import (
	"fmt"
	"strconv"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// keyfiles holds the folder of the keys against the ledger. The key-encryption
// key of an epoch that the ledger calls destroyed, or that a later one replaced,
// would open what erasures made unreadable in old copies. One that the ledger
// does not know was made by somebody else. The keys of a building in which the
// provider's service ended must not lie where the provider's are: what the ledger
// calls handed over lies aside, and what lies aside is called so there. And a key
// must not be older than the configuration lets it become.
//
// It judges the folder it is given: a copy of a key elsewhere it cannot see.
func init() {
	register(&Check{
		Name:   "keyfiles",
		About:  "The folder of the keys has one key-encryption key for each ring, the present one, made in time, and nothing else.",
		Needs:  NeedKeys,
		Params: []Param{{Name: "slack", Form: FormDuration, About: "how late a rotation may be (25h)"}},
		New:    newKeyFiles,
	})
}

func newKeyFiles(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	return Watch{End: func() {
		made, destroyed, given := map[string]time.Time{}, map[string]bool{}, map[string]bool{}
		for _, e := range p.entries("key-created") {
			made[e.Facts["ring"]+" "+e.Facts["epoch"]] = e.At
		}
		for _, e := range p.entries("key-destroyed") {
			destroyed[e.Facts["ring"]+" "+e.Facts["epoch"]] = true
		}
		for _, e := range p.entries("key-handed-over") {
			given[e.Facts["ring"]+" "+e.Facts["epoch"]] = true
		}
		latest := map[string]int{}
		for _, f := range p.ring.Files() {
			latest[f.Ring] = max(latest[f.Ring], f.Epoch)
		}
		for _, f := range p.ring.Files() {
			p.Select("key", 1)
			at := finding.Place{Store: "key", File: f.Path}
			name := f.Ring + " " + strconv.Itoa(f.Epoch)
			since, known := made[name]
			switch {
			case f.Ring == "" && f.Path == evidence.WireKeyFile:
			case f.Ring == "":
				p.Fail(finding.Place{Store: "key"}, "a file in the folder of the keys is none of the keys that the format names")
			case destroyed[name]:
				p.Fail(at, "the ledger says that this key was destroyed")
			case given[name] && !f.HandedOver:
				p.Fail(at, "the ledger says that this key was handed over, and it lies with the provider's")
			case f.Epoch != latest[f.Ring]:
				p.Fail(at, "a later key replaced this one, and it was not destroyed")
			case p.handedOver[f.Ring] && !f.HandedOver:
				p.Fail(at, "the provider's service ended in the building, and its key still lies with the provider's")
			case len(p.Ledger) > 0 && !known:
				p.Fail(at, "the ledger does not say that this key was made")
			case len(p.Ledger) > 0 && f.HandedOver && !given[name]:
				p.Fail(at, "it was put aside for whoever goes on with the building, and the ledger does not say that it was handed over")
			case known && p.Config != nil && !p.handedOver[f.Ring]:
				limit := time.Duration(p.Config.Limits.Rotation)
				if age := p.At.Sub(since); age > limit+p.Duration("slack", 25*time.Hour) {
					p.Fail(at, "the key is %s old, and is made anew after %s", inDays(age), inDays(limit))
				}
			}
		}
	}}, nil
}

// inDays is a time in days, for messages.
func inDays(d time.Duration) string {
	return fmt.Sprintf("%s days", strconv.FormatFloat(float64(d/time.Hour/24*10+d/time.Hour%24*10/24)/10, 'f', -1, 64))
}
