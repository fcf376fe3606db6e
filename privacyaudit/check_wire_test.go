package privacyaudit

import (
	"errors"
	"testing"

	"hoistway/privacyaudit/evidence"
)

func TestWire(t *testing.T) {
	anna := idOf("a")
	raw, err := idEncoding.DecodeString("AAAAAAAAAAAAAAAAAAAAAAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		frames func() []any
		want   []string
	}{
		{"requests and replies in order", func() []any {
			return []any{requestOf("call {}", 1), replyOf("ok {}", 1), requestOf("call {}", 2), replyOf("ok {}", 2)}
		}, nil},
		{"requests that overtake each other", func() []any {
			return []any{requestOf("call {}", 3), requestOf("call {}", 1), requestOf("call {}", 2)}
		}, nil},
		{"a sequence is used again", func() []any {
			again := requestOf("call {}", 1)
			again.Ciphertext = []byte("another")
			return []any{requestOf("call {}", 1), requestOf("call {}", 2), again}
		}, []string{"used before"}},
		{"two replies to one request", func() []any {
			again := replyOf("ok {}", 1)
			again.Ciphertext = []byte("another")
			return []any{requestOf("call {}", 1), replyOf("ok {}", 1), again}
		}, []string{"used before"}},
		{"a sequence that is a number of something else", func() []any {
			return []any{requestOf("call {}", 4_711_000)}
		}, []string{"no count of frames"}},
		{"the same plaintext gives the same ciphertext", func() []any {
			again := requestOf("call {}", 2)
			again.Ciphertext = requestOf("call {}", 1).Ciphertext
			return []any{requestOf("call {}", 1), again}
		}, []string{"the same ciphertext"}},
		{"a frame in the clear", func() []any {
			return []any{requestOf("call {}", 1), &evidence.Frame{Raw: []byte("GET /call"), Err: errors.New("is no frame of version 1: it may be clear text")}}
		}, []string{"may be clear text"}},
		{"a frame that is not padded", func() []any {
			f := requestOf("call {}", 1)
			f.Opened = f.Opened[:9]
			return []any{f}
		}, []string{"not padded"}},
		{"a session that spells an account", func() []any {
			f := requestOf("call {}", 1)
			copy(f.Session[:], raw)
			return []any{f}
		}, []string{"an ID of the truth"}},
		{"a tap that was cut off says nothing of the wire", func() []any {
			return []any{requestOf("call {}", 1), &evidence.Frame{Err: evidence.ErrCutFrame}}
		}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(20), "sign-up", "ra.0", anna))
			expectFindings(t, inspect(fakeProbe(t, a, Rule{Check: "wire"}), row.frames()...), row.want...)
		})
	}
}

func TestWireWithoutKeyIsInconclusive(t *testing.T) {
	f := requestOf("call {}", 1)
	f.Opened = nil
	if got := inspect(fakeProbe(t, fakeAudit(t), Rule{Check: "wire"}), f); got.Status != "inconclusive" {
		t.Errorf("status %s of frames that nobody could open", got.Status)
	}
}

func TestWindowForgetsOldSequences(t *testing.T) {
	w := &window{}
	for n := uint64(1); n <= 5*windowFrames; n++ {
		if again, ahead := w.use(n); again || ahead {
			t.Fatalf("%d: again %t, ahead %t", n, again, ahead)
		}
		if again, _ := w.use(n); !again {
			t.Fatalf("%d was taken twice", n)
		}
	}
	if again, _ := w.use(1); !again {
		t.Error("a sequence from before the window was taken")
	}
}

func TestDeidentified(t *testing.T) {
	anna := idOf("a")
	anonymous := func(body string) *evidence.Frame {
		f := requestOf(body, 1)
		f.Anonymous = true
		return f
	}
	for _, row := range []struct {
		name  string
		frame *evidence.Frame
		want  []string
	}{
		{"a report under a randomized ID", anonymous(`upload-usage {"Pseudonym":"` + idOf("p") + `"}`), nil},
		{"in a session with a login", requestOf(`upload-usage {}`, 1), []string{"may have a login"}},
		{"another operation in an anonymous session", anonymous(`call {}`), []string{"another operation"}},
		{"with the ID of the account", anonymous(`upload-usage {"Subject":"` + anna + `"}`), []string{"ID of an account"}},
		{"with a serial number", anonymous(`upload-usage {"Agent":"BI37ML54KMYGMCLQMOSN3YKZ"}`), []string{"field device_serial"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(20), "sign-up", "ra.0", anna))
			knows(t, a, known("ra.0", "device_serial", "BI37ML54KMYGMCLQMOSN3YKZ", "cloud"))
			p := fakeProbe(t, a, Rule{Check: "deidentified", Params: map[string]any{"operations": []any{"upload-usage"}}})
			expectFindings(t, inspect(p, row.frame), row.want...)
		})
	}
}

func TestReports(t *testing.T) {
	anna := idOf("a")
	for _, row := range []struct {
		name string
		body string
		want []string
	}{
		{"a report of model and functions", `app-report {"Token":"X","Model":"iPhone 15","Functions":{"key":1}}`, nil},
		{"with the user's address", `app-report {"Email":"` + annasMail + `"}`, []string{"field email"}},
		{"with the account's ID", `app-report {"Subject":"` + anna + `"}`, []string{"ID of an account"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(20), "sign-up", "ra.0", anna))
			a.Truth.Canaries = nil
			knows(t, a, known("ra.0", "email", annasMail, "cloud"))
			p := fakeProbe(t, a, Rule{Check: "reports", Params: map[string]any{"operations": []any{"app-report"}}})
			expectFindings(t, inspect(p, requestOf(row.body, 1), requestOf(`login {"Email":"`+annasMail+`"}`, 2)), row.want...)
		})
	}
}

func TestPosition(t *testing.T) {
	call := func(position, more string) any {
		return requestOf(`call {"Token":"X","Body":{"Building":"main","Position":`+position+`,"Distance":12`+more+`}}`, 1)
	}
	fine := call(`{"East":3,"North":-4}`, "")
	for _, row := range []struct {
		name  string
		frame any
		want  []string
	}{
		{"a cell near the building", fine, nil},
		{"exact metres", call(`{"East":3.25,"North":-4}`, ""), []string{"no whole number"}},
		{"a third coordinate", call(`{"East":3,"North":-4,"Up":1}`, ""), []string{"more than two"}},
		{"a cell far away", call(`{"East":30,"North":0}`, ""), []string{"not near"}},
		{"degrees", requestOf(`call {"Body":{"Position":"60.17,24.94"}}`, 1), []string{"no cell of a grid"}},
		{"a distance in centimetres", requestOf(`call {"Body":{"Position":{"East":3,"North":-4},"Distance":12.34}}`, 1), []string{"finer than a metre"}},
		{"a position while idle", requestOf(`listen {"Body":{"Position":{"East":1,"North":1}}}`, 1), []string{"no call"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			knows(t, a)
			p := fakeProbe(t, a, positionRule(false))
			got := inspect(p, row.frame, fine)
			expectFindings(t, got, row.want...)
		})
	}
	t.Run("a grid of half a metre", func(t *testing.T) {
		a := fakeAudit(t)
		knows(t, a)
		a.Truth.Settings.Grid = 0
		expectFindings(t, inspect(fakeProbe(t, a, positionRule(false)), fine), "finer than 10 m")
	})
}

func positionRule(stored bool) Rule {
	return Rule{Check: "position", Params: map[string]any{
		"grid": int64(10), "operations": []any{"call"}, "names": []any{"position", "east", "latitude"}, "stored": stored,
	}}
}

func TestPositionIsNotStored(t *testing.T) {
	cloud := fakeSource("cloud", "cloud", "")
	for _, row := range []struct {
		name  string
		shown func(a *Audit) any
		want  []string
	}{
		{"a record without one", func(a *Audit) any {
			return fakeRecord(t, a, cloud, "eu/20270612/"+idOf("u"), `{"at":"2027-06-12T02:00:00Z","equipment":"main"}`)
		}, nil},
		{"a record with a cell", func(a *Audit) any {
			return fakeRecord(t, a, cloud, "eu/20270612/"+idOf("u"), `{"at":"2027-06-12T02:00:00Z","Position":[3,4]}`)
		}, []string{"a field for a position"}},
		{"deeper in a record", func(a *Audit) any {
			return fakeRecord(t, a, cloud, "eu/20270612/"+idOf("u"), `{"at":"2027-06-12T02:00:00Z","last":{"east":3}}`)
		}, []string{"a field for a position"}},
		{"a log line", func(a *Audit) any {
			return textOf(evidence.LogText, "logs/service.ndjson", `{"msg":"call","east":3}`)
		}, []string{"a field for a position"}},
		{"a label of a metric", func(a *Audit) any {
			return textOf(evidence.MetricsText, "metrics/service.prom", "calls{latitude=\"60\"} 1\n")
		}, []string{"a label for a position"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			knows(t, a)
			expectFindings(t, inspect(fakeProbe(t, a, positionRule(true)), row.shown(a)), row.want...)
		})
	}
}

func TestVideo(t *testing.T) {
	const sealed = "ARUtRzdgZBKHZRi66VvKzpYy/Q2VqUncBaRg/m1a88UnAAAAAAAAAAF5HYFwSyUTtWhgLkCkrvw/oouaxS9Kxd3nThahm78fqc4dhBMVTQ=="
	const rings, frame, ended = `{"What":"rings","Ring":1,"Building":"main"}`, `{"What":"frame","Ring":1,"Sealed":"` + sealed + `"}`, `{"What":"ended","Ring":1,"Answered":false}`
	for _, row := range []struct {
		name    string
		replies []string
		want    []string
	}{
		{"a ring, pictures, its end", []string{"[" + rings + "," + frame + "]", "[" + frame + "," + ended + "]"}, nil},
		{"a picture before anybody rings", []string{"[" + frame + "]"}, []string{"while nobody rings"}},
		{"and after the end", []string{"[" + rings + "," + ended + "," + frame + "]"}, []string{"while nobody rings"}},
		{"sound", []string{"[" + rings + `,{"What":"sound","Ring":1}]`}, []string{"neither a ring"}},
		{"sound beside a picture", []string{"[" + rings + `,{"What":"frame","Ring":1,"Sealed":"` + sealed + `","Audio":"AA=="}]`}, []string{"more than is declared"}},
		{"a picture that is not sealed", []string{"[" + rings + `,{"What":"frame","Ring":1,"Sealed":"AAAA"}]`}, []string{"not sealed"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			knows(t, a, known("ra.0", "intercom-frame", theFrame, "phones/1.0"))
			p := fakeProbe(t, a, Rule{Check: "video", Params: map[string]any{
				"happenings": []any{"rings", "frame", "ended", "wipe"}, "fields": []any{"What", "Ring", "Building", "Sealed", "Answered"},
			}})
			var shown []any
			for i, r := range row.replies {
				shown = append(shown, replyOf("ok "+r, uint64(i+1)))
			}
			expectFindings(t, inspect(p, shown...), row.want...)
		})
	}
}
