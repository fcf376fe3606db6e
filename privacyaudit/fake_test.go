package privacyaudit

import (
	"testing"
	"time"

	"hoistway/privacyaudit/badgerfiles"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// noon is the instant of audits in tests.
var noon = time.Date(2027, 6, 12, 12, 0, 0, 0, time.UTC)

// fakeAudit is an audit at noon without evidence; tests fill in what they need.
func fakeAudit(t *testing.T) *Audit {
	t.Helper()
	ring, err := format.NewRing("")
	if err != nil {
		t.Fatal(err)
	}
	return &Audit{
		Options: Options{At: noon, Schema: format.Default()},
		Report:  &finding.Report{Schema: finding.Schema, At: noon}, ring: ring,
	}
}

// fakeProbe begins a check of one rule, which needs no policy.
func fakeProbe(t *testing.T, a *Audit, r Rule) *Probe {
	t.Helper()
	if r.ID == "" {
		r.ID = "T-1"
	}
	if r.Severity == "" {
		r.Severity = SeverityError
	}
	r.Evidence = EvidenceAutomatic
	if problems := r.checkProblems("rule"); len(problems) > 0 {
		t.Fatal(problems)
	}
	p := &Probe{Audit: a, Rule: &r, out: finding.Rule{ID: r.ID, Severity: finding.Severity(r.Severity)}}
	w, err := checks[r.Check].New(p)
	if err != nil {
		t.Fatal(err)
	}
	p.watch = w
	return p
}

// fakeRecord decodes a plain record as an audit would: value is its JSON, and
// what is sealed in the format counts as opened.
func fakeRecord(t *testing.T, a *Audit, src *Source, key, json string) *Record {
	t.Helper()
	r := &Record{Source: src, File: "000001.sst", RawKey: []byte(key), Commit: 1, Newest: true}
	a.decode(r, append([]byte{1, 0}, json...), nil)
	return r
}

// fakeSource is a store without files.
func fakeSource(name, class, building string) *Source {
	return &Source{Name: name, Class: class, Building: building, Files: &badgerfiles.Store{}}
}

// show gives every record to a probe's check, ends it and gives the result.
func show(p *Probe, records ...*Record) finding.Rule {
	for _, r := range records {
		if p.watch.Record != nil && p.In(r.Source.Class) && p.wants(r.KindName()) {
			p.watch.Record(r)
		}
	}
	if p.watch.End != nil {
		p.watch.End()
	}
	return p.result()
}
