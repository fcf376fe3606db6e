package estate

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/phone"
	"hoistway/dispatch/remotecall/wire"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/script"
)

// Main is the name of the simulated building at the services.
const Main = "main"

// Estate is one replication's people and the services they use. It is not safe
// for concurrent use.
type Estate struct {
	sc        *scenarios.Scenario
	start     time.Time
	now       time.Time
	dir       string // "" = in memory
	residents []script.Resident
	floors    []string // labels of the simulated building's floors

	options  registry.Options
	stores   *registry.Registry
	config   remotecall.Config
	service  *remotecall.Service
	endpoint *wire.Endpoint
	panel    *phone.Panel
	wireKey  hpke.PrivateKey
	tap      *tap
	logs     *os.File
	metrics  *metrics.Set
	truth    *truth

	staff     map[registry.Role]*remotecall.Operator
	managers  map[string]*remotecall.Manager
	secrets   map[string]string // of the Managers, by building
	gone      map[string]string // buildings whose service ended, and why
	successor *successor        // in the simulated building; nil until it is handed over

	people   []*person // by resident; nil until they use the app
	away     []away    // phones of accounts that were erased
	moved    []int     // by resident: how many lived there before
	calls    map[int64]call
	permits  []permit   // by permit, from 1
	planned  []*planned // keys to be made, in order
	waiting  []*planned // that were made, for visitors who have not come
	byHost   map[*person][]twin.Permit
	issued   []issued  // keys whose visitors' names are in the cloud
	weekOver time.Time // when the service next removes keys that have ended; zero = when it is tended
	holds    []registry.ID
	backups  []string
	backedUp time.Time // the newest of them
	ended    []twin.Permit
	births   birthDates
	speeds   map[int]bool // walking speeds that somebody has entered, mm/s
	exports  int
	err      error
}

// call is a remote call under way.
type call struct {
	number   uint64 // at the service
	person   *person
	from, to int
	bank     string
	passage  remotecall.Passage // for the building's logs
}

// permit is a visitor's key: of the host, by the code the visitor carries.
type permit struct {
	host    *person
	key     remotecall.Key
	refused string // the host could not make it, or did not open
	ended   bool
	visit   registry.ID // of somebody whom the host let in when they rang; "" = a key
}

// New opens services for a replication. Dir is an empty folder for evidence,
// or "" to keep everything in memory.
func New(sc *scenarios.Scenario, seed uint64, replication int, dir string) (*Estate, error) {
	if sc.Service == nil {
		return nil, fmt.Errorf("scenario %s: nobody in it uses an app", sc.Name)
	}
	e := &Estate{
		sc: sc, start: sc.Service.Start, now: sc.Service.Start, dir: dir, residents: script.Residents(sc, seed, replication),
		staff: map[registry.Role]*remotecall.Operator{}, managers: map[string]*remotecall.Manager{}, secrets: map[string]string{}, gone: map[string]string{},
		calls: map[int64]call{}, byHost: map[*person][]twin.Permit{}, permits: make([]permit, 1), metrics: metrics.NewSet(),
		births: newBirthDates(sc.Service.Start), speeds: newSpeeds(),
	}
	e.people, e.moved = make([]*person, len(e.residents)), make([]int, len(e.residents))
	e.planned = plan(sc, seed, replication)
	for _, f := range sc.Building.Floors {
		e.floors = append(e.floors, floorLabel(f.Name))
	}
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	if e.wireKey, err = hpke.NewDHKEMPrivateKey(key); err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	if dir != "" {
		if log, err = e.openEvidence(); err != nil {
			return nil, err
		}
	}
	e.configure(log)
	if err := e.open(); err != nil {
		return nil, errors.Join(err, e.closeEvidence())
	}
	return e, nil
}

// configure says what the services have to know.
func (e *Estate) configure(log *slog.Logger) {
	v := e.sc.Service
	limits := registry.DefaultLimits()
	limits.LogData, limits.Inactivity, limits.Backups, limits.Rotation, limits.Cell = v.LogData, v.Inactivity, v.Backups, v.Rotation, v.Least
	policy := remotecall.DefaultPolicy()
	policy.Near, policy.Grid, policy.PseudonymLife = v.Near, v.Grid, v.Rotation
	policy.CallsPerHour = 1 << 20 // a scenario's people are as busy as it says
	now := func() time.Time { return e.now }
	e.options = registry.Options{Now: now, Log: log, Limits: limits}
	if e.dir != "" {
		e.options.Dir, e.options.Keys = filepath.Join(e.dir, "stores"), filepath.Join(e.dir, "keys")
	}
	e.config = remotecall.Config{Now: now, Cost: registry.TestCost, Metrics: e.metrics, Log: log, Policy: policy, Deliver: e.deliver}
	for _, role := range []registry.Role{registry.RoleService, registry.RoleSecurity, registry.RoleAnalytics} {
		e.config.Operators = append(e.config.Operators, remotecall.Credential{Role: role, Secret: canary()})
	}
	for _, name := range append([]string{Main}, v.Sites...) {
		e.secrets[name] = canary()
		b := remotecall.Building{Name: name, Floors: e.floors, Manager: e.secrets[name], Camera: v.Intercom, Services: []string{remotecall.RemoteCall, remotecall.Flow}}
		c := registry.BuildingConfig{Name: name, Region: v.Region, Residential: v.Residential, Intercom: v.Intercom}
		if name == Main {
			for i := range e.sc.Banks {
				bank := &e.sc.Banks[i]
				served := make([]string, len(bank.Serves))
				for j, f := range bank.Serves {
					served[j] = e.floors[f]
				}
				b.Banks = append(b.Banks, remotecall.Bank{Name: bank.Name, Floors: served})
			}
			for _, l := range v.Logs {
				c.Logs = append(c.Logs, registry.LogDeclaration{Name: l.Name, Fields: l.Fields, Purpose: registry.ToSecure, Retention: l.Retention})
			}
		}
		e.config.Buildings = append(e.config.Buildings, b)
		e.options.Buildings = append(e.options.Buildings, c)
	}
}

// open starts the services on the stores: at the beginning and after a
// restart.
func (e *Estate) open() (err error) {
	if e.stores == nil {
		if e.stores, err = registry.Open(e.options); err != nil {
			return fmt.Errorf("opening the stores: %w", err)
		}
		if e.dir != "" {
			if err := registry.WriteConfig(e.options.Dir, registry.Config{Buildings: e.options.Buildings, Limits: e.options.Limits, Cost: e.config.Cost, Layouts: e.layouts()}); err != nil {
				return err
			}
		}
	}
	e.config.Registry = e.stores
	if e.service, err = remotecall.New(e.config); err != nil {
		return fmt.Errorf("starting the service: %w", err)
	}
	e.weekOver = time.Time{}
	e.endpoint = wire.NewEndpoint(e.service, e.wireKey, e.config.Now)
	e.panel = phone.NewPanel(e.service)
	for _, c := range e.config.Operators {
		if e.staff[c.Role], err = e.service.Operator(c.Role, c.Secret); err != nil {
			return fmt.Errorf("staff %s: %w", c.Role, err)
		}
	}
	for name, secret := range e.secrets {
		if e.gone[name] != "" {
			continue
		}
		if e.managers[name], err = e.service.Manager(name, secret); err != nil {
			return fmt.Errorf("the Manager of %s: %w", name, err)
		}
	}
	return nil
}

// layouts are the buildings' floors and banks as the stores' folder has them.
func (e *Estate) layouts() map[string]registry.Layout {
	layouts := map[string]registry.Layout{}
	for _, b := range e.config.Buildings {
		l := registry.Layout{Floors: b.Floors}
		for _, bank := range b.Banks {
			l.Banks = append(l.Banks, registry.BankLayout(bank))
		}
		layouts[b.Name] = l
	}
	return layouts
}

// at sets the services' clock, and does what people do by then of whom the
// simulation knows nothing.
func (e *Estate) at(at scenarios.Instant) {
	e.makePlanned(at)
	e.now = e.start.Add(at)
	e.comeBack()
}

// fail keeps the first failure.
func (e *Estate) fail(err error) {
	if e.err == nil && err != nil {
		e.err = fmt.Errorf("services at %s: %w", e.now.Format(time.RFC3339), err)
	}
}

// Err is the first failure of the services, nil when there was none.
func (e *Estate) Err() error { return e.err }

// refusal is the word of a refusal; any other error is a failure of ours.
func (e *Estate) refusal(err error) string {
	if err == nil {
		return ""
	}
	var word remotecall.Refusal
	if errors.As(err, &word) {
		return string(word)
	}
	e.fail(err)
	return string(remotecall.Unavailable)
}

// Close ends the services and completes the evidence.
func (e *Estate) Close() error {
	var err error
	e.keep()
	for _, p := range e.people {
		if p != nil && !p.appless {
			err = errors.Join(err, p.phone.Close())
		}
	}
	if e.service != nil {
		err = errors.Join(err, e.service.Close())
	}
	if e.stores != nil {
		err = errors.Join(err, e.writeMetrics(), e.stores.Close())
		e.stores = nil
	}
	return errors.Join(e.err, err, e.closeEvidence())
}
