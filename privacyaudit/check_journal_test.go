package privacyaudit

import (
	"strings"
	"testing"

	"hoistway/privacyaudit/evidence"
)

func TestJournal(t *testing.T) {
	const (
		head = `{"journal":1,"synthetic":true,"scenarios":["schema = 1"]}` + "\n"
		line = `{"b":0,"g":0,"e":{"At":1500000000,"Call":7,"Ready":0,"Load":0,"Cars":0,"Group":1,"Permit":0,"Car":0,"Floor":3,"To":9,"Kind":3},"c":[{"Call":7,"Car":1,"Kind":1}]}` + "\n"
		log  = `{"time":"2027-06-12T00:00:00Z","level":"INFO","msg":"swept"}` + "\n"
	)
	for _, row := range []struct {
		name  string
		shown *evidence.Text
		want  bool
		at    int64
	}{
		{"a log without one", textOf(evidence.LogText, "logs/service.ndjson", log), false, 0},
		{"the word in a log", textOf(evidence.LogText, "logs/service.ndjson", strings.Replace(log, "swept", "journal 1, Call 7", 1)), false, 0},
		{"nothing", textOf(evidence.Unknown, "stores/empty", ""), false, 0},
		{"a journal in the folder of the stores", textOf(evidence.Unknown, "stores/day.journal", head+line), true, 1},
		{"one of which no call is written yet", textOf(evidence.Unknown, "stores/day.journal", head), true, 1},
		{"one without its head, under another name", textOf(evidence.LogText, "logs/service.log", line), true, 18},
		{"one behind a log", textOf(evidence.LogText, "logs/service.ndjson", log+line), true, int64(len(log)) + 18},
		{"one that an editor has set anew", textOf(evidence.ReportText, "reports/calls.json", strings.NewReplacer(":", " : ", ",", ",\n").Replace(line)), true, 26},
		{"one among exports", textOf(evidence.ExportText, "exports/all", head+line), true, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := inspect(fakeProbe(t, fakeAudit(t), Rule{Check: "journal"}), row.shown)
			if n := len(got.Findings); (n == 1) != row.want || n > 1 {
				t.Fatalf("%d findings, want one: %v: %+v", n, row.want, got.Findings)
			}
			if row.want && (got.Findings[0].Place.File != row.shown.Name || got.Findings[0].Place.Offset != row.at) {
				t.Errorf("it is found at %+v, want %s, offset %d", got.Findings[0], row.shown.Name, row.at)
			}
		})
	}
}
