package format

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// KeyFile is a file in the folder of the keys.
type KeyFile struct {
	Path string // from the folder on, with slashes
	// Ring and Epoch are "" and 0 where the name is not that of a
	// key-encryption key.
	Ring       string // provider or building-NAME
	Epoch      int
	HandedOver bool // waits for whoever goes on with the building
	Mode       fs.FileMode
}

// NewRing reads the key-encryption keys of a folder, those in handed-over/NAME/
// as well. Files with other names are left alone; Files lists them. A key of the
// wrong length, a link in place of a file, and two different keys for one ring
// and epoch are errors. Without a folder, "", or with an empty one, there are
// none: then all sealed values are locked.
func NewRing(keysDir string) (*Ring, error) {
	r := &Ring{
		outer:   map[kekName]cipher.AEAD{},
		rings:   map[string]uint16{},
		wrapped: map[keyName]*wrapping{},
		young:   map[keyName][]cipher.AEAD{},
		room:    cachedKeys,
	}
	if keysDir == "" {
		return r, nil
	}
	if info, err := os.Stat(keysDir); err != nil {
		return nil, fmt.Errorf("folder of the keys: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("folder of the keys: %s is no folder", keysDir)
	}
	root, err := os.OpenRoot(keysDir)
	if err != nil {
		return nil, fmt.Errorf("folder of the keys: %w", err)
	}
	defer root.Close()
	seen := map[kekName][dataKeySize]byte{}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f := describe(name, info.Mode())
		r.files = append(r.files, f)
		if f.Ring == "" {
			return nil
		}
		key, err := readKey(root, name, info)
		if err != nil {
			return fmt.Errorf("key-encryption key %s: %w", name, err)
		}
		kek := kekName{f.Ring, f.Epoch}
		if other, ok := seen[kek]; ok && other != key {
			return fmt.Errorf("key-encryption key %s: another file has a different key for the same ring and epoch", name)
		}
		seen[kek] = key
		r.outer[kek], err = chacha20poly1305.NewX(key[:])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("folder of the keys: %w", err)
	}
	return r, nil
}

// Files lists what lies in the folder of the keys, in the order of the paths.
func (r *Ring) Files() []KeyFile { return r.files }

// Has is whether the folder has the key-encryption key of a ring, provider or
// building-NAME, and epoch.
func (r *Ring) Has(ring string, epoch int) bool { return r.outer[kekName{ring, epoch}] != nil }

// describe reads the name of a file: RING-EPOCH.key at the top, or in
// handed-over/NAME where RING is building-NAME.
func describe(name string, mode fs.FileMode) KeyFile {
	f := KeyFile{Path: name, Mode: mode}
	dir, file := path.Split(name)
	stem, isKey := strings.CutSuffix(file, ".key")
	i := strings.LastIndexByte(stem, '-')
	if !isKey || i < 0 {
		return f
	}
	ring, digits := stem[:i], stem[i+1:]
	epoch, err := strconv.Atoi(digits)
	if err != nil || epoch < 1 || !isDigits(digits) || !isRing(ring) {
		return f
	}
	switch dir {
	case "":
	case "handed-over/" + strings.TrimPrefix(ring, buildingStore) + "/":
		f.HandedOver = true
	default:
		return f
	}
	f.Ring, f.Epoch = ring, epoch
	return f
}

func readKey(root *os.Root, name string, info fs.FileInfo) (key [dataKeySize]byte, err error) {
	if !info.Mode().IsRegular() {
		return key, errors.New("it is no ordinary file")
	}
	if info.Size() != dataKeySize {
		return key, fmt.Errorf("it has %d bytes; a key has %d", info.Size(), dataKeySize)
	}
	b, err := root.ReadFile(name)
	if err != nil {
		return key, err
	}
	if len(b) != dataKeySize {
		return key, fmt.Errorf("it had %d bytes when it was read; a key has %d", len(b), dataKeySize)
	}
	return [dataKeySize]byte(b), nil
}
