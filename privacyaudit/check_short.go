package privacyaudit

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// short judges values that cannot be searched for in bytes, because they are
// short or several people have them: a walking speed, a favourite floor. It
// compares field by field: a field of the rule stands only in records of its
// holders, and what it says of a subject is what the truth says of them now; and
// what nothing ended is there. It selects the fields found and those that should be.
//
// It knows a field by its name. A walking speed under another name it cannot
// tell from any other number.
func init() {
	register(&Check{
		Name:  "short",
		About: "Values that are too short to be searched for are right, field by field, and in no other kind of record.",
		Needs: NeedTruth,
		Params: []Param{
			{Name: "fields", Form: FormTexts, Required: true, About: "names that fields have in the stores and in the truth"},
			{Name: "holders", Form: FormTexts, Required: true, About: "kinds of records that may have them"},
			{Name: "late", Form: FormDuration, About: "how long after it had to go a value may still be there (1h)"},
		},
		New: newShort,
	})
}

type shortValues struct {
	p       *Probe
	fields  []string
	holders []string
	late    time.Duration
	truth   map[fieldOf][]*evidence.Canary
	order   []fieldOf
	live    map[*evidence.Canary]bool // found
}

// fieldOf is a field of a subject.
type fieldOf struct{ subject, field string }

func newShort(p *Probe) (Watch, error) {
	s := &shortValues{
		p: p, fields: p.Texts("fields"), holders: p.Texts("holders"), late: p.Duration("late", time.Hour),
		truth: map[fieldOf][]*evidence.Canary{}, live: map[*evidence.Canary]bool{},
	}
	for i := range p.Truth.Canaries {
		c := &p.Truth.Canaries[i]
		if c.Store == "cloud" && slices.Contains(s.fields, c.Field) && p.mine(serviceOf(c)) {
			one := fieldOf{c.Subject, c.Field}
			if s.truth[one] == nil {
				s.order = append(s.order, one)
			}
			s.truth[one] = append(s.truth[one], c)
		}
	}
	if len(s.order) == 0 {
		p.NotApplicable("nobody in the truth entered a value of these fields")
	}
	return Watch{Record: s.record, End: s.end}, nil
}

func (s *shortValues) record(r *Record) {
	if r.State != Read {
		return
	}
	holder := slices.Contains(s.holders, r.KindName())
	for i := range r.Fields {
		m := &r.Fields[i]
		for _, name := range s.fields {
			switch {
			case string(m.Name) != name:
				if len(m.Raw) > 0 && m.Raw[0] == '{' && bytes.Contains(m.Raw, []byte(`"`+name+`"`)) {
					s.p.Select(r.Source.Name, 1)
					s.p.Fail(r.Place(), "a field %s within another", name)
				}
			case !holder:
				s.p.Select(r.Source.Name, 1)
				s.p.Fail(r.Place(), "a field %s in a record of another kind", name)
			default:
				s.p.Select(r.Source.Name, 1)
				s.value(r, name, m.Raw)
			}
		}
	}
}

// value compares one field with the truth.
func (s *shortValues) value(r *Record, name string, raw []byte) {
	text := string(raw)
	if len(raw) > 0 && raw[0] == '"' {
		if json.Unmarshal(raw, &text) != nil {
			return // schema reports it
		}
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		text = strconv.FormatFloat(n, 'f', -1, 64)
	}
	if text == "" || text == "0" || text == "null" {
		return
	}
	over := false
	for _, c := range s.truth[fieldOf{r.Key.Subject, name}] {
		switch {
		case c.Value != text:
		case c.Until == nil || !s.p.At.After(c.Until.Add(s.late)):
			s.live[c] = s.live[c] || r.Live() && r.Source.Class == "cloud"
			return
		case r.Source.Class == "backup" && !s.p.At.After(c.Until.Add(s.late+s.p.backupsKept())):
			return
		default:
			over = true
		}
	}
	if over {
		s.p.Fail(r.Place(), "a value of the field %s is still there, though it had to go", name)
		return
	}
	s.p.Fail(r.Place(), "a value of the field %s that this user did not enter", name)
}

func (s *shortValues) end() {
	for _, one := range s.order {
		for _, c := range s.truth[one] {
			if c.Until != nil || c.From.After(s.p.At.Add(-time.Minute)) {
				continue
			}
			s.p.Select("cloud", 1)
			if !s.live[c] {
				s.p.Fail(finding.Place{Store: "cloud"}, "a value of the field %s is not there, though nothing ended it", one.field)
			}
		}
	}
}
