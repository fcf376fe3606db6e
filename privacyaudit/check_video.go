package privacyaudit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// video judges what the service tells a phone of the intercom, in opened
// replies: pictures come between the ring and its end and at no other time, so that an
// idle camera sends none; they are sealed; and there is nothing but what the
// rule names, so no sound. It selects the happenings. What is sealed in a
// picture is for absent to look for, which knows every frame.
//
// The sticker at the camera, and what the camera itself records, is nothing that
// evidence can show.
func init() {
	register(&Check{
		Name:  "video",
		About: "The camera sends pictures from a ring to its end only, sealed, and no sound.",
		Needs: NeedTruth | NeedWire | NeedKeys,
		Params: []Param{
			{Name: "happenings", Form: FormTexts, Required: true, About: "what a phone may be told"},
			{Name: "fields", Form: FormTexts, Required: true, About: "and the fields of it"},
		},
		New: newVideo,
	})
}

// video is the check of one rule.
type video struct {
	p          *Probe
	happenings []string
	fields     []string
	ringing    map[ringing]bool
}

// ringing is a ring in a session: with a restart of the service rings are
// counted anew.
type ringing struct {
	session [16]byte
	ring    uint64
}

func newVideo(p *Probe) (Watch, error) {
	v := &video{p: p, happenings: p.Texts("happenings"), fields: p.Texts("fields"), ringing: map[ringing]bool{}}
	if !slices.ContainsFunc(p.Truth.Canaries, func(c evidence.Canary) bool { return c.Field == fieldFrame }) {
		p.NotApplicable("no camera showed anybody in the truth")
	}
	return Watch{Frame: v.frame}, nil
}

// A list of happenings begins so; no other reply does.
var happeningsBegin = []byte(`[{"What":`)

func (v *video) frame(f *evidence.Frame) {
	if f.Err != nil || f.Type != evidence.Reply {
		return
	}
	_, body, err := f.Message()
	if err != nil || !bytes.HasPrefix(body, happeningsBegin) {
		return
	}
	place := finding.Place{Store: evidence.WireText, Offset: f.Offset}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		v.p.Fail(place, "a list of happenings in no form that is known")
		return
	}
	for _, one := range list {
		v.p.Select(evidence.WireText, 1)
		if fault := v.happening(f.Session, one); fault != "" {
			v.p.Fail(place, "%s", fault)
		}
	}
}

// happening gives what is wrong with one happening, "" for nothing.
func (v *video) happening(session [16]byte, one map[string]json.RawMessage) string {
	var what string
	var sealed []byte
	here := ringing{session: session}
	if json.Unmarshal(one["What"], &what) != nil || !slices.Contains(v.happenings, what) {
		return "something that is neither a ring, nor a picture, nor the end of it"
	}
	for name := range one {
		if !slices.Contains(v.fields, name) {
			return "a happening with more than is declared"
		}
	}
	if one["Ring"] != nil && json.Unmarshal(one["Ring"], &here.ring) != nil {
		return "a ring without a number"
	}
	switch what {
	case "rings":
		v.ringing[here] = true
	case "ended":
		delete(v.ringing, here)
	case "frame":
		if !v.ringing[here] {
			return "a picture while nobody rings"
		}
		// HPKE puts an encapsulated key and a tag around what it seals.
		if err := json.Unmarshal(one["Sealed"], &sealed); err != nil || len(sealed) <= 32+16 {
			return fmt.Sprintf("a picture of %s, which is not sealed", counted(len(sealed), "byte"))
		}
	}
	return ""
}
