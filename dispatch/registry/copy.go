package registry

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// copyPrefix begins the names of folders with copies of stores that Verify
// makes within Dir, and removes.
const copyPrefix = "verifying-"

// mostRounds bounds how often a copy looks for tables that compactions have
// made since it last looked.
const mostRounds = 50

// copyTo copies the files of a store in use into an empty folder: the logs and
// the manifest while nobody writes, and then the tables that the manifest
// names. A compaction may replace these meanwhile; then another round has only
// the new ones to copy.
func (s *store) copyTo(dir string) error {
	if !s.gate.TryRLock() {
		return errClosed
	}
	defer s.gate.RUnlock()
	// Tables that no level has any more are gone, so that none is passed over.
	if err := errors.Join(s.forsaken(), s.sync()); err != nil {
		return err
	}
	for range mostRounds {
		if err := s.alone(func() error { return copyLogs(s.dir(), dir) }); err != nil {
			return fmt.Errorf("copy of store %s: %w", s.name, err)
		}
		complete, err := copyTables(s.dir(), dir)
		if err != nil {
			return fmt.Errorf("copy of store %s: %w", s.name, err)
		}
		if complete {
			return nil
		}
	}
	return fmt.Errorf("copy of store %s: its tables changed in each of %d rounds; try again when less is written", s.name, mostRounds)
}

// copyLogs copies everything but tables anew.
func copyLogs(from, to string) error {
	old, err := os.ReadDir(to)
	if err != nil {
		return err
	}
	for _, f := range old {
		if filepath.Ext(f.Name()) != ".sst" {
			if err := os.Remove(filepath.Join(to, f.Name())); err != nil {
				return err
			}
		}
	}
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	// A log that is written into a table meanwhile vanishes only after the
	// manifest names the table, so the manifest comes last.
	for _, f := range files {
		if name := f.Name(); filepath.Ext(name) != ".sst" && name != "LOCK" && name != badger.ManifestFilename {
			if _, err := copyFile(from, to, name); err != nil {
				return err
			}
		}
	}
	_, err = copyFile(from, to, badger.ManifestFilename)
	return err
}

// copyTables copies the tables that the copied manifest names and that are not
// there yet, and removes those that it does not name. It tells whether all are
// there.
func copyTables(from, to string) (complete bool, err error) {
	tables, err := manifestTables(to)
	if err != nil {
		return false, err
	}
	named := map[string]bool{}
	complete = true
	for id := range tables {
		name := table.IDToFilename(id)
		named[name] = true
		if _, err := os.Stat(filepath.Join(to, name)); err == nil {
			continue
		}
		copied, err := copyFile(from, to, name)
		if err != nil {
			return false, err
		}
		complete = complete && copied
	}
	files, err := os.ReadDir(to)
	if err != nil {
		return false, err
	}
	for _, f := range files {
		if filepath.Ext(f.Name()) == ".sst" && !named[f.Name()] {
			if err := os.Remove(filepath.Join(to, f.Name())); err != nil {
				return false, err
			}
		}
	}
	return complete, nil
}

// copyFile copies the parts of a file that are not holes. It tells false, and
// leaves no copy, when the file vanished before it was copied to its end.
func copyFile(from, to, name string) (copied bool, err error) {
	in, err := os.Open(filepath.Join(from, name))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer in.Close()
	before, err := in.Stat()
	if err != nil {
		return false, err
	}
	if before.Size() == 0 && filepath.Ext(name) == ".sst" {
		return false, nil // on its way to be deleted, see below
	}
	out, err := os.OpenFile(filepath.Join(to, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return false, err
	}
	err = eachExtent(in, 0, func(offset, size int64) error {
		_, err := io.Copy(io.NewOffsetWriter(out, offset), io.NewSectionReader(in, offset, size))
		return err
	})
	if err = errors.Join(err, out.Truncate(before.Size()), out.Close()); err != nil {
		return false, err
	}
	// Badger empties a file before it deletes it.
	after, err := in.Stat()
	if err != nil {
		return false, err
	}
	if after.Size() != before.Size() {
		return false, os.Remove(out.Name())
	}
	return true, nil
}

// removeCopies deletes what a crash left of Verify's copies.
func removeCopies(dir string) error {
	if dir == "" {
		return nil
	}
	left, err := filepath.Glob(filepath.Join(dir, copyPrefix+"*"))
	for _, folder := range left {
		err = errors.Join(err, os.RemoveAll(folder))
	}
	return err
}
