package remotecall_test

import (
	"errors"
	"fmt"
	"log"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// Somebody signs up, is let in by the Manager of their building, and calls a
// lift. What the group controller gets names nobody.
func Example() {
	now := func() time.Time { return time.Date(2024, 3, 4, 8, 0, 0, 0, time.UTC) }
	stores, err := registry.Open(registry.Options{
		Now: now, Limits: registry.DefaultLimits(),
		Buildings: []registry.BuildingConfig{{Name: "tower", Region: "FI"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stores.Close()
	s, err := remotecall.New(remotecall.Config{
		Registry: stores, Now: now, Cost: registry.TestCost, Policy: remotecall.DefaultPolicy(),
		Buildings: []remotecall.Building{{
			Name: "tower", Floors: []string{"G", "1", "2"}, Banks: []remotecall.Bank{{Name: "A", Floors: []string{"G", "1", "2"}}},
			Manager: "a credential", Services: []string{remotecall.RemoteCall},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}

	const email, password = "aino@example.org", "correct horse"
	aino, err := s.SignUpRemoteCall(remotecall.RemoteCallSignUp{Email: email, Password: password, Serial: "SN-1", Building: "tower"})
	if err != nil {
		log.Fatal(err)
	}
	token, err := s.Login(remotecall.RemoteCall, email, password)
	if err != nil {
		log.Fatal(err)
	}
	call := remotecall.CallRequest{Building: "tower", From: "G", To: "2", Distance: 30}

	_, err = s.Call(token, call)
	fmt.Println(errors.Is(err, remotecall.NotPermitted), err)

	m, err := s.Manager("tower", "a credential")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := m.Admit(remotecall.Admission{Service: remotecall.RemoteCall, Email: email, Name: "Aino"}); err != nil {
		log.Fatal(err)
	}
	if _, err := m.Grant(remotecall.RemoteCall, aino, remotecall.Grant{Daily: "07:00-19:00"}); err != nil {
		log.Fatal(err)
	}
	ticket, err := s.Call(token, call)
	fmt.Printf("%+v %v\n", ticket, err)

	// Output:
	// true not-permitted
	// {Number:1 Building:tower Bank:A From:0 To:2 Ready:25s} <nil>
}
