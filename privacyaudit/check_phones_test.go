package privacyaudit

import (
	"fmt"
	"testing"

	"hoistway/privacyaudit/evidence"
)

// useOf is a line of the log on a phone.
func useOf(user string) string {
	return fmt.Sprintf(`{"user":%q,"at":"2027-06-01T08:00:00Z","building":"main","function":"remote-call","from":"0","to":"3"}`+"\n", user)
}

func TestPhoneLog(t *testing.T) {
	const own = "stores/phones/1.0/log.ndjson"
	mine := evidence.Canary{Person: "r1.0", Subject: idOf("a"), Service: "flow", Field: "email", Value: annasMail, Unique: true, Store: "phones/1.0", From: hoursAgo(500)}
	for _, row := range []struct {
		name string
		log  string
		acts []evidence.Act
		want []string
	}{
		{"two calls, two lines", useOf(annasMail) + useOf(annasMail), nil, nil},
		{"a line is lost", useOf(annasMail), nil, []string{"the log has 1 call, and its user made 2"}},
		{"a line of somebody else", useOf(annasMail) + useOf(bertsMail), nil, []string{"1 line of somebody else"}},
		{"a log that nobody can read", useOf(annasMail) + useOf(annasMail) + "{}\n", nil, []string{"no form that is known"}},
		{"a phone that was wiped has no calls to show", useOf(annasMail), []evidence.Act{actOf(hoursAgo(1), "phone-wiped", "r1.0", "")}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, row.acts...)
			trips(a, evidence.Trip{At: hoursAgo(3), Person: "r1.0", Service: "flow"}, evidence.Trip{At: hoursAgo(2), Person: "r1.0", Service: "flow"})
			knows(t, a, mine)
			got := inspect(fakeProbe(t, a, Rule{Check: "phonelog"}), textOf(evidence.PhoneText, own, row.log))
			expectFindings(t, got, row.want...)
		})
	}
}

func TestPictures(t *testing.T) {
	const file = "stores/phones/1.0/pictures/x.bin"
	shown := func(value string) evidence.Canary {
		return evidence.Canary{Person: "r1.0", Field: "intercom-frame", Value: value, Unique: true, Store: "phones/1.0", From: hoursAgo(5)}
	}
	settings := func(keep bool) *evidence.Text {
		return textOf(evidence.PhoneText, "stores/phones/1.0/settings.json", fmt.Sprintf(`{"version":1,"store_missed_pictures":%t}`, keep))
	}
	ring := func(answered string) evidence.Act {
		return actOf(hoursAgo(5), "intercom", "r1.0", idOf("a"), "answered", answered)
	}
	byHand := actOf(hoursAgo(5), "picture-taken", "r1.0", idOf("a"))
	picture := func(name, body string) *evidence.Text { return textOf(evidence.PhoneText, name, body) }
	for _, row := range []struct {
		name  string
		acts  []evidence.Act
		shown []any
		want  []string
	}{
		{"missed, setting on: the last frame", []evidence.Act{ring("false")}, []any{picture(file, "frame-the-last"), settings(true)}, nil},
		{"missed, setting on, and nothing is there", []evidence.Act{ring("false")}, []any{settings(true)}, []string{"though the user chose that"}},
		{"missed, setting on, and it is an earlier frame", []evidence.Act{ring("false")}, []any{picture(file, "frame-the-first"), settings(true)}, []string{"though the user chose that"}},
		{"missed, setting on, and all frames are there", []evidence.Act{ring("false")}, []any{picture(file, "frame-the-first"), picture("stores/phones/1.0/pictures/y.bin", "frame-the-last"), settings(true)}, []string{"2 frames of one ring"}},
		{"missed, setting off: none", []evidence.Act{ring("false")}, []any{settings(false)}, nil},
		{"missed, setting off, and one is there", []evidence.Act{ring("false")}, []any{picture(file, "frame-the-last"), settings(false)}, []string{"did not choose that"}},
		{"taken by hand, setting off", []evidence.Act{ring("false"), byHand}, []any{picture(file, "frame-the-last"), settings(false)}, nil},
		{"answered: none", []evidence.Act{ring("true")}, []any{settings(true)}, nil},
		{"answered, and one is there", []evidence.Act{ring("true")}, []any{picture(file, "frame-the-last"), settings(true)}, []string{"to whom the user answered"}},
		{"a picture of another apartment's ring", []evidence.Act{ring("false")}, []any{picture("stores/phones/2.0/pictures/x.bin", "frame-the-last"), settings(false)}, []string{"another apartment"}},
		{"a picture with something behind the frame", []evidence.Act{ring("false")}, []any{picture(file, "frame-the-last and sound"), settings(false)}, []string{"no camera at this phone's entrance"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, row.acts...)
			knows(t, a, shown("frame-the-first"), shown("frame-the-last"))
			expectFindings(t, inspect(fakeProbe(t, a, Rule{Check: "pictures"}), row.shown...), row.want...)
		})
	}
}

func TestDisplay(t *testing.T) {
	anna, bert := idOf("a"), idOf("b")
	building, cloud := fakeSource("building-main", "building", "main"), fakeSource("cloud", "cloud", "")
	files := func(list, text, page string) []any {
		var all []any
		for ending, body := range map[string]string{".json": list, ".txt": text, ".html": "<table>" + page + "</table>"} {
			f := textOf(evidence.DisplayText, "stores/displays/main"+ending, body)
			f.Owner = "main"
			all = append(all, f)
		}
		return all
	}
	const (
		row1, line1, cells1 = `{"apartment":"1-1","intercom_username":"Anna"}`, "1-1  Anna\n", "<tr><td>1-1</td><td>Anna</td></tr>"
		row2, line2, cells2 = `{"apartment":"1-2","intercom_username":""}`, "1-2  \n", "<tr><td>1-2</td><td></td></tr>"
	)
	right := files("["+row1+","+row2+"]", line1+line2, cells1+cells2)
	for _, row := range []struct {
		name  string
		files []any
		no    bool // the building has no intercom
		want  []string
	}{
		{"apartments and usernames of now", right, false, nil},
		{"a real name where nobody entered one", files(`[`+row1+`,{"apartment":"1-2","intercom_username":"Bert Baker"}]`, line1+"1-2  Bert Baker\n", cells1+"<tr><td>1-2</td><td>Bert Baker</td></tr>"), false, []string{"row 2 shows what", "1 row missing"}},
		{"a row of somebody who left", files("["+row1+","+row2+`,{"apartment":"1-3","intercom_username":"Cora"}]`, line1+line2+"1-3  Cora\n", cells1+cells2+"<tr><td>1-3</td><td>Cora</td></tr>"), false, []string{"row 3 shows what"}},
		{"a row that is missing", files("["+row1+"]", line1, cells1), false, []string{"1 row missing"}},
		{"a row twice counts residents", files("["+row1+","+row2+","+row2+"]", line1+line2+line2, cells1+cells2+cells2), false, []string{"stands there twice"}},
		{"the screen shows more than the list", files("["+row1+","+row2+"]", line1+line2+"1-3  Cora\n", cells1+cells2), false, []string{".txt"}},
		{"a building without an intercom", right, true, []string{"the service has none"}},
		{"an intercom without a display", nil, false, []string{"there is no display"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main", Residential: true, Intercom: !row.no}}}
			shown := append([]any{
				fakeRecord(t, a, building, "bp/"+anna, `{"at":"2027-05-12T00:00:00Z","apartment":"1-1"}`),
				fakeRecord(t, a, building, "bp/"+bert, `{"at":"2027-05-12T00:00:00Z","apartment":"1-2"}`),
				fakeRecord(t, a, cloud, "fr/"+anna, `{"at":"2027-05-12T00:00:00Z","intercom_username":"Anna"}`),
			}, row.files...)
			expectFindings(t, inspect(fakeProbe(t, a, Rule{Check: "display"}), shown...), row.want...)
		})
	}
	const nobody1, blank1, empty1 = `{"apartment":"1-1","intercom_username":""}`, "1-1  \n", "<tr><td>1-1</td><td></td></tr>"
	without := files("["+nobody1+","+row2+"]", blank1+line2, empty1+cells2)
	for _, row := range []struct {
		name, purpose string
		backup        bool // the objection stands in a backup alone
		files         []any
		want          []string
	}{
		{"who objected to the service is not shown", "provide-service", false, without, nil},
		{"who objected to the service is shown", "provide-service", false, right, []string{"row 1 shows what", "1 row missing"}},
		{"who objected to analysis is shown", "usage-analysis", false, right, nil},
		{"who objected to analysis is not shown", "usage-analysis", false, without, []string{"row 1 shows what", "1 row missing"}},
		{"an objection of a backup is not one of now", "provide-service", true, right, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main", Residential: true, Intercom: true}}}
			from := cloud
			if row.backup {
				from = fakeSource("backup-1", "backup", "")
			}
			shown := append([]any{
				fakeRecord(t, a, building, "bp/"+anna, `{"at":"2027-05-12T00:00:00Z","apartment":"1-1"}`),
				fakeRecord(t, a, building, "bp/"+bert, `{"at":"2027-05-12T00:00:00Z","apartment":"1-2"}`),
				fakeRecord(t, a, cloud, "fr/"+anna, `{"at":"2027-05-12T00:00:00Z","intercom_username":"Anna"}`),
				fakeRecord(t, a, from, "ob/"+anna+"/"+idOf("m"), `{"at":"2027-05-12T00:00:00Z","purpose":"`+row.purpose+`"}`),
			}, row.files...)
			expectFindings(t, inspect(fakeProbe(t, a, Rule{Check: "display"}), shown...), row.want...)
		})
	}
	t.Run("records that cannot be opened", func(t *testing.T) {
		a := fakeAudit(t)
		a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main", Residential: true, Intercom: true}}}
		r := fakeRecord(t, a, building, "bp/"+anna, `{"at":"2027-05-12T00:00:00Z","apartment":"1-1"}`)
		r.State = Locked
		if got := inspect(fakeProbe(t, a, Rule{Check: "display"}), append([]any{r}, right...)...); got.Status != "inconclusive" {
			t.Errorf("status %s", got.Status)
		}
	})
}
