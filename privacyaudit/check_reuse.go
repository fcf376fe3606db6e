package privacyaudit

import (
	"slices"
	"strconv"
	"time"

	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// reuse tells whether each randomized ID is one person's in one building for no
// longer than it may be: by what phones say, by the trips of the truth, by the
// links of the vault, and by the records that carry it. An ID that is used for
// longer, or elsewhere, lets whoever knows it once follow its user.
//
// Of IDs of which neither phone, link nor record is left it knows nothing.
func init() {
	register(&Check{
		Name:  "reuse",
		About: "No randomized ID is in use by two persons, in two buildings or for longer than its period.",
		Params: []Param{
			{Name: "rotation", Form: FormDuration, Required: true, About: "for how long a phone may use one ID"},
			{Name: "slack", Form: FormDuration, About: "for how long after that records may still carry it (24h): the period begins with the day of its registration"},
		},
		New: newReuse,
	})
}

// span is what the records of one randomized ID say.
type span struct {
	store       string
	building    string
	subject     string // by its link
	first, last int64  // instants of records, nanoseconds since 1970
	logged      bool
	key         string // hash of a key
}

func newReuse(p *Probe) (Watch, error) {
	r := &reuse{p: p, spans: map[string]*span{}, limit: p.Duration("rotation", 0), slack: p.Duration("slack", 24*time.Hour)}
	if p.Truth != nil && p.Truth.Settings.Rotation > 0 {
		// A service that promises itself less is held to it.
		r.limit = min(r.limit, time.Duration(p.Truth.Settings.Rotation))
	}
	return Watch{
		Record: func(rec *Record) {
			switch {
			case rec.State != Read:
			case rec.KindName() == "link":
				r.link(rec)
			default:
				r.log(rec)
			}
		},
		End: r.end,
	}, nil
}

type reuse struct {
	p            *Probe
	spans        map[string]*span // by ID
	limit, slack time.Duration
}

func (r *reuse) of(id string, rec *Record) *span {
	s := r.spans[id]
	if s == nil {
		s = &span{store: rec.Source.Name, key: finding.KeyHash([]byte(id))}
		r.spans[id] = s
	}
	return s
}

// log takes a record that carries a randomized ID.
func (r *reuse) log(rec *Record) {
	id := unquoted(rec.Field("pseudonym"))
	if id == nil {
		return
	}
	r.p.Select(rec.Source.Name, 1)
	s := r.spans[string(id)] // without a copy of the ID
	if s == nil {
		s = r.of(string(id), rec)
	}
	if !s.logged {
		s.logged, s.first, s.last = true, rec.Meta.At, rec.Meta.At
	}
	s.first, s.last = min(s.first, rec.Meta.At), max(s.last, rec.Meta.At)
	r.in(s, rec, rec.Meta.Building)
}

// in notes the building in which an ID is used.
func (r *reuse) in(s *span, rec *Record, building []byte) {
	switch {
	case len(building) == 0 || s.building == string(building):
	case s.building == "":
		s.building = string(building)
	default:
		r.p.Fail(rec.Place(), "a randomized ID is used in two buildings")
	}
}

// link takes a link, where the key that opens it is there.
func (r *reuse) link(rec *Record) {
	epoch, err := strconv.Atoi(string(rec.Field("epoch")))
	sealed, ok := format.Member{Raw: rec.Field("sealed")}.Bytes(nil)
	if err != nil || !ok {
		return // the schema's check reports it
	}
	l, err := r.p.ring.OpenLink(rec.Key.Item, epoch, sealed)
	if err != nil {
		return // check sealed reports it
	}
	r.p.Select(rec.Source.Name, 1)
	s := r.of(rec.Key.Item, rec)
	r.in(s, rec, []byte(l.Building))
	if s.subject != "" && s.subject != l.Subject {
		r.p.Fail(rec.Place(), "a randomized ID leads to two accounts")
	}
	s.subject = l.Subject
}

func (r *reuse) end() {
	owners := r.p.owners()
	if owners.err != nil {
		r.p.problem("phones", "", owners.err)
	}
	for _, one := range owners.list {
		r.onPhones(one)
	}
	persons := map[string]string{} // by subject
	if r.p.Truth != nil {
		for _, l := range livesOf(r.p.Truth).All {
			persons[l.Subject] = l.Person
		}
	}
	ids := make([]string, 0, len(r.spans))
	for id := range r.spans {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		s := r.spans[id]
		at := finding.Place{Store: s.store, Key: s.key}
		if life := time.Duration(s.last - s.first); s.logged && life > r.limit+r.slack {
			r.p.Fail(at, "records carry one randomized ID over %s, and it may be used for %s", days(life), days(r.limit))
		}
		one, person := owners.of[id], persons[s.subject]
		if one != nil && person != "" && !slices.Contains(one.Persons, person) {
			r.p.Fail(at, "a randomized ID leads to another person's account than that of who used it")
		}
		if one != nil && s.building != "" && slices.ContainsFunc(one.Uses, func(u use) bool { return u.Building != s.building }) {
			r.p.Fail(at, "a randomized ID is used in another building than the one for which the phone made it")
		}
	}
	r.p.idle()
}

// onPhones judges an ID by the phones that have it and the trips made under it.
func (r *reuse) onPhones(one *owned) {
	at := finding.Place{Store: "phones", Key: finding.KeyHash([]byte(one.ID))}
	r.p.Select("phones", max(1, len(one.Uses)))
	if len(one.Persons) > 1 {
		r.p.Fail(at, "%d persons use one randomized ID", len(one.Persons))
	}
	uses := slices.SortedFunc(slices.Values(one.Uses), func(a, b use) int { return a.From.Compare(b.From) })
	for _, u := range uses {
		if life := u.Until.Sub(uses[0].From); life > r.limit {
			r.p.Fail(at, "a phone uses one randomized ID for %s, and may for %s", days(life), days(r.limit))
		}
		if u.Building != uses[0].Building {
			r.p.Fail(at, "a phone uses one randomized ID in two buildings")
		}
	}
}

// days writes a time in days.
func days(d time.Duration) string {
	return strconv.FormatFloat(d.Hours()/24, 'f', -1, 32) + " days"
}
