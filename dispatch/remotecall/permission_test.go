package remotecall

import (
	"testing"
	"time"
)

func TestDailyWindows(t *testing.T) {
	for _, row := range []struct {
		says, window, at string
		want             bool
	}{
		{"no window is always", "", "03:00", true},
		{"it begins with its first minute", "07:00-19:00", "07:00", true},
		{"not a minute earlier", "07:00-19:00", "06:59", false},
		{"it ends before its last", "07:00-19:00", "19:00", false},
		{"a minute before the end", "07:00-19:00", "18:59", true},
		{"over midnight, in the evening", "22:00-06:00", "22:00", true},
		{"over midnight, at midnight", "22:00-06:00", "00:00", true},
		{"over midnight, in the morning", "22:00-06:00", "05:59", true},
		{"over midnight, after the end", "22:00-06:00", "06:00", false},
		{"over midnight, at noon", "22:00-06:00", "12:00", false},
		{"until midnight, before it", "19:00-00:00", "23:59", true},
		{"until midnight, at it", "19:00-00:00", "00:00", false},
		{"from midnight", "00:00-06:00", "00:00", true},
	} {
		d, err := parseDaily(row.window)
		if err != nil {
			t.Fatal(err)
		}
		at, _ := time.Parse("15:04", row.at)
		if got := d.holds(at); got != row.want {
			t.Errorf("%s: %s at %s is %v, want %v", row.says, row.window, row.at, got, row.want)
		}
	}
	for _, s := range []string{"7:00-19:00", "07:00", "07:00-07:00", "24:00-07:00", "07:00–19:00", "07:60-19:00", " 7:00-19:00", "07:00-19:00 "} {
		if _, err := parseDaily(s); Reason(err) != MalformedField {
			t.Errorf("window %q: got %v, want %s", s, err, MalformedField)
		}
	}
}

// What memory knows of a subject's standing is dropped with every change.
func TestChangesTakeEffectAtOnce(t *testing.T) {
	h := newHouse(t)
	m := h.manager("tower")
	p := h.signUp(Flow, "aino@example.org")
	call := func(to string) error { _, err := h.s.Call(p.token, upFrom("G", to)); return err }
	h.refused(call("2"), NotPermitted)
	_, err := m.Admit(Admission{Service: Flow, Email: p.email, Name: "Aino"})
	h.ok(err)
	h.refused(call("2"), NotPermitted) // known, and not permitted
	low, err := m.Grant(Flow, p.subject, Grant{Floors: []string{"G", "2"}})
	h.ok(err)
	h.ok(call("2"))
	h.refused(call("5"), NotPermitted)
	high, err := m.Grant(Flow, p.subject, Grant{Floors: []string{"5"}})
	h.ok(err)
	h.ok(call("5")) // two permissions together
	h.ok(m.Withdraw(p.subject, low))
	h.refused(call("2"), NotPermitted)
	h.refused(call("5"), NotPermitted)
	h.refused(m.Withdraw(p.subject, low), NoSuchEntry)
	h.ok(m.Withdraw(p.subject, high))
	h.refused(call("5"), NotPermitted)

	h.s.forgetBuilding("tower")
	h.refused(call("5"), NotProvider)
	h.refused(h.s.CheckTag("tower", "0", "G"), NotProvider)
}

// A permission that ends while its holder is signed in is not kept alive by
// memory.
func TestPermissionsEndInMemoryToo(t *testing.T) {
	h := newHouse(t)
	m := h.manager("tower")
	p := h.signUp(Flow, "aino@example.org")
	_, err := m.Admit(Admission{Service: Flow, Email: p.email, Name: "Aino"})
	h.ok(err)
	_, err = m.Grant(Flow, p.subject, Grant{Until: monday.Add(time.Hour)})
	h.ok(err)
	_, err = h.s.Call(p.token, upFrom("G", "2"))
	h.ok(err)
	h.pass(time.Hour - 1)
	_, err = h.s.Call(p.token, upFrom("G", "2"))
	h.ok(err)
	h.pass(1)
	_, err = h.s.Call(p.token, upFrom("G", "2"))
	h.refused(err, NotPermitted)
}

func TestGrantIsChecked(t *testing.T) {
	h := newHouse(t)
	m, office := h.manager("tower"), h.manager("office")
	p := h.resident(Flow, "aino@example.org", "")
	rc := h.resident(RemoteCall, "rc@example.org", "")
	stranger := h.signUp(Flow, "stranger@example.org")
	for _, row := range []struct {
		says    string
		m       *Manager
		service string
		of      person
		g       Grant
		want    Refusal
	}{
		{"everything, for ever", m, Flow, p, Grant{}, ""},
		{"a floor that there is not", m, Flow, p, Grant{Floors: []string{"9"}}, UnknownFloor},
		{"all floors by the word that is stored", m, Flow, p, Grant{Floors: []string{"*"}}, UnknownFloor},
		{"a floor twice", m, Flow, p, Grant{Floors: []string{"1", "1"}}, MalformedField},
		{"a bank that there is not", m, Flow, p, Grant{Banks: []string{"middle"}}, NoBank},
		{"a bank twice", m, Flow, p, Grant{Banks: []string{"low", "low"}}, MalformedField},
		{"hours that are none", m, Flow, p, Grant{Daily: "day"}, MalformedField},
		{"an end before the beginning", m, Flow, p, Grant{From: monday, Until: monday}, MalformedField},
		{"an end in the past, without a beginning", m, Flow, p, Grant{Until: monday.Add(-time.Hour)}, MalformedField},
		{"the right to grant in Remote Call", m, RemoteCall, rc, Grant{MayGrant: true}, MalformedField},
		{"Remote Call for a user of Flow", m, RemoteCall, p, Grant{}, MalformedField},
		{"somebody whom the building does not know", m, Flow, stranger, Grant{}, NotYourBuilding},
		{"somebody of another building", office, Flow, p, Grant{}, NotYourBuilding},
		{"nobody", m, Flow, person{}, Grant{}, NotYourBuilding},
	} {
		_, err := row.m.Grant(row.service, row.of.subject, row.g)
		if Reason(err) != row.want {
			t.Errorf("%s: got %v, want %q", row.says, err, row.want)
		}
	}
}

// So do changes of preferences; and what was read about somebody is held only
// while they are signed in.
func TestStandingIsAsFreshAsTheStores(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "")
	home := func() (int, error) {
		ticket, err := h.s.Call(p.token, upFrom("G", ""))
		return ticket.To, err
	}
	_, err := home()
	h.refused(err, NoDestination)
	for want, floor := range []string{1: "1", 2: "2"} {
		if floor == "" {
			continue
		}
		h.ok(h.s.Prefer(p.token, Preferences{FavouriteFloor: &floor}))
		if to, err := home(); err != nil || to != want {
			t.Errorf("favourite floor %s: went to %d, %v", floor, to, err)
		}
	}
	if h.s.accounts[p.subject].used.standing == nil {
		t.Fatal("nothing is remembered of somebody who calls; the test looks at the wrong place")
	}
	h.s.Logout(p.token)
	if h.s.accounts[p.subject].used.standing != nil {
		t.Error("what was read about somebody is held after they signed out")
	}
}
