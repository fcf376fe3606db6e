package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ConfigFile is the file in the folder of the stores that says what they were
// opened with, so that a later program opens them alike. It holds no secret
// and no personal data.
const ConfigFile = "registry.json"

// configFormat is the version of the file.
const configFormat = 1

// Config is what ConfigFile holds.
type Config struct {
	Buildings []BuildingConfig
	Limits    Limits
	Cost      Cost // of password hashes
	Regions   map[string]string
	Bases     []Basis
	Group     []string

	// Layouts are what the service calls floors and banks, by building. Stores
	// do without; a building without one is not checked against it.
	Layouts map[string]Layout
}

// Layout names the floors and banks of a building.
type Layout struct {
	Floors []string // lowest first
	Banks  []BankLayout
}

// BankLayout names the floors that a bank serves.
type BankLayout struct {
	Name   string   `json:"name"`
	Floors []string `json:"floors"`
}

// The file, as JSON. Spans are written as "365d", or as Go writes them where
// they are no whole days.
type (
	configJSON struct {
		Format    int            `json:"format"`
		Buildings []buildingJSON `json:"buildings"`
		Limits    limitsJSON     `json:"limits"`
		Cost      costJSON       `json:"password_cost"`

		Regions map[string]string `json:"regions,omitempty"`
		Bases   []Basis           `json:"legal_bases,omitempty"`
		Group   []string          `json:"group,omitempty"`
	}
	buildingJSON struct {
		Name        string    `json:"name"`
		Region      string    `json:"region"`
		Residential bool      `json:"residential"`
		Intercom    bool      `json:"intercom"`
		LogData     span      `json:"log_data,omitzero"`
		Logs        []logJSON `json:"logs,omitempty"`

		Floors []string     `json:"floors,omitempty"`
		Banks  []BankLayout `json:"banks,omitempty"`
	}
	logJSON struct {
		Name      string   `json:"name"`
		Fields    []string `json:"fields"`
		Purpose   Purpose  `json:"purpose"`
		Retention span     `json:"retention"`
	}
	limitsJSON struct {
		LogData    span `json:"log_data"`
		Inactivity span `json:"inactivity"`
		Backups    span `json:"backups"`
		Rotation   span `json:"key_rotation"`
		Archive    span `json:"archive"`
		Cell       int  `json:"least_people_in_a_cell"`
	}
	costJSON struct {
		Memory  uint32 `json:"memory_kib"`
		Time    uint32 `json:"passes"`
		Threads uint8  `json:"threads"`
	}
)

// span is a time.Duration as the file writes it.
type span time.Duration

const wholeDay = 24 * time.Hour

func (s span) MarshalText() ([]byte, error) {
	if d := time.Duration(s); d%wholeDay == 0 {
		return fmt.Appendf(nil, "%dd", d/wholeDay), nil
	}
	return []byte(time.Duration(s).String()), nil
}

func (s *span) UnmarshalText(text []byte) error {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		if err != nil || n > int64(1<<63-1)/int64(wholeDay) {
			return fmt.Errorf("%q is no number of days", text)
		}
		*s = span(time.Duration(n) * wholeDay)
		return nil
	}
	d, err := time.ParseDuration(string(text))
	*s = span(d)
	return err
}

// Limits are the periods in force.
func (r *Registry) Limits() Limits { return r.o.Limits }

// WriteConfig leaves the configuration in the folder of the stores. A file
// that was there is replaced whole.
func WriteConfig(dir string, c Config) error {
	if err := c.check(); err != nil {
		return fmt.Errorf("%s: %w", ConfigFile, err)
	}
	j := configJSON{
		Format: configFormat, Cost: costJSON(c.Cost), Regions: c.Regions, Bases: c.Bases, Group: c.Group,
		Limits: limitsJSON{span(c.Limits.LogData), span(c.Limits.Inactivity), span(c.Limits.Backups), span(c.Limits.Rotation), span(c.Limits.Archive), c.Limits.Cell},
	}
	for _, b := range c.Buildings {
		layout := c.Layouts[b.Name]
		x := buildingJSON{Name: b.Name, Region: b.Region, Residential: b.Residential, Intercom: b.Intercom, LogData: span(b.LogData), Floors: layout.Floors, Banks: layout.Banks}
		for _, l := range b.Logs {
			x.Logs = append(x.Logs, logJSON{l.Name, l.Fields, l.Purpose, span(l.Retention)})
		}
		j.Buildings = append(j.Buildings, x)
	}
	text, err := json.MarshalIndent(j, "", "\t")
	if err != nil {
		return fmt.Errorf("%s: %w", ConfigFile, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(dir, ConfigFile), append(text, '\n')); err != nil {
		return fmt.Errorf("writing %s: %w", ConfigFile, err)
	}
	return nil
}

// ReadConfig reads what WriteConfig left in a folder. An unknown field is an
// error: this program would not do what it asks for.
func ReadConfig(dir string) (Config, error) {
	text, err := os.ReadFile(filepath.Join(dir, ConfigFile))
	if errors.Is(err, os.ErrNotExist) {
		return Config{}, fmt.Errorf("%s has no %s: name the folder \"stores\" that a run with --evidence left", dir, ConfigFile)
	}
	if err != nil {
		return Config{}, err
	}
	c, err := parseConfig(text)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", filepath.Join(dir, ConfigFile), err)
	}
	return c, nil
}

// parseConfig decodes and checks the file.
func parseConfig(text []byte) (Config, error) {
	var j configJSON
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return Config{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Config{}, errors.New("something follows the configuration")
	}
	if j.Format != configFormat {
		return Config{}, fmt.Errorf("format %d: this program reads format %d", j.Format, configFormat)
	}
	l := j.Limits
	c := Config{Cost: Cost(j.Cost), Regions: j.Regions, Bases: j.Bases, Group: j.Group, Limits: Limits{
		LogData: time.Duration(l.LogData), Inactivity: time.Duration(l.Inactivity), Backups: time.Duration(l.Backups),
		Rotation: time.Duration(l.Rotation), Archive: time.Duration(l.Archive), Cell: l.Cell,
	}}
	for _, b := range j.Buildings {
		x := BuildingConfig{Name: b.Name, Region: b.Region, Residential: b.Residential, Intercom: b.Intercom, LogData: time.Duration(b.LogData)}
		for _, l := range b.Logs {
			x.Logs = append(x.Logs, LogDeclaration{l.Name, l.Fields, l.Purpose, time.Duration(l.Retention)})
		}
		c.Buildings = append(c.Buildings, x)
		if len(b.Floors) > 0 || len(b.Banks) > 0 {
			if c.Layouts == nil {
				c.Layouts = map[string]Layout{}
			}
			c.Layouts[b.Name] = Layout{b.Floors, b.Banks}
		}
	}
	return c, c.check()
}

// check finds what would open stores otherwise than they were.
func (c Config) check() error {
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if len(c.Buildings) == 0 {
		wrong("no buildings")
	}
	for i, b := range c.Buildings {
		if b.Name == "" {
			wrong("building %d has no name", i+1)
		}
		if slices.ContainsFunc(c.Buildings[:i], func(other BuildingConfig) bool { return other.Name == b.Name }) {
			wrong("building %s stands there twice", b.Name)
		}
		for _, l := range b.Logs {
			if l.Retention <= 0 {
				wrong("log %s of building %s has no retention: its Manager defines one (FL:L56)", l.Name, b.Name)
			}
		}
	}
	for _, name := range sortedKeys(c.Layouts) {
		layout := c.Layouts[name]
		if !slices.ContainsFunc(c.Buildings, func(b BuildingConfig) bool { return b.Name == name }) {
			wrong("floors of %s, which is no building here", name)
		}
		if len(layout.Floors) == 0 {
			wrong("building %s has no floors", name)
		}
		for i, f := range layout.Floors {
			if f == "" || slices.Contains(layout.Floors[:i], f) {
				wrong("building %s: floor %d has no name of its own", name, i+1)
			}
		}
		for _, bank := range layout.Banks {
			for _, f := range bank.Floors {
				if !slices.Contains(layout.Floors, f) {
					wrong("building %s: bank %s serves floor %q, which the building lacks", name, bank.Name, f)
				}
			}
		}
	}
	for _, l := range []struct {
		name string
		d    time.Duration
	}{
		{"log_data", c.Limits.LogData}, {"inactivity", c.Limits.Inactivity}, {"backups", c.Limits.Backups}, {"key_rotation", c.Limits.Rotation}, {"archive", c.Limits.Archive},
	} {
		if l.d <= 0 {
			wrong("limits: %s is %s: a period has to be longer than nothing", l.name, l.d)
		}
	}
	if c.Limits.Cell < 2 {
		wrong("limits: least_people_in_a_cell is %d: one person alone is not anonymous", c.Limits.Cell)
	}
	if c.Cost.Memory == 0 || c.Cost.Time == 0 || c.Cost.Threads == 0 {
		wrong("password_cost: memory, passes and threads are needed")
	}
	return errors.Join(problems...)
}
