package privacyaudit

import (
	"strings"
	"testing"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/search"
)

// Values of the truth in tests.
const (
	annasMail     = "Qz7RjWmXvK0pTgNsYdLbHc@example.test"
	annasName     = "Kd83hSmWq0ZxVbNrTyLpGf Wm2"
	annasPassword = "pX9vQeRt5uHjKlZnBmYc3d"
	bertsMail     = "Lw5TgBnHy6RfVcXsEdQzMk@example.test"
	theFrame      = "frame0Pz9OxIyUwYtTrReEqW"
)

// known is one value of the truth, entered a month before noon, which is still there.
func known(person, field, value, store string) evidence.Canary {
	return evidence.Canary{
		Person: person, Subject: idOf(person[1:2]), Service: "flow", Field: field, Value: value, Unique: true, Store: store, From: noon.AddDate(0, -1, 0),
	}
}

// gone is a value that had to go so many hours before noon.
func gone(c evidence.Canary, hours int, why string) evidence.Canary {
	until := hoursAgo(hours)
	c.Until, c.Why = &until, why
	return c
}

// knows gives an audit a truth with these values, and the index of them.
func knows(t *testing.T, a *Audit, canaries ...evidence.Canary) {
	t.Helper()
	if a.Truth == nil {
		truthOf(a, nil)
	}
	a.Truth.Settings.Near, a.Truth.Settings.Grid = 200, 10
	a.Truth.Canaries = append(a.Truth.Canaries, canaries...)
	if err := a.learn(); err != nil {
		t.Fatal(err)
	}
}

// trips gives the truth of an audit these calls.
func trips(a *Audit, all ...evidence.Trip) {
	a.Truth.Trips = func(f func(*evidence.Trip) error) error {
		for i := range all {
			if err := f(&all[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// textOf is a file of the evidence.
func textOf(class, name, body string) *evidence.Text {
	t := &evidence.Text{Class: class, Name: name, Size: int64(len(body)), Last: true, Body: []byte(body)}
	if phone := phoneOf(name); phone != "" {
		t.Owner = phone
	}
	return t
}

// requestOf is an opened request, padded.
func requestOf(body string, sequence uint64) *evidence.Frame {
	padded := body + strings.Repeat(" ", (64-len(body)%64)%64)
	return &evidence.Frame{
		Type: evidence.Request, Session: [16]byte{7}, Sequence: sequence, Opened: []byte(padded), Ciphertext: []byte{byte(sequence), byte(sequence >> 8), 1},
	}
}

// replyOf is an opened reply to the request of that sequence.
func replyOf(body string, sequence uint64) *evidence.Frame {
	f := requestOf(body, sequence)
	f.Type, f.FromService = evidence.Reply, true
	f.Ciphertext = append(f.Ciphertext, 2)
	return f
}

// inspect shows a probe's check records, stores, texts and frames as an audit
// would, with what is found in them, ends it and gives the result.
func inspect(p *Probe, things ...any) finding.Rule {
	tell := func(f Found, h search.Hit) {
		if p.watch.Found != nil {
			f.Known, f.Form = p.Known[h.Needle], h.Form
			p.watch.Found(&f)
		}
	}
	for _, thing := range things {
		switch x := thing.(type) {
		case *Record:
			if !p.In(x.Source.Class) || !p.wants(x.KindName()) {
				continue
			}
			if p.watch.Record != nil {
				p.watch.Record(x)
			}
			if p.index != nil {
				hit := func(h search.Hit) {
					tell(Found{Source: x.Source.Name, Class: x.Source.Class, File: x.File, Record: x}, h)
				}
				p.index.Scan(x.RawKey, hit)
				p.index.Deep(x.Body, hit)
			}
		case *Source:
			if p.watch.Store != nil && p.In(x.Class) {
				p.watch.Store(x)
			}
		case *evidence.Text:
			if !p.In(x.Class) {
				continue
			}
			if p.watch.Text != nil {
				p.watch.Text(x)
			}
			if p.index != nil {
				p.index.Deep(x.Body, func(h search.Hit) { tell(Found{Source: x.Name, Class: x.Class, File: x.Name}, h) })
			}
		case *evidence.Frame:
			if p.watch.Frame != nil {
				p.watch.Frame(x)
			}
			if p.index != nil && p.In("wire") {
				p.index.Scan(x.Opened, func(h search.Hit) { tell(Found{Source: "wire", Class: "wire", File: "frames.bin", Frame: x}, h) })
			}
		}
	}
	if p.watch.End != nil {
		p.watch.End()
	}
	return p.result()
}

// rawBytes are bytes of a store's file as they lie.
func rawBytes(p *Probe, src *Source, body string) {
	p.index.Scan([]byte(body), func(h search.Hit) {
		p.watch.Found(&Found{Known: p.Known[h.Needle], Form: h.Form, Source: src.Name, Class: src.Class, File: "000001.vlog"})
	})
}
