package estate

import (
	"cmp"
	"slices"

	"hoistway/scenarios"
	"hoistway/twin/people"
)

// planned is a key that its host made for a visitor who comes too late for it.
// The service makes no key whose end has passed, so such a key has to be made
// while it is good; all others are made when their visitors come.
type planned struct {
	host, floor int
	from, until scenarios.Instant
	uses        int
	made        *permit
}

// at is when the key is made: when it becomes valid, or at the beginning.
func (k *planned) at() scenarios.Instant { return max(k.from, 0) }

// plan finds the visitors who will come after their key has ended.
func plan(sc *scenarios.Scenario, seed uint64, replication int) []*planned {
	var keys []*planned
	if len(sc.Visitors) == 0 {
		return nil
	}
	var p people.Person
	for source := people.NewSource(sc, seed, replication); source.Next(&p); {
		if p.Visitor != people.None && !p.Rings && p.Host != people.None && p.KeyUntil <= p.At && p.KeyUntil > 0 {
			keys = append(keys, &planned{host: int(p.Host), floor: int(p.KeyFloor), from: p.KeyFrom, until: p.KeyUntil, uses: 1})
		}
	}
	slices.SortStableFunc(keys, func(a, b *planned) int { return cmp.Compare(a.at(), b.at()) })
	return keys
}

// makePlanned makes the keys whose time has come by an instant.
func (e *Estate) makePlanned(at scenarios.Instant) {
	for len(e.planned) > 0 && e.planned[0].at() <= at {
		k := e.planned[0]
		e.planned = e.planned[1:]
		e.now = e.start.Add(k.at())
		k.made = new(permit)
		e.issue(k.made, k.host, k.floor, k.from, k.until, k.uses)
		e.waiting = append(e.waiting, k)
	}
}

// takePlanned gives the key that was made beforehand, nil when there is none.
func (e *Estate) takePlanned(host, floor int, from, until scenarios.Instant) *permit {
	i := slices.IndexFunc(e.waiting, func(k *planned) bool { return k.host == host && k.floor == floor && k.from == from && k.until == until })
	if i < 0 {
		return nil
	}
	k := e.waiting[i]
	e.waiting = slices.Delete(e.waiting, i, i+1)
	return k.made
}
