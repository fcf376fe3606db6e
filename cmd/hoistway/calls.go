package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"hoistway/scenarios"
	"hoistway/twin/result"
)

// callsFlag says how people call: from the phone as the scenario says, or at
// the landing alone.
type callsFlag struct{ calls []string }

func (c *callsFlag) add(cmd *cobra.Command, usage string) {
	cmd.Flags().StringSliceVar(&c.calls, "calls", nil, usage)
}

// check refuses ways of calling that there are not, and one named twice.
func (c *callsFlag) check() error {
	for i, way := range c.calls {
		if way != result.CallsRemote && way != result.CallsButtons {
			return fmt.Errorf("--calls %s: known are %s, from the phone as the scenario says, and %s, where those people walk to the landing and press", way, result.CallsRemote, result.CallsButtons)
		}
		if slices.Contains(c.calls[:i], way) {
			return fmt.Errorf("--calls %s: it is named twice", way)
		}
	}
	return nil
}

// ways are the ways of calling to simulate.
func (c *callsFlag) ways() []string {
	if len(c.calls) == 0 {
		return []string{result.CallsRemote}
	}
	return c.calls
}

// somebodyCalls refuses to compare ways of calling where nobody calls.
func (c *callsFlag) somebodyCalls(sc *scenarios.Scenario) error {
	if len(c.calls) == 0 || slices.ContainsFunc(sc.Tenants, func(t scenarios.Tenant) bool { return t.RemoteShare > 0 }) {
		return nil
	}
	return fmt.Errorf("--calls: nobody in %s calls from the phone, so there is nothing to choose: give a tenant a share of remote calls, such as --set tenant.NAME.remote=50%%", sc.Name)
}
