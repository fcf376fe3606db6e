package remotecall

import (
	"testing"
	"time"

	"hoistway/dispatch/registry"
)

const aDay = 24 * time.Hour

// Accounts that nobody uses go; accounts that are used stay for years (RC:L45,
// FL:L56).
func TestInactivity(t *testing.T) {
	h := newHouse(t, withStaff)
	silent := h.dwell("axa", "7100", "1")
	rc := h.resident(RemoteCall, "rc@example.org", "")
	active := h.dwell("bxb", "7200", "1")
	h.ok(h.s.Tend())
	from := h.now()
	for week := 0; h.now().Before(from.Add(h.config.Registry.Limits().Inactivity - 15*aDay)); week++ {
		h.pass(7 * aDay)
		if _, err := h.s.Call(active.token, upFrom("G", "1")); err != nil {
			t.Fatalf("week %d: %v", week, err)
		}
		if week%26 == 0 {
			h.ok(h.s.Tend())
		}
	}
	h.set(from.Add(h.config.Registry.Limits().Inactivity - 8*aDay)) // last use is known to the week
	h.ok(h.s.Tend())
	if h.s.account(silent.subject) == nil || h.s.account(rc.subject) == nil {
		t.Fatal("an account was erased before its time")
	}
	h.set(from.Add(h.config.Registry.Limits().Inactivity + aDay))
	h.ok(h.s.Tend())
	for _, subject := range []registry.ID{silent.subject, rc.subject} {
		if h.s.account(subject) != nil {
			t.Error("an account that nobody uses is still there")
		}
	}
	if h.s.account(active.subject) == nil || len(h.state(active.subject)) < 8 {
		t.Error("an account that is used went, or some of it")
	}
	causes := map[string]int{}
	h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
		if e.Act == registry.ActErasureSettled {
			causes[e.Facts["cause"]]++
		}
		return nil
	}))
	if causes["inactive"] != 2 || len(causes) != 1 {
		t.Errorf("erasures by cause: %v, want two for inactivity", causes)
	}
	h.ok(h.s.CheckTag("tower", silent.number, "1"))
}

func TestTendSweepsLogData(t *testing.T) {
	h, a, _ := twoDwellers(t)
	count := func() (n int) {
		h.ok(h.stores.As(registry.RoleService, registry.ToProvide).Of(a.pseudonym).Each(registry.Ref{Kind: registry.KindUsageLog}, func(registry.Ref, func(registry.Record) error) error {
			n++
			return nil
		}))
		return n
	}
	h.pass(364 * aDay)
	h.ok(h.s.Tend())
	if n := count(); n != 1 {
		t.Errorf("%d records after 364 days, want 1", n)
	}
	h.pass(2 * aDay)
	h.ok(h.s.Tend())
	if n := count(); n != 0 {
		t.Errorf("%d records after 366 days, want none", n)
	}
}

func TestTendRotatesTheKey(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	h.ok(h.s.Tend())
	if n := h.acts(registry.ActKeyRotation); n != 0 {
		t.Errorf("%d rotations on the first day", n)
	}
	h.pass(h.config.Registry.Limits().Rotation - aDay)
	h.ok(h.s.Tend())
	if n := h.acts(registry.ActKeyRotation); n != 0 {
		t.Errorf("%d rotations a day early", n)
	}
	h.restart() // when the last was, is in the ledger
	h.pass(aDay)
	h.ok(h.s.Tend())
	rotations := h.acts(registry.ActKeyRotation)
	if rotations == 0 {
		t.Error("no rotation when it was due")
	}
	h.pass(aDay)
	h.ok(h.s.Tend())
	if n := h.acts(registry.ActKeyRotation); n != rotations {
		t.Errorf("%d rotations a day later, want %d as before", n, rotations)
	}
	_, err := h.s.Login(Flow, d.email, goodPassword)
	h.ok(err)
}

// Tending forgets calls, and leaves the stores alone when nothing is due.
func TestTendForgets(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	_, err := h.s.Call(d.token, upFrom("G", "1"))
	h.ok(err)
	h.ok(h.s.Tend())
	h.pass(h.config.Policy.CallTTL + time.Hour)
	h.ok(h.s.Tend())
	if n := h.s.PendingCalls(); n != 0 {
		t.Errorf("%d calls in memory after their time", n)
	}
	h.pass(aDay)
	h.ok(h.s.Tend())
	h.ok(h.stores.Close())
	h.pass(time.Hour)
	if err := h.s.Tend(); err != nil {
		t.Errorf("tending twice a day went to the stores the second time: %v", err)
	}
}

func TestTendForgetsLogins(t *testing.T) {
	h := newHouse(t, withStaff)
	h.dwell("axa", "7100", "1")
	h.pass(h.config.Policy.Session)
	h.ok(h.s.Tend())
	if n := len(h.s.sessions); n != 0 {
		t.Errorf("%d logins in memory after their time", n)
	}
}

func TestTendTriesAgain(t *testing.T) {
	h := newHouse(t, withStaff)
	h.ok(h.stores.Close())
	if err := h.s.Tend(); err == nil {
		t.Fatal("tending closed stores gave no error")
	}
	if !h.s.provider.tended.IsZero() {
		t.Error("what failed counts as done for the day")
	}
}
