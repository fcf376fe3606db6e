package main

import (
	"context"
	"errors"
	"fmt"

	"hoistway/dispatch/gateway"
	"hoistway/scenarios"
	"hoistway/twin/study"
)

// Exit codes of all commands.
const (
	exitFine     = 0
	exitFailure  = 1 // usage, or reading or writing failed
	exitBadInput = 2 // a scenario, passenger list or result file is not valid
	exitMissed   = 3 // an expectation, or a baseline, was missed
	exitBroken   = 4 // an invariant of the twin broke, or a replay differed: our fault
	// 5, 6 and 7 are finding.ExitFindings and those that follow it.
	exitInterrupted = 130 // what was written is complete or absent
)

// badInput is a file the user named that cannot be used: missing, empty, a
// folder, or not what it should be.
type badInput struct{ err error }

func (b badInput) Error() string { return b.err.Error() }
func (b badInput) Unwrap() error { return b.err }

// missed is a figure that is worse than what was asked for. The figures
// themselves have been printed.
type missed struct{ text string }

func (m missed) Error() string { return m.text }

// missedf makes a missed error.
func missedf(format string, args ...any) error { return missed{fmt.Sprintf(format, args...)} }

// exitCode gives the code that an error ends the process with.
func exitCode(err error) int {
	var (
		audit    found
		broken   *study.Broken
		served   gateway.Broken
		differs  *gateway.Difference
		problems scenarios.Problems
		bad      badInput
		miss     missed
	)
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &broken), errors.As(err, &served), errors.As(err, &differs):
		return exitBroken
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &problems), errors.As(err, &bad):
		return exitBadInput
	case errors.As(err, &audit):
		return audit.code // of finding.Exit...
	case errors.As(err, &miss):
		return exitMissed
	}
	return exitFailure
}
