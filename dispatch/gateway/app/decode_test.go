package app

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/remotecall"
)

func TestDecodeIsStrict(t *testing.T) {
	for _, c := range []struct{ says, body, want string }{
		{"nothing", "", "malformed-request: the body is not one JSON value"},
		{"no JSON", "{", "malformed-request: the body is not one JSON value"},
		{"two bodies", "{}{}", "malformed-request: the body is not one JSON value"},
		{"bytes after the end", `{} x`, "malformed-request: the body is not one JSON value"},
		{"bytes that are no UTF-8", "{\"visitor\":\"\xff\"}", "malformed-request: the body is not UTF-8"},
		{"half a character", `{"visitor":"\ud800"}`, "malformed-field: visitor has a character that is none"},
		{"an array for an object", "[]", "malformed-request: the body must be an object"},
		{"null for an object", "null", "malformed-request: the body is null: leave it out instead"},
		{"a member that nobody knows", `{"visitor":"x","colour":1}`, `malformed-field: "colour" is not a member of this request`},
		{"a member in other letters", `{"Visitor":"x"}`, `malformed-field: "Visitor" is not a member of this request`},
		{"a long name", `{"` + strings.Repeat("x", 100) + `":1}`, `malformed-field: "` + strings.Repeat("x", 40) + `..." is not a member of this request`},
		{"a member twice", `{"visitor":"x","visitor":"y"}`, "malformed-field: visitor stands there twice"},
		{"null for a member", `{"visitor":null}`, "malformed-field: visitor is null: leave it out instead"},
		{"a number for a text", `{"visitor":1}`, "malformed-field: visitor must be a string"},
		{"a text for a number", `{"uses":"1"}`, "malformed-field: uses must be a number"},
		{"a fraction for a whole number", `{"uses":1.5}`, "malformed-field: uses must be a whole number"},
		{"a number out of range", `{"uses":99999999999999999999}`, "malformed-field: uses is out of range"},
		{"a number beyond all", `{"uses":1e999}`, "malformed-field: uses is out of range"},
		{"a text for yes or no", `{"consent":"true"}`, "malformed-field: consent must be true or false"},
		{"a text for a list", `{"floors":"1"}`, "malformed-field: floors must be an array"},
		{"a number in a list of texts", `{"floors":["1",2]}`, "malformed-field: floors[1] must be a string"},
		{"a day for an instant", `{"from":"2026-03-02"}`, "malformed-field: from must be an instant such as 2024-03-04T12:00:00Z"},
		{"a number for an instant", `{"from":1}`, "malformed-field: from must be an instant such as 2024-03-04T12:00:00Z"},
		{"a member is missing", `{"building":"tower"}`, "missing-field: visitor"},
	} {
		t.Run(c.says, func(t *testing.T) {
			var in keyRequest
			err := decode([]byte(c.body), &in)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	for _, c := range []struct{ says, body, want string }{
		{"part of a cell is missing", `{"building":"b","from":"G","position":{"east":1},"distance":1}`, "missing-field: position.north"},
		{"a cell is finer than the grid", `{"building":"b","from":"G","position":{"east":1,"north":0.5},"distance":1}`, "position-too-precise: position.north must be a whole number"},
		{"a cell is a text", `{"position":{"east":"1"}}`, "malformed-field: position.east must be a number"},
	} {
		var in callRequest
		if err := decode([]byte(c.body), &in); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.says, err, c.want)
		}
	}
	var twice correctRequest
	if err := decode([]byte(`{"corrections":{"phone":"1","phone":"2"}}`), &twice); remotecall.Reason(err) != remotecall.MalformedField {
		t.Errorf("a correction that stands there twice: %v", err)
	}
}

func TestDecodeReadsWhatIsThere(t *testing.T) {
	var in keyRequest
	body := `{"building":"tower","visitor":"Ä \"x\"","floors":["1","2"],"from":"2026-03-02T12:00:00Z","until":"2026-03-02T15:30:00+02:00","uses":3,"consent":true}`
	if err := decode([]byte(body), &in); err != nil {
		t.Fatal(err)
	}
	in.Until = in.Until.UTC()
	want := keyRequest{"tower", `Ä "x"`, []string{"1", "2"}, noon, time.Date(2026, 3, 2, 13, 30, 0, 0, time.UTC), 3, true}
	if d := cmp.Diff(want, in); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	var p preferences
	if err := decode([]byte(`{"walking_speed_mm_s":0}`), &p); err != nil || p.WalkingSpeed == nil || *p.WalkingSpeed != 0 || p.StorePictures != nil {
		t.Errorf("a preference to be removed came as %+v: %v", p, err)
	}
}

// FuzzDecode: whatever is sent to whatever route is refused in a word that is
// told as such, or read so that writing and reading it again comes to the same.
func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"position":{"east":1e3,"north":-0}}`, `{"values":{"a":"b","a":"c"}}`, `{"functions":{"key":1.5}}`, `{"floors":[[]]}`, `{"from":"2026-03-02T12:00:00.5+23:59"}`,
		`{"service":"flow","floors":["G"],"may_grant":true,"daily":"06:00-23:00"}`, `{"walking_speed_mm_s":-1,"store_missed_pictures":false}`, "{\"a\":\"\\ud83d\\ude00\"}",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, r := range routes {
			if r.in == noneType || r.in.Kind() != reflect.Struct {
				continue
			}
			in := reflect.New(r.in)
			if err := decode([]byte(body), in.Interface()); err != nil {
				var word remotecall.Refusal
				if !errors.As(err, &word) || answers[word].status != 400 || len(err.Error()) > 1000+len(body) {
					t.Fatalf("%s: %v", r, err)
				}
				continue
			}
			text, err := json.Marshal(in.Interface())
			if err != nil {
				continue // an instant that is read and cannot be written, such as one after the year 9999 in UTC
			}
			again := reflect.New(r.in)
			if err := decode(text, again.Interface()); err != nil {
				t.Fatalf("%s: %s was read, written as %s and refused: %v", r, body, text, err)
			}
			if text2, err := json.Marshal(again.Interface()); err != nil || string(text2) != string(text) {
				t.Fatalf("%s: %s became %s: %v", r, text, text2, err)
			}
		}
	})
}
