package dispatch

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Cost of letting a car answer a call. Lower is better; the unit is virtual
// time, so that terms of different origin can be weighed by a reader.
type Cost = time.Duration

// Policy prices a call on a car. It is asked only about cars that may take the
// call; it neither commits nor changes anything. A policy must return the same
// cost for equal candidates.
type Policy interface {
	// Name is how scenarios and reports call the policy.
	Name() string
	// Rules says what the controller may do with the policy's prices.
	Rules() Rules
	// Cost prices the candidate. The controller picks the lowest cost, of equal
	// ones the car with the lowest index.
	Cost(c *Candidate) Cost
}

// Rules are a policy's constant demands on the controller.
type Rules struct {
	Sticky   bool // an assigned call never changes its car
	Ride     bool // Candidate.Ride is wanted
	Position bool // Candidate.At is wanted for moving cars
	Panel    bool // destinations are wanted at the landing: made for panels
}

// Candidate is what a policy is told about one call on one car. All spans are
// the controller's estimates.
type Candidate struct {
	Now    Instant
	Car    CarID
	Cars   int // cars in the bank
	Floors int // floors in the bank's building
	Floor  Floor
	To     Floor // NoFloor for a landing call
	Dir    Direction
	Since  Instant // when the call was placed
	Ready  Instant // when the caller will be at the landing

	Wait  time.Duration // until the car's doors begin to open for the caller, from Now or Ready, whichever is later
	Early time.Duration // that the car would stand open before the caller is ready
	Ride  time.Duration // from doors opening to the destination; 0 unless that is known and Rules.Ride is set
	// What the stop costs others, in person-time: those waiting for this car at
	// later stops, and those aboard or to board before who leave at later stops.
	DelayWaiting, DelayRiding Cost

	At        Floor     // where the car stands, or with Rules.Position could stand first; else the floor it left
	Travel    Direction // where it is going
	Idle      bool      // it has nothing to do
	Stops     int       // it will make before this call
	Lobby     Floor
	ZoneLow   Floor // the car's share of the floors above the lobby, for zoning
	ZoneHigh  Floor
	NewStops  int  // stops the car makes only for this call: 0, 1 or 2
	Crowded   bool // the car is expected to be too full when it passes, and will come a round later
	Passenger int  // group size
}

// CarCost is one line of an explanation: what a car would have cost.
type CarCost struct {
	Car    CarID
	Cost   Cost
	Wait   time.Duration
	Ride   time.Duration
	Delay  time.Duration // to others, in person-time
	Reason string        // why the car was not considered; empty when it was
}

// String renders the line for transcripts.
func (c CarCost) String() string {
	if c.Reason != "" {
		return fmt.Sprintf("car=%d not considered: %s", c.Car, c.Reason)
	}
	return fmt.Sprintf("car=%d cost=%v wait=%v ride=%v delay to others=%v", c.Car, c.Cost, c.Wait, c.Ride, c.Delay)
}

// Policies lists the policies by the names scenarios use. To add one, write
// its file and its line here.
func Policies() []Policy {
	return []Policy{collective{}, eta{}, etd{}, destination{}, zoned{}}
}

// PolicyNames lists the names of Policies in the same order.
func PolicyNames() []string {
	var names []string
	for _, p := range Policies() {
		names = append(names, p.Name())
	}
	return names
}

// PolicyByName finds a policy. The error names the known ones.
func PolicyByName(name string) (Policy, error) {
	all := Policies()
	i := slices.IndexFunc(all, func(p Policy) bool { return p.Name() == name })
	if i < 0 {
		return nil, fmt.Errorf("unknown dispatcher %q: want one of %s", name, strings.Join(PolicyNames(), ", "))
	}
	return all[i], nil
}
