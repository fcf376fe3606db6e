// Package evidence reads what an audit is handed besides the Badger databases:
// which folders there are, which stores lie in them, and every other file. It
// finds, splits and opens; it judges nothing.
//
// # Folders
//
// An evidence folder has one subfolder for each part. A part may be missing, and
// each can be named by itself; see [Open], [Parts.Missing] and [Parts.Check].
//
//	stores/    what the services stored
//	  registry.json         what the stores were opened with (ReadConfig)
//	  cloud/ analytics/ vault/ archive/ ledger/ building-NAME/
//	                        a Badger database each (StoreDirs names them; package badgerfiles reads them)
//	  backups/*.bak         a line of JSON, then Badger's backup stream (Backup)
//	  displays/NAME.json, .txt, .html
//	                        who lives where, as the entrances of building NAME show it (Displays)
//	  phones/ORDINAL/       what the app keeps on one phone (Phones): log.ndjson, ids.ndjson, settings.json, pictures/*.bin
//	keys/      key-encryption keys, 32 raw bytes each: provider-EPOCH.key, building-NAME-EPOCH.key, handed-over/NAME/...;
//	           wire.key is the back end's private key for frames
//	logs/      what services logged: JSON lines of log/slog (ParseLog)
//	metrics/   what services count, in Prometheus' text form (ParseMetrics)
//	wire/      frames between phones and the back end as a tap saw them (Captures)
//	exports/   what left the provider: answers to subjects, transfers, disclosures (ParseExport)
//	reports/   what was shown to people
//	truth/     who did what when, and every value that somebody entered with the places where it may be (ReadTruth)
//
// A tap writes for each frame 8 bytes of the instant (ns since 1970, big endian),
// a byte that is 0 from a phone and 1 from the service, 4 bytes of the length,
// big endian, and the frame. How frames are sealed is said where the service
// documents its wire; this package opens them with the standard library's HPKE.
//
// # Nothing is skipped
//
// [Parts.Texts] gives every file but the stores' own and the truth's exactly
// once, whatever its name: one that belongs nowhere has class [Unknown], and so
// has a folder among the stores that is none of theirs, or a Badger database
// elsewhere. A link or a special file is an error, because what it leads to is
// not in the folder. Files of more than [Piece] bytes come in pieces that
// overlap; a value that is searched for must fit into [Overlap].
//
// # Errors
//
// Parsers are strict: unknown fields, fields of another type, two fields of one
// name, missing ones, lines that do not end. Everything is bounded, and damaged
// bytes are an error that names file and line or byte, never a panic. An error
// never repeats what stands in a file, which may be somebody's. The names of
// files are repeated.
//
// What may rightly be cut short, because the process may have ended while it
// wrote, is told and not refused: the last line of a phone's log, the last frame
// of a capture.
package evidence
