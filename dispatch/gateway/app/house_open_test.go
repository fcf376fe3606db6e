package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

func TestAHouseOnDiskIsFoundAgain(t *testing.T) {
	o := Options{Dir: t.TempDir(), Buildings: towers(), Cost: registry.TestCost}
	h, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Service.SignUpRemoteCall(remotecall.RemoteCallSignUp{Email: mail, Password: password, Serial: "1", Building: "office"}); err != nil {
		t.Fatal(err)
	}
	office := h.Buildings[1]
	if _, err := h.Service.Manager(office.Name, office.Manager); err != nil || len(office.Manager) < 20 {
		t.Errorf("the Manager who was given no credential: %v", err)
	}
	for _, s := range h.Staff {
		if _, err := h.Service.Operator(s.Role, s.Secret); err != nil {
			t.Errorf("staff %s: %v", s.Role, err)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "stores", registry.ConfigFile)); err != nil {
		t.Errorf("the stores do not say what they were opened with: %v", err)
	}
	if h, err = Open(o); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Service.Login(remotecall.RemoteCall, mail, password); err != nil {
		t.Errorf("after opening again: %v", err)
	}
	if h.Buildings[1].Manager == office.Manager {
		t.Error("a generated credential outlived its house")
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAHouseThatCannotBeOpenedIsClosed(t *testing.T) {
	o := Options{Dir: t.TempDir(), Buildings: towers(), Cost: registry.TestCost}
	o.Buildings[0].Banks = []remotecall.Bank{{Name: "low", Floors: []string{"attic"}}}
	if _, err := Open(o); err == nil {
		t.Fatal("a bank serves a floor that the building lacks")
	}
	o.Buildings = towers()
	h, err := Open(o) // which fails when the stores are still open
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}

// Run tends: calls that nobody ended are forgotten without another call.
func TestRunTendsTheService(t *testing.T) {
	w := newWorld(t)
	d := w.resident(mail)
	w.ask(201, "POST", "calls", d.token, call("G", "2"))
	w.pass(10 * time.Minute)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { w.house.Run(ctx, time.Minute); close(over) }()
		time.Sleep(time.Second)
		stop()
		<-over
	})
	if n := w.house.Service.PendingCalls(); n != 0 {
		t.Errorf("%d calls are left", n)
	}
}
