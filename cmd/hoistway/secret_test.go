package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWarnOfReaders(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		sentence string
		mode     os.FileMode
		warns    bool
	}{
		{"a file of its owner alone", 0o600, false},
		{"a file that the group may read", 0o640, true},
		{"a file that everybody may read", 0o644, true},
	} {
		file := filepath.Join(dir, c.sentence)
		if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, c.mode); err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		warnOfReaders(slog.New(slog.NewTextHandler(&text, nil)), "", file, filepath.Join(dir, "none"))
		if got := strings.Contains(text.String(), "chmod 600"); got != c.warns {
			t.Errorf("%s: the log has %q", c.sentence, text.String())
		}
	}
}
