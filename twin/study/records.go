package study

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"hoistway/twin/result"
)

// RecordFile writes the records of all replications into one file, in the
// order of the replications. The replication whose turn it is streams straight
// into the file; one that runs ahead of its turn streams into a part beside
// it, which is appended later. Nothing is held in memory but write buffers.
//
// A RecordFile is a [Records]. Its methods but Finish may be called from
// several goroutines.
type RecordFile struct {
	path   string
	header result.Header

	first int // number of the first replication

	mu    sync.Mutex
	file  *os.File
	turn  int           // replication whose records come next
	ends  []int64       // where in the file each replication ends, from first on
	parts map[int]*part // opened and not yet appended
}

// part is the records of one replication on their way into the file.
type part struct {
	file   *os.File
	writer *result.RecordWriter
	direct bool // writes into the file itself
	closed bool
}

// CreateRecords creates the file, which must not exist. First is the number of
// the first replication.
func CreateRecords(path string, h result.Header, first int) (*RecordFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return &RecordFile{path: path, header: h, file: f, first: first, turn: first, parts: map[int]*part{}}, nil
}

// Open gives the sink of a replication.
func (r *RecordFile) Open(replication int) (result.Sink, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &part{file: r.file, direct: replication == r.turn}
	if !p.direct {
		f, err := os.Create(fmt.Sprintf("%s.part-%d", r.path, replication))
		if err != nil {
			return nil, err
		}
		p.file = f
	}
	r.parts[replication] = p
	// The header stands once, at the top of the file.
	into := io.Writer(p.file)
	if replication > r.first {
		into = &headless{w: into}
	}
	p.writer = result.NewRecordWriter(into, r.header)
	return p.writer, nil
}

// Close ends a replication's records and appends those whose turn has come.
func (r *RecordFile) Close(replication *result.Replication) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.parts[replication.Rep]
	if p == nil {
		panic(fmt.Sprintf("BUG: records of replication %d are closed but were not opened", replication.Rep))
	}
	if err := p.writer.End(replication); err != nil {
		return err
	}
	if err := p.writer.Flush(); err != nil {
		return err
	}
	p.closed = true
	for {
		p := r.parts[r.turn]
		if p == nil || !p.closed {
			return nil
		}
		if !p.direct {
			if err := r.append(p); err != nil {
				return err
			}
		}
		end, err := r.file.Seek(0, io.SeekEnd)
		if err != nil {
			return err
		}
		r.ends = append(r.ends, end)
		delete(r.parts, r.turn)
		r.turn++
	}
}

// Keep drops the records of a replication and all above it.
func (r *RecordFile) Keep(below int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for replication, p := range r.parts {
		if !p.direct {
			if err := errors.Join(p.file.Close(), os.Remove(p.file.Name())); err != nil {
				return err
			}
		}
		delete(r.parts, replication)
	}
	kept := below - r.first
	if kept < 1 || kept > len(r.ends) {
		panic(fmt.Sprintf("BUG: keeping %d replications of %d", kept, len(r.ends)))
	}
	return r.file.Truncate(r.ends[kept-1])
}

// append moves a part to the end of the file.
func (r *RecordFile) append(p *part) error {
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(r.file, bufio.NewReaderSize(p.file, 1<<16)); err != nil {
		return err
	}
	return errors.Join(p.file.Close(), os.Remove(p.file.Name()))
}

// Finish closes the file. It is given the error of the study and returns it
// with its own. Unless that is nil the file is not complete, and parts may lie
// beside it.
func (r *RecordFile) Finish(study error) error {
	errs := []error{study}
	for replication, p := range r.parts {
		if study == nil {
			errs = append(errs, fmt.Errorf("BUG: records of replication %d were never closed", replication))
		}
		if !p.direct {
			errs = append(errs, p.file.Close())
		}
	}
	return errors.Join(append(errs, r.file.Close())...)
}

// headless leaves the first line out.
type headless struct {
	w    io.Writer
	past bool // the first line is over
}

func (h *headless) Write(p []byte) (int, error) {
	skipped := 0
	if !h.past {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			return len(p), nil
		}
		h.past, skipped = true, end+1
	}
	n, err := h.w.Write(p[skipped:])
	return skipped + n, err
}
