package privacyaudit

import (
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// certificates judges every certificate of an erasure by what lies in the files:
// it may say only what is true, and has to say all that is. Where it says erased
// there is no physical version of a record under the subject's ID, deleted and
// superseded ones included, and no wrapped key; where it says shredded, what is
// left does not open; where it refers to the Manager, only what is the Manager's
// is left, and not more than it says; of a store that it does not name there is
// nothing. Copies in the archive must be said to be held. With the truth, what
// was logged under the subject's randomized IDs, their keys and their links are
// judged, too.
//
// It cannot see a record that holds a subject's data under another's ID, which
// the search for known values does.
func init() {
	register(&Check{
		Name:   "certificates",
		About:  "Every certificate of an erasure says what is true of every store, live and physical, and no more.",
		Params: []Param{{Name: "managers", Form: FormTexts, Required: true, About: "kinds of records that may be left where the Manager has to withdraw them"}},
		New:    newCertificates,
	})
}

// certified is what is left of one erased subject.
type certified struct {
	*certificate
	left map[string]int // live records in buildings whose Manager was told, by store
}

type certifier struct {
	*Probe
	managers  []string
	byRef     map[string]*certified
	bySubject map[string]*certified // by the ID in keys; nil for those not erased
	byAlias   map[string]*certified // by randomized ID
	inBackup  map[*certified]bool   // of the backup that is being read
}

func newCertificates(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	c := &certifier{Probe: p, managers: p.Texts("managers"), bySubject: map[string]*certified{}, byAlias: map[string]*certified{}, inBackup: map[*certified]bool{}}
	return Watch{Record: c.record, Store: c.store, End: c.end}, nil
}

// begin reads the certificates; the ledger is known when the first record comes.
func (c *certifier) begin() {
	if c.byRef != nil {
		return
	}
	c.byRef = map[string]*certified{}
	for ref, one := range c.certificates(func(e *Entry, why string) { c.Fail(e.Place(), "%s", why) }) {
		c.byRef[ref] = &certified{certificate: one, left: map[string]int{}}
	}
	if c.Truth == nil || len(c.byRef) == 0 {
		return
	}
	accounts := livesOf(c.Truth)
	ended := map[string]bool{} // people of whom an account was erased
	for _, one := range accounts.All {
		if c.byRef[one.Ref] != nil {
			ended[one.Person] = true
		}
	}
	seen := map[string]bool{}
	err := c.Truth.Trips(func(t *evidence.Trip) error {
		if t.Pseudonym == "" || !ended[t.Person] || seen[t.Pseudonym] {
			return nil
		}
		seen[strings.Clone(t.Pseudonym)] = true
		if one := accounts.Of(t.Person, t.At); one != nil && c.byRef[one.Ref] != nil {
			c.byAlias[strings.Clone(t.Pseudonym)] = c.byRef[one.Ref]
		}
		return nil
	})
	if err != nil {
		c.problem("truth", "trips.ndjson", err)
	}
}

// of is the erased subject under whose ID or randomized ID a record stands.
func (c *certifier) of(r *Record) (one *certified, alias bool) {
	if r.Kind == nil {
		return nil, false
	}
	if r.Kind.Name == "usage-log" {
		return c.byAlias[r.Value.KeyID], true
	}
	if one := c.byAlias[r.Key.Item]; one != nil && r.Kind.Name == "link" {
		return one, true
	}
	id := r.Key.Subject
	if id == "" {
		return nil, false
	}
	if one := c.byAlias[id]; one != nil {
		return one, true
	}
	one, known := c.bySubject[id]
	if !known {
		one = c.byRef[subjectRef(id)]
		c.bySubject[id] = one
	}
	return one, false
}

func (c *certifier) record(r *Record) {
	c.begin()
	if r.KindName() == "held-record" {
		c.held(r)
		return
	}
	one, alias := c.of(r)
	if one == nil {
		return
	}
	store := r.Source.Name
	switch {
	case r.Source.Class == "backup":
		if !alias { // what was logged stays until its time has come, and does not open
			c.inBackup[one] = true
		}
		if r.State == Read {
			c.Fail(r.Place(), "a backup has a record of an erased subject, and it opens")
		}
		return
	case alias:
		switch {
		case r.Kind.Name == "usage-log" && r.State == Read:
			c.Fail(r.Place(), "it was logged under a randomized ID of an erased subject, and still opens")
		case r.Kind.Name != "usage-log":
			c.Fail(r.Place(), "of a randomized ID of an erased subject a %s is left%s", r.Kind.Name, physical(r))
		}
		return
	}
	if _, left := one.claims(store, outNotProvider); left {
		return
	}
	if _, referred := one.claims(store, outReferred); referred && (slices.Contains(c.managers, r.Kind.Name) || r.Kind.Name == "wrapped-key") {
		if r.Live() && r.Kind.Name != "wrapped-key" {
			one.left[store]++
		}
		return
	}
	if len(one.Stores[store]) == 0 {
		c.Fail(r.Place(), "a record of an erased subject is left%s in a store that the certificate does not name", physical(r))
		return
	}
	c.Fail(r.Place(), "a record of an erased subject is left%s; the certificate says otherwise", physical(r))
}

// physical says that no reader sees a version any more.
func physical(r *Record) string {
	if r.Live() {
		return ""
	}
	return " in the files"
}

// held judges a copy in the archive.
func (c *certifier) held(r *Record) {
	if r.State != Read {
		return
	}
	parts := strings.Split(r.Text("key"), "/")
	if len(parts) < 2 {
		return
	}
	one := c.byRef[subjectRef(parts[1])]
	if one == nil {
		return
	}
	c.Select(r.Source.Name, 1)
	if _, said := one.claims("archive", outHeld); !said {
		c.Fail(r.Place(), "a copy of a record of an erased subject is held, and the certificate does not say so")
	}
}

// store judges what only shows when a store has been read.
func (c *certifier) store(src *Source) {
	c.begin()
	c.Select(src.Name, 0)
	if src.Backup == nil {
		return
	}
	for _, ref := range sortedNames(c.byRef) {
		if one := c.byRef[ref]; c.inBackup[one] && src.Backup.At.After(one.Entry.At) {
			c.Fail(finding.Place{Store: src.Name, Key: ref[:16]}, "a backup that was made after an erasure has records of its subject")
		}
	}
	clear(c.inBackup)
}

func (c *certifier) end() {
	c.begin()
	var accounts *lives
	if c.Truth != nil {
		accounts = livesOf(c.Truth)
	}
	intended := map[string]*Entry{}
	for _, e := range c.entries("erasure-intended") {
		intended[e.ID] = e
	}
	for _, e := range c.entries("erasure-settled") {
		c.Select("ledger", 1)
		c.judge(e, intended[e.ID], accounts)
	}
	for _, e := range c.entries("erasure-settled") {
		one := c.byRef[e.Facts["ref"]]
		if one == nil || one.Entry != e {
			continue
		}
		for _, store := range sortedNames(one.left) {
			if said, _ := one.claims(store, outReferred); one.left[store] > said {
				c.Fail(e.Place(), "%s still has %d records of the subject; %d were referred to the Manager", store, one.left[store], said)
			}
		}
	}
	if len(c.byRef) == 0 && len(c.Ledger) > 0 && len(intended) == 0 {
		c.NotApplicable("the ledger knows no erasure")
	}
}

// judge holds the form of one certificate against its intention and the truth.
func (c *certifier) judge(e, intended *Entry, accounts *lives) {
	switch requested, ok := e.Time("requested"); {
	case intended == nil || intended.Sequence > e.Sequence:
		c.Fail(e.Place(), "it was not in the ledger that this erasure was intended before it was done")
	case !ok || !requested.Equal(intended.At.Truncate(time.Nanosecond)):
		c.Fail(e.Place(), "it gives another instant of the request than the ledger")
	}
	destroyed := 0
	for name, outcomes := range e.Facts {
		if !strings.HasPrefix(name, "store-") {
			continue
		}
		for _, part := range strings.Split(outcomes, ",") {
			switch outcome, count, _ := strings.Cut(part, " "); outcome {
			case outErased, outShredded:
				if count == "0" {
					c.Fail(e.Place(), "it says that nothing at all was destroyed in a store, as if something had been")
				}
				destroyed++
			case outNone, outHeld, outReferred, outNotProvider, outInstructed:
			default:
				c.Fail(e.Place(), "it gives an outcome that there is not")
			}
		}
	}
	if destroyed == 0 {
		c.Fail(e.Place(), "it destroyed nothing")
	}
	if accounts != nil && accounts.ByRef[e.Facts["ref"]] == nil {
		c.Fail(e.Place(), "it is about a subject that there never was")
	}
}

// sortedNames are the keys of a map in order.
func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
