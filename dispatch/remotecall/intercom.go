package remotecall

import (
	"bytes"
	"crypto/ecdh"
	"time"

	"hoistway/dispatch/registry"
)

// Ringing is a call from the intercom at an entrance (FL:L27).
type Ringing struct {
	ID       uint64
	VideoKey []byte // public key of the main user's phone: the panel encrypts to it, and nobody between can look
}

// Device is the main user's phone as the service reaches it. Frames are
// ciphertext for the phone alone; there is no audio. The service calls it
// without holding a lock, at times from several goroutines.
type Device interface {
	Rings(id uint64, building string)
	Frame(id uint64, sealed []byte)
	Ended(id uint64, answered bool)
	Wipe() // the account was erased: the device's log and pictures go
}

// intercom is what memory knows of phones and calls. The zero value has none.
type intercom struct {
	phones map[digest]*phone // by apartment
	rings  map[uint64]*ring
	last   uint64
	visits map[registry.ID]visit
}

// phone is a device that is connected in a login.
type phone struct {
	session  *session
	building string
	device   Device
	videoKey []byte
}

// ring is one call: it rings, may be answered, may open the door, and ends. No
// frame of it is held.
type ring struct {
	id               uint64
	phone            *phone
	end              time.Time // when it ends if nobody ends it
	answered, opened bool
	visit            Visit // once opened
}

const (
	mostFrame   = 1 << 20 // bytes
	longestRing = 3 * time.Minute
)

// parting is what devices have to be told once mu is free.
type parting []func()

func (p parting) tell() {
	for _, f := range p {
		f()
	}
}

// Connect registers the phone for the apartments of which the user is the main
// user, in place of a phone that was connected before. VideoKey is an HPKE
// public key (DHKEM X25519). The connection ends with the login.
func (s *Service) Connect(t Token, device Device, videoKey []byte) error {
	x, err := s.session(t)
	if err != nil {
		return err
	}
	if _, err := ecdh.X25519().NewPublicKey(videoKey); err != nil {
		return field(MalformedField, "video_key", "must be an X25519 public key of 32 bytes")
	}
	if x.service != Flow {
		return NotMainUser
	}
	defer s.turn(x.subject)()
	places, key := map[digest]string{}, bytes.Clone(videoKey)
	for name, b := range s.sites {
		if !b.intercom {
			continue
		}
		var p registry.BuildingPerson
		err := s.handle(registry.RoleService, registry.ToProvide).In(name).Of(x.subject).Get(registry.Ref{Kind: registry.KindBuildingPerson, Subject: x.subject}, &p)
		if gone(err) || notProvider(err) {
			continue
		}
		if err != nil {
			return stored("look for the user's apartment", err)
		}
		if a := mainApartment(p); a != "" {
			places[s.apartment(name, a)] = name
		}
	}
	if len(places) == 0 {
		return NotMainUser
	}
	s.mu.Lock()
	if s.sessions[x.key] != x {
		s.mu.Unlock()
		return NotSignedIn
	}
	x.device = device
	var former parting
	if s.intercom.phones == nil {
		s.intercom.phones, s.intercom.rings = map[digest]*phone{}, map[uint64]*ring{}
	}
	for d, name := range places {
		former = append(former, s.disconnectApartment(d)...)
		s.intercom.phones[d] = &phone{x, name, device, key}
		x.apartments = append(x.apartments, d)
	}
	s.mu.Unlock()
	former.tell()
	return nil
}

// Ring calls the main user of an apartment from the panel at an entrance.
// Their phone alone is told. Nobody's phone: nothing happens, and nothing is
// recorded instead (FL:L27).
func (s *Service) Ring(building, apartment string) (Ringing, error) {
	r, err := s.ring(building, apartment)
	s.count.ring(err)
	return r, err
}

func (s *Service) ring(building, apartment string) (Ringing, error) {
	b, err := s.site(building, Flow)
	if err != nil {
		return Ringing{}, err
	}
	if !b.intercom || !b.camera {
		return Ringing{}, NoCamera
	}
	d, now := s.apartment(building, apartment), s.now()
	s.mu.Lock()
	p := s.intercom.phones[d]
	s.mu.Unlock()
	if p == nil {
		return Ringing{}, NoDevice
	}
	st, err := s.standing(p.session.subject, Flow, b)
	if err != nil {
		return Ringing{}, err
	}
	if st.stopped {
		return Ringing{}, NoDevice // whoever rings need not know why
	}
	s.mu.Lock()
	if s.intercom.phones[d] != p {
		s.mu.Unlock()
		return Ringing{}, NoDevice
	}
	ended := s.expireRings(now)
	s.intercom.last++
	r := &ring{id: s.intercom.last, phone: p, end: now.Add(longestRing)}
	s.intercom.rings[r.id] = r
	s.mu.Unlock()
	ended.tell()
	p.device.Rings(r.id, building)
	return Ringing{r.id, bytes.Clone(p.videoKey)}, nil
}

// Frame passes a picture on to the phone. It is ciphertext, and neither looked
// into nor kept.
func (s *Service) Frame(id uint64, sealed []byte) error {
	if len(sealed) == 0 || len(sealed) > mostFrame {
		return field(MalformedField, "frame", "is empty or longer than a picture")
	}
	now := s.now()
	s.mu.Lock()
	ended := s.expireRings(now)
	r := s.intercom.rings[id]
	s.mu.Unlock()
	ended.tell()
	if r == nil {
		return NoSuchCall
	}
	r.phone.device.Frame(id, sealed)
	return nil
}

// Answer takes a call at the main user's phone. A call is answered once.
func (s *Service) Answer(t Token, id uint64) error {
	return s.onRing(t, id, func(r *ring) error {
		if r.answered {
			return AlreadyAnswered
		}
		r.answered = true
		return nil
	})
}

// OpenDoor opens the entrance for whoever rings, as long as the main user may
// be in the building; Visit then tells the panel how far they may ride. It
// answers a call that was not answered.
func (s *Service) OpenDoor(t Token, id uint64) error {
	x, err := s.session(t)
	if err != nil {
		return err
	}
	s.mu.Lock()
	r := s.intercom.rings[id]
	s.mu.Unlock()
	if r == nil {
		return NoSuchCall
	}
	b, err := s.site(r.phone.building, Flow)
	if err != nil {
		return err
	}
	st, err := s.standing(x.subject, Flow, b)
	if err != nil {
		return err
	}
	now := s.now()
	return s.onRing(t, id, func(r *ring) error {
		if !st.anywhere(b, now) {
			return NotPermitted
		}
		r.answered, r.opened = true, true
		s.admit(r, now)
		return nil
	})
}

// onRing does something with a call that rings at the phone of whoever is
// signed in.
func (s *Service) onRing(t Token, id uint64, do func(*ring) error) error {
	x, err := s.session(t)
	if err != nil {
		return err
	}
	now := s.now()
	s.mu.Lock()
	ended := s.expireRings(now)
	r := s.intercom.rings[id]
	switch {
	case r == nil:
		err = NoSuchCall
	case r.phone.session.subject != x.subject:
		err = NotMainUser
	default:
		err = do(r)
	}
	s.mu.Unlock()
	ended.tell()
	return err
}

// HangUp ends a call, from either side. A call that was not answered was
// missed.
func (s *Service) HangUp(id uint64) (answered, opened bool, err error) {
	s.mu.Lock()
	r := s.intercom.rings[id]
	var ended parting
	if r != nil {
		ended = s.endRing(r)
	}
	s.mu.Unlock()
	if r == nil {
		return false, false, NoSuchCall
	}
	ended.tell()
	return r.answered, r.opened, nil
}

// endRing ends a call, under mu.
func (s *Service) endRing(r *ring) parting {
	delete(s.intercom.rings, r.id)
	device, id, answered := r.phone.device, r.id, r.answered
	return parting{func() { device.Ended(id, answered) }}
}

// expireRings ends calls that nobody ended, and forgets visits that have
// ended, under mu.
func (s *Service) expireRings(now time.Time) (ended parting) {
	s.expireVisits(now)
	for _, r := range s.intercom.rings {
		if !now.Before(r.end) {
			ended = append(ended, s.endRing(r)...)
		}
	}
	return ended
}

// disconnect ends the connections that a login made, under mu.
func (s *Service) disconnect(x *session) (ended parting) {
	for _, d := range x.apartments {
		if p := s.intercom.phones[d]; p != nil && p.session == x {
			ended = append(ended, s.disconnectApartment(d)...)
		}
	}
	x.apartments = nil
	return ended
}

// disconnectBuilding ends all connections in a building, under mu.
func (s *Service) disconnectBuilding(building string) (ended parting) {
	for d, p := range s.intercom.phones {
		if p.building == building {
			ended = append(ended, s.disconnectApartment(d)...)
		}
	}
	return ended
}

// disconnectApartment ends the connection of an apartment and its calls, under
// mu.
func (s *Service) disconnectApartment(d digest) (ended parting) {
	p := s.intercom.phones[d]
	if p == nil {
		return nil
	}
	delete(s.intercom.phones, d)
	for _, r := range s.intercom.rings {
		if r.phone == p {
			ended = append(ended, s.endRing(r)...)
		}
	}
	return ended
}

// devicesOf gives the phones that a subject's logins connected, by login.
func (s *Service) devicesOf(subject registry.ID) map[digest]Device {
	s.mu.Lock()
	defer s.mu.Unlock()
	devices, a := map[digest]Device{}, s.accounts[subject]
	if a == nil || a.used == nil {
		return devices
	}
	for _, x := range a.used.sessions {
		if x.device != nil {
			devices[x.key] = x.device
		}
	}
	return devices
}
