package privacyaudit

import (
	"encoding/json"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

// exportText is a file of exports/ with one record.
func exportText(form, service string, at time.Time, kind string, fields ...evidence.ExportField) *evidence.Text {
	body, err := json.Marshal(map[string]any{"form": form, "version": 1, "service": service, "at": at.Format(time.RFC3339Nano),
		"items": []any{map[string]any{"store": "cloud", "kind": kind, "fields": fieldsJSON(fields)}}})
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return &evidence.Text{Class: evidence.ExportText, Name: "exports/0001.json", Last: true, Body: body}
}

func fieldsJSON(fields []evidence.ExportField) (all []any) {
	for _, f := range fields {
		all = append(all, map[string]any{"name": f.Name, "category": f.Category, "value": f.Value})
	}
	return all
}

func exportedField(name, category, value string) evidence.ExportField {
	return evidence.ExportField{Name: name, Category: category, Value: json.RawMessage(`"` + value + `"`)}
}

func TestTransfer(t *testing.T) {
	agreement := func(change ...string) *Entry {
		e := entryOf(hoursAgo(50), "agreement", idOf("g"), "recipient", "ORG-1", "group", "no", "region", "FI", "purposes", "analyse-and-correct-defects",
			"categories", "user-profile,technical", "from", hoursAgo(60).Format(time.RFC3339), "until", hoursAgo(10).Format(time.RFC3339))
		for i := 0; i+1 < len(change); i += 2 {
			e.Facts[change[i]] = change[i+1]
		}
		return e
	}
	transfer := func(change ...string) *Entry {
		e := entryOf(hoursAgo(20), "transfer", idOf("t"), "recipient", "ORG-1", "agreement", idOf("g"), "group", "no", "region", "FI", "consideration", "none",
			"purpose", "analyse-and-correct-defects", "kinds", "flow-profile", "categories", "user-profile", "records", "1", "subjects", "1")
		for i := 0; i+1 < len(change); i += 2 {
			e.Facts[change[i]] = change[i+1]
		}
		return e
	}
	file := exportText(evidence.Transfer, "", hoursAgo(20), "flow-profile", exportedField("name", "user-profile", "Ada"))
	for _, c := range []struct {
		what   string
		judge  string
		ledger []*Entry
		file   *evidence.Text
		group  []string
		want   []string
	}{
		{"under an agreement", "agreement", []*Entry{agreement(), transfer()}, file, nil, nil},
		{"without one", "agreement", []*Entry{transfer()}, file, nil, []string{"no agreement"}},
		{"under one that was concluded afterwards", "agreement", []*Entry{transfer(), agreement()}, file, nil, []string{"no agreement"}},
		{"under one with somebody else", "agreement", []*Entry{agreement("recipient", "ORG-2"), transfer()}, file, nil, []string{"another recipient"}},
		{"under one that ended the day before", "agreement", []*Entry{agreement("until", hoursAgo(44).Format(time.RFC3339)), transfer()}, file, nil, []string{"not valid on the day"}},
		{"at the instant at which it ends", "agreement", []*Entry{agreement("until", hoursAgo(20).Format(time.RFC3339)), transfer()}, file, nil, []string{"not valid on the day"}},
		{"for another purpose", "agreement", []*Entry{agreement(), transfer("purpose", "usage-analysis")}, file, nil, []string{"does not cover the purpose"}},
		{"of another category", "agreement", []*Entry{agreement(), transfer("categories", "user-profile,credential")}, file, nil, []string{"does not cover the categories"}},
		{"the file has a password", "agreement", []*Entry{agreement(), transfer()},
			exportText(evidence.Transfer, "", hoursAgo(20), "flow-profile", exportedField("password", "credential", "x")), nil, []string{"fields of categories"}},
		{"the file has other records", "agreement", []*Entry{agreement(), transfer()},
			exportText(evidence.Transfer, "", hoursAgo(20), "sub-user", exportedField("name", "user-profile", "x")), nil, []string{"of kinds that the ledger does not name"}},
		{"the file has more records than the ledger says", "agreement", []*Entry{agreement(), transfer("records", "0")}, file, nil, []string{"more records"}},
		{"each entry has its file", "closed", []*Entry{agreement(), transfer()}, file, nil, nil},
		{"a file without an entry", "closed", []*Entry{agreement()}, file, nil, []string{"the ledger does not say so", "the ledger does not say so"}},
		{"an entry without a file", "closed", []*Entry{agreement(), transfer()}, nil, nil, []string{"no file"}},
		{"a file that is no export", "closed", []*Entry{agreement(), transfer()}, &evidence.Text{Class: evidence.ExportText, Name: "exports/x.pdf", Last: true, Body: []byte("%PDF")}, nil,
			[]string{"no export in a form", "no file"}},
		{"one of the group", "group", []*Entry{agreement("group", "yes"), transfer("group", "yes")}, nil, []string{"ORG-1"}, nil},
		{"one of the group who is on no list", "group", []*Entry{agreement("group", "yes"), transfer("group", "yes")}, nil, []string{"ORG-4"}, []string{"not on the list"}},
		{"one of the group who by the agreement is none", "group", []*Entry{agreement(), transfer("group", "yes")}, nil, []string{"ORG-1"}, []string{"who by the agreement is none"}},
		{"not for money", "consideration", []*Entry{transfer()}, nil, nil, nil},
		{"for money", "consideration", []*Entry{transfer("consideration", "fee")}, nil, nil, []string{"no consideration"}},
		{"within the EEA", "region", []*Entry{agreement(), transfer()}, nil, nil, nil},
		{"outside of it on a legal basis", "region", []*Entry{agreement("region", "US", "mechanism", "SCC"), transfer("region", "US", "mechanism", "SCC")}, nil, nil, nil},
		{"outside of it without one", "region", []*Entry{agreement("region", "US"), transfer("region", "US")}, nil, nil, []string{"without a legal basis"}},
		{"elsewhere than the agreement says", "region", []*Entry{agreement(), transfer("region", "SE")}, nil, nil, []string{"than the agreement says"}},
		{"nobody says where", "region", []*Entry{agreement("region", ""), transfer("region", "")}, nil, nil, []string{"does not say where"}},
	} {
		t.Run(c.judge+": "+c.what, func(t *testing.T) {
			a := fakeAudit(t)
			a.Parts.Exports = "exports"
			if c.group != nil {
				a.Config = &evidence.Config{Group: c.group}
			}
			truthOf(a, nil, actOf(hoursAgo(20), "transfer", "", ""))
			ledgerOf(t, a, c.ledger...)
			p := fakeProbe(t, a, Rule{Check: "transfer", Params: map[string]any{"judge": []any{c.judge}}})
			if c.file != nil {
				p.watch.Text(c.file)
			}
			expectFindings(t, show(p), c.want...)
		})
	}
}

func TestDisclosure(t *testing.T) {
	b, other := idOf("b"), idOf("c")
	order := func(change ...string) *Entry {
		e := entryOf(hoursAgo(20), "disclosure", idOf("d"), "authority", "police", "basis", "police-law", "demanded", "yes", "allowed", "yes", "approver", "staff-3",
			"subjects", "1", "records", "1", "ref-1", subjectRef(b), "service", "flow")
		for i := 0; i+1 < len(change); i += 2 {
			e.Facts[change[i]] = change[i+1]
		}
		return e
	}
	file := func(subject string) *evidence.Text {
		return exportText(evidence.Disclosure, "flow", hoursAgo(20), "flow-profile", exportedField("email", "user-profile", "mail-of-"+subject))
	}
	for _, c := range []struct {
		what   string
		ledger []*Entry
		file   *evidence.Text
		want   []string
	}{
		{"demanded, allowed and within the order", []*Entry{order()}, file(b), nil},
		{"not allowed", []*Entry{order("allowed", "no")}, file(b), []string{"both demand and allow"}},
		{"not demanded", []*Entry{order("demanded", "no")}, file(b), []string{"both demand and allow"}},
		{"nobody approved", []*Entry{order("approver", "")}, file(b), []string{"approver"}},
		{"somebody whom the order does not name", []*Entry{order()}, file(other), []string{"whom the order does not name"}},
		{"more than the ledger says", []*Entry{order("records", "0")}, file(b), []string{"more records"}},
		{"not on record", nil, file(b), []string{"the ledger does not say so", "the ledger does not say so"}},
		{"no file", []*Entry{order()}, nil, []string{"no file"}},
		{"the order names somebody else", []*Entry{order("ref-1", subjectRef(other))}, file(b), []string{"another subject", "whom the order does not name"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			a.Parts.Exports = "exports"
			truthOf(a, nil, actOf(hoursAgo(90), "sign-up", "r1.0", b), actOf(hoursAgo(90), "sign-up", "r2.0", other), actOf(hoursAgo(20), "disclose", "r1.0", b))
			ledgerOf(t, a, c.ledger...)
			p := fakeProbe(t, a, Rule{Check: "disclosure"})
			if c.file != nil {
				p.watch.Text(c.file)
			}
			expectFindings(t, show(p), c.want...)
		})
	}
}
