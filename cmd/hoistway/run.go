package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hoistway/reports"
	"hoistway/scenarios"
	"hoistway/twin/result"
	"hoistway/twin/study"
)

const aboutRun = `Run simulates scenarios and prints the service people got. A scenario is the
name of one in the library (see list) or the path of a TOML file.

With --out, a folder takes result.json, records.ndjson, summary.csv, junit.xml
(one test case per expectation) and report.html; several scenarios or
dispatchers get a folder each below it, SCENARIO/DISPATCHER, and one report
over all. The folder appears complete or not at all. For the same version and
input its files are the same bytes.

--evidence leaves what the Remote Call and Flow services stored, logged, counted
and sent in the first replication: stores, keys, logs, metrics, wire, exports,
reports, and truth, which says who did what and holds every value that somebody
entered. People, names and identifiers are synthetic and differ from run to run;
what the lifts did does not.

--format json prints one object per run, a line each. Means that would mislead
are null, and withheld_reason says why. cpu_seconds is processor time from
first event to summary, checkers and digest on, summed over replications: of
the whole process with one worker, else of the threads that simulate. A run
below 50 ms is simulated again, without records, until 100 ms are spent in all
(at most 200 times); the median is printed, and a digest that differs between
two passes ends with exit code 4. These machine figures go to standard output
only: with json, and as a line "speed" when text goes to a terminal.`

// runFlags are those of run.
type runFlags struct {
	scenarioFlags
	studyFlags
	outputFlags
	calls    callsFlag
	trace    string
	evidence string
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run SCENARIO...",
		Short: "Simulate scenarios and report the service people got",
		Long:  aboutRun,
		Example: `  hoistway run office-lunch --out out
  hoistway run office-lunch --dispatcher eta,etd --replications 10
  hoistway run peer-std --passengers 'lists/std-*.csv' --format json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, refs []string) error { return run(cmd, refs, &f) },
	}
	f.scenarioFlags.add(cmd)
	f.studyFlags.add(cmd)
	f.calls.add(cmd, "how people call, `remote` or buttons: from the phone as the scenario says, or the same people at the landing")
	cmd.Flags().IntVar(&f.only, "replication", 0, "run only this replication, counted from 0, just as in the whole study")
	f.outputFlags.add(cmd, "write all results")
	cmd.Flags().StringVar(&f.evidence, "evidence", "", "leave what the services stored, logged and sent in the first replication in this new `FOLDER`, with the truth to audit it against")
	cmd.Flags().StringVar(&f.trace, "trace", "", "write every event and command of the first replication to this `FILE`")
	return cmd
}

// Formats of what is printed.
const (
	formatText = "text"
	formatJSON = "json"
)

// checkFormat refuses a format that is not one of them.
func checkFormat(format string) error {
	if format != formatText && format != formatJSON {
		return fmt.Errorf("--format %s: known are text and json", format)
	}
	return nil
}

// run simulates every scenario under every dispatcher.
func run(cmd *cobra.Command, refs []string, f *runFlags) (err error) {
	if err := checkFormat(f.format); err != nil {
		return err
	}
	if err := f.check(cmd); err != nil {
		return err
	}
	if err := f.calls.check(); err != nil {
		return err
	}
	if len(f.calls.calls) > 1 {
		return errors.New("--calls: a run has one way of calling; compare holds both against each other")
	}
	runs := len(refs) * len(f.policies())
	for _, one := range []struct{ flag, value string }{{"trace", f.trace}, {"evidence", f.evidence}} {
		if one.value != "" && runs > 1 {
			return fmt.Errorf("--%s %s: it is of one run, and this is %d: name one scenario and one dispatcher", one.flag, one.value, runs)
		}
	}
	if err := apart("out", f.out, "evidence", f.evidence); err != nil {
		return err
	}
	all, err := loadAll(refs, &f.scenarioFlags)
	if err != nil {
		return err
	}
	// Every study is checked before the first one starts.
	options := make([]study.Options, len(all))
	for i, cases := range all {
		if options[i], err = f.options(cmd, refs[i], &f.scenarioFlags, cases); err != nil {
			return err
		}
		options[i].Buttons = f.calls.ways()[0] == result.CallsButtons
	}
	for _, cases := range all {
		noteLeftOut(cmd.ErrOrStderr(), cases[0])
	}
	out, err := openOutput(f.out, f.force)
	if err != nil {
		return err
	}
	defer out.discard()
	evidence, err := f.openEvidence(all[0][0], &options[0])
	if err != nil {
		return err
	}
	defer evidence.discard()
	trace, err := openTrace(f.trace)
	if err != nil {
		return err
	}
	defer trace.discard()

	bar := newProgress(cmd.ErrOrStderr())
	defer bar.clear()
	stdout := cmd.OutOrStdout()
	var (
		files    []*result.File
		machines []study.Machine
	)
	for i, cases := range all {
		for _, policy := range f.policies() {
			o := options[i]
			o.Dispatcher = policy
			o.Trace = trace.writer()
			bar.label = cases[0].Name + " " + study.DispatcherName(cases[0], policy)
			o.Progress = bar.step
			bar.step(0, o.Replications)
			if f.format == formatJSON || isTerminal(stdout) {
				o.Meter = newMeter(min(o.Parallel, o.Replications))
			}
			dir := ""
			if out != nil {
				dir = out.work
				if len(all)*len(f.policies()) > 1 {
					dir = filepath.Join(dir, cases[0].Name, study.DispatcherName(cases[0], policy))
				}
			}
			file, machine, err := runOne(cmd.Context(), cases, o, dir)
			bar.clear()
			if err != nil {
				return err
			}
			files = append(files, file)
			machines = append(machines, machine)
			if f.format == formatJSON {
				if err := writeLine(stdout, file, machine); err != nil {
					return err
				}
			}
		}
	}
	if f.format == formatText {
		if err := printText(stdout, files, machines); err != nil {
			return err
		}
	}
	if out != nil {
		if len(files) > 1 {
			if err := writeIndex(out.work, files); err != nil {
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
			fmt.Fprintf(stdout, "\nreport: %s\n", filepath.Join(f.out, fileReport))
		}
	}
	if evidence != nil {
		if err := commitEvidence(evidence, files[0]); err != nil {
			return err
		}
		if f.format == formatText {
			fmt.Fprintf(stdout, "\nevidence: %s\n", f.evidence)
		}
	}
	if err := trace.commit(); err != nil {
		return err
	}
	return verdict(files)
}

// runOne runs one study and, unless dir is "", writes its files there.
func runOne(ctx context.Context, cases []*scenarios.Scenario, o study.Options, dir string) (*result.File, study.Machine, error) {
	if dir == "" {
		return study.Run(ctx, cases, o)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, study.Machine{}, err
	}
	records, err := study.CreateRecords(filepath.Join(dir, fileRecords), study.NewHeader(cases, o), o.First)
	if err != nil {
		return nil, study.Machine{}, err
	}
	o.Records = records
	file, machine, err := study.Run(ctx, cases, o)
	if err := records.Finish(err); err != nil {
		return nil, machine, err
	}
	return file, machine, writeResults(dir, file)
}

// writeResults writes a run's files but for its records.
func writeResults(dir string, file *result.File) error {
	files := []*result.File{file}
	for _, w := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{fileResult, func(w io.Writer) error { return result.Write(w, file) }},
		{fileSummary, func(w io.Writer) error { return result.WriteCSV(w, files) }},
		{fileJUnit, func(w io.Writer) error { return result.WriteJUnit(w, files) }},
		{fileReport, func(w io.Writer) error { return reports.Run(w, file) }},
	} {
		if err := writeFile(filepath.Join(dir, w.name), w.write); err != nil {
			return err
		}
	}
	return nil
}

// writeIndex writes what stands above the folders of several runs.
func writeIndex(dir string, files []*result.File) error {
	if err := writeFile(filepath.Join(dir, fileSummary), func(w io.Writer) error { return result.WriteCSV(w, files) }); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, fileJUnit), func(w io.Writer) error { return result.WriteJUnit(w, files) }); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, fileReport), func(w io.Writer) error { return reports.Several(w, files) })
}

// verdict is a missed error when an expectation failed in any of the files.
func verdict(files []*result.File) error {
	failed, total := 0, 0
	first := ""
	for _, f := range files {
		for _, v := range f.Verdicts {
			if v.Unasked != "" {
				continue
			}
			total++
			if v.Pass {
				continue
			}
			failed++
			if first == "" {
				first = fmt.Sprintf("%s under %s: %s: %s", f.Header.Scenario, f.Header.Dispatcher, v.Text, v.Why)
			}
		}
	}
	if failed == 0 {
		return nil
	}
	return missedf("%d of %d %s missed, first %s", failed, total, plural(total, "expectation"), first)
}
