package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"hoistway/scenarios"
	"hoistway/twin"
)

func newList() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios of the library and the dispatchers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			library := scenarios.Library()
			if format == formatJSON {
				for _, e := range library {
					text, err := json.Marshal(struct {
						Name        string `json:"name"`
						Title       string `json:"title"`
						Description string `json:"description"`
					}{e.Name, e.Title, e.Description})
					if err != nil {
						return err
					}
					fmt.Fprintf(w, "%s\n", text)
				}
				return nil
			}
			width := 0
			for _, e := range library {
				width = max(width, len(e.Name))
			}
			for _, e := range library {
				fmt.Fprintf(w, "%-*s  %s\n", width, e.Name, e.Title)
			}
			_, err := fmt.Fprintf(w, "\ndispatchers: %s\n", strings.Join(twin.Dispatchers(), ", "))
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", formatText, "what is printed: text or json (one scenario a line)")
	return cmd
}
