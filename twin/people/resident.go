package people

import (
	"math"
	"math/rand/v2"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/draw"
	"hoistway/twin/script"
)

// residents are the people of the building by tenant and home floor. Nil where
// the scenario has no service: nobody is told apart then.
type residents struct {
	all   []script.Resident
	home  [][][]int32 // by tenant and floor
	of    [][]int32   // by tenant
	hosts [][]int32   // by floor, who can make visitors' keys
}

func newResidents(sc *scenarios.Scenario, seed uint64, replication int) *residents {
	if sc.Service == nil {
		return nil
	}
	r := &residents{all: script.Residents(sc, seed, replication), home: make([][][]int32, len(sc.Tenants)), of: make([][]int32, len(sc.Tenants))}
	for t := range r.home {
		r.home[t] = make([][]int32, len(sc.Building.Floors))
	}
	for i := range r.all {
		t, f := r.all[i].Tenant, r.all[i].Floor
		r.home[t][f] = append(r.home[t][f], int32(i))
		r.of[t] = append(r.of[t], int32(i))
	}
	r.hosts = script.Hosts(sc, r.all)
	return r
}

// who are the residents of a tenant who may be travelling between two floors:
// those at home on the one they leave, else on the one they go to, else all.
func (r *residents) who(tenant, from, to int32) []int32 {
	switch home := r.home[tenant]; {
	case len(home[from]) > 0:
		return home[from]
	case len(home[to]) > 0:
		return home[to]
	}
	return r.of[tenant]
}

// whom draws which residents travel. A group takes one draw, and its members
// are different residents as long as there are enough.
type whom struct {
	residents *residents
	draws     rand.PCG
	group     int64 // that the draw is for
	number    uint64
	member    uint64 // of the group, from 0
}

func newWhom(o draw.Owner, r *residents) whom {
	return whom{residents: r, draws: o.Stream("residents"), group: -1}
}

// give makes a person with a tenant a resident, and reports which.
func (w *whom) give(p *Person) *script.Resident {
	if w.residents == nil || p.Tenant == None {
		return nil
	}
	if p.Group != w.group {
		w.group, w.number, w.member = p.Group, w.draws.Uint64(), 0
	} else {
		w.member++
	}
	who := w.residents.who(p.Tenant, p.Origin, p.Destination)
	if len(who) == 0 {
		return nil
	}
	n := uint64(len(who))
	p.Resident = who[(draw.Below(w.number, n)+w.member)%n]
	return &w.residents.all[p.Resident]
}

// pace is the time to walk a distance in metres at a speed in mm/s, rounded to
// the microsecond.
func pace(distance float64, speed int) time.Duration {
	nm := int64(math.Round(distance*1e6)) * 1000 // nm by mm/s is microseconds
	return time.Duration((nm+int64(speed)/2)/int64(speed)) * time.Microsecond
}
