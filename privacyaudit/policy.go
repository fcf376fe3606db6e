package privacyaudit

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed policies/*.toml policies/*.txt
var shipped embed.FS

// Policy is the rules that hold a service to one privacy statement.
type Policy struct {
	Name      string            `toml:"name"`      // as given to --policy
	Version   string            `toml:"version"`   // of this file
	Title     string            `toml:"title"`     // of the statement
	Code      string            `toml:"code"`      // of the statement in clauses: RC, FL
	Service   string            `toml:"service"`   // whose records it judges: "Remote Call", "Flow"; "" = all
	Statement string            `toml:"statement"` // file of the statement, beside the policy
	Assume    map[string]string `toml:"assume"`    // choices where the statement is silent, by name: T4 = "a year is 365 days"
	Testable  []int             `toml:"testable"`  // lines of the statement that a rule must cover
	Excepted  []Exception       `toml:"except"`    // testable lines, or parts, without a rule
	Rules     []*Rule           `toml:"rule"`

	file string
	sum  string
	text []string // lines of the statement
	tsum string
}

// Exception says why no rule covers a line of the statement.
type Exception struct {
	Line   int    `toml:"line"`
	Reason string `toml:"reason"`
}

// Rule is one obligation and how it is checked.
type Rule struct {
	ID       string         `toml:"id"`
	Clause   string         `toml:"clause"`  // "FL:58": statement and line
	Quote    string         `toml:"quote"`   // verbatim from that line
	Derived  string         `toml:"derived"` // or why the rule follows without a sentence of its own
	Title    string         `toml:"title"`   // one sentence: what holds when it passes
	Category string         `toml:"category"`
	Stores   []string       `toml:"stores"` // which it looks at: cloud, building, vault ...; see Sources
	Kinds    []string       `toml:"kinds"`  // names of record kinds; empty = all
	Check    string         `toml:"check"`  // name of a check; "" with evidence = "manual"
	Params   map[string]any `toml:"params"`
	Severity string         `toml:"severity"` // error, warning or note
	Evidence string         `toml:"evidence"` // automatic, ledger or manual
	Assume   []string       `toml:"assume"`   // names of the policy's assumptions that it rests on
	Mutants  []string       `toml:"mutants"`  // wrong writers that it kills
	Least    *int           `toml:"min_selected"`
	Reason   string         `toml:"reason"` // why it is manual, or may select nothing

	Policy *Policy `toml:"-"`
}

// Severities and kinds of evidence, in the words of a policy.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"
	SeverityNote    = "note"

	EvidenceAutomatic = "automatic"
	EvidenceLedger    = "ledger"
	EvidenceManual    = "manual"
)

// Shipped names the policies that come with Hoistway.
func Shipped() []string {
	files, err := fs.Glob(shipped, "policies/*.toml")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".toml")
	}
	return files
}

// LoadPolicy reads a policy: one that is shipped, by its name, or a TOML file,
// whose statement lies beside it.
func LoadPolicy(name string) (*Policy, error) {
	if slices.Contains(Shipped(), name) {
		dir, err := fs.Sub(shipped, "policies")
		if err != nil {
			panic("BUG: " + err.Error())
		}
		return loadPolicy(dir, name+".toml")
	}
	if !strings.HasSuffix(name, ".toml") {
		return nil, &PolicyError{File: name, Problems: []string{fmt.Sprintf("there is no policy of this name; shipped are %s, and a file of your own is given by its path, which ends in .toml", strings.Join(Shipped(), ", "))}}
	}
	return loadPolicy(os.DirFS(filepath.Dir(name)), filepath.Base(name))
}

// PolicyError is everything that is wrong with a policy.
type PolicyError struct {
	File     string
	Problems []string
}

func (e *PolicyError) Error() string {
	return fmt.Sprintf("policy %s: %s", e.File, strings.Join(e.Problems, "\n\t"))
}

func loadPolicy(dir fs.FS, file string) (*Policy, error) {
	b, err := fs.ReadFile(dir, file)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	p := &Policy{file: file, sum: sum(b)}
	fail := func(problems ...string) (*Policy, error) { return nil, &PolicyError{File: file, Problems: problems} }
	meta, err := toml.Decode(string(b), p)
	if err != nil {
		var at toml.ParseError
		if errors.As(err, &at) {
			return fail(fmt.Sprintf("line %d: %s", at.Position.Line, at.Message))
		}
		return fail(err.Error())
	}
	var problems []string
	for _, key := range meta.Undecoded() {
		problems = append(problems, fmt.Sprintf("%s: there is no such key", key))
	}
	if p.Statement == "" || path.Base(p.Statement) != p.Statement {
		return fail(append(problems, "statement: must name the file of the statement, which lies beside the policy")...)
	}
	text, err := fs.ReadFile(dir, p.Statement)
	if err != nil {
		return fail(append(problems, fmt.Sprintf("statement: %v; put a copy of the statement beside the policy", err))...)
	}
	p.tsum = sum(text)
	p.text = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	problems = append(problems, p.problems()...)
	if len(problems) > 0 {
		return fail(problems...)
	}
	return p, nil
}

// sum is a SHA-256 in hex.
func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// Line is a line of the statement, from 1; "" beyond its end.
func (p *Policy) Line(n int) string {
	if n < 1 || n > len(p.text) {
		return ""
	}
	return strings.TrimSpace(p.text[n-1])
}

// Lines is how many lines the statement has.
func (p *Policy) Lines() int { return len(p.text) }

var ruleID = regexp.MustCompile(`^[A-Z][A-Z0-9]*-[A-Za-z0-9.]+(-[a-z0-9-]+)?$`)

// problems are what is wrong with a policy that was decoded.
func (p *Policy) problems() (all []string) {
	say := func(place, format string, args ...any) {
		all = append(all, place+": "+fmt.Sprintf(format, args...))
	}
	if p.Name == "" || p.Code == "" || p.Version == "" || p.Title == "" {
		say("policy", "name, version, title and code are needed")
	}
	if len(p.Rules) == 0 {
		say("policy", "it has no rules")
	}
	for _, n := range p.Testable {
		if p.Line(n) == "" {
			say("testable", "the statement has nothing on line %d", n)
		}
	}
	seen := map[string]bool{}
	for i, r := range p.Rules {
		r.Policy = p
		place := r.ID
		if place == "" {
			place = fmt.Sprintf("rule %d", i+1)
		}
		if !ruleID.MatchString(r.ID) {
			say(place, "id %q must look like FL-4.4 or X-1", r.ID)
		}
		if seen[r.ID] {
			say(place, "the id stands there twice")
		}
		seen[r.ID] = true
		all = append(all, r.problems(place)...)
	}
	return append(all, p.uncovered()...)
}

// uncovered are the testable lines with neither a rule nor a reason.
func (p *Policy) uncovered() (all []string) {
	for _, n := range p.Testable {
		covered := slices.ContainsFunc(p.Rules, func(r *Rule) bool { line, err := r.Line(); return err == nil && line == n }) ||
			slices.ContainsFunc(p.Excepted, func(e Exception) bool { return e.Line == n && e.Reason != "" })
		if !covered {
			all = append(all, fmt.Sprintf("testable: line %d has neither a rule nor an [[except]] with its reason", n))
		}
	}
	return all
}

// Line is the line of the statement that a rule is about; 0 when it is derived
// from none.
func (r *Rule) Line() (int, error) {
	if r.Clause == "" {
		return 0, nil
	}
	code, line, ok := strings.Cut(r.Clause, ":")
	n, err := strconv.Atoi(line)
	if !ok || err != nil || r.Policy != nil && code != r.Policy.Code {
		return 0, fmt.Errorf("clause %q must be the statement's code, a colon and a line, such as FL:58", r.Clause)
	}
	return n, nil
}

func (r *Rule) problems(place string) (all []string) {
	say := func(format string, args ...any) { all = append(all, place+": "+fmt.Sprintf(format, args...)) }
	line, err := r.Line()
	switch {
	case err != nil:
		say("%v", err)
	case (r.Quote == "") == (r.Derived == ""):
		say("needs either the quote of a sentence or, in derived, the reason without one")
	case r.Quote != "" && line == 0:
		say("a quote needs its clause, such as FL:58")
	case r.Quote != "" && !strings.Contains(plain(r.Policy.Line(line)), plain(r.Quote)):
		say("its quote does not stand on line %d of the statement", line)
	}
	if r.Title == "" {
		say("title is needed: what holds when the rule passes")
	}
	if !slices.Contains([]string{SeverityError, SeverityWarning, SeverityNote}, r.Severity) {
		say("severity %q must be error, warning or note", r.Severity)
	}
	switch r.Evidence {
	case EvidenceManual:
		if r.Check != "" || r.Reason == "" {
			say("a manual rule has no check, and a reason")
		}
	case EvidenceAutomatic, EvidenceLedger:
		all = append(all, r.checkProblems(place)...)
	default:
		say("evidence %q must be automatic, ledger or manual", r.Evidence)
	}
	for _, a := range r.Assume {
		if r.Policy.Assume[a] == "" {
			say("assumption %q is not explained under [assume]", a)
		}
	}
	if r.Least != nil && *r.Least == 0 && r.Reason == "" {
		say("min_selected = 0 needs a reason: a rule that selects nothing proves nothing")
	}
	return all
}

// assumptions are those that the rule rests on, each with what it says: "T4: one
// year is 365 days".
func (r *Rule) assumptions() (all []string) {
	for _, name := range r.Assume {
		all = append(all, name+": "+r.Policy.Assume[name])
	}
	return all
}

// plain takes typography out of a sentence: quotation marks and spaces.
func plain(s string) string {
	s = strings.NewReplacer("“", `"`, "”", `"`, "’", "'", "‘", "'", "\u00a0", " ").Replace(s)
	return string(bytes.Join(bytes.Fields([]byte(s)), []byte(" ")))
}
