package registry

import (
	"path/filepath"
	"sync"
	"time"
)

// keeping is what sweeping, backups, displays and the key audit remember
// beside the stores.
//
// For registry.go (Registry and Open):
//
//   - Registry has the field `keeping keeping`;
//   - Open calls `r.keeping.open(o.Dir)` before it opens a store: it completes
//     or undoes the exchange of folders of a restore that was cut short, and
//     is nil-safe for Dir "";
//   - Open calls `r.resumeKeeping()` as its last step: it completes a restore's
//     and a hand-over's evidence;
//   - a building that is handed over has its key files under
//     managerRing(building) instead of the ring's own name; openRing then reads
//     files.load(managerRing(...)) while the ring's name, to which wrapped keys
//     are bound, stays;
//   - handing over counts from the ledger entry ActHandOver with any state, as
//     it is already read.
type keeping struct {
	shelf shelf // of backups

	mu       sync.Mutex
	swept    sweepMemory
	displays map[string][]DisplayRow // in memory only
	restored string                  // name of the backup whose exchange of folders open completed
}

// sweepMemory spares a sweep what cannot be due yet. It is empty after a
// start, which makes the first sweep look at everything.
type sweepMemory struct {
	accounts time.Time            // no account can have been unused for too long before this
	shreds   uint64               // count of shredded keys when orphaned logs were last looked for
	looked   bool                 // whether they were
	links    time.Time            // when links were last looked through
	logs     map[string]logsSwept // by building
}

type logsSwept struct {
	cutoff  map[string]string // by log: day up to which it has been swept
	version uint64            // of Badger, up to which keys have been seen
}

// managerRing is the name under which the key files of a building lie that was
// handed over to its Manager.
func managerRing(building string) string { return "manager-" + building }

// open completes or undoes what a crash left of a restore, before the stores
// are opened.
func (k *keeping) open(dir string) (err error) {
	if dir == "" {
		return nil
	}
	k.shelf.dir = filepath.Join(dir, "backups")
	k.restored, err = finishExchange(dir)
	return err
}
