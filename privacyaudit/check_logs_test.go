package privacyaudit

import (
	"fmt"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

const oneDay = 24 * time.Hour

// logsConfig has one building with a log of a week and one without retention.
func logsConfig() *evidence.Config {
	week := evidence.Span(7 * oneDay)
	return &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main", Logs: []evidence.LogConfig{{Name: "doors", Fields: []string{"floor", "result"}, Retention: &week}}}}}
}

// logRecord is a record of a building's log.
func logRecord(t *testing.T, a *Audit, log string, at time.Time, fields string) *Record {
	src := fakeSource("building-main", "building", "main")
	return fakeRecord(t, a, src, "bl/"+log+"/"+at.Format("20060102")+"/"+anID,
		fmt.Sprintf(`{"controller":"Manager","processor":"KONE","building":"main","at":%q,"log":%q,"fields":%s}`, instantOf(at), log, fields))
}

func TestLogs(t *testing.T) {
	for _, test := range []struct {
		about, log, fields string
		want               int
	}{
		{"A declared log with declared fields is as ordered.", "doors", `{"floor":"1","result":"open"}`, 0},
		{"It may have fewer.", "doors", `{}`, 0},
		{"A field that was not ordered is found.", "doors", `{"floor":"1","face":"x"}`, 1},
		{"A log that was not ordered is found.", "faces", `{"floor":"1"}`, 1},
		{"Fields that are none are found.", "doors", `"floor"`, 1},
	} {
		a := fakeAudit(t)
		a.Config = logsConfig()
		p := fakeProbe(t, a, Rule{Check: "logs"})
		if got := show(p, logRecord(t, a, test.log, noon, test.fields)); got.Violations != test.want || got.Selected != 1 {
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
	}
	a := fakeAudit(t)
	a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main"}}}
	if got := show(fakeProbe(t, a, Rule{Check: "logs"})); got.Status != "not-applicable" {
		t.Errorf("where no log is declared, the rule says %s", got.Status)
	}
}

func TestLogAges(t *testing.T) {
	const week = 7 * oneDay
	const lag = week/10 + sweepLag
	ended := []*Entry{{Act: "hand-over", At: noon.Add(-60 * oneDay), Facts: map[string]string{"building": "main", "state": "complete"}}}
	for _, test := range []struct {
		about string
		at    time.Time
		set   func(*Record)
		want  int
	}{
		{"A record at the end of its week waits for the sweep.", noon.Add(-week - sweepSlack), nil, 0},
		{"A nanosecond later it is too old.", noon.Add(-week - sweepSlack - 1), nil, 1},
		{"A deleted one may lie in the files for a tenth of the week, and a day.", noon.Add(-week - sweepSlack - lag), func(r *Record) { r.Newest = false }, 0},
		{"A nanosecond later that is too old.", noon.Add(-week - sweepSlack - lag - 1), func(r *Record) { r.Newest = false }, 1},
		{"One of the future was dated wrongly.", noon.Add(1), nil, 1},
		{"After a hand-over others decide.", noon.Add(-62 * oneDay), func(r *Record) { r.Source.HandedOver = true }, 0},
		{"What was too old at the hand-over was handed over too old.", noon.Add(-70 * oneDay), func(r *Record) { r.Source.HandedOver = true }, 1},
		{"What was written since is not ours.", noon.Add(-oneDay), func(r *Record) { r.Source.HandedOver = true }, 0},
	} {
		a := fakeAudit(t)
		a.Config, a.Ledger = logsConfig(), ended
		p := fakeProbe(t, a, Rule{Check: "logages"})
		r := logRecord(t, a, "doors", test.at, `{}`)
		if test.set != nil {
			test.set(r)
		}
		if got := show(p, r); got.Violations != test.want || got.Selected != 2 { // the record and the declaration
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
	}
	a := fakeAudit(t)
	a.Config = logsConfig()
	a.Config.Buildings[0].Logs[0].Retention = nil
	if got := show(fakeProbe(t, a, Rule{Check: "logages"}), logRecord(t, a, "doors", noon, `{}`)); got.Violations != 1 {
		t.Errorf("a log without a retention gives %d violations", got.Violations)
	}
}

func TestArchive(t *testing.T) {
	src := fakeSource("archive", "archive", "")
	const other = "baaaaaaaaaaaaaaaaaaaaaaaaa"
	say := func(field string, at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return fmt.Sprintf(`,%q:%q`, field, instantOf(at))
	}
	never := time.Time{}
	closed := noon.Add(-10 * oneDay)
	for _, test := range []struct {
		about                 string
		closed, deadline      time.Time // of the case
		copyOf                string
		copyDeadline          time.Time
		violations, wantCount int
	}{
		{"An open case has no deadline, nor has its copy.", never, never, anID, never, 0, 2},
		{"A closed one has one within three years.", closed, closed.Add(1095 * oneDay), anID, closed.Add(1095 * oneDay), 0, 2},
		{"A nanosecond later is too late.", closed, closed.Add(1095*oneDay + 1), anID, closed.Add(1095*oneDay + 1), 1, 2},
		{"A closed one without would stay for ever.", closed, never, anID, never, 1, 2},
		{"An open one with a deadline is neither.", never, noon.Add(oneDay), anID, noon.Add(oneDay), 1, 2},
		{"A copy must go with its case.", closed, noon.Add(oneDay), anID, never, 1, 2},
		{"A copy of no case is nobody's.", closed, noon.Add(oneDay), other, noon.Add(oneDay), 1, 2},
		{"A deadline of yesterday waits for the sweep.", closed, noon.Add(-sweepSlack), anID, noon.Add(-sweepSlack), 0, 2},
		{"A nanosecond earlier it has passed, for the case and its copy.", closed, noon.Add(-sweepSlack - 1), anID, noon.Add(-sweepSlack - 1), 2, 2},
	} {
		a := fakeAudit(t)
		p := fakeProbe(t, a, Rule{Check: "archive"})
		const tags = `{"controller":"KONE","at":"2027-06-01T00:00:00Z"`
		got := show(p,
			fakeRecord(t, a, src, "hr/"+test.copyOf+"/"+anID, tags+say("deadline", test.copyDeadline)+"}"),
			fakeRecord(t, a, src, "hc/"+anID, tags+say("closed", test.closed)+say("deadline", test.deadline)+"}"))
		if got.Violations != test.violations || got.Selected != test.wantCount {
			t.Errorf("%s violations = %d, selected = %d: %v", test.about, got.Violations, got.Selected, got.Findings)
		}
	}
}
