package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"hoistway/reports"
	"hoistway/twin/result"
)

func newReport() *cobra.Command {
	var (
		out   string
		force bool
	)
	cmd := &cobra.Command{
		Use:   "report RESULT...",
		Short: "Render a report again from result files",
		Long: `Report renders an HTML report from result files: result.json files, or the
folders that hold them. One file gives the report of that run, several give
one report over all. A comparison.json gives the report of that comparison.
A records.ndjson is summarised again first; records do not hold the
expectations, so its report has no verdict.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			render, err := renderer(args)
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
	cmd.Flags().BoolVar(&force, "force", false, "replace an existing file")
	return cmd
}

// renderer reads result files and says how their report is rendered.
func renderer(paths []string) (func(io.Writer) error, error) {
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
