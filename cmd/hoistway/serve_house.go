package main

import (
	"context"
	"errors"

	"hoistway/dispatch/gateway"
	"hoistway/dispatch/gateway/app"
	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/scenarios"
)

// house is the remote-call service behind the app API; nil where it is not
// served.
type house struct {
	*app.House
	api    *app.API
	config *gateway.Config
}

// openHouse opens the service with a building for each of the gateway's, and
// lets it decide who may go where.
func (f *serveFlags) openHouse(c *gateway.Config, cases []*scenarios.Scenario, made *serving) (*house, error) {
	if !f.app {
		if f.stores != "" {
			return nil, errors.New("--stores without the app API: leave out --app=false")
		}
		return nil, nil
	}
	o := app.Options{Dir: f.stores, Log: c.Log, Metrics: c.Metrics}
	for i, b := range c.Buildings {
		o.Buildings = append(o.Buildings, served(b.ID, cases[i]))
	}
	h, err := app.Open(o)
	if err != nil {
		return nil, err
	}
	c.Admit = h.Admit
	made.Managers = map[string]string{}
	for _, b := range h.Buildings {
		made.Managers[b.Name] = b.Manager
	}
	return &house{House: h, config: c}, nil
}

// served is a scenario's building as the service knows it.
func served(id string, sc *scenarios.Scenario) app.Building {
	b := app.Building{Building: remotecall.Building{Name: id}}
	for _, f := range sc.Building.Floors {
		b.Floors = append(b.Floors, f.Name)
	}
	for i := range sc.Banks {
		bank := remotecall.Bank{Name: sc.Banks[i].Name}
		for _, f := range sc.Banks[i].Serves {
			bank.Floors = append(bank.Floors, sc.Building.Floors[f].Name)
		}
		b.Banks = append(b.Banks, bank)
	}
	if v := sc.Service; v != nil {
		b.Region, b.Residential, b.Intercom, b.Camera = v.Region, v.Residential, v.Intercom, v.Intercom
		for _, l := range v.Logs {
			b.Logs = append(b.Logs, registry.LogDeclaration{Name: l.Name, Fields: l.Fields, Purpose: registry.ToSecure, Retention: l.Retention})
		}
	}
	return b
}

// mount lets a gateway serve the app API, and bring its callers their cars.
func (h *house) mount(g *gateway.Gateway) (err error) {
	if h == nil {
		return nil
	}
	h.api, err = app.New(app.Config{Service: h.Service, Lifts: g, Buildings: h.Buildings, Policy: h.Policy, Log: h.config.Log, Metrics: h.config.Metrics})
	if err == nil {
		g.Mount(h.api)
	}
	return err
}

// tend lets the service do what is due until ctx ends; what it gives is closed
// then.
func (h *house) tend(ctx context.Context) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		if h != nil {
			h.Run(ctx, 0)
		}
	}()
	return over
}

func (h *house) close() error {
	if h == nil {
		return nil
	}
	if h.api != nil {
		h.api.Close()
	}
	return h.Close()
}
