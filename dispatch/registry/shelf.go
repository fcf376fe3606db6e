package registry

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Manifest is the first line of a backup file, as JSON, padded with blanks.
// The rest of the file is the stream of Badger's full backup.
type Manifest struct {
	Format   int       `json:"format"` // backupFormat
	Store    Store     `json:"store"`
	At       time.Time `json:"at"`
	Sequence uint64    `json:"ledger_sequence"` // of the last entry of the ledger that the backup knows
	Hash     string    `json:"ledger_hash"`
	Records  int       `json:"records"`
	LogsFrom string    `json:"logs_from"` // YYYYMMDD: older log records were left out
	Audit    []Anchor  `json:"key_audit,omitempty"`
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256"` // of the stream
}

const (
	backupFormat = 1
	backupSuffix = ".bak"
	// manifestMost bounds the first line of a file that may not be ours.
	manifestMost = 1 << 20
)

// shelf is where backups lie: a folder, or memory when dir is "".
type shelf struct {
	dir string

	mu     sync.Mutex
	memory map[string][]byte
}

// names lists the backups, oldest first: a name begins with its instant.
func (s *shelf) names() ([]string, error) {
	var names []string
	if s.dir == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		for name := range s.memory {
			names = append(names, name)
		}
		slices.Sort(names)
		return names, nil
	}
	files, err := os.ReadDir(s.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("backups: %w", err)
	}
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), backupSuffix); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// put makes a backup of what stream writes and counts. The backup has its name
// only once it is complete and on the disk.
func (s *shelf) put(name string, m Manifest, stream func(io.Writer) (records int, err error)) error {
	// The line is as long as it can become: the figures that are not known yet
	// take their widest form.
	widest := m
	widest.Records, widest.Bytes, widest.SHA256 = 1<<62, 1<<62, strings.Repeat("0", 2*sha256.Size)
	b, err := json.Marshal(widest)
	if err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	room := len(b)
	line := func() []byte {
		b, err := json.Marshal(m)
		if err != nil || len(b) > room {
			panic(fmt.Sprintf("BUG: manifest of %d bytes in room of %d: %v", len(b), room, err))
		}
		return append(append(b, bytes.Repeat([]byte(" "), room-len(b))...), '\n')
	}

	if s.dir == "" {
		var buf bytes.Buffer
		if m.Records, m.Bytes, m.SHA256, err = summed(&buf, stream); err != nil {
			return fmt.Errorf("backup %s: %w", name, err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.memory == nil {
			s.memory = map[string][]byte{}
		}
		s.memory[name] = append(line(), buf.Bytes()...)
		return nil
	}

	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("backups: %w", err)
	}
	f, err := os.CreateTemp(s.dir, "unfinished-*")
	if err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	defer os.Remove(f.Name()) // fails when the file has its name
	defer f.Close()
	if _, err := f.Write(line()); err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if m.Records, m.Bytes, m.SHA256, err = summed(w, stream); err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	if _, err := f.WriteAt(line(), 0); err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), filepath.Join(s.dir, name+backupSuffix)); err != nil {
		return fmt.Errorf("backup %s: %w", name, err)
	}
	return syncFolder(s.dir)
}

// summed runs stream into w and gives the length and SHA-256 of what it wrote.
func summed(w io.Writer, stream func(io.Writer) (int, error)) (records int, n int64, sum string, err error) {
	h := &hashed{w: w, sum: sha256.New()}
	records, err = stream(h)
	return records, h.n, hex.EncodeToString(h.sum.Sum(nil)), err
}

type hashed struct {
	w   io.Writer
	sum hash.Hash
	n   int64
}

func (h *hashed) Write(b []byte) (int, error) {
	n, err := h.w.Write(b)
	h.sum.Write(b[:n])
	h.n += int64(n)
	return n, err
}

// open gives a backup's manifest and stream, after it has compared the whole
// stream with the manifest.
func (s *shelf) open(name string) (m Manifest, stream io.ReadCloser, err error) {
	file, err := s.file(name)
	if err != nil {
		return m, nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	m, at, err := readManifest(file)
	if err != nil {
		return m, nil, fmt.Errorf("backup %s: %w", name, err)
	}
	if _, err := file.Seek(at, io.SeekStart); err != nil {
		return m, nil, fmt.Errorf("backup %s: %w", name, err)
	}
	h := sha256.New()
	n, err := io.Copy(h, file)
	if err != nil {
		return m, nil, fmt.Errorf("backup %s: %w", name, err)
	}
	if n != m.Bytes || hex.EncodeToString(h.Sum(nil)) != m.SHA256 {
		return m, nil, fmt.Errorf("backup %s is damaged: its stream is not the one its manifest describes; use another backup", name)
	}
	if _, err := file.Seek(at, io.SeekStart); err != nil {
		return m, nil, fmt.Errorf("backup %s: %w", name, err)
	}
	return m, file, nil
}

// manifest reads a backup's first line only.
func (s *shelf) manifest(name string) (Manifest, error) {
	file, err := s.file(name)
	if err != nil {
		return Manifest{}, err
	}
	defer file.Close()
	m, _, err := readManifest(file)
	if err != nil {
		return m, fmt.Errorf("backup %s: %w", name, err)
	}
	return m, nil
}

// readManifest reads the first line and gives the offset of what follows.
func readManifest(r io.Reader) (m Manifest, at int64, err error) {
	line, err := bufio.NewReader(io.LimitReader(r, manifestMost)).ReadBytes('\n')
	if err != nil {
		return m, 0, errors.New("it has no manifest in its first line: it is no backup of this registry")
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return m, 0, fmt.Errorf("its manifest cannot be read: %w", err)
	}
	if m.Format != backupFormat || m.Store != Cloud {
		return m, 0, fmt.Errorf("its manifest says format %d of store %q; this program reads format %d of %q", m.Format, m.Store, backupFormat, Cloud)
	}
	return m, int64(len(line)), nil
}

type seekable interface {
	io.ReadSeeker
	io.Closer
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

func (s *shelf) file(name string) (seekable, error) {
	if name == "" || strings.ContainsAny(name, `/\.`) {
		return nil, fmt.Errorf("backup %q: a name has neither folder nor ending", name)
	}
	if s.dir == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		b, ok := s.memory[name]
		if !ok {
			return nil, fmt.Errorf("backup %s: there is none of that name", name)
		}
		return inMemory{bytes.NewReader(b)}, nil
	}
	f, err := os.Open(filepath.Join(s.dir, name+backupSuffix))
	if err != nil {
		return nil, fmt.Errorf("backup %s: %w", name, err)
	}
	return f, nil
}

// remove deletes backups, and what an interrupted one left.
func (s *shelf) remove(names ...string) error {
	if s.dir == "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, name := range names {
			delete(s.memory, name)
		}
		return nil
	}
	for _, name := range names {
		if err := os.Remove(filepath.Join(s.dir, name+backupSuffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("backup %s: %w", name, err)
		}
	}
	return syncFolder(s.dir)
}

// clear removes what backups left that were cut short.
func (s *shelf) clear() error {
	if s.dir == "" {
		return nil
	}
	left, err := filepath.Glob(filepath.Join(s.dir, "unfinished-*"))
	if err != nil {
		return fmt.Errorf("backups: %w", err)
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil {
			return fmt.Errorf("backups: %w", err)
		}
	}
	return nil
}

// syncFolder makes renames and removals in a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
