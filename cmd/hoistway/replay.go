package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"hoistway/dispatch"
	"hoistway/dispatch/gateway"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/live"
)

func newReplay() *cobra.Command {
	return &cobra.Command{
		Use:   "replay JOURNAL",
		Short: "Step fresh group controllers through the journal of serve",
		Long: `Replay puts the events of a journal (hoistway serve --journal) to group
controllers fresh from the start, and compares what they command with what the
journal says. It ends with exit code 4 at the first difference, which it prints,
and with 2 for a file that is no whole journal.

Buildings are made from the scenarios in the journal's first line. Passenger lists
that they name are looked for beside the journal.`,
		Example: `  hoistway replay lunch.journal`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			done, err := replay(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: the same: %d %s, %d %s, %d %s, %v\n", args[0], done.Events, plural(done.Events, "event"),
				done.Commands, plural(done.Commands, "command"), done.Groups, plural(done.Groups, "group"), done.Until)
			return err
		},
	}
}

// replay steps fresh controllers through the journal in a file.
func replay(path string) (gateway.Replayed, error) {
	file, err := os.Open(path)
	if err != nil {
		return gateway.Replayed{}, badInput{err}
	}
	defer file.Close()
	done, err := gateway.Replay(file, func(head gateway.JournalHead) ([][]dispatch.Config, error) { return configs(path, head) })
	if err == nil && done.Events == 0 {
		err = errors.New("the journal has no events: nothing was compared")
	}
	var differs *gateway.Difference
	switch {
	case err == nil:
		return done, nil
	case errors.As(err, &differs):
		return done, fmt.Errorf("%s: %w", path, err)
	}
	return done, badInput{fmt.Errorf("%s: %w", path, err)}
}

// configs are what a journal's scenarios tell its group controllers, by building
// and bank. Many of its buildings may be copies of one.
func configs(path string, head gateway.JournalHead) ([][]dispatch.Config, error) {
	var all [][]dispatch.Config
	known := map[string][]dispatch.Config{}
	for i, text := range head.Scenarios {
		if known[text] == nil {
			sc, err := scenarios.Parse(fmt.Sprintf("%s, building %d", path, i+1), []byte(text), scenarios.Options{Dispatchers: twin.Dispatchers()})
			if err != nil {
				return nil, err
			}
			if known[text], err = live.Configs(sc, head.Dispatcher); err != nil {
				return nil, err
			}
		}
		all = append(all, known[text])
	}
	return all, nil
}
