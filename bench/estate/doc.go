// Package estate plays the people of a scenario against the real services:
// every resident has a phone with the app, every request travels encrypted to
// the same remotecall.Service that a building would run, and the stores are
// the real ones. An Estate is the twin.Service of one replication.
//
// The simulation names people by ordinals and hears reasons and spans of time,
// so that it is deterministic; who they are (names, passwords, identifiers) is
// random and differs from run to run.
//
// With a folder the Estate leaves evidence for an audit:
//
//	stores/   cloud, building-NAME, analytics, vault, archive, ledger, displays, backups, phones/ORDINAL
//	keys/     key-encryption keys by custodian, and the back end's key for frames
//	logs/     what the services logged
//	metrics/  what the services count, and who accessed what
//	wire/     frames between phones and the back end, in order
//	exports/  what left the provider: answers to subjects, transfers, disclosures
//	reports/  what the run showed to people (written by the caller)
//	truth/    who did what when, and every value that was entered, with the places where it may be
//
// It does not simulate lifts, and it judges nothing: that is the auditor's.
package estate
