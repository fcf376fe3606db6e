package remotecall

import (
	"math"
	"time"

	"hoistway/dispatch/registry"
)

// Cell is an approximate position: a cell of the policy's grid, east and north
// of the building, in cells. It is used for one call and never kept.
type Cell struct{ East, North int }

// CallRequest asks for a car.
type CallRequest struct {
	Building string
	From     string        // floor; where the caller will be at the landing
	To       string        // floor; "" = the favourite floor (Flow)
	Position Cell          // where the phone is
	Distance float64       // m to walk to the landing, in whole metres
	Walk     time.Duration // Remote Call: the phone's own figure in whole seconds, 0 = it has none; Flow: ignored, the stored speed counts
}

// Bounds of a request. What lies outside is malformed, not far away.
const (
	mostCells    = 1 << 20 // from the building, east or north
	mostDistance = 5000.0  // m to walk
	mostWalk     = time.Hour
)

// Ticket is what the group controller gets, without anybody's identity.
type Ticket struct {
	Number   uint64 // of the call, counted in this process
	Building string
	Bank     string
	From, To int           // floors, from 0
	Ready    time.Duration // from now until the caller is at the landing
}

// Call authenticates, authorises and vets a call. What it returns is all that
// leaves the service; the driver places it with the group controller and says
// how it goes on.
//
// A bank is permitted when permissions that are valid now let the caller use it
// on both floors; of several the first counts. Every call of a signed-in user
// between floors that exist counts against misuse, whether or not it is
// granted.
func (s *Service) Call(t Token, r CallRequest) (Ticket, error) {
	x, err := s.session(t)
	if err != nil {
		s.count.call("any", err)
		return Ticket{}, err
	}
	ticket, err := s.call(x, r)
	s.count.call(x.service, err)
	return ticket, err
}

func (s *Service) call(x *session, r CallRequest) (Ticket, error) {
	now := s.now()
	b, err := s.site(r.Building, x.service)
	if err != nil {
		return Ticket{}, err
	}
	if err := r.check(); err != nil {
		return Ticket{}, err
	}
	from, known := b.floors[r.From]
	if !known {
		return Ticket{}, UnknownFloor
	}
	st, err := s.standing(x.subject, x.service, b)
	if err != nil {
		return Ticket{}, err
	}
	to, err := b.destination(r.To, st)
	if err != nil {
		return Ticket{}, err
	}
	if from == to {
		return Ticket{}, SameFloor
	}
	if err := s.countCall(x, now); err != nil {
		return Ticket{}, err
	}
	if st.stopped {
		return Ticket{}, ProcessingStopped
	}
	bank, err := b.choose(st, from, to, now)
	if err != nil {
		return Ticket{}, err
	}
	east, north := float64(r.Position.East)*s.c.Policy.Grid, float64(r.Position.North)*s.c.Policy.Grid
	if math.Hypot(east, north) > s.c.Policy.Near {
		return Ticket{}, NotNear
	}
	ready, err := s.ready(x.service, st, r)
	if err != nil {
		return Ticket{}, err
	}

	ticket := Ticket{Building: b.name, Bank: b.banks[bank].name, From: from, To: to, Ready: ready}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[x.key] != x {
		return Ticket{}, NotSignedIn // signed out or erased meanwhile
	}
	s.pending.expire(now)
	s.numbers++
	ticket.Number = s.numbers
	s.pending.add(&pendingCall{number: ticket.Number, subject: x.subject, end: now.Add(ready + s.c.Policy.CallTTL)})
	return ticket, nil
}

// check refuses numbers that no phone of ours sends: a way to the landing that
// is finer than the position's grid would give the position away.
func (r *CallRequest) check() error {
	switch {
	case r.Position.East < -mostCells || r.Position.East > mostCells || r.Position.North < -mostCells || r.Position.North > mostCells:
		return field(MalformedField, "position", "is not on the building's grid")
	case !(r.Distance >= 0 && r.Distance <= mostDistance): // NaN too
		return field(MalformedField, "distance", "is negative or too long to walk")
	case r.Walk < 0 || r.Walk > mostWalk:
		return field(MalformedField, "walk", "is negative or longer than an hour")
	case r.Distance != math.Trunc(r.Distance):
		return field(TooPrecise, "distance", "must be in whole metres")
	case r.Walk%time.Second != 0:
		return field(TooPrecise, "walk", "must be in whole seconds")
	}
	return nil
}

// destination is the floor that a caller asks for.
func (b *site) destination(to string, st *standing) (int, error) {
	if to == "" {
		floor, known := b.floors[st.favourite]
		if !known { // none, or of another building
			return 0, NoDestination
		}
		return floor, nil
	}
	floor, known := b.floors[to]
	if !known {
		return 0, UnknownFloor
	}
	return floor, nil
}

// choose finds the bank of a call.
func (b *site) choose(st *standing, from, to int, now time.Time) (int, error) {
	refusal := NoBank
	for i := range b.banks {
		if !b.banks[i].serves[from] || !b.banks[i].serves[to] {
			continue
		}
		if st.may(b, from, i, now) && st.may(b, to, i, now) {
			return i, nil
		}
		refusal = NotPermitted
	}
	return 0, refusal
}

// countCall counts a call against misuse.
func (s *Service) countCall(x *session, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[x.subject]
	if a == nil {
		return NotSignedIn
	}
	return a.use().misuse.call(now, s.c.Policy.CallsPerHour)
}

// ready is how long the caller walks: by the phone's figure in Remote Call,
// which stores no speed, and by the stored speed in Flow.
func (s *Service) ready(service string, st *standing, r CallRequest) (time.Duration, error) {
	speed := s.c.Policy.DefaultSpeed
	switch {
	case service == RemoteCall && r.Walk > 0:
		return r.Walk, nil
	case service == Flow && st.speed > 0:
		speed = float64(st.speed) / 1000
	}
	walk := math.Round(r.Distance / speed * float64(time.Second))
	if walk > float64(mostWalk) {
		return 0, field(MalformedField, "distance", "takes more than an hour to walk")
	}
	return time.Duration(walk), nil
}

// Assigned tells the service which car comes and when; Status reports it to
// the caller's phone. A call that has ended is passed over.
func (s *Service) Assigned(number uint64, car string, eta time.Duration) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending.expire(now)
	if c := s.pending.calls[number]; c != nil {
		c.status = CallStatus{Assigned: true, Car: car, Arrives: now.Add(eta)}
	}
}

// CallStatus is what the caller's phone shows.
type CallStatus struct {
	Assigned bool
	Car      string
	Arrives  time.Time
}

// Status tells a caller about their own call.
func (s *Service) Status(t Token, number uint64) (CallStatus, error) {
	c, err := s.ownCall(t, number, false)
	if err != nil {
		return CallStatus{}, err
	}
	return c, nil
}

// Cancel ends a call for its caller; the driver must cancel it with the group
// controller. Forget ends it for the driver. Either way nothing remains.
func (s *Service) Cancel(t Token, number uint64) error {
	_, err := s.ownCall(t, number, true)
	return err
}

// Forget may be called for any number.
func (s *Service) Forget(number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending.remove(number)
}

// ownCall finds a call of whoever is signed in.
func (s *Service) ownCall(t Token, number uint64, end bool) (CallStatus, error) {
	x, err := s.session(t)
	if err != nil {
		return CallStatus{}, err
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending.expire(now)
	c := s.pending.calls[number]
	if c == nil || c.subject != x.subject {
		return CallStatus{}, NoSuchCall
	}
	if end {
		s.pending.remove(number)
	}
	return c.status, nil
}

// PendingCalls counts the calls in memory.
func (s *Service) PendingCalls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending.calls)
}

// expireCalls forgets the calls that nobody ended. Each call does so too.
func (s *Service) expireCalls() {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending.expire(now)
}

// pendingCall is what is known of a call while its car comes: whose phone may
// ask, and what to tell it. Its floors are not.
type pendingCall struct {
	number  uint64
	subject registry.ID
	end     time.Time // when it is forgotten at the latest
	status  CallStatus
	place   int // in pending.queue
}
