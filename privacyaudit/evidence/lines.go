package evidence

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// longestLine bounds a line of a file of JSON lines.
const longestLine = 4 << 20

// errCut is a last line without its end.
var errCut = errors.New("the last line has no end: the file was cut short")

// lines calls f with every line of r without its end, numbered from 1. Blank
// lines are errors: nothing writes them. The bytes are valid during the call.
func lines(r io.Reader, f func(line []byte) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	var long []byte
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			long = append(long[:0], line...)
			for err == bufio.ErrBufferFull && len(long) <= longestLine {
				line, err = in.ReadSlice('\n')
				long = append(long, line...)
			}
			line = long
		}
		switch {
		case len(line) > longestLine:
			return fmt.Errorf("line %d: longer than %d bytes", number, longestLine)
		case err == io.EOF && len(line) == 0:
			return nil
		case err == io.EOF:
			return fmt.Errorf("line %d: %w", number, errCut)
		case err != nil:
			return fmt.Errorf("line %d: %w", number, err)
		}
		line = bytes.TrimSuffix(line, []byte{'\n'})
		if len(bytes.TrimSpace(line)) == 0 {
			return fmt.Errorf("line %d: is empty", number)
		}
		if err := f(line); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
}
