package evidence

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// Truth is what really happened in a run, for an audit to hold the stores
// against. It is synthetic, and the only part that may hold values in the clear.
type Truth struct {
	Settings Settings
	Canaries []Canary
	Acts     []Act

	// Trips calls f with every call that the service took, in the order of the
	// file. A Trip is valid during the call only. It may be called again.
	Trips func(f func(*Trip) error) error
}

// Settings are what an audit has to know of the run.
type Settings struct {
	Schema     int               `json:"schema"`
	Synthetic  bool              `json:"synthetic"`
	Scenario   string            `json:"scenario"`
	Hash       string            `json:"hash"`
	Start      time.Time         `json:"start"`
	End        time.Time         `json:"end"`
	Building   string            `json:"building"` // where the lifts are
	Sites      []string          `json:"sites"`    // further buildings
	Region     string            `json:"region"`
	Gone       map[string]string `json:"gone"` // buildings whose service ended: handed-over or service-ended
	Floors     []string          `json:"floors"`
	Residents  int               `json:"residents"`
	Near       int               `json:"near_m"`
	Grid       int               `json:"grid_m"`
	LogData    Span              `json:"log_data"`
	Inactivity Span              `json:"inactivity"`
	Backups    Span              `json:"backups"`
	Rotation   Span              `json:"rotation"`
	Least      int               `json:"least"`
	Logs       []SettingsLog     `json:"logs"`
	Profile    string            `json:"cost_profile"` // "test" where passwords are hashed cheaply
}

// SettingsLog is a log that the scenario's Manager ordered.
type SettingsLog struct {
	Name      string
	Fields    []string
	Retention time.Duration
}

// Canary is a value of one field of one subject in one place. A value that may
// stand in several places has several.
type Canary struct {
	Person  string     `json:"person"`  // "r12.0": the resident, and how many lived there before; "v7": a visitor
	Subject string     `json:"subject"` // account's ID in its service; "" = none
	Service string     `json:"service"`
	Field   string     `json:"field"`
	Value   string     `json:"value"`
	Unique  bool       `json:"unique"` // nobody else has it
	Store   string     `json:"store"`  // "cloud", "building-main", "phones/12.0", "exports" ...; "" = it may stand nowhere
	From    time.Time  `json:"from"`   // entered
	Until   *time.Time `json:"until"`  // it had to go; nil = it must still be there
	Why     string     `json:"why"`    // it had to go
	Held    bool       `json:"held"`   // a legal hold keeps a copy in the archive
}

// Act is something that somebody did.
type Act struct {
	At      time.Time         `json:"at"`
	Act     string            `json:"act"`  // the scenario's name of it
	Kind    string            `json:"kind"` // what it is whatever its name; "" where the file does not say
	Person  string            `json:"person"`
	Subject string            `json:"subject"`
	Result  string            `json:"result"` // "" = done, else the word of the refusal
	Facts   map[string]string `json:"facts"`
}

// Trip is a call that the service took.
type Trip struct {
	At        time.Time `json:"at"`
	Person    string    `json:"person"`
	Service   string    `json:"service"`
	Pseudonym string    `json:"pseudonym"` // Flow's randomized ID at the time; "" with Remote Call
	From      int       `json:"from"`      // index of the floor
	To        int       `json:"to"`
	Bank      string    `json:"bank"`
}

// ReadTruth reads the folder of the truth. Errors name file and line.
func ReadTruth(dir string) (*Truth, error) {
	t := &Truth{}
	name := filepath.Join(dir, "settings.json")
	b, err := readWhole(name)
	if err != nil {
		return nil, fmt.Errorf("evidence: truth: %w", err)
	}
	if err := decode(b, &t.Settings); err != nil {
		return nil, fmt.Errorf("evidence: %s: %w", name, err)
	}
	if err := t.Settings.check(); err != nil {
		return nil, fmt.Errorf("evidence: %s: %w", name, err)
	}
	err = truthLines(dir, "canaries.ndjson", func(line []byte) error {
		var c Canary
		if err := decode(line, &c); err != nil {
			return err
		}
		t.Canaries = append(t.Canaries, c)
		return c.check()
	})
	if err != nil {
		return nil, err
	}
	err = truthLines(dir, "acts.ndjson", func(line []byte) error {
		var a Act
		if err := decode(line, &a); err != nil {
			return err
		}
		t.Acts = append(t.Acts, a)
		if a.At.IsZero() || a.Act == "" {
			return errors.New("an act has no instant or no name")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := isRegular(filepath.Join(dir, "trips.ndjson")); err != nil {
		return nil, fmt.Errorf("evidence: truth: %w", err)
	}
	t.Trips = trips(dir)
	return t, nil
}

// trips reads the calls once and remembers them: many ask. What recurs in
// them, people and buildings' words, is kept once.
func trips(dir string) func(f func(*Trip) error) error {
	all := sync.OnceValues(func() (all []Trip, err error) {
		words := map[string]string{}
		same := func(s *string) {
			if known, ok := words[*s]; ok {
				*s = known
			} else {
				words[*s] = *s
			}
		}
		err = truthLines(dir, "trips.ndjson", func(line []byte) error {
			var trip Trip
			if err := decode(line, &trip); err != nil {
				return err
			}
			if trip.At.IsZero() || trip.Person == "" {
				return errors.New("a trip has no instant or nobody who made it")
			}
			for _, s := range []*string{&trip.Person, &trip.Service, &trip.Pseudonym, &trip.Bank} {
				same(s)
			}
			all = append(all, trip)
			return nil
		})
		return all, err
	})
	return func(f func(*Trip) error) error {
		list, err := all()
		if err != nil {
			return err
		}
		for _, trip := range list {
			if err := f(&trip); err != nil {
				return err
			}
		}
		return nil
	}
}

// truthLines calls f with the lines of a file.
func truthLines(dir, name string, f func(line []byte) error) error {
	path := filepath.Join(dir, name)
	file, err := openRegular(path)
	if err != nil {
		return fmt.Errorf("evidence: truth: %w", err)
	}
	defer file.Close()
	err = lines(file, f)
	if err != nil {
		return fmt.Errorf("evidence: %s: %w", path, err)
	}
	return nil
}

func (s *Settings) check() error {
	switch {
	case s.Schema != 1:
		return fmt.Errorf("schema %d is unknown; this reads schema 1", s.Schema)
	case s.Start.IsZero() || !s.End.After(s.Start):
		return errors.New("the run does not end after it starts")
	case s.Building == "":
		return errors.New("names no building")
	}
	return nil
}

func (c *Canary) check() error {
	switch {
	case c.Person == "" || c.Field == "" || c.Value == "":
		return errors.New("a canary has no person, no field or no value")
	case c.From.IsZero():
		return errors.New("a canary does not say since when it is there")
	case c.Until != nil && c.Until.Before(c.From):
		return errors.New("a canary had to go before it came")
	}
	return nil
}
