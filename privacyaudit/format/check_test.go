package format_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/privacyaudit/format"
)

const (
	kone    = `"controller":"KONE","building":"main","at":"2027-06-12T16:00:00Z"`
	atDay   = `"controller":"KONE","at":"2027-06-12T00:00:00Z"`
	manager = `"controller":"Manager","processor":"KONE","building":"main","at":"2027-06-12T16:00:00.5Z"`
	phc     = `"$argon2id$v=19$m=19456,t=2,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"`
	day     = `"2027-06-07T00:00:00Z"`
)

// record is one record by hand: where it stands, its JSON, and the ID of the
// data key under which it is sealed, "" for none.
type record struct{ store, key, json, sealedBy string }

// good has one record of each kind and one entry of each act, with all fields
// that there may be.
func good() map[string]record {
	s, i, c := id(1), id(2), id(3)
	h := hex256("x")
	records := map[string]record{
		"flow-preferences":    {"cloud", "fr/" + s, `{` + kone + `,"intercom_phone":"+999","intercom_username":"u","walking_speed_mm_s":1317,"favourite_floor":"G","store_missed_pictures":true}`, s},
		"flow-profile":        {"cloud", "fp/" + s, `{` + kone + `,"name":"n","gender":"other","country":"FI","language":"fi","phone":"+999","email":"e","password":` + phc + `,"active":` + day + `}`, s},
		"key-audit":           {"cloud", "ka/00000000000000ff", `{` + kone + `,"sequence":255,"act":"created","what":"sub-user","of":"` + i + `","previous":"","hash":"` + h + `"}`, ""},
		"objection":           {"cloud", "ob/" + s + "/hhl4dd4hdomju6h7xqzbgwc624", `{` + kone + `,"purpose":"usage-analysis"}`, s},
		"remote-call-account": {"cloud", "ra/" + s, `{` + kone + `,"email":"e","password":` + phc + `,"device_serial":"d","active":` + day + `}`, s},
		"sub-user":            {"cloud", "su/" + s + "/" + i, `{` + kone + `,"name":"n","username":"u","number":"1","birth_date":"2012-02-29","note":"x","guardian":true,"consent":"` + c + `"}`, s},
		"usage-log":           {"cloud", "eu/20270612/" + i, `{` + kone + `,"pseudonym":"` + c + `","equipment":"main","function":"key"}`, c},
		"visitor-key":         {"cloud", "vk/" + s + "/" + i, `{` + kone + `,"visitor":"v","floors":["G","1"],"from":` + day + `,"until":` + day + `,"uses":3,"code_sha256":"` + h + `","consent":"` + c + `"}`, s},
		"building-log":        {"building-main", "bl/doors/20270612/" + i, `{` + manager + `,"log":"doors","fields":{"floor":"G","result":"served"}}`, format.BuildingKey},
		"building-person":     {"building-main", "bp/" + s, `{` + kone + `,"service":"flow","name":"n","address":"a","apartment":"1-2","main_user":true}`, s},
		"key-tag":             {"building-main", "kt/" + s, `{` + manager + `,"number":"N","floors":null}`, s},
		"permission":          {"building-main", "pm/" + s + "/" + i, `{` + kone + `,"service":"remote-call","floors":["*"],"banks":["*"],"from":` + day + `,"until":` + day + `,"daily":"07:00-24:00","may_grant":false}`, s},
		"aggregate-cell":      {"analytics", "ac/" + i, `{` + kone + `,"period":"2027-05","dimensions":{"model":"Pixel"},"people":5,"count":0}`, ""},
		"link":                {"vault", "ln/" + i, `{` + atDay + `,"epoch":1,"sealed":"AAAA"}`, ""},
		"pending-erasure":     {"vault", "pe/" + i, `{` + kone + `,"erasure":"` + i + `","of":"","cause":"moved-out","scope":"` + h + `;cloud=erased 2,shredded 1;backups=none 0","done":"settled ` + i + `"}`, ""},
		"pseudonyms":          {"vault", "ps/" + i, `{` + atDay + `,"list":"AAA="}`, ""},
		"wrapped-key":         {"vault", "wk/" + s, `{` + atDay + `,"epoch":12,"wrapped":"AA=="}`, ""},
		"hold-case":           {"archive", "hc/" + i, `{` + kone + `,"reason":"claim","number":"C-2026-17","records":["cloud|fp/` + s + `"],"closed":` + day + `,"deadline":` + day + `}`, ""},
		"held-record":         {"archive", "hr/" + s + "/" + i, `{` + kone + `,"case":"` + s + `","store":"building-main","key":"pm/` + s + "/" + i + `","value":"e30=","deadline":` + day + `}`, s},
		"ledger-entry":        {"ledger", "le/0000000000000001", `{` + kone + `,"act":"notice","id":"` + i + `","facts":{"ref":"` + h + `","building":"main","service":"flow"},"previous":"` + h + `","hash":"` + h + `"}`, ""},
	}
	return records
}

// check judges a record as an auditor does.
func check(t testing.TB, r record, handedOver bool) []format.Flaw {
	t.Helper()
	k, err := format.Default().ParseKey(r.store, []byte(r.key))
	if err != nil {
		t.Fatalf("%s: %v", r.json, err)
	}
	k.HandedOver = handedOver
	members, err := format.Parse(nil, []byte(r.json))
	if err != nil {
		t.Fatalf("%s: %v", r.json, err)
	}
	return k.Check(format.Value{Sealed: r.sealedBy != "", KeyID: r.sealedBy}, members)
}

func TestCheckTakesOneOfEachKind(t *testing.T) {
	records := good()
	for _, kind := range format.Default().Kinds {
		r, ok := records[kind.Name]
		if !ok {
			t.Errorf("no record of the kind %s is tested", kind.Name)
			continue
		}
		if flaws := check(t, r, false); flaws != nil {
			t.Errorf("%s: %v", kind.Name, flaws)
		}
		// It has all fields that there may be.
		members, _ := format.Parse(nil, []byte(r.json))
		for _, f := range kind.Fields {
			if f.Every {
				continue
			}
			if !strings.Contains(r.json, `"`+f.Name+`":`) {
				t.Errorf("%s: field %s of the %d is not tested", kind.Name, f.Name, len(members))
			}
		}
	}
}

// Each field of each kind is left out, written in a wrong form, and written
// twice; each record gets a field more, loses its sealing or gets one.
func TestCheckFindsEachFlawOfEachField(t *testing.T) {
	for name, r := range good() {
		kind := format.Default().Kind(name)
		members, err := format.Parse(nil, []byte(r.json))
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range members {
			field := string(m.Name)
			var f format.Field
			for _, f = range kind.Fields {
				if f.Name == field {
					break
				}
			}
			without, wrong, twice := "{", "{", "{"
			for j, m := range members {
				member := fmt.Sprintf("%q:%s,", m.Name, m.Raw)
				twice += member
				if j != i {
					without += member
					wrong += member
				}
			}
			wrong += fmt.Sprintf("%q:[{\"Anna\":7.5}]}", field)
			without = strings.TrimSuffix(without, ",") + "}"

			var missing []format.Fault
			if !f.Optional {
				missing = []format.Fault{format.Missing}
			}
			expect(t, name+" without "+field, r, without, field, missing...)
			bad := format.WrongForm
			if field == "controller" || field == "processor" {
				bad = format.WrongTag
			}
			expect(t, name+" with a wrong form of "+field, r, wrong, field, bad)

			again := append(members[:len(members):len(members)], m)
			if flaws := kind.Check(again); len(flaws) == 0 || flaws[0].Fault != format.Repeated || flaws[0].Field != field {
				t.Errorf("%s with %s twice: %v", name, field, flaws)
			}
		}
		more := strings.TrimSuffix(r.json, "}") + `,"marketing":true}`
		expect(t, name+" with a field more", r, more, "marketing", format.Unknown)
		hidden := strings.TrimSuffix(r.json, "}") + `,"Anna.B@example.test":true}`
		expect(t, name+" with somebody's address for a name", r, hidden, "", format.Unknown)

		other := r
		other.sealedBy = id(77)
		expect(t, name+" under another data key", other, r.json, "", format.WrongForm)
		if other.sealedBy = ""; r.sealedBy != "" {
			expect(t, name+" in the open", other, r.json, "", format.WrongForm)
		}
	}
}

// expect judges the record with other JSON and wants these faults of one field;
// others of that field are wrong as well, and so is a message with a value.
func expect(t *testing.T, sentence string, r record, json, field string, want ...format.Fault) {
	t.Helper()
	r.json = json
	var got []format.Fault
	for _, f := range check(t, r, false) {
		if f.Field == field {
			got = append(got, f.Fault)
		}
		if strings.Contains(f.Message, "Anna") || strings.Contains(f.Message, "7.5") {
			t.Errorf("%s: the message shows a value: %s", sentence, f.Message)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: faults (-want +got):\n%s", sentence, d)
	}
}

func TestCheckFindsWrongValues(t *testing.T) {
	for _, c := range []struct {
		kind, old, new, field string
		want                  format.Fault
		sentence              string
	}{
		{"usage-log", `"KONE"`, `"Manager"`, "controller", format.WrongTag, "the provider decides about usage"},
		{"usage-log", `"building":`, `"processor":"KONE","building":`, "processor", format.WrongTag, "nobody processes usage for the provider"},
		{"key-tag", `"processor":"KONE",`, ``, "processor", format.Missing, "the provider processes key tags for the Manager"},
		{"key-tag", `"processor":"KONE"`, `"processor":"Else"`, "processor", format.WrongTag, "nobody else does"},
		{"usage-log", `16:00:00Z`, `16:01:00Z`, "at", format.WrongForm, "usage is rounded down to the hour"},
		{"usage-log", `2027-06-12T16`, `2027-06-13T00`, "at", format.NotTheKey, "usage stands under its day"},
		{"building-log", `2027-06-12T`, `2027-06-11T`, "at", format.NotTheKey, "a building's log stands under its day"},
		{"building-log", `"log":"doors"`, `"log":"gates"`, "log", format.NotTheKey, "a building's log stands under its name"},
		{"key-audit", `"sequence":255`, `"sequence":256`, "sequence", format.NotTheKey, "the sequence is that of the key"},
		{"held-record", `"case":"` + id(1), `"case":"` + id(2), "case", format.NotTheKey, "a held record stands under its case"},
		{"objection", `usage-analysis`, `internal-audit`, "purpose", format.NotTheKey, "an objection's item comes from its purpose"},
		{"objection", `usage-analysis`, `marketing`, "purpose", format.WrongForm, "purposes are a closed list"},
		{"usage-log", `"function":"key"`, `"function":"door"`, "function", format.WrongForm, "functions are a closed list"},
		{"flow-profile", `$argon2id$`, `$argon2i$`, "password", format.WrongForm, "passwords are hashed with argon2id"},
		{"flow-profile", phc, `"secret"`, "password", format.WrongForm, "and never as they are"},
		{"flow-profile", `"active":` + day, `"active":"2027-06-07T10:00:00Z"`, "active", format.WrongForm, "last use has no time of day"},
		{"sub-user", `2012-02-29`, `2013-02-29`, "birth_date", format.WrongForm, "a birth date is a day of the calendar"},
		{"sub-user", `2012-02-29`, `2012`, "birth_date", format.WrongForm, "a year is no date"},
		{"visitor-key", `"uses":3`, `"uses":-1`, "uses", format.WrongForm, "uses are counted from 0"},
		{"visitor-key", `"uses":3`, `"uses":3.0`, "uses", format.WrongForm, "in whole numbers"},
		{"visitor-key", `["G","1"]`, `["G",1]`, "floors", format.WrongForm, "floors are names"},
		{"visitor-key", hex256("x"), strings.ToUpper(hex256("x")), "code_sha256", format.WrongForm, "hashes are in lower case"},
		{"visitor-key", `"from":` + day, `"from":"2027-06-07T00:00:00+00:00"`, "from", format.WrongForm, "instants end in Z"},
		{"permission", `07:00-24:00`, `07:00-25:00`, "daily", format.WrongForm, "a day has 24 hours"},
		{"aggregate-cell", `2027-05`, `2027-13`, "period", format.WrongForm, "a year has 12 months"},
		{"aggregate-cell", `"model":"Pixel"`, `"model":{"x":"y"}`, "dimensions", format.WrongForm, "dimensions are flat"},
		{"aggregate-cell", `"model":"Pixel"`, `"model":"a","model":"b"`, "dimensions", format.WrongForm, "no dimension stands there twice"},
		{"aggregate-cell", `"model":"Pixel"`, `"Anna B":"b"`, "dimensions", format.WrongForm, "dimensions have words for names"},
		{"pending-erasure", `settled`, `Anna`, "done", format.WrongForm, "bookkeeping has no free text"},
		{"hold-case", `cloud|fp`, `cloud|bp`, "records", format.WrongForm, "records stand where they may"},
		{"hold-case", `C-2026-17`, `CASE-2026-17`, "number", format.WrongForm, "numbers are of a register"},
		{"held-record", `"e30="`, `"e30"`, "value", format.WrongForm, "bytes are padded"},
		{"link", `T00:00:00Z`, `T10:00:00Z`, "at", format.WrongForm, "links are dated by the day"},
		{"key-audit", `"previous":""`, `"previous":"x"`, "previous", format.WrongForm, "previous is a hash or nothing"},
		{"building-person", `"main"`, `"Anna's house"`, "building", format.WrongForm, "a building has a name in lower case"},
		{"ledger-entry", `"notice"`, `"announcement"`, "act", format.WrongForm, "acts are declared"},
	} {
		r := good()[c.kind]
		json := strings.Replace(r.json, c.old, c.new, 1)
		if json == r.json {
			t.Errorf("%s: nothing was changed", c.sentence)
		}
		expect(t, c.sentence, r, json, c.field, c.want)
	}
}

// What is written into a building after it was handed over has the Manager for a
// controller and no processor; what was written before is as it was.
func TestCheckOfABuildingThatWasHandedOver(t *testing.T) {
	for _, c := range []struct {
		sentence   string
		kind       string
		old, new   string
		handedOver bool
		flaws      int
	}{
		{"before, a person has the provider for a controller", "building-person", "", "", false, 0},
		{"the Manager is none yet", "building-person", `"KONE"`, `"Manager"`, false, 1},
		{"afterwards the Manager is", "building-person", `"KONE"`, `"Manager"`, true, 0},
		{"records from before stay", "building-person", "", "", true, 0},
		{"a key tag loses its processor", "key-tag", `"processor":"KONE",`, ``, true, 0},
		{"or keeps it where it is from before", "key-tag", "", "", true, 0},
		{"nobody processes for the Manager afterwards", "building-person", `"controller":"KONE"`, `"controller":"Manager","processor":"KONE"`, true, 2},
		{"nobody else decides", "building-person", `"KONE"`, `"Else"`, true, 1},
		{"other flaws are found as before", "building-person", `"controller":"KONE"`, `"controller":"Manager","x":1`, true, 1},
	} {
		r := good()[c.kind]
		r.json = strings.Replace(r.json, c.old, c.new, 1)
		if flaws := check(t, r, c.handedOver); len(flaws) != c.flaws {
			t.Errorf("%s: got %v, want %d flaws", c.sentence, flaws, c.flaws)
		}
	}
}

func TestCheckOfFacts(t *testing.T) {
	h := hex256("x")
	const erased = `"ref":"` + "%s" + `","cause":"request","requested":` + day
	for _, c := range []struct {
		sentence   string
		act, facts string
		want       []format.Flaw // faults and fields only
	}{
		{"a certificate names its stores", "erasure-settled", fmt.Sprintf(erased, h) + `,"store-cloud":"erased 1,shredded 2","store-building-a":"not-provider 0","store-backups":"none 0"`, nil},
		{"a certificate without a store certifies nothing", "erasure-settled", fmt.Sprintf(erased, h), []format.Flaw{{Fault: format.Missing, Field: "store-"}}},
		{"a store that nobody knows", "erasure-settled", fmt.Sprintf(erased, h) + `,"store-cloud":"erased 1","store-moon":"erased 1"`, []format.Flaw{{Fault: format.Unknown, Field: "store-moon"}}},
		{"a store that names somebody", "erasure-settled", fmt.Sprintf(erased, h) + `,"store-cloud":"erased 1","store-Anna":"erased 1"`, []format.Flaw{{Fault: format.Unknown}}},
		{"an outcome in free text", "erasure-settled", fmt.Sprintf(erased, h) + `,"store-cloud":"of Anna"`, []format.Flaw{{Fault: format.WrongForm, Field: "store-"}}},
		{"subjects stand there as hashes", "disclosure", `"authority":"police","basis":"police-law","demanded":"yes","allowed":"yes","approver":"staff-3","subjects":"1","records":"4","ref-1":"` + h + `"`, nil},
		{"a subject in the open", "disclosure", `"authority":"police","basis":"police-law","demanded":"yes","allowed":"yes","approver":"staff-3","subjects":"1","records":"4","ref-1":"` + id(1) + `"`, []format.Flaw{{Fault: format.WrongForm, Field: "ref-"}}},
		{"a fact that is not of the act", "phones-instructed", `"phones":"1","email":"x"`, []format.Flaw{{Fault: format.Unknown, Field: "email"}}},
		{"a fact of more than its form", "phones-instructed", `"phones":"one"`, []format.Flaw{{Fault: format.WrongForm, Field: "phones"}}},
		{"facts are text", "phones-instructed", `"phones":1`, []format.Flaw{{Fault: format.WrongForm, Field: "phones"}}},
		{"a fact that is missing", "phones-instructed", ``, []format.Flaw{{Fault: format.Missing, Field: "phones"}}},
		{"a fact that stands there twice", "phones-instructed", `"phones":"1","phones":"2"`, []format.Flaw{{Fault: format.WrongForm, Field: "facts"}}},
		{"facts that may all be absent", "swept", ``, nil},
		{"counts by kind", "swept", `"kind-usage-log":"17"`, nil},
		{"counts of a kind that nobody knows", "swept", `"kind-x":"17"`, []format.Flaw{{Fault: format.Unknown, Field: "kind-x"}}},
		{"kinds are a closed list", "transfer", `"recipient":"ORG-4","agreement":"` + id(1) + `","purpose":"provide-service","kinds":"flow-profile,anna","subjects":"1","records":"1"`, []format.Flaw{{Fault: format.WrongForm, Field: "kinds"}}},
		{"purposes are, too", "transfer", `"recipient":"ORG-4","agreement":"` + id(1) + `","purpose":"marketing","kinds":"flow-profile","subjects":"1","records":"1"`, []format.Flaw{{Fault: format.WrongForm, Field: "purpose"}}},
		{"an organisation is a number", "hand-over", `"building":"main","successor":"Anna Ltd"`, []format.Flaw{{Fault: format.WrongForm, Field: "successor"}}},
		{"a key that was rotated", "key-rotation", `"ring":"building-a","from":"1","to":"2","keys":"30"`, nil},
		{"a ring that is none", "key-created", `"ring":"cloud","epoch":"1"`, []format.Flaw{{Fault: format.WrongForm, Field: "ring"}}},
		{"a backup's name tells when", "backup", `"name":"20270306t000000z-l3c2oe25hx","region":"FI"`, nil},
		{"and nothing else", "backup", `"name":"anna-b","region":"Finland"`, []format.Flaw{{Fault: format.WrongForm, Field: "name"}, {Fault: format.WrongForm, Field: "region"}}},
	} {
		r := good()["ledger-entry"]
		r.json = fmt.Sprintf(`{%s,"act":"%s","id":"%s","facts":{%s},"previous":"","hash":"%s"}`, kone, c.act, id(1), c.facts, h)
		var got []format.Flaw
		for _, f := range check(t, r, false) {
			if strings.Contains(f.Message, "Anna") || strings.Contains(f.Message, "anna") {
				t.Errorf("%s: the message shows a value: %s", c.sentence, f.Message)
			}
			got = append(got, format.Flaw{Fault: f.Fault, Field: f.Field})
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.sentence, d)
		}
	}
}

func TestMetaOf(t *testing.T) {
	members, err := format.Parse(nil, []byte(`{`+manager+`}`))
	if err != nil {
		t.Fatal(err)
	}
	m, err := format.MetaOf(members)
	if err != nil || string(m.Controller) != "Manager" || string(m.Processor) != "KONE" || string(m.Building) != "main" || m.At != 1812816000_500000000 {
		t.Errorf("%s %s %s %d, error %v", m.Controller, m.Processor, m.Building, m.At, err)
	}
	for _, json := range []string{`{}`, `{"at":17}`, `{"at":"yesterday"}`, `{"at":"2027-06-12T16:00:00"}`} {
		members, _ := format.Parse(nil, []byte(json))
		if _, err := format.MetaOf(members); err != format.ErrNoInstant {
			t.Errorf("%s: error %v", json, err)
		}
	}
}
