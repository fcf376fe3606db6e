package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// callForm is a call that somebody at the page wants to place.
type callForm struct {
	Building int            `json:"building"`
	Bank     int            `json:"bank"`
	From     dispatch.Floor `json:"from"`
	To       dispatch.Floor `json:"to"`
}

// place places a call. The picture tells how it goes on, under the ID answered.
func (p *page) place(w http.ResponseWriter, r *http.Request) {
	var form callForm
	if !decodeForm(w, r, &form) {
		return
	}
	switch {
	case form.Building < 0 || form.Building >= len(p.gateway.sites):
		object(w, http.StatusBadRequest, objection{Message: fmt.Sprintf("building: there is no building %d", form.Building), Field: "building"})
		return
	case form.Bank < 0 || form.Bank >= len(p.gateway.sites[form.Building].groups):
		object(w, http.StatusBadRequest, objection{Message: fmt.Sprintf("bank: there is no bank %d", form.Bank), Field: "bank"})
		return
	}
	s := p.gateway.sites[form.Building]
	for _, f := range []struct {
		field string
		floor dispatch.Floor
	}{{"from", form.From}, {"to", form.To}} {
		if !slices.Contains(s.layout.Banks[form.Bank].Serves, f.floor) {
			object(w, http.StatusBadRequest, objection{Message: fmt.Sprintf("%s: the bank does not serve floor %d", f.field, f.floor), Field: f.field})
			return
		}
	}
	if form.From == form.To {
		object(w, http.StatusBadRequest, objection{Message: "to: origin and destination are the same floor", Field: "to"})
		return
	}
	var id int64
	if err := s.ask(r.Context(), func() { id = p.calls[s.index].place(form) }); err != nil {
		object(w, p.gateway.statusOf(err), objection{Message: err.Error()})
		return
	}
	answer(w, http.StatusCreated, map[string]int64{"id": id})
}

// pageCalls follows the calls that were placed at the page. The site's goroutine
// owns it.
type pageCalls struct {
	site  *site
	last  int64
	open  []*pageCall
	heard []dispatch.Instant // when a call was placed, of the last minute
}

type pageCall struct {
	callPicture
	call  dispatch.CallID
	known bool // its number
}

// lingers is how long a call that is over stays to be seen.
const lingers = 10 * time.Second

func newPageCalls(s *site) *pageCalls {
	c := &pageCalls{site: s}
	for _, g := range s.groups {
		before := g.listener
		g.listener = func(ev *dispatch.Event, out []dispatch.Command) {
			if before != nil {
				before(ev, out)
			}
			c.hear(g.index, ev, out)
		}
	}
	return c
}

func (c *pageCalls) place(form callForm) int64 {
	c.last++
	call := &pageCall{callPicture: callPicture{ID: c.last, Bank: form.Bank, From: int(form.From), To: int(form.To), Car: -1, State: "registered", Page: true}}
	c.open = append(c.open, call)
	c.site.building.Ride(form.Bank, building.Ride{From: form.From, To: form.To, Group: 1, Ready: c.site.now})
	return call.ID
}

func (c *pageCalls) hear(bank int, ev *dispatch.Event, out []dispatch.Command) {
	if ev.Kind == dispatch.DestinationCall || ev.Kind == dispatch.LandingCall {
		c.heard = append(c.heard, ev.At)
		if i := slices.IndexFunc(c.open, func(p *pageCall) bool { return !p.known }); i >= 0 {
			c.open[i].call, c.open[i].known = ev.Call, true
		}
	}
	for i := range out {
		cmd := &out[i]
		at := slices.IndexFunc(c.open, func(p *pageCall) bool { return p.known && p.call == cmd.Call && p.Bank == bank })
		if at < 0 {
			continue
		}
		call := c.open[at]
		switch cmd.Kind {
		case dispatch.Assign, dispatch.Reassign:
			call.State, call.Car = "assigned", int(cmd.Car)
		case dispatch.Answer:
			call.State, call.Car = "served", int(cmd.Car)
			c.over(call)
		case dispatch.Reject:
			call.State, call.Why = "cancelled", cmd.Reason.String()
			c.over(call)
		}
	}
}

func (c *pageCalls) over(call *pageCall) {
	call.known, call.call = true, -1
	c.site.after(lingers, func() {
		c.open = slices.DeleteFunc(c.open, func(p *pageCall) bool { return p == call })
	})
}

func (c *pageCalls) list(into []callPicture) []callPicture {
	for _, call := range c.open {
		into = append(into, call.callPicture)
	}
	return into
}

func (c *pageCalls) perMinute(now dispatch.Instant) int {
	old := slices.IndexFunc(c.heard, func(at dispatch.Instant) bool { return at > now-time.Minute })
	if old < 0 {
		old = len(c.heard)
	}
	c.heard = slices.Delete(c.heard, 0, old)
	return len(c.heard)
}
