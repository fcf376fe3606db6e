package evidence

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ConfigFile says what the stores were opened with.
const ConfigFile = "registry.json"

// Config is what ConfigFile holds.
type Config struct {
	Format    int              `json:"format"`
	Buildings []BuildingConfig `json:"buildings"`
	Limits    Limits           `json:"limits"`
	Cost      Cost             `json:"password_cost"`

	// Regions are the countries in which the provider's stores and the backups
	// stand, by name ("cloud", "backups"). One that is not named stands where
	// the first building does.
	Regions map[string]string `json:"regions"`
	Bases   []Basis           `json:"legal_bases"`
	Group   []string          `json:"group"` // numbers of the organisations of the provider's or a Manager's group: "ORG-4"
}

// Basis is the legal basis on which a store stands in another country than a
// building.
type Basis struct {
	Place     string    `json:"place"` // as in Regions
	Region    string    `json:"region"`
	Mechanism string    `json:"mechanism"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
}

// BuildingConfig is one building.
type BuildingConfig struct {
	Name        string       `json:"name"`
	Region      string       `json:"region"` // ISO 3166, two letters
	Residential bool         `json:"residential"`
	Intercom    bool         `json:"intercom"`
	LogData     *Span        `json:"log_data"` // nil: Limits.LogData; else what local law demands
	Logs        []LogConfig  `json:"logs"`
	Floors      []string     `json:"floors"` // lowest first; none = not said
	Banks       []BankConfig `json:"banks"`
}

// LogConfig is a log that the building's Manager ordered.
type LogConfig struct {
	Name      string   `json:"name"`
	Fields    []string `json:"fields"`
	Purpose   string   `json:"purpose"`
	Retention *Span    `json:"retention"` // nil: the Manager declared none, which is for an audit to judge
}

// BankConfig is a bank of lifts and the floors it serves.
type BankConfig struct {
	Name   string   `json:"name"`
	Floors []string `json:"floors"`
}

// Limits are how long what may be kept, and the least people in a count.
type Limits struct {
	LogData    Span `json:"log_data"`
	Inactivity Span `json:"inactivity"`
	Backups    Span `json:"backups"`
	Rotation   Span `json:"key_rotation"`
	Archive    Span `json:"archive"`
	Cell       int  `json:"least_people_in_a_cell"`
}

// Cost is what hashing a password costs, in argon2id's terms.
type Cost struct {
	MemoryKiB int `json:"memory_kib"`
	Passes    int `json:"passes"`
	Threads   int `json:"threads"`
}

// Span is a span of time, written as "365d" or as Go writes durations. It is
// never negative.
type Span time.Duration

// UnmarshalText reads a span.
func (s *Span) UnmarshalText(b []byte) error {
	text := string(b)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return errors.New("is no span of time: write 365d or 8760h")
		}
		*s = Span(time.Duration(n) * 24 * time.Hour)
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return errors.New("is no span of time: write 365d or 8760h")
	}
	*s = Span(d)
	return nil
}

// String writes a span as UnmarshalText reads it.
func (s Span) String() string {
	const day = 24 * time.Hour
	if d := time.Duration(s); d%day != 0 {
		return d.String()
	}
	return strconv.FormatInt(int64(time.Duration(s)/day), 10) + "d"
}

// MarshalText writes a span as String does.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ReadConfig reads ConfigFile in the folder of the stores.
func ReadConfig(dir string) (*Config, error) {
	name := filepath.Join(dir, ConfigFile)
	b, err := readWhole(name)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	c, err := ParseConfig(b)
	if err != nil {
		return nil, fmt.Errorf("evidence: %s: %w", name, err)
	}
	return c, nil
}

var region = regexp.MustCompile(`^[A-Z]{2}$`)

// ParseConfig reads the text of ConfigFile. All that is wrong with it is in
// the error. A log without retention is not wrong here.
func ParseConfig(b []byte) (*Config, error) {
	var c Config
	if err := decode(b, &c); err != nil {
		return nil, err
	}
	var errs []error
	wrong := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if c.Format != 1 {
		wrong("format %d is unknown; this reads format 1", c.Format)
	}
	seen := map[string]bool{}
	for i, b := range c.Buildings {
		if b.Name == "" || seen[b.Name] {
			wrong("building %d has no name or that of another", i+1)
		}
		seen[b.Name] = true
		if !region.MatchString(b.Region) {
			wrong("building %d has no region of two letters", i+1)
		}
		logs := map[string]bool{}
		for j, l := range b.Logs {
			if l.Name == "" || logs[l.Name] {
				wrong("building %d: log %d has no name or that of another", i+1, j+1)
			}
			logs[l.Name] = true
		}
	}
	for place, r := range c.Regions {
		if place == "" || !region.MatchString(r) {
			wrong("regions has a place without a name, or without a region of two letters")
			break
		}
	}
	for i, b := range c.Bases {
		if b.Place == "" || b.Mechanism == "" || !region.MatchString(b.Region) || b.From.IsZero() || !b.Until.After(b.From) {
			wrong("legal_bases: basis %d lacks a place, region, mechanism or instant, or ends before it begins", i+1)
		}
	}
	for _, s := range []struct {
		name string
		span Span
	}{{"log_data", c.Limits.LogData}, {"inactivity", c.Limits.Inactivity}, {"backups", c.Limits.Backups}, {"key_rotation", c.Limits.Rotation}, {"archive", c.Limits.Archive}} {
		if s.span == 0 {
			wrong("limits.%s is absent or nought", s.name)
		}
	}
	if c.Limits.Cell < 1 {
		wrong("limits.least_people_in_a_cell is absent or below 1")
	}
	if c.Cost.MemoryKiB < 1 || c.Cost.Passes < 1 || c.Cost.Threads < 1 {
		wrong("password_cost is absent or has a value below 1")
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &c, nil
}
