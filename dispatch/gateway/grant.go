package gateway

import "time"

// grant is what a valid token lets its bearer do.
type grant struct {
	client  string // ID of the application
	user    string // end user of a limited token; "" = none
	expires time.Time
	scopes  []scope
	claims  *claims
}

// allows reports whether the bearer may use a product, "callgiving" or
// "robotcall", at a group of a building; both IDs without prefix.
func (g *grant) allows(product, building, group string) bool {
	return covered(g.scopes, scope{product: product, building: building, group: group})
}

// robot reports whether the bearer may do at a group what only robots may.
func (g *grant) robot(building, group string) bool { return g.allows(robotCall, building, group) }

// allowsKen reports whether the bearer may use a product, "rtm", "serviceinfo"
// or "equipmentstatus", of one piece of equipment; its number without "ken:".
func (g *grant) allowsKen(product, ken string) bool {
	return covered(g.scopes, scope{product: product, ken: ken})
}

// allowsInventory reports whether the bearer may list what the application has.
func (g *grant) allowsInventory() bool { return covered(g.scopes, scope{product: inventory}) }
