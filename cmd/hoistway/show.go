package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func newShow() *cobra.Command {
	var (
		f       scenarioFlags
		sources bool
	)
	cmd := &cobra.Command{
		Use:   "show SCENARIO",
		Short: "Print a scenario with all defaults filled in",
		Long: `Show prints a scenario as TOML with all defaults filled in, so that it can be
saved and run again with the same result. With --sources it prints each
setting with where its value comes from instead.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cases, err := f.load(args[0])
			if err != nil {
				return err
			}
			if len(cases) > 1 {
				return fmt.Errorf("--passengers %s finds %d lists: a scenario is shown with one", f.passengers, len(cases))
			}
			if !sources {
				_, err := io.WriteString(cmd.OutOrStdout(), cases[0].Canonical())
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range cases[0].Settings() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", s.Key, s.Value, s.Source)
			}
			return w.Flush()
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&sources, "sources", false, "print each setting with the source of its value")
	return cmd
}
