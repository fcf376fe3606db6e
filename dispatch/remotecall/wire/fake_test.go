package wire

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
	"sync"
	"testing"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// fake is a Service that writes down what reaches it.
type fake struct {
	mu      sync.Mutex
	heard   []string
	refuses error
	device  remotecall.Device
}

func (f *fake) hears(format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, fmt.Sprintf(format, args...))
	return f.refuses
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.heard)
}

func (f *fake) SignUpRemoteCall(r remotecall.RemoteCallSignUp) (registry.ID, error) {
	return "subject", f.hears("sign-up-remote-call %+v", r)
}
func (f *fake) SignUpFlow(r remotecall.FlowSignUp) (registry.ID, error) {
	return "subject", f.hears("sign-up-flow %+v", r)
}
func (f *fake) Login(service, email, password string) (remotecall.Token, error) {
	return "token", f.hears("login %s %s %s", service, email, password)
}
func (f *fake) Logout(t remotecall.Token) error { return f.hears("logout %s", t) }
func (f *fake) ChangePassword(t remotecall.Token, old, password string) (remotecall.Token, error) {
	return "token-2", f.hears("change-password %s %s %s", t, old, password)
}
func (f *fake) Objections(t remotecall.Token) ([]registry.Purpose, error) {
	return []registry.Purpose{registry.ToAnalyse}, f.hears("objections %s", t)
}
func (f *fake) Prefer(t remotecall.Token, p remotecall.Preferences) error {
	return f.hears("prefer %s %d", t, *p.WalkingSpeed)
}
func (f *fake) AddSubUser(t remotecall.Token, e remotecall.SubUserEntry) (registry.ID, error) {
	return "sub", f.hears("add-sub-user %s %s", t, e.Name)
}
func (f *fake) RemoveSubUser(t remotecall.Token, id registry.ID) error {
	return f.hears("remove-sub-user %s %s", t, id)
}
func (f *fake) Call(t remotecall.Token, r remotecall.CallRequest) (remotecall.Ticket, error) {
	return remotecall.Ticket{Number: 7, Bank: "low", To: 3, Ready: time.Minute}, f.hears("call %s %+v", t, r)
}
func (f *fake) Status(t remotecall.Token, number uint64) (remotecall.CallStatus, error) {
	return remotecall.CallStatus{Assigned: true, Car: "A"}, f.hears("status %s %d", t, number)
}
func (f *fake) Cancel(t remotecall.Token, number uint64) error {
	return f.hears("cancel %s %d", t, number)
}
func (f *fake) CreateKey(t remotecall.Token, r remotecall.KeyRequest) (remotecall.Key, error) {
	return remotecall.Key{ID: "key", Code: "1234"}, f.hears("create-key %s %s", t, r.Visitor)
}
func (f *fake) RevokeKey(t remotecall.Token, id registry.ID) error {
	return f.hears("revoke-key %s %s", t, id)
}
func (f *fake) Register(t remotecall.Token, pseudonym registry.ID, building string) error {
	return f.hears("register-pseudonym %s %s %s", t, pseudonym, building)
}
func (f *fake) Upload(u remotecall.Usage) error {
	return f.hears("upload-usage %s %s", u.Pseudonym, u.Equipment)
}
func (f *fake) Report(a remotecall.AppReport) error {
	return f.hears("app-report %s %s", a.Token, a.Model)
}
func (f *fake) Exercise(r remotecall.RightsRequest) (*remotecall.Fulfilment, error) {
	return &remotecall.Fulfilment{Request: "request", Referrals: []string{"ask"}}, f.hears("exercise %s %s %s", r.Token, r.Right, r.Service)
}
func (f *fake) Import(t remotecall.Token, export []byte) ([]remotecall.Key, error) {
	return nil, f.hears("import %s %s", t, export)
}
func (f *fake) Connect(t remotecall.Token, d remotecall.Device, videoKey []byte) error {
	f.device = d
	return f.hears("connect %s %s", t, videoKey)
}
func (f *fake) Answer(t remotecall.Token, id uint64) error { return f.hears("answer %s %d", t, id) }
func (f *fake) OpenDoor(t remotecall.Token, id uint64) error {
	return f.hears("open-door %s %d", t, id)
}

// The service is one that the wire can carry.
var _ Service = (*remotecall.Service)(nil)

// line is a phone and a back end with a clock and a tap.
type line struct {
	*fake
	endpoint *Endpoint
	key      hpke.PrivateKey
	clock    time.Time
	frames   [][]byte // in order, as a tap sees them
	from     []string
	// meddle changes what the phone sends and what it gets, unless it is nil.
	meddle func(from string, frame []byte) []byte
}

func newLine(t testing.TB) *line {
	t.Helper()
	key, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	l := &line{fake: new(fake), key: key, clock: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	l.restart()
	return l
}

// restart is a new process of the back end.
func (l *line) restart() { l.endpoint = NewEndpoint(l.fake, l.key, l.now) }

func (l *line) now() time.Time { return l.clock }

func (l *line) Frame(at time.Time, from string, frame []byte) {
	l.frames = append(l.frames, append([]byte(nil), frame...))
	l.from = append(l.from, from)
}

func (l *line) carry(frame []byte) ([]byte, error) {
	if l.meddle != nil {
		frame = l.meddle("phone", frame)
	}
	back := l.endpoint.Handle(frame)
	if l.meddle != nil {
		back = l.meddle("service", back)
	}
	return back, nil
}

func (l *line) dial(anonymous bool) *Client {
	return Dial(Dialing{Transport: l.carry, ServerKey: l.key.PublicKey(), Anonymous: anonymous, Tap: l, Now: l.now})
}
