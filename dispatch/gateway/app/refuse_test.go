package app

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"hoistway/dispatch/remotecall"
)

// Every refusal that the service declares has a status of its own choice and a
// sentence here, whoever adds one.
func TestEveryRefusalOfTheServiceIsTold(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../remotecall/refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, is := node.(*ast.ValueSpec)
		if !is || len(spec.Values) != 1 || fmt.Sprint(spec.Type) != "Refusal" {
			return true
		}
		word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		n++
		if a := answers[remotecall.Refusal(word)]; a.status < 400 || !strings.HasSuffix(a.remedy, ".") {
			t.Errorf("%s is told as %d, %q", word, a.status, a.remedy)
		}
		return true
	})
	if n < 50 {
		t.Errorf("%d refusals were found", n)
	}
}

func TestWhatStoresSayIsNotTold(t *testing.T) {
	_, body := refusalOf(fmt.Errorf("%w: read a permission: %w", remotecall.Unavailable, errors.New("disk of secrets")))
	if strings.Contains(body.Message, "secrets") || strings.Contains(body.Message, "permission") {
		t.Errorf("a client is told %q", body.Message)
	}
	status, body := refusalOf(errors.New("anything"))
	if status != 503 || body.Error != remotecall.Unavailable {
		t.Errorf("an error that is no refusal is told as %d %s", status, body.Error)
	}
	_, body = refusalOf(fmt.Errorf("%w: uses must be 1 to 1000", remotecall.MalformedField))
	if !strings.Contains(body.Message, "uses must be") {
		t.Errorf("the member is not named: %q", body.Message)
	}
}

func with(o m, name string, value any) m {
	changed := m{}
	for k, v := range o {
		changed[k] = v
	}
	if changed[name] = value; value == nil {
		delete(changed, name)
	}
	return changed
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	d := w.resident(mail)
	stranger := w.signUp("stranger@example.org")
	key, code := w.key(d, "1")
	people := "buildings/tower/people/"
	child := m{"building": "tower", "name": "Eino", "birth_date": "2018-01-02", "consent": true}
	admission := m{"service": "flow", "email": mail, "name": "Aino"}
	nobody := "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	for _, c := range []struct {
		says              string
		method, path, who string
		body              any
		want              remotecall.Refusal
	}{
		{"nobody is signed in", "GET", "visitor-keys", "", nil, remotecall.NotSignedIn},
		{"a token is nobody's", "GET", "visitor-keys", "nobodys", nil, remotecall.NotSignedIn},
		{"a password is wrong", "POST", "logins", "", m{"service": "flow", "email": mail, "password": "wrong"}, remotecall.WrongCredentials},
		{"an address is nobody's", "POST", "logins", "", m{"service": "flow", "email": "x@example.org", "password": "wrong"}, remotecall.WrongCredentials},
		{"a service is none", "POST", "logins", "", m{"service": "lift", "email": mail, "password": "wrong"}, remotecall.MalformedField},
		{"an address is taken", "POST", "flow/accounts", "", flowUser(mail), remotecall.AlreadySignedUp},
		{"an address is none", "POST", "flow/accounts", "", flowUser("aino"), remotecall.MalformedField},
		{"a building is none of ours", "POST", "flow/accounts", "", with(flowUser("y@example.org"), "building", "castle"), remotecall.UnknownBuilding},
		{"a Manager's credential is wrong", "POST", "buildings/tower/people", "wrong", admission, remotecall.WrongCredentials},
		{"a Manager's credential is another building's", "POST", "buildings/office/people", credential, admission, remotecall.WrongCredentials},
		{"a Manager's credential is not shown", "POST", "buildings/tower/people", "", admission, remotecall.NotSignedIn},
		{"a Manager's building is none of ours", "POST", "buildings/castle/people", credential, admission, remotecall.UnknownBuilding},
		{"a person has no account", "POST", "buildings/tower/people", credential, with(admission, "email", "x@example.org"), remotecall.NoAccount},
		{"a person is not the building's", "GET", people + stranger.subject, credential, nil, remotecall.NotYourBuilding},
		{"a person in the path is no ID", "PUT", people + "somebody/key-tag", credential, m{}, remotecall.NotYourBuilding},
		{"a permission is none", "DELETE", people + d.subject + "/permissions/" + nobody, credential, nil, remotecall.NoSuchEntry},
		{"a permission is no ID", "DELETE", people + d.subject + "/permissions/x", credential, nil, remotecall.NoSuchEntry},
		{"a tag to be taken is none", "DELETE", people + d.subject + "/key-tag", credential, nil, remotecall.TagUnknown},
		{"a caller has no permission", "POST", "calls", stranger.token, call("G", "2"), remotecall.NotPermitted},
		{"a caller is far away", "POST", "calls", d.token, with(call("G", "2"), "position", m{"east": 300, "north": 0}), remotecall.NotNear},
		{"a position is finer than the grid", "POST", "calls", d.token, with(call("G", "2"), "position", m{"east": 3.25, "north": 0}), remotecall.TooPrecise},
		{"a position is a place on earth", "POST", "calls", d.token, with(call("G", "2"), "position", m{"latitude": 60.1, "longitude": 24.8}), remotecall.MalformedField},
		{"a way is finer than metres", "POST", "calls", d.token, with(call("G", "2"), "distance", 40.5), remotecall.TooPrecise},
		{"a walk is finer than seconds", "POST", "calls", d.token, with(call("G", "2"), "walk", 30.5), remotecall.TooPrecise},
		{"a call goes nowhere", "POST", "calls", d.token, call("G", "G"), remotecall.SameFloor},
		{"a call has no destination", "POST", "calls", d.token, with(call("G", "G"), "to", nil), remotecall.NoDestination},
		{"a floor is none", "POST", "calls", d.token, call("G", "13"), remotecall.UnknownFloor},
		{"no bank serves both floors", "POST", "calls", d.token, call("1", "3"), remotecall.NoBank},
		{"a call's number is none", "GET", "calls/x", d.token, nil, remotecall.NoSuchCall},
		{"a guest may not grant", "POST", "visitor-keys", stranger.token, keyTo("1"), remotecall.MayNotGrant},
		{"a visitor was not asked", "POST", "visitor-keys", d.token, with(keyTo("1"), "consent", false), remotecall.NoConsent},
		{"a key has no uses", "POST", "visitor-keys", d.token, with(keyTo("1"), "uses", 0), remotecall.MalformedField},
		{"a key to be revoked is none", "DELETE", "visitor-keys/" + nobody, d.token, nil, remotecall.NoSuchEntry},
		{"a key is somebody else's", "DELETE", "visitor-keys/" + key, stranger.token, nil, remotecall.NoSuchEntry},
		{"a code is wrong", "POST", "buildings/tower/key-checks", "", m{"key": key, "code": "wrong", "floor": "1"}, remotecall.KeyUnknown},
		{"a key does not open a floor", "POST", "buildings/tower/key-checks", "", m{"key": key, "code": code, "floor": "2"}, remotecall.KeyWrongFloor},
		{"a tag is none", "POST", "buildings/tower/key-tag-checks", "", m{"number": "X", "floor": "1"}, remotecall.TagUnknown},
		{"a child has no guardian", "POST", "sub-users", d.token, child, remotecall.NeedsGuardian},
		{"a sub-user has no birthday", "POST", "sub-users", d.token, with(child, "birth_date", ""), remotecall.NoBirthDate},
		{"a sub-user is none", "DELETE", "sub-users/" + nobody, d.token, nil, remotecall.NoSuchEntry},
		{"a purpose cannot be objected to", "POST", "rights/object", d.token, m{"purpose": "legal-claims"}, remotecall.MalformedField},
		{"a proof is wrong", "POST", "rights/port", d.token, m{"password": "wrong"}, remotecall.IdentityNotProven},
		{"a correction names no field", "POST", "rights/correct", d.token, m{"corrections": m{"shoe_size": "42"}}, remotecall.MalformedField},
		{"a file to import is none", "POST", "imports", d.token, m{"form": "x"}, remotecall.MalformedField},
		{"a randomized ID is none", "POST", "pseudonyms", d.token, m{"pseudonym": "x", "building": "tower"}, remotecall.PseudonymMalformed},
		{"a randomized ID is not registered", "POST", "usages", "", m{"pseudonym": nobody, "building": "tower", "equipment": "low", "function": "key", "at": noon}, remotecall.PseudonymUnknown},
		{"a use says whose it is", "POST", "usages", d.token, m{"pseudonym": nobody, "building": "tower", "equipment": "low", "function": "key", "at": noon}, malformedRequest},
		{"a profile is maintained in an office", "GET", "buildings/office/people/" + d.subject, w.house.Buildings[1].Manager, nil, remotecall.Denied},
		{"nothing is there", "GET", "elevators", "", nil, noSuchPath},
		{"a thing is done that cannot be", "PUT", "calls", d.token, call("G", "2"), wrongMethod},
		{"a request that has no body has one", "DELETE", "logins/current", d.token, m{}, malformedRequest},
	} {
		t.Run(c.says, func(t *testing.T) {
			w.t = t
			defer func() { w.t = nil }()
			w.pass(time.Minute) // the attempts of one case are none of the next one's
			w.refused(c.want, c.method, c.path, c.who, c.body)
		})
	}
	w.t = t
	w.ask(200, "POST", "rights/object", d.token, m{"purpose": "provide-service"})
	w.refused(remotecall.ProcessingStopped, "POST", "calls", d.token, call("G", "2"))
	w.ask(200, "GET", "objections", d.token, nil)
	w.pass(7 * time.Hour)
	w.refused(remotecall.ProcessingStopped, "GET", "visitor-keys", d.token, nil)
}

func TestWhatIsAroundABody(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Body = 200 })
	good := `{"service":"flow","email":"a@example.org","password":"p"}`
	for _, c := range []struct {
		says, path, body string
		header           []string
		want             remotecall.Refusal
	}{
		{"a type is not JSON", "logins", good, []string{"Content-Type", "text/plain"}, wrongContentType},
		{"a type is missing", "logins", good, []string{"Content-Type", ""}, wrongContentType},
		{"a charset is another", "logins", good, []string{"Content-Type", "application/json; charset=latin1"}, wrongContentType},
		{"a body is compressed", "logins", good, []string{"Content-Encoding", "gzip"}, wrongContentType},
		{"a body is too large", "logins", good + strings.Repeat(" ", 200), nil, tooLarge},
		{"an address has a query", "logins?token=x", good, nil, malformedRequest},
		{"an address ends in a question mark", "logins?", good, nil, malformedRequest},
		{"a charset is said", "logins", good, []string{"Content-Type", "application/json; charset=UTF-8"}, remotecall.WrongCredentials},
	} {
		t.Run(c.says, func(t *testing.T) {
			w.t = t
			got := w.send("POST", "/app/v1/"+c.path, "", c.body, c.header...)
			if got.body["error"] != string(c.want) || got.status != answers[c.want].status {
				t.Errorf("got %d %s, want %s", got.status, got.raw, c.want)
			}
		})
	}
	w.t = t
	if got := w.send("POST", "/app/v1/openapi.json", "", ""); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("what can be done: %d, Allow %q", got.status, got.header.Get("Allow"))
	}
	if got := w.refused(remotecall.NotSignedIn, "GET", "calls/1", "", nil); !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer") {
		t.Error("nobody is told how to sign in")
	}
}
