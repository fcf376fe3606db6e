// Package finding is the contract between a privacy audit and everything that
// reads it: what was audited, what each rule of the policies found, what could
// not be read, and the exit code that follows.
//
// An auditor fills a [Report], rule by rule with [Rule.Saw] and [Rule.Add],
// calls [Report.Settle], and hands it to the writers: [Write] for the JSON file
// that is the source of truth, [SARIF], [JUnit] and [OSCAL] for other tools,
// [Table] for people. A [Baseline] says which violations are known, how many
// at most, why, and until when.
//
// The contract:
//
//   - A report never holds the value that was found, nor a key of a store: a
//     [Place] has the first 16 hex digits of the key's SHA-256, and a
//     fingerprint is made of rule, store, kind and form alone.
//   - A rule that selected nothing never passes, and a pass never has
//     violations: [Report.Settle] sees to both.
//   - A rule keeps at most [MaxSamples] findings. Which ones does not depend on
//     the order in which they were added; the number of violations counts all.
//   - The same report gives the same bytes in every format, on every machine.
//     The only time in a report is the virtual instant of the evidence.
//   - [Read] refuses unknown fields, other schema versions, and a report whose
//     summary or exit code does not follow from its rules.
//
// The package does not audit, open stores, choose file names or read a clock,
// and it knows no rule.
package finding
