package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"hoistway/bench"
)

const aboutBench = `Bench runs the peer cases and holds waiting time, time to destination and speed
against a baseline, by default the committed one. Waiting is compared exactly:
the same simulation waits the same on every machine. Waiting longer than the
baseline is a regression, and so is a mean that is now withheld, or a passenger
that costs more than twice the processor time, as a multiple of a calibration
loop measured in the same run. A regression ends with exit code 3.

--update writes what was measured as the new baseline instead of comparing.`

func newBench() *cobra.Command {
	var (
		baseline, update string
		force            bool
	)
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Hold service and speed on the peer cases against a baseline",
		Long:  aboutBench,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cases := bench.PeerCases()
			var base bench.Baseline
			if update != "" {
				if err := replaceable(update, force); err != nil {
					return fmt.Errorf("--update %s: %w", update, err)
				}
			} else {
				var err error
				if base, err = readBaseline(baseline); err != nil {
					return err
				}
				cases = base.Cases()
			}
			now, err := bench.Measure(cmd.Context(), cases, version(), newMeter(1))
			if err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			for _, f := range now {
				if f.Withheld != "" {
					fmt.Fprintf(w, "%s under %s is withheld: %s\n", f.Scenario, f.Dispatcher, f.Withheld)
				}
			}
			if update != "" {
				text := bench.Baseline{Schema: bench.BaselineSchema, Figures: now}.Text()
				if err := replaceFile(update, force, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
					return err
				}
				_, err := fmt.Fprintf(w, "baseline of %d cases: %s\n", len(now), update)
				return err
			}
			return printFindings(w, base, now)
		},
	}
	cmd.Flags().StringVar(&baseline, "baseline", "", "compare with this `FILE` (default: the committed baseline)")
	cmd.Flags().StringVar(&update, "update", "", "write what was measured to this `FILE` as a baseline")
	cmd.Flags().BoolVar(&force, "force", false, "with --update, replace an existing file")
	return cmd
}

// readBaseline reads the baseline to compare with, "" for the committed one.
func readBaseline(path string) (bench.Baseline, error) {
	if path == "" {
		return bench.Committed()
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return bench.Baseline{}, badInput{err}
	}
	base, err := bench.ParseBaseline(path, text)
	if err != nil {
		return base, badInput{err}
	}
	return base, nil
}

// remedy writes a new baseline.
const remedy = "hoistway bench --update bench/baseline.json --force"

// printFindings prints figures beside their baseline; a regression is a missed
// error.
func printFindings(w io.Writer, base bench.Baseline, now []bench.Figure) error {
	findings, err := bench.Against(base, now)
	if err != nil {
		return missedf("%v", err)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "scenario\tdispatcher\tmeasure\tbaseline\tnow\t")
	count := map[bench.Verdict]int{}
	for _, f := range findings {
		count[f.Verdict]++
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%v\n", f.Scenario, f.Dispatcher, f.Measure, f.Base, f.Now, f.Verdict)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if worse := count[bench.Worse]; worse > 0 {
		return missedf("%d of %d figures are worse than the baseline; if that is meant, run %s and say why in the commit", worse, len(findings), remedy)
	}
	if better := count[bench.Better]; better > 0 {
		fmt.Fprintf(w, "%d of %d figures are better than the baseline; to hold what was gained, run %s\n", better, len(findings), remedy)
	}
	return nil
}
