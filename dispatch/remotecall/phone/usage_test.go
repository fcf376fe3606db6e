package phone

import (
	"bytes"
	"errors"
	"math/bits"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/wire"
)

const day = 24 * time.Hour

func TestRandomizedIDsRotateAndAreSharedByNobody(t *testing.T) {
	b := newBackEnd(t)
	dir := t.TempDir()
	a, other := b.signedIn(remotecall.Flow, dir), b.signedIn(remotecall.Flow, "")
	use := func(p *Phone, building string) registry.ID {
		t.Helper()
		b.must(p.Used(FunctionCall, building, "low"))
		return p.Pseudonym(building)
	}
	if a.Pseudonym("main") != "" {
		t.Error("there is an ID before the first use")
	}
	first := use(a, "main")
	b.clock = b.clock.Add(27*day - 1)
	if use(a, "main") != first {
		t.Error("the ID changed before its time")
	}
	b.must(a.Close())
	a = b.phone(remotecall.Flow, dir)
	if a.Pseudonym("main") != first {
		t.Error("the ID did not outlive the app's end")
	}
	b.must(a.Login("user@example.test", "password"))
	b.clock = b.clock.Add(1)
	if a.Pseudonym("main") != "" {
		t.Error("the ID is in use after its time")
	}
	ids := []registry.ID{first, use(a, "main"), use(a, "annex"), use(other, "main"), use(other, "annex")}
	slices.Sort(ids)
	if got := slices.Compact(slices.Clone(ids)); len(got) != 5 {
		t.Errorf("phones, buildings or periods share an ID: %d of 5 differ", len(got))
	}
	for i, id := range ids {
		if !id.Valid() {
			t.Errorf("ID %d is not of 128 bits", i)
		}
	}
	if got := a.Pseudonyms(); len(got) != 3 || got[0] != first {
		t.Errorf("the phone knows %d IDs, want 3 from the first on", len(got))
	}
	b.clock = b.clock.Add(knownFor + 28*day)
	use(a, "main")
	if got := a.Pseudonyms(); len(got) != 1 {
		t.Errorf("the phone knows %d IDs, want the one in use: what is stored under the others has gone", len(got))
	}
}

// TestIDsAreRandom looks at many IDs from the operating system's generator as
// phones make them: no bit prefers a value, and none follows from another.
func TestIDsAreRandom(t *testing.T) {
	b := newBackEnd(t)
	const n = 400
	var ones int
	var previous []byte
	var changed int
	for range n {
		p := b.signedIn(remotecall.Flow, "")
		b.must(p.Used(FunctionCall, "main", "low"))
		id := []byte(p.Pseudonym("main"))
		var raw []byte
		acc, have := uint(0), 0
		for _, c := range id {
			v := bytes.IndexByte([]byte("abcdefghijklmnopqrstuvwxyz234567"), c)
			acc, have = acc<<5|uint(v), have+5
			if have >= 8 {
				have -= 8
				raw = append(raw, byte(acc>>have))
			}
		}
		for i, x := range raw {
			ones += bits.OnesCount8(x)
			if previous != nil {
				changed += bits.OnesCount8(x ^ previous[i])
			}
		}
		previous = raw
	}
	// 51200 bits: 6 standard deviations are 679.
	for name, got := range map[string]int{"ones": ones - n*64, "changes": changed - (n-1)*64} {
		if got < -679 || got > 679 {
			t.Errorf("%s differ from the half by %d, want at most 679", name, got)
		}
	}
}

func TestFlushUploadsLaterAndUnlinkably(t *testing.T) {
	b := newBackEnd(t)
	p := b.signedIn(remotecall.Flow, "")
	b.must(p.Used(FunctionCall, "main", "low"))
	b.must(p.Used(FunctionIntercom, "main", "")) // no equipment: nothing to upload
	b.clock = b.clock.Add(time.Minute)
	b.must(p.Used(FunctionCall, "annex", "only"))
	if len(b.uploads) != 0 || p.Queued() != 2 {
		t.Fatalf("%d uploads at once and %d queued, want 0 and 2", len(b.uploads), p.Queued())
	}
	sessions := func() map[string]bool {
		s := map[string]bool{}
		for _, f := range b.frames {
			if f[1] == 3 {
				s[string(f[2:18])] = true
			}
		}
		return s
	}
	before := len(sessions())
	b.must(p.Flush())
	if got := len(sessions()) - before; got != 2 {
		t.Errorf("uploads of two IDs used %d sessions of their own, want 2", got)
	}
	b.must(p.Used(FunctionCall, "main", "low"))
	b.must(p.Flush())
	if got := len(sessions()) - before; got != 2 {
		t.Errorf("a later upload used another session: %d, want 2", got)
	}
	var got []remotecall.Usage
	for _, u := range b.uploads {
		u.Pseudonym = registry.ID(b.registered[u.Pseudonym])
		got = append(got, u)
	}
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	want := []remotecall.Usage{
		{Pseudonym: "main", Building: "main", Equipment: "low", Function: FunctionCall, At: start},
		{Pseudonym: "annex", Building: "annex", Equipment: "only", Function: FunctionCall, At: start.Add(time.Minute)},
		{Pseudonym: "main", Building: "main", Equipment: "low", Function: FunctionCall, At: start.Add(time.Minute)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("uploads (-want +got):\n%s", diff)
	}
	if p.Queued() != 0 {
		t.Errorf("%d still queued", p.Queued())
	}
}

func TestFlushWhenSomethingFails(t *testing.T) {
	t.Run("no line: everything waits", func(t *testing.T) {
		b := newBackEnd(t)
		p := b.signedIn(remotecall.Flow, "")
		b.down = true
		b.must(p.Used(FunctionCall, "main", "low"))
		if p.Flush() == nil || p.Queued() != 1 {
			t.Errorf("%d queued, want 1 and an error", p.Queued())
		}
		b.down = false
		b.must(p.Flush())
		if len(b.uploads) != 1 || p.Queued() != 0 || len(b.registered) != 1 {
			t.Errorf("%d uploads, %d queued, %d registered; want 1, 0 and 1", len(b.uploads), p.Queued(), len(b.registered))
		}
	})
	t.Run("signed out: what has an ID at the vault goes, the rest waits", func(t *testing.T) {
		b := newBackEnd(t)
		p := b.signedIn(remotecall.Flow, "")
		b.refuse["register"] = remotecall.NotSignedIn
		b.must(p.Used(FunctionCall, "main", "low"))
		if err := p.Flush(); !errors.Is(err, remotecall.NotSignedIn) || p.Queued() != 1 || len(b.uploads) != 0 {
			t.Errorf("err %v, %d queued, %d uploads", err, p.Queued(), len(b.uploads))
		}
	})
	t.Run("an ID that the service does not take: its uploads are given up", func(t *testing.T) {
		b := newBackEnd(t)
		p := b.signedIn(remotecall.Flow, "")
		b.refuse["register"] = remotecall.ProcessingStopped
		b.must(p.Used(FunctionCall, "main", "low"))
		if err := p.Flush(); !errors.Is(err, remotecall.ProcessingStopped) || p.Queued() != 0 || len(b.uploads) != 0 {
			t.Errorf("err %v, %d queued, %d uploads", err, p.Queued(), len(b.uploads))
		}
	})
	t.Run("an ID that the service has forgotten: the next use gets another", func(t *testing.T) {
		b := newBackEnd(t)
		p := b.signedIn(remotecall.Flow, "")
		b.must(p.Used(FunctionCall, "main", "low"))
		b.must(p.Used(FunctionCall, "main", "low"))
		id := p.Pseudonym("main")
		clear(b.registered)
		err := p.Flush()
		if !errors.Is(err, remotecall.PseudonymUnknown) || p.Queued() != 0 || p.Pseudonym("main") != "" {
			t.Errorf("err %v, %d queued", err, p.Queued())
		}
		b.clock = b.clock.Add(time.Second)
		b.must(p.Used(FunctionCall, "main", "low"))
		b.must(p.Flush())
		if p.Pseudonym("main") == id || len(p.uploads) != 1 {
			t.Errorf("the same ID again, or %d anonymous sessions", len(p.uploads))
		}
	})
	t.Run("one refused upload does not stop the others", func(t *testing.T) {
		b := newBackEnd(t)
		p := b.signedIn(remotecall.Flow, "")
		b.must(p.Used(FunctionCall, "gone", "low"))
		b.must(p.Used(FunctionCall, "main", "low"))
		delete(b.registered, p.Pseudonym("gone"))
		if err := p.Flush(); !errors.Is(err, remotecall.PseudonymUnknown) {
			t.Errorf("err = %v, want %v", err, remotecall.PseudonymUnknown)
		}
		if len(b.uploads) != 2 || b.uploads[1].Building != "main" {
			t.Errorf("uploads %v", b.uploads)
		}
	})
}

func TestAppReport(t *testing.T) {
	b := newBackEnd(t)
	p := b.signedIn(remotecall.Flow, "")
	b.must(p.Used(FunctionCall, "main", "low"))
	b.must(p.Used(FunctionCall, "main", "low"))
	_, err := p.CreateKey(remotecall.KeyRequest{})
	b.must(err)
	p.Opened(90 * time.Second)
	b.must(p.Flush())
	b.must(p.Used(FunctionCall, "main", "low"))
	b.must(p.Flush())
	b.must(p.Flush())                    // nothing to report
	b.clock = b.clock.Add(5 * time.Hour) // afternoon
	b.must(p.Used(FunctionCall, "main", "low"))
	b.clock = b.clock.Add(31*day - 5*time.Hour) // next month, morning
	b.must(p.Used(FunctionCall, "main", "low"))
	b.must(p.Flush())
	report := func(hour, seconds int, functions map[string]int) remotecall.AppReport {
		return remotecall.AppReport{Token: "token of user@example.test", Description: "phone", Model: "Aava 7", System: "Ruska 12", Hour: hour,
			Seconds: seconds, Functions: functions}
	}
	want := []remotecall.AppReport{
		report(8, 90, map[string]int{FunctionCall: 2, FunctionKey: 1}),
		report(8, 0, map[string]int{FunctionCall: 1}),
		report(13, 0, map[string]int{FunctionCall: 1}),
		report(8, 0, map[string]int{FunctionCall: 1}),
	}
	if diff := cmp.Diff(want, b.reports); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
}

func TestAnObjectionStopsReportsAndIDs(t *testing.T) {
	for _, row := range []struct {
		why    string
		object func(b *backEnd, p *Phone) error
	}{
		{"made on this phone", func(b *backEnd, p *Phone) error {
			_, err := p.Exercise(remotecall.RightsRequest{Right: remotecall.ToObject, Purpose: registry.ToAnalyse})
			return err
		}},
		{"made elsewhere, learnt at the next login", func(b *backEnd, p *Phone) error {
			b.objected = []registry.Purpose{registry.ToAnalyse}
			return p.Login("user@example.test", "password")
		}},
		{"made elsewhere, learnt from a refused report", func(b *backEnd, p *Phone) error {
			b.refuse["report"] = remotecall.ProcessingStopped
			err := p.Flush()
			b.uploads = nil
			return err
		}},
	} {
		t.Run(row.why, func(t *testing.T) {
			b := newBackEnd(t)
			p := b.signedIn(remotecall.Flow, "")
			b.must(p.Used(FunctionCall, "main", "low"))
			p.Opened(time.Minute)
			b.must(row.object(b, p))
			b.reports = nil
			b.clock = b.clock.Add(time.Minute)
			b.must(p.Used(FunctionCall, "main", "low"))
			p.Opened(time.Minute)
			b.must(p.Flush())
			if len(b.reports) != 0 || len(b.uploads) > 1 || p.Pseudonym("main") != "" {
				t.Errorf("after the objection: %d reports, %d uploads, and an ID is in use: %t", len(b.reports), len(b.uploads), p.Pseudonym("main") != "")
			}
			if log, err := p.Log(); err != nil || len(log) != 2 {
				t.Errorf("the device's own log has %d entries, want 2; err %v", len(log), err)
			}
		})
	}
}

func BenchmarkUsed(bm *testing.B) {
	b := newBackEnd(bm)
	p := b.signedIn(remotecall.Flow, "")
	bm.ReportAllocs()
	for bm.Loop() {
		if err := p.Used(FunctionCall, "main", "low"); err != nil {
			bm.Fatal(err)
		}
	}
}

var _ wire.Service = (*backEnd)(nil)
