package estate

import (
	"fmt"
	"strings"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/result"
	"hoistway/twin/script"
)

// Do plays a scripted act. It implements twin.Service.
func (e *Estate) Do(a *script.Act) []twin.Permit {
	e.at(a.At)
	ev := &e.sc.Events[a.Event]
	site := ev.Site
	if site == "" {
		site = Main
	}
	var p *person
	if a.Resident != script.None {
		if p = e.who(a.Resident); p == nil {
			return nil
		}
	}
	var err error
	switch ev.Kind {
	case scenarios.SubUserAdded, scenarios.SubUserRemoved, scenarios.PreferenceSet, scenarios.Corrected, scenarios.Reviewed,
		scenarios.Ported, scenarios.Objected, scenarios.Erased, scenarios.Impostor:
		err = e.personal(p, ev, a)
	case scenarios.MovedOut:
		err = e.moveOut(p)
	case scenarios.FellSilent:
		p.silent = true
		err = e.acted(p, actFellSilent, "")
	case scenarios.BackedUp:
		err = e.backUp()
	case scenarios.Restored:
		err = e.restore()
	case scenarios.Restarted:
		err = e.restart()
	case scenarios.Held, scenarios.Released, scenarios.Reidentified, scenarios.Disclosed, scenarios.Transferred, scenarios.Troubleshot, scenarios.KeyAuditRead:
		err = e.staffActs(p, ev, a)
	case scenarios.HandedOver, scenarios.ServiceEnded:
		err = e.ending(ev.Kind, site)
	default:
		panic(fmt.Sprintf("BUG: estate: no act for event kind %d", ev.Kind))
	}
	if err != nil {
		e.fail(fmt.Errorf("event %s, number %d: %w", ev.Name, a.Number, err))
	}
	return e.takeEnded()
}

// takeEnded gives the permits that ended since it was last asked.
func (e *Estate) takeEnded() []twin.Permit {
	ended := e.ended
	e.ended = nil
	return ended
}

// endKeys notes that a host's keys are no longer good.
func (e *Estate) endKeys(p *person) {
	for _, number := range e.byHost[p] {
		if k := &e.permits[number]; !k.ended {
			k.ended = true
			e.ended = append(e.ended, number)
		}
	}
	delete(e.byHost, p)
}

// Tend lets the services and the phones do what is due. It implements
// twin.Service.
func (e *Estate) Tend(at scenarios.Instant) []twin.Permit {
	e.at(at)
	for _, p := range e.people {
		if p != nil && p.used() {
			e.flush(p)
		}
	}
	e.fail(e.service.Tend())
	e.endedKeys()
	for _, p := range e.people {
		if p != nil && p.silent && !p.erased && !e.exists(p) {
			e.erased(p, "inactive")
		}
	}
	return e.takeEnded()
}

// flush has a phone report what was used. Reports that the service does not
// take are the phone's to drop.
func (e *Estate) flush(p *person) {
	err := p.phone.Flush()
	if is(err, remotecall.NotSignedIn) {
		if err = e.again(p); err == nil {
			err = p.phone.Flush()
		}
	}
	if refused := e.refusal(err); refused != "" {
		e.fail(e.acted(p, "upload", refused))
	}
}

// erased notes that a person's account is gone: every value of theirs had to
// go, but for what the Manager keeps, what a hold names, and what their phone
// holds until it is told.
func (e *Estate) erased(p *person, why string) {
	p.erased, p.why = true, why
	e.endKeys(p)
	e.truth.goes(p.id, why, e.now, func(c *Canary) bool {
		site, inBuilding := strings.CutPrefix(c.Store, "building-")
		switch {
		case c.Store == p.device:
			return false
		case !inBuilding:
			return true
		case e.gone[site] == "handed-over":
			return false // we cannot delete there (RC:L45)
		case c.managers(): // works without the app until the Manager takes it back (FL:L51)
			return why == "moved-out" && e.gone[site] == ""
		}
		return p.service == remotecall.RemoteCall || why == "moved-out" || e.gone[site] == "service-ended"
	})
	e.fail(e.acted(p, actErased, "", "why", why))
	e.leaves(p, why)
}

// personal is what residents do for themselves.
func (e *Estate) personal(p *person, ev *scenarios.Event, a *script.Act) error {
	switch {
	case p == nil:
		return nil
	case !p.used():
		return e.scripted(p, ev, result.NotUsed)
	}
	if err := p.phone.SignedIn(); is(err, remotecall.NotSignedIn) {
		if err := e.again(p); err != nil {
			return err
		}
	}
	switch ev.Kind {
	case scenarios.SubUserAdded:
		return e.addSubUser(p, a)
	case scenarios.SubUserRemoved:
		if len(p.subs) == 0 {
			return e.acted(p, actSubUserRemoved, "none")
		}
		id := p.subs[0]
		refused := e.refusal(p.phone.RemoveSubUser(id))
		if refused == "" {
			p.subs = p.subs[1:]
			e.truth.goes(p.id, "sub-user-removed", e.now, func(c *Canary) bool { return c.Field == "sub-user "+string(id) })
		}
		return e.acted(p, actSubUserRemoved, refused, "sub-user", string(id))
	case scenarios.PreferenceSet:
		return e.changePreferences(p)
	case scenarios.Impostor:
		_, err := e.service.Exercise(remotecall.RightsRequest{Right: remotecall.ToReview, Service: p.service, Operator: e.staff[registry.RoleService], Email: p.email, Password: canary()})
		if err == nil {
			return fmt.Errorf("an impostor got the data of %s", p.id)
		}
		return e.acted(p, actImpostor, e.refusal(err))
	}
	return e.right(p, ev)
}

// addSubUser enters a sub-user: every fourth is a child, every eighth a child
// for whom the user has no parental responsibility, which must be refused.
func (e *Estate) addSubUser(p *person, a *script.Act) error {
	s := newSubUser()
	child := a.Number%4 == 3
	born, unique := "", true
	if child {
		born, unique = e.births.child(e.now)
	} else {
		born = e.births.grownUp()
	}
	entry := remotecall.SubUserEntry{Building: Main, Name: s.name, Username: s.username, Number: s.number, Note: s.note, Consent: true,
		BirthDate: born, Guardian: child && a.Number%8 == 3}
	id, err := p.phone.AddSubUser(entry)
	refused := e.refusal(err)
	var stores []string // a refused entry is nowhere
	if refused == "" {
		p.subs = append(p.subs, id)
		stores = []string{string(registry.Cloud), "exports"}
	}
	field := "sub-user " + string(id)
	for _, v := range []string{s.name, s.username, s.number, s.note} {
		e.enters(p, field, v, stores...)
	}
	date := e.canary(p, field, born)
	date.Unique = unique
	e.truth.enters(date, stores...)
	return e.acted(p, actSubUserAdded, refused, "sub-user", string(id))
}

// changePreferences gives a new intercom name, or removes it again.
func (e *Estate) changePreferences(p *person) error {
	if p.service != remotecall.Flow {
		return e.acted(p, actPreference, "not-flow")
	}
	name := canary()
	if p.username != "" && p.resident%3 == 0 {
		name = ""
	}
	refused := e.refusal(p.phone.Prefer(remotecall.Preferences{IntercomUsername: &name}))
	if refused == "" {
		e.truth.goes(p.id, "preference-changed", e.now, func(c *Canary) bool { return c.Field == "intercom_username" })
		p.username = name
		e.enters(p, "intercom_username", name, string(registry.Cloud), "displays", p.device, "exports")
	} else { // a refused value is nowhere
		e.enters(p, "intercom_username", name)
	}
	return e.acted(p, actPreference, refused)
}

// right exercises a right through the event's channel.
func (e *Estate) right(p *person, ev *scenarios.Event) error {
	r := remotecall.RightsRequest{Service: p.service, Email: p.email, Password: p.password}
	switch ev.Kind {
	case scenarios.Corrected:
		r.Right = remotecall.ToCorrect
	case scenarios.Reviewed:
		r.Right, r.Pseudonyms = remotecall.ToReview, p.phone.Pseudonyms()
	case scenarios.Ported:
		r.Right = remotecall.ToPort
	case scenarios.Objected:
		r.Right, r.Purpose = remotecall.ToObject, registry.ToAnalyse
	case scenarios.Erased:
		r.Right = remotecall.ToDelete
	}
	fresh := ""
	if r.Right == remotecall.ToCorrect {
		if p.service == remotecall.Flow {
			fresh = "+999" + digits(11)
			r.Corrections = map[string]string{"phone": fresh}
		} else {
			fresh = serial()
			r.Corrections = map[string]string{"device_serial": fresh}
		}
	}
	var f *remotecall.Fulfilment
	var err error
	switch ev.Channel {
	case scenarios.ByApp:
		f, err = p.phone.Exercise(r)
	case scenarios.ByManager:
		r.Manager = e.managers[Main]
		f, err = e.service.Exercise(r)
	case scenarios.ByOperator:
		r.Operator = e.staff[registry.RoleService]
		f, err = e.service.Exercise(r)
	}
	refused := e.refusal(err)
	if refused != "" {
		return e.acted(p, scriptedKind(ev.Kind), refused)
	}
	e.export(string(r.Right), f.Export)
	cloud := []string{string(registry.Cloud), p.device, "exports"}
	switch {
	case r.Right == remotecall.ToDelete:
		e.erased(p, "request")
	case fresh != "" && p.service == remotecall.Flow:
		e.truth.goes(p.id, "corrected", e.now, func(c *Canary) bool { return c.Field == "phone" })
		p.persona.phone = fresh
		e.enters(p, "phone", fresh, cloud...)
	case fresh != "":
		e.truth.goes(p.id, "corrected", e.now, func(c *Canary) bool { return c.Field == "device_serial" })
		p.serial = fresh
		e.enters(p, "device_serial", fresh, cloud...)
	}
	return e.acted(p, scriptedKind(ev.Kind), "", "request", string(f.Request), "channel", []string{"app", "manager", "operator"}[ev.Channel])
}

// moveOut is the Manager saying that somebody left; somebody else moves in.
func (e *Estate) moveOut(p *person) error {
	if !p.appless {
		sites := e.sites(p)
		for _, site := range sites {
			if _, err := e.managers[site].MovedOut(p.subject); err != nil {
				return err
			}
		}
		if err := e.acted(p, actMovedOut, "", "buildings", strings.Join(sites, ",")); err != nil {
			return err
		}
		e.erased(p, "moved-out")
		if err := p.phone.Close(); err != nil {
			return err
		}
	}
	e.people[p.resident] = nil
	e.moved[p.resident]++
	return nil
}
