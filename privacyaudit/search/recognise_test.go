package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRecognise measures the recognisers on lines as stores, logs and reports
// have them. A line says what must be recognised in it; "" is nothing. The
// known faults are part of the measurement, and marked.
func TestRecognise(t *testing.T) {
	const (
		mail, phone, birth, password, token, network = "mail address", "telephone number", "date of birth", "password hash", "token", "network address"
		jwt                                          = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIiwiYXBwIjoiZmxvdyJ9.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
		argon                                        = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
	)
	type line struct {
		text  string
		want  string
		fault bool // known to be recognised wrongly, or missed
	}
	lines := []line{
		{text: `{"email":"anna.virtanen@example.test","floor":3}`, want: mail},
		{text: `from=<a+lift@mail.example.co.uk>, sent`, want: mail},
		{text: `write to Resident_17@example.org.`, want: mail},
		{text: `x%40y is what anna@example.com becomes`, want: mail},
		{text: `mailto:o-brien@sub.example.info?subject=lift`, want: mail},
		{text: `require github.com/dgraph-io/badger@v4.9.6`},
		{text: `<img src="car@2x.png">`},
		{text: `@media print { .landing { display: none } }`},
		{text: `user@localhost logged in`},
		{text: `3 cars @ 2.5 m/s`},
		{text: `weights a@b, c@d..e`},
		{text: `remote git@example.com:lifts/tower.git`, want: "", fault: true},
		{text: `{"phone":"+99912345678901"}`, want: phone},
		{text: `call +358 40 123 4567 at once`, want: phone},
		{text: `tel:+1-202-555-0143`, want: phone},
		{text: `Ring +44 (0)20 7946 0958.`, want: phone},
		{text: `+4915112345678`, want: phone},
		{text: `2026-03-11T08:15:00+02:00`},
		{text: `+0123456789 is no country`},
		{text: `mean wait +12.5 s, +3 %`},
		{text: `1.5e+12345678`},
		{text: `dGhlIGNhcg+12345678+9abc/`},
		{text: `a+12345678=b`},
		{text: `offset +15000000ns`},
		{text: `drift +150000000 steps`, fault: true},
		{text: `+1234567890123456789`},
		{text: `{"date_of_birth":"1987-03-12"}`, want: birth},
		{text: `Born 1954-11-30 in Espoo`, want: birth},
		{text: `2011-05-06 (DOB)`, want: birth},
		{text: `syntymäaika: 1990-01-02`, want: birth},
		{text: `"birthday" : "2001-12-24"`, want: birth},
		{text: `{"collected_at":"2026-03-12"}`},
		{text: `adobe 2026-03-12`},
		{text: `stubborn door since 2026-03-12`},
		{text: "dob missing\n2026-03-12"},
		{text: `born 1987-13-45`},
		{text: `birth certificate 91987-03-121`},
		{text: `born on 12 March 1987`, want: birth, fault: true},
		{text: `{"password":"` + argon + `"}`, want: password},
		{text: `pw=$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW`, want: password},
		{text: `$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy `, want: password},
		{text: `costs $25, $argon2id is the scheme`},
		{text: `$argon2id$v=19$m=19456,t=2,p=1`},
		{text: `$2b$12$short`},
		{text: `sh -c 'echo $2 $x'`},
		{text: `Authorization: Bearer 9f86d081884c7d659a2feaa0c55ad015`, want: token},
		{text: `authorization: bearer AbCdEf0123456789-._~+/==`, want: token},
		{text: `token=` + jwt, want: token},
		{text: `Bearer token authentication is needed`},
		{text: `Bearer abc123`},
		{text: `the forbearer 0123456789abcdef0123`},
		{text: `eyJhbGciOiJIUzI1NiJ9.short.x`},
		{text: `a.long_name_of_a_field.another_long_name`},
		{text: `peer 203.0.113.7:51234 connected`, want: network},
		{text: `X-Forwarded-For: 198.51.100.23.`, want: network},
		{text: `{"ip":"2001:db8:85a3::8a2e:370:7334"}`, want: network},
		{text: `from fe80::1: refused`, want: network},
		{text: `[2001:db8::17]:443`, want: network},
		{text: `listening on 127.0.0.1:8080 and 0.0.0.0:80 and [::1]:80`},
		{text: `time 08:15:30, ratio 1:2:3`},
		{text: `mac 00:1b:44:11:3a:b7`},
		{text: `std::string a::b`},
		{text: `version 1.2.3, 10.20`},
		{text: `1.2.3.4.5 and 999.1.1.1`},
		{text: `v1.2.3.4 of the firmware`},
		{text: `firmware 1.2.3.4`, fault: true},
		{text: `{"waiting_mean_s":21.53,"cars":[1,2,3],"at":"2026-03-11T08:00:00Z"}`},
		{text: `remotecall_calls_total{building="tower",service="flow"} 1234567890`},
		{text: `id k5xq2w7vdn4mzgtjrh3yblca6e digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`},
	}
	right, wrong, missed, nothing := 0, 0, 0, 0
	for _, l := range lines {
		got := ""
		Recognise([]byte(l.text), func(k Likeness) {
			if got != "" && got != k.Name {
				t.Errorf("%q: recognised as %s and %s", l.text, got, k.Name)
			}
			got = k.Name
			if k.Why == "" || k.Length <= 0 || k.Offset < 0 || int(k.Offset)+k.Length > len(l.text) {
				t.Errorf("%q: %+v", l.text, k)
			}
		})
		if (got == l.want) == l.fault {
			t.Errorf("%q: recognised as %q, want %q, known fault %v", l.text, got, l.want, l.fault)
		}
		switch {
		case got == l.want && got == "":
			nothing++
		case got == l.want:
			right++
		case got == "":
			missed++
		default:
			wrong++
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(right+missed)
	t.Logf("%d lines: %d recognised, %d rightly left alone, %d wrongly recognised, %d missed: precision %.3f, recall %.3f", len(lines), right, nothing, wrong, missed, precision, recall)
	if precision < 0.85 || recall < 0.95 {
		t.Errorf("precision %.3f, recall %.3f", precision, recall)
	}
}

// TestRecognisePlace holds a likeness to be the thing and nothing around it.
func TestRecognisePlace(t *testing.T) {
	for _, row := range []struct{ sentence, text, want string }{
		{"an address without the brackets around it", "From: <anna@example.test>", "anna@example.test"},
		{"an address without the end of the sentence", "ask b.c@example.test.", "b.c@example.test"},
		{"a number with its gaps", "tel +358 40 123 4567, home", "+358 40 123 4567"},
		{"a date without its word", "born 1987-03-12!", "1987-03-12"},
		{"a token without its word", "Bearer 0123456789abcdef, next", "0123456789abcdef"},
		{"a network address without its port", "203.0.113.7:443", "203.0.113.7"},
	} {
		var got []string
		Recognise([]byte(row.text), func(k Likeness) { got = append(got, row.text[k.Offset:int(k.Offset)+k.Length]) })
		if diff := cmp.Diff([]string{row.want}, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", row.sentence, diff)
		}
	}
}

// FuzzRecognise holds the recognisers to stay within the bytes.
func FuzzRecognise(f *testing.F) {
	f.Add([]byte("anna@example.test +358 40 123 4567 born 1987-03-12 Bearer 0123456789abcdef 203.0.113.7 2001:db8::1 eyJhIjoxfQ.eyJhIjoxfQeyJ.eyJhIjoxfQeyJ $2a$10$"))
	f.Add([]byte("@.+-$:b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		Recognise(b, func(k Likeness) {
			if k.Offset < 0 || k.Length <= 0 || k.Offset+int64(k.Length) > int64(len(b)) {
				t.Errorf("%+v in %d bytes", k, len(b))
			}
		})
	})
}
