package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"hoistway/dispatch"
)

// mostPageCalls is how many calls that were placed at the page a building keeps
// at once, those that ended lately included.
const mostPageCalls = 200

// callForm is a call that somebody at the page wants to place; numbers are those
// of the plan.
type callForm struct {
	Building int            `json:"building"`
	Bank     int            `json:"bank"`
	From     dispatch.Floor `json:"from"`
	To       dispatch.Floor `json:"to"`
}

// place places a call, on the same path as a client's. The picture tells how it
// goes on, under the ID answered.
func (p *page) place(w http.ResponseWriter, r *http.Request) {
	var form callForm
	if !decodeForm(w, r, &form) {
		return
	}
	g, wrong := p.groupOf(&form)
	if wrong != nil {
		object(w, http.StatusBadRequest, *wrong)
		return
	}
	s := g.site
	if s.link.down() {
		object(w, http.StatusServiceUnavailable, objection{Message: "the link to the building is down (1005)"})
		return
	}
	select {
	case <-time.After(time.Duration(float64(s.link.cold()) / p.gateway.config.Speed)):
	case <-r.Context().Done():
		return
	}
	to := g.floorArea(form.To)
	a := &action{Area: g.floorArea(form.From), Action: actionDestination, Destination: &to, Group: 1}
	a.Admitted = g.admits(a)
	var id int64
	var refused string
	if err := s.ask(r.Context(), func() { id, refused = p.calls[s.index].place(g, a) }); err != nil {
		object(w, p.gateway.statusOf(err), objection{Message: err.Error()})
		return
	}
	if refused != "" {
		object(w, http.StatusConflict, objection{Message: refused})
		return
	}
	answer(w, http.StatusCreated, map[string]int64{"id": id})
}

// groupOf finds the group of a call and checks its floors.
func (p *page) groupOf(form *callForm) (*group, *objection) {
	sites := p.gateway.sites
	if form.Building < 0 || form.Building >= len(sites) {
		return nil, &objection{Message: fmt.Sprintf("building: there is no building %d", form.Building), Field: "building"}
	}
	groups := sites[form.Building].groups
	if form.Bank < 0 || form.Bank >= len(groups) {
		return nil, &objection{Message: fmt.Sprintf("bank: there is no bank %d", form.Bank), Field: "bank"}
	}
	g := groups[form.Bank]
	switch {
	case !slices.Contains(g.bank().Serves, form.From):
		return nil, &objection{Message: "from: the bank does not serve this floor", Field: "from"}
	case !slices.Contains(g.bank().Serves, form.To):
		return nil, &objection{Message: "to: the bank does not serve this floor", Field: "to"}
	case form.From == form.To:
		return nil, &objection{Message: "to: this is the floor where the call is made", Field: "to"}
	}
	return g, nil
}

// pageCalls are the calls of a site that were placed at the page, and how many
// calls of anybody there were lately. The site's goroutine owns it.
type pageCalls struct {
	placed []placedCall
	lately lastMinute
}

type placedCall struct {
	group   *group
	session int64
}

func newPageCalls(s *site) *pageCalls {
	c := &pageCalls{}
	for _, g := range s.groups {
		before := g.listener
		g.listener = func(ev *dispatch.Event, out []dispatch.Command) {
			if ev.Kind == dispatch.DestinationCall || ev.Kind == dispatch.LandingCall {
				c.lately.add(ev.At)
			}
			before(ev, out)
		}
	}
	return c
}

func (c *pageCalls) place(g *group, a *action) (session int64, refused string) {
	c.tidy()
	if len(c.placed) >= mostPageCalls {
		return 0, fmt.Sprintf("%d calls of this page are open or ended just now: wait a little", len(c.placed))
	}
	if session, refused = g.act(nil, a); refused == "" {
		c.placed = append(c.placed, placedCall{g, session})
	}
	return session, refused
}

// tidy drops the calls that the group has forgotten.
func (c *pageCalls) tidy() {
	c.placed = slices.DeleteFunc(c.placed, func(p placedCall) bool {
		return p.group.calls.sessions[p.session] == nil && len(p.group.calls.pending) == 0
	})
}

// list shows the calls, first placed first.
func (c *pageCalls) list() []callPicture {
	c.tidy()
	list := []callPicture{}
	for _, p := range c.placed {
		if cl := p.group.calls.sessions[p.session]; cl != nil {
			shot := callPicture{ID: p.session, Bank: p.group.index, From: cl.from, To: cl.to, Car: cl.car, State: stageNames[cl.stage]}
			if cl.stage == cancelled {
				shot.Why = cl.last.Reason
			}
			list = append(list, shot)
		}
	}
	return list
}

// lastMinute counts what happened in the last minute of building time, to the
// second.
type lastMinute struct {
	seconds [60]int
	newest  int64 // second
}

func (m *lastMinute) add(at dispatch.Instant) {
	m.turn(at)
	m.seconds[m.newest%60]++
}

func (m *lastMinute) count(now dispatch.Instant) (n int) {
	m.turn(now)
	for _, each := range m.seconds {
		n += each
	}
	return n
}

// turn forgets the seconds that are over a minute old.
func (m *lastMinute) turn(now dispatch.Instant) {
	second := max(m.newest, int64(now/time.Second))
	for s := max(m.newest+1, second-59); s <= second; s++ {
		m.seconds[s%60] = 0
	}
	m.newest = second
}
