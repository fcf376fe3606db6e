// Package check watches a run of the twin and holds it against rules that any
// lift obeys: people neither double nor vanish, cars are not overloaded, doors
// are closed while a car moves, nobody is carried past where they want to go.
//
// A Checker is fed plain observations of what physically happened, in the order
// it happened, and keeps its own account of people, cars, doors and keys. It
// knows nothing of the twin's bookkeeping, of the group controller or of the
// twin's motion arithmetic, because shared code would share the bug. What it
// finds are violations: when, which rule, and in words who and where. One
// violation makes a run worthless; how to report it is the caller's matter.
//
// The contract of the caller:
//   - all that happens is observed, in order of time; of things at the same
//     instant, causes come before effects (Opened before Boarded, Closed before
//     Departed, OutOfService after whoever is already inside has Boarded);
//   - the opening doors of a car on its way (advance opening) come before its
//     Stopped; a car that goes to park has Departed and Stopped without doors;
//   - somebody who changes banks, or was put out of a car, appears again at the
//     instant they come out, at that floor and in the same slot, or is seen to
//     have Left; a visitor on the way back is a new person;
//   - a run closes with an End observation and a call of Finish.
//
// The rules (Rules lists them with these names):
//
//   - existence: every observation names a car, floor, bank, tenant and slot
//     that exist.
//   - time-order: observations never go back in time, and none follows the end.
//   - conservation: everybody who appears boards once and alights once on each
//     leg, from the floor and bank they stand at, or leaves, or is still there
//     at the end; nobody doubles or vanishes.
//   - right-floor: people alight where they wanted to; whom a fault puts out
//     elsewhere appears again or leaves.
//   - capacity: a car never holds more people or more mass than it is rated
//     for.
//   - doors: doors open, stay open and close in that order and no faster than
//     they can, only at a level car or within its advance opening, and no car
//     moves unless its doors are fully closed.
//   - boarding-with-open-doors: people board and alight only while the doors of
//     a standing car are fully open.
//   - served-floor: a car opens only at floors it serves, and nobody boards a
//     car that does not go where they want.
//   - motion: a flight starts where the car stands, ends where it was bound,
//     and takes no less time than physics allows and no more than a generous
//     bound.
//   - no-reversal: a car does not turn round while somebody aboard wants to go
//     further in its direction.
//   - retarget-direction: only a moving car is bound elsewhere, and never
//     behind the floor it left.
//   - everybody-accounted: at the end the run counts exactly the people who are
//     still there; a run that stops before its cap leaves nobody whom a car
//     could carry; nobody is passed over for more than an hour (StarvedAfter).
//   - key: nobody boards for a locked floor who neither belongs there nor holds
//     a key that is valid for that floor at that instant.
//   - locked-floor: no car opens at a floor while a floor-locked fault holds.
//   - out-of-service: a car out of service boards nobody.
//
// The package does not judge service: long waits, detours and needless stops
// are for the results to show. It does not prove that a flight follows its
// profile to the microsecond, only that no flight is impossible; the tests of
// the motion model do.
package check
