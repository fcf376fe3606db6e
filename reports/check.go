package reports

import (
	"fmt"

	"hoistway/twin/result"
)

// check refuses a result that a report could not show without guessing.
func check(f *result.File) error {
	if f == nil {
		return fmt.Errorf("report: there is no result; run a scenario first")
	}
	h := f.Header
	bad := func(format string, args ...any) error {
		return fmt.Errorf("report of %q under %q: %w; run the scenario again with this version", h.Scenario, h.Dispatcher, fmt.Errorf(format, args...))
	}
	if h.Schema != result.SchemaVersion {
		return bad("header.schema is %d, this version reads %d", h.Schema, result.SchemaVersion)
	}
	if len(h.Elevations) != len(h.Floors) {
		return bad("header.elevations has %d entries for %d floors", len(h.Elevations), len(h.Floors))
	}
	for i, e := range h.Elevations {
		if !finite(e) || i > 0 && e < h.Elevations[i-1] {
			return bad("header.elevations[%d] is %v, elevations are finite and ascend", i, e)
		}
	}
	for i, b := range h.Banks {
		if len(b.Persons) != len(b.Cars) || len(b.Load) != len(b.Cars) {
			return bad("header.banks[%d] has %d cars, %d persons and %d loads", i, len(b.Cars), len(b.Persons), len(b.Load))
		}
	}
	if err := checkSummary(f.Total, h); err != nil {
		return bad("total%w", err)
	}
	for i, r := range f.Replications {
		if r.Summary == nil {
			continue
		}
		if err := checkSummary(r.Summary, h); err != nil {
			return bad("replications[%d].summary%w", i, err)
		}
	}
	for i, s := range f.Path {
		switch {
		case s.Bank < 0 || s.Bank >= len(h.Banks):
			return bad("path[%d] is of bank %d, there are %d", i, s.Bank, len(h.Banks))
		case s.Car < 0 || s.Car >= len(h.Banks[s.Bank].Cars):
			return bad("path[%d] is of car %d, bank %q has %d", i, s.Car, h.Banks[s.Bank].Name, len(h.Banks[s.Bank].Cars))
		case s.From < 0 || s.From >= len(h.Floors) || s.To < 0 || s.To >= len(h.Floors):
			return bad("path[%d] goes from floor %d to %d, there are %d", i, s.From, s.To, len(h.Floors))
		case !finite(s.Depart) || !finite(s.Arrive) || !finite(s.Close):
			return bad("path[%d] has an instant that is not a number", i)
		}
	}
	return nil
}

// checkSummary returns an error that continues the summary's name.
func checkSummary(s *result.Summary, h result.Header) error {
	switch {
	case s == nil:
		return fmt.Errorf(" is missing")
	case s.Replications < 1:
		return fmt.Errorf(".replications is %d, at least 1 is needed", s.Replications)
	case s.BinSeconds < 1:
		return fmt.Errorf(".bin_s is %d, at least 1 is needed", s.BinSeconds)
	case len(s.Queue) > len(h.Floors) || len(s.QueueMax) > len(h.Floors):
		return fmt.Errorf(" has queues of %d floors, the building has %d", max(len(s.Queue), len(s.QueueMax)), len(h.Floors))
	case len(s.Banks) > len(h.Banks):
		return fmt.Errorf(" has %d banks, the header %d", len(s.Banks), len(h.Banks))
	}
	for i, b := range s.Banks {
		if len(b.LoadHist) > len(h.Banks[i].Cars) {
			return fmt.Errorf(".banks[%d] has loads of %d cars, the bank has %d", i, len(b.LoadHist), len(h.Banks[i].Cars))
		}
	}
	return nil
}
