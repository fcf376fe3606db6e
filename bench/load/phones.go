package load

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Streams of random numbers beside those of the senders, which are numbered
// from 0.
const (
	tenantStream = 1 << 32 // who the tenants are
	phoneStream  = 2 << 32 // what their phones do when
)

// touch is what a phone is to do at an instant.
type touch struct {
	At     time.Duration // since the load began
	Key    bool          // a visitor key is made, else a lift called
	Tenant int
	Bank   int     // of the tenants' banks
	Trip   float64 // in [0, 1), which of its trips
	How    float64 // in [0, 1), how far away the caller is
	Where  float64 // in [0, 1), in which direction
}

// touches gives what phones do in order of time. Calls and keys come as Poisson
// processes whose rates no profile changes. Tenants take turns, so that none
// reaches the service's limit of calls an hour before the others.
type touches struct {
	rates   [2]intensity // of calls and of keys
	arrived [2]float64
	at      [2]time.Duration
	has     [2]bool
	turn    [2]int
	tenants int
	banks   int
	random  *rand.Rand
}

func newTouches(p *Plan, banks int) *touches {
	all := (p.WarmUp + p.Duration).Seconds()
	s := &touches{tenants: p.Tenants, banks: banks, random: rand.New(rand.NewPCG(p.Seed, phoneStream))}
	for i, rate := range []float64{p.AppRate, p.KeyRate} {
		s.rates[i] = intensity{{all, rate, rate}}
		s.arrive(i)
	}
	return s
}

func (s *touches) arrive(i int) {
	s.arrived[i] += s.random.ExpFloat64()
	s.at[i], s.has[i] = s.rates[i].after(s.arrived[i])
}

// next takes what is next; false when there is nothing more.
func (s *touches) next() (touch, bool) {
	i := 0
	if s.has[1] && (!s.has[0] || s.at[1] < s.at[0]) {
		i = 1
	}
	if !s.has[i] {
		return touch{}, false
	}
	d := touch{At: s.at[i], Key: i == 1, Tenant: s.turn[i], Bank: s.random.IntN(s.banks), Trip: s.random.Float64(), How: s.random.Float64(), Where: s.random.Float64()}
	s.turn[i] = (s.turn[i] + 1) % s.tenants
	s.arrive(i)
	return d, true
}

// mostTouched bounds what phones have under way at once. Once it is reached, the
// client falls behind, and the run is invalid for its lateness.
const mostTouched = 20_000

// phones put a load's part of the app API on it.
type phones struct {
	tenants *tenants
	fleet   *fleet
	record  *record
	timeout time.Duration
}

// play has phones do what is due until all is done or ctx ends. over is called
// when all has been sent. It returns when every request has ended.
func (s *phones) play(ctx context.Context, all *touches, over func()) {
	var under sync.WaitGroup
	defer under.Wait()
	defer over()
	slots := make(chan struct{}, mostTouched)
	for {
		d, some := all.next()
		due := s.record.base + d.At
		if !some || due >= s.record.to || !pause(ctx, due-s.fleet.now()) {
			return
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		if s.record.measured(due) {
			late := s.fleet.now() - due
			s.record.lateness.record(late)
			if late > tooLate {
				s.record.unsent.Add(1)
				<-slots
				continue
			}
		}
		// Counted here: the load is not over before it has ended.
		k := kindAppCall
		if d.Key {
			k = kindAppKey
		}
		s.record.sent(k, due)
		under.Go(func() {
			defer func() { <-slots }()
			if d.Key {
				s.makeKey(ctx, d, due)
			} else {
				s.call(ctx, d, due)
			}
		})
	}
}

// exchange makes a request that counts from an instant, and records how it
// ended, in the window of what led to it. The answer is nil unless it is good.
func (s *phones) exchange(ctx context.Context, k kind, due, counts time.Duration, token, method, path string, body any) *appAnswer {
	limit, cancel := context.WithTimeout(ctx, counts+s.timeout-s.fleet.now())
	defer cancel()
	answer, err := s.tenants.api.ask(limit, token, method, path, body)
	took := s.fleet.now() - counts
	how := answered
	switch {
	case err != nil && limit.Err() != nil:
		how = unanswered
	case err != nil:
		how = lost
	default:
		how = endingOf(k, answer)
	}
	if how == refused {
		s.record.count(s.record.refusals, fmt.Sprintf("%s: %d %s", kindNames[k], answer.code, answer.word))
	}
	s.record.ended(k, due, took, how, false)
	if how != answered {
		return nil
	}
	return answer
}

// Words of refusals that we have to tell apart.
const (
	tooManyCalls = "too-many-calls" // of one account within an hour: the plan's fault, not the server's
	noSuchCall   = "no-such-call"
)

// endingOf is how an answer ends a request.
func endingOf(k kind, a *appAnswer) ending {
	switch {
	case a.good(), k == kindAppCancel && a.word == noSuchCall: // the car came first
		return answered
	case overloaded(a.code) && a.word != tooManyCalls:
		return shed
	}
	return refused
}

// call calls a lift from near the building, and soon thinks better of it: calls
// would pile up, because nobody gets in.
func (s *phones) call(ctx context.Context, d touch, due time.Duration) {
	t := s.tenants
	one, trip := t.all[d.Tenant], t.banks[d.Bank].trips.pick(d.Trip)
	east, north, metres, seconds := t.stand(one, d.How, d.Where)
	s.record.open.Add(1) // what follows belongs to the load
	defer s.record.open.Add(-1)
	answer := s.exchange(ctx, kindAppCall, due, due, one.token, http.MethodPost, "/calls", map[string]any{
		"building": t.building, "from": t.floors[trip.From], "to": t.floors[trip.To],
		"position": map[string]int{"east": east, "north": north}, "distance": metres, "walk": seconds,
	})
	if answer == nil {
		return
	}
	var taken struct{ Call uint64 }
	if json.Unmarshal(answer.body, &taken) != nil || taken.Call == 0 {
		s.record.count(s.record.refusals, "an answer to a call over the app API without its number")
		return
	}
	cancel := s.fleet.now() + takeBackAfter
	if !pause(ctx, takeBackAfter) {
		return
	}
	s.record.sent(kindAppCancel, due)
	s.exchange(ctx, kindAppCancel, due, cancel, one.token, http.MethodDelete, "/calls/"+strconv.FormatUint(taken.Call, 10), nil)
}

// makeKey makes a visitor key for today. It goes with the account.
func (s *phones) makeKey(ctx context.Context, d touch, due time.Duration) {
	t := s.tenants
	now := time.Now().UTC().Truncate(time.Second)
	s.exchange(ctx, kindAppKey, due, due, t.all[d.Tenant].token, http.MethodPost, "/visitor-keys", map[string]any{
		"building": t.building, "visitor": "Load Visitor", "floors": []string{t.floors[t.banks[d.Bank].trips.pick(d.Trip).To]},
		"from": now.Format(time.RFC3339), "until": now.Add(24 * time.Hour).Format(time.RFC3339), "uses": 1, "consent": true,
	})
}
