package evidence

import (
	"fmt"
	"io"
	"os"
)

// largestWhole bounds what is read at once.
const largestWhole = 64 << 20

// readWhole reads a regular file of bounded size.
func readWhole(name string) ([]byte, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, largestWhole+1))
	if err != nil {
		return nil, err
	}
	if len(b) > largestWhole {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, largestWhole)
	}
	return b, nil
}

// isRegular tells whether a file can be opened and is regular.
func isRegular(name string) error {
	f, err := openRegular(name)
	if err != nil {
		return err
	}
	return f.Close()
}

// openRegular opens a file that is neither a link nor special.
func openRegular(name string) (*os.File, error) {
	before, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file (%v)", name, before.Mode().Type())
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	after, err := file.Stat()
	if err == nil && !os.SameFile(before, after) {
		err = fmt.Errorf("%s was replaced while it was opened: audit a copy", name)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// stop is an error of the caller's own function on its way back to the caller.
type stop struct{ error }
