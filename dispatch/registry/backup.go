package registry

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// Backup writes the cloud store into a file of the backups folder, or of
// memory where the stores are, and gives its name.
//
// It writes the records that stand at one instant, in the form of Badger's own
// full backup, so that Badger's Load reads it. It is always full: Badger's
// protocol for incremental backups loses the first commit after the last one,
// which may be a deletion. It holds no former versions, no marks of deletions
// and no commit numbers, which would tell what was written together. Log
// records that would grow older than log data are kept, in whichever building
// that is the least, while the backup is kept, are left out (FL:L58).
//
// The other stores are never in the provider's backups: the vault, because a
// copy of a key would undo its destruction; the ledger, because a restore
// must not forget what was erased meanwhile; the archive, because its copies
// have their own deadline; and building servers, because what they hold is
// stored locally (RC:L13) and stays with the building. Backups hold
// ciphertext without keys.
func (r *Registry) Backup() (name string, err error) {
	r.keeping.mu.Lock()
	defer r.keeping.mu.Unlock()
	return r.backup()
}

// backup is Backup for those who hold keeping.mu. Erasures wait for it, so that
// it never catches one half way.
func (r *Registry) backup() (name string, err error) {
	r.ledger.erasing.Lock()
	defer r.ledger.erasing.Unlock()
	s, err := r.store(Cloud, "")
	if err != nil {
		return "", err
	}
	if err := r.checkRegion(placeBackups); err != nil {
		return "", err
	}
	now := r.o.Now().UTC()
	name = backupName(now, r.o.IDs.New())
	m := Manifest{Format: backupFormat, Store: Cloud, At: now}
	// Entries from here on are replayed by a restore. Those before were
	// written before the acts that they are evidence of, and may be ahead of
	// the store; see replay.
	m.Sequence, m.Hash = r.ledgerHead()
	if err := r.ledger.sync(m.Sequence); err != nil {
		return "", err
	}
	from := now.Add(r.o.Limits.Backups - r.shortestLogData())
	if m.LogsFrom = dayOf(from); !from.Truncate(wholeDay).Equal(from) {
		m.LogsFrom = dayOf(from.Add(wholeDay))
	}
	var since uint64
	if since, m.Audit, err = r.auditSince(s, from); err != nil {
		return "", fmt.Errorf("backup %s: %w", name, err)
	}
	err = r.keeping.shelf.put(name, m, func(w io.Writer) (int, error) { return s.stream(w, m.LogsFrom, since) })
	if err != nil {
		return "", err
	}
	m, err = r.keeping.shelf.manifest(name)
	if err != nil {
		return "", err
	}
	facts := map[string]string{
		"name": name, "state": "written", "records": strconv.Itoa(m.Records), "bytes": strconv.FormatInt(m.Bytes, 10), "sum": m.SHA256,
		"sequence": strconv.FormatUint(m.Sequence, 10),
	}
	if m.Hash != "" {
		facts["head"] = m.Hash
	}
	if region := r.o.regionOf(placeBackups); region != "" {
		facts["region"] = region
	}
	if _, err := r.Append(Entry{Act: ActBackup, Facts: facts}, true); err != nil {
		return "", err
	}
	return name, nil
}

// Backups lists the backups that there are, oldest first.
func (r *Registry) Backups() ([]string, error) { return r.keeping.shelf.names() }

// discard deletes backups, and notes it in the ledger.
func (r *Registry) discard(names []string) error {
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		if _, err := r.Append(Entry{Act: ActBackup, Facts: map[string]string{"name": name, "state": "deleted"}}, false); err != nil {
			return err
		}
	}
	return r.keeping.shelf.remove(names...)
}

const backupClock = "20060102t150405z"

// backupName begins with the instant, by which a sweep knows a backup's age.
func backupName(at time.Time, id ID) string {
	return at.UTC().Format(backupClock) + "-" + string(id[:10])
}

func backupInstant(name string) (time.Time, error) {
	clock, _, _ := strings.Cut(name, "-")
	at, err := time.Parse(backupClock, clock)
	if err != nil {
		return at, fmt.Errorf("backup %s: its name does not begin with an instant; it is none of ours, move it away", name)
	}
	return at, nil
}

// auditSince finds the first entry of the key audit that is from an instant or
// later, and the last ones before it.
func (r *Registry) auditSince(s *store, from time.Time) (since uint64, anchors []Anchor, err error) {
	last := map[string]Anchor{}
	err = s.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindKeyAudit.Prefix+"/"), func(item *badger.Item) error {
			if since != 0 {
				return nil
			}
			var e KeyAudit
			if err := item.Value(func(v []byte) error { return s.decode(KindKeyAudit, item.Key(), v, &e) }); err != nil {
				return err
			}
			if e.At.Before(from) {
				last[e.Building] = Anchor{e.Building, e.Sequence, e.Hash}
			} else {
				since = e.Sequence
			}
			return nil
		})
	})
	for _, building := range sortedKeys(last) {
		anchors = append(anchors, last[building])
	}
	if since == 0 {
		since = 1<<64 - 1
	}
	return since, anchors, err
}

// stream writes the records of one state of the store: log records from a day
// on, and entries of the key audit from a sequence on.
func (s *store) stream(w io.Writer, logsFrom string, auditFrom uint64) (records int, err error) {
	const several = 1 << 20
	var list []byte
	flush := func() error {
		if len(list) == 0 {
			return nil
		}
		if err := binary.Write(w, binary.LittleEndian, uint64(len(list))); err != nil {
			return err
		}
		_, err := w.Write(list)
		list = list[:0]
		return err
	}
	err = s.view(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			item := it.Item()
			if isMark(item.Key()) || item.Key()[0] == markSuffix {
				continue // what a drop and settling keep beside records
			}
			ref, err := parseKey(item.Key())
			if err != nil {
				return fmt.Errorf("store %s: %w", s.name, err)
			}
			if ref.Kind == KindUsageLog && ref.Day < logsFrom || ref.Kind == KindKeyAudit && ref.Sequence < auditFrom {
				continue
			}
			if err := item.Value(func(v []byte) error { list = appendKV(list, item.Key(), v); return nil }); err != nil {
				return err
			}
			records++
			if len(list) >= several {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		return flush()
	})
	return records, err
}

// appendKV appends field 1 of Badger's message KVList: a KV with its key (1),
// value (2) and version (4).
func appendKV(list, key, value []byte) []byte {
	kv := make([]byte, 0, len(key)+len(value)+24)
	kv = binary.AppendUvarint(append(kv, 1<<3|2), uint64(len(key)))
	kv = append(kv, key...)
	kv = binary.AppendUvarint(append(kv, 2<<3|2), uint64(len(value)))
	kv = append(kv, value...)
	kv = append(kv, 4<<3, 1) // a varint, not bytes
	list = binary.AppendUvarint(append(list, 1<<3|2), uint64(len(kv)))
	return append(list, kv...)
}
