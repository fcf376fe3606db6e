package registry

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// store is one Badger database.
type store struct {
	name     string // "cloud", "building-a": as in certificates and in what values are bound to
	kind     Store
	building string // name of the building, "" for the provider's stores
	db       *badger.DB
	ring     *ring // nil where nothing is sealed

	handedOver atomic.Bool     // of a building: we have left, and nobody gets in here
	taken      bool            // of a building: it was handed over, and this is whoever goes on with it
	gate       sync.RWMutex    // held for reading by every use, and for good once the store is closed
	writers    sync.RWMutex    // held for reading by every transaction that writes; see alone
	counts     []atomic.Uint64 // of accesses; see count
	settling   settling
}

// buildingPrefix begins the names of building servers' stores.
const buildingPrefix = "building-"

func storeName(kind Store, building string) string {
	if kind == Building {
		return buildingPrefix + building
	}
	return string(kind)
}

// badgerOptions are those of one store; dir "" keeps it in memory.
//
// A memtable of 4 MiB holds about 10,000 records before it is written as a
// table. It bounds a transaction to 0.6 MB, what an erasure has to flush and
// compact, and the memory of six stores; with Badger's 64 MiB a settled
// erasure would write sixteen times as much. Values stay inside the tables: the
// value log gives space back only by a garbage collection of many seconds.
// They are not compressed: ciphertext does not get smaller, and blocks as they
// are need no cache beside the system's.
// Tables are small, and of one size on all levels: a drop writes whole tables
// anew.
// Writes are not synced one by one: they survive the process as they are, and
// what has to survive the machine calls sync, which many writes can share.
func badgerOptions(dir string, kind Store, log *slog.Logger) badger.Options {
	o := badger.DefaultOptions(dir).
		WithNumVersionsToKeep(1).
		WithMemTableSize(4 << 20).
		WithNumMemtables(3).
		WithValueLogFileSize(8 << 20).
		WithValueThreshold(largestValue).
		WithNumCompactors(2).
		WithNumGoroutines(2).
		WithCompression(options.None).
		WithBlockCacheSize(0).
		WithMetricsEnabled(false).
		WithLogger(scrubbed{log, storeLabel(dir, kind)})
	o.BaseTableSize, o.TableSizeMultiplier = 1<<20, 1
	if dir == "" {
		o = o.WithInMemory(true)
	}
	return o
}

func storeLabel(dir string, kind Store) string {
	if dir == "" {
		return string(kind)
	}
	return filepath.Base(dir)
}

// openStore opens or creates a store without its ring.
func openStore(dir string, kind Store, building string, log *slog.Logger) (*store, error) {
	s := &store{name: storeName(kind, building), kind: kind, building: building, counts: make([]atomic.Uint64, countCells)}
	if dir != "" {
		dir = filepath.Join(dir, s.name)
	}
	if dir != "" {
		if err := removeUnborn(dir); err != nil {
			return nil, fmt.Errorf("open store %s: %w", s.name, err)
		}
	}
	db, err := badger.Open(badgerOptions(dir, kind, log))
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", s.name, err)
	}
	s.db = db
	due, err := s.versionOf(settlingDue)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", s.name, err), db.Close())
	}
	s.settling.unlisted = due != 0
	return s, nil
}

// dir is the store's folder, "" in memory.
func (s *store) dir() string { return s.db.Opts().Dir }

// view runs f on one state of the store.
func (s *store) view(f func(txn *badger.Txn) error) error {
	// Nothing but close takes the gate for writing.
	if !s.gate.TryRLock() {
		return errClosed
	}
	defer s.gate.RUnlock()
	return s.db.View(f)
}

var errClosed = errors.New("the registry, or this store of it, is closed")

const (
	// mostTries bounds how often update runs against other writers, and
	// longestWait the time that it waits between two tries when Badger takes
	// no writes.
	mostTries   = 2000
	longestWait = 20 * time.Millisecond
)

// update runs f in a read-write transaction and commits it. It runs f again
// when another transaction came first, and when Badger takes no writes for a
// while, so that what it acknowledges is written. Within f no other update of
// the same store may be called, but updateWithin may.
func (s *store) update(f func(txn *badger.Txn) error) error {
	return s.again(func() error {
		if !s.gate.TryRLock() {
			return errClosed
		}
		defer s.gate.RUnlock()
		s.writers.RLock()
		defer s.writers.RUnlock()
		return s.db.Update(f)
	})
}

// updateWithin is update in a transaction of its own for those who are in an
// update of the same store already.
func (s *store) updateWithin(f func(txn *badger.Txn) error) error {
	return s.again(func() error { return s.db.Update(f) })
}

// alone runs f while nobody writes. DropPrefix has to be run so: it tells
// writers to stay away, but one that has just looked puts its transaction in a
// queue that nobody empties any more, and both wait for each other for ever
// (Badger 4.9.6, sendToWriteCh against prepareToDrop).
func (s *store) alone(f func() error) error {
	s.writers.Lock()
	defer s.writers.Unlock()
	return f()
}

func (s *store) again(try func() error) error {
	wait := 100 * time.Microsecond
	for range mostTries {
		err := try()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, badger.ErrConflict):
		case errors.Is(err, badger.ErrBlockedWrites):
			time.Sleep(wait)
			wait = min(2*wait, longestWait)
		case errors.Is(err, badger.ErrTxnTooBig):
			return fmt.Errorf("store %s: more records than one transaction holds, which is %d records or %d bytes; use several transactions: %w",
				s.name, s.db.MaxBatchCount(), s.db.MaxBatchSize(), err)
		default:
			return err
		}
	}
	return fmt.Errorf("store %s: the transaction did not get through in %d tries; other writers were always first", s.name, mostTries)
}

// sync returns when all that was committed is on the disk.
func (s *store) sync() error {
	if s.db.Opts().InMemory {
		return nil
	}
	if err := s.db.Sync(); err != nil {
		return fmt.Errorf("sync store %s: %w", s.name, err)
	}
	return nil
}

// close waits for those who use the store, and syncs and closes it.
func (s *store) close() error {
	s.gate.Lock()
	err := errors.Join(s.sync(), s.db.Close())
	if err != nil {
		return fmt.Errorf("close store %s: %w", s.name, err)
	}
	return nil
}

// scrubbed passes Badger's warnings and errors on without what it would put
// into them: Badger prints keys, and prefixes of keys.
type scrubbed struct {
	log   *slog.Logger
	store string
}

func (l scrubbed) Errorf(format string, args ...any) {
	if l.log != nil {
		l.log.Error("badger: "+scrub(format, args), "store", l.store)
	}
}

func (l scrubbed) Warningf(format string, args ...any) {
	if l.log != nil && !unneeded(format, args) {
		l.log.Warn("badger: "+scrub(format, args), "store", l.store)
	}
}

func (scrubbed) Infof(string, ...any)  {}
func (scrubbed) Debugf(string, ...any) {}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)

// scrub fills a format with durations and causes of the operating system, and
// leaves everything else out.
func scrub(format string, args []any) string {
	i := 0
	text := verb.ReplaceAllStringFunc(format, func(string) string {
		i++
		if i > len(args) {
			return "..."
		}
		switch a := args[i-1].(type) {
		case time.Duration:
			return a.String()
		case error:
			var no syscall.Errno
			if errors.As(a, &no) {
				return no.Error()
			}
			return fmt.Sprintf("%T", a)
		}
		return "..."
	})
	return strings.TrimSpace(text)
}
