package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Files of a phone.
const (
	phoneLogFile      = "log.ndjson"
	phoneIDsFile      = "ids.ndjson"
	phoneSettingsFile = "settings.json"
	picturesDir       = "pictures"
)

// Phone is what the app keeps on one phone.
type Phone struct {
	Ordinal  string // "12.0": the resident, and how many lived there before
	Log      []PhoneUse
	IDs      []PhoneID
	Settings *PhoneSettings // nil = no such file
	Pictures []string       // names of the files
	Others   []string       // names of files that a phone should not have

	// LogCut tells that the log's last line has no end, as after a crash. The
	// line is not in Log.
	LogCut bool
}

// PhoneUse is a line of the log on the phone, which identifies the user.
type PhoneUse struct {
	User      string    `json:"user"`
	At        time.Time `json:"at"`
	Building  string    `json:"building"`
	Equipment string    `json:"equipment"` // "" = none
	Function  string    `json:"function"`  // remote-call, key or intercom
	From      string    `json:"from"`      // floors of a call, as the user names them
	To        string    `json:"to"`
}

// PhoneID is a randomized ID that the phone made.
type PhoneID struct {
	Building   string    `json:"building"`
	ID         string    `json:"id"`
	From       time.Time `json:"from"` // in use
	Until      time.Time `json:"until"`
	Registered bool      `json:"registered"` // the vault has it
}

// PhoneSettings is what the app knows of its user's wishes.
type PhoneSettings struct {
	Version       int      `json:"version"`
	StorePictures bool     `json:"store_missed_pictures"`
	SpeedMMS      *int     `json:"walking_speed_mm_s"` // nil = not known
	Objected      []string `json:"objected"`           // purposes
}

// Phones calls f for every phone that can be read, sorted by ordinal as text,
// and then names what cannot. A Phone may be kept. An error of f ends it at once.
func (p Parts) Phones(f func(*Phone) error) error {
	nodes, err := p.tree()
	errs := []error{err}
	for _, n := range nodes {
		ordinal, ok := strings.CutPrefix(n.name, "stores/phones/")
		if !ok || !n.dir || strings.Contains(ordinal, "/") {
			continue
		}
		phone, err := readPhone(n.path, ordinal)
		if err != nil {
			errs = append(errs, fmt.Errorf("evidence: %s: %w", n.name, err))
			continue
		}
		if err := f(phone); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

// readPhone reads a phone's folder.
func readPhone(dir, ordinal string) (*Phone, error) {
	p := &Phone{Ordinal: ordinal}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := e.Name()
		var err error
		switch {
		case name == picturesDir && e.IsDir():
			err = p.pictures(filepath.Join(dir, name))
		case name == phoneLogFile || name == phoneIDsFile || name == phoneSettingsFile:
			var b []byte
			if b, err = readWhole(filepath.Join(dir, name)); err == nil {
				err = p.parse(name, b)
			}
		default:
			p.Others = append(p.Others, name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return p, nil
}

func (p *Phone) pictures(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if class, _ := storeText("phones/0/" + picturesDir + "/" + e.Name()); class == PhoneText && !e.IsDir() {
			p.Pictures = append(p.Pictures, e.Name())
		} else {
			p.Others = append(p.Others, path.Join(picturesDir, e.Name()))
		}
	}
	return nil
}

func (p *Phone) parse(name string, b []byte) (err error) {
	switch name {
	case phoneLogFile:
		p.Log, p.LogCut, err = ParsePhoneLog(b)
	case phoneIDsFile:
		p.IDs, err = ParsePhoneIDs(b)
	case phoneSettingsFile:
		p.Settings, err = ParsePhoneSettings(b)
	}
	return err
}

// ParsePhoneLog reads log.ndjson. Cut tells that the last line has no end.
func ParsePhoneLog(b []byte) (uses []PhoneUse, cut bool, err error) {
	err = lines(bytes.NewReader(b), func(line []byte) error {
		var u PhoneUse
		if err := decode(line, &u); err != nil {
			return err
		}
		if u.User == "" || u.At.IsZero() || u.Building == "" || u.Function == "" {
			return errors.New("a field that every line has is absent")
		}
		uses = append(uses, u)
		return nil
	})
	if errors.Is(err, errCut) {
		return uses, true, nil
	}
	return uses, false, err
}

// ParsePhoneIDs reads ids.ndjson.
func ParsePhoneIDs(b []byte) ([]PhoneID, error) {
	var ids []PhoneID
	err := lines(bytes.NewReader(b), func(line []byte) error {
		var id PhoneID
		if err := decode(line, &id); err != nil {
			return err
		}
		if id.Building == "" || id.ID == "" || id.From.IsZero() || !id.Until.After(id.From) {
			return errors.New("a field that every line has is absent, or the ID is in use for no time")
		}
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

// ParsePhoneSettings reads settings.json.
func ParsePhoneSettings(b []byte) (*PhoneSettings, error) {
	var s PhoneSettings
	if err := decode(b, &s); err != nil {
		return nil, err
	}
	if s.Version != 1 {
		return nil, fmt.Errorf("version %d is unknown; this reads version 1", s.Version)
	}
	return &s, nil
}
