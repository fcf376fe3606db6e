package registry

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
)

// keyFiles are the key-encryption keys on disk, or in memory when dir is "".
// They lie outside every store, so that neither a copy nor a backup of a store
// holds them.
type keyFiles struct {
	dir      string
	memory   *keyMemory
	existing bool // Options.Existing: all that are needed have to be there
}

type keyMemory struct {
	mu   sync.Mutex
	keys map[string][]byte // by the name of the file
}

func newKeyFiles(dir string) keyFiles {
	return keyFiles{dir: dir, memory: &keyMemory{keys: map[string][]byte{}}}
}

// handedOverDir is the folder of the keys that are no longer ours, within that
// of our own. Nothing in it is ever read.
const handedOverDir = "handed-over"

// custody is where the keys of a building that we have left wait for whoever
// goes on with it, in the form of a folder of keys that they can open the
// server with. In memory there is nobody who could take them.
func (k keyFiles) custody(building string) keyFiles {
	if k.dir == "" {
		return newKeyFiles("")
	}
	return newKeyFiles(filepath.Join(k.dir, handedOverDir, building))
}

// syncFolders makes a folder that save made, within others, stay.
func (k keyFiles) syncFolders() error {
	if k.dir == "" {
		return nil
	}
	parent := filepath.Dir(k.dir)
	return errors.Join(syncFolder(parent), syncFolder(filepath.Dir(parent)))
}

func fileOf(ring string, epoch int) string { return fmt.Sprintf("%s-%d.key", ring, epoch) }

var keyFile = regexp.MustCompile(`^(.+)-([1-9][0-9]{0,8})\.key$`)

// unfinishedSuffix marks a key file that was not written to its end.
const unfinishedSuffix = ".unfinished"

// place names where the files are.
func (k keyFiles) place() string { return cmp.Or(k.dir, "memory") }

// load reads all key-encryption keys of a ring by their epochs.
func (k keyFiles) load(ring string) (map[int][]byte, error) {
	keks := map[int][]byte{}
	names, err := k.names()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		m := keyFile.FindStringSubmatch(name)
		if m == nil || m[1] != ring {
			continue
		}
		epoch, err := strconv.Atoi(m[2])
		if err != nil {
			return nil, fmt.Errorf("key-encryption key %s: %w", name, err)
		}
		kek, err := k.read(name)
		if err != nil {
			return nil, fmt.Errorf("key-encryption key %s: %w", name, err)
		}
		if len(kek) != keySize {
			return nil, fmt.Errorf("key-encryption key %s has %d bytes; it must have %d", name, len(kek), keySize)
		}
		keks[epoch] = kek
	}
	return keks, nil
}

func (k keyFiles) names() ([]string, error) {
	if k.dir == "" {
		k.memory.mu.Lock()
		defer k.memory.mu.Unlock()
		return sortedKeys(k.memory.keys), nil
	}
	entries, err := os.ReadDir(k.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("key-encryption keys: %w", err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

func (k keyFiles) read(name string) ([]byte, error) {
	if k.dir == "" {
		k.memory.mu.Lock()
		defer k.memory.mu.Unlock()
		return slices.Clone(k.memory.keys[name]), nil
	}
	path := filepath.Join(k.dir, name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others may read or write it (mode %04o); set its mode to 0600", info.Mode().Perm())
	}
	return os.ReadFile(path)
}

// save writes a key-encryption key. It is complete and on the disk, or absent.
func (k keyFiles) save(ring string, epoch int, kek []byte) error {
	name := fileOf(ring, epoch)
	if k.dir == "" {
		k.memory.mu.Lock()
		defer k.memory.mu.Unlock()
		k.memory.keys[name] = slices.Clone(kek)
		return nil
	}
	if err := k.write(name, kek); err != nil {
		return fmt.Errorf("key-encryption key %s: %w", name, err)
	}
	return nil
}

func (k keyFiles) write(name string, kek []byte) (err error) {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(k.dir, name)
	f, err := os.OpenFile(path+unfinishedSuffix, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(kek)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+unfinishedSuffix, path); err != nil {
		return err
	}
	return syncFolder(k.dir)
}

// destroy overwrites a key-encryption key with noise and deletes it.
func (k keyFiles) destroy(ring string, epoch int) error {
	name := fileOf(ring, epoch)
	if k.dir == "" {
		k.memory.mu.Lock()
		defer k.memory.mu.Unlock()
		rand.Read(k.memory.keys[name])
		delete(k.memory.keys, name)
		return nil
	}
	if err := overwrite(filepath.Join(k.dir, name)); err != nil {
		return fmt.Errorf("destroy key-encryption key %s: %w", name, err)
	}
	return syncFolder(k.dir)
}

func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	noise := make([]byte, keySize)
	rand.Read(noise)
	_, err = f.WriteAt(noise, 0)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Remove(path)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
