package registry

import (
	"path/filepath"
	"sync"
	"time"
)

// keeping is what sweeping, backups, restores, hand-overs and displays
// remember beside the stores.
type keeping struct {
	shelf shelf // of backups

	mu       sync.Mutex // one of them at a time
	swept    sweepMemory
	restored *restoreMark // of the restore whose exchange open completed

	screen   sync.Mutex
	displays map[string][]DisplayRow // where the stores are in memory
}

// sweepMemory spares a sweep what cannot be due yet. It is empty after a
// start, which makes the first sweep look at everything.
type sweepMemory struct {
	declared map[string]bool // by building: logs that are not declared have gone
	looked   time.Time       // when the usage log and the links were last looked through
	shreds   uint64          // count of destroyed keys at that time
	local    time.Time       // when log data were last swept that local law wants kept for less time
	accounts struct {
		looked time.Time // when they were last looked through
		due    time.Time // none of them is due before
	}
}

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

// resumeKeeping completes restores and hand-overs that a crash cut short.
func (r *Registry) resumeKeeping() error {
	r.keeping.mu.Lock()
	defer r.keeping.mu.Unlock()
	if err := r.keeping.shelf.clear(); err != nil {
		return err
	}
	if err := r.finishRestore(); err != nil {
		return err
	}
	return r.finishEndings()
}
