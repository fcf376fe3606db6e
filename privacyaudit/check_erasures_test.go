package privacyaudit

import (
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

func TestErasures(t *testing.T) {
	ref := subjectRef(idOf("b"))
	intended := func(h int, erasure, cause string) *Entry {
		return entryOf(hoursAgo(h), "erasure-intended", erasure, "ref", ref, "cause", cause)
	}
	settled := func(h int, erasure, cause string) *Entry {
		return entryOf(hoursAgo(h), "erasure-settled", erasure, "ref", ref, "cause", cause)
	}
	gone := actOf(hoursAgo(100), "erased", "r1.0", idOf("b"), "why", "request")
	for _, c := range []struct {
		what   string
		ended  []evidence.Act
		ledger []*Entry
		want   []string
	}{
		{"erased in time", []evidence.Act{gone}, []*Entry{intended(100, idOf("e"), "request"), settled(99, idOf("e"), "request")}, nil},
		{"never begun", []evidence.Act{gone}, nil, []string{"no erasure of it was begun"}},
		{"begun and not settled", []evidence.Act{gone}, []*Entry{intended(100, idOf("e"), "request")}, []string{"is not settled"}},
		{"settled too late", []evidence.Act{gone}, []*Entry{intended(100, idOf("e"), "request"), settled(1, idOf("e"), "request")}, []string{"was settled 99h"}},
		{"the certificate of another erasure", []evidence.Act{gone}, []*Entry{intended(100, idOf("e"), "request"), settled(99, idOf("f"), "request")}, []string{"is not settled"}},
		{"begun twice", []evidence.Act{gone}, []*Entry{intended(100, idOf("e"), "request"), settled(99, idOf("e"), "request"), intended(98, idOf("f"), "request")},
			[]string{"a second erasure"}},
		{"for another reason", []evidence.Act{gone}, []*Entry{intended(100, idOf("e"), "inactive"), settled(99, idOf("e"), "inactive")}, []string{"another cause"}},
		{"long before the account ended", []evidence.Act{gone}, []*Entry{intended(200, idOf("e"), "request"), settled(199, idOf("e"), "request")},
			[]string{"begun before the account ended"}},
		{"once more when a hold was released", []evidence.Act{gone},
			[]*Entry{intended(100, idOf("e"), "request"), settled(99, idOf("e"), "request"), intended(9, idOf("f"), "hold-released")}, nil},
		{"ended a moment ago, which leaves time", []evidence.Act{gone, actOf(hoursAgo(1), "sign-up", "r2.0", idOf("c")), actOf(hoursAgo(1), "erased", "r2.0", idOf("c"), "why", "request")},
			[]*Entry{intended(100, idOf("e"), "request"), settled(99, idOf("e"), "request")}, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, append(c.ended, actOf(hoursAgo(900), "sign-up", "r1.0", idOf("b")))...)
			ledgerOf(t, a, c.ledger...)
			params := map[string]any{"ends": []any{"request"}, "causes": []any{"request"}, "sla": "2d"}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "erasures", Params: params})), c.want...)
		})
	}
	t.Run("an account was erased that had not ended", func(t *testing.T) {
		a := fakeAudit(t)
		truthOf(a, nil, actOf(hoursAgo(900), "sign-up", "r1.0", idOf("b")))
		ledgerOf(t, a, intended(100, idOf("e"), "request"))
		params := map[string]any{"ends": []any{"request"}, "causes": []any{"request"}, "sla": "2d"}
		expectFindings(t, show(fakeProbe(t, a, Rule{Check: "erasures", Params: params})), "had not ended")
	})
	t.Run("an account of the other service is left to its rule", func(t *testing.T) {
		a := fakeAudit(t)
		truthOf(a, nil, actOf(hoursAgo(900), "sign-up", "r1.0", idOf("b")), gone)
		params := map[string]any{"ends": []any{"request"}, "causes": []any{"request"}, "sla": "2d"}
		rule := Rule{Check: "erasures", Params: params, Policy: &Policy{Service: "Remote Call"}}
		if got := show(fakeProbe(t, a, rule)); got.Status != "not-applicable" {
			t.Errorf("status %s with %d violations, want not-applicable", got.Status, got.Violations)
		}
	})
}

func TestLivesOf(t *testing.T) {
	a := fakeAudit(t)
	truthOf(a, map[string]string{idOf("c"): "remote-call"},
		actOf(hoursAgo(9), "sign-up", "r1.0", idOf("b")), actOf(hoursAgo(5), "sign-up", "r1.0", idOf("c")), actOf(hoursAgo(2), "erased", "r1.0", idOf("c"), "why", "moved-out"))
	l := livesOf(a.Truth)
	if one := l.BySubject[idOf("b")]; one.Why != lostWithCloud || !one.End.Equal(hoursAgo(5)) {
		t.Errorf("the account that was opened anew ended %v for %q", one.End, one.Why)
	}
	for _, c := range []struct {
		at   time.Time
		want string
	}{{hoursAgo(8), idOf("b")}, {hoursAgo(4), idOf("c")}} {
		if got := l.Of("r1.0", c.at); got == nil || got.Subject != c.want {
			t.Errorf("account at %v: %+v, want %s", c.at, got, c.want)
		}
	}
	if got := l.Of("r1.0", hoursAgo(1)); got != nil {
		t.Errorf("after the end there is the account %+v", got)
	}
}

func TestCertificates(t *testing.T) {
	b := idOf("b")
	ref := subjectRef(b)
	settled := func(facts ...string) []*Entry {
		facts = append([]string{"ref", ref, "cause", "request", "requested", hoursAgo(100).Format(time.RFC3339Nano)}, facts...)
		return []*Entry{entryOf(hoursAgo(100), "erasure-intended", idOf("e"), "ref", ref, "cause", "request"), entryOf(hoursAgo(100), "erasure-settled", idOf("e"), facts...)}
	}
	cloud, main := fakeSource("cloud", "cloud", ""), fakeSource("building-main", "building", "main")
	vault, archive := fakeSource("vault", "vault", ""), fakeSource("archive", "archive", "")
	type record struct {
		src     *Source
		key     string
		json    string
		deleted bool
	}
	const meta = `"controller":"KONE","at":"2027-01-01T00:00:00Z"`
	for _, c := range []struct {
		what    string
		ledger  []*Entry
		records []record
		want    []string
	}{
		{"nothing is left", settled("store-cloud", "erased 2", "store-vault", "erased 3"), []record{{cloud, "fp/" + idOf("c"), `{` + meta + `}`, false}}, nil},
		{"the profile is left", settled("store-cloud", "erased 2"), []record{{cloud, "fp/" + b, `{` + meta + `}`, false}}, []string{"is left; the certificate says otherwise"}},
		{"a deleted version of it is left in the files", settled("store-cloud", "erased 2"), []record{{cloud, "fp/" + b, `{` + meta + `}`, true}}, []string{"is left in the files"}},
		{"the wrapped key is left", settled("store-cloud", "erased 2", "store-vault", "erased 1"), []record{{vault, "wk/" + b, `{` + meta + `,"epoch":1,"wrapped":"AA=="}`, false}}, []string{"certificate says otherwise"}},
		{"a sub-user is left", settled("store-cloud", "erased 2"), []record{{cloud, "su/" + b + "/" + idOf("f"), `{` + meta + `}`, false}}, []string{"certificate says otherwise"}},
		{"a building is not named", settled("store-cloud", "erased 2"), []record{{main, "bp/" + b, `{` + meta + `}`, false}}, []string{"does not name"}},
		{"a building was left and cannot be reached", settled("store-cloud", "erased 2", "store-building-main", "not-provider 0"), []record{{main, "bp/" + b, `{` + meta + `}`, false}}, nil},
		{"what is the Manager's was referred", settled("store-cloud", "erased 2", "store-building-main", "referred-to-manager 1"), []record{{main, "bp/" + b, `{` + meta + `}`, false}}, nil},
		{"more is left than was referred", settled("store-cloud", "erased 2", "store-building-main", "referred-to-manager 1"),
			[]record{{main, "bp/" + b, `{` + meta + `}`, false}, {main, "kt/" + b, `{` + meta + `}`, false}}, []string{"still has 2 records"}},
		{"a copy is held, and nobody said so", settled("store-cloud", "erased 2"),
			[]record{{archive, "hr/" + idOf("k") + "/" + idOf("m"), `{` + meta + `,"case":"` + idOf("k") + `","store":"cloud","key":"fp/` + b + `","value":""}`, false}}, []string{"does not say so"}},
		{"a copy is held, which the certificate says", settled("store-cloud", "erased 2", "store-archive", "held 1"),
			[]record{{archive, "hr/" + idOf("k") + "/" + idOf("m"), `{` + meta + `,"case":"` + idOf("k") + `","store":"cloud","key":"fp/` + b + `","value":""}`, false}}, nil},
		{"it destroyed nothing", settled("store-cloud", "none 0"), nil, []string{"destroyed nothing"}},
		{"it counts nothing as destroyed", settled("store-cloud", "erased 0"), nil, []string{"nothing at all"}},
		{"it was not intended first", settled("store-cloud", "erased 2")[1:], nil, []string{"was intended before"}},
		{"an outcome that there is not", settled("store-cloud", "erased 2", "store-vault", "hidden 1"), nil, []string{"that there is not"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			ledgerOf(t, a, c.ledger...)
			var records []*Record
			for _, r := range c.records {
				one := fakeRecord(t, a, r.src, r.key, r.json)
				one.Newest = !r.deleted
				records = append(records, one)
			}
			params := map[string]any{"managers": []any{"building-person", "permission", "key-tag"}}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "certificates", Params: params}), records...), c.want...)
		})
	}
	t.Run("a backup was made of an erased subject", func(t *testing.T) {
		a := fakeAudit(t)
		ledgerOf(t, a, settled("store-cloud", "erased 2", "store-backups", "shredded 1")...)
		params := map[string]any{"managers": []any{"building-person"}}
		p := fakeProbe(t, a, Rule{Check: "certificates", Params: params})
		src := fakeSource("backups/x.bak", "backup", "")
		r := fakeRecord(t, a, src, "fp/"+b, `{`+meta+`}`)
		r.State = Shredded
		p.watch.Record(r)
		src.Backup = &evidence.BackupHead{At: hoursAgo(50)}
		p.watch.Store(src)
		expectFindings(t, show(p), "made after an erasure")
	})
	t.Run("what was logged under a randomized ID still opens", func(t *testing.T) {
		a := fakeAudit(t)
		truthOf(a, nil, actOf(hoursAgo(900), "sign-up", "r1.0", b), actOf(hoursAgo(100), "erased", "r1.0", b, "why", "request"))
		a.Truth.Trips = func(f func(*evidence.Trip) error) error {
			return f(&evidence.Trip{At: hoursAgo(500), Person: "r1.0", Service: "flow", Pseudonym: idOf("p")})
		}
		ledgerOf(t, a, settled("store-cloud", "erased 2")...)
		params := map[string]any{"managers": []any{"building-person"}}
		r := fakeRecord(t, a, cloud, "eu/20270101/"+idOf("q"), `{`+meta+`,"pseudonym":"`+idOf("p")+`"}`)
		r.Value.KeyID = idOf("p")
		link := fakeRecord(t, a, vault, "ln/"+idOf("p"), `{`+meta+`}`)
		expectFindings(t, show(fakeProbe(t, a, Rule{Check: "certificates", Params: params}), r, link), "still opens", "a link is left")
	})
}

func TestPersistence(t *testing.T) {
	a := fakeAudit(t)
	ref := subjectRef(idOf("b"))
	ledgerOf(t, a, entryOf(hoursAgo(100), "erasure-intended", idOf("e"), "ref", ref), entryOf(hoursAgo(99), "erasure-settled", idOf("e"), "ref", ref),
		entryOf(hoursAgo(90), "erasure-intended", idOf("f"), "ref", subjectRef(idOf("c"))))
	got := show(fakeProbe(t, a, Rule{Check: "persistence", Params: map[string]any{"limit": "2d"}}))
	expectFindings(t, got, "90h0m0s from the request")
	if h := a.Report.Persistence; h == nil || h.Buckets[1].Count != 1 || h.Buckets[4].Count != 1 {
		t.Errorf("histogram %+v, want one of an hour and one of 90", h)
	}
}

func TestResidue(t *testing.T) {
	cloud := fakeSource("cloud", "cloud", "")
	key := "fp/" + idOf("b")
	const meta = `"controller":"KONE","at":"2026-01-01T00:00:00Z"`
	for _, c := range []struct {
		what   string
		ledger []*Entry
		key    string
		live   bool
		want   []string
	}{
		{"corrected a month ago, and the former version is there", []*Entry{entryOf(hoursAgo(700), "corrected", idOf("e"), "ref", recordRef("cloud", key))}, key, false, []string{"700h"}},
		{"removed a month ago", []*Entry{entryOf(hoursAgo(700), "removed", idOf("e"), "ref", recordRef("cloud", "vk/"+idOf("b")+"/"+idOf("k")))}, "vk/" + idOf("b") + "/" + idOf("k"), false, []string{"700h"}},
		{"corrected this week", []*Entry{entryOf(hoursAgo(70), "corrected", idOf("e"), "ref", recordRef("cloud", key))}, key, false, nil},
		{"the version that a reader sees", []*Entry{entryOf(hoursAgo(700), "corrected", idOf("e"), "ref", recordRef("cloud", key))}, key, true, nil},
		{"a log that was deleted a hundred days after its year", nil, "eu/20260101/" + idOf("q"), false, []string{"nobody sees"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			ledgerOf(t, a, c.ledger...)
			r := fakeRecord(t, a, cloud, c.key, `{`+meta+`}`)
			r.Newest = c.live
			cloud.Records = 1
			p := fakeProbe(t, a, Rule{Check: "residue", Params: map[string]any{"lag": "8d"}})
			p.watch.Store(cloud)
			expectFindings(t, show(p, r), c.want...)
		})
	}
}
