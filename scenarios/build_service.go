package scenarios

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// mainSite is the name of the simulated building beside service.sites.
const mainSite = "main"

// service reads [service], with defaults where the scenario has a service
// without the table.
func (b *builder) service(n *node) {
	if !b.hasService() {
		return
	}
	s := &Service{}
	b.sc.Service = s
	t := b.read(serviceSection, n, b.root, "service", s, false)
	slices.Sort(s.Sites)
	for i, name := range s.Sites {
		switch {
		case name == mainSite:
			t.fault("sites", "give it another name", "%q is the name of the simulated building", mainSite)
		case i > 0 && s.Sites[i-1] == name:
			t.fault("sites", "", "names %s twice", name)
		}
	}
	if len(s.Sites) == 0 {
		s.Sites = nil
	}
	if s.LogData > longestLogData {
		t.fault("log_data", `write log_data = "365d" or less`, "%s is longer than the Flow statement allows: "+
			`"The collected Log Data is retained as allowed by applicable local data protection laws, however no longer than up to 1 year from collection."`, formatSpan(s.LogData))
	}
	if s.Grid > s.Near {
		t.fault("grid", "", "%s is coarser than near, %s", lengths.format(s.Grid), lengths.format(s.Near))
	}
	for _, kid := range b.tables(n.child("log"), "service.log") {
		l := BuildingLog{Name: kid.key}
		t := b.read(logSection, kid, kid, "service.log."+kid.key, &l, false)
		slices.Sort(l.Fields)
		switch {
		case t.given["fields"] == nil || t.refused("fields"):
		case len(l.Fields) == 0:
			t.fault("fields", "", "names no field")
		case len(slices.Compact(slices.Clone(l.Fields))) != len(l.Fields):
			t.fault("fields", "", "names a field twice")
		}
		s.Logs = append(s.Logs, l)
	}
}

// hasService tells whether the scenario has a service.
func (b *builder) hasService() bool {
	if b.root.child("service") != nil {
		return true
	}
	for _, key := range []string{"event", "visitor"} {
		if n := b.root.child(key); n != nil && len(n.kids) > 0 {
			return true
		}
	}
	tenants := b.root.child("tenant")
	if tenants == nil {
		return false
	}
	return slices.ContainsFunc(tenants.kids, func(t *node) bool {
		var share float64
		remote := t.child("remote")
		return remote != nil && shareForm.decode(remote, &share) == nil && share > 0
	})
}

// app settles which app a tenant's people have.
func (b *builder) app(t *sheet, d *tenantDraft) {
	if d.service && t.given["app"] == nil {
		t.derive("app", d)
	}
	switch {
	case d.tenant.RemoteShare == 0 || t.refused("app") || t.refused("remote"):
	case d.tenant.App == NoApp:
		t.fault("app", `write app = "flow" or "remote-call", or remote = "0%"`, "people without an app cannot call from the phone")
	case !b.broken && !b.peopled(&d.tenant):
		t.fault("remote", "give building.population people on the tenant's floors", "nobody lives on the tenant's floors, so nobody can call from the phone")
	}
}

// peopled tells whether a tenant has people.
func (b *builder) peopled(t *Tenant) bool {
	return t.Share > 0 && slices.ContainsFunc(t.Floors, func(f int) bool {
		return f < len(b.sc.Building.Floors) && b.sc.Building.Floors[f].Population > 0
	})
}

// hosts refuses visitors to floors on which nobody can make them a key.
func (b *builder) hosts() {
	if b.broken {
		return
	}
	floors := b.sc.Building.Floors
	for i := range b.sc.Visitors {
		v := &b.sc.Visitors[i]
		path := "visitor." + v.Name
		t := b.sheets[slices.IndexFunc(b.sheets, func(t *sheet) bool { return t.path == path })]
		for _, f := range v.Floors {
			if f >= len(floors) || floors[f].Entrance > 0 {
				continue // told already
			}
			if !slices.ContainsFunc(b.sc.Tenants, func(t Tenant) bool {
				return t.App == FlowApp && t.Share > 0 && slices.Contains(t.Floors, f) && floors[f].Population > 0
			}) {
				t.fault("floors", `give the floor people and their tenant app = "flow"`, "nobody on floor %d has Flow, so nobody there can make a visitor's key", f)
				break
			}
		}
	}
}

// events reads the scripted events.
func (b *builder) events(n *node) {
	sheets := map[string]*sheet{}
	for _, kid := range b.tables(n, "event") {
		var d eventDraft
		t := b.read(eventSection, kid, kid, "event."+kid.key, &d, false)
		e := &d.event
		e.Name = kid.key
		sheets[e.Name] = t
		b.instants(t, &d)
		if t.given["kind"] != nil && !t.refused("kind") {
			b.befalls(t, e)
			if eventKinds[e.Kind].once {
				e.Count = 1
			}
		}
		b.sc.Events = append(b.sc.Events, *e)
	}
	slices.SortFunc(b.sc.Events, func(x, y Event) int {
		return cmp.Or(cmp.Compare(x.From, y.From), strings.Compare(x.Name, y.Name))
	})
	b.order(sheets)
	b.enough(sheets)
}

// instants settles when an event happens.
func (b *builder) instants(t *sheet, d *eventDraft) {
	e, duration := &d.event, b.sc.Run.Duration
	if t.given["at"] != nil {
		for _, key := range []string{"from", "to"} {
			if t.given[key] != nil {
				t.fault(key, "remove one of them", "at and %s are both given", key)
			}
		}
		t.settings = slices.DeleteFunc(t.settings, func(s Setting) bool { return lastKey(s.Key) == "from" })
		e.From, e.To = d.at, d.at
		if d.at >= duration && !t.refused("at") {
			t.fault("at", "lengthen run.duration", "%s is not before the end of run.duration, %s", formatSpan(d.at), formatSpan(duration))
		}
		return
	}
	if t.given["to"] == nil {
		e.To = duration
		t.derive("to", d)
	}
	switch {
	case t.refused("at") || t.refused("from") || t.refused("to"):
	case e.To > duration:
		t.fault("to", "lengthen run.duration", "%s is after the end of run.duration, %s", formatSpan(e.To), formatSpan(duration))
	case e.From >= e.To:
		t.fault("from", "", "from %s is not before to %s", formatSpan(e.From), formatSpan(e.To))
	}
}

// befalls checks whom or what an event concerns.
func (b *builder) befalls(t *sheet, e *Event) {
	kind, s := &eventKinds[e.Kind], b.sc.Service
	switch {
	case kind.lives && !s.Residential:
		t.fault("kind", "write residential = true in [service]", "%s needs apartments, but nobody lives in the building", kind.word)
	case kind.intercom && !s.Intercom:
		t.fault("kind", "write residential = true and intercom = true in [service]", "%s needs an intercom, but the building has none", kind.word)
	}
	if e.Site != "" && !slices.Contains(s.Sites, e.Site) && !t.refused("site") {
		hint := didYouMean(e.Site, s.Sites)
		if hint == "" {
			hint = fmt.Sprintf("write sites = [%q] in [service], or leave site out for the simulated building", e.Site)
		}
		t.fault("site", hint, "there is no site %q", e.Site)
	}
	if !kind.befalls || t.refused("tenant") {
		return
	}
	var names []string
	fits := false
	for i := range b.sc.Tenants {
		tenant := &b.sc.Tenants[i]
		names = append(names, tenant.Name)
		if e.Tenant == "" || e.Tenant == tenant.Name {
			fits = fits || tenant.App.Knows(e.Kind) && (b.broken || b.peopled(tenant))
		}
	}
	what := "an app"
	if kind.flow {
		what = "Flow"
	}
	switch {
	case e.Tenant != "" && !slices.Contains(names, e.Tenant):
		t.fault("tenant", didYouMean(e.Tenant, names), "there is no tenant %q; the tenants are %s", e.Tenant, strings.Join(names, ", "))
	case !fits && e.Tenant != "":
		t.fault("tenant", "", "%s befalls people with %s; tenant %s has none", kind.word, what, e.Tenant)
	case !fits:
		t.fault("kind", "", "%s befalls people with %s; there are none", kind.word, what)
	}
}

// follows are kinds that need another before them.
var follows = []struct {
	later, sooner EventKind
	each          bool // one for one
	missing       string
}{
	{SubUserRemoved, SubUserAdded, true, "no sub-user is there to be removed"},
	{Restored, BackedUp, false, "no backup is there to be restored"},
	{Released, Held, true, "no case is open"},
}

// order refuses what happens before or more often than it can.
func (b *builder) order(sheets map[string]*sheet) {
	ended := map[string]string{}
	for i := range b.sc.Events {
		e := &b.sc.Events[i]
		t := sheets[e.Name]
		if len(t.faults) > 0 {
			continue
		}
		if eventKinds[e.Kind].once {
			site := cmp.Or(e.Site, mainSite)
			if other := ended[site]; other != "" {
				t.fault("kind", "remove one of them", "event %s already ends the service in building %s", other, site)
			}
			ended[site] = e.Name
		}
		for _, f := range follows {
			if e.Kind != f.later {
				continue
			}
			sooner, later := 0, 0
			for k := range b.sc.Events {
				switch x := &b.sc.Events[k]; {
				case x.Kind == f.sooner && x.To <= e.From && (x.From < x.To || x.From < e.From):
					sooner += x.Count
				case x.Kind == f.later && k <= i:
					later += x.Count
				}
			}
			if sooner == 0 || f.each && later > sooner {
				t.fault("", fmt.Sprintf("add an event of kind = %q that is over before", f.sooner), "%s, number %d, finds %d %s before it: %s",
					f.later, later, sooner, f.sooner, f.missing)
			}
		}
	}
}

// enough refuses more ends than there are people. Erased and FellSilent end a
// person's use of the app for good, so that nobody meets them twice; what finds
// nobody would be left out of the run.
func (b *builder) enough(sheets map[string]*sheet) {
	if b.broken {
		return
	}
	// Shares may add up to more than all, and a tenant with a share has somebody
	// wherever there is room, so these are upper bounds.
	of, all := map[string]int{}, 0
	for f := range b.sc.Building.Floors {
		here := 0
		people := b.sc.Building.Floors[f].Population
		for i := range b.sc.Tenants {
			t := &b.sc.Tenants[i]
			if t.App == NoApp || t.Share == 0 || !slices.Contains(t.Floors, f) {
				continue
			}
			n := min(people, int(math.Ceil(t.Share*float64(people))))
			of[t.Name] += n
			here += n
		}
		all += min(people, here)
	}
	ends, ended := 0, map[string]int{}
	for i := range b.sc.Events {
		e := &b.sc.Events[i]
		if e.Kind != Erased && e.Kind != FellSilent {
			continue
		}
		t := sheets[e.Name]
		if len(t.faults) > 0 {
			continue
		}
		ends += e.Count
		ended[e.Tenant] += e.Count
		const remedy = "lower count, or give the building more people with an app"
		switch {
		case e.Tenant != "" && ended[e.Tenant] > of[e.Tenant]:
			t.fault("count", remedy, "%d people of tenant %s are erased or fall silent by this event, but at most %d have an app, and nobody does so twice", ended[e.Tenant], e.Tenant, of[e.Tenant])
		case ends > all:
			t.fault("count", remedy, "%d people are erased or fall silent by this event, but at most %d have an app, and nobody does so twice", ends, all)
		}
	}
}
