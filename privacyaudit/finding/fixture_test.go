package finding

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ptr[T any](v T) *T { return &v }

// worked is a report with everything in it: each status, samples beyond the
// bound, figures, a baseline and names that are hostile to terminals and XML.
func worked(t testing.TB) *Report {
	t.Helper()
	r := &Report{
		Name: "residential-year", At: time.Date(2027, 1, 4, 6, 30, 0, 0, time.UTC), Synthetic: true,
		Tool: "1.2.0", Repeat: "hoistway audit evidence --policy flow-app --at 2027-01-04T06:30:00Z",
		Policies: []Policy{
			{Name: "flow-app", Statement: "Flow privacy statement", Version: "2024-05", SHA256: strings.Repeat("ab", 32), StatementSHA256: strings.Repeat("cd", 32)},
			{Name: "derived", Statement: "Rules of the project", SHA256: strings.Repeat("ef", 32)},
		},
		Stores: []Store{
			{Name: "cloud", What: "cloud", Files: 12, Bytes: 1_234_567, Records: 10_000, Versions: 10_500, SHA256: strings.Repeat("01", 32)},
			{Name: "building-1", What: "building", Files: 3, Bytes: 4096, Records: 80, Versions: 80},
			{Name: "logs", What: "log", Files: 1, Bytes: 512},
		},
		Ages: []Histogram{{Name: "age of log data", Rule: "FL-4.4", Store: "cloud", Unit: "d",
			Buckets: []Bucket{{0, 180, 900}, {180, 365, 70}, {365, 400, 25}}, Limit: ptr(365.0)}},
		Persistence: &Histogram{Name: "request to physical deletion", Unit: "h", Buckets: []Bucket{{0, 1, 4}}},
		Linkage: []Curve{{Name: "unique traces, bins of 1 h", Rule: "FL-2.5", X: "points known", Y: "share",
			Points: []Point{{1, 0.36, &Interval{0.34, 0.38, 0.95}}, {4, 0.98, nil}}}},
		Classes: []Histogram{{Name: "classes of devices", Unit: "devices", Buckets: []Bucket{{5, 6, 2}}}},
		Matrix:  []MatrixCell{{"log_data", "cloud", "service", "KONE-service", 42}},
		Missing: []Missing{{Part: "wire", Rules: []string{"FL-2.6"}}},
	}
	pass := Rule{ID: "FL-2.2", Policy: "flow-app", Clause: "FL:19", Quote: "password in encrypted format", Title: "passwords are stored as a key derivation only",
		Service: "flow", Category: "account", Check: "format", Severity: Error, Assume: []string{"T3"}, Mutants: []string{"pw.plain", "pw.sha256"}}
	pass.Saw("cloud", 1200)

	fail := Rule{ID: "FL-4.4", Policy: "flow-app", Clause: "FL:58", Quote: "no longer than up to 1 year from collection", Title: "log data is at most a year old",
		Category: "log_data", Check: "age", Severity: Error, Assume: []string{"T4"},
		Measured: []Measure{{Name: "greatest age", Value: 371.25, Unit: "d", Max: ptr(365.0)}}}
	fail.Saw("cloud", 1000)
	for i := range 25 {
		fail.Add(Place{Store: "cloud", File: fmt.Sprintf("%06d.sst", i), Kind: "log", Key: KeyHash([]byte{byte(i)})}, "collected 371 days before the audit")
	}
	fail.Add(Place{Store: "cloud", File: "000001.vlog", Kind: "visit", Offset: 4711}, "collected 366 days before the audit")

	known := Rule{ID: "X-6", Policy: "derived", Derived: "logs are read by more people than stores", Title: "no canary in logs", Check: "absent", Severity: Error}
	known.Saw("logs", 300)
	known.Add(Place{Store: "logs", File: "service \x1b[31m{0} [a](1)\n.ndjson", Form: "base64-1"}, "the canary of a mail address")

	warn := Rule{ID: "X-10", Policy: "derived", Derived: "how long a deletion takes is not in the statements", Title: "time to deletion", Check: "timing", Severity: Warning}
	warn.Saw("cloud", 4)
	warn.Add(Place{Store: "cloud"}, "took more than an hour")

	report := Rule{ID: "FL-2.5", Policy: "flow-app", Clause: "FL:23", Quote: "cannot be identified by the ID alone", Title: "linkage of log data", Check: "linkage", Severity: Note,
		Status: Warn, Why: "reported, no limit in the statement", Measured: []Measure{{Name: "unique by 4 points", Value: 0.98, Interval: &Interval{0.96, 0.99, 0.95}}}}
	report.Saw("cloud", 160)

	r.Rules = []Rule{pass, fail,
		report,
		{ID: "FL-2.6", Policy: "flow-app", Clause: "FL:24", Quote: "encrypted in transit", Title: "frames are encrypted", Check: "wire", Severity: Error},
		{ID: "FL-3.1", Policy: "flow-app", Clause: "FL:37", Quote: "legitimate interests", Title: "the balancing of interests is documented", Check: "manual", Severity: Error, Status: Manual, Why: "read the assessment"},
		{ID: "FL-2.9", Policy: "flow-app", Clause: "FL:27", Quote: "benches", Title: "bench logs", Check: "schema", Severity: Error, Status: NotApplicable, Why: "the building has no bench"},
		known, warn,
		{ID: "X-9 odd id", Policy: "derived", Derived: "an empty sample is no pass", Title: "hold register", Check: "ledger", Severity: Error},
	}
	r.Settle()
	b := &Baseline{Name: "baseline.toml", Entries: []Entry{
		{Rule: "X-6", Store: "logs", Count: ptr(1), Reason: "old log, goes with the next rotation", Expires: time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)},
		{Rule: "FL-4.4", Store: "cloud", Rate: ptr(0.01), Reason: "sweeper of the old building", Expires: time.Date(2027, 2, 28, 0, 0, 0, 0, time.UTC)},
		{Rule: "FL-9", Store: AnyStore, Count: ptr(2), Reason: "gone long ago", Expires: time.Date(2027, 2, 28, 0, 0, 0, 0, time.UTC)},
	}}
	if err := b.Apply(r, r.At); err != nil {
		t.Fatal(err)
	}
	return r
}

var rewrite = flag.Bool("rewrite", false, "write the worked examples under testdata anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got); -rewrite writes it anew:\n%s", path, diff)
	}
}

func written(t testing.TB, r *Report, write func(io.Writer, *Report) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tableOf(w io.Writer, r *Report) error { return Table(w, r, 100, false) }

var formats = []struct {
	name  string
	write func(io.Writer, *Report) error
}{
	{"report.json", Write}, {"report.sarif", SARIF}, {"report.xml", JUnit}, {"report.oscal.json", OSCAL}, {"report.txt", tableOf},
}

func TestWorkedExample(t *testing.T) {
	r := worked(t)
	for _, f := range formats {
		golden(t, f.name, written(t, r, f.write))
	}
	selftest := &Report{Name: "self-test", At: r.At, Synthetic: true, Mutants: []Mutant{
		{Name: "log.sweeper_off", What: "never sweeps", Rule: "FL-4.4", Killed: true, By: []string{"FL-4.4", "X-8"}},
		{Name: "pw.plain", What: "stores the password as it is", Rule: "FL-2.2", By: []string{"X-3"}},
	}}
	selftest.Settle()
	golden(t, "selftest.txt", written(t, selftest, tableOf))
	golden(t, "selftest.xml", written(t, selftest, JUnit))
}
