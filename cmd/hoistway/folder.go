package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// folder is an output folder that comes into being whole: everything is
// written into a sibling, which takes the folder's name at the end.
type folder struct {
	target string // absolute
	stage  string // holds work, and the old output while it is replaced
	work   string // becomes target
	flag   string // that names it, for messages
	force  bool
	ours   func(dir string) error // says why a folder does not look like an earlier output
}

// openFolder refuses a folder that exists. With force it accepts one that
// hoistway wrote (see written) or that is empty, and replaces it in the end.
func openFolder(flag, target string, force bool, ours func(dir string) error) (*folder, error) {
	refuse := func(err error) (*folder, error) { return nil, fmt.Errorf("--%s %s: %w", flag, target, err) }
	abs, err := filepath.Abs(target)
	if err != nil {
		return refuse(err)
	}
	f := &folder{target: abs, flag: flag, force: force, ours: ours}
	if err := f.vacant(); err != nil {
		return refuse(err)
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o777); err != nil {
		return refuse(err)
	}
	if f.stage, err = os.MkdirTemp(filepath.Dir(abs), "."+filepath.Base(abs)+".partial-*"); err != nil {
		return refuse(err)
	}
	// A temporary folder is closed to others; the output has the usual mode.
	f.work = filepath.Join(f.stage, "new")
	if err := os.Mkdir(f.work, 0o777); err != nil {
		f.discard()
		return refuse(err)
	}
	return f, nil
}

// openOutput opens the folder of --out; "" gives none, the nil folder.
func openOutput(target string, force bool) (*folder, error) {
	if target == "" {
		return nil, nil
	}
	return openFolder("out", target, force, written)
}

// apart refuses two outputs of which one is or lies in the other: the second
// to be named would find the first there, or take its place.
func apart(flag, target, otherFlag, other string) error {
	if target == "" || other == "" {
		return nil
	}
	a, b := trueTarget(target), trueTarget(other)
	if a == b || strings.HasPrefix(a, b+string(filepath.Separator)) || strings.HasPrefix(b, a+string(filepath.Separator)) {
		return fmt.Errorf("--%s %s and --%s %s: one would take the place of the other: name two folders side by side", flag, target, otherFlag, other)
	}
	return nil
}

// trueTarget is the path of an output, absolute, with the links resolved in
// what exists of it. The output itself is replaced, never followed.
func trueTarget(target string) string {
	abs, err := filepath.Abs(target)
	if err != nil {
		return filepath.Clean(target) // opening it says why
	}
	rest := filepath.Base(abs)
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if dir == filepath.Dir(dir) {
			return abs
		}
		rest = filepath.Join(filepath.Base(dir), rest)
	}
}

// commit gives the folder its name. An older one is gone afterwards.
func (f *folder) commit() error {
	if err := f.vacant(); err != nil {
		return fmt.Errorf("--%s %s: %w", f.flag, f.target, err)
	}
	old := filepath.Join(f.stage, "old")
	replaced := false
	switch err := os.Rename(f.target, old); {
	case err == nil:
		replaced = true
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("replacing the old output: %w", err)
	}
	if err := os.Rename(f.work, f.target); err != nil {
		if replaced {
			err = errors.Join(err, os.Rename(old, f.target))
		}
		return fmt.Errorf("naming the output: %w", err)
	}
	return nil
}

// discard removes what is not committed.
func (f *folder) discard() {
	if f != nil {
		_ = os.RemoveAll(f.stage)
	}
}

// vacant says why the folder cannot be written, nil if it can.
func (f *folder) vacant() error {
	info, err := os.Lstat(f.target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !f.force:
		return errors.New("it exists: name another folder, or replace it with --force")
	case !info.IsDir():
		return errors.New("it exists and is not a folder: name another one")
	}
	return f.ours(f.target)
}

// written says why a folder does not look like an earlier output, so that
// --force with a slip of the keyboard does not take somebody's files.
func written(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if isOutput(e.Name()) && e.Type().IsRegular() {
			continue
		}
		if e.IsDir() && written(filepath.Join(dir, e.Name())) == nil {
			continue
		}
		return fmt.Errorf("it holds %s, which hoistway did not write: name another folder", e.Name())
	}
	return nil
}

// Files of an output folder.
const (
	fileResult        = "result.json"
	fileRecords       = "records.ndjson"
	fileSummary       = "summary.csv"
	fileJUnit         = "junit.xml"
	fileReport        = "report.html"
	fileComparison    = "comparison.json"
	fileComparisonCSV = "comparison.csv"
	fileLoad          = "load.json"
	fileLoadReport    = "load.html"
)

// isOutput tells whether an output folder may hold a file of that name.
func isOutput(name string) bool {
	switch name {
	case fileResult, fileRecords, fileSummary, fileJUnit, fileReport, fileComparison, fileComparisonCSV, fileLoad, fileLoadReport:
		return true
	}
	return false
}

// writeFile writes one file of an output folder through a function.
func writeFile(path string, write func(w io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(f, 1<<16)
	if err := errors.Join(write(buffer), buffer.Flush(), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}
