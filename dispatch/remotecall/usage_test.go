package remotecall

import (
	"testing"
	"time"

	"hoistway/dispatch/registry"
)

func TestRegistering(t *testing.T) {
	h, a, b := twoDwellers(t)
	rc := h.resident(RemoteCall, "rc@example.org", "")
	fresh := registry.Random{}.New
	for _, c := range []struct {
		sentence  string
		token     Token
		pseudonym registry.ID
		building  string
		want      Refusal
	}{
		{"a random ID", a.token, fresh(), "tower", ""},
		{"the same again", a.token, a.pseudonym, "tower", ""},
		{"without a login", "nonsense", fresh(), "tower", NotSignedIn},
		{"no ID", a.token, "", "tower", PseudonymMalformed},
		{"an e-mail for an ID", a.token, "axa@example.org", "tower", PseudonymMalformed},
		{"somebody else's ID", a.token, b.pseudonym, "tower", PseudonymMalformed},
		{"one ID in two buildings", a.token, a.pseudonym, "office", PseudonymMalformed},
		{"a building that is unknown", a.token, fresh(), "castle", UnknownBuilding},
		{"from Remote Call, which stores no use", rc.token, fresh(), "tower", Denied},
	} {
		if err := h.s.Register(c.token, c.pseudonym, c.building); Reason(err) != c.want {
			t.Errorf("%s: got %v, want %q", c.sentence, err, c.want)
		}
	}
}

func TestUploading(t *testing.T) {
	h, a, _ := twoDwellers(t)
	at := monday.Add(-90*time.Minute + 7*time.Second)
	good := Usage{a.pseudonym, "tower", "low", "remote-call", at}
	for _, c := range []struct {
		sentence string
		change   func(*Usage)
		want     Refusal
	}{
		{"a use of a bank", func(*Usage) {}, ""},
		{"late, after eleven months", func(u *Usage) { u.At = monday.AddDate(0, -11, 0) }, ""},
		{"an ID that nobody registered", func(u *Usage) { u.Pseudonym = registry.Random{}.New() }, PseudonymUnknown},
		{"something that is no ID", func(u *Usage) { u.Pseudonym = "x" }, PseudonymMalformed},
		{"a bank of another building", func(u *Usage) { u.Equipment = "main" }, NoBank},
		{"a building that is unknown", func(u *Usage) { u.Building = "castle" }, UnknownBuilding},
		{"an undeclared function", func(u *Usage) { u.Function = "from 3 to 5" }, MalformedField},
		{"no instant", func(u *Usage) { u.At = time.Time{} }, MissingField},
		{"in the future", func(u *Usage) { u.At = monday.Add(2 * time.Hour) }, MalformedField},
		{"older than log data are kept", func(u *Usage) { u.At = monday.Add(-366 * 24 * time.Hour) }, MalformedField},
	} {
		u := good
		c.change(&u)
		if err := h.s.Upload(u); Reason(err) != c.want {
			t.Errorf("%s: got %v, want %q", c.sentence, err, c.want)
		}
	}
	h.ok(h.stores.As(registry.RoleService, registry.ToProvide).Of(a.pseudonym).Each(registry.Ref{Kind: registry.KindUsageLog}, func(_ registry.Ref, load func(registry.Record) error) error {
		var u registry.UsageLog
		if err := load(&u); err != nil {
			return err
		}
		if u.At != u.At.Truncate(time.Hour) {
			t.Error("a use is stored finer than to the hour")
		}
		return nil
	}))
}

// An ID that is used for long tells more, so its life ends. It began with the
// day of its registration, since more is not known.
func TestPseudonymsHaveALife(t *testing.T) {
	h, a, _ := twoDwellers(t)
	u := Usage{a.pseudonym, "tower", "low", "key", monday}
	h.pass(monday.Truncate(24*time.Hour).Add(h.config.Policy.PseudonymLife).Sub(monday) - time.Nanosecond)
	h.ok(h.s.Upload(u))
	h.pass(time.Nanosecond)
	h.refused(h.s.Upload(u), PseudonymTooOld)
}
