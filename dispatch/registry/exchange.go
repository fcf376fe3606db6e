package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A restore fills a new store beside the old one, and then exchanges the two
// folders. Everything on its way lies in one folder of Dir:
//
//	restoring/cloud   the new store
//	restoring/ready   written when it is complete; from then on a crash leads on, not back
//	restoring/old     the old store, until it is deleted
const (
	restoringDir  = "restoring"
	restoringMark = "ready"
	restoringOld  = "old"
)

// restoreMark is the content of restoring/ready.
type restoreMark struct {
	Backup  string `json:"backup"`
	Restore ID     `json:"restore"` // ID of its entries in the ledger
}

// exchange puts a new cloud store in place of the present one.
func (r *Registry) exchange(fresh *store, mark restoreMark) error {
	old, err := r.store(Cloud, "")
	if err != nil {
		return errors.Join(err, fresh.close())
	}
	if r.o.Dir == "" {
		fresh.counts = old.counts
		r.mu.Lock()
		r.stores[fresh.name] = fresh
		r.mu.Unlock()
		return old.close()
	}
	if err := fresh.close(); err != nil {
		return err
	}
	b, err := json.Marshal(mark)
	if err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(r.o.Dir, restoringDir, restoringMark), b); err != nil {
		return err
	}
	if err := syncFolder(filepath.Join(r.o.Dir, restoringDir)); err != nil {
		return err
	}
	r.step("restore:ready")
	if err := old.close(); err != nil {
		return err
	}
	if err := exchangeFolders(r.o.Dir, r.step); err != nil {
		return fmt.Errorf("%w; the cloud store is closed, start again to complete the restore", err)
	}
	s, err := openStore(r.o.Dir, Cloud, "", r.o.Log)
	if err != nil {
		return err
	}
	s.ring, s.counts = r.ring, old.counts
	r.mu.Lock()
	r.stores[s.name] = s
	r.mu.Unlock()
	return nil
}

// exchangeFolders puts the restored folder in place of the cloud's. It goes on
// from wherever it was cut short.
func exchangeFolders(dir string, step func(string)) error {
	cloud, staging := filepath.Join(dir, string(Cloud)), filepath.Join(dir, restoringDir)
	restored, old := filepath.Join(staging, string(Cloud)), filepath.Join(staging, restoringOld)
	if exists(restored) {
		if exists(cloud) {
			if err := os.RemoveAll(old); err != nil {
				return err
			}
			if err := os.Rename(cloud, old); err != nil {
				return err
			}
		}
		step("restore:aside")
		if err := os.Rename(restored, cloud); err != nil {
			return err
		}
	}
	if err := errors.Join(syncFolder(staging), syncFolder(dir)); err != nil {
		return err
	}
	step("restore:exchanged")
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	return syncFolder(staging)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// finishExchange undoes a restore that a crash cut short before its store was
// complete, and completes one that was cut short afterwards. It gives the mark
// of a restore that it completed.
func finishExchange(dir string) (*restoreMark, error) {
	staging := filepath.Join(dir, restoringDir)
	if !exists(staging) {
		return nil, nil
	}
	b, err := os.ReadFile(filepath.Join(staging, restoringMark))
	if errors.Is(err, os.ErrNotExist) {
		return nil, os.RemoveAll(staging)
	}
	if err != nil {
		return nil, err
	}
	mark := new(restoreMark)
	if err := json.Unmarshal(b, mark); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(staging, restoringMark), err)
	}
	return mark, exchangeFolders(dir, func(string) {})
}

// finishRestore gives a restore that finishExchange completed its evidence.
func (r *Registry) finishRestore() error {
	mark := r.keeping.restored
	if mark == nil {
		return nil
	}
	if _, _, err := r.sweep(); err != nil {
		return err
	}
	evident := false
	err := r.Entries(func(_ uint64, e *Entry) error {
		evident = evident || e.Act == ActRestore && e.ID == mark.Restore && e.Facts["state"] == "complete"
		return nil
	})
	if err != nil {
		return err
	}
	if !evident {
		facts := map[string]string{"name": mark.Backup, "state": "complete"}
		if _, err := r.Append(Entry{Act: ActRestore, ID: mark.Restore, Facts: facts}, true); err != nil {
			return err
		}
	}
	r.keeping.restored = nil
	return os.RemoveAll(filepath.Join(r.o.Dir, restoringDir))
}
