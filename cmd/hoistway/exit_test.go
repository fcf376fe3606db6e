package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"hoistway/dispatch/gateway"
	"hoistway/scenarios"
	"hoistway/twin/study"
)

// TestExitCode gives every code through an error that is wrapped and joined.
func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		sentence string
		err      error
		want     int
	}{
		{"nothing went wrong", nil, 0},
		{"a flag was wrong", errors.New("unknown flag: --x"), 1},
		{"a file could not be written", fmt.Errorf("writing: %w", fs.ErrPermission), 1},
		{"a scenario has faults", fmt.Errorf("loading: %w", scenarios.Problems{{Message: "no floors"}}), 2},
		{"a file is not valid, one of several", errors.Join(badInput{errors.New("empty")}, errors.New("and another")), 2},
		{"a missing file is bad input when a user named it", badInput{fs.ErrNotExist}, 2},
		{"an expectation was missed", fmt.Errorf("run: %w", missedf("1 of 2")), 3},
		{"a checker reported a violation", fmt.Errorf("run: %w", &study.Broken{}), 4},
		{"a replay differed", fmt.Errorf("x.journal: %w", &gateway.Difference{}), 4},
		{"an invariant that broke matters more than the interruption after it", errors.Join(context.Canceled, &study.Broken{}), 4},
		{"somebody pressed Ctrl-C", fmt.Errorf("run: %w", context.Canceled), 130},
		{"somebody pressed Ctrl-C while a file was written", errors.Join(context.Canceled, fs.ErrClosed), 130},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.sentence, got, c.want)
		}
	}
}
