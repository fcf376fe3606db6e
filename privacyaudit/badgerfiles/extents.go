package badgerfiles

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// extent is a part of a file that is no hole. Badger creates its logs at twice
// their size, and they are holes for the most part.
type extent struct{ offset, length int64 }

// extentsOf lists the parts of a file that are no holes. A file system that
// knows no holes gives one extent.
func extentsOf(f *os.File, size int64) ([]extent, error) {
	var list []extent
	for at := int64(0); at < size; {
		data, err := unix.Seek(int(f.Fd()), at, unix.SEEK_DATA)
		switch {
		case errors.Is(err, unix.ENXIO):
			return list, nil
		case errors.Is(err, unix.EINVAL):
			return []extent{{0, size}}, nil
		case err != nil:
			return nil, err
		case data >= size:
			return list, nil
		}
		hole, err := unix.Seek(int(f.Fd()), data, unix.SEEK_HOLE)
		if err != nil || hole > size {
			hole = size
		}
		if hole <= data { // the file has shrunk
			return nil, io.ErrUnexpectedEOF
		}
		list = append(list, extent{data, hole - data})
		at = hole
	}
	return list, nil
}

// dataEnd is where the last extent ends.
func dataEnd(list []extent) int64 {
	if len(list) == 0 {
		return 0
	}
	last := list[len(list)-1]
	return last.offset + last.length
}
