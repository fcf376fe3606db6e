package selftest

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Bench is where one mutant works: a copy of the clean evidence of which it may
// change everything. Files that nobody changes are shared with the original, so
// nothing is ever written in place.
type Bench struct {
	*Clean        // as it was before the mutant came
	Dir    string // of the copy

	changed map[string][]record // stores that the mutant has written
	made    map[string][]byte   // data keys that it has made, by the store that holds them and their ID
}

// newBench copies the clean evidence.
func newBench(c *Clean, dir string) (*Bench, error) {
	b := &Bench{Clean: c, Dir: dir, changed: map[string][]record{}, made: map[string][]byte{}}
	return b, filepath.WalkDir(c.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, strings.TrimPrefix(path, c.Dir))
		if d.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		if err := os.Link(path, to); err != nil {
			return copyFile(path, to)
		}
		return nil
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// read gives a file of the copy, by its name in the folder.
func (b *Bench) read(name string) ([]byte, error) { return os.ReadFile(filepath.Join(b.Dir, name)) }

// write puts a file of that name in place of the one that may be there.
func (b *Bench) write(name string, content []byte) error {
	path := filepath.Join(b.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// add appends to a file.
func (b *Bench) add(name, text string) error {
	old, err := b.read(name)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return b.write(name, append(old, text...))
}

// replace changes every occurrence of a text in a file, of which there must be
// one.
func (b *Bench) replace(name, old, new string) error {
	was, err := b.read(name)
	if err != nil {
		return err
	}
	is := strings.ReplaceAll(string(was), old, new)
	if is == string(was) {
		return fmt.Errorf("%s has nothing that the mutant could change", name)
	}
	return b.write(name, []byte(is))
}

// remove takes a file or a folder away.
func (b *Bench) remove(name string) error { return os.RemoveAll(filepath.Join(b.Dir, name)) }

// files are the names of the files whose names match a pattern, in order.
func (b *Bench) files(pattern string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(b.Dir, pattern))
	for i := range paths {
		if paths[i], err = filepath.Rel(b.Dir, paths[i]); err != nil {
			return nil, err
		}
	}
	return paths, err
}
