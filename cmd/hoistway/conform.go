package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hoistway/bench/conformance"
)

func newConform() *cobra.Command {
	var (
		target     conformance.Target
		only       []string
		other      []string
		ca         string
		secretFile string
		parallel   int
		mine       bool
		list       bool
		verbose    bool
	)
	cmd := &cobra.Command{
		Use:   "conform URL",
		Short: "Hold a server against the published KONE APIs, behaviour by behaviour",
		Long: `Hold a server against the published KONE APIs: tokens, sockets, calls,
monitoring, sessions and equipment, one check for each behaviour. Any server
that claims to speak the API can be the target.

The checks place calls, hold doors and, on a server that lets them, lock floors
and take cars out. A target that is not this machine is refused unless
--i-own-this-target is given: point this at nothing with people in it.

Lifts take their time: start the server with a building that is 20 times as
fast, say.

    hoistway serve office-lunch --speed 20
    hoistway conform http://127.0.0.1:8080 --secret-file secret

The client's secret is read from --secret-file or from the environment variable
HOISTWAY_CLIENT_SECRET. Exit code 3 says that a check failed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			if list {
				return listConformance(out)
			}
			if len(args) != 1 {
				return fmt.Errorf("want the URL of a server, such as http://127.0.0.1:8080")
			}
			target.URL = args[0]
			if err := ownTarget(target.URL, mine); err != nil {
				return err
			}
			var err error
			if target.Secret, err = clientSecret(secretFile); err != nil {
				return err
			}
			if len(other) > 0 {
				if len(other) != 3 {
					return fmt.Errorf("--other wants ID,SECRET,SCOPE")
				}
				target.Other = conformance.Application{ID: other[0], Secret: other[1], Scope: other[2]}
			}
			if ca != "" {
				if target.TLS, err = trusting(ca); err != nil {
					return err
				}
			}
			if parallel < 1 {
				return fmt.Errorf("--parallel %d: want 1 at least", parallel)
			}
			if err := answers(cmd.Context(), target); err != nil {
				return err
			}
			options := conformance.Options{Parallel: parallel, Filter: chosen(only)}
			bar := newProgress(cmd.ErrOrStderr())
			defer bar.clear()
			done, of := 0, 0
			for _, c := range conformance.Checks() {
				if options.Filter == nil || options.Filter(c) {
					of++
				}
			}
			options.Done = func(r conformance.Result) {
				done++
				bar.show(float64(done), float64(of), fmt.Sprintf("%d of %d checks, last %s", done, of, r.ID))
			}
			results, err := conformance.Run(cmd.Context(), target, options)
			bar.clear()
			if err != nil {
				return err
			}
			if err := writeConformance(out, results, verbose); err != nil {
				return err
			}
			if failed := conformance.Count(results, conformance.Failed); failed > 0 {
				return missedf("%d of %d checks failed", failed, len(results))
			}
			if conformance.Count(results, conformance.Passed) == 0 {
				return missedf("none of %d checks could be judged", len(results))
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&target.ID, "client", "hoistway", "client `ID` of an application that may do everything")
	f.StringVar(&secretFile, "secret-file", "", "`FILE` whose first line is the client's secret (default: from "+secretVariable+")")
	f.StringVar(&target.Building, "building", "", "ID of the building in which calls are placed; when left out, the first")
	f.StringVar(&target.Group, "group", "", "its group; when left out, the first")
	f.StringSliceVar(&other, "other", nil, "a second application, as ID,SECRET,SCOPE, which may ask for this scope only")
	f.StringSliceVar(&only, "only", nil, "checks to run, such as token.grant or 'session.*'")
	f.StringVar(&ca, "ca", "", "PEM `FILE` of the certificate to trust, for https")
	f.DurationVar(&target.Answer, "answer", 10*time.Second, "the longest wait for an answer")
	f.DurationVar(&target.Ride, "ride", 3*time.Minute, "the longest wait for a lift")
	f.DurationVar(&target.Idle, "idle", 0, "after which the server closes silent sockets; when left out, that is not waited for")
	f.IntVar(&parallel, "parallel", 4, "checks at once")
	f.BoolVar(&mine, "i-own-this-target", false, "allow a target that is not this machine")
	f.BoolVar(&list, "list", false, "list the checks and where each comes from")
	f.BoolVar(&verbose, "verbose", false, "explain the checks that passed, too")
	return cmd
}

// ownTarget refuses a target that is not this machine, unless it is said to be
// the caller's.
func ownTarget(target string, mine bool) error {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("the target is %q: want http://HOST:PORT or https://HOST:PORT", target)
	}
	ip := net.ParseIP(u.Hostname())
	if mine || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s is not this machine: calls would move lifts that may not be yours. If they are, say --i-own-this-target", u.Host)
}

// answers asks for one token, so that a server that is not there and a secret
// that is wrong are said once, and not by each check. What else may be wrong with
// the answer is for the checks to say.
func answers(ctx context.Context, target conformance.Target) error {
	ctx, cancel := context.WithTimeout(ctx, target.Answer)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(target.URL, "/")+"/api/v2/oauth2/token", strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		return err
	}
	ask.SetBasicAuth(target.ID, target.Secret)
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{Transport: &http.Transport{TLSClientConfig: target.TLS, DisableKeepAlives: true}}
	answer, err := client.Do(ask)
	if err != nil {
		return fmt.Errorf("no server answers: %w", err)
	}
	_ = answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		return fmt.Errorf("%s gives client %q no token: look at --client and its secret", target.URL, target.ID)
	case http.StatusTooManyRequests:
		return fmt.Errorf("%s has seen too many wrong secrets or requests: try again in %s seconds", target.URL, cmp.Or(answer.Header.Get("Retry-After"), "some"))
	}
	return nil
}

// trusting is a configuration for servers with a certificate.
func trusting(file string) (*tls.Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, badInput{fmt.Errorf("--ca: %s holds no certificate in PEM", file)}
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

// chosen is a filter of checks by patterns of IDs; nil is all.
func chosen(patterns []string) func(conformance.Check) bool {
	if len(patterns) == 0 {
		return nil
	}
	return func(c conformance.Check) bool {
		for _, p := range patterns {
			if ok, err := path.Match(p, c.ID); ok && err == nil {
				return true
			}
		}
		return false
	}
}

func listConformance(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, c := range conformance.Checks() {
		if _, err := fmt.Fprintf(w, "%s\t%s\t[%s]\n", c.ID, c.Sentence, c.Source); err != nil {
			return err
		}
	}
	return w.Flush()
}

// writeConformance prints the table, and what is behind each verdict that is
// not a pass.
func writeConformance(out io.Writer, results []conformance.Result, verbose bool) error {
	var b strings.Builder
	for _, r := range results {
		fmt.Fprintf(&b, "%s  %-34s %7s  %s\n", r.Verdict, r.ID, r.Took.Round(time.Millisecond), r.Sentence)
		switch {
		case r.Verdict == conformance.Failed:
			fmt.Fprintf(&b, "      [%s]\n      %s\n", r.Source, strings.ReplaceAll(r.Reason, "\n", "\n      "))
		case r.Verdict == conformance.Skipped:
			fmt.Fprintf(&b, "      %s\n", r.Reason)
		case verbose:
			fmt.Fprintf(&b, "      [%s]\n", r.Source)
		}
	}
	fmt.Fprintf(&b, "\n%d checks: %d passed, %d failed, %d skipped\n", len(results),
		conformance.Count(results, conformance.Passed), conformance.Count(results, conformance.Failed), conformance.Count(results, conformance.Skipped))
	_, err := io.WriteString(out, b.String())
	return err
}
