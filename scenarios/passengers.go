package scenarios

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// passengerHeader is the first line of every passenger list.
const passengerHeader = "time_s,origin,destination,mass_kg"

// Bounds on a passenger list.
const (
	mostListFaults = 20
	longestLine    = 1000
	lightest       = 1_000   // g
	heaviest       = 500_000 // g
)

// ReadPassengers reads a passenger list for a building of the given number of
// floors. The list is CSV without quotes: the header
// time_s,origin,destination,mass_kg, then one person a line in order of time.
// Times are plain decimals in seconds, exact to the nanosecond and never
// rounded; floors count from 0; masses are plain decimals in kg, exact to the
// gram, from 1 to 500 kg. Any fault gives Problems that name the lines (the
// first 20); a list without people is a fault. A failure of r is returned as
// it is.
func ReadPassengers(r io.Reader, name string, floors int) ([]Trip, error) {
	var faults Problems
	fault := func(line int, hint, format string, args ...any) {
		faults = append(faults, Problem{File: name, Line: line, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	var trips []Trip
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), 64<<10)
	line := 0
	for lines.Scan() {
		line++
		row := strings.TrimSuffix(lines.Text(), "\r")
		if line == 1 {
			if strings.TrimPrefix(row, "\ufeff") != passengerHeader {
				fault(1, "", "the first line is %q; expected %q", clip(row), passengerHeader)
				return nil, faults
			}
			continue
		}
		trip, message := readTrip(row, floors)
		switch {
		case message != "":
			fault(line, "", "%s", message)
		case len(trips) > 0 && trip.At < trips[len(trips)-1].At:
			fault(line, "sort the list by time", "time %s comes before that of the line above", undecimal(int64(trip.At), 9))
		default:
			trips = append(trips, trip)
		}
		if len(faults) >= mostListFaults {
			fault(line, "", "too many faults; reading stopped here")
			return nil, faults
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		fault(line+1, "", "the line is too long for a passenger list; expected %s", passengerHeader)
	case err != nil:
		return nil, fmt.Errorf("passenger list %s, line %d: %w", name, line+1, err)
	case line == 0:
		fault(0, "", "is empty; expected the line %s and one line a person", passengerHeader)
	case len(trips) == 0 && faults == nil:
		fault(0, "", "has no passengers")
	}
	if faults != nil {
		return nil, faults
	}
	return trips, nil
}

// readTrip reads one line; the message says what is wrong with it.
func readTrip(row string, floors int) (t Trip, message string) {
	if len(row) > longestLine {
		return t, fmt.Sprintf("the line is too long; expected %s", passengerHeader)
	}
	if row == "" {
		return t, "the line is empty; expected " + passengerHeader
	}
	if n := strings.Count(row, ",") + 1; n != 4 {
		return t, fmt.Sprintf("has %d fields; expected 4: %s", n, passengerHeader)
	}
	at, rest, _ := strings.Cut(row, ",")
	from, rest, _ := strings.Cut(rest, ",")
	to, mass, _ := strings.Cut(rest, ",")
	ns, message := exact(at, "time_s", 9, "s", 0, int64(longestSpan/time.Second))
	if message != "" {
		return t, message
	}
	g, message := exact(mass, "mass_kg", 3, "kg", lightest, heaviest/1000)
	if message != "" {
		return t, message
	}
	origin, message := listFloor(from, "origin", floors)
	if message != "" {
		return t, message
	}
	destination, message := listFloor(to, "destination", floors)
	if message != "" {
		return t, message
	}
	if origin == destination {
		return t, fmt.Sprintf("origin and destination are both floor %d", origin)
	}
	return Trip{At: Instant(ns), Origin: origin, Destination: destination, Mass: g}, ""
}

// exact reads a plain decimal as an integer count of 10^-places from least
// (in that count) to most (in whole units).
func exact(s, field string, places int, unit string, least, most int64) (int64, string) {
	number, rest, ok := cutNumber(s)
	if !ok || rest != "" {
		return 0, fmt.Sprintf("%s %q is not a plain decimal number", field, clip(s))
	}
	scale := int64(1)
	for range places {
		scale *= 10
	}
	if whole, _, _ := strings.Cut(strings.TrimPrefix(number, "-"), "."); len(strings.TrimLeft(whole, "0")) > 9 {
		return 0, fmt.Sprintf("%s %s is too large; the most is %d %s", field, clip(s), most, unit)
	}
	n, ok := decimal(number, places)
	switch {
	case !ok:
		return 0, fmt.Sprintf("%s %s has more than %d digits behind the point", field, clip(s), places)
	case strings.HasPrefix(number, "-"):
		return 0, fmt.Sprintf("%s %s must not be negative", field, clip(s))
	case n < least:
		return 0, fmt.Sprintf("%s %s is too small; the least is %s %s", field, clip(s), undecimal(least, places), unit)
	case n > most*scale:
		return 0, fmt.Sprintf("%s %s is too large; the most is %d %s", field, clip(s), most, unit)
	}
	return n, ""
}

func listFloor(s, field string, floors int) (int, string) {
	i, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Sprintf("%s %q is not a floor number", field, clip(s))
	}
	if i < 0 || i >= floors {
		return 0, fmt.Sprintf("%s %d is not a floor; the building has floors 0 to %d", field, i, floors-1)
	}
	return i, ""
}
