package main

import (
	"fmt"
	"io"
	"slices"

	"hoistway/scenarios"
)

// noteLeftOut says what of a scenario is for a building that is served over the
// network, so that nobody takes it for judged or played by a simulation.
func noteLeftOut(w io.Writer, sc *scenarios.Scenario) {
	note := func(n int, what, command string) {
		if n > 0 {
			verb := "is"
			if n > 1 {
				verb = "are"
			}
			fmt.Fprintf(w, "%s: %d %s %s for hoistway %s, and left out here\n", sc.Name, n, plural(n, what), verb, command)
		}
	}
	judged := slices.DeleteFunc(slices.Clone(sc.Expect), func(e scenarios.Expectation) bool { return !e.ForLoad() })
	note(len(judged), "expectation", "load")
	played := slices.DeleteFunc(slices.Clone(sc.Faults), func(f scenarios.Fault) bool { return !f.Kind.ServedOnly() })
	note(len(played), "fault", "serve")
}
