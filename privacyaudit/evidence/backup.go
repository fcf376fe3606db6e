package evidence

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// BackupHead is the first line of a backup file.
type BackupHead struct {
	Format   int            `json:"format"`
	Store    string         `json:"store"`
	At       time.Time      `json:"at"`
	Sequence uint64         `json:"ledger_sequence"` // of the last entry of the ledger that the backup knows
	Hash     string         `json:"ledger_hash"`
	Records  int            `json:"records"`
	LogsFrom string         `json:"logs_from"` // YYYYMMDD: older log records were left out
	Audit    []BackupAnchor `json:"key_audit"`
	Bytes    int64          `json:"bytes"`  // of the stream behind the line
	SHA256   string         `json:"sha256"` // of the stream
}

// BackupAnchor is where a building's key audit begins in the backup.
type BackupAnchor struct {
	Building string `json:"building"`
	Sequence uint64 `json:"sequence"`
	Hash     string `json:"hash"`
}

const (
	longestHead = 1 << 20
	// largestList bounds a list of versions; Badger writes such of a few MiB.
	largestList = 128 << 20
)

// Backup reads a backup file: a line of JSON, then the stream of Badger's
// backup, of which f gets every version. Key and value are valid during the
// call only; expires is in Unix seconds, 0 = never. What the head says of the
// stream can be told only behind it: f may have had versions of a file that is
// damaged. An error of f ends it and comes back as it is.
func Backup(path string, f func(key, value []byte, version uint64, deleted bool, expires uint64) error) (*BackupHead, error) {
	file, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("evidence: backup: %w", err)
	}
	defer file.Close()
	head, err := readBackup(file, f)
	var s stop
	if errors.As(err, &s) {
		return head, s.error
	}
	if err != nil {
		return head, fmt.Errorf("evidence: backup %s: %w", path, err)
	}
	return head, nil
}

func readBackup(r io.Reader, f func(key, value []byte, version uint64, deleted bool, expires uint64) error) (*BackupHead, error) {
	in := bufio.NewReaderSize(r, longestHead)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return nil, errors.New("has no first line of JSON that ends")
	}
	var head BackupHead
	if err := decode(bytes.TrimRight(line, " \n"), &head); err != nil {
		return nil, fmt.Errorf("first line: %w", err)
	}
	if head.Format != 1 || head.Store == "" || head.At.IsZero() {
		return nil, errors.New("first line: is not of format 1, or lacks store or instant")
	}
	sum := sha256.New()
	b := &backupStream{in: io.TeeReader(in, sum), at: int64(len(line)), f: f}
	if err := b.read(); err != nil {
		return &head, err
	}
	switch size := b.at - int64(len(line)); {
	case size != head.Bytes:
		return &head, fmt.Errorf("has %d bytes behind the first line, which says %d", size, head.Bytes)
	case hex.EncodeToString(sum.Sum(nil)) != head.SHA256:
		return &head, errors.New("has another SHA-256 behind the first line than that says")
	case b.records != head.Records:
		return &head, fmt.Errorf("has %d records, and its first line says %d", b.records, head.Records)
	}
	return &head, nil
}

// backupStream is Badger's backup: lists of versions, each behind its length in
// 8 bytes, little endian. A list is protocol buffers' KVList.
type backupStream struct {
	in      io.Reader
	at      int64 // in the file
	records int
	f       func(key, value []byte, version uint64, deleted bool, expires uint64) error
}

func (s *backupStream) read() error {
	var buf bytes.Buffer
	for {
		var head [8]byte
		n, err := io.ReadFull(s.in, head[:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("byte %d: the file ends within the length of a list", s.at+int64(n))
		}
		length := binary.LittleEndian.Uint64(head[:])
		if length == 0 || length > largestList {
			return fmt.Errorf("byte %d: is no length of a list", s.at)
		}
		s.at += 8
		buf.Reset()
		if copied, err := io.CopyN(&buf, s.in, int64(length)); err != nil {
			return fmt.Errorf("byte %d: the file ends within a list", s.at+copied)
		}
		if err := s.list(buf.Bytes()); err != nil {
			return err
		}
		s.at += int64(length)
	}
}

// list gives the versions of a KVList: field 1, repeated. Field 10 is Badger's
// own and empty in a file.
func (s *backupStream) list(b []byte) error {
	m := message{b: b}
	for m.more() {
		before := m.at
		number, _, body, err := m.field()
		switch {
		case err != nil:
			return fmt.Errorf("byte %d: %w", s.at+int64(before), err)
		case number != 1 || body == nil:
			return fmt.Errorf("byte %d: a list has a field that no list of a backup has", s.at+int64(before))
		}
		if err := s.version(body); err != nil {
			var stopped stop
			if errors.As(err, &stopped) {
				return err
			}
			return fmt.Errorf("byte %d: %w", s.at+int64(before), err)
		}
	}
	return nil
}

// version gives one version.
func (s *backupStream) version(b []byte) error {
	const deletedBit = 1 // of Badger's meta byte
	var key, value []byte
	var version, expires uint64
	deleted := false
	m := message{b: b}
	for m.more() {
		number, n, body, err := m.field()
		if err != nil {
			return err
		}
		switch {
		case number == 1 && body != nil:
			key = body
		case number == 2 && body != nil:
			value = body
		case number == 3 && len(body) == 1: // the user's meta byte
		case number == 4 && body == nil:
			version = n
		case number == 5 && body == nil:
			expires = n
		case number == 6 && len(body) == 1:
			deleted = body[0]&deletedBit != 0
		case number == 10 && body == nil: // which of Badger's readers sent it
		default:
			return errors.New("a version has a field that no version of a backup has")
		}
	}
	if len(key) == 0 {
		return errors.New("a version has no key")
	}
	s.records++
	if err := s.f(key, value, version, deleted, expires); err != nil {
		return stop{err}
	}
	return nil
}

// message is a message in the wire format of protocol buffers.
type message struct {
	b  []byte
	at int
}

func (m *message) more() bool { return m.at < len(m.b) }

// field reads a field: its number, and either an integer, with a nil body, or a
// body.
func (m *message) field() (number, n uint64, body []byte, err error) {
	tag, err := m.varint()
	if err != nil {
		return 0, 0, nil, err
	}
	if n, err = m.varint(); err != nil {
		return 0, 0, nil, err
	}
	switch tag & 7 {
	case 0:
		return tag >> 3, n, nil, nil
	case 2:
		if n > uint64(len(m.b)-m.at) {
			return 0, 0, nil, errors.New("a field is longer than what it lies in")
		}
		body = m.b[m.at : m.at+int(n) : m.at+int(n)]
		m.at += int(n)
		return tag >> 3, n, body, nil
	}
	return 0, 0, nil, errors.New("a field is neither an integer nor bytes")
}

func (m *message) varint() (uint64, error) {
	n, size := binary.Uvarint(m.b[m.at:])
	if size <= 0 {
		return 0, errors.New("an integer does not end")
	}
	m.at += size
	return n, nil
}
