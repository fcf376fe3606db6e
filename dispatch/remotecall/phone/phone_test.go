package phone

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/wire"
)

// backEnd is a service of a few rules that writes down what phones ask of it.
type backEnd struct {
	wire.Service // what a test does not expect panics
	t            testing.TB
	clock        time.Time
	key          hpke.PrivateKey
	endpoint     *wire.Endpoint
	frames       [][]byte
	down         bool

	heard      []string
	calls      []remotecall.CallRequest
	uploads    []remotecall.Usage
	reports    []remotecall.AppReport
	registered map[registry.ID]string // building
	objected   []registry.Purpose
	refuse     map[string]error // by operation

	device   remotecall.Device
	videoKey []byte
	answered bool
	sealed   [][]byte
}

func newBackEnd(t testing.TB) *backEnd {
	key, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	b := &backEnd{t: t, clock: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), key: key, registered: map[registry.ID]string{}, refuse: map[string]error{}}
	b.endpoint = wire.NewEndpoint(b, key, b.now)
	return b
}

func (b *backEnd) now() time.Time { return b.clock }

func (b *backEnd) carry(frame []byte) ([]byte, error) {
	if b.down {
		return nil, errors.New("no line")
	}
	back := b.endpoint.Handle(frame)
	b.frames = append(b.frames, bytes.Clone(frame), bytes.Clone(back))
	return back, nil
}

// phone gives a new phone with the app, in a folder or, with "", in memory.
func (b *backEnd) phone(app, dir string) *Phone {
	b.t.Helper()
	p, err := New(b.options(app, dir))
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *backEnd) options(app, dir string) Options {
	return Options{Dir: dir, Transport: b.carry, ServerKey: b.key.PublicKey(), Now: b.now, App: app, Model: "Aava 7", System: "Ruska 12",
		Description: "phone", Serial: "SERIAL", Rotation: 30 * 24 * time.Hour}
}

// signedIn gives a phone whose user is signed in.
func (b *backEnd) signedIn(app, dir string) *Phone {
	b.t.Helper()
	p := b.phone(app, dir)
	b.must(p.Login("user@example.test", "password"))
	return p
}

func (b *backEnd) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *backEnd) hears(op, format string, args ...any) error {
	b.heard = append(b.heard, strings.TrimSpace(op+" "+fmt.Sprintf(format, args...)))
	return b.refuse[op]
}

func (b *backEnd) SignUpRemoteCall(r remotecall.RemoteCallSignUp) (registry.ID, error) {
	return "subject", b.hears("sign-up", "%+v", r)
}
func (b *backEnd) Login(service, email, password string) (remotecall.Token, error) {
	return remotecall.Token("token of " + email), b.hears("login", "%s", service)
}
func (b *backEnd) Logout(t remotecall.Token) error { return b.hears("logout", "") }
func (b *backEnd) ChangePassword(t remotecall.Token, old, password string) (remotecall.Token, error) {
	return t + " 2", b.hears("change-password", "")
}
func (b *backEnd) Objections(t remotecall.Token) ([]registry.Purpose, error) {
	return b.objected, b.hears("objections", "")
}
func (b *backEnd) Prefer(t remotecall.Token, c remotecall.Preferences) error {
	return b.hears("prefer", "")
}
func (b *backEnd) AddSubUser(t remotecall.Token, e remotecall.SubUserEntry) (registry.ID, error) {
	return "sub", b.hears("add-sub-user", "%s", e.Name)
}
func (b *backEnd) RemoveSubUser(t remotecall.Token, id registry.ID) error {
	return b.hears("remove-sub-user", "%s", id)
}
func (b *backEnd) Call(t remotecall.Token, r remotecall.CallRequest) (remotecall.Ticket, error) {
	b.calls = append(b.calls, r)
	return remotecall.Ticket{Number: 5, Building: r.Building, Bank: "low", Ready: r.Walk}, b.hears("call", "")
}
func (b *backEnd) Status(t remotecall.Token, number uint64) (remotecall.CallStatus, error) {
	return remotecall.CallStatus{Assigned: true, Car: "A"}, b.hears("status", "%d", number)
}
func (b *backEnd) Cancel(t remotecall.Token, number uint64) error {
	return b.hears("cancel", "%d", number)
}
func (b *backEnd) CreateKey(t remotecall.Token, r remotecall.KeyRequest) (remotecall.Key, error) {
	return remotecall.Key{ID: "key", Code: "1234"}, b.hears("create-key", "%s", r.Visitor)
}
func (b *backEnd) RevokeKey(t remotecall.Token, id registry.ID) error {
	return b.hears("revoke-key", "%s", id)
}
func (b *backEnd) Register(t remotecall.Token, id registry.ID, building string) error {
	err := b.hears("register", "%s", building)
	if err == nil {
		b.registered[id] = building
	}
	return err
}
func (b *backEnd) Upload(u remotecall.Usage) error {
	b.uploads = append(b.uploads, u)
	if err := b.hears("upload", ""); err != nil {
		return err
	}
	if b.registered[u.Pseudonym] != u.Building {
		return remotecall.PseudonymUnknown
	}
	return nil
}
func (b *backEnd) Report(a remotecall.AppReport) error {
	b.reports = append(b.reports, a)
	return b.hears("report", "")
}
func (b *backEnd) Exercise(r remotecall.RightsRequest) (*remotecall.Fulfilment, error) {
	f := &remotecall.Fulfilment{Request: "request", Referrals: []string{"main: permissions"}}
	return f, b.hears("exercise", "%s %s", r.Right, r.Service)
}
func (b *backEnd) Import(t remotecall.Token, export []byte) ([]remotecall.Key, error) {
	return []remotecall.Key{{ID: "key", Code: "1234"}}, b.hears("import", "%s", export)
}

func (b *backEnd) Connect(t remotecall.Token, d remotecall.Device, key []byte) error {
	b.device, b.videoKey = d, key
	return b.hears("connect", "")
}
func (b *backEnd) Answer(t remotecall.Token, id uint64) error {
	b.answered = true
	return b.hears("answer", "%d", id)
}
func (b *backEnd) OpenDoor(t remotecall.Token, id uint64) error {
	b.answered = true
	return b.hears("open-door", "%d", id)
}

// Ring, Frame and HangUp are the panel's side.
func (b *backEnd) Ring(building, apartment string) (remotecall.Ringing, error) {
	b.answered = false
	b.device.Rings(3, building)
	return remotecall.Ringing{ID: 3, VideoKey: b.videoKey}, b.refuse["ring"]
}
func (b *backEnd) Frame(id uint64, sealed []byte) error {
	b.sealed = append(b.sealed, sealed)
	b.device.Frame(id, sealed)
	return nil
}
func (b *backEnd) HangUp(id uint64) (answered, opened bool, err error) {
	b.device.Ended(id, b.answered)
	return b.answered, b.answered, nil
}

// files lists what is in a folder, by path.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && path != dir {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func TestOptions(t *testing.T) {
	b := newBackEnd(t)
	for _, row := range []struct {
		why  string
		make func(*Options)
	}{
		{"no line", func(o *Options) { o.Transport = nil }},
		{"no key of the back end", func(o *Options) { o.ServerKey = nil }},
		{"no clock", func(o *Options) { o.Now = nil }},
		{"no such app", func(o *Options) { o.App = "both" }},
		{"a negative rotation", func(o *Options) { o.Rotation = -1 }},
	} {
		o := b.options(remotecall.Flow, "")
		row.make(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", row.why)
		}
	}
}

func TestAskingNeedsALogin(t *testing.T) {
	b := newBackEnd(t)
	p := b.phone(remotecall.Flow, "")
	if _, err := p.Call(remotecall.CallRequest{}); !errors.Is(err, remotecall.NotSignedIn) {
		t.Errorf("err = %v, want %v", err, remotecall.NotSignedIn)
	}
	b.must(p.Login("a@example.test", "p"))
	b.must(p.SignedIn())
	b.must(p.Logout())
	if err := p.SignedIn(); !errors.Is(err, remotecall.NotSignedIn) {
		t.Errorf("after logging out: %v, want %v", err, remotecall.NotSignedIn)
	}
	if diff := cmp.Diff([]string{"login flow", "objections", "objections", "logout"}, b.heard); diff != "" {
		t.Errorf("the service heard (-want +got):\n%s", diff)
	}
}

func TestAccount(t *testing.T) {
	b := newBackEnd(t)
	p := b.phone(remotecall.RemoteCall, "")
	id, err := p.SignUpRemoteCall(remotecall.RemoteCallSignUp{Email: "e", Password: "p", Building: "main"})
	b.must(err)
	if id != "subject" {
		t.Errorf("subject %q", id)
	}
	b.must(p.Login("e", "p"))
	b.heard = b.heard[:1]
	k, err := p.CreateKey(remotecall.KeyRequest{Visitor: "v"})
	b.must(err)
	if k != (remotecall.Key{ID: "key", Code: "1234"}) {
		t.Errorf("key %+v", k)
	}
	b.must(p.RevokeKey(k.ID))
	sub, err := p.AddSubUser(remotecall.SubUserEntry{Name: "n"})
	b.must(err)
	b.must(p.RemoveSubUser(sub))
	if keys, err := p.Import([]byte("{}")); err != nil || len(keys) != 1 {
		t.Errorf("imported keys %v, err %v", keys, err)
	}
	b.must(p.ChangePassword("p", "q"))
	if p.token != "token of e 2" {
		t.Errorf("the login after a change of the password is %q", p.token)
	}
	want := []string{"sign-up {Email:e Password:p Serial:SERIAL Building:main}", "create-key v", "revoke-key key", "add-sub-user n", "remove-sub-user sub",
		"import {}", "change-password"}
	if diff := cmp.Diff(want, b.heard); diff != "" {
		t.Errorf("the service heard (-want +got):\n%s", diff)
	}
}

func TestARefusedRightComesWithItsReferrals(t *testing.T) {
	b := newBackEnd(t)
	p := b.signedIn(remotecall.Flow, t.TempDir())
	b.must(p.Used(FunctionCall, "main", "low"))
	b.refuse["exercise"] = remotecall.AskTheManager
	f, err := p.Exercise(remotecall.RightsRequest{Right: remotecall.ToDelete, Password: "p"})
	if !errors.Is(err, remotecall.AskTheManager) || f == nil || len(f.Referrals) != 1 {
		t.Errorf("fulfilment %+v, err %v", f, err)
	}
	b.refuse["exercise"] = remotecall.IdentityNotProven
	if _, err := p.Exercise(remotecall.RightsRequest{Right: remotecall.ToDelete, Password: "wrong"}); !errors.Is(err, remotecall.IdentityNotProven) {
		t.Errorf("err = %v, want %v", err, remotecall.IdentityNotProven)
	}
	if p.Wiped() || p.Queued() != 1 {
		t.Error("a refused erasure wiped the phone")
	}
}

func TestCallSendsAPositionOnlyWhenNearAndOnlyThen(t *testing.T) {
	for _, row := range []struct {
		why    string
		at     Position
		want   remotecall.Cell
		refuse bool
	}{
		{"at the building", Position{}, remotecall.Cell{}, false},
		{"within the first cell on either side", Position{-9.9, 9.9}, remotecall.Cell{}, false},
		{"a position is rounded towards the building", Position{59.99, -120.01}, remotecall.Cell{East: 5, North: -12}, false},
		{"just near enough", Position{0, 200}, remotecall.Cell{North: 20}, false},
		{"just too far", Position{0, 200.01}, remotecall.Cell{}, true},
		{"too far by both ways together", Position{150, 150}, remotecall.Cell{}, true},
		{"nowhere", Position{nan(), 0}, remotecall.Cell{}, true},
	} {
		t.Run(row.why, func(t *testing.T) {
			b := newBackEnd(t)
			asked := 0
			o := b.options(remotecall.Flow, "")
			o.Where = func() Position { asked++; return row.at }
			p, err := New(o)
			b.must(err)
			b.must(p.Login("a@example.test", "p"))
			if err := p.Used(FunctionIntercom, "main", ""); err != nil || asked != 0 {
				t.Fatalf("the position was read %d times before a call; err %v", asked, err)
			}
			frames := len(b.frames)
			_, err = p.Call(remotecall.CallRequest{Building: "main", From: "1", To: "2", Position: remotecall.Cell{East: 99}})
			if asked != 1 {
				t.Errorf("the position was read %d times in a call", asked)
			}
			if row.refuse {
				if !errors.Is(err, remotecall.NotNear) || len(b.frames) != frames {
					t.Errorf("err = %v and %d frames, want %v and none", err, len(b.frames)-frames, remotecall.NotNear)
				}
				return
			}
			b.must(err)
			if b.calls[0].Position != row.want {
				t.Errorf("cell %+v, want %+v", b.calls[0].Position, row.want)
			}
			_, err = p.Status(5)
			b.must(err)
			b.must(p.Cancel(5))
			b.must(p.Flush())
			if asked != 1 {
				t.Errorf("the position was read %d times; it may be read while calling only", asked)
			}
		})
	}
}

func nan() float64 { var zero float64; return zero / zero }

func TestWalkingTimeIsThePhonesForRemoteCall(t *testing.T) {
	for _, row := range []struct {
		why  string
		app  string
		pace int
		walk time.Duration
		want time.Duration
	}{
		{"no pace known: the service's default", remotecall.RemoteCall, 0, 0, 50 * time.Second},
		{"the user's pace", remotecall.RemoteCall, 600, 0, 100 * time.Second},
		{"a figure of the app's own", remotecall.RemoteCall, 600, 7 * time.Second, 7 * time.Second},
		{"Flow has the speed at the service", remotecall.Flow, 600, 7 * time.Second, 0},
	} {
		t.Run(row.why, func(t *testing.T) {
			b := newBackEnd(t)
			p := b.signedIn(row.app, "")
			p.SetPace(row.pace)
			_, err := p.Call(remotecall.CallRequest{Building: "main", From: "1", To: "2", Distance: 60, Walk: row.walk})
			b.must(err)
			if got := b.calls[0].Walk; got != row.want {
				t.Errorf("walk %v, want %v", got, row.want)
			}
		})
	}
}

func TestRemoteCallKeepsNoCalls(t *testing.T) {
	b := newBackEnd(t)
	dir := filepath.Join(t.TempDir(), "phone")
	p := b.signedIn(remotecall.RemoteCall, dir)
	_, err := p.Call(remotecall.CallRequest{Building: "main", From: "canary-1", To: "canary-2"})
	b.must(err)
	b.must(p.Used(FunctionCall, "main", "low"))
	if p.called != (trip{}) || len(p.log) != 0 || p.Queued() != 0 || len(p.ids) != 0 {
		t.Error("the phone remembers a call")
	}
	b.must(p.Close())
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("the phone keeps %v", got)
	}
}

func TestDeviceLog(t *testing.T) {
	b := newBackEnd(t)
	dir := filepath.Join(t.TempDir(), "phone")
	p := b.signedIn(remotecall.Flow, dir)
	_, err := p.Call(remotecall.CallRequest{Building: "main", From: "3", To: "0"})
	b.must(err)
	b.must(p.Used(FunctionCall, "main", "low"))
	b.must(p.Save())
	b.clock = b.clock.Add(time.Hour)
	b.must(p.Used(FunctionIntercom, "main", ""))
	if p.Used("dancing", "main", "low") == nil {
		t.Error("a function that does not exist was noted")
	}
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	want := []Entry{
		{User: "user@example.test", At: start, Building: "main", Equipment: "low", Function: FunctionCall, From: "3", To: "0"},
		{User: "user@example.test", At: start.Add(time.Hour), Building: "main", Function: FunctionIntercom},
	}
	check := func(p *Phone) {
		t.Helper()
		got, err := p.Log()
		b.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("device log (-want +got):\n%s", diff)
		}
	}
	check(p)
	b.must(p.Close())
	check(b.phone(remotecall.Flow, dir))

	// A crash in the middle of a line costs that line.
	path := filepath.Join(dir, logFile)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	b.must(err)
	_, err = f.WriteString(`{"user":"user@exa`)
	b.must(errors.Join(err, f.Close()))
	p = b.phone(remotecall.Flow, dir)
	check(p)
	b.must(p.Login("user@example.test", "password"))
	b.must(p.Used(FunctionIntercom, "main", ""))
	b.must(p.Save())
	want = append(want, want[1])
	check(p)
}

func TestADamagedFolderIsAnError(t *testing.T) {
	b := newBackEnd(t)
	for _, row := range []struct{ why, name, text string }{
		{"settings of another version", settingsFile, `{"version":2}`},
		{"settings without a version", settingsFile, `{}`},
		{"settings with an unknown field", settingsFile, `{"version":1,"email":"x"}`},
		{"settings cut short", settingsFile, `{"version":1`},
		{"IDs cut short", idsFile, `{"building":"main"`},
	} {
		dir := t.TempDir()
		b.must(os.WriteFile(filepath.Join(dir, row.name), []byte(row.text), 0o600))
		if _, err := New(b.options(remotecall.Flow, dir)); err == nil || !strings.Contains(err.Error(), row.name) {
			t.Errorf("%s: err = %v, want one that names %s", row.why, err, row.name)
		}
	}
}

func TestSettingsOutliveTheApp(t *testing.T) {
	b := newBackEnd(t)
	dir := t.TempDir()
	p := b.signedIn(remotecall.Flow, dir)
	b.must(p.Prefer(remotecall.Preferences{StorePictures: new(true)}))
	p.SetPace(900)
	b.must(p.Close())
	p = b.phone(remotecall.Flow, dir)
	want := settings{Version: 1, StorePictures: true, Pace: 900}
	if diff := cmp.Diff(want, p.settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	b.refuse["prefer"] = remotecall.Unavailable
	b.must(p.Login("user@example.test", "password"))
	if p.Prefer(remotecall.Preferences{StorePictures: new(false)}) == nil || !p.settings.StorePictures {
		t.Error("a preference that the service refused is in the settings")
	}
}
