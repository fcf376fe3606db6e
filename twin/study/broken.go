package study

import (
	"fmt"
	"strings"

	"hoistway/twin/check"
)

// Broken says that a replication broke an invariant: a checker's rule, the
// promise that the same input gives the same digest, or an assertion of the
// code itself. It is our fault, never the scenario's.
type Broken struct {
	Scenario    string
	Dispatcher  string
	Seed        uint64
	Replication int
	Version     string            // of hoistway
	Repeat      string            // the command that repeats this replication alone
	Violations  []check.Violation // of the checkers; nil for the other two
	Cause       string            // digests that differ, or a panic with its stack; "" for violations
}

// shown bounds the violations an error prints; the rest are counted.
const shown = 10

// Error tells what broke, where, and the command that repeats it.
func (b *Broken) Error() string {
	var t strings.Builder
	fmt.Fprintf(&t, "invariant broken in scenario %s, dispatcher %s, seed %d, replication %d (hoistway %s)\n",
		b.Scenario, b.Dispatcher, b.Seed, b.Replication, b.Version)
	for i, v := range b.Violations {
		if i == shown {
			fmt.Fprintf(&t, "  and %d more\n", len(b.Violations)-shown)
			break
		}
		fmt.Fprintf(&t, "  at %v: %s: %s\n", v.At, v.Rule, v.Text)
	}
	if b.Cause != "" {
		fmt.Fprintf(&t, "  %s\n", strings.ReplaceAll(strings.TrimRight(b.Cause, "\n"), "\n", "\n  "))
	}
	fmt.Fprintf(&t, "repeat with: %s", b.Repeat)
	return t.String()
}
