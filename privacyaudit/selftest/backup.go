package selftest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// intoBackup writes a record into the newest backup, and has the file and the
// ledger say what the backup then is.
func (b *Bench) intoBackup(key string, value []byte) error {
	files, err := b.files("stores/backups/*.bak")
	if err != nil || len(files) == 0 {
		return fmt.Errorf("there is no backup: %w", err)
	}
	name := files[len(files)-1]
	content, err := b.read(name)
	if err != nil {
		return err
	}
	head, stream, _ := bytes.Cut(content, []byte{'\n'})
	stream, records, err := b.restream(stream, key, value)
	if err != nil {
		return err
	}
	if err := b.write(name, append(append(head, '\n'), stream...)); err != nil {
		return err
	}
	sum := sha256.Sum256(stream)
	if err := b.backupHead(name, func(d doc) {
		d["records"], d["bytes"], d["sha256"] = records, len(stream), hex.EncodeToString(sum[:])
	}); err != nil {
		return err
	}
	return b.ledger(func(k *book) error {
		e, err := k.one("backup", func(e *entry) bool {
			return e.fact("state") == "written" && e.fact("name") == strings.TrimSuffix(filepath.Base(name), ".bak")
		})
		if err != nil {
			return err
		}
		f := e.facts()
		f["records"], f["bytes"], f["sum"] = strconv.Itoa(records), strconv.Itoa(len(stream)), hex.EncodeToString(sum[:])
		return nil
	})
}

// restream adds a record to the stream of a backup, and counts the records.
func (b *Bench) restream(stream []byte, key string, value []byte) (is []byte, records int, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(b.Clean.Dir), "backup-")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(dir)
	db, err := badger.Open(options(dir))
	if err != nil {
		return nil, 0, err
	}
	defer db.Close()
	if err := db.Load(bytes.NewReader(stream), 16); err != nil {
		return nil, 0, err
	}
	if err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(key), value) }); err != nil {
		return nil, 0, err
	}
	var out bytes.Buffer
	if _, err := db.Backup(&out, 0); err != nil {
		return nil, 0, err
	}
	err = db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			records++
		}
		return nil
	})
	return out.Bytes(), records, err
}
