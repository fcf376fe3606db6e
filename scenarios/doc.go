// Package scenarios reads what a run is about: a building, its banks of
// lifts, its people and what happens to them, written in one strict TOML
// file. FORMAT.md documents every key with its unit, default and the source
// of the default; scenario.schema.json lets editors complete them. Both are
// generated from the same declarations that the reader walks.
//
// # Contract
//
// Load and Parse return a Scenario in which every value is final and
// checked, or Problems with all faults at once: place, key, what was
// expected, remedy. Nothing is guessed: unknown keys, keys of wrong case,
// numbers without a unit and buildings that cannot work are faults. Whatever
// the bytes, they neither panic nor take long: size, nesting and counts are
// bounded. A Scenario is never changed after it was returned and may be
// shared. Equal text gives an equal Scenario on every machine.
//
// # What it does not do
//
// It draws no people, runs nothing and judges no expectation; it knows no
// dispatcher, so that a policy's name is checked by whoever runs it.
package scenarios

//go:generate go test -run TestFormatPage -update .
