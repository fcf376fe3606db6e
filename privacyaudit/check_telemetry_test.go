package privacyaudit

import (
	"testing"

	"hoistway/privacyaudit/evidence"
)

func TestTelemetry(t *testing.T) {
	anna := idOf("a")
	metrics := func(lines string) any { return textOf(evidence.MetricsText, "metrics/service.prom", lines) }
	log := func(attrs string) any {
		return textOf(evidence.LogText, "logs/service.ndjson", `{"time":"2027-06-12T00:00:00Z","level":"INFO","msg":"swept"`+attrs+"}\n")
	}
	for _, row := range []struct {
		name  string
		shown any
		want  []string
	}{
		{"declared metrics and labels", metrics("calls{service=\"flow\",store=\"building-main\",outcome=\"not-near\"} 3\n"), nil},
		{"another metric", metrics("walks{service=\"flow\"} 3\n"), []string{"a metric that is not declared"}},
		{"another label", metrics("calls{user=\"anna\"} 3\n"), []string{"a label that is not declared"}},
		{"another value", metrics("calls{service=\"anna\"} 3\n"), []string{"not of its set"}},
		{"the name of a building that there is not", metrics("calls{store=\"building-annasdoor\"} 3\n"), []string{"not of its set"}},
		{"an ID of an account", metrics("calls{service=\"" + anna + "\"} 3\n"), []string{"an ID of an account", "not of its set"}},
		{"an instant beside the value", metrics("calls{service=\"flow\"} 3 1786000000000\n"), []string{"an instant of its own"}},
		{"more values than a label may have", metrics("calls{outcome=\"a\"} 1\ncalls{outcome=\"b\"} 1\ncalls{outcome=\"c\"} 1\ncalls{outcome=\"d\"} 1\n"), []string{"has 4 values"}},
		{"metrics in no form", metrics("calls{\n"), []string{"metrics: line 1"}},
		{"declared attributes", log(`,"records":"12","store-cloud":"erased 2,shredded 1","role":"manager"`), nil},
		{"a word where a count should be", log(`,"records":"anna"`), []string{"whose attribute records"}},
		{"another attribute", log(`,"from":"3"`), []string{"an attribute that is not declared"}},
		{"the randomized ID of a phone in a text", log(`,"error":"no such ID: ` + idOf("p") + `"`), []string{"an ID of an account, or a randomized one"}},
		{"two fields of one name", log(`,"records":"12","records":"13"`), []string{"two fields of one name"}},
		{"another message", textOf(evidence.LogText, "logs/service.ndjson", `{"time":"2027-06-12T00:00:00Z","level":"INFO","msg":"call of anna"}`+"\n"), []string{"message is not declared"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(20), "sign-up", "ra.0", anna))
			trips(a, evidence.Trip{At: hoursAgo(1), Person: "ra.0", Pseudonym: idOf("p")})
			p := fakeProbe(t, a, Rule{Check: "telemetry", Params: map[string]any{
				"metrics": []any{"calls"}, "most": int64(3),
				"labels":     []any{"service=any|flow", "outcome={word}", "store=cloud|building-{building}"},
				"messages":   []any{"swept"},
				"attributes": []any{"records={count}", "store-cloud={outcome}", "role=manager|subject", "error={text}"},
			}})
			expectFindings(t, inspect(p, row.shown), row.want...)
		})
	}
}

func TestRecognise(t *testing.T) {
	ledger := fakeSource("ledger", "ledger", "")
	for _, row := range []struct {
		name  string
		shown func(a *Audit) any
		want  []string
	}{
		{"a log of words and counts", func(*Audit) any { return textOf(evidence.LogText, "logs/a.ndjson", `{"msg":"swept","records":12}`) }, nil},
		{"a mail address that nobody knows", func(*Audit) any {
			return textOf(evidence.LogText, "logs/a.ndjson", `{"msg":"mail to someone@example.com"}`)
		}, []string{"looks like a mail address"}},
		{"what is allowed in one file", func(*Audit) any { return textOf(evidence.ReportText, "reports/report.html", "library 10.2.3.4") }, nil},
		{"is not in another", func(*Audit) any { return textOf(evidence.ReportText, "reports/other.html", "library 10.2.3.4") }, []string{"looks like a network address"}},
		{"a telephone number in the evidence of an act", func(a *Audit) any {
			return fakeRecord(t, a, ledger, "le/0000000000000001", `{"at":"2027-05-12T00:00:00Z","act":"consent","facts":{"of":"+358 40 1234567"}}`)
		}, []string{"looks like a telephone number"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			p := fakeProbe(t, a, Rule{Check: "recognise", Params: map[string]any{"allow": []any{"report/report.html=network address"}}})
			expectFindings(t, inspect(p, row.shown(a)), row.want...)
		})
	}
}

func TestShort(t *testing.T) {
	anna, bert := idOf("a"), idOf("b")
	cloud, backup := fakeSource("cloud", "cloud", ""), fakeSource("backups/1.bak", "backup", "")
	speed := known("ra.0", "walking_speed_mm_s", "1337", "cloud")
	preferences := func(a *Audit, src *Source, id, fields string) *Record {
		return fakeRecord(t, a, src, "fr/"+id, `{"at":"2027-05-12T00:00:00Z"`+fields+`}`)
	}
	mine := func(a *Audit) any { return preferences(a, cloud, anna, `,"walking_speed_mm_s":1337`) }
	for _, row := range []struct {
		name  string
		truth evidence.Canary
		shown func(a *Audit) []any
		want  []string
	}{
		{"what its user entered", speed, func(a *Audit) []any { return []any{mine(a)} }, nil},
		{"another figure", speed, func(a *Audit) []any { return []any{mine(a), preferences(a, cloud, bert, `,"walking_speed_mm_s":1400`)} }, []string{"did not enter"}},
		{"nothing, though nothing ended it", speed, func(a *Audit) []any { return []any{preferences(a, cloud, anna, "")} }, []string{"is not there"}},
		{"in a record of another kind", speed, func(a *Audit) []any {
			return []any{mine(a), fakeRecord(t, a, cloud, "eu/20270612/"+anna, `{"at":"2027-06-12T02:00:00Z","walking_speed_mm_s":1337}`)}
		}, []string{"record of another kind"}},
		{"within another field", speed, func(a *Audit) []any {
			return []any{mine(a), fakeRecord(t, a, cloud, "eu/20270612/"+anna, `{"at":"2027-06-12T02:00:00Z","last":{"walking_speed_mm_s":1337}}`)}
		}, []string{"within another"}},
		{"what had to go", gone(speed, 24, "preference-changed"), func(a *Audit) []any { return []any{mine(a)} }, []string{"had to go"}},
		{"what had to go, in a backup", gone(speed, 24, "preference-changed"), func(a *Audit) []any {
			return []any{preferences(a, backup, anna, `,"walking_speed_mm_s":1337`)}
		}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			knows(t, a, row.truth)
			a.Truth.Settings.Backups = evidence.Span(10 * 24 * 3600e9)
			p := fakeProbe(t, a, Rule{Check: "short", Params: map[string]any{"fields": []any{"walking_speed_mm_s", "favourite_floor"}, "holders": []any{"flow-preferences"}}})
			expectFindings(t, inspect(p, row.shown(a)...), row.want...)
		})
	}
}
