package main

import "github.com/spf13/cobra"

// outputFlags say where results go and what is printed.
type outputFlags struct {
	out    string
	force  bool
	format string
}

// add declares the flags; what says in words what the folder will hold.
func (o *outputFlags) add(cmd *cobra.Command, what string) {
	cmd.Flags().StringVar(&o.out, "out", "", what+" into this new `FOLDER`")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace an existing output folder")
	cmd.Flags().StringVar(&o.format, "format", formatText, "what is printed: text or json")
}
