package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hoistway/privacyaudit/finding"
	"hoistway/reports"
	"hoistway/twin/result"
)

func newReport() *cobra.Command {
	var (
		out   string
		audit string
		force bool
	)
	cmd := &cobra.Command{
		Use:   "report RESULT... [--audit FILE]",
		Short: "Render a report again from result files",
		Long: `Report renders an HTML report from result files: result.json files, or the
folders that hold them. One file gives the report of that run, several give
one report over all. A comparison.json gives the report of that comparison.
A records.ndjson is summarised again first; records do not hold the
expectations, so its report has no verdict.

With --audit, the report of one run ends with what hoistway audit found in what
the run left; without a RESULT, it is the report of the audit alone.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			render, err := renderer(args, audit)
			if err != nil {
				return err
			}
			if out == "-" {
				return render(cmd.OutOrStdout())
			}
			if err := replaceFile(out, force, render); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "report: %s\n", out)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", fileReport, "write the report to this `FILE`; - is standard output")
	cmd.Flags().StringVar(&audit, "audit", "", "the `FILE` audit.json of an audit, or the folder that holds it, for the report of one run")
	cmd.Flags().BoolVar(&force, "force", false, "replace an existing file")
	return cmd
}

// renderer reads result files, and the findings of an audit where one is named,
// and says how their report is rendered.
func renderer(paths []string, audit string) (func(io.Writer) error, error) {
	if audit != "" {
		return auditRenderer(paths, audit)
	}
	if len(paths) == 0 {
		return nil, errors.New("report: name a result file, or the findings of an audit with --audit")
	}
	if len(paths) == 1 {
		if path := inFolder(paths[0], fileComparison); filepath.Base(path) == fileComparison {
			c, err := result.ReadComparison(path)
			if err != nil {
				return nil, badInput{err}
			}
			return func(w io.Writer) error { return reports.Comparison(w, c) }, nil
		}
	}
	files, err := readResults(paths)
	if err != nil {
		return nil, err
	}
	if len(files) == 1 {
		return func(w io.Writer) error { return reports.Run(w, files[0]) }, nil
	}
	return func(w io.Writer) error { return reports.Several(w, files) }, nil
}

// auditRenderer is the renderer of an audit, alone or with the run it is of.
func auditRenderer(paths []string, audit string) (func(io.Writer) error, error) {
	if len(paths) > 1 {
		return nil, errors.New("report: --audit belongs to one run: name one result file, or none")
	}
	found, err := readFindings(inFolder(audit, fileAudit))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return func(w io.Writer) error { return reports.Audit(w, found) }, nil
	}
	if filepath.Base(inFolder(paths[0], fileComparison)) == fileComparison {
		return nil, errors.New("report: --audit belongs to one run, and this is a comparison: name the result file of a run")
	}
	files, err := readResults(paths)
	if err != nil {
		return nil, err
	}
	return func(w io.Writer) error { return reports.AuditedRun(w, files[0], found) }, nil
}

// readFindings reads what an audit wrote.
func readFindings(path string) (*finding.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, badInput{err}
	}
	defer f.Close()
	found, err := finding.Read(f)
	if err != nil {
		return nil, badInput{fmt.Errorf("%s: %w", path, err)}
	}
	return found, nil
}

// readResults reads result files, or the ones that folders hold.
func readResults(paths []string) ([]*result.File, error) {
	var files []*result.File
	for _, path := range paths {
		read := result.Read
		if filepath.Ext(path) == filepath.Ext(fileRecords) {
			read = recompute
		}
		f, err := read(inFolder(path, fileResult))
		if err != nil {
			return nil, badInput{err}
		}
		files = append(files, f)
	}
	return files, nil
}

// recompute summarises a file of records again.
func recompute(path string) (*result.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := result.Recompute(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// inFolder gives the named file of a folder that holds it, else the path.
func inFolder(path, name string) string {
	inside := filepath.Join(path, name)
	if info, err := os.Stat(inside); err == nil && info.Mode().IsRegular() {
		return inside
	}
	return path
}

// replaceable says why a file cannot be written: it exists, or with force, it
// exists and is not a regular file.
func replaceable(target string, force bool) error {
	info, err := os.Lstat(target)
	switch {
	case err != nil:
		return nil // what else may be wrong shows on writing
	case !force:
		return errors.New("it exists: name another file, or replace it with --force")
	case !info.Mode().IsRegular():
		return errors.New("it exists and is not a file: name another one")
	}
	return nil
}

// replaceFile writes a file that appears complete or not at all, if it is
// replaceable.
func replaceFile(target string, force bool, write func(io.Writer) error) error {
	if err := replaceable(target, force); err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	stage, err := os.MkdirTemp(filepath.Dir(target), "."+filepath.Base(target)+".partial-*")
	if err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	defer os.RemoveAll(stage)
	work := filepath.Join(stage, filepath.Base(target))
	if err := writeFile(work, write); err != nil {
		return err
	}
	if err := os.Rename(work, target); err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	return nil
}
