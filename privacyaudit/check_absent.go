package privacyaudit

import (
	"encoding/json"
	"slices"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// absent holds every occurrence of a known value against the truth: it may
// stand only in a store in which somebody entered it, until it had to go, in
// records of the kinds that are for it. It selects the values of the rule's
// fields once for each store, file and tapped line that was searched, in all
// physical versions, in the files' bytes as they lie, and in every form that
// package search knows.
//
// Stricter than the place alone:
//   - the stores seal what is about a person, so that no value may stand in the
//     bytes of their files;
//   - a digest of a value is the value, for whoever has a list of values;
//   - in a tap the frames are sealed, and those of anonymous sessions are about
//     nobody: nothing may be in the former from outside, or in the latter. What
//     else a phone sends is for the service to know;
//   - an export may hold what was there when it was made;
//   - a phone may hold what is its own user's.
//
// It cannot see values that several people have, and those that are too short
// to be searched for in bytes: see short. What is sealed with a key that is not
// in the evidence it cannot search.
func init() {
	register(&Check{
		Name:  "absent",
		About: "A value that somebody entered stands only where the truth allows it, and no longer than that.",
		Needs: NeedTruth,
		Params: []Param{
			{Name: "fields", Form: FormTexts, Required: true, About: "names of fields of the truth, without an entry's ID"},
			{Name: "holders", Form: FormTexts, About: "kinds of records that may hold the fields; none: they may stand nowhere decoded"},
			{Name: "late", Form: FormDuration, About: "how long after it had to go a value may still be there (1h)"},
		},
		New: func(p *Probe) (Watch, error) { return newAbsence(p).watch(), nil },
	})
}

// absence is the check of one rule.
type absence struct {
	p        *Probe
	judged   map[*Known]bool
	holders  []string
	late     time.Duration
	backups  time.Duration
	exported time.Time // when the export that is being read was made
	erased   map[string]bool
	told     told
}

func newAbsence(p *Probe) *absence {
	a := &absence{p: p, judged: map[*Known]bool{}, holders: p.Texts("holders"), late: p.Duration("late", time.Hour), backups: p.backupsKept(), erased: erasedSubjects(p.Truth)}
	fields := p.Texts("fields")
	for _, k := range p.Known {
		if slices.Contains(fields, plainField(k.Field)) && k.unique() && k.of(p) {
			a.judged[k] = true
		}
	}
	if len(a.judged) == 0 {
		p.NotApplicable("nobody in the truth entered a value of these fields")
	}
	return a
}

func (a *absence) watch() Watch {
	if len(a.judged) == 0 {
		return Watch{}
	}
	return Watch{
		Store: func(s *Source) { a.p.Select(s.Name, len(a.judged)) },
		Text: func(t *evidence.Text) {
			if t.Number > 0 {
				return
			}
			a.p.Select(t.Class, len(a.judged))
			if t.Class == evidence.ExportText {
				a.exported = exportedAt(t.Body, a.p.At)
			}
		},
		Found: a.found,
	}
}

// exportedAt is when an export was made, which all its forms say; what is none
// is judged as of now.
func exportedAt(body []byte, now time.Time) time.Time {
	var e struct {
		At time.Time `json:"at"`
	}
	if err := json.Unmarshal(body, &e); err != nil || e.At.IsZero() {
		return now
	}
	return e.At
}

func (a *absence) found(f *Found) {
	if !a.judged[f.Known] {
		return
	}
	field := plainField(f.Known.Field)
	if digested(f.Form) {
		a.fail(f, "a digest of a value of the field %s, which is as good as the value", field)
		return
	}
	switch s, why := a.judge(f); s {
	case nowhere:
		a.fail(f, "a value of the field %s stands where it may never be", field)
	case overdue:
		a.fail(f, "a value of the field %s is still there, though it had to go (%s)", field, why)
	}
}

// judge tells whether a value may stand where it was found.
func (a *absence) judge(f *Found) (standing, string) {
	k := f.Known
	switch f.Class {
	case "cloud", "building", "vault", "analytics", "ledger":
		if !a.holds(f.Record) {
			return nowhere, ""
		}
		return k.stands(f.Source, a.p.At, a.late)
	case "backup":
		if !a.holds(f.Record) {
			return nowhere, ""
		}
		return k.inBackup(a.p.At, a.late, a.backups, a.erased)
	case "archive":
		if f.Record != nil && f.Record.KindName() == "held-record" && k.held() {
			return mayStand, ""
		}
	case "wire":
		if f.Frame != nil && !f.Frame.Anonymous && !a.secret(k) {
			return mayStand, ""
		}
	case evidence.ExportText:
		return k.stands("exports", a.exported, a.late)
	case evidence.DisplayText:
		return k.stands("displays", a.p.At, a.late)
	case evidence.PhoneText:
		return k.stands("phones/"+phoneOf(f.File), a.p.At, a.late)
	}
	return nowhere, ""
}

// holds tells whether a record may hold the rule's fields; bytes of a file that
// were not decoded may not.
func (a *absence) holds(r *Record) bool {
	return r != nil && slices.Contains(a.holders, r.KindName())
}

// secret tells whether the service itself may not read a value that passes
// through it: what the camera sees is sealed for one phone.
func (a *absence) secret(k *Known) bool { return k.Field == fieldFrame }

// fieldFrame is the field of what the camera at the entrance shows.
const fieldFrame = "intercom-frame"

// phoneOf is whose phone a file is of, by its name.
func phoneOf(name string) string {
	const before = "stores/phones/"
	if len(name) < len(before) || name[:len(before)] != before {
		return ""
	}
	rest := name[len(before):]
	for i := range rest {
		if rest[i] == '/' {
			return rest[:i]
		}
	}
	return rest
}

func (a *absence) fail(f *Found, format string, args ...any) {
	if !a.told.repeats(f) {
		a.p.Fail(f.place(), format, args...)
	}
}

// place is where a value was found, for findings.
func (f *Found) place() finding.Place {
	if f.Record != nil {
		place := f.Record.Place()
		place.Form, place.Offset = string(f.Form), f.Offset
		return place
	}
	place := finding.Place{Store: f.Source, File: f.File, Form: string(f.Form), Offset: f.Offset}
	if f.Source == f.File { // a text is its own file
		place.Store = f.Class
	}
	return place
}
