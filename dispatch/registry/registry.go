package registry

import (
	"errors"
	"log/slog"
	"slices"
	"sync"
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

	// Regions say in which country the provider's stores and the backups
	// stand, by name, such as "cloud" and "backups"; what is not named stands
	// where the first building does. Outside of a building's country, and of
	// the EEA where that is a part of it, one of Bases has to be valid (FL:L70).
	Regions map[string]string
	Bases   []Basis

	// Group are the numbers of the organisations, such as ORG-4, that belong
	// to the provider's or a Manager's group (RC:L39, FL:L68).
	Group []string

	// Existing opens only what is there: a store or a key-encryption key that
	// is missing, and a building server that Buildings does not name, is an
	// error, and nothing is made in its place.
	Existing bool

	// Step is called after each step of an erasure, a restore, a rotation and
	// the end of a service, with its name, such as "erase:cloud". Tests end the
	// process there.
	Step func(step string)
}

// BuildingConfig is what a Manager configured for a building.
type BuildingConfig struct {
	Name        string
	Region      string // ISO 3166 country; where the server stands
	Residential bool   // Flow Residential: addresses, apartments, displays
	Intercom    bool
	LogData     time.Duration // where local law wants log data kept for less time than Limits.LogData (FL:L58); 0 = Limits.LogData
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
	o      Options
	ledger *ledger
	keys   keyFiles

	mu     sync.RWMutex
	stores map[string]*store // by name
	ring   *ring             // the provider's

	grounds    grounds
	keeping    keeping
	remembered remembered
}

// providerStores are opened in this order: the ledger says what became of the
// buildings, and the vault has the keys of the others.
var providerStores = []Store{Ledger, Vault, Cloud, Analytics, Archive}

// providerRing is the name of the provider's ring of keys.
const providerRing = "provider"

// Open opens the stores, creates them unless Options.Existing says that they
// exist, and completes erasures that a crash cut short.
func Open(o Options) (r *Registry, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.IDs == nil {
		o.IDs = Random{}
	}
	o.Buildings = cloneBuildings(o.Buildings)
	r = &Registry{o: o, keys: newKeyFiles(o.Keys), stores: map[string]*store{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
			r = nil
		}
	}()
	if err = r.keeping.open(o.Dir); err != nil {
		return r, err
	}
	if o.Existing {
		if err = o.checkExisting(); err != nil {
			return r, err
		}
		r.keys.existing = true
	}
	for _, kind := range providerStores { // the ledger is the first
		s, err := openStore(o.Dir, kind, "", o.Log)
		if err != nil {
			return r, err
		}
		r.stores[s.name] = s
		if kind != Ledger {
			continue
		}
		if r.ledger, err = openLedger(s); err != nil {
			return r, err
		}
		if err := r.checkRegions(); err != nil {
			return r, err
		}
	}
	if r.ring, err = openRing(providerRing, r.stores[string(Vault)], r.keys, o.Now); err != nil {
		return r, err
	}
	for _, kind := range []Store{Vault, Cloud, Archive} {
		r.stores[string(kind)].ring = r.ring
	}
	left, err := r.leftBuildings()
	if err != nil {
		return r, err
	}
	for _, b := range o.Buildings {
		s, err := openStore(o.Dir, Building, b.Name, o.Log)
		if err != nil {
			return r, err
		}
		r.stores[s.name] = s
		if s.handedOver.Store(left[b.Name]); !left[b.Name] {
			if err := s.takeOver(); err != nil {
				return r, err
			}
		}
		if s.ring, err = openRing(s.name, s, r.keys, o.Now); err != nil {
			return r, err
		}
	}
	if err = r.resume(); err != nil {
		return r, err
	}
	return r, r.resumeKeeping()
}

// leftBuildings reads from the ledger which buildings the provider has left.
func (r *Registry) leftBuildings() (map[string]bool, error) {
	left := map[string]bool{}
	err := r.Entries(func(_ uint64, e *Entry) error {
		if e.Act == ActHandOver || e.Act == ActServiceEnded {
			left[e.Facts["building"]] = true
		}
		return nil
	})
	return left, err
}

// Close syncs and closes all stores, once those who use them are done. It may
// be called again.
func (r *Registry) Close() error {
	r.mu.Lock()
	stores := r.stores
	r.stores = map[string]*store{}
	r.mu.Unlock()
	var errs []error
	for _, name := range sortedKeys(stores) {
		errs = append(errs, stores[name].close())
	}
	return errors.Join(errs...)
}

// Dir is the folder of the stores, "" in memory.
func (r *Registry) Dir() string { return r.o.Dir }

// InGroup tells whether an organisation belongs to the provider's or a
// Manager's group.
func (r *Registry) InGroup(organisation string) bool { return slices.Contains(r.o.Group, organisation) }

// Buildings are the configurations of the buildings that the provider serves.
func (r *Registry) Buildings() []BuildingConfig {
	var served []BuildingConfig
	for _, b := range r.o.Buildings {
		if _, err := r.store(Building, b.Name); err == nil {
			served = append(served, b)
		}
	}
	return cloneBuildings(served)
}

func cloneBuildings(buildings []BuildingConfig) []BuildingConfig {
	buildings = slices.Clone(buildings)
	for i := range buildings {
		buildings[i].Logs = slices.Clone(buildings[i].Logs)
		for j := range buildings[i].Logs {
			buildings[i].Logs[j].Fields = slices.Clone(buildings[i].Logs[j].Fields)
		}
	}
	return buildings
}

// config gives a building's configuration.
func (r *Registry) config(building string) (BuildingConfig, bool) {
	for _, b := range r.o.Buildings {
		if b.Name == building {
			return b, true
		}
	}
	return BuildingConfig{}, false
}

// store finds an open store. Building is needed for building servers only.
// The server of a building that we have left is nobody's here, whatever the
// role: whoever goes on with it opens it in a process of their own.
func (r *Registry) store(kind Store, building string) (*store, error) {
	r.mu.RLock()
	s := r.stores[storeName(kind, building)]
	r.mu.RUnlock()
	switch {
	case s != nil && s.handedOver.Load():
		return nil, ErrNotProvider
	case s != nil:
		return s, nil
	case kind != Building:
		return nil, errClosed
	case building == "":
		return nil, errors.New("records of a building server: name the building with In")
	case r.isBuilding(building):
		return nil, errClosed
	}
	return nil, errors.New("the building is not in Options.Buildings, so it has no server")
}

// allStores lists the open stores in order of their names.
func (r *Registry) allStores() []*store {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var all []*store
	for _, name := range sortedKeys(r.stores) {
		all = append(all, r.stores[name])
	}
	return all
}
