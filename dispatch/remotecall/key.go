package remotecall

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"time"

	"hoistway/dispatch/registry"
)

// KeyRequest makes a visitor key.
type KeyRequest struct {
	Building    string
	Visitor     string // as the host calls them
	Floors      []string
	From, Until time.Time // valid from From until before Until
	Uses        int       // times that the entrance lets the visitor in
	Consent     bool      // the host attests that the visitor agreed before entry
}

// Key is what the visitor gets: ID names it, Code opens.
type Key struct {
	ID   registry.ID
	Code string
}

const (
	mostUses   = 1000
	mostFloors = 500
)

// CreateKey makes a visitor key. It needs permissions to grant that cover all
// its floors now. The code is random and stands nowhere but in the result: the
// store has its SHA-256.
//
// The attestation of consent is in the ledger before the record is in the
// store (FL:L53).
func (s *Service) CreateKey(t Token, r KeyRequest) (Key, error) {
	x, err := s.session(t)
	if err != nil {
		return Key{}, err
	}
	b, err := s.site(r.Building, Flow)
	if err != nil {
		return Key{}, err
	}
	floors, err := r.check(b, s.now())
	if err != nil {
		return Key{}, err
	}
	defer s.turn(x.subject)()
	if err := s.mayGrant(x, b, floors); err != nil {
		return Key{}, err
	}
	if !r.Consent {
		return Key{}, NoConsent
	}
	key := Key{ID: s.c.IDs.New(), Code: rand.Text()}
	consent, err := s.attest(x.subject, visitorKey, key.ID, b.name, false)
	if err != nil {
		return Key{}, err
	}
	record := &registry.VisitorKey{
		Visitor: r.Visitor, Floors: slices.Clone(r.Floors), From: r.From.UTC(), Until: r.Until.UTC(), Uses: r.Uses, CodeHash: codeHash(key.Code), Consent: consent,
	}
	if err := s.enter(x.subject, b.name, visitorKey, registry.Ref{Kind: registry.KindVisitorKey, Subject: x.subject, Item: key.ID}, record); err != nil {
		return Key{}, err
	}
	s.mu.Lock()
	s.keys[key.ID] = x.subject
	s.mu.Unlock()
	return key, nil
}

// check finds what is wrong with a request on its own, and gives the floors.
func (r *KeyRequest) check(b *site, now time.Time) ([]int, error) {
	if err := checkField("visitor", r.Visitor); err != nil {
		return nil, err
	}
	floors, err := b.floorList(r.Floors)
	switch {
	case err != nil:
		return nil, err
	case len(floors) == 0:
		return nil, field(MissingField, "floors", "")
	case r.From.IsZero():
		return nil, field(MissingField, "from", "")
	case r.Until.IsZero():
		return nil, field(MissingField, "until", "")
	case !r.From.Before(r.Until):
		return nil, field(MalformedField, "until", "is not after from")
	case !now.Before(r.Until):
		return nil, field(MalformedField, "until", "has passed")
	case r.Uses < 1 || r.Uses > mostUses:
		return nil, field(MalformedField, "uses", "must be 1 to 1000")
	}
	return floors, nil
}

// floorList turns names into floors, in the same order.
func (b *site) floorList(names []string) ([]int, error) {
	if len(names) > mostFloors {
		return nil, field(MalformedField, "floors", "are too many")
	}
	floors := make([]int, 0, len(names))
	for _, name := range names {
		i, known := b.floors[name]
		if !known {
			return nil, UnknownFloor
		}
		if slices.Contains(floors, i) {
			return nil, field(MalformedField, "floors", "name one floor twice")
		}
		floors = append(floors, i)
	}
	return floors, nil
}

func codeHash(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// mayGrant tells whether somebody may let others onto floors of a building
// now; without floors, whether they may grant anything there. The turn must be
// theirs.
func (s *Service) mayGrant(x *session, b *site, floors []int) error {
	if x.service != Flow {
		return MayNotGrant
	}
	if s.account(x.subject) == nil {
		return NotSignedIn // erased while this waited for its turn
	}
	st, err := s.readStanding(x.subject, x.service, b)
	if err != nil {
		return err
	}
	if st.stopped {
		return ProcessingStopped
	}
	now := s.now()
	if len(floors) == 0 && !st.mayGrant(b, -1, now) {
		return MayNotGrant
	}
	for _, f := range floors {
		if !st.mayGrant(b, f, now) {
			return MayNotGrant
		}
	}
	return nil
}

// RevokeKey ends one of the user's keys. It may be called again.
func (s *Service) RevokeKey(t Token, id registry.ID) error {
	x, err := s.session(t)
	if err != nil {
		return err
	}
	defer s.turn(x.subject)()
	s.mu.Lock()
	host, found := s.keys[id]
	_, revoked := s.revoked[id]
	s.mu.Unlock()
	switch {
	case found && host == x.subject:
		return s.removeKey(x.subject, id)
	case !found && revoked:
		return nil
	}
	return NoSuchEntry
}

// removeKey takes a key out of the store for good. That it was revoked is
// remembered under its random ID, in memory, until it would have ended. The
// turn must be the host's.
func (s *Service) removeKey(host, id registry.ID) error {
	ref := registry.Ref{Kind: registry.KindVisitorKey, Subject: host, Item: id}
	var k registry.VisitorKey
	err := s.handle(registry.RoleService, registry.ToProvide).Of(host).Get(ref, &k)
	if err == nil {
		err = s.remove(host, k.Building, visitorKey, ref)
	}
	if err != nil && !gone(err) {
		return stored("remove a visitor key", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, id)
	if s.now().Before(k.Until) {
		s.revoked[id] = k.Until
	}
	return nil
}

// UseKey lets a visitor in at the entrance and takes one use off their key. A
// key is KeyExpired for a week after its end at least, and KeyUnknown when Tend
// has removed it.
func (s *Service) UseKey(building string, k Key, floor string) error {
	err := s.openWith(building, k, floor, true)
	s.count.key(err)
	return err
}

// CheckKey tells whether a key opens a floor now, without using it up: cars
// and doors ask it on the way. A use admits until the key's end, so that
// whoever came in with the last use still gets to the floor: uses count at the
// entrance, and CheckKey does not look at them.
func (s *Service) CheckKey(building string, k Key, floor string) error {
	return s.openWith(building, k, floor, false)
}

// openWith judges a key. It opens a floor while it is valid and its host may
// grant that floor: a permission of the host's that has lapsed, or is closed
// at this time of day, closes the key as well.
func (s *Service) openWith(building string, k Key, floor string, use bool) error {
	b, asked, err := s.landing(building, Flow, floor)
	if err != nil {
		return err
	}
	now := s.now()
	s.mu.Lock()
	host, found := s.keys[k.ID]
	ends, revoked := s.revoked[k.ID]
	s.mu.Unlock()
	if !found {
		if revoked && now.Before(ends) {
			return KeyRevoked
		}
		return KeyUnknown
	}
	defer s.turn(host)()
	h := s.handle(registry.RoleService, registry.ToProvide).Of(host).In(building)
	ref := registry.Ref{Kind: registry.KindVisitorKey, Subject: host, Item: k.ID}
	var r registry.VisitorKey
	judge := func(err error) error {
		if gone(err) {
			return KeyUnknown // revoked or erased while this waited for its turn
		}
		if err != nil {
			return err
		}
		return keyOpens(&r, b, k, floor, now, use)
	}
	if err := judge(h.Get(ref, &r)); err != nil {
		return stored("read a visitor key", err)
	}
	st, err := s.readStanding(host, Flow, b)
	if err != nil {
		return err
	}
	if st.stopped {
		return ProcessingStopped
	}
	if !st.mayGrant(b, asked, now) {
		return NotPermitted
	}
	if !use {
		return nil
	}
	return stored("use a visitor key", h.Do(registry.KindVisitorKey, func(tx *registry.Tx) error {
		r = registry.VisitorKey{}
		if err := judge(tx.Get(ref, &r)); err != nil {
			return err
		}
		r.Uses--
		return tx.Put(ref, &r)
	}))
}

// expireKeys forgets revoked keys that would have ended by now.
func (s *Service) expireKeys() {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, end := range s.revoked {
		if !now.Before(end) {
			delete(s.revoked, id)
		}
	}
}

// keyOpens judges a key on its own.
func keyOpens(r *registry.VisitorKey, b *site, k Key, floor string, now time.Time, use bool) error {
	switch {
	case r.Building != b.name, subtle.ConstantTimeCompare([]byte(codeHash(k.Code)), []byte(r.CodeHash)) != 1:
		return KeyUnknown
	case now.Before(r.From):
		return KeyEarly
	case !now.Before(r.Until):
		return KeyExpired
	case !slices.Contains(r.Floors, floor):
		return KeyWrongFloor
	case use && r.Uses < 1:
		return KeyUsedUp
	}
	return nil
}
