package badgerfiles

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRawGivesEveryByteThatIsNoHole(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "logs"), 0o700))
	long := bytes.Repeat([]byte("abcdefghijklmnop"), 3*rawPiece/16)
	must(t, os.WriteFile(filepath.Join(dir, "logs", "long.log"), long, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600))
	sparse := make([]byte, 8<<20)
	copy(sparse[4<<20:], "needle")
	writeSparse(t, filepath.Join(dir, "sparse"), sparse)

	const overlap = 30
	files := map[string]*bytes.Buffer{}
	read := map[string]int64{}
	err := Raw(dir, overlap, func(file string, offset int64, b []byte) error {
		if files[file] == nil {
			files[file] = bytes.NewBuffer(make([]byte, 0, 16))
		}
		buf := files[file]
		if offset > int64(buf.Len()) { // a hole
			buf.Write(make([]byte, offset-int64(buf.Len())))
		}
		known := int64(buf.Len()) - offset
		if known > 0 && known != overlap {
			t.Errorf("%s: a piece at %d overlaps by %d bytes", file, offset, known)
		}
		if !bytes.Equal(buf.Bytes()[offset:], b[:known]) {
			t.Errorf("%s: a piece at %d differs from the one before", file, offset)
		}
		buf.Write(b[known:])
		read[file] += int64(len(b))
		return nil
	})
	must(t, err)
	if !bytes.Equal(files["logs/long.log"].Bytes(), long) {
		t.Error("the long file was not given whole")
	}
	if got := files["sparse"].Bytes(); !bytes.Equal(got, sparse[:len(got)]) || !bytes.Contains(got, []byte("needle")) || read["sparse"] > 1<<20 {
		t.Errorf("of the file with holes %d bytes were read", read["sparse"])
	}
	if files["empty"] != nil {
		t.Error("an empty file gave bytes")
	}
}

func TestRawReportsWhatItCannotRead(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Symlink("nowhere", filepath.Join(dir, "a-link")))
	must(t, os.WriteFile(filepath.Join(dir, "b"), []byte("read"), 0o600))
	got := ""
	err := Raw(dir, 4, func(_ string, _ int64, b []byte) error { got += string(b); return nil })
	if err == nil || !strings.Contains(err.Error(), "a-link is no regular file") || got != "read" {
		t.Errorf("read %q, error %v", got, err)
	}
	stop := errors.New("enough")
	if err := Raw(dir, 4, func(string, int64, []byte) error { return stop }); err != stop {
		t.Errorf("the caller's error became %v", err)
	}
	if err := Raw(filepath.Join(dir, "absent"), 4, nil); err == nil {
		t.Error("an absent folder was read")
	}
}

func TestWiden(t *testing.T) {
	for _, row := range []struct {
		name     string
		extents  []extent
		by, size int64
		want     []extent
	}{
		{"nothing but holes", nil, 5, 100, nil},
		{"stays within the file", []extent{{2, 96}}, 5, 100, []extent{{0, 100}}},
		{"far extents stay apart", []extent{{10, 10}, {50, 10}}, 5, 100, []extent{{5, 20}, {45, 20}}},
		{"extents that touch become one", []extent{{10, 10}, {30, 10}}, 5, 100, []extent{{5, 40}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, widen(row.extents, row.by, row.size), cmp.AllowUnexported(extent{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
