package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
)

// version is a version in a backup as a test compares it.
type version struct {
	Key, Value string
	Deleted    bool
	Expires    uint64
}

// badgerBackup is the stream of a real backup: two records, one with a time to
// live, and one that was deleted.
func badgerBackup(t testing.TB) []byte {
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	in := func(f func(*badger.Txn) error) {
		if err := db.Update(f); err != nil {
			t.Fatal(err)
		}
	}
	in(func(tx *badger.Txn) error { return tx.Set([]byte("fp/a"), []byte("value of a")) })
	in(func(tx *badger.Txn) error { return tx.Set([]byte("fp/b"), []byte("value of b")) })
	in(func(tx *badger.Txn) error {
		e := badger.NewEntry([]byte("fp/c"), bytes.Repeat([]byte{'c'}, 3000)).WithMeta(7)
		e.ExpiresAt = 1 << 40
		return tx.SetEntry(e)
	})
	in(func(tx *badger.Txn) error { return tx.Delete([]byte("fp/b")) })
	var b bytes.Buffer
	if _, err := db.Backup(&b, 0); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// backupOf puts the line before a stream that it describes.
func backupOf(stream []byte, records int) []byte {
	sum := sha256.Sum256(stream)
	line := fmt.Sprintf(`{"format":1,"store":"cloud","at":"2027-01-01T00:00:00Z","ledger_sequence":5,"ledger_hash":"ab","records":%d,"logs_from":"20260101","bytes":%d,"sha256":%q}`,
		records, len(stream), hex.EncodeToString(sum[:]))
	return append([]byte(line+"    \n"), stream...)
}

// list is a list of the stream with these bytes.
func list(b ...byte) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(b))), b...)
}

func TestBackup(t *testing.T) {
	stream := badgerBackup(t)
	path := filepath.Join(folder(t, map[string]string{"a.bak": string(backupOf(stream, 3))}), "a.bak")
	got := map[version]uint64{}
	head, err := Backup(path, func(key, value []byte, commit uint64, deleted bool, expires uint64) error {
		got[version{string(key), string(value), deleted, expires}] = commit
		return nil
	})
	must(t, err)
	// Badger writes its tables side by side, so that their order differs.
	want := map[version]uint64{{"fp/a", "value of a", false, 0}: 1, {"fp/b", "", true, 0}: 4, {"fp/c", strings.Repeat("c", 3000), false, 1 << 40}: 3}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("versions and their commits (-want +got):\n%s", d)
	}
	sum := sha256.Sum256(stream)
	wantHead := &BackupHead{Format: 1, Store: "cloud", At: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Sequence: 5, Hash: "ab", Records: 3,
		LogsFrom: "20260101", Bytes: int64(len(stream)), SHA256: hex.EncodeToString(sum[:])}
	if d := cmp.Diff(wantHead, head); d != "" {
		t.Errorf("head (-want +got):\n%s", d)
	}
	mine := errors.New("enough")
	if _, err := Backup(path, func([]byte, []byte, uint64, bool, uint64) error { return mine }); err != mine {
		t.Errorf("error %v, want the caller's own", err)
	}
}

func TestBackupsThatAreDamaged(t *testing.T) {
	stream := badgerBackup(t)
	good := backupOf(stream, 3)
	behind := len(good) - len(stream)
	text := func(old, new string) string { return strings.Replace(string(good), old, new, 1) }
	flipped := bytes.Clone(stream)
	flipped[bytes.Index(flipped, []byte("value of a"))] ^= 1
	reads := func(b []byte) error {
		_, err := readBackup(bytes.NewReader(b), func([]byte, []byte, uint64, bool, uint64) error { return nil })
		return err
	}
	refuses(t, reads, []refusal{
		{"an empty file", "", "no first line"},
		{"a stream without the line", string(stream), "first line"},
		{"a line without end", strings.Repeat(" ", longestHead+1), "no first line of JSON that ends"},
		{"a line with an unknown field", text(`"format"`, `"`+secret+`":1,"format"`), "first line: near byte"},
		{"a format of the future", text(`"format":1`, `"format":2`), "not of format 1"},
		{"another sum", string(backupOf(stream, 3)[:behind]) + string(flipped), "another SHA-256"},
		{"another number of records", string(backupOf(stream, 4)), "has 3 records, and its first line says 4"},
		{"no stream", string(good[:behind]), "has 0 bytes behind the first line"},
		{"a file that is cut in a list", string(good[:len(good)-1]), fmt.Sprintf("byte %d: the file ends within a list", len(good)-1)},
		{"a file that is cut in a length", string(good[:behind+3]), fmt.Sprintf("byte %d: the file ends within the length", behind+3)},
		{"a file that goes on", string(good) + secret, "is no length of a list"},
		{"a list of nothing", string(backupOf(make([]byte, 8), 0)), "is no length of a list"},
		{"a length beyond all bounds", string(backupOf(bytes.Repeat([]byte{255}, 8), 0)), "is no length of a list"},
		{"a version without a key", string(backupOf(list(0x0a, 2, 0x20, 1), 1)), "has no key"},
		{"a field that no version has", string(backupOf(list(0x0a, 5, 0x0a, 1, 'k', 0x38, 1), 1)), "a version has a field"},
		{"a field that no list has", string(backupOf(list(0x18, 1), 0)), "a list has a field"},
		{"a field of a form that is not used", string(backupOf(list(0x0d, 1, 1, 1, 1), 0)), "neither an integer nor bytes"},
		{"a field that is longer than its list", string(backupOf(list(0x0a, 9, 0x0a, 1, 'k'), 0)), "longer than what it lies in"},
		{"an integer that does not end", string(backupOf(list(0x0a, 0xff), 0)), "does not end"},
		{"meta of two bytes", string(backupOf(list(0x0a, 7, 0x0a, 1, 'k', 0x32, 2, 0, 0), 1)), "a version has a field"},
	})
	must(t, reads(good))
	must(t, reads(backupOf(list(0x0a, 3, 0x0a, 1, 'k'), 1)))
	must(t, reads(backupOf(nil, 0)))
}
