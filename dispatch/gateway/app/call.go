package app

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"hoistway/dispatch/remotecall"
)

// Lifts take calls of callers whom the service has vetted, and know nothing of
// who they are.
type Lifts interface {
	// Call asks for a car of a bank, between floors from 0, for somebody who
	// will be at the landing in ready. assigned may be called several times,
	// ended is called once, when the caller was or will not be served; both at
	// any time, also before Call returns, and they do not wait. cancel ends the
	// call; it may be called once it has ended. After an error nothing is called.
	Call(building, bank string, from, to int, ready time.Duration, assigned func(car string, eta time.Duration), ended func(served bool)) (cancel func(), err error)
}

// errLifts says that lifts did not take a call. What they say may name floors.
var errLifts = errors.New("the lifts took no call")

var callRoutes = []*route{
	doing(http.MethodPost, "/app/v1/calls", user, http.StatusCreated, (*API).call),
	doing(http.MethodGet, "/app/v1/calls/{call}", user, http.StatusOK, (*API).callStatus),
	doing(http.MethodDelete, "/app/v1/calls/{call}", user, http.StatusNoContent, (*API).cancelCall),
}

type callRequest struct {
	Building string  `json:"building"`
	From     string  `json:"from"`
	To       string  `json:"to,omitzero"`
	Position cell    `json:"position" app:"grid"`
	Distance float64 `json:"distance"`                 // m
	Walk     int     `json:"walk,omitzero" app:"grid"` // s
}

type cell struct {
	East  int `json:"east"`
	North int `json:"north"`
}

type callTaken struct {
	Call  uint64 `json:"call"`
	Bank  string `json:"bank"`
	Ready int64  `json:"ready"` // s
}

type callStatus struct {
	Assigned bool      `json:"assigned"`
	Car      string    `json:"car,omitzero"`
	Arrives  time.Time `json:"arrives,omitzero"`
}

// call has a call vetted and places it.
func (a *API) call(q *asked, in *callRequest) (*callTaken, error) {
	if a.config.Lifts == nil || !a.calls.room(a.config.Limits.Calls) {
		return nil, fmt.Errorf("%w: %w", remotecall.Unavailable, errLifts)
	}
	t, err := a.service.Call(q.token, remotecall.CallRequest{
		Building: in.Building, From: in.From, To: in.To, Position: remotecall.Cell(in.Position), Distance: in.Distance, Walk: time.Duration(in.Walk) * time.Second,
	})
	if err != nil {
		return nil, err
	}
	n := t.Number
	p := &placed{passage: a.service.Passage(t)}
	a.calls.add(n, p)
	cancel, err := a.config.Lifts.Call(t.Building, t.Bank, t.From, t.To, t.Ready,
		func(car string, eta time.Duration) { a.service.Assigned(n, car, eta) },
		func(served bool) { a.end(n, served) })
	if err != nil {
		a.calls.take(n)
		a.service.Forget(n)
		return nil, fmt.Errorf("%w: %w", remotecall.Unavailable, errLifts)
	}
	if p.begun(cancel) {
		cancel() // the caller was faster than the lifts
	}
	q.header.Set("Location", "/app/v1/calls/"+strconv.FormatUint(n, 10))
	return &callTaken{n, t.Bank, int64((t.Ready + time.Second - 1) / time.Second)}, nil
}

func (a *API) callStatus(q *asked, _ *none) (*callStatus, error) {
	n, err := q.call()
	if err != nil {
		return nil, err
	}
	s, err := a.service.Status(q.token, n)
	if err != nil {
		return nil, err
	}
	return &callStatus{s.Assigned, s.Car, s.Arrives}, nil
}

// cancelCall ends a call for its caller, at the service first: it knows whose
// call it is.
func (a *API) cancelCall(q *asked, _ *none) (*none, error) {
	n, err := q.call()
	if err != nil {
		return nil, err
	}
	if err := a.service.Cancel(q.token, n); err != nil {
		return nil, err
	}
	p := a.calls.take(n)
	if p == nil {
		return nil, nil // the lifts ended it meanwhile
	}
	if cancel := p.end(); cancel != nil {
		cancel()
	}
	a.calls.log(func() { _ = a.service.Logged(p.passage, false) })
	return nil, nil
}

// call is the number of the call in the path.
func (q *asked) call() (uint64, error) {
	n, err := strconv.ParseUint(q.http.PathValue("call"), 10, 64)
	if err != nil {
		return 0, remotecall.NoSuchCall
	}
	return n, nil
}

// end forgets a call that the lifts say is over. It does not wait.
func (a *API) end(n uint64, served bool) {
	p := a.calls.take(n)
	if p == nil {
		return // cancelled
	}
	a.service.Forget(n)
	// Refused once the service in the building has ended, and then there is no log.
	a.calls.log(func() { _ = a.service.Logged(p.passage, served) })
}

// calls are those under way.
type calls struct {
	mu     sync.Mutex
	open   map[uint64]*placed
	closed bool
	logs   sync.WaitGroup
}

// placed is a call that the lifts have or are about to have.
type placed struct {
	passage remotecall.Passage

	mu     sync.Mutex
	cancel func() // nil until the lifts gave it
	ended  bool   // by the caller
}

// begun notes how to cancel, and tells that it should be done at once.
func (p *placed) begun(cancel func()) (now bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancel = cancel
	return p.ended
}

// end notes that the caller cancelled, and gives how to tell the lifts, nil when
// that is not known yet.
func (p *placed) end() (cancel func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	return p.cancel
}

func (c *calls) room(most int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open) < most && !c.closed
}

func (c *calls) add(n uint64, p *placed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[n] = p
}

// take gives a call up, to whoever comes first.
func (c *calls) take(n uint64) *placed {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.open[n]
	delete(c.open, n)
	return p
}

// log does what may have to wait for the stores beside whoever ended a call.
func (c *calls) log(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.logs.Go(do)
	}
}

func (c *calls) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.logs.Wait()
}
