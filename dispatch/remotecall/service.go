package remotecall

import (
	"log/slog"
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
}

// Policy holds the bounds that are neither storage periods nor a building's.
type Policy struct {
	Near          float64       // m; a caller farther from the building is refused
	Grid          float64       // m; positions finer than this are refused
	Session       time.Duration // unused for so long, a login ends
	CallTTL       time.Duration // a call that nobody ended is forgotten after so long
	CallsPerHour  int           // by one account; more are misuse
	FailedLogins  int           // in a row, before an account waits
	Wait          time.Duration // after FailedLogins
	DefaultSpeed  float64       // m/s, without a preference and without the phone's own figure
	Guardianship  int           // age in years below which a sub-user needs a holder of parental responsibility (FL:L53)
	PseudonymLife time.Duration // a randomized ID older than this is refused
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
	Manager  string // credential of its Manager
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
type Service struct {
	c Config
}

// New starts a service on open stores.
func New(c Config) (*Service, error) { panic("not yet") }

// Token is a login. It lives in memory only.
type Token string
