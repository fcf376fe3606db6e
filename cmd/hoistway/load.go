package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"hoistway/bench/load"
	"hoistway/bench/load/outcome"
	"hoistway/reports"
	"hoistway/scenarios"
	"hoistway/twin"
)

const aboutLoad = `Load puts a service that speaks the network API under load and holds what it
measures against thresholds. Sessions are opened, lift calls placed between the
floors that the scenario's people travel, and each call is watched until it is
served. It works against hoistway serve and any other server of the API.

The load is open-loop: every request is due at an instant of a schedule that
depends on the plan and the seed alone, is sent then whether or not others have
been answered, and its latency counts from that instant. When it is the client
that falls behind, the run is invalid and ends with exit code 3.

Profiles: constant; ramp (from 0 to the rate within --ramp); spike (--spike-rate
for --spike in the middle); soak (a ramp, then the rate for long: look at the
server's memory). --find-limit looks for the highest rate that meets the thresholds.
Plan and thresholds come from [load] and the load_ lines of [expect] of the
scenario; flags change them.

With --tenants, phones call lifts (--app-rate) and make visitor keys (--key-rate)
over the app API beside all that; no profile changes these rates. The tenants are
accounts under made-up names, opened before the load and erased after it, in the
building of the first group. hoistway serve lets an address sign up and log in 20
times at once and then every 3 s, and hashes passwords slowly on purpose: up to 10
tenants take seconds, each further one 6 s. It takes 60 calls of an account within
an hour; more are answered too-many-calls and count as refused: keep --app-rate
times seconds, the warm-up included, below 60 times --tenants. Callers cancel after
a second. Requests of phones count in load_errors and load_shed; load_ack, load_result
and the other load_ metrics are about the stream alone.

The target must be on this machine unless you answer for it with
--i-own-this-target. The client's secret is read from --secret-file or from the
environment variable HOISTWAY_CLIENT_SECRET.`

// loadFlags are those of load.
type loadFlags struct {
	scenarioFlags
	outputFlags
	target, client, secretFile, ca string
	own, insecure                  bool
	managerFile                    string
	groups, expect                 []string
	plan                           load.Plan
	findLimit, againstEcho         bool
	search                         load.Search
}

func newLoad() *cobra.Command {
	f := loadFlags{search: load.DefaultSearch()}
	cmd := &cobra.Command{
		Use:   "load SCENARIO --target URL",
		Short: "Put a service of the network API under load and judge it",
		Long:  aboutLoad,
		Example: `  hoistway load office-lunch --target http://127.0.0.1:8080 --secret-file FILE
  hoistway load office-lunch --target http://127.0.0.1:8080 --rate 200 --sessions 1000 --expect 'load_ack_p99<=50ms' --out load
  hoistway load office-lunch --target http://127.0.0.1:8080 --find-limit --expect 'load_ack_p99<=50ms'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, refs []string) error { return runLoad(cmd, refs[0], &f) },
	}
	flags, d := cmd.Flags(), load.PlanOf(&scenarios.Scenario{})
	flags.StringVar(&f.target, "target", "", "`URL` of the service, such as http://127.0.0.1:8080")
	flags.BoolVar(&f.own, "i-own-this-target", false, "the target is mine, and it may be put under load though it is not on this machine")
	flags.StringVar(&f.client, "client", "hoistway", "client `ID` to get tokens with")
	flags.StringVar(&f.secretFile, "secret-file", "", "`FILE` whose first line is the client's secret (default: from "+secretVariable+")")
	flags.StringVar(&f.ca, "ca", "", "PEM `FILE` of the authority to trust for TLS instead of the system's")
	flags.BoolVar(&f.insecure, "insecure-skip-verify", false, "do not verify the target's certificate; loopback only")
	flags.StringArrayVar(&f.groups, "group", nil, "group that calls go to, `BUILDING:GROUP` such as office:1; repeatable (default: all that the target offers)")
	flags.StringVar((*string)(&f.plan.Profile), "profile", string(d.Profile), "constant, ramp, spike or soak")
	flags.Float64Var(&f.plan.Rate, "rate", d.Rate, "lift calls per second, of all sessions together")
	flags.Float64Var(&f.plan.PingRate, "ping-rate", d.PingRate, "pings per second; raised so far that no session falls idle")
	flags.IntVar(&f.plan.Sessions, "sessions", d.Sessions, "sockets with a session each")
	flags.Float64Var(&f.plan.OpenRate, "open-rate", d.OpenRate, "sessions opened per second")
	flags.DurationVar(&f.plan.WarmUp, "warm-up", d.WarmUp, "load that is not measured")
	flags.DurationVar(&f.plan.Duration, "duration", d.Duration, "load that is measured")
	flags.DurationVar(&f.plan.Ramp, "ramp", d.Ramp, "how long the rate rises, with --profile ramp or soak (default: a third of the duration)")
	flags.DurationVar(&f.plan.Spike, "spike", d.Spike, "how long the spike lasts, with --profile spike (default: a sixth of the duration)")
	flags.Float64Var(&f.plan.SpikeRate, "spike-rate", d.SpikeRate, "lift calls per second in the spike (default: four times the rate)")
	flags.Float64Var(&f.plan.Delete, "delete", d.Delete, "share of calls that are taken back, 0 to 1")
	flags.DurationVar(&f.plan.Timeout, "timeout", d.Timeout, "how long an answer is waited for")
	flags.DurationVar(&f.plan.Settle, "settle", d.Settle, "how long the end of calls in flight is waited for after the load")
	flags.DurationVar(&f.plan.MaxLateness, "max-lateness", d.MaxLateness, "the run is invalid when the client sends 1 % of the requests later than this")
	flags.Uint64Var(&f.plan.Seed, "seed", d.Seed, "seed of the schedule and of the floors")
	flags.IntVar(&f.plan.Tenants, "tenants", d.Tenants, "accounts of the app API that are opened for the load; a few, see above (default: none)")
	flags.Float64Var(&f.plan.AppRate, "app-rate", d.AppRate, "remote calls per second over the app API, of all tenants together")
	flags.Float64Var(&f.plan.KeyRate, "key-rate", d.KeyRate, "visitor keys made per second, of all tenants together")
	flags.StringVar(&f.managerFile, "manager-secret-file", "", "with --tenants, `FILE` whose first line is the credential of the building's Manager, as hoistway serve --format json prints it")
	flags.StringArrayVar(&f.expect, "expect", nil, "threshold such as load_ack_p99<=50ms; repeatable, beside those of the scenario")
	flags.BoolVar(&f.findLimit, "find-limit", false, "look for the highest rate that meets the thresholds, from --rate on (--ping-rate when --rate is 0)")
	flags.DurationVar(&f.search.Step, "step", f.search.Step, "measured length of a step of --find-limit")
	flags.BoolVar(&f.againstEcho, "against-echo", false, "instead of a load, measure how many ping round trips the target makes at most against a bare echo server, over --sessions sockets for --duration each")
	flags.StringArrayVar(&f.set, "set", nil, "change a setting as if the scenario said so, `KEY=VALUE`; repeatable")
	f.outputFlags.add(cmd, "write load.json and load.html")
	return cmd
}

// runLoad makes a load run.
func runLoad(cmd *cobra.Command, ref string, f *loadFlags) error {
	if err := checkFormat(f.format); err != nil {
		return err
	}
	if f.target == "" {
		return errors.New("--target: give the URL of the service, such as http://127.0.0.1:8080")
	}
	sc, err := scenarios.Load(ref, scenarios.Options{Set: f.set, Dispatchers: twin.Dispatchers()})
	if err != nil {
		return badInput{err}
	}
	o, err := f.options(cmd, sc)
	if err != nil {
		return err
	}
	if f.againstEcho {
		return againstEcho(cmd, f, o)
	}
	out, err := openOutput(f.out, f.force)
	if err != nil {
		return err
	}
	defer out.discard()
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.clear()
	o.Progress = func(p load.Progress) { bar.show(loadProgress(p)) }
	file, err := load.Run(cmd.Context(), *o)
	bar.clear()
	if err != nil {
		if ended := cmd.Context().Err(); ended != nil {
			if left := (*load.LeftAccounts)(nil); errors.As(err, &left) {
				fmt.Fprintln(cmd.ErrOrStderr(), "hoistway:", left)
			}
			return ended // whatever else it is called: somebody interrupted
		}
		return err
	}
	stdout := cmd.OutOrStdout()
	if f.format == formatJSON {
		text, err := json.Marshal(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s\n", text)
	} else if err := printLoad(stdout, file); err != nil {
		return err
	}
	if out != nil {
		if err := writeFile(filepath.Join(out.work, fileLoad), func(w io.Writer) error { return outcome.Write(w, file) }); err != nil {
			return err
		}
		if err := writeFile(filepath.Join(out.work, fileLoadReport), func(w io.Writer) error { return reports.Load(w, file) }); err != nil {
			return err
		}
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if err := out.commit(); err != nil {
			return err
		}
		if f.format == formatText {
			fmt.Fprintf(stdout, "\nreport: %s\n", filepath.Join(f.out, fileLoadReport))
		}
	}
	return loadVerdict(file)
}

// againstEcho measures the target against a bare echo server.
func againstEcho(cmd *cobra.Command, f *loadFlags, o *load.Options) error {
	if f.out != "" || f.findLimit || len(f.expect) > 0 || o.Plan.Tenants > 0 {
		return errors.New("--against-echo is a measurement of its own: it takes no --out, --find-limit, --expect or --tenants")
	}
	r, err := load.Saturation{Sockets: o.Plan.Sessions, Duration: o.Plan.Duration}.AgainstEcho(cmd.Context(), o.Target, o.Client, o.Groups)
	if err != nil {
		if ended := cmd.Context().Err(); ended != nil {
			return ended
		}
		return err
	}
	if f.format == formatJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%.0f pings and %.0f bare echoes a second over %d sockets: %.0f %%\n", r.Pings, r.Echoes, r.Sockets, 100*r.Share)
	return err
}

// options turns the flags into a run.
func (f *loadFlags) options(cmd *cobra.Command, sc *scenarios.Scenario) (*load.Options, error) {
	var err error
	o := &load.Options{Scenario: sc, Plan: f.planOf(cmd, sc), Thresholds: load.Thresholds(sc), Tool: version()}
	for _, text := range f.expect {
		t, err := load.ParseThreshold(text)
		if err != nil {
			return nil, fmt.Errorf("--expect: %w", err)
		}
		o.Thresholds = append(o.Thresholds, t)
	}
	for _, text := range f.groups {
		g, err := load.ParseGroup(text)
		if err != nil {
			return nil, fmt.Errorf("--group: %w", err)
		}
		o.Groups = append(o.Groups, g)
	}
	if f.findLimit {
		o.Search = &f.search
	}
	if err := o.Plan.Check(); err != nil {
		return nil, err
	}
	switch {
	case o.Plan.Tenants > 0 && f.managerFile == "":
		return nil, errors.New("--tenants: they have to be admitted to the building: give its Manager's credential with --manager-secret-file")
	case f.managerFile != "":
		if o.Manager, err = secretOf("--manager-secret-file", f.managerFile); err != nil {
			return nil, err
		}
	}
	access := load.Access{Own: f.own, Insecure: f.insecure}
	if f.ca != "" {
		pem, err := os.ReadFile(f.ca)
		if err != nil {
			return nil, fmt.Errorf("--ca: %w", err)
		}
		access.CA = pem
	}
	if o.Target, err = load.NewTarget(cmd.Context(), f.target, access); err != nil {
		if errors.Is(err, load.ErrForeign) && !f.insecure {
			return nil, fmt.Errorf("%w; if it is yours, say so with --i-own-this-target", err)
		}
		return nil, err
	}
	o.Client.ID = f.client
	if o.Client.Secret, err = clientSecret(f.secretFile); err != nil {
		return nil, err
	}
	return o, nil
}

// planOf is the scenario's plan with what the flags change of it.
func (f *loadFlags) planOf(cmd *cobra.Command, sc *scenarios.Scenario) load.Plan {
	p := load.PlanOf(sc)
	for _, one := range []struct {
		flag string
		set  func()
	}{
		{"profile", func() { p.Profile = f.plan.Profile }},
		{"rate", func() { p.Rate = f.plan.Rate }},
		{"ping-rate", func() { p.PingRate = f.plan.PingRate }},
		{"sessions", func() { p.Sessions = f.plan.Sessions }},
		{"open-rate", func() { p.OpenRate = f.plan.OpenRate }},
		{"warm-up", func() { p.WarmUp = f.plan.WarmUp }},
		{"duration", func() { p.Duration = f.plan.Duration }},
		{"ramp", func() { p.Ramp = f.plan.Ramp }},
		{"spike", func() { p.Spike = f.plan.Spike }},
		{"spike-rate", func() { p.SpikeRate = f.plan.SpikeRate }},
		{"delete", func() { p.Delete = f.plan.Delete }},
		{"timeout", func() { p.Timeout = f.plan.Timeout }},
		{"settle", func() { p.Settle = f.plan.Settle }},
		{"max-lateness", func() { p.MaxLateness = f.plan.MaxLateness }},
		{"seed", func() { p.Seed = f.plan.Seed }},
		{"tenants", func() { p.Tenants = f.plan.Tenants }},
		{"app-rate", func() { p.AppRate = f.plan.AppRate }},
		{"key-rate", func() { p.KeyRate = f.plan.KeyRate }},
	} {
		if cmd.Flags().Changed(one.flag) {
			one.set()
		}
	}
	return p.Fill()
}

// loadProgress is the line of a load under way.
func loadProgress(p load.Progress) (done, total float64, text string) {
	switch p.Stage {
	case "loading":
		return p.Done, p.Total, fmt.Sprintf("loading, %.0f of %.0f s, %d sent, %s calls asked for", p.Done, p.Total, p.Sent, load.Figure(p.Rate, "/s"))
	case "settling":
		return 1, 1, fmt.Sprintf("waiting for the end of %.0f %s", p.Done, p.Unit)
	}
	return p.Done, p.Total, fmt.Sprintf("%s, %.0f of %.0f %s", p.Stage, p.Done, p.Total, p.Unit)
}

// loadVerdict is a missed error when a threshold was missed or the run proves
// nothing.
func loadVerdict(f *outcome.File) error {
	if f.Invalid != "" {
		return missedf("the run is invalid: %s", f.Invalid)
	}
	if f.Search != nil {
		if f.Search.Highest == 0 {
			return missedf("no rate meets the thresholds: %s", f.Search.Ended)
		}
		return nil
	}
	var failed []string
	for _, v := range f.Verdicts {
		if !v.Pass {
			failed = append(failed, v.Text+": "+v.Why)
		}
	}
	if len(failed) > 0 {
		return missedf("%d of %d %s missed, first %s", len(failed), len(f.Verdicts), plural(len(f.Verdicts), "threshold"), failed[0])
	}
	return nil
}

// planSpan writes a time of a plan.
func planSpan(s float64) string { return time.Duration(s * float64(time.Second)).String() }
