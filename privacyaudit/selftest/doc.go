// Package selftest shows that the auditor sees what it says it sees. It makes
// clean evidence with the real services, lets one deliberately wrong writer at
// a time loose on a copy of it, and audits what is left: the rules that claim to
// catch this writer must be violated, or the writer survived.
//
// A wrong writer is a [Mutant]. It writes through Badger what a service with
// that fault would have written, sealed with the keys of the evidence, dated and
// chained as it should be, so that the fault alone is wrong; or it changes a
// log, a frame, an export. Some are wrong the other way: they delete what must
// stay. The last kind is wrong in the auditor: a rule that selects nothing, a
// key that was not given, a file cut short must not end in a pass.
//
// Rules name the mutants that they claim (mutants in policies/*.toml); a mutant
// is killed when every rule that claims it is violated. A claim without a mutant
// and a mutant without a claim both count as survivors.
//
// This is the one package that knows both sides, the writer in
// dispatch/registry and the auditor, and its tests hold their two descriptions
// of the stores against each other.
package selftest
