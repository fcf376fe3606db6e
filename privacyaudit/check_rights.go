package privacyaudit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// rights holds what subjects asked for against the truth. What a rule judges it
// says by name:
//
//	requests    each request of the truth is in the ledger with the same right,
//	            channel and subject, once, and was fulfilled; and none is there that
//	            nobody made
//	channels    app, manager and operator, and no other
//	identity    who did not prove who they are was refused, on record, and got nothing
//	review      each answer has every value that the subject had entered or the
//	            Manager had about them, and no other person's
//	portable    each file can be read whole by its form, with every value the
//	            subject entered, and no other person's
//	corrected   each correction is in the ledger on the day
//	objected    each objection is in the ledger, and in the cloud as long as the
//	            account is there
//	referred    who asked for erasure was referred to the Manager for permissions
//
// A right's rule names the right in its parameters. Values that people share
// cannot be told apart; whether an answer was understood no file tells.
func init() {
	register(&Check{
		Name:  "rights",
		About: "What subjects asked for they got: all of it, of nobody else, through whatever channel.",
		Needs: NeedTruth,
		Params: []Param{
			{Name: "judge", Form: FormTexts, Required: true, About: "some of " + strings.Join(rightsAspects, ", ")},
			{Name: "rights", Form: FormTexts, About: "export, correct, erase, object, port; none = all"},
		},
		New: newRights,
	})
}

var rightsAspects = []string{"requests", "channels", "identity", "review", "portable", "corrected", "objected", "referred"}

type rights struct {
	*Probe
	judge    []string
	accounts *lives
	values   map[string][]*evidence.Canary // of a subject, that an export may have
	mails    whose
	objected map[string]bool // subject and purpose, in the cloud
	answers  []time.Time
	ends     map[string]*Entry // of buildings
}

func newRights(p *Probe) (Watch, error) {
	x := &rights{Probe: p, judge: p.Texts("judge"), accounts: livesOf(p.Truth), values: map[string][]*evidence.Canary{}, mails: p.whose(), objected: map[string]bool{}}
	if odd := without(x.judge, rightsAspects); len(odd) > 0 {
		return Watch{}, fmt.Errorf("judge: there is no %q; there are %s", odd, strings.Join(rightsAspects, ", "))
	}
	for i := range p.Truth.Canaries {
		if c := &p.Truth.Canaries[i]; c.Subject != "" && c.Store != "" {
			x.values[c.Subject] = append(x.values[c.Subject], c)
		}
	}
	w := Watch{End: x.end}
	if x.judges("review") || x.judges("portable") || x.judges("identity") {
		w.Text = x.text
	}
	if x.judges("objected") {
		w.Record = x.record
	}
	return w, nil
}

func (x *rights) judges(aspect string) bool { return slices.Contains(x.judge, aspect) }

// right tells whether the rule judges a right.
func (x *rights) right(name string) bool {
	list := x.Texts("rights")
	return len(list) == 0 || slices.Contains(list, name)
}

// record notes objections in the cloud.
func (x *rights) record(r *Record) {
	if r.KindName() == "objection" && r.Source.Class == "cloud" && r.Live() && r.State == Read {
		x.objected[subjectRef(r.Key.Subject)+"/"+r.Text("purpose")] = true
	}
}

func (x *rights) end() {
	if x.judges("requests") || x.judges("channels") {
		x.requests()
	}
	if x.judges("identity") {
		x.identity()
	}
	if x.judges("review") {
		x.answered("export")
	}
	if x.judges("portable") {
		x.answered("port")
	}
	if x.judges("corrected") {
		x.sameInstant("correct", "corrected", "somebody's data were corrected, and the ledger does not say so")
	}
	if x.judges("objected") {
		x.objections()
	}
	if x.judges("referred") {
		x.referrals()
	}
	if x.selected() == 0 {
		x.NotApplicable("by the truth nobody asked for it who uses this service, or the answer waits to be delivered")
	}
}

// asked calls f with the acts of the truth in which subjects of the rule's
// service used a right.
func (x *rights) asked(kinds []string, f func(act *evidence.Act, one *life)) {
	for i := range x.Truth.Acts {
		act := &x.Truth.Acts[i]
		if !slices.Contains(kinds, act.Kind) {
			continue
		}
		if one := x.accounts.BySubject[act.Subject]; one != nil && x.mine(one.Service) {
			f(act, one)
		}
	}
}

// answered wants a file for each time that a subject asked for one. What they
// ask for through their Manager is delivered when they next use the app.
func (x *rights) answered(kind string) {
	x.asked([]string{kind}, func(act *evidence.Act, one *life) {
		if act.Result != "" || act.Facts["channel"] == "manager" || x.Parts.Exports == "" {
			return
		}
		x.Select("truth", 1)
		if !slices.ContainsFunc(x.answers, act.At.Equal) {
			x.Fail(finding.Place{Store: "truth", Kind: kind, Key: one.Ref[:16]}, "a subject asked for a file, and there is none")
		}
	})
}

// rightsKinds are the kinds of acts by which subjects use rights.
var rightsKinds = []string{"export", "correct", "erase", "object", "port"}

func (x *rights) requests() {
	fulfilled := map[string][]*Entry{}
	made := map[string]bool{}
	for _, e := range x.entries("request") {
		if e.Facts["outcome"] == "fulfilled" {
			fulfilled[e.ID] = append(fulfilled[e.ID], e)
		}
	}
	x.asked(rightsKinds, func(act *evidence.Act, one *life) {
		made[act.Facts["request"]] = true
		if act.Result != "" || !x.right(act.Kind) || !x.judges("requests") {
			return
		}
		x.Select("truth", 1)
		place := finding.Place{Store: "truth", Kind: act.Kind, Key: finding.KeyHash([]byte(act.Facts["request"]))}
		done := fulfilled[act.Facts["request"]]
		switch {
		case len(done) == 0:
			x.Fail(place, "a subject asked for it, and by the ledger it was not fulfilled")
		case len(done) > 1:
			x.Fail(place, "by the ledger it was fulfilled %d times", len(done))
		case done[0].Facts["right"] != act.Kind || done[0].Facts["channel"] != act.Facts["channel"]:
			x.Fail(done[0].Place(), "the ledger has another right or channel than the subject used")
		case done[0].Facts["ref"] != one.Ref:
			x.Fail(done[0].Place(), "the ledger has another subject than the one who asked")
		}
	})
	for _, e := range x.entries("request") {
		if !x.mine(e.Facts["service"]) || !x.right(e.Facts["right"]) {
			continue
		}
		if x.judges("channels") {
			x.Select("ledger", 1)
			if !slices.Contains([]string{"app", "manager", "operator"}, e.Facts["channel"]) {
				x.Fail(e.Place(), "it came through a channel that there is not")
			}
		}
		if x.judges("requests") && e.Facts["outcome"] == "fulfilled" && !made[e.ID] {
			x.Fail(e.Place(), "the ledger has a request that nobody made")
		}
	}
}

// identity holds refusals against those who asked in another's name.
func (x *rights) identity() {
	var refusals, tries []time.Time
	for _, e := range x.entries("identity-refused") {
		refusals = append(refusals, e.At)
	}
	x.asked([]string{"impostor"}, func(act *evidence.Act, one *life) {
		x.Select("truth", 1)
		tries = append(tries, act.At)
		place := finding.Place{Store: "truth", Kind: act.Kind, Key: one.Ref[:16]}
		if act.Result == "" {
			x.Fail(place, "somebody who did not prove who they are was not refused")
		}
		if slices.ContainsFunc(x.answers, act.At.Equal) {
			x.Fail(place, "somebody who did not prove who they are was given data")
		}
	})
	left := matches(tries, refusals)
	for _, at := range tries {
		if left[at.UTC()] > 0 {
			left[at.UTC()]--
			x.Fail(finding.Place{Store: "truth", Kind: "impostor"}, "somebody did not prove who they are, and the ledger does not say that it was refused")
		}
	}
}

// sameInstant wants an entry for each act that was done, at its instant.
func (x *rights) sameInstant(kind, entry, message string) {
	var entries []time.Time
	for _, e := range x.entries(entry) {
		entries = append(entries, e.At)
	}
	x.asked([]string{kind}, func(act *evidence.Act, one *life) {
		if act.Result != "" {
			return
		}
		x.Select("truth", 1)
		if !slices.ContainsFunc(entries, act.At.Equal) {
			x.Fail(finding.Place{Store: "truth", Kind: kind, Key: one.Ref[:16]}, "%s", message)
		}
	})
}

func (x *rights) objections() {
	state := map[string]*Entry{} // last, by subject's hash and purpose
	for _, e := range x.entries("objection") {
		state[e.Facts["ref"]+"/"+e.Facts["purpose"]] = e
	}
	x.asked([]string{"object"}, func(act *evidence.Act, one *life) {
		if act.Result != "" {
			return
		}
		x.Select("truth", 1)
		if !slices.ContainsFunc(sortedNames(state), func(key string) bool { return strings.HasPrefix(key, one.Ref+"/") }) {
			x.Fail(finding.Place{Store: "truth", Kind: act.Kind, Key: one.Ref[:16]}, "a subject objected, and the ledger does not say so")
		}
	})
	for _, key := range sortedNames(state) {
		e := state[key]
		one := x.accounts.ByRef[e.Facts["ref"]]
		if one == nil || !x.mine(one.Service) || !one.End.IsZero() || x.lost()(e.At) {
			continue
		}
		x.Select("ledger", 1)
		if !x.objected[key] {
			x.Fail(e.Place(), "a subject objected, and the cloud does not know it")
		}
	}
}

// referrals wants a referral to the Manager for the permissions of each subject
// who asked for erasure and whom a building knew that is still served.
func (x *rights) referrals() {
	referred := map[string]bool{}
	for _, e := range x.entries("referral") {
		if slices.Contains(words(e.Facts["kinds"]), "permission") {
			referred[e.Facts["ref"]+"/"+e.Facts["building"]] = true
		}
	}
	admitted := map[string][]string{}
	x.asked([]string{"admitted"}, func(act *evidence.Act, one *life) {
		if act.Result == "" {
			admitted[one.Ref] = append(admitted[one.Ref], act.Facts["building"])
		}
	})
	x.asked([]string{"erase"}, func(act *evidence.Act, one *life) {
		if act.Result != "" {
			return
		}
		for _, building := range admitted[one.Ref] {
			if end := x.endOf(building); end != nil && !act.At.Before(end.At) {
				continue // the whole building was referred
			}
			x.Select("truth", 1)
			if !referred[one.Ref+"/"+building] {
				x.Fail(finding.Place{Store: "truth", Kind: act.Kind, Key: one.Ref[:16]}, "who asked for erasure was not referred to the Manager for the permissions in a building")
			}
		}
	})
}
