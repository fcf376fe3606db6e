package twin

import "hoistway/scenarios"

// Keys is what the twin asks about visitors' keys. The remote-call service
// stands behind it in production.
type Keys interface {
	// Issue makes a key to a floor, valid from one instant until before another.
	Issue(floor int, from, until scenarios.Instant) Permit
	// Revoke ends a key. Revoking twice changes nothing.
	Revoke(p Permit)
	// Check says why the key does not open the floor at an instant, or "".
	Check(p Permit, floor int, at scenarios.Instant) string
}

// The reasons of Check, part of the closed list of refusals in the results.
const (
	KeyEarly      = "key-not-yet-valid"
	KeyExpired    = "key-expired"
	KeyRevoked    = "key-revoked"
	KeyWrongFloor = "key-wrong-floor"
	KeyNone       = "no-key"
)

// memoryKeys stands in for the service.
type memoryKeys struct{ keys []memoryKey }

type memoryKey struct {
	floor       int
	from, until scenarios.Instant
	revoked     bool
}

func (m *memoryKeys) Issue(floor int, from, until scenarios.Instant) Permit {
	m.keys = append(m.keys, memoryKey{floor: floor, from: from, until: until})
	return Permit(len(m.keys))
}

func (m *memoryKeys) Revoke(p Permit) {
	if p >= 1 && int(p) <= len(m.keys) {
		m.keys[p-1].revoked = true
	}
}

func (m *memoryKeys) Check(p Permit, floor int, at scenarios.Instant) string {
	if p < 1 || int(p) > len(m.keys) {
		return KeyNone
	}
	switch k := m.keys[p-1]; {
	case k.revoked:
		return KeyRevoked
	case k.floor != floor:
		return KeyWrongFloor
	case at < k.from:
		return KeyEarly
	case at >= k.until:
		return KeyExpired
	}
	return ""
}
