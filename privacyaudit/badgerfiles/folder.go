package badgerfiles

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Kind is what a file of the directory is for.
type Kind string

// The kinds of files.
const (
	KindTable       Kind = "table"        // NNNNNN.sst
	KindMemtable    Kind = "memtable"     // NNNNN.mem
	KindValueLog    Kind = "value log"    // NNNNNN.vlog
	KindManifest    Kind = "manifest"     // MANIFEST
	KindKeyRegistry Kind = "key registry" // KEYREGISTRY
	KindDiscard     Kind = "discard"      // DISCARD
	KindLock        Kind = "lock"         // LOCK
	KindUnknown     Kind = "unknown"      // anything else, folders and links too
)

// File is one entry of the directory.
type File struct {
	Name   string
	Size   int64  // in bytes, holes included
	SHA256 string // of the whole content in hex; empty when it could not be read
	Kind   Kind
	Orphan bool // a table that no readable manifest names: left behind by the database, or slipped in
}

// list notes the files of the directory. Only regular files are ever opened: a
// link would lead out of the copy, and a pipe would not end.
func (r *reading) list() error {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return fmt.Errorf("reading a Badger directory: %w", err)
	}
	for _, e := range entries {
		file := File{Name: e.Name(), Kind: KindUnknown}
		info, err := e.Info()
		switch {
		case err != nil:
			r.problem(e.Name(), "cannot be looked up: %s", cause(err))
		case !info.Mode().IsRegular():
			r.problem(e.Name(), "is no regular file (%s); it was not opened", info.Mode().Type())
		default:
			file.Size = info.Size()
			file.Kind = kindOf(e.Name())
			if file.Kind == KindUnknown {
				r.problem(e.Name(), "is no file that Badger writes; its content was not decoded")
			}
			if file.Size == 0 && file.Kind != KindLock {
				r.problem(e.Name(), "is empty")
			}
		}
		if file.Kind == KindTable {
			r.store.Tables++
		}
		r.store.Files = append(r.store.Files, file)
	}
	return nil
}

func kindOf(name string) Kind {
	switch name {
	case "MANIFEST":
		return KindManifest
	case "KEYREGISTRY":
		return KindKeyRegistry
	case "DISCARD":
		return KindDiscard
	case "LOCK":
		return KindLock
	}
	switch ext := filepath.Ext(name); ext {
	case ".sst":
		if id, ok := fileID(name, ext); ok && tableName(id) == name {
			return KindTable
		}
	case ".mem":
		if id, ok := fileID(name, ext); ok && fmt.Sprintf("%05d.mem", id) == name {
			return KindMemtable
		}
	case ".vlog":
		if id, ok := fileID(name, ext); ok && id < 1<<32 && fmt.Sprintf("%06d.vlog", id) == name {
			return KindValueLog
		}
	}
	return KindUnknown
}

func tableName(id uint64) string { return fmt.Sprintf("%06d.sst", id) }

func fileID(name, ext string) (uint64, bool) {
	id, err := strconv.ParseUint(strings.TrimSuffix(name, ext), 10, 63)
	return id, err == nil
}

// openFile is the first look at file i: its hash, and what the merge has to
// know of it.
func (r *reading) openFile(worker, i int) error {
	file := &r.store.Files[i] // one worker for each file
	if file.Kind == KindUnknown && file.Size == 0 {
		return nil
	}
	f, err := r.open(file.Name)
	if err != nil {
		r.problem(file.Name, "cannot be opened: %s", cause(err))
		return nil
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.CopyBuffer(h, onlyReader{f}, r.copyBuffer(worker))
	switch {
	case err != nil:
		r.problem(file.Name, "cannot be read: %s", cause(err))
		return nil
	case n != file.Size:
		r.problem(file.Name, "changed from %d to %d bytes during the reading; audit a copy to which nobody writes", file.Size, n)
		file.Size = n
	}
	file.SHA256 = hex.EncodeToString(h.Sum(nil))
	switch {
	case file.Size == 0:
	case file.Kind == KindTable:
		r.addTable(file, f)
	case file.Kind == KindMemtable:
		r.addMemtable(file, f)
	}
	return nil
}

func (r *reading) copyBuffer(worker int) []byte {
	if r.buffers[worker] == nil {
		r.buffers[worker] = make([]byte, readAheadSize)
	}
	return r.buffers[worker]
}

// onlyReader hides the shortcuts of a file, which bypass the buffer.
type onlyReader struct{ io.Reader }

// cause is an error without the path, which belongs to the machine.
func cause(err error) string {
	if e, ok := err.(*os.PathError); ok {
		return e.Err.Error()
	}
	if e, ok := err.(syscall.Errno); ok {
		return e.Error()
	}
	return err.Error()
}
