package check

import (
	"fmt"

	"hoistway/scenarios"
)

// Rule names. They are stable: results, tests and documents refer to them.
const (
	RuleExistence        = "existence"
	RuleTimeOrder        = "time-order"
	RuleConservation     = "conservation"
	RuleRightFloor       = "right-floor"
	RuleCapacity         = "capacity"
	RuleDoors            = "doors"
	RuleOpenDoors        = "boarding-with-open-doors"
	RuleServedFloor      = "served-floor"
	RuleMotion           = "motion"
	RuleNoReversal       = "no-reversal"
	RuleRetarget         = "retarget-direction"
	RuleEverybodyCounted = "everybody-accounted"
	RuleKey              = "key"
	RuleLockedFloor      = "locked-floor"
	RuleOutOfService     = "out-of-service"
)

// Rule is one rule a run is held against.
type Rule struct{ Name, Sentence string }

// Rules lists all rules, each with what it demands in one sentence.
func Rules() []Rule {
	return []Rule{
		{RuleExistence, "Every observation names a car, floor, bank, tenant and slot that exist."},
		{RuleTimeOrder, "Observations never go back in time, and none follows the end."},
		{RuleConservation, "Everybody who appears boards once and alights once on each leg, from the floor and bank they stand at, or leaves, or is still there at the end; nobody doubles or vanishes."},
		{RuleRightFloor, "People alight where they wanted to; whom a fault puts out elsewhere appears again or leaves."},
		{RuleCapacity, "A car never holds more people or more mass than it is rated for."},
		{RuleDoors, "Doors open, stay open and close in that order and no faster than they can, only at a level car or within its advance opening, and no car moves unless its doors are fully closed."},
		{RuleOpenDoors, "People board and alight only while the doors of a standing car are fully open."},
		{RuleServedFloor, "A car opens only at floors it serves, and nobody boards a car that does not go where they want."},
		{RuleMotion, "A flight starts where the car stands, ends where it was bound, and takes no less time than physics allows and no more than a generous bound."},
		{RuleNoReversal, "A car does not turn round while somebody aboard wants to go further in its direction."},
		{RuleRetarget, "Only a moving car is bound elsewhere, and never behind the floor it left."},
		{RuleEverybodyCounted, "At the end the run counts exactly the people who are still there; a run that stops before its cap leaves nobody whom a car could carry; nobody is passed over for more than an hour."},
		{RuleKey, "Nobody boards for a locked floor who neither belongs there nor holds a key that is valid for that floor at that instant."},
		{RuleLockedFloor, "No car opens at a floor while a floor-locked fault holds."},
		{RuleOutOfService, "A car out of service boards nobody."},
	}
}

// Violation is a rule seen broken.
type Violation struct {
	At   scenarios.Instant
	Rule string // one of the names in Rules
	Text string // who, where, and the numbers
}

// String is the violation in one line.
func (v Violation) String() string { return fmt.Sprintf("at %v: %s: %s", v.At, v.Rule, v.Text) }

// MaxViolations is how many violations are kept word for word.
const MaxViolations = 100

// report notes a violation. Only the first MaxViolations are written out.
func (c *Checker) report(at scenarios.Instant, rule, format string, args ...any) {
	c.total++
	if len(c.violations) < MaxViolations {
		c.violations = append(c.violations, Violation{At: at, Rule: rule, Text: fmt.Sprintf(format, args...)})
	}
}

// carName is a car as people know it.
func (c *Checker) carName(i int16) string {
	bank := &c.scenario.Banks[c.cars[i].bank]
	return fmt.Sprintf("car %s of bank %s", bank.Cars[c.cars[i].inBank].Name, bank.Name)
}

// floorName is a floor as people know it, with its index.
func (c *Checker) floorName(f int16) string {
	if int(f) < 0 || int(f) >= len(c.floors) {
		return fmt.Sprintf("floor index %d", f)
	}
	return fmt.Sprintf("floor %s (index %d)", c.scenario.Building.Floors[f].Name, f)
}
