package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// put writes a file of an output folder under test.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
		t.Fatal(err)
	}
}

// names lists a folder, hidden files included.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

// TestFolder takes an output folder through its life.
func TestFolder(t *testing.T) {
	top := t.TempDir()
	target := filepath.Join(top, "out")
	write := func(force bool, text string) (*folder, error) {
		f, err := openOutput(target, force)
		if err == nil {
			put(t, filepath.Join(f.work, "a", fileResult), text)
		}
		return f, err
	}

	f, err := write(false, "first")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(target); err == nil {
		t.Error("the folder exists before it is complete")
	}
	f.discard()
	if got := names(t, top); got != "" {
		t.Errorf("a discarded folder left %s", got)
	}

	if f, err = write(false, "second"); err != nil {
		t.Fatal(err)
	}
	if err := f.commit(); err != nil {
		t.Fatal(err)
	}
	f.discard()
	if got := names(t, top); got != "out" {
		t.Errorf("beside the output there is %s", got)
	}
	if _, err := write(false, "third"); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("an existing folder gave %v, want a refusal that names --force", err)
	}

	if f, err = write(true, "fourth"); err != nil {
		t.Fatal(err)
	}
	if err := f.commit(); err != nil {
		t.Fatal(err)
	}
	f.discard()
	if text, err := os.ReadFile(filepath.Join(target, "a", fileResult)); err != nil || string(text) != "fourth" {
		t.Errorf("the replaced output holds %q, %v", text, err)
	}
	if got := names(t, top); got != "out" {
		t.Errorf("beside the replaced output there is %s", got)
	}

	// Somebody takes the name while the run is under way.
	other := filepath.Join(top, "other")
	if f, err = openOutput(other, false); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(other, "letter.txt"), "Dear Madam")
	if err := f.commit(); err == nil {
		t.Error("a folder that appeared meanwhile was replaced without --force")
	}
	f.discard()
	if got := names(t, other); got != "letter.txt" {
		t.Errorf("the folder that appeared meanwhile holds %s", got)
	}
}

// TestForceKeepsOthersFiles shows what --force does not take.
func TestForceKeepsOthersFiles(t *testing.T) {
	for _, c := range []struct {
		sentence string
		file     string
		refused  bool
	}{
		{"a result may be replaced", "result.json", false},
		{"so may one below a scenario and a dispatcher", "hotel/eta/records.ndjson", false},
		{"a letter is not ours", "letter.txt", true},
		{"nor is one deep below", "hotel/eta/letter.txt", true},
		{"nor is a folder with the name of a result", "result.json/letter.txt", true},
	} {
		target := filepath.Join(t.TempDir(), "out")
		put(t, filepath.Join(target, c.file), "")
		f, err := openOutput(target, true)
		if err == nil {
			f.discard()
		}
		if (err != nil) != c.refused {
			t.Errorf("%s: --force gave %v", c.sentence, err)
		}
	}
}

// TestReplaceFile expects a file that is complete or as it was.
func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "report.html")
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	fails := func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, errors.New("cannot render"))
	}
	if err := replaceFile(target, false, fails); err == nil || names(t, dir) != "" {
		t.Errorf("a failed write gave %v and left %q", err, names(t, dir))
	}
	if err := replaceFile(target, false, text("one")); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(target, false, text("two")); err == nil {
		t.Error("an existing file was replaced without --force")
	}
	if err := replaceFile(target, true, fails); err == nil {
		t.Error("a failed write was no error")
	}
	if got, _ := os.ReadFile(target); string(got) != "one" || names(t, dir) != "report.html" {
		t.Errorf("after a failed replacement the file holds %q among %s", got, names(t, dir))
	}
	if err := replaceFile(target, true, text("two")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(target); string(got) != "two" {
		t.Errorf("the replaced file holds %q", got)
	}
}

// Two outputs are side by side, by whatever path.
func TestOutputsApart(t *testing.T) {
	top := t.TempDir()
	if err := os.Mkdir(filepath.Join(top, "real"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", filepath.Join(top, "link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sentence, out, evidence string
		apart                   bool
	}{
		{"the same folder", "q", "q", false},
		{"one in the other", "q", "q/evidence", false},
		{"the other in the one", "q/out", "q", false},
		{"the same folder by a detour", "q", "x/../q", false},
		{"the same folder through a link", "real/q", "link/q", false},
		{"a folder in it that does not exist yet", "real", "link/a/b", false},
		{"side by side", "q", "p", true},
		{"a name that begins like the other", "q", "q2", true},
		{"below one folder", "q/out", "q/evidence", true},
	} {
		err := apart("out", filepath.Join(top, c.out), "evidence", top+"/"+c.evidence)
		if (err == nil) != c.apart {
			t.Errorf("%s: %v", c.sentence, err)
		}
	}
	if err := apart("out", "", "evidence", "q"); err != nil {
		t.Errorf("no results: %v", err)
	}
}
