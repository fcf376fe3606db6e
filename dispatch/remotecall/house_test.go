package remotecall

import (
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"hoistway/dispatch/registry"
)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// house is a service on stores in memory, with two buildings: a residential
// tower of two banks, and an office.
type house struct {
	t testing.TB
	clock
	stores  *registry.Registry
	metrics *metrics.Set
	config  Config
	s       *Service

	delivered []Delivery // to subjects who asked through a Manager
}

const (
	towerCredential  = "tower-credential"
	officeCredential = "office-credential"
	goodPassword     = "correct horse"
)

// monday is when the tests begin: 2024-03-04, 12:00.
var monday = time.Date(2024, 3, 4, 12, 0, 0, 0, time.UTC)

func newHouse(t testing.TB, change ...func(*Config)) *house {
	t.Helper()
	h := &house{t: t, metrics: metrics.NewSet()}
	h.set(monday)
	var err error
	h.stores, err = registry.Open(registry.Options{
		Now: h.now,
		Buildings: []registry.BuildingConfig{
			{Name: "tower", Region: "FI", Residential: true, Intercom: true, Logs: []registry.LogDeclaration{
				{Name: "lifts", Fields: []string{"floor", "result"}, Purpose: registry.ToSecure, Retention: 30 * 24 * time.Hour},
			}},
			{Name: "office", Region: "FI"},
		},
		Limits: registry.DefaultLimits(), Group: []string{"ORG-1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.stores.Close(); err != nil {
			t.Error(err)
		}
	})
	h.config = Config{
		Registry: h.stores, Now: h.now, Cost: registry.TestCost, Metrics: h.metrics, Policy: DefaultPolicy(),
		Buildings: []Building{
			{
				Name: "tower", Floors: []string{"G", "1", "2", "3", "4", "5"}, Manager: towerCredential, Camera: true, Services: []string{RemoteCall, Flow},
				Banks: []Bank{{"low", []string{"G", "1", "2", "3"}}, {"high", []string{"G", "3", "4", "5"}}},
			},
			{
				Name: "office", Floors: []string{"G", "1", "2"}, Manager: officeCredential, Services: []string{RemoteCall, Flow},
				Banks: []Bank{{"main", []string{"G", "1", "2"}}},
			},
		},
	}
	h.config.Deliver = func(d Delivery) error { h.delivered = append(h.delivered, d); return nil }
	for _, f := range change {
		f(&h.config)
	}
	h.restart()
	return h
}

// restart starts the service again on the same stores.
func (h *house) restart() {
	h.t.Helper()
	s, err := New(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.s = s
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("refused: %v", err)
	}
}

// refused wants an error of one reason.
func (h *house) refused(err error, want Refusal) {
	h.t.Helper()
	var got Refusal
	if !errors.As(err, &got) || got != want {
		h.t.Fatalf("got %v, want refusal %q", err, want)
	}
}

// flowUser is a valid sign-up to Flow.
func flowUser(email string) FlowSignUp {
	return FlowSignUp{
		Name: "Aino Virtanen", Gender: "female", Country: "FI", Language: "fi", Phone: "+358 40 123456", Email: email, Password: goodPassword, Building: "tower",
	}
}

// person is somebody who is signed in.
type person struct {
	subject registry.ID
	service string
	email   string
	token   Token
}

// signUp opens an account and signs in.
func (h *house) signUp(service, email string) person {
	h.t.Helper()
	var subject registry.ID
	var err error
	if service == Flow {
		subject, err = h.s.SignUpFlow(flowUser(email))
	} else {
		subject, err = h.s.SignUpRemoteCall(RemoteCallSignUp{Email: email, Password: goodPassword, Serial: "SN-1", Building: "tower"})
	}
	h.ok(err)
	token, err := h.s.Login(service, email, goodPassword)
	h.ok(err)
	return person{subject, service, email, token}
}

func (h *house) manager(building string) *Manager {
	h.t.Helper()
	m, err := h.s.Manager(building, building+"-credential")
	h.ok(err)
	return m
}

// resident is somebody who may go everywhere in the tower, and grant it when
// they use Flow.
func (h *house) resident(service, email, apartment string) person {
	h.t.Helper()
	p := h.signUp(service, email)
	m := h.manager("tower")
	a := Admission{Service: service, Email: email, Name: "Aino Virtanen"}
	if apartment != "" {
		a.Address, a.Apartment, a.MainUser = "Keilasatama 3", apartment, true
	}
	_, err := m.Admit(a)
	h.ok(err)
	_, err = m.Grant(service, p.subject, Grant{MayGrant: service == Flow})
	h.ok(err)
	return p
}

// upFrom is an ordinary call in the tower.
func upFrom(from, to string) CallRequest {
	return CallRequest{Building: "tower", From: from, To: to, Distance: 12}
}

// keyTo is a request for a key that opens floors of the tower for an hour.
func (h *house) keyTo(floors ...string) KeyRequest {
	return KeyRequest{Building: "tower", Visitor: "Plumber", Floors: floors, From: h.now(), Until: h.now().Add(time.Hour), Uses: 1, Consent: true}
}

// writes counts what was written to and deleted from the stores.
func (h *house) writes() (n uint64) {
	for _, a := range h.stores.Accesses() {
		if a.Act != "read" {
			n += a.Count
		}
	}
	return n
}

// acts counts entries of the ledger of one act.
func (h *house) acts(act string) (n int) {
	h.t.Helper()
	h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
		if e.Act == act {
			n++
		}
		return nil
	}))
	return n
}

// audited lists the key audit of a building as "act what", in order.
func (h *house) audited(building string) (list []string) {
	h.t.Helper()
	incident, err := h.stores.Append(registry.Entry{Act: registry.ActIncident, Facts: map[string]string{"reason": "theft"}}, false)
	h.ok(err)
	h.ok(h.stores.As(registry.RoleSecurity, registry.ToSecure).In(building).On(incident).
		Each(registry.Ref{Kind: registry.KindKeyAudit}, func(_ registry.Ref, load func(registry.Record) error) error {
			var e registry.KeyAudit
			if err := load(&e); err != nil {
				return err
			}
			list = append(list, e.Act+" "+e.What)
			return nil
		}))
	return list
}

// newVideoKey is a phone's public key.
func newVideoKey(t testing.TB) []byte {
	t.Helper()
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k.PublicKey().Bytes()
}
