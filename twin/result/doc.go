// Package result is the contract between a run and everything that reads it:
// records, summaries computed from records alone, metrics, verdicts, paired
// comparisons, and their files.
//
// A run hands its trips, calls and stops to a [Sink]. A [Summarizer] makes a
// [Summary] of them, a [RecordWriter] streams them to a file, [Tee] does both.
// [NewFile] merges the summaries of all replications and derives every metric;
// [Compare] holds such files against each other; [Recompute] makes the same
// file from records.
//
// The contract:
//
//   - Summaries hold integer counts, integer sums and histograms, so that
//     [Merge] gives the same bytes in any order and grouping.
//   - Samples take the journeys that began in the declared window, whenever
//     they ended.
//   - A time is withheld, with the reason, while the queue is saturated, when
//     nobody was served, and when journeys are unfinished. Counts are never
//     withheld. A withheld or unknown figure never passes an expectation.
//   - Intervals are t-intervals over replications, never over passengers.
//   - The same result gives the same bytes on every machine. Readers refuse
//     other schema versions, unknown fields, truncated files, and files that
//     do not agree with themselves.
//
// The package does not simulate, draw charts, choose file names or read a
// clock, and it knows no scenario but for the names in its [Header].
package result
