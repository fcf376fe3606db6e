package remotecall

import (
	"crypto/rand"
	"fmt"
	"hash/maphash"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"hoistway/dispatch/registry"
)

// Config of a service.
type Config struct {
	Registry  *registry.Registry
	Now       func() time.Time
	IDs       registry.IDSource // nil = registry.Random
	Buildings []Building
	Cost      registry.Cost // of password hashes; zero = registry.ProductionCost
	Metrics   *metrics.Set  // nil = none; labels come from closed sets only
	Log       *slog.Logger  // nil = none; no personal data is ever logged
	Operators []Credential  // of the provider's staff, by role
	Policy    Policy

	// Deliver takes what a subject asked for through a Manager to the subject:
	// the driver sends it to their mail address, sealed as mail is there. It is
	// called with nothing locked. nil = no Manager can ask for data on a subject's behalf.
	Deliver func(Delivery) error
}

// Policy holds the bounds that are neither storage periods nor a building's.
// Zero values are errors.
type Policy struct {
	Near          float64       // m; a caller farther from the building is refused
	Grid          float64       // m; positions finer than this are refused
	Session       time.Duration // unused for so long, a login ends
	CallTTL       time.Duration // a call that nobody ended is forgotten so long after its caller's ready time
	CallsPerHour  int           // by one account; more are misuse
	FailedLogins  int           // in a row, before an account waits
	Wait          time.Duration // after FailedLogins
	DefaultSpeed  float64       // m/s, without a preference and without the phone's own figure
	Guardianship  int           // age in years below which a sub-user needs a holder of parental responsibility (FL:L53)
	PseudonymLife time.Duration // a randomized ID older than this is refused; its life begins with the day of its registration
}

// DefaultPolicy is what the project proposes.
func DefaultPolicy() Policy {
	return Policy{
		Near: 200, Grid: 10, Session: 30 * 24 * time.Hour, CallTTL: time.Minute, CallsPerHour: 60, FailedLogins: 5, Wait: 15 * time.Minute,
		DefaultSpeed: 1.2, Guardianship: 16, PseudonymLife: 30 * 24 * time.Hour,
	}
}

// Building is what the service has to know of a building.
type Building struct {
	Name     string
	Floors   []string // names, lowest first
	Banks    []Bank
	Manager  string // credential of its Manager; "" lets nobody in
	Camera   bool   // the intercom has a camera, and its sticker
	Services []string
}

// Bank is a group of cars and the floors it serves.
type Bank struct {
	Name   string
	Floors []string
}

// Credential lets one member of staff in.
type Credential struct {
	Role   registry.Role
	Secret string
}

// Service names, as in registry.Permission.
const (
	RemoteCall = "remote-call"
	Flow       = "flow"
)

// Service is Remote Call and Flow. It is safe for concurrent use.
//
// Two kinds of lock keep it so. A subject's turn serialises what reads and
// then changes the records of one subject, so that a change and the copy of it
// in memory agree. mu guards the tables in memory and is never held while a
// store is read or written. A turn is always taken before mu.
type Service struct {
	c      Config
	sites  map[string]*site
	secret [32]byte // keys the digests in memory; dies with the process
	decoy  string   // a password string that nobody's password matches

	turns [256]sync.Mutex
	seed  maphash.Seed

	mu        sync.Mutex
	accounts  map[registry.ID]*account
	emails    map[digest]*account
	strangers strangers
	sessions  map[digest]*session
	farewells map[digest]*farewell // of logins whose account was erased
	pending   pending
	keys      map[registry.ID]registry.ID // of a visitor key to its host
	revoked   map[registry.ID]time.Time   // keys that were revoked, until they would have ended
	tags      map[digest]place            // of a key tag
	mains     map[digest]place            // of an apartment's main user
	intercom  intercom
	numbers   uint64 // calls so far
	waiting   waiting
	count     *counts

	provider provider // what the provider's side keeps in memory
}

// New starts a service on open stores. A cost of password hashes below
// registry.ProductionCost is noted in the ledger. New reads who has an account, a key, a
// key tag or an apartment, and keeps in memory only how to find them.
func New(c Config) (*Service, error) {
	if c.IDs == nil {
		c.IDs = registry.Random{}
	}
	if c.Cost == (registry.Cost{}) {
		c.Cost = registry.ProductionCost
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{c: c, seed: maphash.MakeSeed()}
	var err error
	if s.sites, err = c.check(); err != nil {
		return nil, fmt.Errorf("remote-call service: %w", err)
	}
	rand.Read(s.secret[:]) // never fails: the process ends instead
	s.decoy = registry.HashPassword(rand.Text(), c.Cost)
	s.count = newCounts(c.Metrics)
	if err := s.noteCost(); err != nil {
		return nil, fmt.Errorf("remote-call service: %w", err)
	}
	if err := s.rebuild(); err != nil {
		return nil, fmt.Errorf("remote-call service: %w", err)
	}
	s.logStart()
	return s, nil
}

// noteCost leaves evidence that passwords are hashed at a cost that is for
// tests only, so that such a store is never taken for one of production.
func (s *Service) noteCost() error {
	c, least := s.c.Cost, registry.ProductionCost
	if c.Memory >= least.Memory && c.Time >= least.Time {
		return nil
	}
	_, err := s.c.Registry.Append(registry.Entry{Act: registry.ActTestCost, Facts: map[string]string{
		"memory": strconv.FormatUint(uint64(c.Memory), 10), "passes": strconv.FormatUint(uint64(c.Time), 10), "threads": strconv.Itoa(int(c.Threads)),
	}}, false)
	return stored("note the cost of password hashes", err)
}

// Token is a login. It lives in memory only.
type Token string

func (s *Service) now() time.Time { return s.c.Now().UTC() }

// handle gives access to the stores for a role and a purpose.
func (s *Service) handle(role registry.Role, purpose registry.Purpose) registry.Handle {
	return s.c.Registry.As(role, purpose)
}

// turn lets one change at a time be made to what belongs to a subject. The
// result ends the turn.
func (s *Service) turn(subject registry.ID) (end func()) {
	m := &s.turns[maphash.String(s.seed, string(subject))%uint64(len(s.turns))]
	m.Lock()
	return m.Unlock
}
