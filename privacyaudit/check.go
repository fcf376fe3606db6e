package privacyaudit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/badgerfiles"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/search"
)

// Check is one way to hold evidence against a rule. The same check serves
// many rules, with other parameters.
type Check struct {
	Name   string
	About  string // one sentence for whoever writes a policy
	Needs  Need   // without which it cannot run
	Params []Param
	// New begins a check of one rule. It is called when the evidence is known
	// and before anything of the stores was read. An error is a mistake in the
	// rule's parameters.
	New func(p *Probe) (Watch, error)
}

// Watch is what a check wants to see of one pass over the evidence. Functions
// that are nil are not called. They are called by one goroutine, and what they
// are given is valid during the call only.
type Watch struct {
	Record func(*Record)         // every physical version of every record in the rule's stores and kinds
	Store  func(*Source)         // a store, when its records have been seen
	Text   func(*evidence.Text)  // every file of the rule's stores that is no Badger file, in order of their names
	Found  func(*Found)          // every occurrence of a known value in those stores and files, in any form
	Frame  func(*evidence.Frame) // every frame of the wire
	End    func()
}

// Need is the parts of the evidence without which a check cannot run.
type Need uint

const (
	NeedTruth Need = 1 << iota
	NeedKeys
	NeedLogs
	NeedMetrics
	NeedWire
	NeedExports
	NeedReports
	NeedConfig
)

// needs names the parts in the words of the evidence folder.
func (n Need) parts() (parts []string) {
	for i, name := range []string{"truth", "keys", "logs", "metrics", "wire", "exports", "reports", "stores/registry.json"} {
		if n&(1<<i) != 0 {
			parts = append(parts, name)
		}
	}
	return parts
}

// Param is a parameter of a check.
type Param struct {
	Name     string
	Form     Form
	Required bool
	About    string
}

// Form is what a parameter may be in TOML.
type Form string

const (
	FormText     Form = "text"
	FormTexts    Form = "list of texts"
	FormCount    Form = "count"
	FormNumber   Form = "number"
	FormFlag     Form = "true or false"
	FormDuration Form = `time such as "365d" or "1h"`
)

// holds tells whether a decoded TOML value has the form.
func (f Form) holds(v any) bool {
	switch f {
	case FormText:
		_, ok := v.(string)
		return ok
	case FormTexts:
		list, ok := v.([]any)
		return ok && !slices.ContainsFunc(list, func(e any) bool { _, ok := e.(string); return !ok })
	case FormCount:
		n, ok := v.(int64)
		return ok && n >= 0
	case FormNumber:
		switch v.(type) {
		case int64, float64:
			return true
		}
		return false
	case FormFlag:
		_, ok := v.(bool)
		return ok
	case FormDuration:
		s, ok := v.(string)
		if !ok {
			return false
		}
		_, err := parseDuration(s)
		return err == nil
	}
	panic("BUG: no such form of a parameter: " + string(f))
}

// parseDuration is time.ParseDuration with days.
func parseDuration(s string) (time.Duration, error) {
	days, rest, found := strings.Cut(s, "d")
	if !found {
		return time.ParseDuration(s)
	}
	var n int
	if _, err := fmt.Sscanf(days, "%d", &n); err != nil || fmt.Sprint(n) != days || n < 0 || n > 100_000 {
		return 0, fmt.Errorf("%q is no time such as 365d or 1h30m", s)
	}
	d := time.Duration(n) * 24 * time.Hour
	if rest == "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	return d + more, err
}

// checks are all checks by name. Each file check_NAME.go adds its own.
var checks = map[string]*Check{}

// register adds a check; it is called from init functions only.
func register(c *Check) {
	if checks[c.Name] != nil || c.Name == "" || c.About == "" || c.New == nil {
		panic("BUG: the check " + c.Name + " is registered twice, or incomplete")
	}
	checks[c.Name] = c
}

// Checks lists all checks in order of their names.
func Checks() []*Check {
	return slices.SortedFunc(maps.Values(checks), func(a, b *Check) int { return strings.Compare(a.Name, b.Name) })
}

// checkProblems are what is wrong with the check that a rule names.
func (r *Rule) checkProblems(place string) (all []string) {
	say := func(format string, args ...any) { all = append(all, place+": "+fmt.Sprintf(format, args...)) }
	c := checks[r.Check]
	if c == nil {
		var names []string
		for _, c := range Checks() {
			names = append(names, c.Name)
		}
		say("there is no check %q; there are %s", r.Check, strings.Join(names, ", "))
		return all
	}
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		i := slices.IndexFunc(c.Params, func(p Param) bool { return p.Name == name })
		switch {
		case i < 0:
			say("check %s has no parameter %q", c.Name, name)
		case !c.Params[i].Form.holds(r.Params[name]):
			say("parameter %s must be a %s", name, c.Params[i].Form)
		}
	}
	for _, p := range c.Params {
		if _, given := r.Params[p.Name]; p.Required && !given {
			say("check %s needs the parameter %s: %s", c.Name, p.Name, p.About)
		}
	}
	for _, s := range r.Stores {
		if !slices.Contains(classes, s) {
			say("there is no store %q; there are %s", s, strings.Join(classes, ", "))
		}
	}
	return all
}

// classes are what a rule may name as stores.
var classes = []string{
	"cloud", "building", "analytics", "vault", "archive", "ledger", "backup", "display", "phone",
	"log", "metrics", "wire", "export", "report", "key", "registry.json", "unknown",
}

// Source is one store, or what else holds records: a Badger directory or a
// backup.
type Source struct {
	Name     string               // cloud, building-main, a backup's file name
	Class    string               // one of classes
	Building string               // of a building's store
	Files    *badgerfiles.Store   // of a Badger directory
	Backup   *evidence.BackupHead // of a backup
	Records  int                  // versions that were read
	// HandedOver is whether a building's store has the mark that the provider's
	// service ended there: others decide about it since.
	HandedOver bool

	live     int
	watchers [][]*Probe // by index of the kind
	unknown  []*Probe   // of records of no kind
	finders  []*Probe
}

// Found is one occurrence of a known value of the ground truth.
type Found struct {
	Known  *Known
	Form   search.Form
	Source string // store, or name of the text
	Class  string
	File   string
	Offset int64
	Record *Record         // in which it was decoded; nil in raw bytes and texts
	Frame  *evidence.Frame // in what was sealed in it; nil elsewhere
}

// Known is a value of the ground truth with every place where it may be.
type Known struct {
	Field  string
	Person string
	Places []*evidence.Canary // none: it is nobody's, such as a floor's label
}
