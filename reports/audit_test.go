package reports

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"hoistway/privacyaudit/finding"
)

// audited is an audit with everything in it: the worked example of the
// findings, with more of what is drawn, and a self-test in which one wrong writer
// survives.
func audited(t *testing.T) *finding.Report {
	t.Helper()
	f, err := os.Open("../privacyaudit/finding/testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := finding.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	limit := 365.0
	r.Ages = []finding.Histogram{
		{Name: "age of log data", Rule: "FL-4.4", Store: "cloud", Unit: "d", Limit: &limit,
			Buckets: []finding.Bucket{{From: 0, To: 90, Count: 1200}, {From: 90, To: 180, Count: 900}, {From: 180, To: 360, Count: 470}, {From: 360, To: 370, Count: 12}, {From: 370, To: 400, Count: 26}}},
		{Name: "age of logs in the archive", Rule: "X-6", Store: "archive", Unit: "d", Limit: &limit, Buckets: []finding.Bucket{{From: 0, To: 365}}},
	}
	hours := 672.0
	r.Persistence = &finding.Histogram{Name: "from the request to the physical deletion", Rule: "X-10", Unit: "h", Limit: &hours,
		Buckets: []finding.Bucket{{From: 0, To: 0.016, Count: 3}, {From: 0.016, To: 1, Count: 21}, {From: 1, To: 24, Count: 9}, {From: 24, To: 672, Count: 2}}}
	share := func(x, y, half float64) finding.Point {
		return finding.Point{X: x, Y: y, Interval: &finding.Interval{Low: max(0, y-half), High: min(1, y+half), Level: 0.95}}
	}
	r.Linkage = []finding.Curve{
		{Name: "points of trips known", Rule: "FL-2.5", Store: "cloud", X: "points known", Y: "share of people found", Points: []finding.Point{share(1, 0.36, 0.04), share(2, 0.71, 0.04), share(4, 0.98, 0.02)}},
		{Name: "control: another's points", Rule: "FL-2.5", Store: "cloud", X: "points known", Y: "share of people found", Points: []finding.Point{share(1, 0.01, 0.01), share(2, 0.01, 0.01), share(4, 0.02, 0.02)}},
		{Name: "joined by device", Rule: "FL-2.5", X: "days of logs", Y: "share of people found", Points: []finding.Point{{X: 1, Y: 0.5}, {X: 365, Y: 0.9}}},
	}
	r.Matrix = append(r.Matrix, finding.MatrixCell{Category: "log_data", Store: "cloud", Purpose: "security", Role: "KONE-security", Accesses: 3},
		finding.MatrixCell{Category: "account", Store: "vault", Purpose: "service", Role: "KONE-service", Accesses: 1042})
	r.Problems = []finding.Problem{{Store: "building-1", File: "000002.sst", What: "the checksum of a block is wrong"}}
	r.Mutants = []finding.Mutant{
		{Name: "log.sweeper_off", What: "never sweeps", Rule: "FL-4.4", Killed: true, By: []string{"FL-4.4", "X-8"}},
		{Name: "pw.plain", What: "stores the password as it is", Rule: "FL-2.2", By: []string{"X-3"}},
	}
	r.Settle()
	return r
}

// clean is an audit without anything wrong.
func clean(t *testing.T) *finding.Report {
	t.Helper()
	r := &finding.Report{Name: "visitor-day", At: time.Date(2027, 1, 4, 6, 30, 0, 0, time.UTC), Synthetic: true,
		Policies: []finding.Policy{{Name: "own", Statement: "Our statement", SHA256: strings.Repeat("ab", 32)}}}
	rule := finding.Rule{ID: "O-1", Policy: "own", Clause: "OWN:3", Quote: "for a year", Title: "nothing is older than a year", Check: "age"}
	rule.Saw("cloud", 12)
	r.Rules = append(r.Rules, rule)
	r.Settle()
	return r
}

func auditText(t *testing.T, r *finding.Report) string {
	t.Helper()
	return rendered(t, func(b *bytes.Buffer) error { return Audit(b, r) })
}

func TestAuditVerdict(t *testing.T) {
	violated := finding.Rule{ID: "O-2", Policy: "own", Derived: "it follows", Title: "no key is left", Check: "residue"}
	violated.Saw("cloud", 4)
	violated.Add(finding.Place{Store: "cloud"}, "a key is left")
	for _, c := range []struct {
		says  string
		spoil func(*finding.Report)
		want  string
		tone  string
	}{
		{"nothing is wrong", func(*finding.Report) {}, "Everything that was judged holds: 1 rule, no violation.", "good"},
		{"a violation names its rule", func(r *finding.Report) { r.Rules = append(r.Rules, violated) }, "1 rule of 2 is violated: O-2.", "bad"},
		{"five violations name three rules", func(r *finding.Report) {
			for i := range 5 {
				v := violated
				v.ID = fmt.Sprintf("V-%d", i)
				r.Rules = append(r.Rules, v)
			}
		}, "5 rules of 6 are violated: V-0, V-1, V-2 and 2 more.", "bad"},
		{"what could not be read comes before what is violated", func(r *finding.Report) {
			r.Rules = append(r.Rules, violated)
			r.Problems = []finding.Problem{{What: "locked"}}
		}, "The audit is incomplete: 1 part of the evidence could not be read. 1 rule of 2 is violated: O-2.", "bad"},
		{"an empty sample is no pass", func(r *finding.Report) { r.Rules[0].Selected, r.Rules[0].Scopes = 0, nil }, "The audit is incomplete: 1 rule judged nothing, and nobody has said why.", "bad"},
		{"no rule is no pass", func(r *finding.Report) { r.Rules = nil }, "The audit is incomplete: no rule was judged.", "bad"},
		{"a stated reason does not spoil the rest", func(r *finding.Report) {
			r.Rules = append(r.Rules, finding.Rule{ID: "O-3", Policy: "own", Derived: "it follows", Title: "t", Check: "c", Status: finding.Manual, Why: "read it"})
		}, "Nothing is violated that is not accepted: 1 of 2 rules hold.", "good"},
		{"a baseline is said", func(r *finding.Report) {
			v := violated
			v.Known, v.Scopes[0].Known, v.Findings[0].Known = 1, 1, true
			r.Rules = append(r.Rules, v)
		}, "Nothing is violated that is not accepted: 1 of 2 rules hold. 1 further rule is violated as the baseline accepts.", "good"},
		{"a self-test alone judges the auditor", func(r *finding.Report) {
			r.Rules, r.Mutants = nil, []finding.Mutant{{Name: "m", Rule: "A", Killed: true, By: []string{"A"}}}
		}, "1 deliberately wrong writer was tried, and 1 was caught by the rule that claims it.", "good"},
		{"a survivor", func(r *finding.Report) {
			r.Rules, r.Mutants = nil, []finding.Mutant{{Name: "m", Rule: "A"}, {Name: "n", Rule: "A", Killed: true, By: []string{"A"}}}
		}, "2 deliberately wrong writers were tried, and 1 was caught by the rule that claims it.", "bad"},
		{"a survivor hides nothing else", func(r *finding.Report) {
			r.Problems, r.Mutants = []finding.Problem{{What: "locked"}}, []finding.Mutant{{Name: "m", Rule: "O-1"}}
		}, "The audit is incomplete: 1 part of the evidence could not be read. 1 deliberately wrong writer was tried, and 0 were caught by the rule that claims it.", "bad"},
	} {
		r := clean(t)
		c.spoil(r)
		for i := range r.Rules {
			if r.Rules[i].Status == finding.Pass {
				r.Rules[i].Status = ""
			}
		}
		r.Settle()
		if v := auditVerdict(r); v.Sentence != c.want || v.Tone != c.tone {
			t.Errorf("%s: got %q (%s), want %q (%s)", c.says, v.Sentence, v.Tone, c.want, c.tone)
		}
	}
}

func TestAuditReachesTheReader(t *testing.T) {
	page := auditText(t, audited(t))
	m := markup(page)
	for _, want := range []string{
		"Privacy audit of residential-year", "4 January 2027, 06:30:00 UTC", "invented: nobody",
		"“no longer than up to 1 year from collection”", "FL:58", "371.25", "at most 365\u00a0d", "rests on T4", "pw.sha256",
		"000001.vlog", "4711", "collected 366 days before the audit", "base64-1", "And 6 more",
		"the checksum of a block is wrong", "FL-2.6", "nothing was there to judge",
		"26 are beyond the limit of 365\u00a0d", "within 365\u00a0d", "around 365\u00a0d", "Nothing was there to count",
		"None is beyond the limit of 672\u00a0h", "points of trips known", "control: another", "0.36", "0.32",
		"1,042", "KONE-security", "not caught by its rule", "stores the password as it is", "old log, goes with the next rotation", "worse: nothing of it is accepted",
		"hoistway audit evidence --policy flow-app", strings.Repeat("ab", 32), "What the rules take for granted",
	} {
		if !strings.Contains(m, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	checkRows(t, "audit", m)
	checkData(t, "audit", page)
	if again := auditText(t, audited(t)); again != page {
		t.Error("two reports of one audit differ")
	}
	if m := markup(auditText(t, clean(t))); strings.Contains(m, "What was found, and where") || strings.Contains(m, "Not judged") {
		t.Error("an audit that found nothing has a section of findings")
	}
}

// A limit is named with what is beyond it, and with why the rule may hold all the
// same.
func TestLimitSentence(t *testing.T) {
	limit := 30.0
	r := clean(t)
	h := finding.Histogram{Rule: "O-1", Unit: "d", Limit: &limit, Buckets: []finding.Bucket{{From: 0, To: 30, Count: 4}, {From: 30, To: 33, Count: 1}}}
	for _, c := range []struct {
		says  string
		limit limitOf
		make  func() finding.Histogram
		want  string
	}{
		{"some are beyond, and the rule allows for it", mostAllowed, func() finding.Histogram { return h },
			"5 records. 1 is beyond the limit of 30\u00a0d. The rule is O-1: nothing is older than a year. It holds all the same: it allows some time after the limit, until the next sweep and until the files let go of what was deleted."},
		{"none is beyond", mostAllowed, func() finding.Histogram { h := h; h.Buckets = h.Buckets[:1]; return h },
			"4 records. None is beyond the limit of 30\u00a0d. The rule is O-1: nothing is older than a year."},
		{"a bar holds the limit", mostAllowed, func() finding.Histogram { h := h; h.Buckets = []finding.Bucket{{From: 0, To: 60, Count: 2}}; return h },
			"2 records. None is certainly beyond the limit of 30\u00a0d; 2 share the bar that holds it, and the rule tells them apart. The rule is O-1: nothing is older than a year."},
		{"no limit is said", mostAllowed, func() finding.Histogram { h := h; h.Limit = nil; return h }, "5 records. No limit is set for them."},
		{"a least is undercut from below", leastAllowed, func() finding.Histogram { h := h; h.Unit = "people"; return h },
			"5 records. 4 are below the least of 30\u00a0people. The rule is O-1: nothing is older than a year."},
		{"a least is kept", leastAllowed, func() finding.Histogram { h := h; h.Buckets = h.Buckets[1:]; return h },
			"1 record. None is below the least of 30\u00a0d. The rule is O-1: nothing is older than a year."},
		{"a rule that is not there", mostAllowed, func() finding.Histogram { h := h; h.Rule = "O-9"; return h }, "5 records. 1 is beyond the limit of 30\u00a0d."},
	} {
		h := c.make()
		var all int64
		for _, b := range h.Buckets {
			all += b.Count
		}
		if got := limitSentence(r, h, c.limit, all, "record", "records"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.says, got, c.want)
		}
	}
}

// Each rule stands in the matrix once, under its status, and each status can be
// chosen.
func TestClauseMatrixHoldsEveryRule(t *testing.T) {
	r := audited(t)
	m := markup(auditText(t, r))
	for i := range r.Rules {
		if n := strings.Count(m, "<td>"+r.Rules[i].ID+"<span"); n != 1 {
			t.Errorf("rule %s stands in %d rows, want 1", r.Rules[i].ID, n)
		}
	}
	rows := regexp.MustCompile(`<tr data-status="([^"]+)">`).FindAllStringSubmatch(m, -1)
	if len(rows) != len(r.Rules) {
		t.Errorf("%d rows for %d rules", len(rows), len(r.Rules))
	}
	for _, row := range rows {
		if !strings.Contains(m, `id="status-`+row[1]+`"`) {
			t.Errorf("status %s cannot be chosen", row[1])
		}
	}
	for _, s := range ruleStatuses {
		if !strings.Contains(styles, ".matrix:has(#status-"+s.Key+":checked) tbody tr:not([data-status="+s.Key+"])") {
			t.Errorf("page.css does not filter by %s", s.Key)
		}
	}
	// In the order of the statement, what has no sentence last.
	lines := regexp.MustCompile(`<span class="why">FL:(\d+)</span></th>`).FindAllStringSubmatch(m, -1)
	for i := 1; i < len(lines); i++ {
		if len(lines[i-1][1]) == len(lines[i][1]) && lines[i-1][1] > lines[i][1] {
			t.Errorf("line %s stands before line %s", lines[i-1][1], lines[i][1])
		}
	}
}

func TestAuditIsPartOfTheRunsReport(t *testing.T) {
	page := rendered(t, func(b *bytes.Buffer) error { return AuditedRun(b, office("eta", 1, 2), audited(t)) })
	m := markup(page)
	for _, want := range []string{"Office tower, lunch hour", "Average waiting time", "Privacy audit", "FL:58", `href="#audit"`} {
		if !strings.Contains(m, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(m, `href="#audit-`) {
		t.Error("the parts of the audit crowd the navigation")
	}
	if strings.Contains(runPage(t, office("eta", 1, 2)), `id="audit`) {
		t.Error("a run without an audit has a section on it")
	}
}

func TestFindingsThatDoNotHoldTogetherAreRefused(t *testing.T) {
	broken := clean(t)
	broken.Exit = finding.ExitFindings
	for says, write := range map[string]func(*bytes.Buffer) error{
		"no findings":                    func(b *bytes.Buffer) error { return Audit(b, nil) },
		"an exit code of its own":        func(b *bytes.Buffer) error { return Audit(b, broken) },
		"a run without findings":         func(b *bytes.Buffer) error { return AuditedRun(b, office("eta", 1, 1), nil) },
		"findings without a run":         func(b *bytes.Buffer) error { return AuditedRun(b, nil, clean(t)) },
		"a run with a broken exit code":  func(b *bytes.Buffer) error { return AuditedRun(b, office("eta", 1, 1), broken) },
		"a report that nobody completed": func(b *bytes.Buffer) error { return Audit(b, new(finding.Report)) },
	} {
		var b bytes.Buffer
		if err := write(&b); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v, and %d bytes were written", says, err, b.Len())
		}
	}
}

// hostileAudit has hostile text wherever the findings allow text, and more.
func hostileAudit(t *testing.T) string {
	r := audited(t)
	statuses := make([]finding.Status, len(r.Rules))
	for i := range r.Rules {
		statuses[i] = r.Rules[i].Status
	}
	poison(reflect.ValueOf(r))
	for i := range r.Rules {
		r.Rules[i].Status = statuses[i]
	}
	return rendered(t, func(b *bytes.Buffer) error { return auditPage(r).write(b) })
}

func TestPlainNumber(t *testing.T) {
	for _, c := range []struct {
		says string
		v    float64
		want string
	}{
		{"whole numbers have no decimals", 1234567, "1,234,567"},
		{"zeros at the end say nothing", 371.250, "371.25"},
		{"three decimals at most", 0.36789, "0.368"},
		{"small is not nothing", 0.00124, "0.0012"},
		{"below zero", -2.5, "−2.5"},
		{"what is no number", nan(), "–"},
	} {
		if got := plainNumber(c.v); got != c.want {
			t.Errorf("%s: %v is written %q, want %q", c.says, c.v, got, c.want)
		}
	}
}
