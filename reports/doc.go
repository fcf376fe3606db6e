// Package reports turns results into one HTML page that can be opened from a
// disk, mailed or printed: no network access, light and dark, and every chart
// also as a table.
//
//   - [Run] is the report of one scenario under one dispatcher.
//   - [Comparison] is the report of the same people under several dispatchers,
//     with paired differences.
//   - [Audit] is the report of a privacy audit, [AuditedRun] that of a run with
//     the audit of what it left.
//   - [Several] puts unpaired results side by side.
//
// The bytes written depend on the result alone. Every string of a result or
// finding is untrusted: it reaches the page as text, never as markup or script.
// The page's own policy allows exactly two scripts, by their sums: the charting
// script in third_party/echarts and charts.js. Chart options are built with go-echarts
// and travel as JSON; where one needs code it names a function of charts.js.
//
// Reports computes no service figures. It shows the metrics, verdicts and
// differences it is given, and regroups counts and sums for charts. It writes
// no files and does not know where results come from.
package reports
