package dispatchtest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch"
)

var rewrite = flag.Bool("rewrite", false, "write the transcripts of this run into testdata")

func scripts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in testdata (%v)", err)
	}
	return files
}

// TestTranscripts plays every script and compares what happened with what the
// script says.
func TestTranscripts(t *testing.T) {
	for _, file := range scripts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Play(string(script))
			if err != nil {
				t.Fatalf("%s: %v\n%s", file, err, got)
			}
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(script), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s: the transcript differs (-script +run); if the run is right: go test ./dispatch/dispatchtest -run TestTranscripts -rewrite\n%s", file, diff)
			}
		})
	}
}

// TestEveryReason holds the scripts to showing each reason of a Reject.
func TestEveryReason(t *testing.T) {
	var all strings.Builder
	for _, file := range scripts(t) {
		script, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(script)) {
			if strings.HasPrefix(line, " ") {
				all.WriteString(line)
			}
		}
	}
	n := 0
	for r := dispatch.NoReason + 1; !strings.HasPrefix(r.String(), "Reason("); r++ {
		n++
		if !strings.Contains(all.String(), " "+r.String()+"\n") {
			t.Errorf("no script shows a reject with the reason %v", r)
		}
	}
	if n < 9 {
		t.Errorf("looked for %d reasons only, the list has at least 9", n)
	}
}
