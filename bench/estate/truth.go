package estate

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// truth is what really happened, for an auditor to hold the stores against:
// who did what when, and every value that somebody entered, with the places
// where it may be. It is written outside every audited store. A nil truth
// takes everything and keeps nothing.
type truth struct {
	dir      string
	canaries []*Canary
	acts     *lines
	trips    *lines
	buf      []byte
}

// Canary is one value of one field of one subject in one place: a line of
// truth/canaries.ndjson. A value that may be in several places has several
// lines.
type Canary struct {
	Person  string     `json:"person"`            // as in the other files: "r12.0", the resident and how many lived there before; "v7", a visitor
	Subject string     `json:"subject,omitempty"` // account ID in its service
	Service string     `json:"service,omitempty"`
	Field   string     `json:"field"`
	Value   string     `json:"value"`
	Unique  bool       `json:"unique"`          // no other person has the value; of one that is shared, only the field can be compared
	Store   string     `json:"store"`           // where it may be, such as "cloud", "building-main", "phones/12.0"; "" = nowhere
	From    time.Time  `json:"from"`            // entered
	Until   *time.Time `json:"until,omitempty"` // when it had to go; absent = it must still be there, or in exports and on a phone may be
	Why     string     `json:"why,omitempty"`   // it had to go
	Held    bool       `json:"held,omitempty"`  // a legal hold keeps a copy in the archive
}

// fieldTag is the field of a key tag's number.
const fieldTag = "key_tag"

// lines is a file of JSON lines.
type lines struct {
	f *os.File
	w *bufio.Writer
}

func newLines(path string) (*lines, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &lines{f, bufio.NewWriterSize(f, 1<<16)}, nil
}

func (l *lines) close() error {
	if err := l.w.Flush(); err != nil {
		return err
	}
	return l.f.Close()
}

func newTruth(dir string) (*truth, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	t := &truth{dir: dir}
	var err error
	if t.acts, err = newLines(filepath.Join(dir, "acts.ndjson")); err != nil {
		return nil, err
	}
	t.trips, err = newLines(filepath.Join(dir, "trips.ndjson"))
	return t, err
}

// enters notes a value that a person entered, and the places where it may be.
func (t *truth) enters(c Canary, stores ...string) {
	if t == nil || c.Value == "" {
		return
	}
	if len(stores) == 0 {
		t.canaries = append(t.canaries, &c)
	}
	for _, s := range stores {
		one := c
		one.Store = s
		t.canaries = append(t.canaries, &one)
	}
}

// goes notes that values of a person had to go: those that ok accepts.
func (t *truth) goes(person, why string, at time.Time, ok func(*Canary) bool) {
	if t == nil {
		return
	}
	for _, c := range t.canaries {
		if c.Person == person && c.Until == nil && ok(c) {
			c.Until, c.Why = &at, why
		}
	}
}

// ends notes that everything in a building's store had to go, but for what is
// the Manager's own and stays there (FL:L51).
func (t *truth) ends(store, why string, at time.Time) {
	if t == nil {
		return
	}
	for _, c := range t.canaries {
		if c.Store == store && c.Until == nil && !c.managers() {
			c.Until, c.Why = &at, why
		}
	}
}

// managers tells whether a value in a building's store is the Manager's own.
// The logs that the Manager ordered are, too, and hold no value of anybody's.
func (c *Canary) managers() bool { return c.Field == fieldTag }

// held marks values of which a legal hold keeps a copy: those that were still
// there when it began.
func (t *truth) held(person string, ok func(*Canary) bool) {
	if t == nil {
		return
	}
	for _, c := range t.canaries {
		if c.Person == person && c.Until == nil && ok(c) {
			c.Held = true
		}
	}
}

// Act is something somebody did: a line of truth/acts.ndjson.
type Act struct {
	At      time.Time         `json:"at"`
	Act     string            `json:"act"`  // the scenario's name of it, or its kind
	Kind    ActKind           `json:"kind"` // what it is, whatever its name
	Person  string            `json:"person,omitempty"`
	Subject string            `json:"subject,omitempty"`
	Result  string            `json:"result,omitempty"` // "" = done, else the word of the refusal
	Facts   map[string]string `json:"facts,omitempty"`
}

func (t *truth) acted(a Act) error {
	if t == nil {
		return nil
	}
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	t.acts.w.Write(b)
	return t.acts.w.WriteByte('\n')
}

// trip notes a call that the service took: a line of truth/trips.ndjson with
// person, service, pseudonym (Flow), at, from, to and bank.
func (t *truth) trip(at time.Time, person, service, pseudonym string, from, to int, bank string) error {
	if t == nil {
		return nil
	}
	b := append(t.buf[:0], `{"at":"`...)
	b = at.AppendFormat(b, time.RFC3339Nano)
	b = append(append(b, `","person":"`...), person...)
	b = append(append(b, `","service":"`...), service...)
	b = append(append(b, `","pseudonym":"`...), pseudonym...)
	b = strconv.AppendInt(append(b, `","from":`...), int64(from), 10)
	b = strconv.AppendInt(append(b, `,"to":`...), int64(to), 10)
	b = append(append(append(b, `,"bank":`...), strconv.Quote(bank)...), '}', '\n')
	t.buf = b
	_, err := t.trips.w.Write(b)
	return err
}

// close writes what was collected.
func (t *truth) close(settings any) error {
	if t == nil {
		return nil
	}
	if err := t.acts.close(); err != nil {
		return err
	}
	if err := t.trips.close(); err != nil {
		return err
	}
	l, err := newLines(filepath.Join(t.dir, "canaries.ndjson"))
	if err != nil {
		return err
	}
	e := json.NewEncoder(l.w)
	for _, c := range t.canaries {
		if err := e.Encode(c); err != nil {
			return err
		}
	}
	if err := l.close(); err != nil {
		return err
	}
	b, err := json.MarshalIndent(settings, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.dir, "settings.json"), append(b, '\n'), 0o666)
}
