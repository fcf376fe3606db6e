package app

import (
	"context"
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
)

// Options open a House. The zero value but for Buildings is one in memory.
type Options struct {
	// Dir is a folder for the stores and, beside them, their keys: it gets the
	// folders stores and keys. "" keeps everything in memory.
	Dir       string
	Buildings []Building
	Staff     []remotecall.Credential // nil = one for each role of the provider's staff, generated
	Now       func() time.Time        // nil = time.Now
	Log       *slog.Logger            // nil = none
	Metrics   *metrics.Set            // nil = none
	Cost      registry.Cost           // of password hashes; zero = registry.ProductionCost
	Policy    remotecall.Policy       // zero = remotecall.DefaultPolicy
	Limits    registry.Limits         // zero = registry.DefaultLimits
}

// Building is a building with what its stores have to know of it.
type Building struct {
	remotecall.Building // Manager "" = a credential is generated; Services nil = both

	Region      string // ISO 3166 country of its server; "" = FI
	Residential bool
	Intercom    bool
	Logs        []registry.LogDeclaration
}

// House is the service on stores of its own.
type House struct {
	Registry *registry.Registry
	Service  *remotecall.Service
	Staff    []remotecall.Credential
	Policy   remotecall.Policy

	// Buildings are the service's, with the credentials of their Managers.
	// A generated credential lasts as long as the House.
	Buildings []remotecall.Building

	log *slog.Logger
}

// staffRoles are the provider's staff who have something to do at the service.
var staffRoles = []registry.Role{registry.RoleService, registry.RoleSecurity, registry.RoleAnalytics}

// Open opens the stores, which are made where there are none, and starts the
// service on them. What was opened is closed again when it fails.
func Open(o Options) (*House, error) {
	o.fill()
	h := &House{Staff: o.Staff, Policy: o.Policy, log: o.Log}
	stores := registry.Options{Now: o.Now, Log: o.Log, Limits: o.Limits}
	if o.Dir != "" {
		stores.Dir, stores.Keys = filepath.Join(o.Dir, "stores"), filepath.Join(o.Dir, "keys")
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("opening the stores: %w", err)
		}
	}
	layouts := map[string]registry.Layout{}
	for _, b := range o.Buildings {
		stores.Buildings = append(stores.Buildings, registry.BuildingConfig{Name: b.Name, Region: b.Region, Residential: b.Residential, Intercom: b.Intercom, Logs: b.Logs})
		h.Buildings = append(h.Buildings, b.Building)
		l := registry.Layout{Floors: b.Floors}
		for _, bank := range b.Banks {
			l.Banks = append(l.Banks, registry.BankLayout(bank))
		}
		layouts[b.Name] = l
	}
	var err error
	if h.Registry, err = registry.Open(stores); err != nil {
		return nil, fmt.Errorf("opening the stores: %w", err)
	}
	if o.Dir != "" {
		err = registry.WriteConfig(stores.Dir, registry.Config{Buildings: stores.Buildings, Limits: o.Limits, Cost: o.Cost, Layouts: layouts})
	}
	if err == nil {
		h.Service, err = remotecall.New(remotecall.Config{
			Registry: h.Registry, Now: o.Now, Buildings: h.Buildings, Cost: o.Cost, Metrics: o.Metrics, Log: o.Log, Operators: o.Staff, Policy: o.Policy,
		})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the service: %w", err), h.Registry.Close())
	}
	return h, nil
}

// fill puts in what was left out.
func (o *Options) fill() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Cost == (registry.Cost{}) {
		o.Cost = registry.ProductionCost
	}
	if o.Policy == (remotecall.Policy{}) {
		o.Policy = remotecall.DefaultPolicy()
	}
	if o.Limits == (registry.Limits{}) {
		o.Limits = registry.DefaultLimits()
	}
	if o.Staff == nil {
		for _, role := range staffRoles {
			o.Staff = append(o.Staff, remotecall.Credential{Role: role, Secret: rand.Text()})
		}
	}
	o.Buildings = append([]Building(nil), o.Buildings...)
	for i := range o.Buildings {
		b := &o.Buildings[i]
		if b.Manager == "" {
			b.Manager = rand.Text()
		}
		if b.Services == nil {
			b.Services = []string{remotecall.RemoteCall, remotecall.Flow}
		}
		if b.Region == "" {
			b.Region = "FI"
		}
	}
}

// Run tends the service, at once and then every so often, until ctx ends. A
// minute is often enough for every=0. What fails is logged and tried again the
// next time.
func (h *House) Run(ctx context.Context, every time.Duration) {
	if every == 0 {
		every = time.Minute
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := h.Service.Tend(); err != nil {
			h.log.Error("tending the service failed and is tried again", "err", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Close ends the service and then closes its stores. Run has to have returned,
// and nothing may use the service any more: close the API first.
func (h *House) Close() error {
	return errors.Join(h.Service.Close(), h.Registry.Close())
}

// Admit gives the verdict on a card at a floor of a building: the card is a key
// tag, known by its number. It is what the gateway's access control asks.
func (h *House) Admit(building, card, floor string) error {
	return h.Service.CheckTag(building, card, floor)
}
