package remotecall

import (
	"strings"
	"sync"
	"testing"
	"time"

	"hoistway/dispatch/registry"
)

func TestSignUpTakesExactlyTheMandatoryFields(t *testing.T) {
	for _, row := range []struct {
		says   string
		change func(*FlowSignUp)
		want   Refusal
		field  string
	}{
		{"everything is there", func(*FlowSignUp) {}, "", ""},
		{"a name is missing", func(r *FlowSignUp) { r.Name = "" }, MissingField, "name"},
		{"a gender is missing", func(r *FlowSignUp) { r.Gender = "" }, MissingField, "gender"},
		{"a country is missing", func(r *FlowSignUp) { r.Country = "" }, MissingField, "country"},
		{"a language is missing", func(r *FlowSignUp) { r.Language = "" }, MissingField, "language"},
		{"a phone is missing", func(r *FlowSignUp) { r.Phone = "" }, MissingField, "phone"},
		{"an e-mail is missing", func(r *FlowSignUp) { r.Email = "" }, MissingField, "email"},
		{"a password is missing", func(r *FlowSignUp) { r.Password = "" }, MissingField, "password"},
		{"a name is too long", func(r *FlowSignUp) { r.Name = strings.Repeat("ä", 101) }, MalformedField, "name"},
		{"a name of many bytes and few characters is fine", func(r *FlowSignUp) { r.Name = strings.Repeat("ä", 100) }, "", ""},
		{"a name is not UTF-8", func(r *FlowSignUp) { r.Name = "A\xff" }, MalformedField, "name"},
		{"a name has a line break", func(r *FlowSignUp) { r.Name = "Aino\nVirtanen" }, MalformedField, "name"},
		{"a name has a zero byte", func(r *FlowSignUp) { r.Name = "Aino\x00" }, MalformedField, "name"},
		{"a name is spaces", func(r *FlowSignUp) { r.Name = "  " }, MalformedField, "name"},
		{"a country in small letters", func(r *FlowSignUp) { r.Country = "fi" }, MalformedField, "country"},
		{"a country in full", func(r *FlowSignUp) { r.Country = "Finland" }, MalformedField, "country"},
		{"a language with a region", func(r *FlowSignUp) { r.Language = "pt-BR" }, "", ""},
		{"a language in full", func(r *FlowSignUp) { r.Language = "português" }, MalformedField, "language"},
		{"a phone with letters", func(r *FlowSignUp) { r.Phone = "0800-CALL-ME" }, MalformedField, "phone"},
		{"a phone with too many digits", func(r *FlowSignUp) { r.Phone = "1234567890123456" }, MalformedField, "phone"},
		{"an e-mail without a domain", func(r *FlowSignUp) { r.Email = "aino" }, MalformedField, "email"},
		{"an e-mail with a display name", func(r *FlowSignUp) { r.Email = "Aino <aino@example.org>" }, MalformedField, "email"},
		{"an e-mail of a bare host", func(r *FlowSignUp) { r.Email = "aino@localhost" }, MalformedField, "email"},
		{"an e-mail with two at signs", func(r *FlowSignUp) { r.Email = "a@b@example.org" }, MalformedField, "email"},
		{"a password of seven characters", func(r *FlowSignUp) { r.Password = "1234567" }, MalformedField, "password"},
		{"a password longer than bcrypt could take", func(r *FlowSignUp) { r.Password = strings.Repeat("long ", 20) }, "", ""},
		{"a building that there is not", func(r *FlowSignUp) { r.Building = "castle" }, UnknownBuilding, ""},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			r := flowUser("aino@example.org")
			row.change(&r)
			subject, err := h.s.SignUpFlow(r)
			if row.want == "" {
				h.ok(err)
				var p registry.FlowProfile
				h.ok(h.stores.As(registry.RoleService, registry.ToProvide).Of(subject).Get(registry.Ref{Kind: registry.KindFlowProfile, Subject: subject}, &p))
				if p.Building != r.Building || p.Name != r.Name || p.Email != r.Email {
					t.Error("the stored profile is not what was entered")
				}
				if strings.Contains(p.Password, r.Password) || !strings.HasPrefix(p.Password, "$argon2id$") {
					t.Error("the password is not stored as an argon2id string")
				}
				return
			}
			h.refused(err, row.want)
			if !strings.Contains(err.Error(), row.field) {
				t.Errorf("error %q does not name the field", err)
			}
			for _, value := range []string{r.Name, r.Email, r.Phone, r.Password} {
				if len(value) > 3 && strings.Contains(err.Error(), value) {
					t.Errorf("error shows a value that was entered")
				}
			}
			if h.writes() != 0 {
				t.Error("a refused sign-up wrote to the stores")
			}
		})
	}
}

func TestRemoteCallAsksForThreeFields(t *testing.T) {
	h := newHouse(t)
	good := RemoteCallSignUp{Email: "aino@example.org", Password: goodPassword, Serial: "SN-1", Building: "tower"}
	for _, row := range []struct {
		says   string
		change func(*RemoteCallSignUp)
		want   Refusal
	}{
		{"no e-mail", func(r *RemoteCallSignUp) { r.Email = "" }, MissingField},
		{"no password", func(r *RemoteCallSignUp) { r.Password = "" }, MissingField},
		{"no serial number", func(r *RemoteCallSignUp) { r.Serial = "" }, MissingField},
		{"a serial number of one line too many", func(r *RemoteCallSignUp) { r.Serial = "SN\n1" }, MalformedField},
	} {
		r := good
		row.change(&r)
		if _, err := h.s.SignUpRemoteCall(r); Reason(err) != row.want {
			t.Errorf("%s: got %v, want %s", row.says, err, row.want)
		}
	}
	_, err := h.s.SignUpRemoteCall(good)
	h.ok(err)
}

func TestAnEmailSignsUpOnceToEachService(t *testing.T) {
	h := newHouse(t)
	h.signUp(Flow, "aino@example.org")
	_, err := h.s.SignUpFlow(flowUser("Aino@Example.ORG"))
	h.refused(err, AlreadySignedUp)
	h.signUp(RemoteCall, "aino@example.org") // the services know nothing of each other

	h.restart()
	_, err = h.s.SignUpFlow(flowUser("aino@example.org"))
	h.refused(err, AlreadySignedUp)
	_, err = h.s.Login(Flow, "AINO@example.org", goodPassword)
	h.ok(err)
}

func TestAnEmailSignsUpOnceAtTheSameTime(t *testing.T) {
	h := newHouse(t)
	const tries = 8
	errs := make([]error, tries)
	var all sync.WaitGroup
	for i := range tries {
		all.Go(func() { _, errs[i] = h.s.SignUpFlow(flowUser("aino@example.org")) })
	}
	all.Wait()
	granted := 0
	for _, err := range errs {
		if err == nil {
			granted++
		} else {
			h.refused(err, AlreadySignedUp)
		}
	}
	if granted != 1 {
		t.Errorf("%d of %d sign-ups with one e-mail succeeded", granted, tries)
	}
	other := h.signUp(Flow, "other@example.org")
	h.refused(h.s.claimEmail(Flow, "aino@example.org", other.subject), AlreadySignedUp)
}

func TestLoginDoesNotTellWhoSignedUp(t *testing.T) {
	h := newHouse(t)
	h.signUp(Flow, "aino@example.org")
	for i := range 2 * h.config.Policy.FailedLogins {
		_, known := h.s.Login(Flow, "aino@example.org", "wrong password")
		_, unknown := h.s.Login(Flow, "nobody@example.org", "wrong password")
		if Reason(known) != Reason(unknown) || known.Error() != unknown.Error() {
			t.Fatalf("attempt %d: an account answers %v, none answers %v", i, known, unknown)
		}
		want := WrongCredentials
		if i >= h.config.Policy.FailedLogins {
			want = TooManyAttempts
		}
		h.refused(known, want)
	}
	_, err := h.s.Login(Flow, "aino@example.org", goodPassword)
	h.refused(err, TooManyAttempts)

	h.pass(h.config.Policy.Wait - time.Second)
	_, err = h.s.Login(Flow, "aino@example.org", goodPassword)
	h.refused(err, TooManyAttempts)
	h.pass(time.Second)
	_, err = h.s.Login(Flow, "aino@example.org", goodPassword)
	h.ok(err)

	// A success ends the count.
	for range h.config.Policy.FailedLogins - 1 {
		_, err := h.s.Login(Flow, "aino@example.org", "wrong password")
		h.refused(err, WrongCredentials)
	}
	_, err = h.s.Login(Flow, "aino@example.org", goodPassword)
	h.ok(err)
	for range h.config.Policy.FailedLogins {
		_, err = h.s.Login(Flow, "aino@example.org", "wrong password")
		h.refused(err, WrongCredentials)
	}

	_, err = h.s.Login("kiosk", "aino@example.org", goodPassword)
	h.refused(err, MalformedField)
	_, err = h.s.Login(RemoteCall, "aino@example.org", goodPassword)
	h.refused(err, WrongCredentials) // signed up to the other service only
}

// An unknown e-mail costs a hash of the configured cost, as a known one does.
// The bound is wide: it is there to catch a missing hash, which costs a
// thousandth, and not a busy machine.
func TestAnUnknownEmailTakesAsLong(t *testing.T) {
	cost := registry.Cost{Memory: 16 << 10, Time: 2, Threads: 1}
	h := newHouse(t, func(c *Config) { c.Cost, c.Policy.FailedLogins = cost, 1000 })
	h.signUp(Flow, "aino@example.org")
	least := func(email string) time.Duration {
		best := time.Hour
		for range 5 {
			begin := time.Now()
			_, err := h.s.Login(Flow, email, "wrong password")
			h.refused(err, WrongCredentials)
			best = min(best, time.Since(begin))
		}
		return best
	}
	known, unknown := least("aino@example.org"), least("nobody@example.org")
	if unknown < known/20 || known < unknown/20 {
		t.Errorf("a known e-mail takes %v, an unknown one %v", known, unknown)
	}
}

func TestStrangersAreBounded(t *testing.T) {
	h := newHouse(t)
	for i := range mostStrangers + 100 {
		h.s.failed(digest{byte(i), byte(i >> 8), byte(i >> 16)})
	}
	if n := len(h.s.strangers); n > mostStrangers {
		t.Errorf("%d strangers are counted, more than %d", n, mostStrangers)
	}
	h.pass(h.config.Policy.Wait)
	h.s.failed(digest{1, 1, 1, 1})
	if n := len(h.s.strangers); n > mostStrangers {
		t.Errorf("%d strangers are counted, more than %d", n, mostStrangers)
	}
}

func TestAWeakHashIsMadeAnewAtLogin(t *testing.T) {
	h := newHouse(t)
	p := h.signUp(Flow, "aino@example.org")
	stronger := registry.Cost{Memory: 128, Time: 1, Threads: 1}
	h.config.Cost = stronger
	h.restart()
	_, err := h.s.Login(Flow, p.email, goodPassword)
	h.ok(err)
	var r registry.FlowProfile
	h.ok(h.stores.As(registry.RoleService, registry.ToIdentify).Of(p.subject).Get(registry.Ref{Kind: registry.KindFlowProfile, Subject: p.subject}, &r))
	if ok, weak := registry.CheckPassword(r.Password, goodPassword, stronger); !ok || weak {
		t.Errorf("after the login the hash matches: %v, is weak: %v", ok, weak)
	}
	if r.Building != "tower" {
		t.Errorf("the account lost its building")
	}
}

func TestALoginEnds(t *testing.T) {
	for _, row := range []struct {
		says string
		do   func(h *house, p *person)
		want Refusal
	}{
		{"it is used in time, again and again", func(h *house, p *person) {
			for range 3 {
				h.pass(h.config.Policy.Session - time.Second)
				_, err := h.s.session(p.token)
				h.ok(err)
			}
		}, ""},
		{"it is unused for too long", func(h *house, _ *person) { h.pass(h.config.Policy.Session) }, NotSignedIn},
		{"logout", func(h *house, p *person) { h.s.Logout(p.token); h.s.Logout(p.token) }, NotSignedIn},
		{"the password changes", func(h *house, p *person) {
			again, err := h.s.ChangePassword(p.token, goodPassword, "another password")
			h.ok(err)
			_, err = h.s.session(again)
			h.ok(err)
			_, err = h.s.Login(Flow, p.email, goodPassword)
			h.refused(err, WrongCredentials)
			_, err = h.s.Login(Flow, p.email, "another password")
			h.ok(err)
		}, NotSignedIn},
		{"the password stays because the old one is wrong", func(h *house, p *person) {
			_, err := h.s.ChangePassword(p.token, "a wrong one", "another password")
			h.refused(err, WrongCredentials)
		}, ""},
		{"the account is erased", func(h *house, p *person) {
			_, err := h.s.erase(p.subject, registry.CauseRequest)
			h.ok(err)
		}, Erased},
		{"the service restarts", func(h *house, _ *person) { h.restart() }, NotSignedIn},
		{"many further logins push it out", func(h *house, p *person) {
			for range mostSessions {
				h.pass(time.Second)
				_, err := h.s.Login(Flow, p.email, goodPassword)
				h.ok(err)
			}
		}, NotSignedIn},
		{"it is swept", func(h *house, _ *person) {
			h.pass(h.config.Policy.Session)
			h.s.expireSessions()
			if len(h.s.sessions) != 0 {
				h.t.Error("expired logins stay in memory")
			}
		}, NotSignedIn},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.signUp(Flow, "aino@example.org")
			row.do(h, &p)
			if _, err := h.s.session(p.token); Reason(err) != row.want {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

func TestUseIsNotedOnceAWeek(t *testing.T) {
	h := newHouse(t)
	p := h.signUp(Flow, "aino@example.org")
	before := h.writes()
	use := func() {
		_, err := h.s.session(p.token)
		h.ok(err)
	}
	for range 6 * 24 { // Monday noon to Sunday noon
		h.pass(time.Hour)
		use()
	}
	if n := h.writes() - before; n != 0 {
		t.Errorf("%d writes within the week of the login, want none", n)
	}
	for range 7 * 24 {
		h.pass(time.Hour)
		use()
	}
	if n := h.writes() - before; n != 0 {
		t.Errorf("%d writes in the week after, want none before it is over", n)
	}
	h.pass(24 * time.Hour)
	use()
	h.ok(h.s.storeWeeks(week(h.now())))
	if n := h.writes() - before; n != 1 {
		t.Errorf("%d writes when the week is over, want 1", n)
	}
	var r registry.FlowProfile
	h.ok(h.stores.As(registry.RoleService, registry.ToProvide).Of(p.subject).Get(registry.Ref{Kind: registry.KindFlowProfile, Subject: p.subject}, &r))
	if want := time.Date(2024, 3, 11, 0, 0, 0, 0, time.UTC); !r.Active.Equal(want) {
		t.Errorf("last use is noted as %v, want the Monday %v", r.Active, want)
	}
	h.restart()
	_, err := h.s.Login(Flow, p.email, goodPassword)
	h.ok(err)
}

func TestPreferencesComeAndGoOneByOne(t *testing.T) {
	h := newHouse(t)
	p := h.signUp(Flow, "aino@example.org")
	text := func(s string) *string { return &s }
	speed := func(v int) *int { return &v }
	stored := func() (r registry.FlowPreferences, err error) {
		err = h.stores.As(registry.RoleService, registry.ToProvide).Of(p.subject).Get(registry.Ref{Kind: registry.KindFlowPreferences, Subject: p.subject}, &r)
		return r, err
	}
	h.ok(h.s.Prefer(p.token, Preferences{FavouriteFloor: text("3"), WalkingSpeed: speed(1300)}))
	h.ok(h.s.Prefer(p.token, Preferences{IntercomUsername: text("AV")}))
	r, err := stored()
	h.ok(err)
	if r.FavouriteFloor != "3" || r.WalkingSpeed != 1300 || r.IntercomUsername != "AV" {
		t.Errorf("preferences are not what was entered")
	}
	h.ok(h.s.Prefer(p.token, Preferences{FavouriteFloor: text(""), IntercomUsername: text("")}))
	r, err = stored()
	h.ok(err)
	if r.FavouriteFloor != "" || r.WalkingSpeed != 1300 {
		t.Errorf("removing one preference did not leave exactly the other")
	}
	h.ok(h.s.Prefer(p.token, Preferences{WalkingSpeed: speed(0)}))
	if _, err = stored(); !gone(err) {
		t.Errorf("a record without any preference stays: %v", err)
	}
	h.ok(h.s.Prefer(p.token, Preferences{WalkingSpeed: speed(0)}))

	h.refused(h.s.Prefer(p.token, Preferences{WalkingSpeed: speed(99)}), MalformedField)
	h.refused(h.s.Prefer(p.token, Preferences{WalkingSpeed: speed(5001)}), MalformedField)
	h.refused(h.s.Prefer(p.token, Preferences{IntercomPhone: text("call me")}), MalformedField)
	h.refused(h.s.Prefer(p.token, Preferences{FavouriteFloor: text("33")}), UnknownFloor)
	h.refused(h.s.Prefer("no token", Preferences{}), NotSignedIn)
	rc := h.signUp(RemoteCall, "aino@example.org")
	h.refused(h.s.Prefer(rc.token, Preferences{WalkingSpeed: speed(1300)}), Denied)
}
