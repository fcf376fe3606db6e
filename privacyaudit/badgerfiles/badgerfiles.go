// Package badgerfiles reads the files of a Badger v4 directory as they lie:
// every version of every key that is physically there, whether a reader of the
// database would see it or not.
//
// It opens no database, takes no lock and writes nothing. It reads with plain
// reads, never through a memory map, so that a file that shrinks meanwhile is a
// Problem and not a signal that kills the process. It is meant for a copy:
// what changes during the reading is reported only where a checksum notices.
//
// The contract is that nothing is skipped in silence. What could not be read is
// a Problem with its file and place, and the reading goes on behind it. Some
// losses leave no trace in what remains and cannot be noticed:
//   - a log of which everything from the beginning of a transaction on became
//     zeros, or a value log that was cut between two records or is missing as a
//     whole, when nothing points to what is lost;
//   - a memtable that is missing beside another, or without a LOCK file;
//   - a file that was replaced by a sound one of an earlier day.
//
// The package does not decrypt: a directory that Badger encrypted is reported
// as locked. It judges nothing; a table that the manifest does not name is
// marked as an orphan, and what that means is for the caller to say.
package badgerfiles

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Version is one physical version of one key in one file: live, deleted,
// expired or superseded. A record of a value log to which a table or memtable
// points is told once, as the version that points to it; a record to which
// nothing points is told for itself.
type Version struct {
	File     string // name within the directory
	Offset   int64  // where the record begins, or the compressed block that holds it
	Key      []byte // without Badger's timestamp; valid during the call only, like Value
	Value    []byte // never a pointer: a value in the value log is fetched; nil where it is gone
	Commit   uint64 // Badger's commit number
	UserMeta byte   // the byte that the writer may keep beside the value
	Deleted  bool   // this version marks a deletion
	Expires  uint64 // Badger's own expiry in Unix seconds, 0 = never
	// Newest tells the one version of its key that a reader of the database
	// meets: nobody sees the key when it is also Deleted or has expired.
	Newest bool
}

// Problem is a file, or a part of one, that could not be read.
type Problem struct {
	File string // name within the directory
	What string
}

func (p Problem) Error() string { return p.File + ": " + p.What }

// Store describes what was read.
type Store struct {
	Files       []File         // by name
	Problems    []Problem      // by file and text
	Encrypted   bool           // some part is encrypted by Badger, and so was not read
	Compression map[string]int // number of tables by algorithm: none, snappy, zstd
	Tables      int            // files of kind table
	Versions    int            // calls of f
}

// Read calls f for every physical version in a directory. At most workers
// goroutines read; f is called from them, one call at a time for each worker,
// with the worker's number from 0, so that a caller can keep state apart. All
// versions of one key that tables and memtables hold come to one worker, one
// after the other, the newest first; records of value logs come last. Which
// worker gets a key is not determined; everything else is.
//
// An error of f ends the reading and is returned. Other errors mean that the
// directory itself could not be listed.
func Read(dir string, workers int, f func(worker int, v *Version) error) (*Store, error) {
	workers = max(1, workers)
	r := &reading{
		dir: dir, workers: workers, f: f, rangeSize: usualRange,
		store: &Store{Compression: map[string]int{}}, buffers: make([][]byte, workers),
	}
	return r.read()
}

func (r *reading) read() (*Store, error) {
	if err := r.list(); err != nil {
		return nil, err
	}
	r.readSmallFiles()
	r.openLogs()
	defer r.closeLogs()
	if err := r.each(len(r.store.Files), r.openFile); err != nil {
		return nil, err
	}
	r.checkTwins()
	r.checkLevels()
	if err := r.mergeAll(); err != nil {
		return nil, err
	}
	if err := r.readUnpointed(); err != nil {
		return nil, err
	}
	return r.finish(), nil
}

// reading is the state of one call of Read.
type reading struct {
	dir       string
	workers   int
	f         func(worker int, v *Version) error
	rangeSize int64 // see merge

	buffers  [][]byte  // one for each worker
	manifest *manifest // nil: missing or damaged, every table counts
	locked   bool      // the key registry says that the store is encrypted

	mu       sync.Mutex // guards what follows
	store    *Store
	problems map[Problem]bool
	tables   []*table
	mems     []*memtable
	pointers []pointer // into value logs, from all workers
	logs     map[uint32]*valueLog
}

// problem notes what could not be read. The same place may be met twice, from
// two sides: it counts once.
func (r *reading) problem(file, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.problems == nil {
		r.problems = map[Problem]bool{}
	}
	r.problems[Problem{file, fmt.Sprintf(format, args...)}] = true
}

// lockedText says why an encrypted file was not read.
const lockedText = "locked: encrypted by Badger; the auditor has no master key"

func (r *reading) lock(file string) {
	r.problem(file, lockedText)
	r.mu.Lock()
	r.store.Encrypted = true
	r.mu.Unlock()
}

// each calls do for 0..n-1 on all workers and returns the first error of the
// lowest index that was met.
func (r *reading) each(n int, do func(worker, i int) error) error {
	var (
		mu     sync.Mutex
		next   int
		failed = n
		first  error
		wait   sync.WaitGroup
	)
	for worker := range min(r.workers, n) {
		wait.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := i >= n || first != nil
				mu.Unlock()
				if stop {
					return
				}
				if err := do(worker, i); err != nil {
					mu.Lock()
					if i < failed {
						failed, first = i, err
					}
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return first
}

// mostProblems bounds what is listed for one file.
const mostProblems = 20

// finish puts the results in order.
func (r *reading) finish() *Store {
	s := r.store
	for p := range r.problems {
		s.Problems = append(s.Problems, p)
	}
	slices.SortFunc(s.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.What, b.What))
	})
	var kept []Problem
	for i := 0; i < len(s.Problems); {
		end := i
		for end < len(s.Problems) && s.Problems[end].File == s.Problems[i].File {
			end++
		}
		shown := min(end, i+mostProblems)
		kept = append(kept, s.Problems[i:shown]...)
		if end > shown {
			kept = append(kept, Problem{s.Problems[i].File, fmt.Sprintf("and %d more places that could not be read", end-shown)})
		}
		i = end
	}
	s.Problems = kept
	return s
}

func (r *reading) open(name string) (*os.File, error) { return os.Open(filepath.Join(r.dir, name)) }
