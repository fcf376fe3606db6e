package conformance

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// The checks here let faults happen through the admin API of `hoistway serve`:
// the published APIs have no way to. They run one after the other.
func faultChecks() []Check {
	return []Check{
		{ID: "fault.floor-locked", Source: validation, Changes: true, Sentence: "a call to a locked floor is accepted and then cancelled: FLOOR_IS_LOCKED", run: func(p *probe) {
			w := p.learn()
			p.fault(w, `"kind":"floor-locked","floor":`+quote(w.high().name))
			p.cancelled(w, fmt.Sprintf(`"action":2,"destination":%d`, w.high().area), "FLOOR_IS_LOCKED")
		}},
		{ID: "fault.floor-unlocked", Source: validation, Changes: true, Sentence: "when the floor is unlocked, calls go there again", run: func(p *probe) {
			w := p.learn()
			mend := p.fault(w, `"kind":"floor-locked","floor":`+quote(w.high().name))
			mend()
			s, _ := p.everything()
			id := s.monitor(w, 300, "call_state/+/+")
			s.state(id, s.call(w, w.low(), w.high(), ""), "served")
		}},
		{ID: "fault.no-lift", Source: validation, Changes: true, Sentence: "with all lifts out of service a call is accepted and then cancelled: NO_LIFT_AVAILABLE", run: func(p *probe) {
			w := p.learn()
			p.allOut(w)
			p.cancelled(w, fmt.Sprintf(`"action":2,"destination":%d`, w.high().area), "NO_LIFT_AVAILABLE")
		}},
		{ID: "fault.allowed-out", Source: validation, Changes: true, Sentence: "with the only allowed lift out of service a call is accepted and then cancelled: NO_LIFT_AVAILABLE", run: func(p *probe) {
			w := p.learn()
			p.carOut(w, w.lifts[1])
			p.cancelled(w, fmt.Sprintf(`"action":2,"destination":%d,"allowed_lifts":[%d]`, w.high().area, w.lifts[1].deck), "NO_LIFT_AVAILABLE")
		}},
		{ID: "fault.mode", Source: community, Changes: true, Sentence: "lift_mode of a lift out of service is not 0, and a subscriber hears of the change both ways", run: func(p *probe) {
			s, w := p.everything()
			topic := fmt.Sprintf("lift_%d/status", w.lifts[0].id)
			id := s.monitor(w, 300, topic)
			mode := func(normal bool, from int) func(frame) bool {
				return func(f frame) bool {
					mode, is := whole(f.raw, "data", "lift_mode")
					return f.index >= from && isEvent(id, topic)(f) && is && (mode == 0) == normal
				}
			}
			s.find("normal lift_mode", p.target.Answer, mode(true, 0))
			mend := p.carOut(w, w.lifts[0])
			f := s.find("other lift_mode", p.target.Ride, mode(false, 0))
			mend()
			s.find("normal lift_mode", p.target.Ride, mode(true, f.index+1))
		}},
		{ID: "fault.availability", Source: examples, Changes: true, Sentence: "the Equipment Status API tells of a lift out of service otherwise than of one that runs", run: func(p *probe) {
			w := p.learn()
			ken := p.ken()
			look := func() string {
				res := p.want(p.ask(request{method: "POST", path: searches[0], bearer: p.token("rtm/ken:" + ken), kind: jsonType, body: kens(ken)}), 200)
				return regexpTimes.ReplaceAllString(string(res.body), "")
			}
			runs := look()
			p.carOut(w, w.lifts[0])
			if out := look(); out == runs {
				p.failf("it is the same: %s", out)
			}
		}},
		{ID: "fault.link-down", Source: validation, Changes: true, Sentence: "without a link to the site a call and a ping get an error with the code 1005, and are answered again when it is back", run: func(p *probe) {
			s, w := p.everything()
			mend := p.fault(w, `"kind":"link-down"`)
			ping, call := strconv.FormatInt(p.number(), 10), strconv.FormatInt(p.number(), 10)
			s.send(w.pingRequest(ping))
			s.send(w.actionRequest(call, w.low().area, fmt.Sprintf(`"action":2,"destination":%d`, w.high().area)))
			s.refusal(ping, 1005, "")
			s.refusal(call, 1005, "")
			mend()
			s.ping(w)
			s.call(w, w.low(), w.high(), "")
		}},
	}
}

// regexpTimes finds the instants in a text.
var regexpTimes = regexp.MustCompile(instant)

// fault lets a fault happen, and has it end with the check; mend ends it before.
func (p *probe) fault(w *world, fields string) (mend func()) {
	res := p.ask(request{method: "POST", path: "/admin/v1/faults", kind: jsonType, body: fmt.Sprintf(`{"building":%s,%s,"for":"1h"}`, quote(w.building), fields)})
	switch res.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusForbidden, http.StatusUnauthorized:
		p.skipf("the target has no admin API that lets faults happen: status %d (hoistway serve has one with --admin)", res.status)
	}
	p.want(res, http.StatusCreated)
	id, is := whole(res.body, "id")
	if !is {
		p.failf("the fault has no id")
	}
	ended := false
	mend = func() {
		if !ended {
			ended = true
			p.ask(request{method: "DELETE", path: "/admin/v1/faults/" + strconv.FormatInt(id, 10)})
		}
	}
	p.after = append(p.after, mend)
	return mend
}

// carOut takes a lift out of service.
func (p *probe) carOut(w *world, l lift) (mend func()) {
	res := p.want(p.ask(request{method: "GET", path: resourcesPath, bearer: p.token(inventory)}), 200)
	bank := ""
	buildings, _ := list(res.body, "buildings")
	for _, b := range buildings {
		groups, _ := list(b, "groups")
		for _, g := range groups {
			if id, _ := text(g, "id"); id == w.building+":"+w.group {
				bank, _ = text(g, "name")
			}
		}
	}
	return p.fault(w, fmt.Sprintf(`"kind":"car-out-of-service","bank":%s,"car":%s`, quote(bank), quote(l.name)))
}

// allOut takes all lifts out of service.
func (p *probe) allOut(w *world) {
	for _, l := range w.lifts {
		p.carOut(w, l)
	}
}

// cancelled wants a call that is accepted and then cancelled, and says why.
func (p *probe) cancelled(w *world, call, reason string) {
	s := p.open(p.token(w.calls))
	id := s.monitor(w, 300, "call_state/+/+")
	session := s.accepted(s.act(w, w.low().area, call))
	f := s.find("end of the call", p.target.Ride, func(f frame) bool {
		return isEvent(id, fmt.Sprintf("call_state/%d/cancelled", session))(f) || isEvent(id, fmt.Sprintf("call_state/%d/served", session))(f)
	})
	if !strings.HasSuffix(f.of("subtopic"), "/cancelled") || f.of("data", "cancel_reason") != reason {
		p.failf("the call ended with %s, want cancelled with the cancel_reason %s", f.raw, reason)
	}
}
