// Package study runs a scenario's replications and turns their records into one
// result file.
//
// The contract: replications are independent, each with random streams derived
// from the seed and its own number, and they are merged in the order of their
// numbers. The result, the records and the digest are therefore the same bytes
// whatever the number of workers. Several passenger lists are several
// replications, one list each.
//
// A replication whose checkers report a violation, or whose code panics, ends
// the study with a *[Broken], which carries the one command that repeats that
// replication alone.
//
// The package does not load scenarios, print, read a clock or write files but
// for the records it is asked to put in order (see [RecordFile]). Processor
// time comes from an injected [Meter] and never enters a result.
package study
