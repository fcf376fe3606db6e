package estate

import (
	"errors"
	"slices"
	"strconv"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/script"
)

// is tells whether an error is a refusal of this reason.
func is(err error, reason remotecall.Refusal) bool { return errors.Is(err, reason) }

// IssueKey makes a host's key for a visitor. It implements twin.Service.
func (e *Estate) IssueKey(at scenarios.Instant, number twin.Permit, host, floor int, from, until scenarios.Instant, uses int) string {
	e.at(at)
	k := e.slot(number)
	if host == script.None {
		k.refused = string(remotecall.MayNotGrant)
		return k.refused
	}
	if made := e.takePlanned(host, floor, from, until); made != nil {
		*k = *made
	} else {
		e.issue(k, host, floor, from, until, uses)
	}
	if k.refused == "" {
		e.byHost[k.host] = append(e.byHost[k.host], number)
	}
	return k.refused
}

// issue has a host's phone make a key now.
func (e *Estate) issue(k *permit, host, floor int, from, until scenarios.Instant, uses int) {
	p := e.who(host)
	switch {
	case p == nil:
		k.refused = string(remotecall.Unavailable)
		return
	case !p.used():
		k.host, k.refused = p, string(remotecall.NotSignedIn)
		return
	}
	k.host = p
	r := remotecall.KeyRequest{Building: Main, Visitor: canary(), Floors: []string{e.floors[floor]}, From: e.start.Add(from), Until: e.start.Add(until), Uses: uses, Consent: true}
	key, err := p.phone.CreateKey(r)
	if is(err, remotecall.NotSignedIn) {
		if err = e.again(p); err == nil {
			key, err = p.phone.CreateKey(r)
		}
	}
	k.refused = e.refusal(err)
	e.fail(e.acted(p, actKeyCreated, k.refused, "key", string(key.ID)))
	if k.refused != "" { // the visitor's name is nowhere
		e.enters(p, "refused visitor", r.Visitor)
		return
	}
	k.key = key
	p.keys = append(p.keys, key.ID)
	e.issued = append(e.issued, issued{p.id, "visitor " + string(key.ID), r.Until})
	e.enters(p, "visitor "+string(key.ID), r.Visitor, string(registry.Cloud), "exports")
}

// RevokeKey ends a key. It implements twin.Service.
func (e *Estate) RevokeKey(at scenarios.Instant, number twin.Permit) {
	e.at(at)
	k := e.permit(number)
	if k == nil || k.ended || k.refused != "" {
		return
	}
	k.ended = true
	if !k.host.used() {
		return
	}
	err := k.host.phone.RevokeKey(k.key.ID)
	if is(err, remotecall.NotSignedIn) {
		if err = e.again(k.host); err == nil {
			err = k.host.phone.RevokeKey(k.key.ID)
		}
	}
	e.fail(e.acted(k.host, actKeyRevoked, e.refusal(err), "key", string(k.key.ID)))
	if err == nil {
		e.truth.goes(k.host.id, "key-revoked", e.now, func(c *Canary) bool { return c.Field == "visitor "+string(k.key.ID) })
	}
}

// permit is a key that was asked for; nil when there is none.
func (e *Estate) permit(number twin.Permit) *permit {
	if number < 1 || int(number) >= len(e.permits) || e.permits[number].host == nil {
		return nil
	}
	return &e.permits[number]
}

// UseKey is a visitor at the entrance. It implements twin.Service.
func (e *Estate) UseKey(at scenarios.Instant, number twin.Permit, floor int) string {
	e.at(at)
	return e.opens(number, floor, e.service.UseKey)
}

// CheckKey is a visitor on the way. It implements twin.Service.
func (e *Estate) CheckKey(at scenarios.Instant, number twin.Permit, floor int) string {
	e.at(at)
	if k := e.permit(number); k != nil && k.visit != "" {
		return e.refusal(e.service.CheckVisit(Main, k.visit, e.floors[floor]))
	}
	return e.opens(number, floor, e.service.CheckKey)
}

func (e *Estate) opens(number twin.Permit, floor int, ask func(string, remotecall.Key, string) error) string {
	k := e.permit(number)
	if k == nil || k.refused != "" {
		return string(remotecall.KeyUnknown)
	}
	return e.refusal(ask(Main, k.key, e.floors[floor]))
}

// CheckTag is a resident's key tag at a reader. It implements twin.Service.
func (e *Estate) CheckTag(at scenarios.Instant, resident, floor int) string {
	e.at(at)
	p := e.who(resident)
	if p == nil {
		return string(remotecall.Unavailable)
	}
	switch {
	case p.appless: // the tag is not of our making
		if slices.Contains(e.sc.Tenants[p.place.Tenant].Floors, floor) {
			return ""
		}
		return string(remotecall.TagUnknown)
	case e.successor != nil:
		return e.successor.checkTag(p.tag, e.floors[floor])
	}
	return e.refusal(e.service.CheckTag(Main, p.tag, e.floors[floor]))
}

// Ring is a visitor without a key at the intercom. Video goes to the main
// user's phone; when they answer they open, otherwise the phone keeps a
// picture if its user wants that. The panel keeps the visit of who is let
// in. It implements twin.Service.
func (e *Estate) Ring(at scenarios.Instant, number twin.Permit, host, floor int, answered bool) (scenarios.Instant, string) {
	e.at(at)
	k := e.slot(number)
	if host == script.None {
		k.refused = NotLetIn
		return 0, k.refused
	}
	p := e.who(host)
	if p == nil {
		return 0, string(remotecall.Unavailable)
	}
	k.host = p
	var visit remotecall.Visit
	visit, k.refused = e.rings(p, answered)
	e.fail(e.acted(p, actIntercom, k.refused, "permit", strconv.Itoa(int(number)), "answered", strconv.FormatBool(answered)))
	if k.refused != "" {
		return 0, k.refused
	}
	k.visit = visit.ID
	e.byHost[p] = append(e.byHost[p], number)
	return scenarios.Instant(visit.Until.Sub(e.start)), ""
}

// endVisits notes that the service has forgotten whom it let in.
func (e *Estate) endVisits() {
	for number := range e.permits {
		if k := &e.permits[number]; k.visit != "" && !k.ended {
			k.ended = true
			e.ended = append(e.ended, twin.Permit(number))
		}
	}
}

// slot is the place of a permit.
func (e *Estate) slot(number twin.Permit) *permit {
	for int(number) >= len(e.permits) {
		e.permits = append(e.permits, permit{})
	}
	return &e.permits[number]
}

func (e *Estate) rings(p *person, answered bool) (remotecall.Visit, string) {
	ring, err := e.panel.Ring(Main, e.apartment(p.place))
	if is(err, remotecall.NoDevice) && p.used() { // logins end with a restart
		if err = e.again(p); err == nil {
			ring, err = e.panel.Ring(Main, e.apartment(p.place))
		}
	}
	if err != nil {
		return remotecall.Visit{}, e.refusal(err)
	}
	for range 3 {
		face := canary()
		e.truth.enters(Canary{Person: p.id, Field: "intercom-frame", Value: face, Unique: true, From: e.now}, p.device)
		if err := ring.Show([]byte(face)); err != nil {
			return remotecall.Visit{}, e.refusal(err)
		}
	}
	if err := p.phone.Listen(); err != nil {
		return remotecall.Visit{}, e.refusal(err)
	}
	var visit remotecall.Visit
	if answered {
		if err := p.phone.Answer(ring.ID()); err != nil {
			return remotecall.Visit{}, e.refusal(err)
		}
		if err := p.phone.OpenDoor(ring.ID()); err != nil {
			return remotecall.Visit{}, e.refusal(err)
		}
		if visit, err = e.service.Visit(ring.ID()); err != nil {
			return remotecall.Visit{}, e.refusal(err)
		}
	}
	_, opened, err := ring.HangUp()
	if refused := e.refusal(errors.Join(err, p.phone.Listen())); refused != "" {
		return remotecall.Visit{}, refused
	}
	if !opened {
		return remotecall.Visit{}, NotLetIn
	}
	e.uses(p, "intercom", "")
	return visit, ""
}

// NotLetIn is why a visitor who rang stays outside: nobody answered.
const NotLetIn = "not-let-in"
