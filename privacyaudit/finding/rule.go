package finding

// Status is what an audit says of one rule.
type Status string

// The statuses of a rule.
const (
	Pass          Status = "pass"           // selected something, and nothing was wrong
	Fail          Status = "fail"           // violated
	Warn          Status = "warn"           // violated, and its severity is below error
	Inconclusive  Status = "inconclusive"   // could not be judged, for instance selected nothing
	NotApplicable Status = "not-applicable" // the evidence has nothing that it is about
	Manual        Status = "manual"         // a person has to judge it
)

// Severity is how much a violation of a rule weighs.
type Severity string

// The severities. Only violations of the first make an audit fail.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// MaxSamples is how many findings a rule keeps.
const MaxSamples = 20

// Rule is one rule of a policy and what the audit found of it.
type Rule struct {
	ID       string   `json:"id"`
	Policy   string   `json:"policy"`            // name of a policy of the report
	Clause   string   `json:"clause,omitempty"`  // line of the statement, e.g. "FL:58"
	Quote    string   `json:"quote,omitempty"`   // its sentence, verbatim
	Derived  string   `json:"derived,omitempty"` // why the rule exists without a sentence
	Title    string   `json:"title"`
	Service  string   `json:"service,omitempty"`
	Category string   `json:"category,omitempty"`
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`

	// Status may be left empty for Settle to derive it.
	Status Status `json:"status"`
	// Why the status is what it is, for everything but pass. Of an inconclusive
	// rule it is the reason stated beforehand, in the policy or by the
	// choice of evidence: a check that merely selected nothing leaves it empty,
	// and the audit is incomplete.
	Why string `json:"why,omitempty"`

	Selected   int       `json:"selected"`   // records, files, acts ... that were judged
	Violations int       `json:"violations"` // all of them, not only the samples
	Known      int       `json:"known"`      // of them, those that the baseline knows
	Scopes     []Scope   `json:"scopes,omitempty"`
	Measured   []Measure `json:"measured,omitempty"`
	Assume     []string  `json:"assume,omitempty"`  // assumptions that it rests on
	Mutants    []string  `json:"mutants,omitempty"` // that it claims to kill
	Findings   []Finding `json:"findings,omitempty"`
}

// Scope is the part of a rule's counts that one store has.
type Scope struct {
	Store      string `json:"store"`
	Selected   int    `json:"selected"`
	Violations int    `json:"violations"`
	Known      int    `json:"known"`
}

// Measure is one figure that a rule measured.
type Measure struct {
	Name     string    `json:"name"`
	Value    float64   `json:"value"`
	Unit     string    `json:"unit,omitempty"`
	Interval *Interval `json:"interval,omitempty"`
	Min      *float64  `json:"min,omitempty"` // thresholds; nil: none
	Max      *float64  `json:"max,omitempty"`
}

// Finding is one sample of what violates a rule.
type Finding struct {
	Rule    string `json:"rule"`
	Place   Place  `json:"place"`
	Message string `json:"message"` // never with the value found
	// Fingerprint names the finding across audits: see [Fingerprint].
	Fingerprint string `json:"fingerprint"`
	Known       bool   `json:"known,omitempty"` // in the baseline
}

// Place is where something was found.
type Place struct {
	Store string `json:"store"`
	File  string `json:"file,omitempty"` // within the store
	Kind  string `json:"kind,omitempty"` // of record
	Key   string `json:"key,omitempty"`  // see [KeyHash]; never the key
	Form  string `json:"form,omitempty"` // how the value was written: raw, base64-1, sha256 ...
	// Offset in the file. 0 is its start, or an offset that is not known: either
	// way the file's name says as much. A negative one becomes 0.
	Offset int64 `json:"offset,omitempty"`
}
