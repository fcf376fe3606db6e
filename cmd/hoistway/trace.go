package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// traceFile is the file of --trace. Like the output folder it takes its name
// only when it is complete. The nil traceFile takes nothing.
type traceFile struct {
	target string
	file   *os.File
	buffer *bufio.Writer
}

// openTrace opens a trace beside its target; "" gives none.
func openTrace(target string) (*traceFile, error) {
	if target == "" {
		return nil, nil
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("--trace %s: it exists and is not a file", target)
	}
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".partial-*")
	if err != nil {
		return nil, fmt.Errorf("--trace %s: %w", target, err)
	}
	return &traceFile{target: target, file: f, buffer: bufio.NewWriterSize(f, 1<<16)}, nil
}

// writer is where the trace goes, nil for none.
func (t *traceFile) writer() io.Writer {
	if t == nil {
		return nil
	}
	return t.buffer
}

// commit gives the trace its name.
func (t *traceFile) commit() error {
	if t == nil {
		return nil
	}
	err := errors.Join(t.buffer.Flush(), t.file.Chmod(0o644), t.file.Close())
	if err == nil {
		err = os.Rename(t.file.Name(), t.target)
	}
	if err != nil {
		return fmt.Errorf("--trace %s: %w", t.target, err)
	}
	return nil
}

// discard removes a trace that is not committed.
func (t *traceFile) discard() {
	if t == nil {
		return
	}
	_ = t.file.Close()
	_ = os.Remove(t.file.Name())
}
