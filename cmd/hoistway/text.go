package main

import (
	"io"

	"hoistway/twin/result"
	"hoistway/twin/study"
)

// printText prints the summary of one run, or of several with a table over
// all. What a run cost is added for a person at a terminal.
func printText(w io.Writer, files []*result.File, machines []study.Machine) error {
	if err := result.WriteText(w, files); err != nil {
		return err
	}
	for _, m := range machines {
		if _, err := io.WriteString(w, speedLine(m)); err != nil {
			return err
		}
	}
	return nil
}
