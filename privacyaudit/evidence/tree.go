package evidence

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// node is one file or folder of a part. Its name is the part's and the path in
// it, with slashes: "stores/phones/12.0/log.ndjson".
type node struct {
	name, path string
	dir        bool
}

// parent is the name of the folder it lies in.
func (n node) parent() string { return path.Dir(n.name) }

// tree is every file and folder of the parts but truth's, sorted by name.
// Links and special files are in no list; the error names all of them.
func (p Parts) tree() ([]node, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	var nodes []node
	var errs []error
	add := func(root, name string) {
		err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
			if err != nil {
				errs = append(errs, fmt.Errorf("evidence: %w", err))
				return nil
			}
			rel, err := filepath.Rel(root, at)
			if err != nil {
				return err
			}
			n := node{name: path.Join(name, filepath.ToSlash(rel)), path: at, dir: d.IsDir()}
			switch {
			case n.dir || d.Type().IsRegular():
				nodes = append(nodes, n)
			case d.Type()&fs.ModeSymlink != 0:
				errs = append(errs, fmt.Errorf("evidence: %s is a link: copy what it leads to, an audit reads what lies in the folder", n.name))
			default:
				errs = append(errs, fmt.Errorf("evidence: %s is no regular file (%v): it cannot be read as evidence", n.name, d.Type()))
			}
			return nil
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("evidence: %s: %w", name, err))
		}
	}
	for _, one := range p.list() {
		if one.dir != "" && one.name != "truth" {
			// A part may be named through a link; what lies in it may not.
			root, err := filepath.EvalSymlinks(one.dir)
			if err != nil {
				return nil, fmt.Errorf("evidence: %s: %w", one.name, err)
			}
			add(root, one.name)
		}
	}
	if p.Folder != "" {
		entries, err := os.ReadDir(p.Folder)
		if err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
		for _, e := range entries {
			if !p.isPart(e.Name()) {
				add(filepath.Join(p.Folder, e.Name()), e.Name())
			}
		}
	}
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.name, b.name) })
	return nodes, errors.Join(errs...)
}

// isPart tells whether a folder's name is that of a part.
func (p Parts) isPart(name string) bool {
	return slices.ContainsFunc(p.list(), func(one part) bool { return one.name == name })
}

// badgerFile is how Badger names what only Badger writes. DISCARD and LOCK
// alone make no store.
var badgerFile = regexp.MustCompile(`^(\d+\.(sst|vlog|mem)|MANIFEST|MANIFEST-REWRITE|KEYREGISTRY)$`)

func isBadgerFile(name string) bool { return badgerFile.MatchString(name) }

// holdsBadger tells whether a folder has a file of Badger's in it. A folder
// that cannot be read has none; reading it later will say so.
func holdsBadger(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return isBadgerFile(e.Name()) })
}
