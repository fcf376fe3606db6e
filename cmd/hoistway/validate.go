package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newValidate() *cobra.Command {
	var f scenarioFlags
	cmd := &cobra.Command{
		Use:   "validate SCENARIO...",
		Short: "Check scenarios without running them",
		Long: `Validate reads scenarios and reports all faults of all of them at once, each
with its place, what was expected and the nearest known key. It ends with
exit code 2 when there is any.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, refs []string) error {
			all, err := loadAll(refs, &f)
			for _, cases := range all {
				sc := cases[0]
				population, cars := 0, 0
				for _, floor := range sc.Building.Floors {
					population += floor.Population
				}
				for _, b := range sc.Banks {
					cars += len(b.Cars)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: valid: %d floors, %d people, %d %s with %d %s, %d %s\n", sc.Source,
					len(sc.Building.Floors), population, len(sc.Banks), plural(len(sc.Banks), "bank"), cars, plural(cars, "car"),
					len(sc.Expect), plural(len(sc.Expect), "expectation"))
			}
			return err
		},
	}
	f.add(cmd)
	return cmd
}
