package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"hoistway/reports"
	"hoistway/twin/result"
	"hoistway/twin/study"
)

const aboutCompare = `Compare holds dispatchers, or ways of calling, against each other on the same
passengers. The first one is the base; every other is given as a paired
difference to it, with a t-interval over replications. Of ways of calling the
base is the one without calls from the phone, in whatever order they are named.

A scenario with several dispatchers is simulated:

  hoistway compare office-lunch --dispatcher eta,etd --replications 20

What calling from the phone gives people, knowing their walk beforehand, and
what it costs, against the same people walking to the landing and pressing:

  hoistway compare residential-tower --calls remote,buttons

The gain is claimed only where its interval lies above 0. It is held to a bound:
nobody gains more than the smaller of their wait and their walk.

Result files of earlier runs are only read; they must be of the same scenario,
seed and replications:

  hoistway compare before/result.json after/result.json`

// compareFlags are those of compare.
type compareFlags struct {
	scenarioFlags
	studyFlags
	callsFlag
	outputFlags
}

func newCompare() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare SCENARIO --dispatcher A,B... | compare SCENARIO --calls remote,buttons | compare RESULT RESULT...",
		Short: "Compare dispatchers, or calls from the phone with buttons, on the same passengers",
		Long:  aboutCompare,
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return compare(cmd, args, &f) },
	}
	f.scenarioFlags.add(cmd)
	f.studyFlags.add(cmd)
	f.callsFlag.add(cmd, "ways of calling to compare, `remote,buttons`: from the phone as the scenario says, and the same people at the landing")
	f.outputFlags.add(cmd, "write the comparison and its runs")
	return cmd
}

func compare(cmd *cobra.Command, args []string, f *compareFlags) error {
	if err := checkFormat(f.format); err != nil {
		return err
	}
	if err := f.studyFlags.check(cmd); err != nil {
		return err
	}
	if err := f.callsFlag.check(); err != nil {
		return err
	}
	simulate := len(f.dispatchers)+len(f.calls) > 0
	switch {
	case simulate && len(args) > 1:
		return errors.New("compare takes one scenario with --dispatcher A,B or --calls remote,buttons, or result files without them")
	case simulate && len(f.policies())*len(f.ways()) < 2 && len(f.calls) == 0:
		return fmt.Errorf("--dispatcher %s: name at least two to compare", f.dispatchers[0])
	case simulate && len(f.policies())*len(f.ways()) < 2:
		return fmt.Errorf("--calls %s: name both ways to compare, --calls remote,buttons", f.calls[0])
	case !simulate && len(args) < 2:
		return fmt.Errorf("comparing %s with what? Name dispatchers with --dispatcher A,B, or give several result files", args[0])
	}
	var (
		files []*result.File
		out   *folder
		err   error
	)
	if simulate {
		files, out, err = simulateAll(cmd, args[0], f)
	} else if files, err = readResults(args); err == nil {
		out, err = openOutput(f.out, f.force)
	}
	defer out.discard()
	if err != nil {
		return err
	}
	c, err := result.Compare(files)
	if err != nil {
		if simulate {
			return err
		}
		return badInput{err}
	}
	write := result.WriteComparisonText
	if f.format == formatJSON {
		write = result.WriteComparison
	}
	if err := write(cmd.OutOrStdout(), c); err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	for _, w := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{fileComparison, func(w io.Writer) error { return result.WriteComparison(w, c) }},
		{fileComparisonCSV, func(w io.Writer) error { return result.WriteComparisonCSV(w, c) }},
		{fileReport, func(w io.Writer) error { return reports.Comparison(w, c) }},
	} {
		if err := writeFile(filepath.Join(out.work, w.name), w.write); err != nil {
			return err
		}
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	if err := out.commit(); err != nil {
		return err
	}
	if f.format == formatText {
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nreport: %s\n", filepath.Join(f.out, fileReport))
	}
	return err
}

// arms are the ways of calling with the base first: a comparison of them says
// what calling from the phone adds.
func (f *compareFlags) arms() []string {
	arms := slices.Clone(f.ways())
	if i := slices.Index(arms, result.CallsButtons); i > 0 {
		arms[0], arms[i] = arms[i], arms[0]
	}
	return arms
}

// simulateAll runs a scenario under each dispatcher and way of calling. The output folder is
// opened once the scenario is known to be valid, and takes what each run left.
func simulateAll(cmd *cobra.Command, ref string, f *compareFlags) (files []*result.File, out *folder, err error) {
	cases, err := f.load(ref)
	if err != nil {
		return nil, nil, err
	}
	if err := f.somebodyCalls(cases[0]); err != nil {
		return nil, nil, err
	}
	o, err := f.options(cmd, ref, &f.scenarioFlags, cases)
	if err != nil {
		return nil, nil, err
	}
	if out, err = openOutput(f.out, f.force); err != nil {
		return nil, nil, err
	}
	noteLeftOut(cmd.ErrOrStderr(), cases[0])
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.clear()
	o.Progress = bar.step
	for _, policy := range f.policies() {
		for _, way := range f.arms() {
			o.Dispatcher, o.Buttons = policy, way == result.CallsButtons
			name := study.DispatcherName(cases[0], policy)
			if len(f.calls) > 0 {
				name += "-" + way
			}
			bar.label = cases[0].Name + " " + name
			bar.step(0, o.Replications)
			dir := ""
			if out != nil {
				dir = filepath.Join(out.work, cases[0].Name, name)
			}
			file, _, err := runOne(cmd.Context(), cases, o, dir)
			if err != nil {
				return nil, out, err
			}
			files = append(files, file)
		}
	}
	return files, out, nil
}
