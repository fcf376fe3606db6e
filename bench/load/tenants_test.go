package load

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/bench/load/outcome"
)

// withTenants is a short run of a few phones.
func withTenants(t *testing.T, f *fake) Options {
	t.Helper()
	f.floors = len(f.app.floors)
	o := f.options(t)
	o.Manager = fakeManager
	o.Plan.Rate, o.Plan.PingRate, o.Plan.Settle = 0, 5, 0
	o.Plan.WarmUp = 0 // so that both sides count everything
	o.Plan.Tenants, o.Plan.AppRate, o.Plan.KeyRate = 3, 40, 20
	return o
}

// Phones of accounts that exist for the run alone: every request is answered,
// both sides count the same, and nobody is left.
func TestTenants(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	o := withTenants(t, f)
	var busy atomic.Int64
	f.app.refuse = func(_, path string) (int, string) {
		if strings.HasSuffix(path, "/accounts") && busy.Add(1) == 2 {
			return 429, "too-many-requests"
		}
		return 0, ""
	}
	file := mustRun(t, o)
	if file.Invalid != "" || len(file.Notes) > 0 {
		t.Fatalf("the run is invalid or has a note: %s %q", file.Invalid, file.Notes)
	}
	m := file.Measured
	for name, least := range map[string]int64{"app-call": 15, "app-cancel": 15, "app-key": 6} {
		e := m.Exchange(name)
		if e == nil || e.Answered != e.Sent || e.Sent < least || e.Result.N != e.Sent {
			t.Errorf("%s: %+v, want at least %d and all answered", name, e, least)
		}
	}
	got := []int64{m.Exchange("app-call").Sent, m.Exchange("app-cancel").Sent, m.Exchange("app-key").Sent}
	if diff := cmp.Diff([]int64{int64(f.app.placed), int64(f.app.cancelled), int64(f.app.keys)}, got); diff != "" {
		t.Errorf("calls, cancelled calls and keys (-the server's +the client's):\n%s", diff)
	}
	if len(f.app.calls) > 0 || len(f.app.faults) > 0 {
		t.Errorf("%d calls are left; what no phone sends: %q", len(f.app.calls), f.app.faults)
	}
	if len(f.app.emails) != 3 || f.app.erased != 3 || len(f.app.accounts) != 0 || busy.Load() != 4 {
		t.Errorf("%d signed up in %d attempts and %d were erased, want 3 in 4 and 3", len(f.app.emails), busy.Load(), f.app.erased)
	}
	for i, email := range f.app.emails {
		if !strings.HasPrefix(email, "load-1-") || !strings.HasSuffix(email, "@example.invalid") {
			t.Errorf("address %d does not say that it is made up: %s", i, email)
		}
	}
	if p := file.Plan; p.Tenants != 3 || p.AppRate != 40 || p.KeyRate != 20 {
		t.Errorf("the result's plan is %+v", p)
	}
}

func TestWhatPhonesMeetIsToldApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sentence string
		set      func(f *fake, o *Options)
		check    func(t *testing.T, m *outcome.Measured)
	}{
		{"a server that takes its time shows in the latencies", func(f *fake, o *Options) { f.app.delay = 300 * time.Millisecond }, func(t *testing.T, m *outcome.Measured) {
			for _, name := range []string{"app-call", "app-key"} {
				if e := m.Exchange(name); e.Answered != e.Sent || e.Result.P50 < 0.3 || e.Result.P50 > 1 {
					t.Errorf("%s: %+v, want all answered after 0.3 s", name, e)
				}
			}
			if e := m.Exchange("app-cancel"); e.Result.P50 > 0.2 {
				t.Errorf("a cancel counts from its own instant: %+v", e.Result)
			}
		}},
		{"429 is shed load and no error", func(f *fake, o *Options) { f.app.refuse = onCalls(429, "too-many-requests") }, func(t *testing.T, m *outcome.Measured) {
			if e := m.Exchange("app-call"); e.Shed != e.Sent || e.Result.N != 0 {
				t.Errorf("%+v: want all shed", e)
			}
			if e := m.Exchange("app-cancel"); e != nil {
				t.Errorf("calls that were not taken are cancelled: %+v", e)
			}
			for i, v := range judge([]Threshold{{Metric: "load_errors", Op: "<="}, {Metric: "load_shed", Op: ">", Bound: 10}}, m, &Plan{}) {
				if !v.Pass {
					t.Errorf("verdict %d: %s", i, v.Why)
				}
			}
		}},
		{"an account's calls within an hour are used up: a refusal, and an error", func(f *fake, o *Options) { f.app.refuse = onCalls(429, "too-many-calls") }, func(t *testing.T, m *outcome.Measured) {
			if e := m.Exchange("app-call"); e.Refused != e.Sent {
				t.Errorf("%+v: want all refused", e)
			}
			if len(m.Refusals) != 1 || m.Refusals[0].Name != "app-call: 429 too-many-calls" {
				t.Errorf("refusals are %+v", m.Refusals)
			}
			if v := judge([]Threshold{{Metric: "load_errors", Op: "<="}}, m, &Plan{})[0]; v.Pass {
				t.Error("they are no errors")
			}
		}},
		{"a call that ended before it is cancelled is no error", func(f *fake, o *Options) {
			f.app.refuse = func(method, _ string) (int, string) {
				if method == "DELETE" {
					return 404, "no-such-call"
				}
				return 0, ""
			}
		}, func(t *testing.T, m *outcome.Measured) {
			if e := m.Exchange("app-cancel"); e == nil || e.Answered != e.Sent || e.Sent == 0 {
				t.Errorf("%+v: want all answered", e)
			}
		}},
		{"what has no answer in time counts with the time it was waited for", func(f *fake, o *Options) {
			o.Plan.Timeout, f.app.delay = 200*time.Millisecond, time.Second
		}, func(t *testing.T, m *outcome.Measured) {
			if e := m.Exchange("app-call"); e.Unanswered != e.Sent || e.Silent != e.Sent || e.Result.N != e.Sent || e.Result.P50 < 0.2 || e.Result.P50 > 0.8 {
				t.Errorf("%+v: want none answered within 0.2 s", e)
			}
		}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			o := withTenants(t, f)
			c.set(f, &o)
			c.check(t, &mustRun(t, o).Measured)
			if f.app.erased != 3 || len(f.app.accounts) != 0 {
				t.Errorf("%d accounts were erased and %d are left", f.app.erased, len(f.app.accounts))
			}
		})
	}
}

// onCalls refuses calls over the app API.
func onCalls(code int, word string) func(method, path string) (int, string) {
	return func(_, path string) (int, string) {
		if path == "/app/v1/calls" {
			return code, word
		}
		return 0, ""
	}
}

// However a run ends, its accounts are erased, or it says that they may not be.
func TestNoAccountIsLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sentence  string
		set       func(f *fake, o *Options, interrupt func())
		want      string // in the error
		signed    int
		left      int
		cancelled bool
	}{
		{"a wrong credential of the Manager is noticed before anybody signs up", func(f *fake, o *Options, _ func()) { o.Manager = "another credential" }, "401 Unauthorized: wrong-credentials", 0, 0, false},
		{"a building whose floors have other names", func(f *fake, o *Options, _ func()) { f.app.floors = []string{"P1", "P2"} }, "give the scenario that the target serves", 0, 0, false},
		{"the stream cannot be opened", func(f *fake, o *Options, _ func()) { f.openCode = 403 }, "no session could be opened", 3, 0, false},
		{"the set-up breaks off between signing up and logging in", func(f *fake, o *Options, _ func()) {
			f.app.refuse = func(_, path string) (int, string) {
				if strings.HasSuffix(path, "/permissions") {
					return 404, "not-your-building"
				}
				return 0, ""
			}
		}, "giving a tenant a permission", 3, 0, false},
		{"an interrupted load", func(f *fake, o *Options, interrupt func()) {
			o.Plan.Duration = time.Hour
			o.Progress = func(p Progress) {
				if p.Stage == "loading" && p.Sent > 3 {
					interrupt()
				}
			}
		}, "", 3, 0, true},
		{"accounts that the server does not erase are told of", func(f *fake, o *Options, _ func()) {
			f.openCode = 403
			f.app.refuse = func(_, path string) (int, string) {
				if strings.HasSuffix(path, "/erase") {
					return 403, "identity-not-proven"
				}
				return 0, ""
			}
		}, "3 of the run's accounts may be left, with addresses load-1-", 3, 3, false},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			o := withTenants(t, f)
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			c.set(f, &o, interrupt)
			_, err := Run(ctx, o)
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, context.Canceled) != c.cancelled {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
			if left := (*LeftAccounts)(nil); errors.As(err, &left) != (c.left > 0) {
				t.Errorf("the error tells of accounts that are left: %v", err)
			}
			if len(f.app.emails) != c.signed || len(f.app.accounts) != c.left {
				t.Errorf("%d signed up and %d are left, want %d and %d", len(f.app.emails), len(f.app.accounts), c.signed, c.left)
			}
			for _, secret := range []string{"tok.en", fakeManager, "another credential"} {
				if strings.Contains(fmt.Sprint(err), secret) {
					t.Errorf("the error holds a token or credential: %v", err)
				}
			}
		})
	}
}

func TestAccountsThatAreLeftAreInTheResult(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.app.refuse = func(_, path string) (int, string) {
		if strings.HasSuffix(path, "/erase") {
			return 403, "identity-not-proven"
		}
		return 0, ""
	}
	if notes := mustRun(t, withTenants(t, f)).Notes; len(notes) != 1 || !strings.Contains(notes[0], "3 of the run's accounts may be left") {
		t.Errorf("notes are %q", notes)
	}
}

func TestTenantsThatCannotBe(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	for _, c := range []struct {
		sentence string
		set      func(o *Options)
		want     string
	}{
		{"rates without tenants", func(o *Options) { o.Plan.Tenants = 0 }, "0 tenants with 40 calls and 20 visitor keys per second"},
		{"tenants without a rate", func(o *Options) { o.Plan.AppRate, o.Plan.KeyRate = 0, 0 }, "3 tenants with 0 calls"},
		{"a crowd", func(o *Options) { o.Plan.Tenants = 1001 }, "1001 tenants: from 0 to 1000"},
		{"a negative rate", func(o *Options) { o.Plan.KeyRate = -1 }, "key rate of -1/s"},
		{"a search", func(o *Options) {
			o.Thresholds = []Threshold{{Metric: "load_ack_p99", Op: "<=", Unit: "s", Bound: 1}}
			o.Search = &Search{Step: time.Second, Within: 0.1, Steps: 2}
		}, "on the stream alone"},
		{"nobody to admit them", func(o *Options) { o.Manager = "" }, "--manager-secret-file"},
	} {
		o := withTenants(t, f)
		c.set(&o)
		if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", c.sentence, err, c.want)
		}
	}
	if len(f.app.emails) > 0 {
		t.Errorf("%d signed up", len(f.app.emails))
	}
}

// What phones do depends on the plan and the seed alone, comes in order and at
// the plan's rates, and tenants take turns.
func TestTouches(t *testing.T) {
	p := &Plan{Tenants: 4, AppRate: 30, KeyRate: 10, Duration: 100 * time.Second, Seed: 7}
	all := func(p *Plan) (list []touch) {
		for s := newTouches(p, 2); ; {
			d, some := s.next()
			if !some {
				return list
			}
			list = append(list, d)
		}
	}
	list := all(p)
	if diff := cmp.Diff(list, all(p)); diff != "" {
		t.Errorf("twice the same plan:\n%s", diff)
	}
	other := *p
	other.Seed = 8
	if cmp.Equal(list, all(&other)) {
		t.Error("another seed changes nothing")
	}
	counts := map[bool]int{}
	by := map[int]int{}
	for i, d := range list {
		if i > 0 && d.At < list[i-1].At || d.At >= p.Duration {
			t.Fatalf("touch %d is at %v, after %v", i, d.At, list[max(0, i-1)].At)
		}
		counts[d.Key]++
		if !d.Key {
			by[d.Tenant]++
		}
	}
	if c, k := counts[false], counts[true]; c < 2700 || c > 3300 || k < 850 || k > 1150 {
		t.Errorf("%d calls and %d keys in 100 s, want some 3000 and 1000", c, k)
	}
	for i := range 4 {
		if by[i] < counts[false]/4 || by[i] > counts[false]/4+1 {
			t.Errorf("tenant %d has %d of %d calls, want a quarter", i, by[i], counts[false])
		}
	}
}
