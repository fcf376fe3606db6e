package scenarios

import (
	"math"
	"slices"
	"time"
)

// tenantDraft is a tenant as written.
type tenantDraft struct {
	floors  floorSet
	tenant  Tenant
	service bool // the scenario has one
}

func tenantAt(f func(*Tenant) any) func(any) any {
	return in(func(t *tenantDraft) any { return f(&t.tenant) })
}

var (
	shareForm     = quantity{dim: shares, min: 0, max: 1}
	walkSpeedForm = distribution{quantity{dim: speeds, min: 0.05, max: 10}}
	massForm      = distribution{quantity{dim: masses, min: 1, max: 500}}
	whenRemote    = only("with remote above 0%", func(t *tenantDraft) bool { return t.tenant.RemoteShare > 0 })
	whenServed    = only("where the scenario has a service: a [service] table, an event, visitors or remote calls", func(t *tenantDraft) bool { return t.service })
	whenFlow      = only(`with app = "flow"`, func(t *tenantDraft) bool { return t.tenant.App == FlowApp })
	whenLate      = only("with late above 0%", func(t *tenantDraft) bool { return t.tenant.RemoteShare > 0 && t.tenant.Late > 0 })
)

const (
	walkDefault = `{ mean = "1.32m/s", sd = "0.31m/s", min = "0.4m/s", max = "2.5m/s" }`
	walkSource  = table6 + "pedestrians 1.32 (sd 0.31) m/s, cut to 0.4 (limited walker) .. 2.5 (fastest adults)"
)

var appWords = []string{"none", "remote-call", "flow"}

var tenantSection = &section{
	key: "tenant", named: "NAME",
	doc: "A group of people who behave alike. Without any, one tenant called everybody holds the whole population and has every default.",
	fields: []field{
		{key: "floors", form: floorsForm{}, derived: "every floor with people", source: "the building's population",
			doc: "Home floors.", at: in(func(t *tenantDraft) any { return &t.floors })},
		{key: "share", form: quantity{dim: shares, min: 0, max: 1}, def: `"100%"`, source: "the floors have one tenant",
			doc: "Share of those floors' population that belongs to this tenant.", at: tenantAt(func(t *Tenant) any { return &t.Share })},
		{key: "walk_speed", form: walkSpeedForm, def: walkDefault, source: walkSource,
			doc: "Walking speed. It is drawn once for every resident where the scenario has a service, else once a trip.", at: tenantAt(func(t *Tenant) any { return &t.WalkSpeed })},
		{key: "walk_distance", form: quantity{dim: lengths, min: 0, max: 10_000}, def: `"0m"`, source: "trips begin at the landing",
			doc: "From the start of the walk (door, desk, entrance) to the landing.", at: tenantAt(func(t *Tenant) any { return &t.WalkDistance })},
		{key: "mass", form: massForm, def: `"75kg"`, source: "EN 81-20 rated mass of a person",
			doc: "Mass of a person.", at: tenantAt(func(t *Tenant) any { return &t.Mass })},
		{key: "remote", form: shareForm, def: `"0%"`, source: "landing calls only",
			doc: "Share of trips called from the phone when the walk begins; needs walk_distance.", at: tenantAt(func(t *Tenant) any { return &t.RemoteShare })},
		{key: "no_show", form: shareForm, def: `"0%"`, source: "every caller comes", when: whenRemote,
			doc: "Probability that a remote caller never comes.", at: tenantAt(func(t *Tenant) any { return &t.NoShow })},
		{key: "late", form: shareForm, def: `"0%"`, source: "every caller is on time", when: whenRemote,
			doc: "Probability that a remote caller comes later than promised.", at: tenantAt(func(t *Tenant) any { return &t.Late })},
		{key: "late_by", form: distribution{quantity{dim: seconds, min: 0, max: 3600}}, need: true, when: whenLate,
			doc: "By how much.", at: tenantAt(func(t *Tenant) any { return &t.LateBy })},
		{key: "patience", form: distribution{quantity{dim: seconds, min: 1, max: 86400, word: &word{"forever", math.Inf(1)}}}, def: `"forever"`, source: "nobody gives up, so that no waiting is hidden",
			doc: "How long a person waits at a landing before giving up.", at: tenantAt(func(t *Tenant) any { return &t.Patience })},
		{key: "app", form: choice{appWords}, derived: "flow", source: "the scenario has a service", when: whenServed,
			doc: "Which app the tenant's people have: none, KONE Remote Call or KONE Flow.", at: tenantAt(func(t *Tenant) any { return &t.App })},
		{key: "favourite", form: shareForm, def: `"0%"`, source: "nobody has set one", when: whenFlow,
			doc: "Share of people whose favourite floor, their destination by default, is an entrance.", at: tenantAt(func(t *Tenant) any { return &t.Favourite })},
		{key: "tells_speed", form: shareForm, def: `"0%"`, source: "nobody has set it", when: whenFlow,
			doc: "Share of people who told the app their walking speed; others are taken for 1.2 m/s.", at: tenantAt(func(t *Tenant) any { return &t.Speaks })},
	},
}

// visitorDraft is a stream of visitors as written.
type visitorDraft struct {
	floors  floorSet
	visitor Visitor
}

func visitorAt(f func(*Visitor) any) func(any) any {
	return in(func(v *visitorDraft) any { return f(&v.visitor) })
}

var visitorSection = &section{
	key: "visitor", named: "NAME",
	doc: "A stream of visitors with a key for a host's floor, or without one who ring the intercom. They enter at the entrances and leave again. The hosts need Flow.",
	fields: []field{
		{key: "per_hour", form: frequency{10_000}, need: true,
			doc: "Mean arrivals, Poisson.", at: visitorAt(func(v *Visitor) any { return &v.PerHour })},
		{key: "start", form: span{0, longestSpan}, def: `"0s"`, source: "the whole run",
			doc: "First arrivals.", at: visitorAt(func(v *Visitor) any { return &v.Start })},
		{key: "end", form: span{0, longestSpan}, derived: "repeat, else run.duration", source: "the whole run",
			doc: "Last arrivals.", at: visitorAt(func(v *Visitor) any { return &v.End })},
		{key: "repeat", form: repeatForm, derived: "never", source: "the visitors come once",
			doc: repeatDoc, at: visitorAt(func(v *Visitor) any { return &v.Repeat })},
		{key: "floors", form: floorsForm{}, need: true,
			doc: "Hosts' floors; each visitor goes to one of them.", at: in(func(v *visitorDraft) any { return &v.floors })},
		{key: "stay", form: span{0, longestSpan}, def: `"30min"`, source: ours,
			doc: "From leaving the car on the host's floor to starting back.", at: visitorAt(func(v *Visitor) any { return &v.Stay })},
		{key: "valid_for", form: span{time.Second, longestSpan}, def: `"2h"`, source: ours,
			doc: "How long the key is valid from the planned arrival on.", at: visitorAt(func(v *Visitor) any { return &v.ValidFor })},
		{key: "early", form: shareForm, def: `"0%"`, source: "all keys are in order",
			doc: "Share who come before the key is valid.", at: visitorAt(func(v *Visitor) any { return &v.Early })},
		{key: "expired", form: shareForm, def: `"0%"`, source: "all keys are in order",
			doc: "Share who come after the key has ended.", at: visitorAt(func(v *Visitor) any { return &v.Expired })},
		{key: "revoked", form: shareForm, def: `"0%"`, source: "all keys are in order",
			doc: "Share whose key is revoked before use.", at: visitorAt(func(v *Visitor) any { return &v.Revoked })},
		{key: "wrong_floor", form: shareForm, def: `"0%"`, source: "all keys are in order",
			doc: "Share who ask for a floor that the key does not open.", at: visitorAt(func(v *Visitor) any { return &v.WrongFloor })},
		{key: "ring", form: shareForm, def: `"0%"`, source: "everybody has a key",
			doc: "Share who have no key and ring the intercom.", at: visitorAt(func(v *Visitor) any { return &v.Ring })},
		{key: "answered", form: shareForm, def: `"100%"`, source: "every host answers", when: only("with ring above 0%", func(v *visitorDraft) bool { return v.visitor.Ring > 0 }),
			doc: "Share of them whose host answers and opens.", at: visitorAt(func(v *Visitor) any { return &v.Answered })},
		{key: "walk_speed", form: walkSpeedForm, def: walkDefault, source: walkSource,
			doc: "Walking speed.", at: visitorAt(func(v *Visitor) any { return &v.WalkSpeed })},
		{key: "mass", form: massForm, def: `"75kg"`, source: "EN 81-20 rated mass of a person",
			doc: "Mass of a person.", at: visitorAt(func(v *Visitor) any { return &v.Mass })},
	},
}

// faultDraft is a fault as written; car counts from 1.
type faultDraft struct {
	fault Fault
}

func faultAt(f func(*Fault) any) func(any) any {
	return in(func(d *faultDraft) any { return f(&d.fault) })
}

func onCar(d *faultDraft) bool { return d.fault.Kind < FloorLocked }

func ofKind(kinds ...FaultKind) func(*faultDraft) bool {
	return func(d *faultDraft) bool { return slices.Contains(kinds, d.fault.Kind) }
}

var faultSection = &section{
	key: "fault", named: "NAME",
	doc: "Something that goes wrong, or is ordered, for a span of time.",
	fields: []field{
		{key: "kind", form: choice{faultWords}, need: true,
			doc: "What happens: the car finishes its stop and takes no calls; its doors do not close; it runs at factor of its speed; nobody may be taken to the floor. Only `hoistway serve` plays the others, and `run` leaves them out: clients have no link to the building (status code 1005); the first request after a minute without any gets its result late by delay; a share of the monitoring events comes late by delay, behind newer ones.", at: faultAt(func(f *Fault) any { return &f.Kind })},
		{key: "bank", form: identifier{"the name of a bank"}, derived: "the only bank", source: "the only bank", when: only("with the kinds that befall a car", onCar),
			doc: "Bank of the car.", at: faultAt(func(f *Fault) any { return &f.Bank })},
		{key: "car", form: count{1, mostCars, "the car"}, need: true, when: only("with the kinds that befall a car", onCar),
			doc: "Car of the bank, from 1.", at: faultAt(func(f *Fault) any { return &f.Car })},
		{key: "floor", form: floorForm, need: true, when: only(`with kind = "floor-locked"`, ofKind(FloorLocked)),
			doc: "Floor that is locked.", at: faultAt(func(f *Fault) any { return &f.Floor })},
		{key: "at", form: span{0, 2 * longestSpan}, need: true,
			doc: "Start, from the start of the run.", at: faultAt(func(f *Fault) any { return &f.At })},
		{key: "for", form: span{time.Millisecond, 2 * longestSpan}, need: true,
			doc: "How long it lasts.", at: faultAt(func(f *Fault) any { return &f.For })},
		{key: "factor", form: quantity{dim: shares, min: 0.05, max: 0.999}, need: true, when: only(`with kind = "slow-car"`, ofKind(SlowCar)),
			doc: "Share of rated speed, acceleration and jerk that is left.", at: faultAt(func(f *Fault) any { return &f.Factor })},
		{key: "delay", form: span{time.Millisecond, time.Hour}, derived: `10s with kind = "cold-start", 2s with "stale-events"`, source: "a vendor's patent application has 10 s for a cold start (US20240338262); else " + ours, when: only(`with kind = "cold-start" or "stale-events"`, ofKind(ColdStart, StaleEvents)),
			doc: "How much later than usual.", at: faultAt(func(f *Fault) any { return &f.Delay })},
		{key: "share", form: quantity{dim: shares, min: 0.0001, max: 1}, def: `"10%"`, source: ours, when: only(`with kind = "stale-events"`, ofKind(StaleEvents)),
			doc: "Share of the events that come late.", at: faultAt(func(f *Fault) any { return &f.Share })},
	},
}
