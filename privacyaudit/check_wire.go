package privacyaudit

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// wire judges the frames between phones and the back end as whoever taps the
// line has them, and opened. It selects the frames. Every one has the form of
// its type and opens with the keys of its session, so that none is in the
// clear, under a nonce of its own; within a session and direction no sequence
// is used twice, nor is one so far ahead of the frames seen that it would be a
// number that says something else; no two frames have the same ciphertext; what is opened is padded to a multiple
// of 64 bytes; and a session is never an ID of the truth in other letters.
//
// It remembers the sequences of the latest 1024 frames of a session, and of
// those sessions only that were used lately: a frame that is older is taken for
// one that was seen. Which bytes an opened frame may hold is for absent, deidentified and
// position to judge.
func init() {
	register(&Check{
		Name:  "wire",
		About: "Every frame is sealed under a nonce of its own, padded, and tells nothing in its header.",
		Needs: NeedWire,
		New: func(p *Probe) (Watch, error) {
			return (&tap{p: p, sealed: map[uint64]struct{}{}, now: map[way]*window{}, ids: idsOfTruth(p.Truth)}).watch(), nil
		},
	})
}

// way is one direction of a session.
type way struct {
	session     [16]byte
	fromService bool
}

// window are the sequences that one direction of a session has used.
type window struct {
	frames int
	most   uint64
	bits   [windowFrames / 64]uint64 // bit n%windowFrames: n was seen
}

const windowFrames = 1024

// use notes a sequence, and tells whether it was used before and whether it is
// farther ahead than frames that overtook each other can be.
func (w *window) use(n uint64) (again, ahead bool) {
	w.frames++
	ahead = n > uint64(w.frames)+windowFrames
	switch {
	case n > w.most:
		for i := w.most + 1; i <= n && i <= w.most+windowFrames; i++ {
			w.bits[i%windowFrames/64] &^= 1 << (i % 64)
		}
		w.most = n
	case n+windowFrames <= w.most:
		return true, ahead
	}
	bit := uint64(1) << (n % 64)
	again = w.bits[n%windowFrames/64]&bit != 0
	w.bits[n%windowFrames/64] |= bit
	return again, ahead
}

type tap struct {
	p      *Probe
	sealed map[uint64]struct{} // beginnings of digests of ciphertexts
	now    map[way]*window
	before map[way]*window // as now was when it was full last
	ids    map[string]bool // IDs of the truth, as bytes
	opened int
}

// mostWays is how many directions of sessions are remembered, twice.
const mostWays = 1 << 16

func (w *tap) watch() Watch { return Watch{Frame: w.frame, End: w.end} }

func (w *tap) frame(f *evidence.Frame) {
	w.p.Select(evidence.WireText, 1)
	place := finding.Place{Store: evidence.WireText, Offset: f.Offset}
	if errors.Is(f.Err, evidence.ErrCutFrame) {
		return // the tap ended, not the wire
	}
	if f.Err != nil {
		w.p.Fail(place, "a frame that %v", f.Err)
		return
	}
	if len(w.ids) > 0 && w.ids[string(f.Session[:])] {
		w.p.Fail(place, "the header's session is an ID of the truth")
	}
	if f.Type == evidence.UnknownSession {
		return // it repeats a request's header, and holds nothing
	}
	sum := sha256.Sum256(f.Ciphertext)
	key := binary.BigEndian.Uint64(sum[:])
	if _, again := w.sealed[key]; again {
		w.p.Fail(place, "the same ciphertext as that of a frame before")
	}
	w.sealed[key] = struct{}{}
	if f.Type == evidence.Request || f.Type == evidence.Reply {
		again, ahead := w.window(f).use(f.Sequence)
		if again {
			w.p.Fail(place, "a sequence that its session has used before, and with it the nonce")
		}
		if ahead {
			w.p.Fail(place, "a sequence that is no count of frames")
		}
	}
	if f.Opened != nil {
		w.opened++
	}
	if f.Opened != nil && (f.Type == evidence.Request || f.Type == evidence.Reply) {
		if _, _, err := f.Message(); err != nil {
			w.p.Fail(place, "what is sealed %v", err)
		}
	}
}

func (w *tap) window(f *evidence.Frame) *window {
	one := way{f.Session, f.FromService}
	s := w.now[one]
	if s == nil {
		if s = w.before[one]; s == nil {
			s = &window{}
		}
		if len(w.now) == mostWays {
			w.before, w.now = w.now, map[way]*window{}
		}
		w.now[one] = s
	}
	return s
}

func (w *tap) end() {
	if w.opened == 0 {
		w.p.Inconclusive("the back end's key was not given, and without it no frame can be opened")
	}
}

// idsOfTruth are the IDs of accounts in the truth, as the bytes that they
// spell.
func idsOfTruth(t *evidence.Truth) map[string]bool {
	ids := map[string]bool{}
	if t == nil {
		return ids
	}
	for i := range t.Acts {
		if raw, err := idEncoding.DecodeString(strings.ToUpper(t.Acts[i].Subject)); err == nil && len(raw) == 16 {
			ids[string(raw)] = true
		}
	}
	return ids
}

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)
