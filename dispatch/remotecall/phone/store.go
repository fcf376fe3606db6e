package phone

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"hoistway/dispatch/registry"
)

// storeVersion is that of FORMAT.md.
const storeVersion = 1

// Names in the device's folder.
const (
	logFile      = "log.ndjson"
	settingsFile = "settings.json"
	idsFile      = "ids.ndjson"
	picturesDir  = "pictures"
	pictureExt   = ".bin"
	partExt      = ".part" // of a file that is being written
)

// settings is settings.json.
type settings struct {
	Version       int                `json:"version"`
	StorePictures bool               `json:"store_missed_pictures"`
	Pace          int                `json:"walking_speed_mm_s,omitempty"`
	Objected      []registry.Purpose `json:"objected,omitempty"`
}

// unsaved is what Save has to write besides the log.
type unsaved struct {
	settings, ids bool
	pictures      []string
}

// load takes up what the folder holds. The log stays where it is; a last line
// that a crash cut short is cut off.
func (p *Phone) load() error {
	if p.o.Dir == "" {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(p.o.Dir, settingsFile))
	switch {
	case err == nil:
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		var s settings
		if err := d.Decode(&s); err != nil {
			return fmt.Errorf("%s: %w", settingsFile, err)
		}
		if s.Version != storeVersion {
			return fmt.Errorf("%s: version %d; this app reads %d", settingsFile, s.Version, storeVersion)
		}
		p.settings = s
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	f, err := os.Open(filepath.Join(p.o.Dir, idsFile))
	if err == nil {
		defer f.Close()
		d := json.NewDecoder(bufio.NewReader(f))
		d.DisallowUnknownFields()
		for {
			var i pseudonym
			if err := d.Decode(&i); err == io.EOF {
				break
			} else if err != nil {
				return fmt.Errorf("%s: %w", idsFile, err)
			}
			p.ids = append(p.ids, i)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return p.mendLog()
}

// mendLog cuts off a last line without an end.
func (p *Phone) mendLog() error {
	f, err := os.OpenFile(filepath.Join(p.o.Dir, logFile), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	var b [1]byte
	end := size
	for ; end > 0; end-- {
		if _, err := f.ReadAt(b[:], end-1); err != nil {
			return err
		}
		if b[0] == '\n' {
			break
		}
	}
	if end == size {
		return nil
	}
	return f.Truncate(end)
}

// Save writes what is only in memory. A phone that has nothing to keep leaves
// no file.
func (p *Phone) Save() error {
	if p.o.Dir == "" || len(p.log) == 0 && !p.unsaved.settings && !p.unsaved.ids && len(p.unsaved.pictures) == 0 {
		return nil
	}
	if err := os.MkdirAll(p.o.Dir, 0o700); err != nil {
		return fmt.Errorf("saving the phone: %w", err)
	}
	if err := p.save(); err != nil {
		return fmt.Errorf("saving the phone: %w", err)
	}
	return nil
}

func (p *Phone) save() error {
	if len(p.log) > 0 {
		f, err := os.OpenFile(filepath.Join(p.o.Dir, logFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(p.log)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
		clear(p.log)
		p.log = p.log[:0]
	}
	if p.unsaved.settings {
		b, err := json.MarshalIndent(p.settings, "", "  ")
		if err != nil {
			return err
		}
		if err := p.replace(settingsFile, append(b, '\n')); err != nil {
			return err
		}
		p.unsaved.settings = false
	}
	if p.unsaved.ids {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		for _, i := range p.ids {
			if err := e.Encode(i); err != nil {
				return err
			}
		}
		if err := p.replace(idsFile, b.Bytes()); err != nil {
			return err
		}
		p.unsaved.ids = false
	}
	for len(p.unsaved.pictures) > 0 {
		name := p.unsaved.pictures[0]
		if err := os.MkdirAll(filepath.Join(p.o.Dir, picturesDir), 0o700); err != nil {
			return err
		}
		if err := p.replace(filepath.Join(picturesDir, name+pictureExt), p.intercom.pictures[name]); err != nil {
			return err
		}
		p.unsaved.pictures = p.unsaved.pictures[1:]
	}
	return nil
}

// replace writes a file whole or not at all.
func (p *Phone) replace(name string, b []byte) error {
	path := filepath.Join(p.o.Dir, name)
	if err := os.WriteFile(path+partExt, b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+partExt, path)
}

// Log is the device's log, for its user to look at.
func (p *Phone) Log() ([]Entry, error) {
	var all []byte
	if p.o.Dir != "" {
		b, err := os.ReadFile(filepath.Join(p.o.Dir, logFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		all = b
	}
	var entries []Entry
	for line := range bytes.Lines(slices.Concat(all, p.log)) {
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("%s, entry %d: %w", logFile, len(entries)+1, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Wipe removes everything that the app keeps: files are overwritten before
// they are removed, memory is cleared as far as the language can. It is done
// when the account is erased, and when the app is removed. A flash memory may
// keep old blocks all the same; devices encrypt theirs.
func (p *Phone) Wipe() error {
	p.forget()
	p.wiped = true
	if p.o.Dir == "" {
		return nil
	}
	if err := overwrite(p.o.Dir); err != nil {
		return fmt.Errorf("wiping the phone: %w", err)
	}
	entries, err := os.ReadDir(p.o.Dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(p.o.Dir, e.Name())))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("wiping the phone: %w", err)
	}
	return nil
}

// Wiped tells whether the app has removed everything and nobody has signed in
// since.
func (p *Phone) Wiped() bool { return p.wiped }

// overwrite fills all files of a folder with zeros, on the disk.
func overwrite(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		size, err := f.Seek(0, io.SeekEnd)
		var zeros [4096]byte
		for at := int64(0); at < size && err == nil; at += int64(len(zeros)) {
			_, err = f.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at)
		}
		return errors.Join(err, f.Sync(), f.Close())
	})
}
