package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/spf13/cobra"

	"hoistway/dispatch"
	"hoistway/dispatch/gateway"
	"hoistway/scenarios"
)

// serveFlags are those of serve.
type serveFlags struct {
	scenarioFlags
	addr, clients, cert, key, stores, journal, logs, dispatcher, format string
	seed                                                                uint64
	speed                                                               float64
	copies                                                              int
	traffic, tls, admin, page, app                                      bool
	limits                                                              gateway.Limits
}

func newServe() *cobra.Command {
	f := serveFlags{limits: gateway.DefaultLimits()}
	cmd := &cobra.Command{
		Use:   "serve SCENARIO...",
		Short: "Serve buildings to API clients, in real time",
		Long: `Serve puts the buildings of scenarios behind a gateway that speaks the published
KONE APIs: OAuth2 tokens, /stream-v2 over WebSocket, resources and the equipment
REST products. A client written for the real service works against it by changing
the host. Behind it are the production dispatcher and the twin's physics, played
by the clock.

The building's ID is the scenario's name without hyphens, its groups are the
banks in order: building:officelunch, group 1. With --copies there are more of it,
officelunch2 and so on. Client ID and secret are made up and printed once, unless
--clients names a file:

    [client.my-app]
    secret = "..."
    scopes = ["callgiving/*", "rtm/*"]   # left out = everything

hoistway load and hoistway conform take the secret from the environment variable
HOISTWAY_CLIENT_SECRET or from a file.

It serves plain HTTP on loopback addresses only; elsewhere --cert and --key, or
--tls with a certificate made up for localhost. It ends with Ctrl-C, in order:
clients are told, nothing acknowledged is lost.`,
		Example: `  hoistway serve office-lunch
  hoistway serve office-lunch --speed 10 --admin       # faults by the live page and the admin API
  hoistway serve residential-tower --stores house      # accounts and keys stay over restarts`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.serve(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), args)
		},
	}
	fl := cmd.Flags()
	f.add(cmd)
	fl.StringVar(&f.addr, "addr", "127.0.0.1:8080", "listen on `HOST:PORT`; port 0 takes a free one")
	fl.StringVar(&f.clients, "clients", "", "the applications that may ask for tokens (`FILE.toml`)")
	fl.StringVar(&f.cert, "cert", "", "certificate of TLS (`FILE.pem`)")
	fl.StringVar(&f.key, "key", "", "its private key (`FILE.pem`)")
	fl.BoolVar(&f.tls, "tls", false, "TLS with a certificate made up for localhost")
	fl.Float64Var(&f.speed, "speed", 1, "building seconds a second")
	fl.IntVar(&f.copies, "copies", 1, "buildings of each scenario")
	fl.Uint64Var(&f.seed, "seed", 1, "seed of the background traffic")
	fl.StringVar(&f.dispatcher, "dispatcher", "", "dispatch every bank by this policy")
	fl.BoolVar(&f.traffic, "traffic", true, "the scenario's people travel, too")
	fl.BoolVar(&f.page, "page", true, "show the buildings on a live page, on loopback addresses only")
	fl.BoolVar(&f.admin, "admin", false, "let the live page and /admin/ make faults, on loopback addresses only")
	fl.BoolVar(&f.app, "app", true, "serve the app API: accounts, remote calls with position, visitor keys, rights")
	fl.StringVar(&f.stores, "stores", "", "keep the app API's stores and their keys in `DIR`; without it they end with the process")
	fl.StringVar(&f.journal, "journal", "", "write every event and command of the group controllers, for hoistway replay; calls are in it, so never where real people call (`FILE`)")
	fl.StringVar(&f.logs, "log", "", "write the log, JSON lines without personal data, into a `FILE` instead of standard error")
	fl.StringVar(&f.format, "format", "text", "how to print address and credentials: text, json")
	l := &f.limits
	fl.DurationVar(&l.Token, "token-life", l.Token, "life of a token")
	fl.DurationVar(&l.Idle, "idle", l.Idle, "close a socket without traffic after this long")
	fl.DurationVar(&l.Age, "age", l.Age, "close a socket of this age")
	fl.DurationVar(&l.Grace, "grace", l.Grace, "a session can be resumed for this long")
	fl.DurationVar(&l.Subscription, "subscription", l.Subscription, "longest subscription")
	fl.IntVar(&l.Sockets, "sockets", l.Sockets, "sockets open at once")
	fl.IntVar(&l.Calls, "calls", l.Calls, "calls under way in a group at once; more are refused with 429")
	fl.Float64Var(&l.Rate, "rate", l.Rate, "messages a second that one socket may send for long")
	cmd.MarkFlagsMutuallyExclusive("tls", "cert")
	return cmd
}

// serving is what the user has to know to connect.
type serving struct {
	URL       string            `json:"url"`
	Buildings []servedBuilding  `json:"buildings"`
	Client    string            `json:"client_id,omitempty"`
	Secret    string            `json:"client_secret,omitempty"` // made up; empty when the file has it
	Managers  map[string]string `json:"managers,omitempty"`      // credentials made up for the app API, by building
	Admin     bool              `json:"admin"`
	Page      string            `json:"page,omitempty"`
	CA        string            `json:"ca_pem,omitempty"` // of a certificate made up
}

type servedBuilding struct {
	ID       string   `json:"id"`
	Scenario string   `json:"scenario"`
	Groups   []string `json:"groups"`
}

func (f *serveFlags) serve(ctx context.Context, out, errs io.Writer, refs []string) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	config := gateway.Config{Speed: f.speed, Limits: f.limits, Metrics: metrics.NewSet()}
	made := serving{Admin: f.admin}
	cases, err := f.buildings(refs, &config, &made)
	if err != nil {
		return err
	}
	if config.Clients, err = f.readClients(&made); err != nil {
		return err
	}
	if err := config.Check(); err != nil {
		return badInput{err}
	}
	listener, err := net.Listen("tcp", f.addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("--addr %s: it is in use: name another port, or 0 for a free one", f.addr)
	}
	if err != nil {
		return fmt.Errorf("--addr %s: %w", f.addr, err)
	}
	defer listener.Close()
	loopback := listener.Addr().(*net.TCPAddr).IP.IsLoopback()
	secure, err := f.certificate(errs, loopback, &made)
	if err != nil {
		return err
	}
	if f.admin && !loopback {
		return fmt.Errorf("--admin with --addr %s: faults are made from this machine only; listen on a loopback address", f.addr)
	}
	config.Admin, config.Page = f.admin, f.page && loopback

	// From here on there are files.
	log, done, err := f.openLog(errs)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	config.Log = log
	warnOfReaders(log, f.clients, f.key)
	served := false
	closeJournal, err := f.openJournal(&config, cases)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeJournal(served)) }()
	house, err := f.openHouse(&config, cases, &made)
	if err != nil {
		return err
	}
	g, err := gateway.Open(config)
	if err != nil {
		return errors.Join(badInput{err}, house.close())
	}
	if err := house.mount(g); err != nil {
		return errors.Join(err, house.close())
	}
	if err := g.Schedule(networkFaults(cases)...); err != nil {
		return errors.Join(err, house.close())
	}
	made.URL = "http://" + listener.Addr().String()
	if secure != nil {
		made.URL = "https://" + listener.Addr().String()
	}
	if config.Page {
		made.Page = made.URL + "/live"
	}
	if err := made.print(out, f.format); err != nil {
		return errors.Join(err, house.close())
	}
	served = true
	return f.run(ctx, g, listener, secure, house, log)
}

// check finds what is wrong with the flags alone.
func (f *serveFlags) check() error {
	if err := checkFormat(f.format); err != nil {
		return err
	}
	if f.copies < 1 || f.copies > 10_000 {
		return fmt.Errorf("--copies %d: want 1 to 10000", f.copies)
	}
	if f.passengers != "" && strings.ContainsAny(f.passengers, "*?[") {
		return fmt.Errorf("--passengers %s: one list can be served, not a pattern", f.passengers)
	}
	if f.dispatcher != "" {
		if _, err := dispatch.PolicyByName(f.dispatcher); err != nil {
			return fmt.Errorf("--dispatcher: %w", err)
		}
	}
	l := &f.limits
	for _, one := range []struct {
		flag  string
		value any
		fine  bool
	}{
		{"speed", f.speed, f.speed > 0},
		{"token-life", l.Token, l.Token > 0},
		{"idle", l.Idle, l.Idle > 0},
		{"age", l.Age, l.Age > 0},
		{"grace", l.Grace, l.Grace > 0},
		{"subscription", l.Subscription, l.Subscription > 0},
		{"sockets", l.Sockets, l.Sockets > 0},
		{"calls", l.Calls, l.Calls > 0},
		{"rate", l.Rate, l.Rate > 0},
	} {
		if !one.fine {
			return fmt.Errorf("--%s %v: want above 0", one.flag, one.value)
		}
	}
	return nil
}

// openJournal lets a gateway keep a journal, if that is asked for. What it gives
// closes it, and removes it where nothing was served.
func (f *serveFlags) openJournal(c *gateway.Config, cases []*scenarios.Scenario) (end func(served bool) error, err error) {
	if f.journal == "" {
		return func(bool) error { return nil }, nil
	}
	file, err := os.OpenFile(f.journal, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("--journal %s: it exists: name another file, or remove it", f.journal)
	}
	if err != nil {
		return nil, fmt.Errorf("--journal: %w", err)
	}
	c.Journal, c.JournalDispatcher = file, f.dispatcher
	for _, sc := range cases {
		c.JournalScenarios = append(c.JournalScenarios, sc.Canonical())
	}
	return func(served bool) error {
		err := file.Close()
		if !served {
			err = errors.Join(err, os.Remove(f.journal))
		}
		return err
	}, nil
}

// drainTime is how long clients have to take what waits for them at the end.
const drainTime = 10 * time.Second

// run serves until ctx ends or a building fails, and ends in order: clients
// first, then the buildings, then the stores.
func (f *serveFlags) run(ctx context.Context, g *gateway.Gateway, l net.Listener, secure *tls.Config, house *house, log *slog.Logger) error {
	running, stop := context.WithCancel(context.Background())
	defer stop()
	played := make(chan error, 1)
	go func() { played <- g.Run(running) }()
	tended := house.tend(running)
	server := g.Server(g.Handler())
	l = g.Listen(l)
	if secure != nil {
		l = tls.NewListener(l, secure)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	log.Info("serving", "address", l.Addr().String(), "tls", secure != nil, "speed", f.speed)

	var err error
	over := false
	select {
	case <-ctx.Done():
	case err = <-played: // a building has failed
		over = true
	case err = <-served:
	}
	ending, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	g.Drain(ending)
	if e := server.Shutdown(ending); e != nil && !errors.Is(e, context.DeadlineExceeded) {
		err = errors.Join(err, e)
	}
	_ = server.Close()
	stop()
	if !over {
		err = errors.Join(err, <-played)
	}
	<-tended
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	err = errors.Join(err, house.close())
	log.Info("ended", "clean", err == nil)
	return err
}

// openLog gives the process's log, and what closes it.
func (f *serveFlags) openLog(errs io.Writer) (*slog.Logger, func() error, error) {
	if f.logs == "" {
		return slog.New(slog.NewJSONHandler(errs, nil)), func() error { return nil }, nil
	}
	file, err := os.OpenFile(f.logs, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("--log: %w", err)
	}
	return slog.New(slog.NewJSONHandler(file, nil)), file.Close, nil
}

// print says how to connect.
func (s *serving) print(out io.Writer, format string) error {
	if format == "json" {
		return json.NewEncoder(out).Encode(s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "serving %s\n", s.URL)
	for i, building := range s.Buildings {
		if i == 5 && len(s.Buildings) > 6 {
			fmt.Fprintf(&b, "  ... and %d more, to building:%s\n", len(s.Buildings)-i, s.Buildings[len(s.Buildings)-1].ID)
			break
		}
		fmt.Fprintf(&b, "  building:%s  (%s)  groups %s\n", building.ID, building.Scenario, strings.Join(building.Groups, ", "))
	}
	if s.Page != "" {
		fmt.Fprintf(&b, "live page      %s\n", s.Page)
	}
	if s.Secret != "" {
		fmt.Fprintf(&b, "client id      %s\nclient secret  %s\n", s.Client, s.Secret)
	}
	for _, building := range s.Buildings {
		if len(s.Managers) <= 6 && s.Managers[building.ID] != "" {
			fmt.Fprintf(&b, "Manager of %s: %s\n", building.ID, s.Managers[building.ID])
		}
	}
	b.WriteString("Ctrl-C ends it.\n")
	_, err := io.WriteString(out, b.String())
	return err
}
