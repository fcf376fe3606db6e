package phone

import (
	"crypto/ecdh"
	"crypto/hpke"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hoistway/dispatch/remotecall/wire"
)

// intercom is the phone's part of the intercom.
type intercom struct {
	key      hpke.PrivateKey // of this login; nil = not connected
	rings    []*ring         // that have not ended
	pictures map[string][]byte
}

// ring is somebody at the door.
type ring struct {
	id       uint64
	building string
	video    viewer
	frame    []byte // the newest; live, never stored as such
	still    []byte // that the user took
	declined bool
}

// mostRings bounds what an entrance can make a phone remember.
const mostRings = 8

// disconnect ends what belongs to one login; pictures stay.
func (i *intercom) disconnect() {
	for _, r := range i.rings {
		clear(r.frame)
		clear(r.still)
	}
	i.key, i.rings = nil, nil
}

func (i *intercom) forget() {
	i.disconnect()
	for _, b := range i.pictures {
		clear(b)
	}
	*i = intercom{pictures: map[string][]byte{}}
}

// Connect has the service send the intercom's calls to this phone (Flow, main
// users). Video is encrypted to a key that this phone makes now, holds in
// memory and gives to nobody.
func (p *Phone) Connect() error {
	key, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		return fmt.Errorf("making the video key: %w", err)
	}
	if err := ask(p, wire.Connect, wire.VideoKey(key.PublicKey().Bytes()), nil); err != nil {
		return err
	}
	p.intercom.key = key
	return nil
}

// Listen fetches what happened at the intercom. A phone that is not connected
// has nothing to fetch. remotecall.NoDevice means that it has to Connect again.
func (p *Phone) Listen() error {
	if p.intercom.key == nil || p.token == "" {
		return nil
	}
	var happened []wire.Happening
	if err := ask(p, wire.Listen, wire.Nothing{}, &happened); err != nil {
		return err
	}
	for _, h := range happened {
		switch h.What {
		case wire.Rings:
			p.intercom.rings = append(p.intercom.rings, &ring{id: h.Ring, building: h.Building})
			if len(p.intercom.rings) > mostRings {
				p.intercom.rings = p.intercom.rings[1:]
			}
		case wire.Frame:
			if r := p.ring(h.Ring); r != nil {
				r.show(p.intercom.key, h.Sealed)
			}
		case wire.Ended:
			p.ended(h.Ring, h.Answered)
		case wire.Wipe:
			return p.Wipe()
		}
	}
	return nil
}

func (p *Phone) ring(id uint64) *ring {
	for _, r := range p.intercom.rings {
		if r.id == id {
			return r
		}
	}
	return nil
}

// show opens a frame of the video. What is not from this call's panel is not
// shown.
func (r *ring) show(key hpke.PrivateKey, sealed []byte) {
	if frame, err := r.video.open(key, r.id, sealed); err == nil {
		clear(r.frame)
		r.frame = frame
	}
}

// Ringing lists the calls of the intercom that have not ended.
func (p *Phone) Ringing() []uint64 {
	var ids []uint64
	for _, r := range p.intercom.rings {
		ids = append(ids, r.id)
	}
	return ids
}

// Frame is the newest frame of a call's video, nil when there is none.
func (p *Phone) Frame(id uint64) []byte {
	if r := p.ring(id); r != nil {
		return slices.Clone(r.frame)
	}
	return nil
}

// Errors of the intercom on the phone.
var (
	ErrNoRing  = errors.New("nobody rings")
	ErrNoFrame = errors.New("there is no picture yet")
)

// TakePicture takes a still from the video. It is kept when the call ends
// without an answer.
func (p *Phone) TakePicture(id uint64) error {
	r := p.ring(id)
	switch {
	case r == nil:
		return ErrNoRing
	case r.frame == nil:
		return ErrNoFrame
	}
	r.still = slices.Clone(r.frame)
	return nil
}

// Decline silences a call on this phone: it was seen, so it was not missed.
func (p *Phone) Decline(id uint64) error {
	r := p.ring(id)
	if r == nil {
		return ErrNoRing
	}
	r.declined = true
	return nil
}

// Answer answers the visitor, and OpenDoor lets them in.
func (p *Phone) Answer(id uint64) error   { return ask(p, wire.Answer, id, nil) }
func (p *Phone) OpenDoor(id uint64) error { return ask(p, wire.OpenDoor, id, nil) }

// ended decides what remains of a call: nothing when it was answered, else the
// still that the user took, else the last frame when the call was missed and
// the user wants those (FL-2.22).
func (p *Phone) ended(id uint64, answered bool) {
	at := slices.IndexFunc(p.intercom.rings, func(r *ring) bool { return r.id == id })
	if at < 0 {
		return
	}
	r := p.intercom.rings[at]
	p.intercom.rings = slices.Delete(p.intercom.rings, at, at+1)
	missed := !answered && !r.declined
	switch {
	case !answered && r.still != nil:
		p.keep(slices.Clone(r.still))
	case missed && p.settings.StorePictures && r.frame != nil:
		p.keep(slices.Clone(r.frame))
	}
	clear(r.still)
	clear(r.frame)
}

func (p *Phone) keep(picture []byte) {
	name := string(p.o.IDs.New())
	p.intercom.pictures[name] = picture
	p.unsaved.pictures = append(p.unsaved.pictures, name)
}

// Pictures lists the names of the stored pictures.
func (p *Phone) Pictures() ([]string, error) {
	names := []string{}
	for name := range p.intercom.pictures {
		names = append(names, name)
	}
	if p.o.Dir != "" {
		entries, err := os.ReadDir(filepath.Join(p.o.Dir, picturesDir))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if name, ok := strings.CutSuffix(e.Name(), pictureExt); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names, nil
}

// Picture is a stored picture.
func (p *Phone) Picture(name string) ([]byte, error) {
	if b := p.intercom.pictures[name]; b != nil {
		return slices.Clone(b), nil
	}
	if p.o.Dir == "" || name != filepath.Base(name) {
		return nil, os.ErrNotExist
	}
	return os.ReadFile(filepath.Join(p.o.Dir, picturesDir, name+pictureExt))
}
