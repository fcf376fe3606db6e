package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"hoistway/bench/estate"
	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// stores makes a folder of evidence with small stores: stores FOLDER. Aino
// uses Flow in the buildings main and annex, Eino uses it in main, and Ilmari
// uses Remote Call in main. Their password is "correct horse". With -locked
// the folder then stays open for the rest of the script.
func stores(ts *testscript.TestScript, neg bool, args []string) {
	locked := len(args) == 2 && args[0] == "-locked"
	if neg || len(args) != 1 && !locked {
		ts.Fatalf("usage: stores [-locked] FOLDER")
	}
	folder := ts.MkAbs(args[len(args)-1])
	dir, keys := filepath.Join(folder, "stores"), filepath.Join(folder, "keys")
	ts.Check(os.MkdirAll(keys, 0o700))
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	config := registry.Config{
		Buildings: []registry.BuildingConfig{{Name: "main", Region: "FI", Residential: true, Intercom: true}, {Name: "annex", Region: "FI"}},
		Limits:    registry.DefaultLimits(), Cost: registry.TestCost,
		Layouts: map[string]registry.Layout{"main": {Floors: []string{"G", "1"}}, "annex": {Floors: []string{"G", "1"}}},
	}
	ts.Check(registry.WriteConfig(dir, config))
	r, err := registry.Open(registry.Options{Dir: dir, Keys: keys, Now: func() time.Time { return now }, Buildings: config.Buildings, Limits: config.Limits})
	ts.Check(err)
	if locked {
		ts.Defer(func() { ts.Check(r.Close()) })
		return
	}
	both := []string{remotecall.RemoteCall, remotecall.Flow}
	c := remotecall.Config{Registry: r, Now: func() time.Time { return now }, Cost: config.Cost, Policy: remotecall.DefaultPolicy(), Buildings: []remotecall.Building{
		{Name: "main", Floors: []string{"G", "1"}, Manager: "m", Services: both}, {Name: "annex", Floors: []string{"G", "1"}, Manager: "m", Services: both},
	}}
	s, err := remotecall.New(c)
	ts.Check(err)
	const password = "correct horse"
	for _, p := range []struct{ name, email string }{{"Aino Aalto", "aino@example.org"}, {"Eino Eerola", "eino@example.org"}} {
		subject, err := s.SignUpFlow(remotecall.FlowSignUp{Name: p.name, Gender: "other", Country: "FI", Language: "fi", Phone: "+999 1234567", Email: p.email, Password: password, Building: "main"})
		ts.Check(err)
		for _, building := range []string{"main", "annex"} {
			if building == "annex" && p.name != "Aino Aalto" {
				continue
			}
			m, err := s.Manager(building, "m")
			ts.Check(err)
			_, err = m.Admit(remotecall.Admission{Service: remotecall.Flow, Email: p.email, Name: p.name})
			ts.Check(err)
			_, err = m.Grant(remotecall.Flow, subject, remotecall.Grant{MayGrant: true})
			ts.Check(err)
		}
	}
	_, err = s.SignUpRemoteCall(remotecall.RemoteCallSignUp{Email: "ilmari@example.org", Password: password, Serial: "SN-77", Building: "main"})
	ts.Check(err)
	ts.Check(r.Close())
}

// email sets $EMAIL to the e-mail of somebody whom the truth of a run's
// evidence still knows: email FOLDER SERVICE
func email(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: email FOLDER SERVICE")
	}
	for line := range strings.Lines(ts.ReadFile(filepath.Join(args[0], "truth", "canaries.ndjson"))) {
		var c estate.Canary
		ts.Check(json.Unmarshal([]byte(line), &c))
		if c.Field == "email" && c.Service == args[1] && c.Store == "cloud" && c.Until == nil {
			ts.Setenv("EMAIL", c.Value)
			return
		}
	}
	ts.Fatalf("nobody in %s uses %s", args[0], args[1])
}
