package remotecall

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"hoistway/dispatch/registry"
)

// site is a building in the form that a call looks things up in.
type site struct {
	name        string
	floors      map[string]int
	banks       []bank
	manager     digest // of the credential
	locked      bool   // no credential: nobody is its Manager here
	camera      bool
	residential bool
	intercom    bool
	services    []string
	logs        map[string]registry.LogDeclaration
	ended       atomic.Bool // we no longer serve the building
}

type bank struct {
	name   string
	serves []bool // by floor
}

// bank gives the index of a bank, -1 when there is none of that name.
func (b *site) bank(name string) int {
	return slices.IndexFunc(b.banks, func(k bank) bool { return k.name == name })
}

// site finds a building that we serve and in which a service is offered. ""
// stands for any service.
func (s *Service) site(building, service string) (*site, error) {
	b := s.sites[building]
	if b == nil || service != "" && !slices.Contains(b.services, service) {
		return nil, UnknownBuilding
	}
	if b.ended.Load() {
		return nil, NotProvider
	}
	return b, nil
}

// landing finds a building like site, and one of its floors by name.
func (s *Service) landing(building, service, floor string) (*site, int, error) {
	b, err := s.site(building, service)
	if err != nil {
		return nil, 0, err
	}
	i, known := b.floors[floor]
	if !known {
		return nil, 0, UnknownFloor
	}
	return b, i, nil
}

// check finds all faults of a configuration at once.
func (c *Config) check() (map[string]*site, error) {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if c.Registry == nil {
		fault("no registry")
	}
	if c.Now == nil {
		fault("no clock")
	}
	p := c.Policy
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"near", p.Near}, {"grid", p.Grid}, {"session", float64(p.Session)}, {"call TTL", float64(p.CallTTL)}, {"calls per hour", float64(p.CallsPerHour)}, {"failed logins", float64(p.FailedLogins)},
		{"wait", float64(p.Wait)}, {"default speed", p.DefaultSpeed}, {"guardianship", float64(p.Guardianship)}, {"pseudonym life", float64(p.PseudonymLife)},
	} {
		if !(f.value > 0) {
			fault("policy: %s is %v; it must be more than 0 (DefaultPolicy has values)", f.name, f.value)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}

	servers := map[string]registry.BuildingConfig{}
	for _, b := range c.Registry.Buildings() {
		servers[b.Name] = b
	}
	sites := map[string]*site{}
	for _, b := range c.Buildings {
		server, served := servers[b.Name]
		if !served && !c.leftBuilding(b.Name) {
			fault("building %q has no server in the registry", b.Name)
			continue
		}
		if sites[b.Name] != nil {
			fault("building %q is named twice", b.Name)
			continue
		}
		at := &site{
			name: b.Name, floors: map[string]int{}, manager: plainDigest(b.Manager), locked: b.Manager == "", camera: b.Camera,
			residential: server.Residential, intercom: server.Intercom, services: b.Services, logs: map[string]registry.LogDeclaration{},
		}
		at.ended.Store(!served)
		for i, name := range b.Floors {
			if _, twice := at.floors[name]; twice || name == "" || name == all {
				fault("building %q: floor %q is empty, reserved or named twice", b.Name, name)
			}
			at.floors[name] = i
		}
		for _, k := range b.Banks {
			if k.Name == "" || k.Name == all || at.bank(k.Name) >= 0 {
				fault("building %q: bank %q is empty, reserved or named twice", b.Name, k.Name)
			}
			serves := make([]bool, len(b.Floors))
			for _, name := range k.Floors {
				i, known := at.floors[name]
				if !known {
					fault("building %q: bank %q serves floor %q, which the building lacks", b.Name, k.Name, name)
					continue
				}
				serves[i] = true
			}
			at.banks = append(at.banks, bank{k.Name, serves})
		}
		for _, service := range b.Services {
			if service != RemoteCall && service != Flow {
				fault("building %q: service %q is neither %q nor %q", b.Name, service, RemoteCall, Flow)
			}
		}
		for _, l := range server.Logs {
			at.logs[l.Name] = l
		}
		sites[b.Name] = at
	}
	return sites, errors.Join(faults...)
}

// leftBuilding tells whether the registry has a server of a building that we
// no longer serve.
func (c *Config) leftBuilding(name string) bool {
	err := c.Registry.As(registry.RoleService, registry.ToProvide).In(name).
		Each(registry.Ref{Kind: registry.KindKeyTag}, func(registry.Ref, func(registry.Record) error) error { return nil })
	return notProvider(err)
}

// week is the Monday on which the week of an instant begins, UTC. That an
// account is in use is known no finer.
func week(t time.Time) time.Time { return t.UTC().Truncate(7 * 24 * time.Hour) }
