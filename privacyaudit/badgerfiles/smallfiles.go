package badgerfiles

import (
	"bytes"
	"io"
	"strconv"
)

// mostInSmallFile bounds what of a manifest, key registry or discard file is
// read: 64 MiB of manifest name more than a million tables.
const mostInSmallFile = 64 << 20

// readSmallFiles reads the files that describe the others.
func (r *reading) readSmallFiles() {
	if b, ok := r.small(KindManifest, "MANIFEST"); ok {
		m, err := parseManifest(b)
		if err != nil {
			r.problem("MANIFEST", "%s; %s", err, manifestDamaged)
		}
		r.manifest = m
	}
	if b, ok := r.small(KindKeyRegistry, "KEYREGISTRY"); ok {
		r.checkKeyRegistry(b)
	}
	if r.has("DISCARD") {
		if b, ok := r.small(KindDiscard, "DISCARD"); ok {
			r.checkDiscard(b)
		}
	}
	if r.has("LOCK") && !r.hasKind(KindMemtable) {
		r.problem("LOCK", "says that a process had the store open; then a memtable belongs to it, and there is none")
	}
	if b, ok := r.lockFile(); ok {
		if _, err := strconv.Atoi(string(bytes.TrimSpace(b))); err != nil {
			r.problem("LOCK", "holds more than the number of a process")
		}
	}
	if r.manifest != nil {
		for _, id := range r.manifest.unknown {
			r.problem("MANIFEST", "removes table %d, which it did not add", id)
		}
		for id := range r.manifest.tables {
			if name := tableName(id); !r.has(name) {
				r.problem(name, "is missing, although the manifest names it")
			}
		}
	}
}

func (r *reading) has(name string) bool {
	for i := range r.store.Files {
		if r.store.Files[i].Name == name {
			return true
		}
	}
	return false
}

func (r *reading) hasKind(kind Kind) bool {
	for i := range r.store.Files {
		if r.store.Files[i].Kind == kind {
			return true
		}
	}
	return false
}

// small reads a file that every Badger directory has.
func (r *reading) small(kind Kind, name string) ([]byte, bool) {
	for i := range r.store.Files {
		file := &r.store.Files[i]
		if file.Name != name || file.Kind != kind {
			continue
		}
		if file.Size == 0 {
			return nil, false // told by list
		}
		f, err := r.open(name)
		if err != nil {
			return nil, false // told by openFile
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, mostInSmallFile+1))
		if err != nil {
			return nil, false
		}
		if len(b) > mostInSmallFile {
			r.problem(name, "is longer than %d bytes", mostInSmallFile)
			return nil, false
		}
		return b, true
	}
	what := "is missing"
	switch kind {
	case KindManifest:
		what += "; " + manifestDamaged
	case KindKeyRegistry:
		what += ": it would say whether the store is encrypted"
	}
	r.problem(name, "%s", what)
	return nil, false
}

func (r *reading) lockFile() ([]byte, bool) {
	for i := range r.store.Files {
		if file := &r.store.Files[i]; file.Kind == KindLock && file.Size > 0 {
			return r.small(KindLock, file.Name)
		}
	}
	return nil, false
}

// A key registry begins with 16 random bytes and a known text, which is
// encrypted when the keys behind it are.
const (
	registryIV   = 16
	registryText = "Hello Badger"
)

func (r *reading) checkKeyRegistry(b []byte) {
	const name = "KEYREGISTRY"
	switch {
	case len(b) < registryIV+len(registryText):
		r.problem(name, "is cut short")
	case string(b[registryIV:][:len(registryText)]) != registryText:
		r.locked = true
		r.lock(name)
	case len(b) > registryIV+len(registryText):
		r.problem(name, "holds keys, although it is not encrypted")
	}
}

// checkDiscard looks at the counters by which Badger chooses value logs to
// clean up: pairs of a log's number and of bytes to be saved, then zeros. Their
// figures say nothing of the records.
func (r *reading) checkDiscard(b []byte) {
	const pair = 16
	if len(b)%pair != 0 {
		r.problem("DISCARD", "is cut short")
	}
	for len(b) >= pair && !allZero(b[:8]) {
		b = b[pair:]
	}
	if !allZero(b) {
		r.problem("DISCARD", "has bytes behind its counters")
	}
}

// zeros is what holes are compared with.
var zeros [16 << 10]byte

func allZero(b []byte) bool {
	for len(b) > 0 {
		n := min(len(b), len(zeros))
		if !bytes.Equal(b[:n], zeros[:n]) {
			return false
		}
		b = b[n:]
	}
	return true
}
