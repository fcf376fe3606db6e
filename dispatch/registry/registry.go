package registry

import (
	"errors"
	"log/slog"
	"time"
)

// Options open a registry.
type Options struct {
	Dir       string // folder of the stores; "" keeps everything in memory
	Keys      string // folder of the key-encryption keys, outside Dir; with Dir "" it must be ""
	Now       func() time.Time
	IDs       IDSource // nil = Random
	Log       *slog.Logger
	Buildings []BuildingConfig // in the order of their names' first use; a building that is not named here has no server
	Limits    Limits

	// Step is called after each step of an erasure, a restore and a hand-over
	// with its name, such as "erase:cloud-deleted". Tests end the process there.
	Step func(step string)
}

// BuildingConfig is what a Manager configured for a building.
type BuildingConfig struct {
	Name        string
	Region      string // ISO 3166 country; where the server stands
	Residential bool   // Flow Residential: addresses, apartments, displays
	Intercom    bool
	Logs        []LogDeclaration
}

// LogDeclaration is a building-specific log that the Manager ordered (FL:L23,
// FL:L56). Without a retention it is an error.
type LogDeclaration struct {
	Name      string
	Fields    []string
	Purpose   Purpose
	Retention time.Duration
}

// Limits are the periods that the statements leave to the provider. Zero
// values are errors, not for ever.
type Limits struct {
	LogData    time.Duration // at most 365 days (FL:L58)
	Inactivity time.Duration // an account unused for so long has ceased (FL:L56)
	Backups    time.Duration // a backup older than this is deleted
	Rotation   time.Duration // of the key-encryption key
	Archive    time.Duration // of a closed case
	Cell       int           // least people in an aggregate
}

// DefaultLimits are what the project proposes where the statements are silent.
func DefaultLimits() Limits {
	const day = 24 * time.Hour
	return Limits{LogData: 365 * day, Inactivity: 730 * day, Backups: 90 * day, Rotation: 30 * day, Archive: 3 * 365 * day, Cell: 5}
}

// Errors of accesses. Denied access is a *Denied.
var (
	ErrNotFound    = errors.New("no such record")
	ErrNotProvider = errors.New("the provider no longer serves this building; the building's Manager can")
	ErrShredded    = errors.New("the key of this record has been destroyed")
)

// Registry holds all stores of the provider and of the buildings it serves.
// It is safe for concurrent use.
type Registry struct {
	o Options
}

// Open opens or creates the stores, and completes erasures that a crash cut
// short.
func Open(o Options) (*Registry, error) { panic("not yet") }

// Close syncs and closes all stores.
func (r *Registry) Close() error { panic("not yet") }

// Dir is the folder of the stores, "" in memory.
func (r *Registry) Dir() string { return r.o.Dir }

// Buildings are the configurations in force.
func (r *Registry) Buildings() []BuildingConfig { panic("not yet") }
