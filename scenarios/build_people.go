package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// everybody is the tenant of a scenario that declares none.
const everybody = "everybody"

func (b *builder) tenants(n *node) {
	named := b.tables(n, "tenant")
	if len(named) == 0 && (n == nil || n.table) {
		b.tenant(nil, everybody)
	}
	for _, kid := range named {
		b.tenant(kid, kid.key)
	}
	b.shares(n)
}

func (b *builder) tenant(n *node, name string) {
	d := tenantDraft{service: b.sc.Service != nil}
	d.tenant.App = FlowApp // unless the file says another
	t := b.read(tenantSection, n, b.root, "tenant."+name, &d, false)
	d.tenant.Name = name
	if t.given["floors"] == nil {
		for f, floor := range b.sc.Building.Floors {
			if floor.Population > 0 || b.sc.Building.population() == 0 {
				d.floors.floors = append(d.floors.floors, f)
			}
		}
		t.derive("floors", &d)
	}
	d.tenant.Floors = b.known(t, "floors", d.floors)
	if d.tenant.RemoteShare > 0 && d.tenant.WalkDistance == 0 {
		t.fault("remote", `write walk_distance = "25m"`, "a remote call is made when the walk begins, but walk_distance is 0m")
	}
	b.app(t, &d)
	b.sc.Tenants = append(b.sc.Tenants, d.tenant)
}

// known resolves floors and refuses those the building does not have, and
// none at all.
func (b *builder) known(t *sheet, key string, set floorSet) []int {
	n := len(b.sc.Building.Floors)
	if n == 0 {
		return set.floors
	}
	floors := set.pick(n)
	for _, f := range floors {
		if f >= n {
			t.fault(key, "", "%s", noFloor(f, n))
			return nil
		}
	}
	if len(floors) == 0 && (t.given[key] != nil || !t.refused(key)) {
		t.fault(key, "", "names no floor")
	}
	return floors
}

// refused tells whether a value of key was faulty or missing.
func (t *sheet) refused(key string) bool {
	path := dotted(t.path, key)
	return slices.ContainsFunc(t.faults, func(p Problem) bool {
		return p.Key == path || strings.HasPrefix(p.Key, path+"[") || strings.HasPrefix(p.Key, path+".") || strings.HasPrefix(p.Message, key+" is missing")
	})
}

// shares refuses floors of which more than all people belong to tenants.
func (b *builder) shares(n *node) {
	sum := make([]float64, len(b.sc.Building.Floors))
	for _, t := range b.sc.Tenants {
		for _, f := range t.Floors {
			if f < len(sum) {
				sum[f] += t.Share
			}
		}
	}
	for f, s := range sum {
		if s > 1+1e-9 {
			b.faults = append(b.faults, wrong(n, "lower the tenants' share", "%.6g %% of floor %d belong to tenants", s*100, f)...)
			return
		}
	}
}

func (b *builder) visitors(n *node) {
	for _, kid := range b.tables(n, "visitor") {
		var d visitorDraft
		t := b.read(visitorSection, kid, kid, "visitor."+kid.key, &d, false)
		v := &d.visitor
		v.Name = kid.key
		if t.given["end"] == nil {
			v.End = horizon(v.Repeat, b.sc.Run.Duration)
			t.derive("end", &d)
		}
		if v.Start >= v.End {
			t.fault("start", "", "start %s is not before end %s", formatSpan(v.Start), formatSpan(v.End))
		} else if last := horizon(v.Repeat, b.sc.Run.Duration); v.End > last {
			t.fault("end", "", "%s is after the end of %s, %s", formatSpan(v.End), horizonKey(v.Repeat), formatSpan(last))
		}
		v.Floors = b.known(t, "floors", d.floors)
		for _, f := range v.Floors {
			if f < len(b.sc.Building.Floors) && b.sc.Building.Floors[f].Entrance > 0 {
				t.fault("floors", "", "floor %d is an entrance; nobody is visited there", f)
			}
		}
		if sum := v.Early + v.Expired + v.Revoked + v.WrongFloor + v.Ring; sum > 1+1e-9 {
			t.fault("", "", "early, expired, revoked, wrong_floor and ring sum to %.6g %%; the most is 100 %%", sum*100)
		}
		if v.Ring > 0 && b.sc.Service != nil && !b.sc.Service.Intercom {
			t.fault("ring", "write residential = true and intercom = true in [service]", "the building has no intercom to ring")
		}
		b.entered(t)
		b.sc.Visitors = append(b.sc.Visitors, *v)
	}
}

// entered refuses traffic from outside when the building has no entrance.
func (b *builder) entered(t *sheet) {
	floors := b.sc.Building.Floors
	if len(floors) > 0 && !slices.ContainsFunc(floors, func(f Floor) bool { return f.Entrance > 0 }) {
		t.fault("", "give building.entrances a floor", "people come from outside but the building has no entrance")
	}
}

// How late results and events are when a fault does not say.
const (
	coldDelay  = 10 * time.Second
	staleDelay = 2 * time.Second
)

func (b *builder) faultTables(n *node) {
	for _, kid := range b.tables(n, "fault") {
		var d faultDraft
		t := b.read(faultSection, kid, kid, "fault."+kid.key, &d, false)
		f := &d.fault
		f.Name = kid.key
		switch {
		case f.Kind.ServedOnly():
			f.Car, f.Floor = -1, -1
			if f.Kind != LinkDown && t.given["delay"] == nil {
				if f.Delay = coldDelay; f.Kind == StaleEvents {
					f.Delay = staleDelay
				}
				t.derive("delay", &d)
			}
		case f.Kind == FloorLocked:
			f.Car = -1
			if n := len(b.sc.Building.Floors); f.Floor >= n && n > 0 {
				t.fault("floor", "", "%s", noFloor(f.Floor, n))
			}
		default:
			f.Floor = -1
			b.faultCar(t, &d)
			f.Car--
		}
		b.sc.Faults = append(b.sc.Faults, *f)
	}
	slices.SortFunc(b.sc.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.Name, b.Name))
	})
}

// faultCar finds the car that a fault befalls.
func (b *builder) faultCar(t *sheet, d *faultDraft) {
	f := &d.fault
	if t.given["bank"] == nil && len(b.sc.Banks) == 1 {
		f.Bank = b.sc.Banks[0].Name
		t.derive("bank", d)
	}
	var names []string
	for _, bank := range b.sc.Banks {
		names = append(names, bank.Name)
		if bank.Name == f.Bank && f.Car > len(bank.Cars) && len(bank.Cars) > 0 {
			t.fault("car", "", "bank %s has no car %d; it has cars 1 to %d", f.Bank, f.Car, len(bank.Cars))
		}
	}
	switch {
	case len(names) == 0 || slices.Contains(names, f.Bank):
	case f.Bank == "" && !t.refused("bank"):
		t.fault("", fmt.Sprintf("write bank = %q", names[0]), "bank is missing; the scenario has several")
	case f.Bank != "":
		t.fault("bank", didYouMean(f.Bank, names), "there is no bank %q; the banks are %s", f.Bank, strings.Join(names, ", "))
	}
}
