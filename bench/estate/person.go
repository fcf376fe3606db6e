package estate

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/phone"
	"hoistway/scenarios"
	"hoistway/twin/script"
)

// person is somebody with an account, who fills a resident's place.
type person struct {
	persona
	speed       int  // that they enter in the app, mm/s
	speedUnique bool // nobody else entered it
	place       *script.Resident
	resident    int
	id          string // in the truth: "r12.0"
	device      string // in the truth: "phones/12.0"
	service     string // remotecall.RemoteCall or remotecall.Flow
	subject     registry.ID
	phone       *phone.Phone
	tag         string // number of the key tag
	silent      bool   // stopped using the app
	erased      bool   // the account is gone, or there was none; the key tag is left
	why         string // it is gone
	toldToWipe  bool   // the phone knows that the account is gone, and has wiped itself
	appless     bool   // never had an account; the key tag is not of our making
	subs        []registry.ID
	keys        []registry.ID
}

// used tells whether a person's app may be in use.
func (p *person) used() bool { return !p.silent && !p.erased }

// who gives the person in a resident's place. The first time that somebody
// there does anything with the app they sign up, and the Manager admits them.
func (e *Estate) who(resident int) *person {
	if p := e.people[resident]; p != nil {
		return p
	}
	p, err := e.enrol(resident)
	if err != nil {
		e.fail(fmt.Errorf("sign-up of resident %d: %w", resident, err))
		return nil
	}
	e.people[resident] = p
	return p
}

func (e *Estate) enrol(resident int) (*person, error) {
	place := &e.residents[resident]
	if e.sc.Tenants[place.Tenant].App == scenarios.NoApp || e.gone[Main] != "" {
		return &person{place: place, resident: resident, id: fmt.Sprintf("r%d.%d", resident, e.moved[resident]), appless: true, erased: true}, nil
	}
	id := fmt.Sprintf("%d.%d", resident, e.moved[resident])
	p := &person{persona: newPersona(resident, e.sc.Service.Region), place: place, resident: resident, id: "r" + id, device: "phones/" + id, service: remotecall.Flow}
	if e.sc.Tenants[place.Tenant].App == scenarios.RemoteCallApp {
		p.service = remotecall.RemoteCall
	}
	p.speed, p.speedUnique = e.markSpeed(place.Speed)
	if err := e.givePhone(p); err != nil {
		return nil, err
	}
	if err := e.signUp(p); err != nil {
		return nil, err
	}
	for _, site := range e.sites(p) {
		if err := e.admit(p, site); err != nil {
			return nil, fmt.Errorf("admission to %s: %w", site, err)
		}
	}
	if err := e.login(p); err != nil {
		return nil, err
	}
	return p, e.prefer(p)
}

// sites are the buildings in which a person is known and that we serve: the
// simulated one, and for every fourth resident the next site, for every fifth
// the one after it, and so on.
func (e *Estate) sites(p *person) []string {
	var sites []string
	for i, site := range append([]string{Main}, e.sc.Service.Sites...) {
		if e.gone[site] == "" && (i == 0 || p.resident%(i+3) == 0) {
			sites = append(sites, site)
		}
	}
	return sites
}

// givePhone gives a person a new phone with the app.
func (e *Estate) givePhone(p *person) error {
	o := phone.Options{
		Transport: func(frame []byte) ([]byte, error) { return e.endpoint.Handle(frame), nil }, ServerKey: e.wireKey.PublicKey(),
		Now: e.config.Now, App: p.service, Model: p.persona.device.model, System: p.persona.device.system, Description: p.persona.device.description,
		Serial: p.serial, Rotation: e.sc.Service.Rotation, Near: e.sc.Service.Near, Grid: e.sc.Service.Grid,
	}
	if e.dir != "" {
		o.Dir = filepath.Join(e.dir, "stores", p.device)
		o.Tap = e.tap
	}
	var err error
	if p.phone, err = phone.New(o); err != nil {
		return err
	}
	p.phone.SetPace(p.speed)
	return nil
}

// signUp opens the account from the phone.
func (e *Estate) signUp(p *person) (err error) {
	if p.service == remotecall.RemoteCall {
		p.subject, err = p.phone.SignUpRemoteCall(remotecall.RemoteCallSignUp{Email: p.email, Password: p.password, Serial: p.serial, Building: Main})
	} else {
		p.subject, err = p.phone.SignUpFlow(remotecall.FlowSignUp{Name: p.name, Gender: p.gender, Country: p.country, Language: p.language,
			Phone: p.persona.phone, Email: p.email, Password: p.password, Building: Main})
	}
	if err != nil {
		return err
	}
	cloud := []string{string(registry.Cloud), p.device, "exports"}
	e.enters(p, "email", p.email, cloud...)
	e.enters(p, "password", p.password)
	if p.service == remotecall.RemoteCall {
		e.enters(p, "device_serial", p.serial, cloud...)
		return e.acted(p, actSignUp, "")
	}
	e.enters(p, "name", p.name, cloud...)
	e.enters(p, "phone", p.persona.phone, cloud...)
	return e.acted(p, actSignUp, "")
}

// admit is the Manager making a person known in a building: permissions for
// the floors of their tenant and all that are open to everybody, and a key tag.
func (e *Estate) admit(p *person, site string) error {
	a := remotecall.Admission{Service: p.service, Email: p.email, Name: p.name}
	if e.sc.Service.Residential && p.service == remotecall.Flow {
		a.Address, a.Apartment, a.MainUser = p.address, e.apartment(p.place), p.place.Main
	}
	m := e.managers[site]
	if _, err := m.Admit(a); err != nil {
		return err
	}
	floors := e.allowed(p)
	if _, err := m.Grant(p.service, p.subject, remotecall.Grant{Floors: floors, From: e.now, MayGrant: p.place.Main && p.service == remotecall.Flow}); err != nil {
		return err
	}
	tag, err := m.GiveTag(p.subject, floors)
	if err != nil {
		return err
	}
	if site == Main {
		p.tag = tag
	}
	store := "building-" + site
	e.enters(p, "name", p.name, store, "exports")
	e.enters(p, fieldTag, tag, store, "exports")
	if a.Address != "" {
		e.enters(p, "address", p.address, store, "exports")
	}
	return e.acted(p, actAdmitted, "", "building", site)
}

// apartment is the number on the door.
func (e *Estate) apartment(place *script.Resident) string {
	if place.Apartment == script.None {
		return ""
	}
	return e.sc.Building.Floors[place.Floor].Name + "-" + strconv.Itoa(place.Apartment+1)
}

// allowed are the floors that a person may go to.
func (e *Estate) allowed(p *person) []string {
	var floors []string
	for f, floor := range e.sc.Building.Floors {
		if !floor.Locked || slices.Contains(e.sc.Tenants[p.place.Tenant].Floors, f) {
			floors = append(floors, e.floors[f])
		}
	}
	return floors
}

// login signs a person in and connects a main user's phone to the intercom.
func (e *Estate) login(p *person) error {
	if err := p.phone.Login(p.email, p.password); err != nil {
		return fmt.Errorf("login: %w", err)
	}
	if p.service != remotecall.Flow {
		return nil
	}
	if p.place.Main && e.sc.Service.Intercom && e.sc.Service.Residential {
		if err := p.phone.Connect(); err != nil {
			return fmt.Errorf("connecting to the intercom: %w", err)
		}
	}
	return nil
}

// prefer is what a new Flow user sets up: how fast they walk, where they go by
// default, and what the intercom shows.
func (e *Estate) prefer(p *person) error {
	e.entersTraits(p)
	if p.service != remotecall.Flow {
		return nil
	}
	var c remotecall.Preferences
	if p.place.Speaks {
		c.WalkingSpeed = &p.speed
	}
	if p.place.Favourite != script.None {
		c.FavouriteFloor = &e.floors[p.place.Favourite]
	}
	if e.sc.Service.Intercom && p.place.Main {
		keep := p.resident%2 == 0
		c.IntercomUsername, c.IntercomPhone, c.StorePictures = &p.username, &p.intercomPhone, &keep
		e.enters(p, "intercom_username", p.username, string(registry.Cloud), "displays", p.device, "exports")
		e.enters(p, "intercom_phone", p.intercomPhone, string(registry.Cloud), p.device, "exports")
	}
	if c == (remotecall.Preferences{}) {
		return nil
	}
	return p.phone.Prefer(c)
}

// again signs a person in whose login ended with a restart, or opens a new
// account for somebody whose account a restore could not bring back.
func (e *Estate) again(p *person) error {
	err := e.login(p)
	if err == nil || !errors.Is(err, remotecall.WrongCredentials) {
		return err
	}
	// The account was made after the backup. What the building still knows of
	// it goes first.
	for _, site := range e.sites(p) {
		if _, err := e.managers[site].MovedOut(p.subject); err != nil {
			return fmt.Errorf("removing an account that was lost: %w", err)
		}
	}
	e.truth.goes(p.id, "lost-with-the-cloud-store", e.now, func(c *Canary) bool {
		site, inBuilding := strings.CutPrefix(c.Store, "building-")
		return !inBuilding || e.gone[site] == "" // where we have left, the Manager did not say that they moved out
	})
	if err := e.signUp(p); err != nil {
		return err
	}
	for _, site := range e.sites(p) {
		if err := e.admit(p, site); err != nil {
			return err
		}
	}
	if err := e.login(p); err != nil {
		return err
	}
	return e.prefer(p)
}

// enters notes a value a person entered and where it may be.
func (e *Estate) enters(p *person, field, value string, stores ...string) {
	e.truth.enters(e.canary(p, field, value), stores...)
}

// canary is a value that a person enters now and nobody else has.
func (e *Estate) canary(p *person, field, value string) Canary {
	return Canary{Person: p.id, Subject: string(p.subject), Service: p.service, Field: field, Value: value, Unique: true, From: e.now}
}

// exists tells whether a person still has an account.
func (e *Estate) exists(p *person) bool {
	var err error
	h := e.stores.As(registry.RoleService, registry.ToProvide)
	if p.service == remotecall.RemoteCall {
		err = h.Get(registry.Ref{Kind: registry.KindRemoteCallAccount, Subject: p.subject}, &registry.RemoteCallAccount{})
	} else {
		err = h.Get(registry.Ref{Kind: registry.KindFlowProfile, Subject: p.subject}, &registry.FlowProfile{})
	}
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		e.fail(err)
	}
	return err == nil
}

// acted notes what a person did; facts are names and values in turns.
func (e *Estate) acted(p *person, kind ActKind, result string, facts ...string) error {
	return e.noted(p, Act{Act: string(kind), Kind: kind, Result: result}, facts)
}

// scripted notes what a scenario scripted, by its own name of it.
func (e *Estate) scripted(p *person, ev *scenarios.Event, result string, facts ...string) error {
	return e.noted(p, Act{Act: ev.Name, Kind: scriptedKind(ev.Kind), Result: result}, facts)
}

func (e *Estate) noted(p *person, a Act, facts []string) error {
	a.At = e.now
	if p != nil {
		a.Person, a.Subject = p.id, string(p.subject)
	}
	for i := 0; i+1 < len(facts); i += 2 {
		if a.Facts == nil {
			a.Facts = map[string]string{}
		}
		a.Facts[facts[i]] = facts[i+1]
	}
	return e.truth.acted(a)
}
