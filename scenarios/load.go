package scenarios

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Options change a scenario as it is read.
type Options struct {
	// Set holds "bank.main.cars=6": values written over those of the file, in
	// order. A value that is not TOML is text, so that units need no quotes.
	// Faults are placed at "--set N". A new bank, tenant, stream, visitor or
	// fault can be made only where the file has none of its kind: a
	// misspelled name must not make a second bank.
	Set []string
	// Passengers is the path of a passenger list that replaces all traffic
	// and visitors; the run then has one replication. "" is none.
	Passengers string
	// Dispatchers are the policies that a bank may name; any other is a fault.
	// Empty is no check: this package knows no policies.
	Dispatchers []string
}

// Bounds on what is read.
const (
	largestScenario = 4 << 20
	largestList     = 256 << 20
)

// Load reads a scenario. A ref with a slash or ending in ".toml" is the path
// of a file; any other is a name of Library. All faults come back at once as
// Problems, also that of a file that cannot be read.
func Load(ref string, o Options) (*Scenario, error) {
	if !strings.ContainsAny(ref, `/\`) && !strings.HasSuffix(ref, ".toml") {
		text, err := libraryText(ref)
		if err != nil {
			return nil, err
		}
		return Parse(libraryPrefix+ref, text, o)
	}
	text, err := readFile(ref, largestScenario, "a scenario")
	if err != nil {
		return nil, Problems{{File: ref, Message: err.Error()}}
	}
	return Parse(ref, text, o)
}

// Parse reads the scenario in text; source is its path or "library:NAME" and
// places its faults. Passenger lists are read from the folder of source.
// Faults come back as Problems.
func Parse(source string, text []byte, o Options) (*Scenario, error) {
	if fault := unfit(source, text); fault != nil {
		return nil, Problems{*fault}
	}
	root, fault := plant(source, string(text))
	if fault != nil {
		return nil, Problems{*fault}
	}
	b := &builder{source: source, root: root, dispatchers: o.Dispatchers, lists: func(name string) (listFile, error) { return openList(source, name) }}
	b.sc = &Scenario{Source: source}
	b.override(o)
	b.build()
	b.sc.settings = b.settings
	if len(b.faults) > 0 {
		return nil, b.faults.inOrder(source)
	}
	b.sc.Hash = hash(b.sc)
	return b.sc, nil
}

func unfit(source string, text []byte) *Problem {
	switch {
	case len(text) > largestScenario:
		return &Problem{File: source, Message: tooLarge(int64(len(text)), largestScenario, "a scenario")}
	case len(bytes.TrimSpace(text)) == 0:
		return &Problem{File: source, Message: "is empty", Hint: "see the scenarios of hoistway list for examples"}
	}
	return nil
}

// override writes --set and --passengers over the file.
func (b *builder) override(o Options) {
	kinds := map[string][]string{}
	for _, s := range rootSection.tables {
		if s.named == "" {
			continue
		}
		if n := b.root.child(s.key); n != nil && n.table {
			for _, kid := range n.kids {
				kinds[s.key] = append(kinds[s.key], kid.key)
			}
		}
	}
	for i, text := range o.Set {
		tree, fault := setting(i+1, text)
		if fault == nil {
			fault = strange(tree, kinds)
		}
		if fault != nil {
			b.faults = append(b.faults, *fault)
			continue
		}
		b.root.graft(tree)
	}
	if o.Passengers != "" {
		b.replaceTraffic(o.Passengers)
	}
}

// strange refuses a --set that would make a new table beside existing ones.
func strange(tree *node, kinds map[string][]string) *Problem {
	for _, n := range tree.kids {
		names := kinds[n.key]
		if len(names) == 0 {
			continue
		}
		for _, kid := range n.kids {
			if !slices.Contains(names, kid.key) {
				return &Problem{
					File: kid.at.file, Key: kid.path, Hint: didYouMean(kid.key, names),
					Message: fmt.Sprintf("the scenario has no %s %q; it has %s", n.key, clip(kid.key), strings.Join(names, ", ")),
				}
			}
		}
	}
	return nil
}

// passengersName is the stream that --passengers makes.
const passengersName = "passengers"

// replaceTraffic puts one list in the place of all traffic and visitors.
func (b *builder) replaceTraffic(path string) {
	at := place{file: "--passengers", set: true}
	leaf := func(parent *node, key string, v any) *node {
		n := &node{key: key, path: dotted(parent.path, key), at: at, value: at, leaf: v, table: v == nil}
		parent.kids = append(parent.kids, n)
		return n
	}
	b.root.kids = slices.DeleteFunc(b.root.kids, func(n *node) bool { return n.key == "traffic" || n.key == "visitor" })
	stream := leaf(leaf(b.root, "traffic", nil), passengersName, nil)
	leaf(stream, "list", beside(b.source, path))
	run := b.root.child("run")
	if run == nil {
		run = leaf(b.root, "run", nil)
	}
	if run.table {
		run.kids = slices.DeleteFunc(run.kids, func(n *node) bool { return n.key == "replications" })
		leaf(run, "replications", int64(1))
	}
}

// beside rewrites a path so that it leads from the folder of source to the
// same file, because that is where a scenario's lists are looked for.
func beside(source, path string) string {
	if strings.HasPrefix(source, libraryPrefix) || strings.HasPrefix(path, libraryPrefix) || filepath.IsAbs(path) {
		return path
	}
	if rel, err := filepath.Rel(filepath.Dir(source), path); err == nil {
		return filepath.ToSlash(rel)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return filepath.ToSlash(abs)
	}
	return path
}

// listFile is a passenger list that has been read but not yet understood.
type listFile struct {
	name   string // where it is, for messages
	text   []byte
	digest string // hex SHA-256 of text
}

func (l listFile) trips(floors int) ([]Trip, error) {
	return ReadPassengers(bytes.NewReader(l.text), l.name, floors)
}

// openList finds a list: "library:FILE" is embedded; other names are paths
// from the scenario's folder, for a scenario of the library from where the
// program runs.
func openList(source, name string) (listFile, error) {
	l := listFile{name: name}
	var err error
	if file, ok := strings.CutPrefix(name, libraryPrefix); ok {
		l.text, err = libraryList(file)
	} else {
		if !strings.HasPrefix(source, libraryPrefix) && !filepath.IsAbs(name) {
			l.name = filepath.Join(filepath.Dir(source), filepath.FromSlash(name))
		}
		l.text, err = readFile(l.name, largestList, "a passenger list")
	}
	if err != nil {
		return l, fmt.Errorf("%s %w", l.name, err)
	}
	sum := sha256.Sum256(l.text)
	l.digest = hex.EncodeToString(sum[:])
	return l, nil
}

func tooLarge(size, most int64, what string) string {
	return fmt.Sprintf("is %d bytes large; %s has at most %d MiB", size, what, most>>20)
}

// readFile reads a file of at most most bytes. Its errors complete a sentence
// that begins with the path.
func readFile(path string, most int64, what string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, spoken(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, spoken(err)
	case info.IsDir():
		return nil, fmt.Errorf("is a folder; expected the file of %s", what)
	case info.Size() > most:
		return nil, errors.New(tooLarge(info.Size(), most, what))
	}
	// A pipe has no size to check beforehand.
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, spoken(err)
	case int64(len(text)) > most:
		return nil, fmt.Errorf("is larger than %d MiB; %s has at most that", most>>20, what)
	}
	return text, nil
}

// spoken says why a file cannot be read without its path.
func spoken(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("does not exist")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("may not be read: permission denied")
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("cannot be read: %w", err)
}
