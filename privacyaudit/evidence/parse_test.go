package evidence

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// secret stands for what is somebody's: no error may repeat it.
const secret = "Qz7RjWmXvK0p"

// refusal is one text that a parser must refuse.
type refusal struct{ name, text, err string }

func refuses(t *testing.T, parse func([]byte) error, rows []refusal) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			err := parse([]byte(row.text))
			wants(t, err, row.err)
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error repeats what stands in the file: %v", err)
			}
		})
	}
}

const goodConfig = `{"format": 1, "buildings": [{"name": "main", "region": "FI", "residential": true, "intercom": false, "log_data": "180d",
	"logs": [{"name": "doors", "fields": ["floor"], "purpose": "security-monitoring", "retention": "7d"}, {"name": "old", "fields": null, "purpose": ""}],
	"floors": ["0", "1"], "banks": [{"name": "a", "floors": ["0", "1"]}]}],
	"limits": {"log_data": "365d", "inactivity": "730d", "backups": "36h30m0s", "key_rotation": "30d", "archive": "1095d", "least_people_in_a_cell": 5},
	"password_cost": {"memory_kib": 64, "passes": 1, "threads": 2},
	"regions": {"backups": "SE"}, "group": ["ORG-4"],
	"legal_bases": [{"place": "backups", "region": "US", "mechanism": "adequacy", "from": "2027-01-01T00:00:00Z", "until": "2028-01-01T00:00:00Z"}]}`

func TestConfig(t *testing.T) {
	got, err := ReadConfig(folder(t, map[string]string{ConfigFile: goodConfig}))
	must(t, err)
	day := Span(24 * time.Hour)
	week, local := 7*day, 180*day
	want := &Config{
		Format: 1,
		Buildings: []BuildingConfig{{Name: "main", Region: "FI", Residential: true, LogData: &local,
			Logs:   []LogConfig{{Name: "doors", Fields: []string{"floor"}, Purpose: "security-monitoring", Retention: &week}, {Name: "old"}},
			Floors: []string{"0", "1"}, Banks: []BankConfig{{"a", []string{"0", "1"}}}}},
		Limits:  Limits{365 * day, 730 * day, Span(36*time.Hour + 30*time.Minute), 30 * day, 1095 * day, 5},
		Cost:    Cost{64, 1, 2},
		Regions: map[string]string{"backups": "SE"}, Group: []string{"ORG-4"},
		Bases: []Basis{{"backups", "US", "adequacy", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("config (-want +got):\n%s", d)
	}
	if got.Limits.LogData.String() != "365d" || got.Limits.Backups.String() != "36h30m0s" {
		t.Errorf("spans are written %v and %v", got.Limits.LogData, got.Limits.Backups)
	}
	with := func(old, new string) string { return strings.Replace(goodConfig, old, new, 1) }
	refuses(t, func(b []byte) error { _, err := ParseConfig(b); return err }, []refusal{
		{"text that is no JSON", secret, "byte 1: is no JSON"},
		{"an empty file", "", "ends too early"},
		{"half a file", goodConfig[:100], "ends too early"},
		{"something behind the object", goodConfig + secret, "something stands behind"},
		{"a field that is not documented", with(`"format"`, `"`+secret+`": 1, "format"`), "does not belong here"},
		{"one field twice", with(`"format": 1`, `"format": 1, "format": 1`), "two fields of one name"},
		{"one field twice, in another case", with(`"format": 1`, `"format": 1, "Format": 1`), "two fields of one name"},
		{"one field twice, with an escape", with(`"format": 1`, `"format": 1, "\u0066ormat": 1`), "two fields of one name"},
		{"a format of the future", with(`"format": 1`, `"format": 2`), "format 2 is unknown"},
		{"text where a number belongs", with(`"format": 1`, `"format": "`+secret+`"`), "not of its field's type"},
		{"a building without a name", with(`"main"`, `""`), "building 1 has no name"},
		{"two buildings of one name", with(`"buildings": [`, `"buildings": [{"name": "main", "region": "FI"}, `), "building 2 has no name or that of another"},
		{"a building without a region", with(`"FI"`, `"`+secret+`"`), "no region of two letters"},
		{"two logs of one name", with(`"old"`, `"doors"`), "log 2 has no name or that of another"},
		{"a span that is none", with(`"30d"`, `"`+secret+`d"`), "not in the form"},
		{"a span below nought", with(`"30d"`, `"-5h"`), "not in the form"},
		{"no limit of the age of logs", with(`"log_data": "365d", `, ``), "limits.log_data is absent"},
		{"counts of nobody", with(`"least_people_in_a_cell": 5`, `"least_people_in_a_cell": 0`), "least_people_in_a_cell"},
		{"a place in no country", with(`"SE"`, `"`+secret+`"`), "without a region of two letters"},
		{"a basis that ends before it begins", with(`2028-01`, `2026-01`), "basis 1"},
		{"a basis in no country", with(`"US"`, `"`+secret+`"`), "basis 1"},
		{"passwords at no cost", with(`"passes": 1`, `"passes": 0`), "password_cost"},
		{"nesting without end", with(`"buildings": [`, `"buildings": `+strings.Repeat("[", 40)), "byte"},
	})
}

func TestTruth(t *testing.T) {
	good := map[string]string{
		"settings.json": `{"schema": 1, "synthetic": true, "scenario": "lives", "start": "2027-01-01T00:00:00Z", "end": "2027-01-02T00:00:00Z", "building": "main",
			"sites": null, "gone": {"annex": "handed-over"}, "log_data": "8760h0m0s", "logs": [{"Name": "doors", "Fields": ["floor"], "Retention": 604800000000000}]}`,
		"canaries.ndjson": `{"person":"r1.0","field":"email","value":"` + secret + `","unique":true,"store":"cloud","from":"2027-01-01T01:00:00Z","until":"2027-01-01T02:00:00Z","why":"erased","held":true}
{"person":"v7","field":"name","value":"x","unique":false,"store":"","from":"2027-01-01T01:00:00Z"}
`,
		"acts.ndjson": `{"at":"2027-01-01T01:00:00Z","act":"sign-up","kind":"sign-up","person":"r1.0","subject":"abc","facts":{"building":"main"}}
`,
		"trips.ndjson": `{"at":"2027-01-01T01:00:00Z","person":"r1.0","service":"flow","pseudonym":"p","from":0,"to":3,"bank":"a"}
{"at":"2027-01-01T01:30:00Z","person":"r1.0","service":"flow","pseudonym":"p","from":3,"to":0,"bank":"a"}
`,
	}
	at := func(hour int) time.Time { return time.Date(2027, 1, 1, hour, 0, 0, 0, time.UTC) }
	got, err := ReadTruth(folder(t, good))
	must(t, err)
	until := at(2)
	want := &Truth{
		Settings: Settings{Schema: 1, Synthetic: true, Scenario: "lives", Start: at(0), End: at(24), Building: "main", Gone: map[string]string{"annex": "handed-over"},
			LogData: Span(365 * 24 * time.Hour), Logs: []SettingsLog{{"doors", []string{"floor"}, 7 * 24 * time.Hour}}},
		Canaries: []Canary{
			{Person: "r1.0", Field: "email", Value: secret, Unique: true, Store: "cloud", From: at(1), Until: &until, Why: "erased", Held: true},
			{Person: "v7", Field: "name", Value: "x", From: at(1)},
		},
		Acts: []Act{{At: at(1), Act: "sign-up", Kind: "sign-up", Person: "r1.0", Subject: "abc", Facts: map[string]string{"building": "main"}}},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(Truth{}, "Trips")); d != "" {
		t.Errorf("truth (-want +got):\n%s", d)
	}
	for range 2 { // it may be called again
		floors := 0
		must(t, got.Trips(func(trip *Trip) error { floors += trip.From + trip.To; return nil }))
		if floors != 6 {
			t.Errorf("trips give %d floors in all, want 6", floors)
		}
	}
	mine := fmt.Errorf("enough")
	if err := got.Trips(func(*Trip) error { return mine }); err != mine {
		t.Errorf("error %v, want the caller's own", err)
	}

	for _, row := range []struct{ name, file, old, new, err string }{
		{"settings of another schema", "settings.json", `"schema": 1`, `"schema": 2`, "settings.json: schema 2 is unknown"},
		{"settings of a run that ends before it starts", "settings.json", `2027-01-02`, `2026-01-02`, "does not end after it starts"},
		{"settings that name no building", "settings.json", `"building": "main"`, `"building": ""`, "names no building"},
		{"a canary that came never", "canaries.ndjson", `"from":"2027-01-01T01:00:00Z"}`, `"from":"0001-01-01T00:00:00Z"}`, "line 2: a canary does not say since when"},
		{"settings with an unknown field", "settings.json", `"sites"`, `"` + secret + `"`, "does not belong here"},
		{"a canary without a value", "canaries.ndjson", `"value":"x"`, `"value":""`, "canaries.ndjson: line 2: a canary has no"},
		{"a canary that went before it came", "canaries.ndjson", `"until":"2027`, `"until":"2026`, "line 1: a canary had to go before it came"},
		{"a canary whose instant is none", "canaries.ndjson", `"until":"2027-01-01T02:00:00Z"`, `"until":"` + secret + `"`, "line 1: near byte"},
		{"an unknown field of a canary", "canaries.ndjson", `"why"`, `"whence"`, "line 1: near byte"},
		{"an act without instant", "acts.ndjson", `"at":"2027-01-01T01:00:00Z",`, ``, "acts.ndjson: line 1: an act has no instant"},
		{"an act on a line that does not end", "acts.ndjson", "\n", "", "acts.ndjson: line 1: the last line has no end"},
		{"an empty line", "acts.ndjson", "\n", "\n\n", "acts.ndjson: line 2: is empty"},
		{"a trip of nobody", "trips.ndjson", `"person":"r1.0"`, `"person":""`, "trips.ndjson: line 1: a trip has no"},
		{"a trip to a floor that is no number", "trips.ndjson", `"to":3`, `"to":"` + secret + `"`, "trips.ndjson: line 1: byte"},
		{"no trips", "trips.ndjson", "", "-", "trips.ndjson"},
		{"no settings", "settings.json", "", "-", "settings.json"},
	} {
		t.Run(row.name, func(t *testing.T) {
			files := map[string]string{}
			for name, body := range good {
				files[name] = body
			}
			if files[row.file] = strings.Replace(good[row.file], row.old, row.new, 1); row.old == "" {
				delete(files, row.file)
			}
			truth, err := ReadTruth(folder(t, files))
			if err == nil {
				err = truth.Trips(func(*Trip) error { return nil })
			}
			wants(t, err, row.err)
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error repeats what stands in the file: %v", err)
			}
		})
	}
}

func TestLog(t *testing.T) {
	got, err := ParseLog([]byte(`{"time":"2027-01-01T02:00:00+02:00","level":"INFO","msg":"swept","count":3,"kinds":["a","b"],"took":{"ms":1.5,"of":{"x":true}},"text":"a \"b\""}
{"time":"2027-01-01T00:00:01Z","level":"WARN","msg":""}
`))
	must(t, err)
	want := []LogLine{
		{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), "INFO", "swept", map[string]string{"count": "3", "kinds": `["a","b"]`, "took.ms": "1.5", "took.of.x": "true", "text": `a "b"`}},
		{time.Date(2027, 1, 1, 0, 0, 1, 0, time.UTC), "WARN", "", map[string]string{}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
	if got, err := ParseLog(nil); err != nil || len(got) != 0 {
		t.Errorf("an empty log gives %v, %v", got, err)
	}
	const head = `{"time":"2027-01-01T00:00:00Z","level":"INFO","msg":"m"`
	refuses(t, func(b []byte) error { _, err := ParseLog(b); return err }, []refusal{
		{"a line of plain text", head + "}\nbadger: " + secret + "\n", "log: line 2: byte 1: is no JSON"},
		{"a last line without its end", head + "}\n" + head, "line 2: the last line has no end"},
		{"a line without level", `{"time":"2027-01-01T00:00:00Z","msg":"m"}` + "\n", "line 1: has no level"},
		{"an instant that is none", `{"time":"` + secret + `","level":"INFO","msg":"m"}` + "\n", "its time is not in the form"},
		{"an instant before all others", `{"time":"0001-01-01T00:00:00Z","level":"INFO","msg":"m"}` + "\n", "its time or level is empty"},
		{"an empty level", `{"time":"2027-01-01T00:00:00Z","level":"","msg":"m"}` + "\n", "its time or level is empty"},
		{"more attributes than a line can have", head + manyAttributes() + "}\n", "more than 256 fields"},
		{"attributes nested without end", head + `,"a":` + strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 41) + "\n", "nested more than 32 deep"},
		{"a level that is null", `{"time":"2027-01-01T00:00:00Z","level":null,"msg":"m"}` + "\n", "its level is not in the form"},
		{"an attribute twice", head + `,"` + secret + `":1,"` + secret + `":2}` + "\n", "two fields of one name"},
		{"an attribute of a group and one that looks like it", head + `,"a":{"b":1},"a.b":2}` + "\n", "name of one in a group"},
		{"a list in place of an object", `["` + secret + `"]` + "\n", "not of its field's type"},
		{"two objects in a line", head + "}" + head + "}\n", "something stands behind"},
		{"a line without end of sense", strings.Repeat(" ", longestLine+1) + "\n", "longer than"},
	})
}

func manyAttributes() string {
	var b strings.Builder
	for i := range mostFields {
		fmt.Fprintf(&b, `,"a%d":1`, i)
	}
	return b.String()
}

func TestMetrics(t *testing.T) {
	got, err := ParseMetrics([]byte("# HELP a_total what it counts\n# TYPE a_total counter\n# just a remark\n\n" +
		"a_total 3\na_total{store=\"cloud\",path=\"C:\\\\x \\\"y\\\" }\\nz\",} 4e2 1700000000000\nb:sum { x = \"\" } -Inf\nc NaN\nd{} .5\n"))
	must(t, err)
	want := []Sample{
		{Name: "a_total", Value: 3},
		{Name: "a_total", Labels: []Label{{"store", "cloud"}, {"path", "C:\\x \"y\" }\nz"}}, Value: 400, At: time.UnixMilli(1700000000000).UTC()},
		{Name: "b:sum", Labels: []Label{{"x", ""}}, Value: math.Inf(-1)},
		{Name: "c", Value: math.NaN()},
		{Name: "d", Value: 0.5},
	}
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("samples (-want +got):\n%s", d)
	}
	if v, ok := got[1].Label("store"); v != "cloud" || !ok {
		t.Errorf("the label store is %q, %v", v, ok)
	}
	refuses(t, func(b []byte) error { _, err := ParseMetrics(b); return err }, []refusal{
		{"a last line without its end", "a 1", "has no end"},
		{"a line that is no sample", "a 1\n=" + secret + "\n", "line 2: begins with no name"},
		{"a name with a dash", "a-" + secret + " 1\n", "line 1: has something else"},
		{"no value", "a\n", "something else"},
		{"no value behind labels", "a{x=\"1\"}\n", "has no value"},
		{"a value that is none", "a " + secret + "\n", "has no value"},
		{"a hexadecimal value", "a 0x10\n", "has no value"},
		{"a value out of range", "a 1e999\n", "out of range"},
		{"words behind the time stamp", "a 1 2 " + secret + "\n", "more behind it"},
		{"a time stamp with a fraction", "a 1 2.5\n", "no number of milliseconds"},
		{"labels that do not end", "a{x=\"" + secret + "\"\n", "has no comma"},
		{"a value that does not end", "a{x=\"" + secret + "\n", "does not end"},
		{"an escape at the end", "a{x=\"\\\n", "does not end"},
		{"an unknown escape", "a{x=\"\\t\"} 1\n", "an escape"},
		{"labels without a comma", "a{x=\"1\"y=\"2\"} 1\n", "no comma"},
		{"a label without quotes", "a{x=1} 1\n", "not in quotes"},
		{"a label without a value", "a{x} 1\n", "without a value"},
		{"a label twice", "a{x=\"1\",x=\"2\"} 1\n", "two labels of one name"},
		{"a sample twice, labels in another order", "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n", "line 2: a sample of the same"},
		{"a type that does not exist", "# TYPE a " + secret + "\n", "no type that exists"},
		{"two types of one metric", "# TYPE a counter\n# TYPE a gauge\n", "has a type already"},
		{"help for nothing", "# HELP\n", "names no metric"},
	})
}

// Whatever labels are written is read again.
func TestMetricsRoundTrip(t *testing.T) {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	rapid.Check(t, func(rt *rapid.T) {
		var want []Sample
		var b strings.Builder
		for i := range rapid.IntRange(0, 5).Draw(rt, "samples") {
			s := Sample{Name: fmt.Sprintf("m%d", i), Value: rapid.Float64().Draw(rt, "value")}
			b.WriteString(s.Name + "{")
			for j := range rapid.IntRange(0, 3).Draw(rt, "labels") {
				l := Label{fmt.Sprintf("l%d", j), rapid.String().Draw(rt, "label")}
				s.Labels = append(s.Labels, l)
				b.WriteString(l.Name + `="` + escape.Replace(l.Value) + `",`)
			}
			b.WriteString("} " + strconv.FormatFloat(s.Value, 'g', -1, 64) + "\n")
			want = append(want, s)
		}
		got, err := ParseMetrics([]byte(b.String()))
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			rt.Fatalf("samples (-want +got):\n%s", d)
		}
	})
}

const goodExport = `{"form": "hoistway-subject-export", "version": 1, "service": "flow", "at": "2027-01-01T00:00:00Z",
	"items": [{"store": "cloud", "kind": "flow-profile", "what": "x", "controller": "KONE", "source": "subject", "purposes": ["provide-service"],
		"retention": "until-stop", "collected": "2026-01-01T00:00:00Z", "fields": [
			{"name": "name", "category": "user-profile", "value": {"any": ["thing"]}}, {"name": "password", "category": "credential", "withheld": "hashed"}]}],
	"notes": null, "referrals": ["main: ask"]}`

func TestExport(t *testing.T) {
	got, err := ParseExport([]byte(goodExport))
	must(t, err)
	want := &Export{Form: Answer, Version: 1, Service: "flow", At: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Referrals: []string{"main: ask"},
		Items: []ExportItem{{Store: "cloud", Kind: "flow-profile", What: "x", Controller: "KONE", Source: "subject", Purposes: []string{"provide-service"},
			Retention: "until-stop", Collected: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Fields: []ExportField{
				{Name: "name", Category: "user-profile", Value: []byte(`{"any": ["thing"]}`)}, {Name: "password", Category: "credential", Withheld: "hashed"}}}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("export (-want +got):\n%s", d)
	}
	with := func(old, new string) string { return strings.Replace(goodExport, old, new, 1) }
	refuses(t, func(b []byte) error { _, err := ParseExport(b); return err }, []refusal{
		{"a document that is no JSON", "%PDF-1.7 " + secret, "is no JSON"},
		{"a form that nobody knows", with("hoistway-subject-export", secret), "no form that is known"},
		{"a version of the future", with(`"version": 1`, `"version": 2`), "version 2 is unknown"},
		{"no instant", with(`"at": "2027-01-01T00:00:00Z",`, ""), "when it was made"},
		{"an item of no store", with(`"cloud"`, `""`), "item 1 does not say"},
		{"a field with neither value nor reason", with(`, "withheld": "hashed"`, ""), "item 1: field 2"},
		{"a field with both", with(`"withheld": "hashed"`, `"withheld": "hashed", "value": "`+secret+`"`), "item 1: field 2"},
		{"a field twice inside a value", with(`{"any": ["thing"]}`, `{"a": 1, "a": 2}`), "two fields of one name"},
	})
}

func TestDisplay(t *testing.T) {
	const (
		list = `[{"apartment": "1 a", "intercom_username": "Ann  <b>"}, {"apartment": "2", "intercom_username": ""}]`
		text = "1 a  Ann  <b>\n2    \n"
		page = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Intercom</title></head><body><table>\n<tr><th>Apartment</th><th>Name</th></tr>\n" +
			"<tr><td>1 a</td><td>Ann  &lt;b&gt;</td></tr>\n<tr><td>2</td><td></td></tr>\n</table></body></html>\n"
	)
	rows := []DisplayRow{{"1 a", "Ann  <b>"}, {"2", ""}}
	in := func(s, old, new string) string {
		if !strings.Contains(s, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(s, old, new, 1)
	}
	for _, row := range []struct {
		name, text, page string
		faults           []string
	}{
		{"three files that show the same", text, page, nil},
		{"a screen with another name", in(text, "Ann", secret), page, []string{".txt: row 1 is another than the list's"}},
		{"a screen with the name that was before, and shorter", in(text, "Ann  <b>", "Ann"), page, []string{".txt: row 1 is another than the list's"}},
		{"a screen without a gap behind the apartment", in(text, "1 a  ", "1 a"), page, []string{".txt: row 1 is another than the list's"}},
		{"a screen with a row too many", text + "3    " + secret + "\n", page, []string{".txt: row 3 is not in the list"}},
		{"a screen with a row too few", in(text, "2    \n", ""), page, []string{".txt: row 2 of the list is not there"}},
		{"an empty screen", "", page, []string{".txt: row 1 of the list is not there", ".txt: row 2 of the list is not there"}},
		{"a page with another name", text, in(page, "Ann", secret), []string{".html: row 1 is another than the list's"}},
		{"a page with a row too many", text, in(page, "</table>", "<tr><td>3</td><td>"+secret+"</td></tr></table>"), []string{".html: row 3 is not in the list"}},
		{"a page with three cells", text, in(page, "<td></td>", "<td></td><td>"+secret+"</td>"), []string{".html: has no two cells in row 2"}},
		{"a page with markup in a cell", text, in(page, "<td>2</td>", "<td><i>2</i></td>"), []string{".html: has more than text in row 2"}},
		{"a page with a script", text, in(page, "<body>", "<body><script>"+secret+"</script>"), []string{".html: shows something before the table, or has more than a title there"}},
		{"a page with text behind the table", text, in(page, "</body>", secret+"</body>"), []string{".html: shows something behind the table"}},
		{"a page with text between rows", text, in(page, "<tr><td>2", secret+"<tr><td>2"), []string{".html: has something that is no row behind row 1"}},
		{"a page without a table", text, "<html>" + secret, []string{".html: has no table"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := ParseDisplay([]byte(list), []byte(row.text), []byte(row.page))
			must(t, err)
			if d := cmp.Diff(&Display{Rows: rows, Faults: row.faults}, got); d != "" {
				t.Errorf("display (-want +got):\n%s", d)
			}
		})
	}

	p, err := Open(folder(t, map[string]string{
		"stores/displays/b.json": list, "stores/displays/b.txt": text, "stores/displays/b.html": page,
		"stores/displays/a.json": `[]`, "stores/displays/c.txt": text, "stores/displays/d.json": `[{"name":"` + secret + `"}]`,
	}))
	must(t, err)
	got, err := p.Displays()
	wants(t, err, "displays/c: the .json file is not there")
	wants(t, err, "displays/d: .json: near byte")
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the error repeats what stands in the file: %v", err)
	}
	want := []Display{{Building: "a", Rows: []DisplayRow{}, Faults: []string{"the .txt file is not there", "the .html file is not there"}}, {Building: "b", Rows: rows}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("displays (-want +got):\n%s", d)
	}
}

func TestPhones(t *testing.T) {
	const use = `{"user":"a@example.test","at":"2027-01-01T00:00:00Z","building":"main","equipment":"a","function":"remote-call","from":"0","to":"3"}` + "\n"
	const id = `{"building":"main","id":"abc","from":"2027-01-01T00:00:00Z","until":"2027-01-02T00:00:00Z","registered":true}` + "\n"
	p, err := Open(folder(t, map[string]string{
		"stores/phones/1.0/log.ndjson": use + use[:40], "stores/phones/1.0/ids.ndjson": id,
		"stores/phones/1.0/settings.json":  `{"version":1,"store_missed_pictures":true,"walking_speed_mm_s":1310,"objected":["usage-analysis"]}`,
		"stores/phones/1.0/pictures/a.bin": "x", "stores/phones/1.0/pictures/c.bin/": "", "stores/phones/1.0/pictures/b.jpg": "x", "stores/phones/1.0/calls.db": "x",
		"stores/phones/2.0/settings.json": `{"version":1,"store_missed_pictures":false}`,
		"stores/phones/3.0/settings.json": `{"version":1,"login":"` + secret + `"}`,
		"stores/phones/4.0/":              "",
	}))
	must(t, err)
	var got []Phone
	err = p.Phones(func(p *Phone) error { got = append(got, *p); return nil })
	wants(t, err, "stores/phones/3.0: settings.json: near byte")
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the error repeats what stands in the file: %v", err)
	}
	speed, at := 1310, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	want := []Phone{
		{Ordinal: "1.0", Log: []PhoneUse{{"a@example.test", at, "main", "a", "remote-call", "0", "3"}}, LogCut: true,
			IDs:      []PhoneID{{"main", "abc", at, at.Add(24 * time.Hour), true}},
			Settings: &PhoneSettings{1, true, &speed, []string{"usage-analysis"}}, Pictures: []string{"a.bin"}, Others: []string{"calls.db", "pictures/b.jpg", "pictures/c.bin"}},
		{Ordinal: "2.0", Settings: &PhoneSettings{Version: 1}},
		{Ordinal: "4.0"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("phones (-want +got):\n%s", d)
	}
	refuses(t, func(b []byte) error { _, _, err := ParsePhoneLog(b); return err }, []refusal{
		{"a log with an unknown field", `{"password":"` + secret + `"}` + "\n", "line 1: near byte"},
		{"a log without a user", strings.Replace(use, "a@example.test", "", 1), "line 1: a field that every line has"},
		{"a cut line in the middle", use[:40] + "\n" + use, "line 1: byte"},
	})
	refuses(t, func(b []byte) error { _, err := ParsePhoneIDs(b); return err }, []refusal{
		{"an ID that is in use for no time", strings.Replace(id, "2027-01-02", "2027-01-01", 1), "line 1: a field"},
		{"an ID on a line that does not end, which no crash leaves", id[:len(id)-1], "has no end"},
	})
	refuses(t, func(b []byte) error { _, err := ParsePhoneSettings(b); return err }, []refusal{
		{"settings of another version", `{"version":2}`, "version 2 is unknown"},
		{"a speed that is text", `{"version":1,"walking_speed_mm_s":"` + secret + `"}`, "not of its field's type"},
	})
}
