package privacyaudit

import (
	"bytes"
	"slices"
	"time"

	"hoistway/privacyaudit/search"
)

// direct tells whether records that are to name nobody hold what they are
// declared to and nothing else: no further field, nothing that looks like
// personal data, no instant finer than declared, in their own field or in the
// day of their key, and of equipment nothing but what the building has.
//
// A value that names somebody and looks like nothing known, such as a nickname,
// it sees only where it is one of a closed list. Check absent looks for known
// values.
func init() {
	register(&Check{
		Name:  "direct",
		About: "Records that name nobody hold only what is declared, and no instant finer than declared.",
		Params: []Param{
			{Name: "fields", Form: FormTexts, Required: true, About: "the fields that there may be, beside those of every record"},
			{Name: "round", Form: FormDuration, Required: true, About: "to what the instant of each record is rounded"},
			{Name: "equipment", Form: FormText, About: "field that must name a bank of lifts of the record's building"},
		},
		New: newDirect,
	})
}

// everyField are the fields of every record.
var everyField = []string{"controller", "processor", "building", "at"}

func newDirect(p *Probe) (Watch, error) {
	d := &direct{
		p: p, round: int64(p.Duration("round", 0)), allowed: slices.Concat(everyField, p.Texts("fields")), equipment: p.Text("equipment", ""),
		banks: map[string]bool{},
	}
	if p.Config != nil {
		for _, b := range p.Config.Buildings {
			d.known = d.known || len(b.Banks) > 0
			for _, bank := range b.Banks {
				d.banks[b.Name+"\x00"+bank.Name] = true
			}
		}
	}
	return Watch{Record: d.judge, End: p.unlogged}, nil
}

type direct struct {
	p         *Probe
	round     int64
	allowed   []string
	equipment string
	banks     map[string]bool // building and bank
	known     bool            // the configuration lists banks
	name      []byte
	last      int64 // number of the day of dayText
	dayText   string
}

// day is the day of an instant as keys write it. Records come by their keys, so
// most are of the day of the one before.
func (d *direct) day(at int64) string {
	if n := at / int64(24*time.Hour); d.dayText == "" || n != d.last {
		d.last, d.dayText = n, time.Unix(0, at).UTC().Format("20060102")
	}
	return d.dayText
}

func (d *direct) judge(r *Record) {
	if r.State != Read {
		return // other checks say why not
	}
	d.p.Select(r.Source.Name, 1)
	for i := range r.Fields {
		f := &r.Fields[i]
		switch {
		case !contains(d.allowed, f.Name):
			d.p.Fail(r.Place(), "it has a field that it may not have, of %d bytes", len(f.Raw))
		case bytes.Equal(f.Name, []byte("at")):
		default:
			search.Recognise(f.Raw, func(l search.Likeness) {
				d.p.Fail(r.Place(), "its field %s looks like a %s", f.Name, l.Name)
			})
		}
	}
	if d.round > 0 && r.Meta.At%d.round != 0 {
		d.p.Fail(r.Place(), "its instant is finer than %s", time.Duration(d.round))
	}
	if r.Key.Day != "" && r.Key.Day != d.day(r.Meta.At) {
		d.p.Fail(r.Place(), "the day in its key is not that of its instant")
	}
	if d.equipment == "" || !d.known {
		return
	}
	d.name = append(append(append(d.name[:0], r.Meta.Building...), 0), unquoted(r.Field(d.equipment))...)
	if !d.banks[string(d.name)] {
		d.p.Fail(r.Place(), "its field %s names no bank of the building", d.equipment)
	}
}

// contains tells whether a name is in a list.
func contains(list []string, name []byte) bool {
	for _, s := range list {
		if s == string(name) {
			return true
		}
	}
	return false
}
