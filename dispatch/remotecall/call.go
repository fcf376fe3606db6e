package remotecall

import "time"

// Cell is an approximate position: a cell of the policy's grid, east and north
// of the building, in cells. It is used for one call and never kept.
type Cell struct{ East, North int }

// CallRequest asks for a car.
type CallRequest struct {
	Building string
	From     string        // floor; where the caller will be at the landing
	To       string        // floor; "" = the favourite floor (Flow)
	Position Cell          // where the phone is
	Distance float64       // m to walk to the landing
	Walk     time.Duration // Remote Call: the phone's own figure; Flow: ignored, the stored speed counts
}

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
func (s *Service) Call(t Token, r CallRequest) (Ticket, error) { panic("not yet") }

// Assigned tells the service which car comes and when; Status reports it to
// the caller's phone.
func (s *Service) Assigned(number uint64, car string, eta time.Duration) { panic("not yet") }

// CallStatus is what the caller's phone shows.
type CallStatus struct {
	Assigned bool
	Car      string
	Arrives  time.Time
}

func (s *Service) Status(t Token, number uint64) (CallStatus, error) { panic("not yet") }

// Cancel ends a call for its caller; the driver must cancel it with the group
// controller. Forget ends it for the driver. Either way nothing remains.
func (s *Service) Cancel(t Token, number uint64) error { panic("not yet") }
func (s *Service) Forget(number uint64)                { panic("not yet") }

// PendingCalls counts the calls in memory.
func (s *Service) PendingCalls() int { panic("not yet") }
