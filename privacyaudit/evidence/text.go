package evidence

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Classes of texts, besides Unknown.
const (
	LogText     = "log"
	MetricsText = "metrics"
	ReportText  = "report"
	ExportText  = "export"
	DisplayText = "display"
	PhoneText   = "phone"
	WireText    = "wire"
	BackupText  = "backup"
	KeyText     = "key"
	ConfigText  = "registry.json"
)

// Piece is how much of a file a Text holds at most, and Overlap how much of
// that the piece before held too.
const (
	Piece   = 64 << 20
	Overlap = 64 << 10
)

// Text is one file that lies in no store's folder, or a piece of one.
type Text struct {
	Class string // LogText ... ConfigText, Unknown
	Name  string // the part's name and the path in it: "logs/service.ndjson"
	Owner string // whose it is, by its name: the phone's ordinal ("12.0"), the display's building; else ""
	Path  string
	Size  int64 // of the file

	Number int    // of the piece, from 0
	Offset int64  // of Body in the file
	Last   bool   // piece of the file
	Body   []byte // valid during the call only
}

// Texts calls f for every file of every part but truth's exactly once, sorted
// by name; for a file of more than Piece bytes, once for each piece. It calls f
// for all that can be read, and then names all that cannot: links, special
// files, files that fail. An error of f ends it at once.
func (p Parts) Texts(f func(*Text) error) error {
	return p.texts(Piece, Overlap, f)
}

func (p Parts) texts(piece, overlap int, f func(*Text) error) error {
	nodes, treeErr := p.tree()
	if nodes == nil && treeErr != nil {
		return treeErr
	}
	stores := map[string]bool{}
	for _, s := range storeDirs(nodes) {
		// A part is no store, even with Badger's files beside its own: StoreDirs
		// gives it, and what it holds is text all the same.
		if (s.Badger || s.Class != Unknown) && strings.Contains(s.name, "/") {
			stores[s.name] = true
		}
	}
	errs := []error{treeErr}
	var buf []byte
	for _, n := range nodes {
		if n.dir || stores[n.parent()] {
			continue
		}
		t := Text{Name: n.name, Path: n.path}
		t.Class, t.Owner = textClass(n.name)
		var failed error
		buf, failed = t.read(buf, piece, overlap, func() error {
			if err := f(&t); err != nil {
				return stop{err}
			}
			return nil
		})
		var s stop
		if errors.As(failed, &s) {
			return s.error
		}
		if failed != nil {
			errs = append(errs, fmt.Errorf("evidence: %s: %w", n.name, failed))
		}
	}
	return errors.Join(errs...)
}

// read calls f with the file's pieces in t.
func (t *Text) read(buf []byte, piece, overlap int, f func() error) ([]byte, error) {
	file, err := openRegular(t.Path)
	if err != nil {
		return buf, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return buf, err
	}
	t.Size = info.Size()
	if most := min(int64(piece), t.Size); int64(cap(buf)) < most {
		buf = make([]byte, most)
	}
	for {
		want := min(int64(piece), t.Size-t.Offset)
		b := buf[:want]
		// What the piece before ended with moves to the front.
		kept := 0
		if t.Number > 0 {
			kept = copy(b, buf[piece-overlap:piece])
		}
		if _, err := io.ReadFull(file, b[kept:]); err != nil {
			return buf, fmt.Errorf("at byte %d: the file became shorter while it was read: audit a copy", t.Offset)
		}
		t.Body, t.Last = b, t.Offset+want == t.Size
		if err := f(); err != nil || t.Last {
			return buf, err
		}
		t.Number++
		t.Offset += int64(piece - overlap)
	}
}

// textClass is what a file is by its name, and whose.
func textClass(name string) (class, owner string) {
	part, rest, _ := strings.Cut(name, "/")
	switch part {
	case "logs":
		return LogText, ""
	case "metrics":
		return MetricsText, ""
	case "reports":
		return ReportText, ""
	case "exports":
		return ExportText, ""
	case "wire":
		return WireText, ""
	case "keys":
		return KeyText, ""
	case "stores":
		return storeText(rest)
	}
	return Unknown, ""
}

// storeText is the class of a file in the folder of the stores.
func storeText(name string) (class, owner string) {
	steps := strings.Split(name, "/")
	switch {
	case name == ConfigFile:
		return ConfigText, ""
	case len(steps) == 2 && steps[0] == "backups" && path.Ext(name) == ".bak":
		return BackupText, ""
	case len(steps) == 2 && steps[0] == "displays" && (path.Ext(name) == ".json" || path.Ext(name) == ".txt" || path.Ext(name) == ".html"):
		return DisplayText, strings.TrimSuffix(steps[1], path.Ext(name))
	case len(steps) == 3 && steps[0] == "phones" && (steps[2] == phoneLogFile || steps[2] == phoneIDsFile || steps[2] == phoneSettingsFile):
		return PhoneText, steps[1]
	case len(steps) == 4 && steps[0] == "phones" && steps[2] == picturesDir && (path.Ext(name) == ".bin" || path.Ext(name) == ".part"):
		return PhoneText, steps[1]
	}
	return Unknown, ""
}
