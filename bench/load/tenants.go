package load

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hoistway/scenarios"
)

// tenants are accounts of the remote-call service that exist for one run. Who
// they are is made up, plainly.
type tenants struct {
	api      *appAPI
	building string
	manager  string  // the credential of the building's Manager
	grid     float64 // m, side of a cell of a position
	near     float64 // m, from farther away no call is taken
	banks    []*bank // whose trips they make
	floors   []string
	all      []*tenant
}

// tenant is one account with its phone.
type tenant struct {
	name, email, password string
	speed                 float64 // m/s
	tried                 bool    // signing up: the account may be there
	subject, token        string
}

// atOnce bounds requests under way while accounts are set up and erased: each
// has the service hash a password, which takes memory and time on purpose.
const atOnce = 4

// newTenants finds the building at the app API. It makes no account yet.
func newTenants(ctx context.Context, o *Options, banks []*bank) (*tenants, error) {
	t := &tenants{api: newAppAPI(o.Target), building: banks[0].group.Building, manager: o.Manager}
	for _, b := range banks {
		if b.group.Building == t.building {
			t.banks = append(t.banks, b)
		}
	}
	var answer struct {
		Buildings []struct {
			Building string
			Services []string
			Floors   []string
		}
		Grid float64 `json:"grid_m"`
		Near float64 `json:"near_m"`
	}
	if err := t.api.insist(ctx, "buildings of the app API", "", http.MethodGet, "/buildings", nil, &answer); err != nil {
		return nil, err
	}
	if !(answer.Grid > 0) || !(answer.Near >= 0) {
		return nil, errors.New("buildings of the app API: the answer has no grid of positions")
	}
	t.grid, t.near = answer.Grid, answer.Near
	for _, b := range answer.Buildings {
		if b.Building != t.building {
			continue
		}
		if !slices.Contains(b.Services, flow) {
			return nil, fmt.Errorf("the app API does not offer %s in building %s: leave out --tenants", flow, t.building)
		}
		return t, t.know(o.Scenario, b.Floors)
	}
	return nil, fmt.Errorf("the app API has no building %s: leave out --tenants, or name a group of another building first with --group", t.building)
}

// flow is the service that the tenants use: it has calls and visitor keys.
const flow = "flow"

// know takes the names of the floors that trips go between. Unlike on the
// stream, another building's floors are not made do with: phones know names only.
func (t *tenants) know(sc *scenarios.Scenario, floors []string) error {
	for _, f := range sc.Building.Floors {
		t.floors = append(t.floors, f.Name)
	}
	for _, b := range t.banks {
		for i := range b.trips.from {
			for _, f := range []int{b.trips.from[i], b.trips.to[i]} {
				if !slices.Contains(floors, t.floors[f]) {
					return fmt.Errorf("building %s has no floor %q at the app API: give the scenario that the target serves", t.building, t.floors[f])
				}
			}
		}
	}
	return nil
}

// setUp opens the accounts, in three rounds: all sign up, the Manager admits
// all, all log in. A service counts attempts to sign up and in by address, and
// its Manager is kept waiting with everybody else once there are none left.
// Those that were opened are there to be erased also after an error.
func (t *tenants) setUp(ctx context.Context, p *Plan, tick func(done int)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*time.Minute+time.Duration(p.Tenants)*12*time.Second, errors.New("setting the tenants up takes too long"))
	defer cancel()
	prefix := fmt.Sprintf("load-%d-%s-", p.Seed, strings.ToLower(rand.Text()[:10]))
	if err := t.proveManager(ctx, prefix+"0@example.invalid"); err != nil {
		return err
	}
	speeds := mathrand.New(mathrand.NewPCG(p.Seed, tenantStream))
	for i := range p.Tenants {
		t.all = append(t.all, &tenant{
			name: fmt.Sprintf("Load Tenant %d", i+1), email: fmt.Sprintf("%s%d@example.invalid", prefix, i+1), password: rand.Text(),
			speed: 0.8 + 0.8*speeds.Float64(),
		})
	}
	var done atomic.Int64
	for _, step := range []func(context.Context, *tenant) error{t.signUp, t.admit, t.login} {
		err := t.each(ctx, func(one *tenant) error {
			err := step(ctx, one)
			if err == nil {
				tick(int(done.Add(1)) / 3)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// each does something for every tenant and gives the first error; the rest is
// not begun then.
func (t *tenants) each(ctx context.Context, do func(*tenant) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for _, one := range t.all {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-slots }()
			if err := do(one); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// people is the path of the Manager's records.
func (t *tenants) people() string { return "/buildings/" + t.building + "/people" }

// proveManager finds out whether the Manager's credential is good before there
// is an account that would have to be erased again: it admits somebody who has
// none, of which only a Manager hears.
func (t *tenants) proveManager(ctx context.Context, nobody string) error {
	err := t.api.insist(ctx, "the Manager of building "+t.building, t.manager, http.MethodPost, t.people(), map[string]any{"service": flow, "email": nobody, "name": "Load Nobody"}, nil)
	var s status
	switch {
	case err == nil:
		return fmt.Errorf("the Manager of building %s: the target admits somebody without an account", t.building)
	case !errors.As(err, &s):
		return err
	case s.message == "no-account":
		return nil
	}
	return fmt.Errorf("%w; it has to be the credential that hoistway serve --format json prints as managers.%s", s, t.building)
}

func (t *tenants) signUp(ctx context.Context, one *tenant) error {
	one.tried = true
	var answer struct{ Subject string }
	err := t.api.insist(ctx, "signing a tenant up", "", http.MethodPost, "/flow/accounts", map[string]any{
		"name": one.name, "gender": "unspecified", "country": "FI", "language": "en", "phone": "+358 00 0000000",
		"email": one.email, "password": one.password, "building": t.building,
	}, &answer)
	if err == nil && !idForm(answer.Subject) {
		err = errors.New("signing a tenant up: the answer has no subject")
	}
	one.subject = answer.Subject
	return err
}

// idForm tells whether an ID of the service can go into a path as it is.
func idForm(id string) bool {
	return id != "" && len(id) <= 128 && !strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	})
}

func (t *tenants) admit(ctx context.Context, one *tenant) error {
	err := t.api.insist(ctx, "admitting a tenant", t.manager, http.MethodPost, t.people(), map[string]any{"service": flow, "email": one.email, "name": one.name}, nil)
	if err != nil {
		return err
	}
	return t.api.insist(ctx, "giving a tenant a permission", t.manager, http.MethodPost, t.people()+"/"+one.subject+"/permissions", map[string]any{"service": flow, "may_grant": true}, nil)
}

func (t *tenants) login(ctx context.Context, one *tenant) error {
	var answer struct{ Token string }
	err := t.api.insist(ctx, "logging a tenant in", "", http.MethodPost, "/logins", map[string]any{"service": flow, "email": one.email, "password": one.password}, &answer)
	if err == nil && answer.Token == "" {
		err = errors.New("logging a tenant in: the answer has no token")
	}
	one.token = answer.Token
	return err
}

// LeftAccounts is that a run could not erase all accounts that it opened.
type LeftAccounts struct {
	N      int
	Prefix string // that their addresses have in common, and nobody else's
	why    error
}

func (l *LeftAccounts) Error() string {
	return fmt.Sprintf("%d of the run's accounts may be left, with addresses %s...@example.invalid: the building's Manager ends them (%v)", l.N, l.Prefix, l.why)
}

// Unwrap gives why the first of them is left.
func (l *LeftAccounts) Unwrap() error { return l.why }

// erase deletes the accounts with all that belongs to them, each by its own
// right to that, and gives those that may be left; nil = none.
func (t *tenants) erase(ctx context.Context, tick func(done int)) *LeftAccounts {
	var (
		mu   sync.Mutex
		left LeftAccounts
		done atomic.Int64
	)
	// One that fails keeps none of the others.
	_ = t.each(context.WithoutCancel(ctx), func(one *tenant) error {
		if err := t.eraseOne(ctx, one); err != nil {
			mu.Lock()
			defer mu.Unlock()
			left.N++
			if left.why == nil {
				left.Prefix, left.why = one.email[:strings.LastIndexByte(one.email, '-')+1], err
			}
			return nil
		}
		tick(int(done.Add(1)))
		return nil
	})
	if left.N == 0 {
		return nil
	}
	return &left
}

func (t *tenants) eraseOne(ctx context.Context, one *tenant) error {
	if !one.tried {
		return nil
	}
	var s status
	if one.token == "" { // its set-up was broken off
		err := t.login(ctx, one)
		if errors.As(err, &s) && s.code == http.StatusUnauthorized {
			return nil // it never came to be
		}
		if err != nil {
			return err
		}
	}
	err := t.api.insist(ctx, "erasing a tenant", one.token, http.MethodPost, "/rights/erase", map[string]any{"password": one.password}, nil)
	if errors.As(err, &s) && s.code == http.StatusGone {
		return nil // by an earlier request whose answer was lost
	}
	if err == nil {
		one.tried = false
	}
	return err
}

// stand gives where a tenant is when they call: a cell near the building, the
// way to the landing in metres, and how long they take for it in seconds.
func (t *tenants) stand(one *tenant, how, where float64) (east, north, metres, seconds int) {
	const inside = 15 // m from the entrance to the landing
	far := how * min(t.near, 100)
	angle := 2 * math.Pi * where
	// Rounded towards the building, so that no cell lies beyond what is near.
	east, north = int(far*math.Cos(angle)/t.grid), int(far*math.Sin(angle)/t.grid)
	metres = int(math.Round(far)) + inside
	return east, north, metres, int(math.Round(float64(metres) / one.speed))
}
