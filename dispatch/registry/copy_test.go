package registry

import (
	"os"
	"path/filepath"
	"testing"
)

// Badger empties a table's file before it deletes it: whoever finds it empty
// has not copied it.
func TestCopyLeavesOutWhatIsBeingDeleted(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for name, want := range map[string]bool{"000001.sst": false, "000001.mem": true} {
		if err := os.WriteFile(filepath.Join(from, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		copied, err := copyFile(from, to, name)
		if err != nil || copied != want {
			t.Errorf("%s: copied %v, %v; want %v", name, copied, err, want)
		}
		if _, err := os.Stat(filepath.Join(to, name)); (err == nil) != want {
			t.Errorf("%s: there is a copy: %v, want %v", name, err == nil, want)
		}
	}
}
