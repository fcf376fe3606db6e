package result

import (
	"slices"
	"time"
)

// SchemaVersion of result.json and records.ndjson. A reader refuses others.
const SchemaVersion = 2

// How people call in a study.
const (
	CallsRemote  = "remote"  // from the phone, as the scenario says
	CallsButtons = "buttons" // who would call from the phone walks to the landing and presses what is there
)

// Name tells a run of a comparison from the others: its dispatcher and, if
// nobody called from the phone, that.
func (h *Header) Name() string {
	if h.Calls == "" {
		return h.Dispatcher
	}
	return h.Dispatcher + ", " + h.Calls
}

// Names tells several runs apart as [Header.Name] does. Beside a run without
// calls from the phone, one with them says that too.
func Names(files []*File) []string {
	names := make([]string, len(files))
	buttons := slices.ContainsFunc(files, func(f *File) bool { return f.Header.Calls == CallsButtons })
	for i, f := range files {
		names[i] = f.Header.Name()
		if buttons && f.Header.Calls == "" {
			names[i] += ", calling ahead"
		}
	}
	return names
}

// Header says what a result is about: everything a report needs and the
// records only refer to by index.
type Header struct {
	Schema       int           `json:"schema"`
	Version      string        `json:"version"` // of hoistway
	Scenario     string        `json:"scenario"`
	Title        string        `json:"title"`
	Description  string        `json:"description,omitempty"`
	Source       string        `json:"source"`
	ScenarioHash string        `json:"scenario_hash"`
	Dispatcher   string        `json:"dispatcher"`      // "scenario" when each bank runs its own
	Calls        string        `json:"calls,omitempty"` // CallsButtons when nobody called from the phone; "" as the scenario says
	Seed         uint64        `json:"seed"`
	Repeat       string        `json:"repeat"` // the command that repeats the run
	From         Instant       `json:"from_ns"`
	To           Instant       `json:"to_ns"`
	Duration     time.Duration `json:"duration_ns"`
	Confidence   float64       `json:"confidence"`
	Population   int           `json:"population"`
	Floors       []string      `json:"floors"`     // names, lowest first
	Elevations   []float64     `json:"elevations"` // m
	Banks        []BankHeader  `json:"banks"`
	Tenants      []string      `json:"tenants"`
	Inputs       []Input       `json:"inputs"` // every setting with its source
}

// BankHeader names a bank and its cars, and says what calculation expects of
// it. Results without a calculation are as valid as those with one.
type BankHeader struct {
	Name       string   `json:"name"`
	Dispatcher string   `json:"dispatcher"`
	Lobby      int      `json:"lobby"`
	Serves     []int    `json:"serves"`
	Cars       []string `json:"cars"`
	Persons    []int    `json:"persons"`              // rated, per car
	Load       []int64  `json:"load_g"`               // rated, per car
	UpPeak     *UpPeak  `json:"up_peak,omitempty"`    // nil: NoUpPeak says why, unless the writer did not calculate
	NoUpPeak   string   `json:"no_up_peak,omitempty"` // why there is no UpPeak; it names the bank
}

// Input is one setting of the scenario as the report lists it.
type Input struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"` // "scenario", "--set", or "default: WHERE FROM"
}
