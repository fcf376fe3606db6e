package badgerfiles

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// pointer is the place of a record in the value logs: the log's number in the
// upper half, the offset in the lower.
type pointer uint64

// A stored pointer is the log's number, the record's length and its offset,
// in the order of the writer's machine: little-endian.
const pointerLength = 12

// valueLog is an open value log.
type valueLog struct {
	name    string
	f       *os.File
	extents []extent
	size    int64 // up to the end of the last extent
	locked  bool
}

// openLogs opens the value logs, so that pointers can be followed.
func (r *reading) openLogs() {
	r.logs = map[uint32]*valueLog{}
	for i := range r.store.Files {
		file := &r.store.Files[i]
		if file.Kind != KindValueLog || file.Size == 0 {
			continue
		}
		f, err := r.open(file.Name)
		if err != nil {
			continue // told by openFile
		}
		extents, err := extentsOf(f, file.Size)
		if err != nil {
			r.problem(file.Name, "cannot be searched for holes: %s", cause(err))
			f.Close()
			continue
		}
		l := &valueLog{name: file.Name, f: f, extents: extents, size: min(file.Size, max(dataEnd(extents), logHead))}
		_, l.locked, err = newLogReader(f, l.size)
		if err != nil {
			r.problem(file.Name, "%s", err)
			f.Close()
			continue
		}
		if l.locked {
			r.lock(file.Name)
		}
		id, _ := fileID(file.Name, ".vlog")
		r.logs[uint32(id)] = l
	}
}

func (r *reading) closeLogs() {
	for _, l := range r.logs {
		l.f.Close()
	}
}

// follower fetches values from the value logs. Every worker has its own.
type follower struct {
	logs    map[uint32]*valueLog
	readers map[uint32]*logReader
	seen    []pointer
}

var (
	errNoLog = errors.New("of which there is no file")
	errOther = errors.New("where another record lies")
)

// fetch gives the value of a key to which a stored pointer leads. It is valid
// until the next call.
func (w *follower) fetch(stored, key []byte) ([]byte, error) {
	if len(stored) != pointerLength {
		return nil, fmt.Errorf("has a pointer of %d bytes instead of a value", len(stored))
	}
	id, length, offset := binary.LittleEndian.Uint32(stored), binary.LittleEndian.Uint32(stored[4:]), binary.LittleEndian.Uint32(stored[8:])
	place := func(err error) error {
		return fmt.Errorf("has a value in %06d.vlog at byte %d, %w", id, offset, err)
	}
	l := w.logs[id]
	if l == nil {
		return nil, place(errNoLog)
	}
	if l.locked {
		return nil, place(errors.New("which is " + lockedText))
	}
	reader := w.readers[id]
	if reader == nil {
		reader = &logReader{f: l.f, size: l.size}
		if w.readers == nil {
			w.readers = map[uint32]*logReader{}
		}
		w.readers[id] = reader
	}
	var rec logRecord
	switch err := reader.record(int64(offset), &rec); {
	case err == io.EOF:
		return nil, place(errors.New("where the log has ended"))
	case err != nil:
		return nil, place(errors.New("where the log " + err.Error()))
	case !bytes.Equal(rec.key, key) || rec.length != int64(length):
		return nil, place(errOther)
	}
	w.seen = append(w.seen, pointer(id)<<32|pointer(offset))
	return rec.value, nil
}

// readUnpointed tells the records of the value logs to which nothing points,
// and checks the others once more from the log's side.
func (r *reading) readUnpointed() error {
	slices.Sort(r.pointers)
	var ids []uint32
	for id, l := range r.logs {
		if !l.locked {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return r.each(len(ids), func(worker, i int) error { return r.readValueLog(worker, ids[i]) })
}

func (r *reading) readValueLog(worker int, id uint32) error {
	l := r.logs[id]
	reader, _, err := newLogReader(l.f, l.size)
	if err != nil {
		r.problem(l.name, "%s", err)
		return nil
	}
	told := 0
	defer func() { r.count(told) }()
	var rec logRecord
	for {
		err := reader.next(&rec)
		if err == io.EOF {
			if err := checkRest(l.f, l.extents, reader.at); err != nil {
				r.problem(l.name, "%s", err)
			}
			return nil
		}
		if err != nil {
			r.problem(l.name, "%s", err)
			return nil
		}
		if _, pointed := slices.BinarySearch(r.pointers, pointer(id)<<32|pointer(rec.offset)); pointed || rec.meta&bitFinTxn != 0 {
			continue
		}
		told++
		err = r.f(worker, &Version{
			File: l.name, Offset: rec.offset, Key: userKey(rec.key), Value: rec.value, Commit: commit(rec.key),
			UserMeta: rec.user, Deleted: rec.meta&bitDelete != 0, Expires: rec.expires,
		})
		if err != nil {
			return err
		}
	}
}

func (r *reading) count(versions int) {
	r.mu.Lock()
	r.store.Versions += versions
	r.mu.Unlock()
}
