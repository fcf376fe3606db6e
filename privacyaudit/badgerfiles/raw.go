package badgerfiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// rawPiece is how much of a file Raw hands over at once, without the overlap.
const rawPiece = 1 << 20

// Raw calls f with the bytes of every file below a folder, holes left out, in
// pieces of about a megabyte. A piece begins overlap bytes before the end of the
// one before, so that a search finds what lies across the cut; where a hole
// borders, overlap zeros of it belong to the piece. The folder may be any, and
// names are relative to it, with slashes. The bytes are valid during the call.
//
// An error of f ends the reading and is returned as it is. What cannot be read,
// links and other special files included, does not stop the rest; the errors
// are returned together at the end.
func Raw(dir string, overlap int, f func(file string, offset int64, b []byte) error) error {
	if overlap < 0 {
		return fmt.Errorf("raw bytes of a folder: a negative overlap of %d bytes", overlap)
	}
	var unread []error
	buf := make([]byte, rawPiece+overlap)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		name, relErr := filepath.Rel(dir, path)
		if relErr != nil {
			return relErr
		}
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			unread = append(unread, fmt.Errorf("%s cannot be read: %s", name, cause(err)))
			return nil
		case entry.IsDir():
			return nil
		case !entry.Type().IsRegular():
			unread = append(unread, fmt.Errorf("%s is no regular file (%s)", name, entry.Type()))
			return nil
		}
		stopped, err := rawFile(path, name, overlap, buf, f)
		if stopped {
			return err
		}
		if err != nil {
			unread = append(unread, fmt.Errorf("%s cannot be read: %s", name, cause(err)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(unread...)
}

// rawFile hands over one file. It tells whether the error is the caller's own.
func rawFile(path, name string, overlap int, buf []byte, f func(string, int64, []byte) error) (stopped bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	extents, err := extentsOf(file, info.Size())
	if err != nil {
		return false, err
	}
	for _, e := range widen(extents, int64(overlap), info.Size()) {
		end := e.offset + e.length
		for at := e.offset; ; {
			b := buf[:min(int64(len(buf)), end-at)]
			if err := readAt(file, b, at); err != nil {
				return false, err
			}
			if err := f(name, at, b); err != nil {
				return true, err
			}
			at += int64(len(b))
			if at >= end {
				break
			}
			at -= int64(overlap)
		}
	}
	return false, nil
}

// widen adds some bytes of the neighbouring holes to extents and joins those
// that then touch.
func widen(extents []extent, by, size int64) []extent {
	var list []extent
	for _, e := range extents {
		from, to := max(0, e.offset-by), min(size, e.offset+e.length+by)
		if n := len(list); n > 0 && from <= list[n-1].offset+list[n-1].length {
			list[n-1].length = to - list[n-1].offset
			continue
		}
		list = append(list, extent{from, to - from})
	}
	return list
}
