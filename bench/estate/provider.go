package estate

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/scenarios"
)

// backUp, restart, restore and ending are the provider's.
func (e *Estate) backUp() error {
	name, err := e.stores.Backup()
	if err != nil {
		return err
	}
	e.backups, e.backedUp = append(e.backups, name), e.now
	return e.acted(nil, actBackup, "", "name", name)
}

// restart ends the processes in order and starts them on the same stores.
// Logins, calls under way and visits are lost.
func (e *Estate) restart() error {
	if err := e.service.Close(); err != nil {
		return err
	}
	if e.dir != "" {
		if err := e.stores.Close(); err != nil {
			return err
		}
		e.stores = nil
	}
	if err := e.open(); err != nil {
		return err
	}
	e.endVisits()
	return e.acted(nil, actRestart, "")
}

// restore is the loss of the cloud store.
func (e *Estate) restore() error {
	if len(e.backups) == 0 {
		return e.acted(nil, actRestore, "no-backup")
	}
	name := e.backups[len(e.backups)-1]
	if err := e.stores.Restore(name); err != nil {
		return err
	}
	if err := e.open(); err != nil {
		return err
	}
	e.endVisits()
	if err := e.lose(e.backedUp); err != nil {
		return err
	}
	return e.acted(nil, actRestore, "", "name", name)
}

// lose notes what a restore could not bring back: what was entered after the
// backup and is nowhere else.
func (e *Estate) lose(since time.Time) error {
	const why = "lost-with-the-cloud-store"
	inCloud := func(c *Canary) bool { return c.Store == string(registry.Cloud) || c.Store == "displays" }
	for _, p := range e.people {
		switch {
		case p == nil || p.appless || p.erased:
			continue
		case !e.exists(p):
			e.truth.goes(p.id, why, e.now, inCloud)
			continue
		}
		e.truth.goes(p.id, why, e.now, func(c *Canary) bool {
			return inCloud(c) && c.From.After(since) && (strings.HasPrefix(c.Field, "visitor ") || strings.HasPrefix(c.Field, "sub-user "))
		})
		if err := e.losePreferences(p, why); err != nil {
			return err
		}
	}
	return nil
}

// losePreferences notes which preferences that a person entered are no longer
// in the cloud.
func (e *Estate) losePreferences(p *person, why string) error {
	if p.service != remotecall.Flow {
		return nil
	}
	var now registry.FlowPreferences
	err := e.stores.As(registry.RoleSubject, registry.ToProvide).Of(p.subject).Get(registry.Ref{Kind: registry.KindFlowPreferences, Subject: p.subject}, &now)
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		return err
	}
	left := map[string]string{
		"intercom_username": now.IntercomUsername, "intercom_phone": now.IntercomPhone,
		fieldSpeed: strconv.Itoa(now.WalkingSpeed), fieldFavourite: now.FavouriteFloor,
	}
	e.truth.goes(p.id, why, e.now, func(c *Canary) bool {
		value, is := left[c.Field]
		return is && c.Value != value && (c.Store == string(registry.Cloud) || c.Store == "displays")
	})
	return nil
}

// loseEntries notes which visitor keys and sub-users of a person are no longer
// in the cloud.
func (e *Estate) loseEntries(p *person, why string) error {
	if p.service != remotecall.Flow {
		return nil
	}
	left := map[string]bool{}
	h := e.stores.As(registry.RoleSubject, registry.ToProvide).Of(p.subject)
	for field, kind := range map[string]*registry.Kind{"visitor ": registry.KindVisitorKey, "sub-user ": registry.KindSubUser} {
		err := h.Each(registry.Ref{Kind: kind, Subject: p.subject}, func(ref registry.Ref, _ func(registry.Record) error) error {
			left[field+string(ref.Item)] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	e.truth.goes(p.id, why, e.now, func(c *Canary) bool {
		entry := strings.HasPrefix(c.Field, "visitor ") || strings.HasPrefix(c.Field, "sub-user ")
		return entry && c.Store == string(registry.Cloud) && !left[c.Field]
	})
	return nil
}

// ending is a hand-over to another provider, or the end of the service.
func (e *Estate) ending(kind scenarios.EventKind, site string) error {
	o := e.staff[registry.RoleService]
	why := "handed-over"
	var err error
	if kind == scenarios.HandedOver {
		if site == Main {
			if e.successor, err = e.takeOver(site); err != nil {
				return err
			}
		}
		err = o.HandOver(site, "ORG-2")
	} else {
		why = "service-ended"
		err = o.EndService(site)
	}
	if err != nil {
		return err
	}
	e.gone[site] = why
	if kind == scenarios.ServiceEnded {
		e.truth.ends("building-"+site, why, e.now)
	}
	for _, p := range e.people {
		switch {
		case p == nil || p.erased:
		case !e.exists(p):
			e.erased(p, why)
		default: // a favourite floor may be one of the building's, and goes with it, as do keys and sub-users
			if err := errors.Join(e.losePreferences(p, why), e.loseEntries(p, why)); err != nil {
				return err
			}
		}
	}
	return e.noted(nil, Act{Act: why, Kind: scriptedKind(kind)}, []string{"building", site})
}
