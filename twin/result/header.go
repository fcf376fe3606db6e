package result

import (
	"errors"
	"fmt"
)

// Validate says all that is wrong with a header; nil when records can be
// summarised under it.
func (h *Header) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf("header: "+format, args...)) }
	if h.Schema != SchemaVersion {
		wrong("schema %d: this build reads and writes schema %d only", h.Schema, SchemaVersion)
	}
	if h.From < 0 || h.From >= h.To || h.To > h.Duration {
		wrong("the window from %v to %v must not be empty and lie inside 0 to the duration %v", h.From, h.To, h.Duration)
	}
	if h.Duration > longestDuration {
		wrong("the duration %v passes %v", h.Duration, longestDuration)
	}
	if h.Calls != "" && h.Calls != CallsButtons {
		wrong("calls %q: known is %q, and nothing for those the scenario says", h.Calls, CallsButtons)
	}
	if !(h.Confidence > 0 && h.Confidence < 1) {
		wrong("the confidence %v must lie between 0 and 1, such as 0.95", h.Confidence)
	}
	if h.Population < 0 {
		wrong("the population %d is negative", h.Population)
	}
	if len(h.Floors) == 0 || len(h.Floors) != len(h.Elevations) {
		wrong("%d floors with %d elevations: each floor needs one, and there must be a floor", len(h.Floors), len(h.Elevations))
	}
	if len(h.Banks) == 0 {
		wrong("there is no bank")
	}
	for _, b := range h.Banks {
		if b.Lobby < 0 || b.Lobby >= len(h.Floors) {
			wrong("bank %q: its lobby is floor %d of %d", b.Name, b.Lobby, len(h.Floors))
		}
		if b.UpPeak != nil {
			if err := b.UpPeak.check(); err != nil {
				wrong("bank %q: %w", b.Name, err)
			}
			if b.NoUpPeak != "" {
				wrong("bank %q: up_peak is there, and no_up_peak says why it is not", b.Name)
			}
		}
		if len(b.Cars) == 0 || len(b.Persons) != len(b.Cars) || len(b.Load) != len(b.Cars) {
			wrong("bank %q: %d cars, %d rated persons and %d rated loads: each car needs both, and there must be a car", b.Name, len(b.Cars), len(b.Persons), len(b.Load))
			continue
		}
		for c := range b.Cars {
			if b.Persons[c] <= 0 || b.Load[c] <= 0 {
				wrong("bank %q, car %q: rated for %d persons and %d g: both must be above 0", b.Name, b.Cars[c], b.Persons[c], b.Load[c])
			}
		}
		for _, f := range b.Serves {
			if f < 0 || f >= len(h.Floors) {
				wrong("bank %q serves floor %d of %d", b.Name, f, len(h.Floors))
			}
		}
	}
	return errors.Join(errs...)
}

// checkTrip says why a trip cannot have happened under the header.
func (h *Header) checkTrip(t *Trip) error {
	if err := h.checkPlace("trip", t.Bank, t.Car, t.Origin); err != nil {
		return err
	}
	switch {
	case t.Destination < 0 || t.Destination >= len(h.Floors):
		return fmt.Errorf("trip: destination is floor %d of %d", t.Destination, len(h.Floors))
	case t.Leg < 0 || t.Leg >= t.Legs:
		return fmt.Errorf("trip: leg %d of %d: legs are numbered from 0", t.Leg, t.Legs)
	case t.Outcome > Censored:
		return fmt.Errorf("trip: outcome %d is unknown", t.Outcome)
	case t.Access > RemoteCall:
		return fmt.Errorf("trip: access %d is unknown", t.Access)
	case t.Begin < 0 && t.Arrive >= 0 || t.begin() < 0 && t.Outcome != Censored:
		return fmt.Errorf("trip: a journey that ended %q has no beginning: it needs the arrival at its first landing, or for somebody who never came the instant they were expected, called or were refused", t.Outcome)
	case t.Access == RemoteCall && t.Call < 0:
		return fmt.Errorf("trip: a remote call was placed at no instant")
	case t.Wished >= 0 && (t.Access == RemoteCall || t.Leg > 0 || t.Arrive >= 0 && t.Arrive < t.Wished):
		return fmt.Errorf("trip: somebody who wished to call at %v and did not presses at their first landing, after that: access %v, leg %d, arrived at %v", t.Wished, t.Access, t.Leg, t.Arrive)
	case t.Denied != "" && t.Wished < 0:
		return fmt.Errorf("trip: a call was denied (%s) at no instant", t.Denied)
	case t.Again >= 0 && t.Access != RemoteCall:
		return fmt.Errorf("trip: called again at %v without a remote call before", t.Again)
	case t.Board < 0 && (t.Outcome == Served || t.Alight >= 0):
		return fmt.Errorf("trip: left the car without having boarded")
	case t.Board >= 0 && (t.Arrive < 0 || t.Opening < 0 || t.Arrive > t.Board || t.Opening > t.Board || t.Begin > t.Board):
		return fmt.Errorf("trip: boarded at %v, but began at %v, arrived at %v and the doors began to open at %v", t.Board, t.Begin, t.Arrive, t.Opening)
	case t.Board >= 0 && t.Access == RemoteCall && t.Call > t.Board:
		return fmt.Errorf("trip: boarded at %v before the remote call at %v", t.Board, t.Call)
	case t.Outcome == Served && t.Alight < t.Board:
		return fmt.Errorf("trip: left the car at %v before boarding it at %v", t.Alight, t.Board)
	case t.Outcome == Abandoned && (t.Arrive < 0 || t.Left < t.Arrive):
		return fmt.Errorf("trip: abandoned, so it needs the instant the person left the landing: arrived at %v, left at %v", t.Arrive, t.Left)
	case t.Outcome == Refused && t.Reason == "":
		return fmt.Errorf("trip: refused without a reason")
	}
	return h.checkInstants("trip", t.Begin, t.Call, t.Promised, t.Wished, t.Again, t.Arrive, t.Opening, t.Board, t.Reached, t.Alight, t.Left)
}

// checkCall says why a call cannot have happened under the header.
func (h *Header) checkCall(c *Call) error {
	if err := h.checkPlace("call", c.Bank, c.Car, c.Floor); err != nil {
		return err
	}
	switch {
	case c.Access > RemoteCall:
		return fmt.Errorf("call: access %d is unknown", c.Access)
	case c.Placed < 0:
		return fmt.Errorf("call: it was placed at no instant")
	case c.Answered >= 0 && c.Answered < c.Placed:
		return fmt.Errorf("call: answered at %v before it was placed at %v", c.Answered, c.Placed)
	}
	return h.checkInstants("call", c.Placed, c.Ready, c.Answered)
}

// checkStop says why a stop cannot have happened under the header.
func (h *Header) checkStop(s *Stop) error {
	if err := h.checkPlace("stop", s.Bank, s.Car, s.Floor); err != nil {
		return err
	}
	switch {
	case s.Car < 0:
		return fmt.Errorf("stop: it names no car")
	case s.From != None && (s.From < 0 || s.From >= len(h.Floors)):
		return fmt.Errorf("stop: it comes from floor %d of %d", s.From, len(h.Floors))
	case s.Opening < 0 || s.Closed >= 0 && s.Closed < s.Opening || s.Depart > s.Opening:
		return fmt.Errorf("stop: left its last floor at %v, opened at %v, closed at %v", s.Depart, s.Opening, s.Closed)
	case s.Persons < 0 || s.Persons > mostPersons || s.Load < 0 || s.Load > mostLoad || s.Boarded < 0 || s.Alighted < 0 || s.Held < 0 || s.Reopened < 0 || s.Absent < 0:
		return fmt.Errorf("stop: persons %d, load %d g, boarded %d, alighted %d, held %v, reopened %d, absent %d: none may be negative, and a car holds at most %d persons", s.Persons, s.Load, s.Boarded, s.Alighted, s.Held, s.Reopened, s.Absent, mostPersons)
	}
	return h.checkInstants("stop", s.Depart, s.Opening, s.Closed, s.Held)
}

// Bounds that no lift reaches; they keep a broken file from filling memory.
const (
	mostPersons = 10_000
	mostLoad    = 1e12 // g
)

func (h *Header) checkPlace(what string, bank, car, floor int) error {
	switch {
	case bank < 0 || bank >= len(h.Banks):
		return fmt.Errorf("%s: bank %d of %d", what, bank, len(h.Banks))
	case car != None && (car < 0 || car >= len(h.Banks[bank].Cars)):
		return fmt.Errorf("%s: car %d of %d in bank %q", what, car, len(h.Banks[bank].Cars), h.Banks[bank].Name)
	case floor < 0 || floor >= len(h.Floors):
		return fmt.Errorf("%s: floor %d of %d", what, floor, len(h.Floors))
	}
	return nil
}

// checkInstants refuses what lies beyond the end of any run, and what is
// negative without being None.
func (h *Header) checkInstants(what string, instants ...Instant) error {
	limit := h.Duration + longestTail
	for _, at := range instants {
		if at < None || at > limit {
			return fmt.Errorf("%s: the instant %d ns lies outside 0 to %v", what, int64(at), limit)
		}
	}
	return nil
}
