package registry

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func testManifest() Manifest {
	return Manifest{Format: backupFormat, Store: Cloud, At: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Sequence: 7, Hash: "h", LogsFrom: "20250530"}
}

func TestShelfKeepsCompleteBackupsOnly(t *testing.T) {
	for _, where := range []string{"memory", "folder"} {
		t.Run(where, func(t *testing.T) {
			s := &shelf{}
			if where == "folder" {
				s.dir = filepath.Join(t.TempDir(), "backups")
			}
			payload := strings.Repeat("stream\n", 1000)
			err := s.put("20260301T000000Z-aaaa", testManifest(), func(w io.Writer) (int, error) {
				_, err := io.WriteString(w, payload)
				return 3, err
			})
			if err != nil {
				t.Fatal(err)
			}
			err = s.put("20260302T000000Z-aaaa", testManifest(), func(w io.Writer) (int, error) {
				io.WriteString(w, payload)
				return 0, io.ErrShortWrite
			})
			if err == nil {
				t.Error("a stream that failed must fail the backup")
			}
			names, err := s.names()
			if err != nil || len(names) != 1 || names[0] != "20260301T000000Z-aaaa" {
				t.Fatalf("names %v, %v: want the complete backup only", names, err)
			}
			m, stream, err := s.open(names[0])
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			got, err := io.ReadAll(stream)
			if err != nil || string(got) != payload {
				t.Errorf("the stream came back as %d bytes, %v; want %d", len(got), err, len(payload))
			}
			if m.Records != 3 || m.Sequence != 7 || m.Bytes != int64(len(payload)) {
				t.Errorf("manifest %+v", m)
			}
			if err := s.remove(names[0]); err != nil {
				t.Fatal(err)
			}
			if names, _ := s.names(); len(names) != 0 {
				t.Errorf("after removal: %v", names)
			}
		})
	}
}

func TestShelfRefusesDamagedBackups(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "backups")
	s := &shelf{dir: dir}
	const name = "20260301T000000Z-aaaa"
	if err := s.put(name, testManifest(), func(w io.Writer) (int, error) {
		_, err := io.WriteString(w, "the stream")
		return 1, err
	}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name+backupSuffix)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	for _, row := range []struct {
		sentence string
		bytes    []byte
		want     string
	}{
		{"one bit of the stream has flipped", flipped, "damaged"},
		{"the stream was cut short", whole[:len(whole)-1], "damaged"},
		{"something was appended", append(bytes.Clone(whole), 'x'), "damaged"},
		{"it is empty", nil, "no manifest"},
		{"it is another file", []byte("hello\nworld\n"), "cannot be read"},
		{"it is of a later program", bytes.Replace(whole, []byte(`"format":1`), []byte(`"format":9`), 1), "format 9"},
		{"it is of another store", bytes.Replace(whole, []byte(`"store":"cloud"`), []byte(`"store":"vault"`), 1), "vault"},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			if err := os.WriteFile(file, row.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			_, stream, err := s.open(name)
			if err == nil {
				stream.Close()
				t.Fatal("it was accepted")
			}
			if !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %q does not say %q", err, row.want)
			}
		})
	}
	for _, name := range []string{"", "../cloud/000001", "a.bak", "20990101T000000Z-none"} {
		if _, _, err := s.open(name); err == nil {
			t.Errorf("backup %q was opened", name)
		}
	}
}

func TestShelfClearsWhatWasCutShort(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "unfinished-1")
	if err := os.WriteFile(left, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&shelf{dir: dir}).clear(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", left, err)
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format":1,"store":"cloud"}` + "\nstream"))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, at, err := readManifest(bytes.NewReader(b))
		if err == nil && (at < 1 || at > int64(len(b)) || b[at-1] != '\n' || m.Format != backupFormat) {
			t.Errorf("accepted %q with the stream at %d", b, at)
		}
	})
}
