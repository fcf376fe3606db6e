package evidence

import (
	"fmt"
	"io"
)

// readWhole reads a regular file of bounded size.
func readWhole(name string) ([]byte, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, largestConfig+1))
	if err != nil {
		return nil, err
	}
	if len(b) > largestConfig {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, largestConfig)
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
