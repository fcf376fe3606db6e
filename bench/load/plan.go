package load

import (
	"errors"
	"fmt"
	"time"

	"hoistway/bench/load/outcome"
	"hoistway/scenarios"
)

// Profile is how the rate of calls goes over time.
type Profile string

// The profiles.
const (
	Constant Profile = scenarios.LoadConstant // Rate throughout
	Ramp     Profile = scenarios.LoadRamp     // from 0 to Rate within Plan.Ramp, then Rate
	Spike    Profile = scenarios.LoadSpike    // Rate, but SpikeRate for Plan.Spike in the middle
	Soak     Profile = scenarios.LoadSoak     // as a ramp, for long: the server's own figures are compared from end to end
)

// Plan is what is sent. Rates are those of all sessions together.
type Plan struct {
	Profile   Profile
	Rate      float64       // lift calls per second
	PingRate  float64       // pings per second; see keepAlive
	Sessions  int           // sockets with a session each
	OpenRate  float64       // sessions opened per second, before the load begins
	WarmUp    time.Duration // load that is not measured
	Duration  time.Duration // load that is
	Ramp      time.Duration // Ramp, Soak: how long the rate rises, from the start of the warm-up
	Spike     time.Duration // Spike: how long SpikeRate lasts, around the middle of Duration
	SpikeRate float64       // Spike: calls per second
	Delete    float64       // share of accepted calls that are taken back
	Seed      uint64

	Tenants int     // accounts of the app API; 0 = none
	AppRate float64 // Tenants: lift calls of all of them together per second, over the app API
	KeyRate float64 // Tenants: visitor keys per second

	Timeout     time.Duration // a request that has no answer by then is unanswered
	Settle      time.Duration // how long the end of calls in flight is waited for after the load
	MaxLateness time.Duration // p99 of the client's own lateness above which a run is invalid
}

// PlanOf is what a scenario's [load] asks for, or its defaults, with our own for
// what is the client's affair.
func PlanOf(sc *scenarios.Scenario) Plan {
	l := sc.Load
	if l == nil {
		l = scenarios.DefaultLoad()
	}
	return Plan{
		Profile: Profile(l.Profile), Rate: l.Rate, PingRate: l.PingRate, Sessions: l.Sessions, Duration: l.Duration,
		Ramp: l.Ramp, Spike: l.Spike, SpikeRate: l.SpikeRate, Delete: l.Delete, Seed: l.Seed,
		OpenRate: 200, WarmUp: 2 * time.Second, Timeout: 10 * time.Second, Settle: time.Minute, MaxLateness: 50 * time.Millisecond,
	}
}

// Fill gives a plan whose profile needs a span or rate that it does not have the
// one that scenarios take.
func (p Plan) Fill() Plan {
	switch p.Profile {
	case Ramp, Soak:
		if p.Ramp == 0 {
			p.Ramp = p.Duration / 3
		}
	case Spike:
		if p.Spike == 0 {
			p.Spike = p.Duration / 6
		}
		if p.SpikeRate == 0 {
			p.SpikeRate = 4 * p.Rate
		}
	}
	return p
}

// Bounds of a plan: what one client machine can mean seriously.
const (
	mostSessions = 60_000
	mostRate     = 200_000
	longest      = 7 * 24 * time.Hour
	mostTenants  = 1000
	mostAppRate  = 10_000
)

// quiet is how long a socket may be silent: servers close idle ones after 60 s.
const quiet = 25 * time.Second

// Check finds all faults of a plan at once.
func (p *Plan) Check() error {
	var faults []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	switch p.Profile {
	case Constant:
	case Ramp, Soak:
		need(p.Ramp > 0 && p.Ramp <= p.WarmUp+p.Duration, "ramp of %v: it has to end within warm-up and duration, %v", p.Ramp, p.WarmUp+p.Duration)
	case Spike:
		need(p.Spike > 0 && p.Spike <= p.Duration, "spike of %v: it has to fit into the duration, %v", p.Spike, p.Duration)
		need(p.SpikeRate > p.Rate && p.SpikeRate <= mostRate, "spike rate of %v/s: it has to be above the rate, %v/s, and at most %d/s", p.SpikeRate, p.Rate, mostRate)
	default:
		need(false, "profile %q: known are constant, ramp, spike and soak", p.Profile)
	}
	need(p.Rate >= 0 && p.Rate <= mostRate, "rate of %v/s: from 0 to %d", p.Rate, mostRate)
	need(p.PingRate >= 0 && p.PingRate <= mostRate, "ping rate of %v/s: from 0 to %d", p.PingRate, mostRate)
	need(p.Rate > 0 || p.PingRate > 0 || p.AppRate > 0 || p.KeyRate > 0, "a load without calls and without pings")
	need(p.Tenants >= 0 && p.Tenants <= mostTenants, "%d tenants: from 0 to %d", p.Tenants, mostTenants)
	need(p.AppRate >= 0 && p.AppRate <= mostAppRate, "app rate of %v/s: from 0 to %d", p.AppRate, mostAppRate)
	need(p.KeyRate >= 0 && p.KeyRate <= mostAppRate, "key rate of %v/s: from 0 to %d", p.KeyRate, mostAppRate)
	need((p.Tenants > 0) == (p.AppRate > 0 || p.KeyRate > 0), "%d tenants with %v calls and %v visitor keys per second: tenants need one of the rates, and the rates need tenants", p.Tenants, p.AppRate, p.KeyRate)
	need(p.Sessions >= 1 && p.Sessions <= mostSessions, "%d sessions: from 1 to %d", p.Sessions, mostSessions)
	need(p.OpenRate > 0 && p.OpenRate <= mostRate, "%v sessions opened per second: above 0 and at most %d", p.OpenRate, mostRate)
	need(p.WarmUp >= 0 && p.WarmUp <= longest, "warm-up of %v: from 0 to %v", p.WarmUp, longest)
	need(p.Duration >= time.Second && p.Duration <= longest, "duration of %v: from 1s to %v", p.Duration, longest)
	need(p.Delete >= 0 && p.Delete <= 1, "a share of %v of calls taken back: from 0 to 1", p.Delete)
	need(p.Timeout >= 100*time.Millisecond && p.Timeout <= highest, "timeout of %v: from 100ms to %v", p.Timeout, highest)
	need(p.Settle >= 0 && p.Settle <= time.Hour, "settling of %v: from 0 to 1h", p.Settle)
	need(p.MaxLateness > 0, "a greatest lateness of %v: above 0", p.MaxLateness)
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("load plan: %w", err)
	}
	return nil
}

// keepAlive is the ping rate that keeps every socket from falling idle, or the
// plan's own when that is higher.
func (p *Plan) keepAlive() float64 {
	return max(p.PingRate, float64(p.Sessions)/quiet.Seconds())
}

// result is the plan as results show it.
func (p *Plan) result(banks int) outcome.Plan {
	o := outcome.Plan{
		Profile: string(p.Profile), Rate: p.Rate, PingRate: p.keepAlive(), Sessions: p.Sessions, Banks: banks, OpenRate: p.OpenRate,
		WarmUp: p.WarmUp.Seconds(), Duration: p.Duration.Seconds(), Delete: p.Delete, Timeout: p.Timeout.Seconds(),
		Settle: p.Settle.Seconds(), Seed: p.Seed, MaxLateness: p.MaxLateness.Seconds(),
		Tenants: p.Tenants, AppRate: p.AppRate, KeyRate: p.KeyRate,
	}
	switch p.Profile {
	case Ramp, Soak:
		o.Ramp = p.Ramp.Seconds()
	case Spike:
		o.Spike, o.SpikeRate = p.Spike.Seconds(), p.SpikeRate
	}
	return o
}
