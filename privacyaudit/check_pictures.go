package privacyaudit

import (
	"path"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// pictures judges the still pictures of the intercom on the phones by the table
// of FL:27. Of the frames that the panel showed for one ring a phone keeps
//
//	answered                      none
//	missed, setting on            the last one
//	missed, setting off           none
//
// where nobody took a picture by hand, which the truth would have as an act
// "picture-taken" at the instant of the ring. It selects the pictures, and the
// rings that were not refused. Frames elsewhere than on this phone are for
// absent to find.
func init() {
	register(&Check{
		Name:  "pictures",
		About: "A phone keeps a picture of a ring if it was missed and its user wants that, and no other.",
		Needs: NeedTruth,
		New:   func(p *Probe) (Watch, error) { return newPictures(p).watch(), nil },
	})
}

// ring is one visitor at the intercom of one phone.
type ring struct {
	phone    string
	answered bool
	byHand   bool
	last     string // value of the last frame that was shown
	frames   int
	kept     int
	keptLast bool
	wiped    bool
}

type pictures struct {
	p       *Probe
	rings   []*ring
	byFrame map[string]*ring
	setting map[string]bool // by phone: a missed ring's picture is kept
}

func newPictures(p *Probe) *pictures {
	w := &pictures{p: p, byFrame: map[string]*ring{}, setting: map[string]bool{}}
	type when struct {
		person string
		at     time.Time
	}
	byHand, acts := map[when]bool{}, map[when]*ring{}
	for i := range p.Truth.Acts {
		a := &p.Truth.Acts[i]
		one := when{a.Person, a.At}
		switch a.Kind {
		case "picture-taken":
			byHand[one] = true
		case "intercom":
			if a.Result == "" || a.Result == "not-let-in" {
				r := &ring{phone: strings.TrimPrefix(a.Person, "r"), answered: a.Facts["answered"] == "true"}
				acts[one] = r
				w.rings = append(w.rings, r)
			}
		}
	}
	for i := range p.Truth.Canaries {
		c := &p.Truth.Canaries[i]
		if c.Field != fieldFrame {
			continue
		}
		if r := acts[when{c.Person, c.From}]; r != nil {
			r.last, r.byHand, r.wiped = c.Value, byHand[when{c.Person, c.From}], c.Until != nil
			r.frames++
			w.byFrame[c.Value] = r
		}
	}
	return w
}

func (w *pictures) watch() Watch {
	return Watch{
		Text: func(t *evidence.Text) {
			switch {
			case strings.HasSuffix(t.Name, "/settings.json"):
				if s, err := evidence.ParsePhoneSettings(t.Body); err == nil {
					w.setting[t.Owner] = s.StorePictures
				}
			case path.Base(path.Dir(t.Name)) == "pictures" && path.Ext(t.Name) == ".bin" && t.Number == 0:
				w.picture(t)
			}
		},
		End: w.end,
	}
}

func (w *pictures) picture(t *evidence.Text) {
	w.p.Select("phones", 1)
	place := finding.Place{Store: evidence.PhoneText, File: t.Name}
	r := w.byFrame[string(t.Body)]
	switch {
	case r == nil:
		w.p.Fail(place, "a picture that no camera at this phone's entrance showed, or that holds more than the frame")
	case r.phone != t.Owner:
		w.p.Fail(place, "a picture of a ring at another apartment")
	case r.answered:
		w.p.Fail(place, "a picture of a visitor to whom the user answered")
	default:
		r.kept++
		r.keptLast = r.keptLast || string(t.Body) == r.last
	}
}

func (w *pictures) end() {
	for _, r := range w.rings {
		if r.frames == 0 {
			continue
		}
		w.p.Select("phones", 1)
		place := finding.Place{Store: evidence.PhoneText, File: "stores/phones/" + r.phone + "/pictures"}
		switch {
		case r.answered || r.wiped || r.byHand:
		case r.kept > 1:
			w.p.Fail(place, "%s of one ring: more than a still picture", counted(r.kept, "frame"))
		case r.kept > 0 && !w.setting[r.phone]:
			w.p.Fail(place, "a picture of a missed ring, though the user did not choose that")
		case w.setting[r.phone] && !r.keptLast:
			w.p.Fail(place, "no picture of a missed ring, though the user chose that")
		}
	}
	if len(w.rings) == 0 {
		w.p.NotApplicable("nobody rang at the intercom in the truth")
	}
}
