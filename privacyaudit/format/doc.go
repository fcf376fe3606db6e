// Package format is the auditor's own knowledge of how records lie in the
// stores: keys, outer form of values, sealing, JSON, fields, ledger acts and
// hash chains. It was written from the documented format
// (dispatch/registry/FORMAT.md) and shares no code with the writer, because
// shared code would share the bug.
//
// # Contract
//
// What the format does not allow is an error or a [Flaw]: an unknown prefix, a
// component too many, a field nobody declared, a value in the wrong form.
// Nothing is skipped. No message contains a key, a value or a part of either:
// names of kinds and declared fields only, so that messages can go into
// reports.
//
// What a store holds is judged in four steps:
//
//	key, err := schema.ParseKey(store, rawKey)         // which kind, whose
//	value, err := format.ParseValue(rawValue)          // plain or sealed
//	json, err := ring.Open(buf[:0], store, rawKey, value)
//	members, err = format.Parse(members[:0], json)     // {name, raw value}
//	flaws := key.Check(value, members)                 // against the kind
//
// Other statements and other writers: [Load] reads a description of the same
// shape as the embedded records.toml, whose head says what may stand in it.
// The outer form of values, the sealing and the chains are those of
// FORMAT.md and not described there.
//
// # What it does not do
//
// It opens no database and walks no store; it knows neither clauses nor
// findings; it judges no age and no relation between records. All functions
// may be used by several goroutines at once, and nothing here reads a clock.
package format
