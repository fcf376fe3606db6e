package app

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoistway/dispatch/remotecall"
)

func TestALifeInFlow(t *testing.T) {
	w := newWorld(t)
	d := w.signUp(mail)
	w.refused(remotecall.NotPermitted, "POST", "calls", d.token, call("G", "2")) // known to nobody yet
	w.ask(200, "POST", "buildings/tower/people", credential, m{"service": "flow", "email": mail, "name": "Aino Virtanen", "address": "Keilasatama 3", "apartment": "B12", "main_user": true})
	permission := w.grant(d)

	taken := w.ask(201, "POST", "calls", d.token, call("G", "2"))
	if taken.body["bank"] != "low" || taken.body["ready"] != 34.0 || taken.header.Get("Location") != "/app/v1/"+callPath(taken) { // 40 m at 1.2 m/s
		t.Errorf("a call was taken as %s at %s", taken.raw, taken.header.Get("Location"))
	}
	c := w.lifts.last()
	if c.building != "tower" || c.bank != "low" || c.from != 0 || c.to != 2 {
		t.Errorf("the lifts were asked for %s, %s, %d to %d", c.building, c.bank, c.from, c.to)
	}
	if got := w.ask(200, "GET", callPath(taken), d.token, nil); got.body["assigned"] != false {
		t.Errorf("before a car is assigned: %s", got.raw)
	}
	c.assigned("A", 20*time.Second)
	if got := w.ask(200, "GET", callPath(taken), d.token, nil); got.body["car"] != "A" || got.body["arrives"] != "2026-03-02T12:00:20Z" {
		t.Errorf("once a car is assigned: %s", got.raw)
	}
	c.ended(true)
	w.refused(remotecall.NoSuchCall, "GET", callPath(taken), d.token, nil)
	c.ended(true) // again, which changes nothing

	key, code := w.key(d, "1")
	shown := m{"key": key, "code": code, "floor": "1"}
	w.ask(204, "POST", "buildings/tower/key-checks", "", shown)
	w.ask(204, "POST", "buildings/tower/key-uses", "", shown)
	w.ask(204, "POST", "buildings/tower/key-uses", "", shown)
	w.refused(remotecall.KeyUsedUp, "POST", "buildings/tower/key-uses", "", shown)
	w.ask(204, "POST", "buildings/tower/key-checks", "", shown) // whoever is on the way
	list := w.ask(200, "GET", "visitor-keys", d.token, nil).body["keys"].([]any)
	if len(list) != 1 || list[0].(m)["uses"] != 0.0 || list[0].(m)["key"] != key {
		t.Errorf("keys: %v", list)
	}
	w.ask(204, "DELETE", "visitor-keys/"+key, d.token, nil)
	w.refused(remotecall.KeyRevoked, "POST", "buildings/tower/key-checks", "", shown)

	w.ask(204, "PATCH", "preferences", d.token, m{"walking_speed_mm_s": 2000, "favourite_floor": "3"})
	if got := w.ask(200, "GET", "preferences", d.token, nil); got.body["walking_speed_mm_s"] != 2000.0 || got.body["favourite_floor"] != "3" {
		t.Errorf("preferences: %s", got.raw)
	}
	home := call("G", "")
	delete(home, "to")
	if got := w.ask(201, "POST", "calls", d.token, home); got.body["bank"] != "high" || got.body["ready"] != 20.0 {
		t.Errorf("a call to the favourite floor: %s", got.raw)
	}

	number := w.ask(200, "PUT", "buildings/tower/people/"+d.subject+"/key-tag", credential, m{"floors": []string{"G"}}).body["number"].(string)
	if err := w.api.Admit("tower", number, "G"); err != nil {
		t.Errorf("a card that is good: %v", err)
	}
	if err := w.house.Admit("tower", number, "1"); remotecall.Reason(err) != remotecall.NotPermitted {
		t.Errorf("a card at a floor that it does not open: %v", err)
	}

	port := w.ask(200, "POST", "rights/port", d.token, m{"password": password})
	if port.body["export"].(m)["account"].(m)["email"] != mail {
		t.Errorf("taken along: %s", port.raw)
	}
	w.ask(201, "POST", "imports", d.token, port.body["export"])
	corrected := w.refused(remotecall.AskTheManager, "POST", "rights/correct", d.token, m{"corrections": m{"apartment": "B13"}})
	if list, _ := corrected.body["referrals"].([]any); len(list) != 1 || !strings.Contains(list[0].(string), "tower") {
		t.Errorf("what is up to the Manager: %s", corrected.raw)
	}
	w.ask(204, "DELETE", "buildings/tower/people/"+d.subject+"/permissions/"+permission, credential, nil)
	w.refused(remotecall.NotPermitted, "POST", "calls", d.token, call("G", "2"))

	w.refused(remotecall.IdentityNotProven, "POST", "rights/erase", d.token, m{"password": "not this one"})
	erased := w.ask(200, "POST", "rights/erase", d.token, m{"password": password})
	if c, _ := erased.body["certificate"].(m); c["cause"] != "request" || erased.body["referrals"] == nil || !strings.Contains(erased.raw, `{"store":"cloud","outcome":"erased"`) {
		t.Errorf("the certificate of an erasure: %s", erased.raw)
	}
	for _, ask := range [][2]string{{"GET", "visitor-keys"}, {"GET", "objections"}, {"DELETE", "logins/current"}, {"GET", "calls/1"}} {
		w.refused(remotecall.Erased, ask[0], ask[1], d.token, nil)
	}
	w.refused(remotecall.WrongCredentials, "POST", "logins", "", m{"service": "flow", "email": mail, "password": password})
}

func TestALifeInRemoteCall(t *testing.T) {
	w := newWorld(t)
	subject := w.ask(201, "POST", "remote-call/accounts", "", m{"email": mail, "password": password, "device_serial": "SN-1", "building": "tower"}).body["subject"].(string)
	token := w.ask(201, "POST", "logins", "", m{"service": "remote-call", "email": mail, "password": password}).body["token"].(string)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("tower:"+credential))
	if got := w.send("POST", "/app/v1/buildings/tower/people", "", `{"service":"remote-call","email":"`+mail+`","name":"Aino"}`, "Authorization", basic); got.status != http.StatusOK {
		t.Fatalf("a Manager with a name and credential: %d %s", got.status, got.raw)
	}
	w.ask(201, "POST", "buildings/tower/people/"+subject+"/permissions", credential, m{"service": "remote-call"})
	slow := call("G", "1")
	slow["walk"] = 90
	taken := w.ask(201, "POST", "calls", token, slow)
	if taken.body["ready"] != 90.0 {
		t.Errorf("the phone's own figure of the walk came to %s", taken.raw)
	}
	w.ask(204, "DELETE", callPath(taken), token, nil)
	if !w.lifts.last().cancelled {
		t.Error("the lifts were not told that the caller cancelled")
	}
	w.refused(remotecall.NoSuchCall, "DELETE", callPath(taken), token, nil)
	w.lifts.last().ended(false)
	w.refused(remotecall.MayNotGrant, "POST", "visitor-keys", token, keyTo("1"))

	changed := w.ask(200, "PUT", "password", token, m{"old_password": password, "new_password": "a better one: 7 swans"}).body["token"].(string)
	w.refused(remotecall.NotSignedIn, "GET", "objections", token, nil)
	w.ask(204, "DELETE", "logins/current", changed, nil)
	w.refused(remotecall.NotSignedIn, "GET", "objections", changed, nil)
	out := w.ask(200, "DELETE", "buildings/tower/people/"+subject, credential, nil)
	if out.body["certificate"] == nil {
		t.Errorf("who moved out of their only building: %s", out.raw)
	}
}

// Lifts that end a call before they have said how to cancel it, and a caller
// who cancels before that, leave nothing.
type hasty struct{ *lifts }

func (h hasty) Call(building, bank string, from, to int, ready time.Duration, assigned func(string, time.Duration), ended func(bool)) (func(), error) {
	cancel, err := h.lifts.Call(building, bank, from, to, ready, assigned, ended)
	assigned("B", 0)
	ended(true)
	return cancel, err
}

func TestACallMayEndBeforeItBegan(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Lifts = hasty{c.Lifts.(*lifts)} })
	d := w.resident(mail)
	taken := w.ask(201, "POST", "calls", d.token, call("G", "1"))
	w.refused(remotecall.NoSuchCall, "GET", callPath(taken), d.token, nil)
	if n := w.house.Service.PendingCalls(); n != 0 || len(w.api.calls.open) != 0 {
		t.Errorf("%d and %d calls are left", n, len(w.api.calls.open))
	}
}

func TestLiftsThatTakeNoCallLeaveNothing(t *testing.T) {
	w := newWorld(t)
	d := w.resident(mail)
	w.lifts.err = http.ErrServerClosed
	w.refused(remotecall.Unavailable, "POST", "calls", d.token, call("G", "1"))
	if n := w.house.Service.PendingCalls(); n != 0 || len(w.api.calls.open) != 0 {
		t.Errorf("%d and %d calls are left", n, len(w.api.calls.open))
	}
	w.lifts.err = nil
	w.api.config.Limits.Calls = 1
	w.ask(201, "POST", "calls", d.token, call("G", "1"))
	w.refused(remotecall.Unavailable, "POST", "calls", d.token, call("G", "1"))
}

func TestNobodyCancelsOrSeesSomebodyElsesCall(t *testing.T) {
	w := newWorld(t)
	a, b := w.resident(mail), w.resident("b@example.org")
	taken := w.ask(201, "POST", "calls", a.token, call("G", "1"))
	w.refused(remotecall.NoSuchCall, "GET", callPath(taken), b.token, nil)
	w.refused(remotecall.NoSuchCall, "DELETE", callPath(taken), b.token, nil)
	if w.lifts.last().cancelled {
		t.Error("a stranger cancelled a call")
	}
	w.ask(200, "GET", callPath(taken), a.token, nil)
}

// early are lifts whose caller cancels while they take the call.
type early struct {
	*lifts
	cancel func()
}

func (e *early) Call(building, bank string, from, to int, ready time.Duration, assigned func(string, time.Duration), ended func(bool)) (func(), error) {
	e.cancel()
	return e.lifts.Call(building, bank, from, to, ready, assigned, ended)
}

func TestACallerMayBeFasterThanTheLifts(t *testing.T) {
	e := &early{}
	w := newWorld(t, func(c *Config) { e.lifts, c.Lifts = c.Lifts.(*lifts), e })
	d := w.resident(mail)
	e.cancel = func() { w.ask(204, "DELETE", "calls/1", d.token, nil) }
	w.ask(201, "POST", "calls", d.token, call("G", "1"))
	if !w.lifts.last().cancelled {
		t.Error("a call that was cancelled before the lifts had it goes on")
	}
}
