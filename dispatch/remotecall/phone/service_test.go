package phone_test

import (
	"crypto/ecdh"
	"crypto/hpke"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/phone"
	"hoistway/dispatch/remotecall/wire"
)

// TestWithTheService takes one resident through a day with the real service
// and stores: sign-up, a call, a key, the intercom, an upload, the end.
func TestWithTheService(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	now := func() time.Time { return clock }
	stores, err := registry.Open(registry.Options{Now: now, Limits: registry.DefaultLimits(), Buildings: []registry.BuildingConfig{
		{Name: "main", Region: "FI", Residential: true, Intercom: true}}})
	must(err)
	defer stores.Close()
	service, err := remotecall.New(remotecall.Config{Registry: stores, Now: now, Cost: registry.TestCost, Policy: remotecall.DefaultPolicy(),
		Buildings: []remotecall.Building{{Name: "main", Floors: []string{"0", "1", "2"}, Banks: []remotecall.Bank{{Name: "low", Floors: []string{"0", "1", "2"}}},
			Manager: "manager-credential-of-main", Camera: true, Services: []string{remotecall.Flow, remotecall.RemoteCall}}}})
	must(err)
	key, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	must(err)
	endpoint := wire.NewEndpoint(service, key, now)
	dir := filepath.Join(t.TempDir(), "phone")
	p, err := phone.New(phone.Options{Dir: dir, Transport: func(f []byte) ([]byte, error) { return endpoint.Handle(f), nil }, ServerKey: key.PublicKey(),
		Now: now, App: remotecall.Flow, Description: "phone", Model: "Pixel 9", System: "Android 16"})
	must(err)

	subject, err := p.SignUpFlow(remotecall.FlowSignUp{Name: "Aino Aalto", Gender: "female", Country: "FI", Language: "fi", Phone: "+99912345678901",
		Email: "aino@example.test", Password: "a long enough password", Building: "main"})
	must(err)
	manager, err := service.Manager("main", "manager-credential-of-main")
	must(err)
	_, err = manager.Admit(remotecall.Admission{Service: remotecall.Flow, Email: "aino@example.test", Name: "Aino Aalto", Address: "Katu 1", Apartment: "2-1", MainUser: true})
	must(err)
	_, err = manager.Grant(remotecall.Flow, subject, remotecall.Grant{From: clock, MayGrant: true})
	must(err)
	if err := p.Login("aino@example.test", "not the password"); !errors.Is(err, remotecall.WrongCredentials) {
		t.Errorf("a wrong password: %v, want %v", err, remotecall.WrongCredentials)
	}
	must(p.Login("aino@example.test", "a long enough password"))
	must(p.Prefer(remotecall.Preferences{WalkingSpeed: new(600), FavouriteFloor: new("0"), StorePictures: new(true)}))

	ticket, err := p.Call(remotecall.CallRequest{Building: "main", From: "2", Distance: 60})
	must(err)
	if ticket.From != 2 || ticket.To != 0 || ticket.Bank != "low" || ticket.Ready != 100*time.Second {
		t.Errorf("ticket %+v", ticket)
	}
	service.Assigned(ticket.Number, "A", time.Minute)
	if s, err := p.Status(ticket.Number); err != nil || s.Car != "A" {
		t.Errorf("status %+v, %v", s, err)
	}
	service.Forget(ticket.Number)
	must(p.Used(phone.FunctionCall, "main", ticket.Bank))

	visitor, err := p.CreateKey(remotecall.KeyRequest{Building: "main", Visitor: "guest", Floors: []string{"2"}, From: clock, Until: clock.Add(time.Hour), Uses: 1, Consent: true})
	must(err)
	must(service.UseKey("main", visitor, "2"))
	must(p.RevokeKey(visitor.ID))

	must(p.Connect())
	panel := phone.NewPanel(service)
	for _, answered := range []bool{false, true} {
		ring, err := panel.Ring("main", "2-1")
		must(err)
		must(ring.Show([]byte("face")))
		must(p.Listen())
		if answered {
			must(p.Answer(ring.ID()))
			must(p.OpenDoor(ring.ID()))
		}
		was, opened, err := ring.HangUp()
		must(err)
		must(p.Listen())
		if was != answered || opened != answered {
			t.Errorf("answered %t, opened %t, want both %t", was, opened, answered)
		}
	}
	if names, err := p.Pictures(); err != nil || len(names) != 1 {
		t.Errorf("%d pictures, want that of the call that was missed; %v", len(names), err)
	}

	must(p.Used(phone.FunctionIntercom, "main", ""))
	p.Opened(time.Minute)
	clock = clock.Add(time.Hour)
	must(p.Flush())
	if p.Queued() != 0 {
		t.Errorf("%d uploads wait", p.Queued())
	}
	for _, right := range []remotecall.Right{remotecall.ToReview, remotecall.ToPort} {
		f, err := p.Exercise(remotecall.RightsRequest{Right: right, Password: "a long enough password", Pseudonyms: p.Pseudonyms()})
		must(err)
		if len(f.Export) == 0 {
			t.Errorf("%s gave nothing", right)
		}
	}
	must(p.Save())
	_, err = p.Exercise(remotecall.RightsRequest{Right: remotecall.ToDelete, Password: "a long enough password"})
	must(err)
	if !p.Wiped() {
		t.Error("the phone was not wiped when its account was erased")
	}
	if err := p.Login("aino@example.test", "a long enough password"); !errors.Is(err, remotecall.WrongCredentials) {
		t.Errorf("after the end: %v, want %v", err, remotecall.WrongCredentials)
	}
	if names, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(names) != 0 {
		t.Errorf("the folder holds %v; %v", names, err)
	}
}
