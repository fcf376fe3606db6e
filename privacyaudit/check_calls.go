package privacyaudit

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// calls judges that no elevator call of the rule's service is stored. Floors
// have labels in the truth that occur nowhere else, so that a call is found by
// them as text: a label stands only in records that name floors for another
// reason (permissions, key tags, favourites, logs that a Manager ordered), never two
// of them in one log record, and in no log, metric or file of a phone with this
// service. And no record of a person has, within a minute of one of their calls,
// two numbers that are its floors. It selects the records and files.
//
// A call without labels, in a log line without the person, it cannot see: that
// lines have declared attributes only is for telemetry. Floors whose labels have
// fewer than 8 bytes cannot be searched for; without any longer one the rule is
// inconclusive.
func init() {
	register(&Check{
		Name:  "calls",
		About: "No elevator call is stored: no floors, and no person with time and floors.",
		Needs: NeedTruth,
		Params: []Param{
			{Name: "holders", Form: FormTexts, About: "kinds of records that name floors for another reason"},
			{Name: "within", Form: FormDuration, About: "how near to a call a record's instants must be to be about it (60s)"},
		},
		New: newCalls,
	})
}

// made is one call of the truth.
type made struct {
	at       int64
	from, to int32
}

type calls struct {
	p       *Probe
	holders []string
	within  time.Duration
	made    map[string][]made // by subject
	phones  map[string]bool   // of users of this service
	last    string            // key of the log record in which a label was found last
	label   *Known            // the one that was found
}

func newCalls(p *Probe) (Watch, error) {
	c := &calls{p: p, holders: p.Texts("holders"), within: p.Duration("within", time.Minute), made: map[string][]made{}, phones: map[string]bool{}}
	subjects := map[string][]string{} // of a person
	for i := range p.Truth.Canaries {
		one := &p.Truth.Canaries[i]
		if one.Subject != "" && p.mine(one.Service) && !slices.Contains(subjects[one.Person], one.Subject) {
			subjects[one.Person] = append(subjects[one.Person], one.Subject)
			c.phones[one.Person[min(1, len(one.Person)):]] = true
		}
	}
	n := 0
	err := p.Truth.Trips(func(t *evidence.Trip) error {
		if !p.mine(t.Service) {
			return nil
		}
		n++
		for _, s := range subjects[t.Person] {
			c.made[s] = append(c.made[s], made{t.At.UnixNano(), int32(t.From), int32(t.To)})
		}
		return nil
	})
	if err != nil {
		return Watch{}, fmt.Errorf("trips: %w", err)
	}
	for _, list := range c.made {
		slices.SortFunc(list, func(a, b made) int { return cmp.Compare(a.at, b.at) })
	}
	switch {
	case n == 0:
		p.NotApplicable("nobody called with this service in the truth")
	case !slices.ContainsFunc(p.Known, func(k *Known) bool { return k.Field == fieldFloor }):
		p.Inconclusive("the labels of the floors are too short to be searched for")
	}
	return Watch{
		Record: c.record,
		Text:   func(t *evidence.Text) { p.Select(t.Class, 1) },
		Found:  c.found,
	}, nil
}

func (c *calls) found(f *Found) {
	if f.Known.Field != fieldFloor {
		return
	}
	switch {
	case f.Record != nil && slices.Contains(c.holders, f.Record.KindName()):
		if f.Record.KindName() == "building-log" {
			c.twice(f)
		}
		return
	case f.Record == nil && f.Class == evidence.PhoneText && !c.phones[phoneOf(f.File)]:
		return
	}
	c.p.Fail(f.place(), "the label of a floor, where nothing but a call would have one")
}

// twice finds a log record that holds two floors.
func (c *calls) twice(f *Found) {
	if key := string(f.Record.RawKey); key != c.last || c.label == nil {
		c.last, c.label = key, f.Known
		return
	}
	if f.Known != c.label {
		c.p.Fail(f.place(), "the labels of two floors in one record of a log")
		c.label = f.Known
	}
}

func (c *calls) record(r *Record) {
	c.p.Select(r.Source.Name, 1)
	if r.State != Read || r.Key.Subject == "" {
		return
	}
	trips := c.made[r.Key.Subject]
	if len(trips) == 0 {
		return
	}
	if c.about(trips, r.Meta.At, r.Body) {
		c.fail(r)
		return
	}
	for i := range r.Fields {
		raw := r.Fields[i].Raw
		if len(raw) < len(`"2006-01-02T15:04:05Z"`) || raw[0] != '"' || raw[5] != '-' || string(r.Fields[i].Name) == "at" {
			continue
		}
		if at, err := time.Parse(time.RFC3339Nano, string(raw[1:len(raw)-1])); err == nil && c.about(trips, at.UnixNano(), r.Body) {
			c.fail(r)
			return
		}
	}
}

func (c *calls) fail(r *Record) {
	c.p.Fail(r.Place(), "the person, the minute and both floors of a call")
}

// about tells whether an instant is near a call whose floors are numbers of the
// body.
func (c *calls) about(trips []made, at int64, body []byte) bool {
	first, _ := slices.BinarySearchFunc(trips, at-int64(c.within), func(m made, at int64) int { return cmp.Compare(m.at, at) })
	for _, m := range trips[first:] {
		if m.at > at+int64(c.within) {
			return false
		}
		if m.from != m.to && hasNumber(body, m.from) && hasNumber(body, m.to) {
			return true
		}
	}
	return false
}

// hasNumber tells whether a number is a value of JSON text, as a number or as
// a text of its own.
func hasNumber(body []byte, n int32) bool {
	want := strconv.AppendInt(nil, int64(n), 10)
	for from := 0; ; {
		i := bytes.Index(body[from:], want)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(want)
		from = start + 1
		if start == 0 || end == len(body) {
			continue
		}
		before, behind := body[start-1], body[end]
		if before == '"' && behind == '"' || bytes.IndexByte([]byte(":,[ "), before) >= 0 && bytes.IndexByte([]byte(",]} \n"), behind) >= 0 {
			return true
		}
	}
}

// tapped judges that calls reach the service over the tapped wire, so that what
// the rules on the wire say is about all of them. It selects the calls of the
// truth.
func init() {
	register(&Check{
		Name:  "tapped",
		About: "Every call that the service took came over the wire.",
		Needs: NeedTruth | NeedWire | NeedKeys,
		Params: []Param{
			{Name: "operations", Form: FormTexts, Required: true, About: "requests that are calls"},
		},
		New: newTapped,
	})
}

func newTapped(p *Probe) (Watch, error) {
	operations := p.Texts("operations")
	took, came := 0, 0
	if err := p.Truth.Trips(func(*evidence.Trip) error { took++; return nil }); err != nil {
		return Watch{}, fmt.Errorf("trips: %w", err)
	}
	return Watch{
		Frame: func(f *evidence.Frame) {
			if f.Err != nil || f.Type != evidence.Request {
				return
			}
			if word, _, err := f.Message(); err == nil && slices.Contains(operations, word) {
				came++
			}
		},
		End: func() {
			p.Select(evidence.WireText, took)
			if took == 0 {
				p.NotApplicable("nobody called in the truth")
			}
			if came < took {
				p.Fail(finding.Place{Store: evidence.WireText}, "%s on the wire, and the service took %d", counted(came, "call"), took)
			}
		},
	}, nil
}
