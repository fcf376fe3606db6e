package registry

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// rawCount counts the files' bytes of a folder that spell a needle.
func rawCount(t testing.TB, dir string, needle []byte) (n int) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		in, err := os.Open(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		err = eachExtent(in, 0, func(offset, size int64) error {
			b := make([]byte, size)
			got, _ := in.ReadAt(b, offset)
			n += bytes.Count(b[:got], needle)
			return nil
		})
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}
