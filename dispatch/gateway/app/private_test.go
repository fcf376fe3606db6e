package app

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"hoistway/dispatch/remotecall"
)

// Every value that anybody enters in a life, and every secret and ID that they
// are given, is looked for in all that was logged and counted meanwhile, and in
// what strangers are told.
func TestNothingPersonalIsLoggedOrCounted(t *testing.T) {
	w := newWorld(t)
	values := map[string]string{
		"mail": "Zx7Mail@example.org", "password": "Zx7Password!", "name": "Zx7Name", "gender": "Zx7Gender", "phone": "+999 3141592653", "visitor": "Zx7Visitor", "username": "Zx7User",
		"number": "Zx7Number", "note": "Zx7Note", "address": "Zx7Street 3", "apartment": "Zx7Apt", "intercom": "Zx7Intercom", "wrong": "Zx7Wrong", "model": "Zx7Model", "serial": "Zx7Serial",
		"birth": "1973-09-21", "agent": "Zx7Agent", "member": "Zx7Member", "path": "Zx7Path", "building": "zx7castle", "floor": "Zx7Floor",
	}
	user := flowUser(values["mail"])
	user["password"], user["name"], user["gender"], user["phone"] = values["password"], values["name"], values["gender"], values["phone"]
	w.ask(400, "POST", "remote-call/accounts", "", m{"email": values["wrong"], "password": values["password"], "device_serial": values["serial"], "building": "tower"})
	values["subject"] = w.ask(201, "POST", "flow/accounts", "", user).body["subject"].(string)
	w.ask(401, "POST", "logins", "", m{"service": "flow", "email": values["mail"], "password": values["wrong"]})
	values["token"] = w.ask(201, "POST", "logins", "", m{"service": "flow", "email": values["mail"], "password": values["password"]}).body["token"].(string)
	w.ask(200, "POST", "buildings/tower/people", credential, m{"service": "flow", "email": values["mail"], "name": values["name"], "address": values["address"], "apartment": values["apartment"], "main_user": true})
	values["permission"] = w.grant(dweller{subject: values["subject"]})
	values["credential"] = credential
	w.ask(401, "POST", "buildings/tower/people", values["wrong"], m{"service": "flow", "email": values["mail"], "name": values["name"]})
	w.ask(404, "POST", "buildings/"+values["building"]+"/people", values["wrong"], m{"service": "flow", "email": values["mail"], "name": values["name"]})
	made := w.ask(201, "POST", "visitor-keys", values["token"], with(keyTo("1"), "visitor", values["visitor"]))
	values["key"], values["code"] = made.body["key"].(string), made.body["code"].(string)
	w.ask(403, "POST", "buildings/tower/key-uses", "", m{"key": values["key"], "code": values["code"], "floor": "2"})
	values["sub-user"] = w.ask(201, "POST", "sub-users", values["token"], m{
		"building": "tower", "name": values["name"], "username": values["username"], "number": values["number"], "note": values["note"], "birth_date": values["birth"], "consent": true,
	}).body["sub_user"].(string)
	w.ask(204, "PATCH", "preferences", values["token"], m{"intercom_username": values["intercom"]})
	values["tag"] = w.ask(200, "PUT", "buildings/tower/people/"+values["subject"]+"/key-tag", credential, m{}).body["number"].(string)
	w.ask(202, "POST", "app-reports", values["token"], m{"model": values["model"], "system": "iOS 19", "hour": 8, "seconds": 10})
	w.ask(201, "POST", "calls", values["token"], call("G", "2"))
	w.lifts.err = http.ErrAbortHandler // what lifts say is not logged either
	w.ask(503, "POST", "calls", values["token"], call("G", "1"))
	told := []string{
		w.ask(404, "POST", "calls", values["token"], call("G", values["floor"])).raw,
		w.ask(404, "GET", values["path"], "", nil).raw,
		w.send("GET", "/app/v1/visitor-keys", values["token"], "", "User-Agent", values["agent"], "Cookie", values["agent"]).raw[:2],
		w.ask(404, "DELETE", "visitor-keys/"+values["path"], values["token"], nil).raw,
		w.ask(400, "POST", "logins", "", m{"service": "flow", "email": 7, "password": values["wrong"]}).raw,
		w.ask(400, "POST", "flow/accounts", "", with(user, "phone", values["wrong"])).raw,
	}
	w.ask(400, "POST", "logins", "", m{values["member"]: values["wrong"]})
	w.ask(400, "GET", "objections?token="+values["token"], "", nil)
	w.ask(200, "POST", "rights/export", values["token"], m{})
	w.ask(200, "POST", "rights/erase", values["token"], m{"password": values["password"]})
	w.refused(remotecall.Erased, "GET", "objections", values["token"], nil)
	if err := w.house.Service.Tend(); err != nil {
		t.Fatal(err)
	}

	var counted bytes.Buffer
	w.metrics.WritePrometheus(&counted)
	if !strings.Contains(counted.String(), `hoistway_app_requests_total{route="POST /app/v1/logins",status="401",outcome="wrong-credentials"} 1`) || !strings.Contains(counted.String(), "hoistway_app_request_seconds") {
		t.Error("requests are not counted")
	}
	if !strings.Contains(w.log.String(), "the lifts took no call") {
		t.Error("the log does not say that lifts took no call")
	}
	for what, value := range values {
		for where, text := range map[string]string{"log": w.log.String(), "metrics": counted.String(), "answers to strangers": strings.Join(told, "\n")} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(value)) {
				t.Errorf("the %s is in the %s", what, where)
			}
		}
	}
}

// A fault of ours is told as such, without what it was about.
func TestAFaultOfOursEndsOneRequest(t *testing.T) {
	w := newWorld(t)
	d := w.resident(mail)
	w.api.config.Lifts = (*lifts)(nil)
	w.refused(remotecall.Unavailable, "POST", "calls", d.token, call("G", "2"))
	if !strings.Contains(w.log.String(), "a request of the app API failed") {
		t.Errorf("the log says nothing of it: %s", w.log)
	}
	w.api.config.Lifts = w.lifts
	w.ask(201, "POST", "calls", d.token, call("G", "2"))
}
