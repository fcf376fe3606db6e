package finding

// Known is an entry of a baseline as it was applied.
type Known struct {
	Rule    string `json:"rule"`
	Store   string `json:"store"` // [AnyStore] for all stores together
	Measure string `json:"measure,omitempty"`
	Limit   string `json:"limit"`   // in words: "at most 3 violations"
	Found   string `json:"found"`   // in words; empty: the entry matches nothing
	Reason  string `json:"reason"`  // why it is accepted
	Expires string `json:"expires"` // last day on which it is, YYYY-MM-DD
	State   State  `json:"state"`
}

// State is what became of an entry of the baseline.
type State string

// The states of an entry.
const (
	Held   State = "held"   // no worse than the baseline
	Worse  State = "worse"  // worse: the rule fails
	Unused State = "unused" // it matches nothing: take it out
)

// AnyStore is the scope of a baseline entry for all stores of a rule together.
const AnyStore = "*"
