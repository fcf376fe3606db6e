package people

import (
	"time"

	"hoistway/scenarios"
)

// None marks a floor, stream, tenant, resident, host or visitor stream that
// does not apply.
const None = -1

// Person is somebody who sets out for a ride.
type Person struct {
	At          scenarios.Instant // sets out: the start of the walk, or the arrival at the landing when there is none
	Walk        time.Duration     // from At to the landing, as promised to a remote call; 0 = starts at the landing
	Late        time.Duration     // by how much longer the walk takes; remote callers only
	Patience    time.Duration     // at the landing; scenarios.Forever = never gives up
	Mass        int64             // grams
	Group       int64             // ordinal of the group that sets out together, from 0; members follow one another
	Origin      int32             // floor
	Destination int32             // floor, never the origin
	Stream      int32             // index into Scenario.Traffic; None for visitors
	Tenant      int32             // index into Scenario.Tenants; None for visitors and lists without one tenant
	Visitor     int32             // index into Scenario.Visitors; None for everybody else
	Resident    int32             // index into script.Residents; None for visitors, who has no tenant, and where the scenario has no service
	Host        int32             // resident whom a visitor comes to see, who can make keys; None for everybody else
	Remote      bool              // calls from the phone at At
	NoShow      bool              // a remote caller who never comes
	Rings       bool              // a visitor without a key, who rings the intercom
	Answered    bool              // and whose host answers and opens

	// The key of a visitor who does not ring. Without one the floor is None and the instants are
	// scenarios.Forever.
	KeyFloor int32             // floor it opens
	KeyFrom  scenarios.Instant // planned arrival: valid from here on; may lie before instant 0
	KeyUntil scenarios.Instant // no longer valid from here on; may lie before instant 0
	RevokeAt scenarios.Instant // revoked then, at At or before; Forever = not revoked
}

// nobody is a person without a key, stream, tenant, home or visit.
func nobody() Person {
	return Person{
		Stream: None, Tenant: None, Visitor: None, Resident: None, Host: None, KeyFloor: None, Patience: scenarios.Forever,
		KeyFrom: scenarios.Forever, KeyUntil: scenarios.Forever, RevokeAt: scenarios.Forever,
	}
}
