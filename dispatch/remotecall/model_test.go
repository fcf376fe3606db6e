package remotecall

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoistway/dispatch/registry"
)

// The model says who may do what from plain lists of what happened. It shares
// no code with the service. Whatever is tried, the service must give the same
// answer for the same reason.

// modelled is one account as the model knows it. Somebody who signs up again
// is another one.
type modelled struct {
	service, email string
	subject        registry.ID
	exists         bool
	stopped        bool
	favourite      string
	logins         map[Token]time.Time // last use
	lapsed         map[Token]bool      // logins that ended without their phone knowing
	failures       int
	failed         time.Time
	counted        []time.Time // calls
	keys           []*modelKey
	subUsers       []modelSubUser
}

// modelPlace is what one building knows of one subject.
type modelPlace struct {
	of        *modelled
	person    bool   // false: a key tag is all that is left
	apartment string // as its main user
	grants    []modelGrant
	tag       string
	tagFloors []string
}

type modelGrant struct {
	id            registry.ID
	floors, banks []string
	from, until   time.Time
	daily         string
	mayGrant      bool
}

type modelKey struct {
	key         Key
	building    string
	host        *modelled
	floors      []string
	from, until time.Time
	uses        int
	state       string // "", "revoked", "forgotten"
}

type modelSubUser struct {
	id       registry.ID
	building string
}

type model struct {
	*house
	rt     *rapid.T
	people []*modelled // all who ever signed up
	places map[string]map[registry.ID]*modelPlace
	keys   []*modelKey
	strays map[string]*modelled // failures with e-mails that nobody has
	calls  map[uint64]modelCall
}

type modelCall struct {
	of  *modelled
	end time.Time
}

var (
	modelFloors = map[string][]string{"tower": {"G", "1", "2", "3", "4", "5"}, "office": {"G", "1", "2"}}
	modelBanks  = map[string][]Bank{
		"tower":  {{"low", []string{"G", "1", "2", "3"}}, {"high", []string{"G", "3", "4", "5"}}},
		"office": {{"main", []string{"G", "1", "2"}}},
	}
	modelHours = map[string]func(hour int) bool{
		"":            func(int) bool { return true },
		"07:00-19:00": func(h int) bool { return h >= 7 && h < 19 },
		"22:00-06:00": func(h int) bool { return h >= 22 || h < 6 },
	}
)

const (
	modelCalls    = 6
	modelAttempts = 3
	modelSession  = 60 * time.Hour
)

func TestServiceAgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t, func(c *Config) {
			c.Policy.CallsPerHour, c.Policy.FailedLogins, c.Policy.Session = modelCalls, modelAttempts, modelSession
		})
		m := &model{house: h, rt: rt, places: map[string]map[registry.ID]*modelPlace{"tower": {}, "office": {}}, strays: map[string]*modelled{}, calls: map[uint64]modelCall{}}
		defer h.stores.Close()
		for range 3 { // a building that lives
			m.signUp()
			m.admit()
			m.grant()
		}
		rt.Repeat(map[string]func(*rapid.T){
			"sign up":         m.act(m.signUp),
			"log in":          m.act(m.login),
			"log out":         m.act(m.logout),
			"admit":           m.act(m.admit),
			"grant":           m.act(m.grant),
			"grant more":      m.act(m.grant),
			"withdraw":        m.act(m.withdraw),
			"call":            m.act(m.call),
			"call again":      m.act(m.call),
			"cancel":          m.act(m.cancel),
			"prefer":          m.act(m.prefer),
			"object":          m.act(m.object),
			"create a key":    m.act(m.createKey),
			"use a key":       m.act(m.useKey),
			"check a key":     m.act(m.checkKey),
			"revoke a key":    m.act(m.revokeKey),
			"add sub-user":    m.act(m.addSubUser),
			"remove sub-user": m.act(m.removeSubUser),
			"give a tag":      m.act(m.giveTag),
			"check a tag":     m.act(m.checkTag),
			"move out":        m.act(m.moveOut),
			"erase":           m.act(m.erase),
			"restart":         m.act(m.again),
			"time passes":     m.act(m.time),
			"much time":       m.act(m.time),
			"": func(*rapid.T) {
				m.s.expireCalls()
				want := 0
				for _, c := range m.calls {
					if m.now().Before(c.end) {
						want++
					}
				}
				if got := m.s.PendingCalls(); got != want {
					rt.Fatalf("%d calls in memory, the model has %d", got, want)
				}
			},
		})
	})
}

func (m *model) act(f func()) func(*rapid.T) { return func(rt *rapid.T) { m.rt = rt; f() } }

func pick[T any](m *model, what string, from ...T) T {
	return rapid.SampledFrom(from).Draw(m.rt, what)
}

// agree compares the reasons.
func (m *model) agree(what string, want Refusal, err error) bool {
	if got := Reason(err); got != want {
		m.rt.Fatalf("%s at %s: the service says %q (%v), the model %q", what, m.now().Format("Mon 02 Jan 15:04:05"), got, err, want)
	}
	return want == ""
}

// somebody is one of those who ever signed up.
func (m *model) somebody() *modelled { return pick(m, "who", m.people...) }

func (m *model) building() string { return pick(m, "building", "tower", "tower", "office") }

func (m *model) floor(building string) string {
	return pick(m, "floor", append(slices.Clone(modelFloors[building]), "9")...)
}

// signedIn gives a token of somebody, and the refusal that it earns. What the
// model knows of the login is brought up to date as every use does.
func (m *model) signedIn(p *modelled) (Token, Refusal) {
	tokens := slices.Concat(slices.Sorted(maps.Keys(p.logins)), slices.Sorted(maps.Keys(p.lapsed)))
	t := pick(m, "token", append(tokens, "no token")...)
	last, known := p.logins[t]
	switch {
	case !p.exists && p.lapsed[t]:
		if len(p.lapsed) > 16 {
			m.rt.Skip("which of many logins is still known is not modelled")
		}
		return t, Erased
	case !known:
		return t, NotSignedIn
	case m.now().Sub(last) >= modelSession:
		delete(p.logins, t)
		p.lapsed[t] = true
		return t, NotSignedIn
	}
	p.logins[t] = m.now()
	return t, ""
}

func (m *model) holder(service, email string) *modelled {
	for _, p := range m.people {
		if p.exists && p.service == service && p.email == email {
			return p
		}
	}
	return nil
}

var modelEmails = []string{"ada@example.org", "bo@example.org", "cy@example.org", "di@example.org"}

func (m *model) signUp() {
	service, email, building := pick(m, "service", Flow, Flow, RemoteCall), pick(m, "email", modelEmails...), pick(m, "building", "tower", "office", "castle")
	var want Refusal
	switch {
	case building == "castle":
		want = UnknownBuilding
	case m.holder(service, email) != nil:
		want = AlreadySignedUp
	}
	var subject registry.ID
	var err error
	if service == Flow {
		u := flowUser(email)
		u.Building = building
		subject, err = m.s.SignUpFlow(u)
	} else {
		subject, err = m.s.SignUpRemoteCall(RemoteCallSignUp{email, goodPassword, "SN", building})
	}
	if !m.agree("sign up", want, err) {
		if len(m.people) == 0 {
			m.rt.Skip("nobody yet")
		}
		return
	}
	p := &modelled{service: service, email: email, subject: subject, exists: true, logins: map[Token]time.Time{}, lapsed: map[Token]bool{}}
	m.people = append(m.people, p)
	t, err := m.s.Login(service, email, goodPassword)
	if m.agree("log in after signing up", "", err) {
		p.logins[t] = m.now()
	}
	delete(m.strays, service+email)
}

func (m *model) login() {
	service, email, good := pick(m, "service", Flow, RemoteCall), pick(m, "email", modelEmails...), pick(m, "good", true, true, false)
	password := goodPassword
	if !good {
		password = "wrong password"
	}
	p := m.holder(service, email)
	count := p
	if p == nil {
		if m.strays[service+email] == nil {
			m.strays[service+email] = &modelled{}
		}
		count = m.strays[service+email]
	}
	if m.now().Sub(count.failed) >= m.config.Policy.Wait {
		count.failures = 0
	}
	var want Refusal
	switch {
	case count.failures >= modelAttempts:
		want = TooManyAttempts
	case p == nil || !good:
		want = WrongCredentials
		count.failures, count.failed = count.failures+1, m.now()
	}
	t, err := m.s.Login(service, email, password)
	if m.agree("log in", want, err) {
		p.failures = 0
		p.logins[t] = m.now()
		if len(p.logins) > 16 {
			m.rt.Skip("which login goes is not modelled")
		}
	}
}

func (m *model) logout() {
	p := m.somebody()
	t, want := m.signedIn(p)
	if want != Erased {
		want = ""
	}
	m.agree("log out", want, m.s.Logout(t))
	delete(p.logins, t)
}

func (m *model) admit() {
	building, service, email := m.building(), pick(m, "service", Flow, RemoteCall), pick(m, "email", modelEmails...)
	apartment := ""
	if building == "tower" && service == Flow {
		apartment = pick(m, "apartment", "", "11", "12")
	}
	p := m.holder(service, email)
	var want Refusal
	if p == nil {
		want = NoAccount
	} else {
		for _, other := range m.places[building] {
			if apartment != "" && other.apartment == apartment && other.of != p {
				// An apartment stays that of whoever gave up the app, until they move out.
				want = TwoMainUsers
			}
		}
	}
	mgr := m.manager(building)
	subject, err := mgr.Admit(Admission{Service: service, Email: email, Name: "N", Apartment: apartment, MainUser: apartment != ""})
	if !m.agree("admit", want, err) {
		return
	}
	if subject != p.subject {
		m.rt.Fatal("somebody else was admitted")
	}
	if m.places[building][subject] == nil {
		m.places[building][subject] = &modelPlace{of: p}
	}
	m.places[building][subject].person = true
	m.places[building][subject].apartment = apartment
}

func (m *model) grant() {
	building, p := m.building(), m.somebody()
	g := modelGrant{daily: pick(m, "daily", "", "", "07:00-19:00", "22:00-06:00"), mayGrant: p.service == Flow && pick(m, "may grant", true, false), from: m.now()}
	g.floors = pick(m, "floors", nil, nil, []string{"G", "1", "2"}, []string{"G"}, []string{"1", "2"})
	if building == "tower" {
		g.banks = pick(m, "banks", nil, nil, []string{"low"}, []string{"high"})
	}
	r := Grant{Floors: g.floors, Banks: g.banks, Daily: g.daily, MayGrant: g.mayGrant}
	switch pick(m, "span", "now", "now", "later", "short") {
	case "later":
		g.from = m.now().Add(2 * time.Hour)
		r.From = g.from
	case "short":
		g.until = m.now().Add(3 * time.Hour)
		r.Until = g.until
	}
	place := m.places[building][p.subject]
	var want Refusal
	switch {
	case place == nil || !place.person:
		want = NotYourBuilding
	case !p.exists:
		want = NoAccount
	}
	id, err := m.manager(building).Grant(p.service, p.subject, r)
	if m.agree("grant", want, err) {
		g.id = id
		place.grants = append(place.grants, g)
	}
}

func (m *model) withdraw() {
	building, p := m.building(), m.somebody()
	place := m.places[building][p.subject]
	id := m.config.ids().New()
	want := NoSuchEntry
	switch {
	case place == nil || !place.person:
		want = NotYourBuilding
	case len(place.grants) > 0:
		i := rapid.IntRange(0, len(place.grants)-1).Draw(m.rt, "which")
		id, want = place.grants[i].id, ""
	}
	if !m.agree("withdraw", want, m.manager(building).Withdraw(p.subject, id)) {
		return
	}
	i := slices.IndexFunc(place.grants, func(g modelGrant) bool { return g.id == id })
	granted := place.grants[i].mayGrant
	place.grants = slices.Delete(place.grants, i, i+1)
	if !granted {
		return
	}
	for _, k := range p.keys {
		for _, f := range k.floors {
			covered := slices.ContainsFunc(place.grants, func(g modelGrant) bool {
				return g.mayGrant && (g.floors == nil || slices.Contains(g.floors, f)) && (g.until.IsZero() || m.now().Before(g.until))
			})
			if k.building == building && k.state == "" && !covered {
				k.state = "revoked"
			}
		}
	}
}

// may tells whether a subject has a permission with some property that covers
// a floor now.
func (m *model) may(building, floor string, p *modelled, also func(modelGrant) bool) bool {
	place := m.places[building][p.subject]
	return place != nil && slices.ContainsFunc(place.grants, func(g modelGrant) bool {
		return also(g) && (floor == "" || g.floors == nil || slices.Contains(g.floors, floor)) &&
			!m.now().Before(g.from) && (g.until.IsZero() || m.now().Before(g.until)) && modelHours[g.daily](m.now().Hour())
	})
}
