package check

import (
	"slices"

	"hoistway/scenarios"
)

// Rule key: who may go to a locked floor.

// keyring holds the keys that may still be valid, by permit. Keys that ended
// are dropped from the front, so that it holds no more than were issued within
// the longest validity.
type keyring struct {
	first int32 // permit of held[0]
	held  []key
	head  int // held[:head] have ended
}

type key struct {
	from, until scenarios.Instant
	floor       int16
	issued      bool
	revoked     bool
}

// maxGap is how far permits may jump; they are numbered in order of issue.
const maxGap = 1 << 20

func (k *keyring) issue(c *Checker, o *Observation) {
	if !c.isFloor(o, o.Floor) {
		return
	}
	next := k.first + int32(len(k.held))
	if o.Permit < next || o.Permit-next > maxGap {
		c.report(o.At, RuleKey, "key %d is issued; keys are numbered in order of issue and the next is %d", o.Permit, next)
		return
	}
	for ; next < o.Permit; next++ {
		k.held = append(k.held, key{})
	}
	k.held = append(k.held, key{from: o.From, until: o.Until, floor: o.Floor, issued: true})
	for k.head < len(k.held) && (k.held[k.head].revoked || k.held[k.head].until <= o.At) {
		k.head++
	}
	if k.head > 64 && k.head > len(k.held)/2 {
		n := copy(k.held, k.held[k.head:])
		k.held, k.first, k.head = k.held[:n], k.first+int32(k.head), 0
	}
}

func (k *keyring) revoke(c *Checker, o *Observation) {
	if o.Permit >= 0 && o.Permit < k.first {
		return // has ended already
	}
	held := k.find(o.Permit)
	if held == nil {
		c.report(o.At, RuleKey, "key %d is revoked but was never issued", o.Permit)
		return
	}
	held.revoked = true
}

// find gives a key that was issued and not dropped, or nil.
func (k *keyring) find(permit int32) *key {
	if i := int(permit) - int(k.first); permit >= 0 && i >= 0 && i < len(k.held) && k.held[i].issued {
		return &k.held[i]
	}
	return nil
}

// mayEnter judges somebody who boards for a locked floor: they belong to a
// tenant of that floor, or hold a key for it that is valid now.
func (c *Checker) mayEnter(o *Observation, p *person) {
	if c.belongs(p) {
		return
	}
	k := c.keys.find(p.permit)
	switch {
	case p.permit == None:
		c.report(o.At, RuleKey, "person %d boards for locked %s without a key", o.Person, c.floorName(p.to))
	case k == nil && p.permit >= 0 && p.permit < c.keys.first:
		c.report(o.At, RuleKey, "person %d boards for locked %s on key %d, which ended long ago", o.Person, c.floorName(p.to), p.permit)
	case k == nil:
		c.report(o.At, RuleKey, "person %d boards for locked %s on key %d, which was never issued", o.Person, c.floorName(p.to), p.permit)
	case k.revoked:
		c.report(o.At, RuleKey, "person %d boards for locked %s on key %d, which was revoked", o.Person, c.floorName(p.to), p.permit)
	case k.floor != p.to:
		c.report(o.At, RuleKey, "person %d boards for locked %s on key %d, which opens %s", o.Person, c.floorName(p.to), p.permit, c.floorName(k.floor))
	case o.At < k.from:
		c.report(o.At, RuleKey, "person %d boards for locked %s on key %d, which is valid only from %v", o.Person, c.floorName(p.to), p.permit, k.from)
	case o.At >= k.until:
		c.report(o.At, RuleKey, "person %d boards for locked %s on key %d, which was valid until %v", o.Person, c.floorName(p.to), p.permit, k.until)
	}
}

// belongs reports whether a person's tenant has the floor they go to.
func (c *Checker) belongs(p *person) bool {
	return p.tenant != None && slices.Contains(c.scenario.Tenants[p.tenant].Floors, int(p.to))
}
