package main

import (
	"github.com/spf13/cobra"
)

const about = `Hoistway is a digital twin of elevator banks: it runs the production dispatcher
against scripted people in virtual time and reports the service they got.

Exit codes: 0 fine, 1 usage or reading or writing failed, 2 a scenario,
passenger list, journal or result file is not valid, 3 an expectation was
missed, 4 an invariant broke or a replay differed (our fault), 5 audit findings,
6 an audit that is not complete, 7 a wrong writer survived the self-test, 130
interrupted.`

// newRoot builds the command tree. Nothing is shared between two trees.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "hoistway",
		Short: "Digital twin of elevator banks",
		Long:  about,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// Errors are printed once, by main, and usage is a --help away.
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newRun(), newCompare(), newReport(), newValidate(), newList(), newShow(), newVersion(), newBench(), newSubject(), newAudit(), newServe(), newReplay(), newConform(), newLoad())
	return root
}
