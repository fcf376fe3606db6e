// Package privacyaudit holds what a service really stored against the
// sentences of its privacy statement. It is handed a copy of the stores, with
// keys, logs, metrics, wire captures and reports as far as they are there, and
// answers for every rule of a policy: it holds, it does not, or it could not be
// told, and why.
//
// It shares no code with the writer. The record format it knows by its own
// declaration (package format), Badger's files it decodes itself (package
// badgerfiles), and what must and must not be there it knows from the policy
// and, where it is given, from the ground truth of the twin.
//
// An audit is one pass over everything:
//
//	policies/*.toml -> Policy, Rule -> Probe (one for each rule)
//	evidence -> Source -> Record, Text -> Watch of each probe -> finding.Report
//
// Records are decoded, opened and searched by several goroutines, and checked by
// one, so that a check needs no lock: it is a Watch, four functions that are
// called for every store, record and text, and at the end. A new check is a file
// check_NAME.go that registers its name, what it needs and its parameters; a
// rule in a policy names it.
//
// An audit fails closed. An unknown record is a finding; what cannot be read
// makes the audit incomplete; and a rule that selected nothing is inconclusive,
// not passed. No message holds a value that was found.
package privacyaudit
