package dispatch_test

import (
	"testing"

	"pgregory.net/rapid"

	"hoistway/dispatch"
)

// TestInvariants uses random banks in every way there is, under every policy.
// The ledger checks each Step: every call is assigned or rejected, given only
// to a car that can take it, and answered once, by the car that has it last
// and that goes its way; no car is sent where it cannot or must not go; the
// deadline lies ahead. In the end everything is repaired, and everybody is
// served.
func TestInvariants(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		s := randomStage(t, p)
		actions := s.actions()
		actions[""] = s.sound
		t.Repeat(actions)
		s.restore(t)
	})
}
