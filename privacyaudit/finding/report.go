package finding

import "time"

// Schema is the version of the file format that this package writes and reads.
const Schema = 1

// Report is what one audit found. Lists may be empty; an empty list is left out
// of the file.
type Report struct {
	Schema    int       `json:"schema"`
	Name      string    `json:"name"`             // of the evidence, e.g. the scenario
	At        time.Time `json:"at"`               // the virtual instant that ages are judged against, UTC
	Synthetic bool      `json:"synthetic"`        // the evidence is of people who do not exist
	Tool      string    `json:"tool,omitempty"`   // version of the auditor
	Repeat    string    `json:"repeat,omitempty"` // the command that repeats the audit

	Policies []Policy  `json:"policies,omitempty"`
	Stores   []Store   `json:"stores,omitempty"`
	Rules    []Rule    `json:"rules,omitempty"` // one for each rule of the policies, in their order
	Problems []Problem `json:"problems,omitempty"`
	Missing  []Missing `json:"missing,omitempty"`

	Ages        []Histogram  `json:"ages,omitempty"`        // of records, one for each rule about age
	Persistence *Histogram   `json:"persistence,omitempty"` // from the request to the physical deletion, virtual time
	Linkage     []Curve      `json:"linkage,omitempty"`     // what an attacker with known points links
	Classes     []Histogram  `json:"classes,omitempty"`     // sizes of equivalence classes
	Matrix      []MatrixCell `json:"matrix,omitempty"`      // observed use of the data

	Mutants  []Mutant `json:"mutants,omitempty"`  // of a self-test, empty otherwise
	Baseline []Known  `json:"baseline,omitempty"` // the entries of the baseline that was applied

	Summary Summary `json:"summary"`
	Exit    int     `json:"exit"`
}

// Policy is one rule file and the privacy statement that it quotes.
type Policy struct {
	Name            string `json:"name"`
	Statement       string `json:"statement"` // its title
	Version         string `json:"version,omitempty"`
	SHA256          string `json:"sha256"` // of the rule file
	StatementSHA256 string `json:"statement_sha256,omitempty"`
}

// Store is one store, log, or other part of the evidence that was read.
type Store struct {
	Name string `json:"name"`
	// What it is: cloud, building, phone, analytics, vault, archive, ledger,
	// display, backup, export, log, metric, wire, report or key.
	What     string `json:"what"`
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
	Records  int64  `json:"records"`  // that a reader of the store sees
	Versions int64  `json:"versions"` // physical ones, deleted and superseded included
	SHA256   string `json:"sha256,omitempty"`
	Problems int    `json:"problems"` // of Report.Problems, counted by Settle
}

// Problem is something of the evidence that could not be read, and therefore
// was not judged. A report with one is incomplete.
type Problem struct {
	Store string `json:"store,omitempty"`
	File  string `json:"file,omitempty"` // within the store
	What  string `json:"what"`
}

// Missing is a part of the evidence that was not given ("truth", "wire" ...),
// and the IDs of the rules that could not run for it. Not giving it was
// somebody's choice: those rules are inconclusive for a stated reason.
type Missing struct {
	Part  string   `json:"part"`
	Rules []string `json:"rules,omitempty"`
}

// Mutant is one deliberately wrong writer of a self-test.
type Mutant struct {
	Name   string   `json:"name"`
	What   string   `json:"what"`         // it does wrong
	Rule   string   `json:"rule"`         // ID of the rule that claims to catch it
	Killed bool     `json:"killed"`       // by that rule
	By     []string `json:"by,omitempty"` // IDs of all rules that caught it
}

// Histogram is a distribution with the limit it is held against.
type Histogram struct {
	Name    string   `json:"name"`
	Rule    string   `json:"rule,omitempty"` // ID of the rule it is evidence of
	Store   string   `json:"store,omitempty"`
	Unit    string   `json:"unit"`
	Buckets []Bucket `json:"buckets,omitempty"` // ascending, not overlapping
	Limit   *float64 `json:"limit,omitempty"`   // nil: held against none
}

// Bucket counts values from From, included, to To, excluded.
type Bucket struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Count int64   `json:"count"`
}

// Curve is a figure that depends on another, such as the share of people whom
// an attacker singles out over the number of points he knows.
type Curve struct {
	Name   string  `json:"name"`
	Rule   string  `json:"rule,omitempty"`
	Store  string  `json:"store,omitempty"`
	X      string  `json:"x"` // what the axes show
	Y      string  `json:"y"`
	Points []Point `json:"points,omitempty"` // ascending in X
}

// Point is one point of a curve.
type Point struct {
	X        float64   `json:"x"`
	Y        float64   `json:"y"`
	Interval *Interval `json:"interval,omitempty"` // of Y
}

// Interval is a confidence interval.
type Interval struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Level float64 `json:"level"` // 0.95 for 95 %
}

// MatrixCell counts the accesses of one role to one category of data in one
// store for one purpose.
type MatrixCell struct {
	Category string `json:"category"`
	Store    string `json:"store"`
	Purpose  string `json:"purpose"`
	Role     string `json:"role"`
	Accesses int64  `json:"accesses"`
}

// Summary counts what [Report.Settle] found in the rules.
type Summary struct {
	Rules         int `json:"rules"`
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`  // those that the baseline knows included
	Known         int `json:"known"` // failing rules whose every violation the baseline knows
	Warn          int `json:"warn"`
	Inconclusive  int `json:"inconclusive"`
	Unexplained   int `json:"unexplained"` // inconclusive rules without a stated reason
	NotApplicable int `json:"not_applicable"`
	Manual        int `json:"manual"`

	Findings      int `json:"findings"`       // violations of all rules
	KnownFindings int `json:"known_findings"` // of them, those that the baseline knows
	Problems      int `json:"problems"`
	Mutants       int `json:"mutants"`
	Killed        int `json:"killed"`
}
