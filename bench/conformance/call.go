package conformance

import (
	"fmt"
	"regexp"
	"strconv"
)

func callChecks() []Check {
	return []Check{
		{ID: "call.result", Source: seen2511, Sentence: "a call is acknowledged with its request_id and then answered with success and session_id, byte for byte; no requestId at the top", run: func(p *probe) {
			s, w := p.everything()
			id := strconv.FormatInt(p.number(), 10)
			s.send(w.actionRequest(id, w.low().area, fmt.Sprintf(`"action":2,"destination":%d`, w.mid().area)))
			f := s.outcome(id)
			want := regexp.MustCompile(`^\{"data":\{"request_id":` + id + `,"success":true,"session_id":[0-9]+\},` + regexp.QuoteMeta(w.tail("action")) + `$`)
			if !want.Match(f.raw) {
				p.failf("the result %s is not %s", f.raw, want)
			}
		}},
		{ID: "call.sessions", Source: seen2511, Sentence: "session IDs are integers that grow from call to call", run: func(p *probe) {
			s, w := p.everything()
			last := int64(0)
			for range 3 {
				session := s.call(w, w.low(), w.mid(), "")
				if session <= last {
					p.failf("session ID %d follows %d", session, last)
				}
				last = session
			}
		}},
		{ID: "call.order", Source: seen2511 + "; " + clients, Changes: true, Sentence: "of 50 calls sent at once, each is acknowledged before its result, and each exactly once", run: callOrder},
		{ID: "call.fields", Source: asyncAPI, Sentence: "a call may have all optional fields: delay, group size, language, priority, allowed lifts, states", run: func(p *probe) {
			s, w := p.everything()
			s.call(w, w.low(), w.high(), fmt.Sprintf(`,"delay":1,"group_size":2,"language":"en-GB","call_replacement_priority":"HIGH","allowed_lifts":[%d,%d],"activate_call_states":["being_fixed"]`, w.lifts[0].deck, w.lifts[1].deck))
			s.call(w, w.low(), w.high(), `,"delay":0,"group_size":1,"call_replacement_priority":"LOW","activate_call_states":[]`)
		}},
		{ID: "call.time", Source: asyncAPI, Sentence: "the time of a call is not checked for age, and terminals 0 and 1 are both taken", run: func(p *probe) {
			s, w := p.everything()
			for _, terminal := range []int{0, 1} {
				id := strconv.FormatInt(p.number(), 10)
				s.send(fmt.Sprintf(`{"type":"lift-call-api-v2",%s,"callType":"action","payload":{"request_id":%s,"area":%d,"time":"2020-10-10T07:17:33.298515Z","terminal":%d,"call":{"action":2,"destination":%d}}}`,
					w.address(), id, w.low().area, terminal, w.high().area))
				s.accepted(s.outcome(id))
			}
		}},
		{ID: "call.landing", Source: seen2511 + "; " + seen2508, Sentence: "landing calls up and down are accepted with no destination, with 0 and with a floor", run: func(p *probe) {
			s, w := p.everything()
			for _, action := range []int{2001, 2002} {
				for _, more := range []string{"", `,"destination":0`, fmt.Sprintf(`,"destination":%d`, w.high().area)} {
					s.accepted(s.act(w, w.mid().area, fmt.Sprintf(`"action":%d%s`, action, more)))
				}
			}
		}},
		{ID: "call.car", Source: community, Sentence: "a car call has the deck as its area and is accepted", run: func(p *probe) {
			s, w := p.everything()
			s.accepted(s.act(w, w.lifts[0].deck, fmt.Sprintf(`"action":5000,"destination":%d`, w.mid().area)))
		}},
		{ID: "call.delay", Source: asyncAPI, Sentence: "a delay of 30 s is accepted", run: func(p *probe) {
			s, w := p.everything()
			s.call(w, w.low(), w.mid(), `,"delay":30`)
		}},
	}
}

// callOrder places many calls without waiting for answers.
func callOrder(p *probe) {
	s, w := p.everything()
	const calls = 50
	ids := make([]string, calls)
	for i := range ids {
		ids[i] = strconv.FormatInt(p.number(), 10)
		from, to := w.low(), w.high()
		if i%2 == 1 {
			from, to = to, from
		}
		s.send(w.actionRequest(ids[i], from.area, fmt.Sprintf(`"action":2,"destination":%d`, to.area)))
	}
	for _, id := range ids {
		s.outcome(id)
	}
	acks, results := map[string]int{}, map[string]int{}
	for _, f := range s.all() {
		if dig(f.raw, "statusCode") != nil {
			acks[string(dig(f.raw, "requestId"))]++
		} else if f.of("callType") == "action" {
			results[string(dig(f.raw, "data", "request_id"))]++
		}
	}
	for _, id := range ids {
		if acks[id] != 1 || results[id] != 1 {
			p.failf("call %s has %d acknowledgements and %d results, want one of each", id, acks[id], results[id])
		}
	}
}

// mistake is a call that is acknowledged and then refused.
type mistake struct {
	id, source, sentence string
	area                 func(*world) int64
	call                 string // LOW, MID, HIGH stand for areas
	text                 string
}

func low(w *world) int64  { return w.low().area }
func mid(w *world) int64  { return w.mid().area }
func high(w *world) int64 { return w.high().area }
func none(*world) int64   { return 999999 }

func mistakes() []mistake {
	return []mistake{
		{"same-floor", seen2511, "to where one is", mid, `"action":2,"destination":MID`, "SAME_SOURCE_AND_DEST_FLOOR"},
		{"down-lowest", seen2511, "a landing call down at the lowest floor", low, `"action":2002`, "INVALID_DIRECTION"},
		{"up-highest", seen2511, "a landing call up at the highest floor", high, `"action":2001,"destination":0`, "INVALID_DIRECTION"},
		{"unknown-action", seen2508, "an action that there is not", low, `"action":200,"destination":MID`, "Ignoring call, unknown call action: 200"},
		{"undefined-action", seen2508, "action 0", low, `"action":0,"destination":MID`, "Ignoring call, unknown call action: UNDEFINED"},
		{"unknown-destination", validation, "to a floor that there is not", low, `"action":2,"destination":9999999`, "Ignoring call, unable to resolve destination: area:9999999"},
		{"unknown-area", validation, "from a floor that there is not", none, `"action":2,"destination":MID`, "Ignoring call, unable to resolve area: area:999999"},
		{"unknown-both", validation, "of two floors that there are not, the first is named", none, `"action":2,"destination":9999999`, "Ignoring call, unable to resolve area: area:999999"},
		{"no-destination", validation, "a destination call without one", low, `"action":2`, "Ignoring call, destination not defined"},
		{"allowed-deck", seen2508, "an allowed lift that is no deck", low, `"action":2,"destination":MID,"allowed_lifts":[1]`, "Ignoring call, unable to convert allowed deck: area:1"},
	}
}

func businessChecks() []Check {
	var checks []Check
	for _, m := range mistakes() {
		checks = append(checks, Check{ID: "mistake." + m.id, Source: m.source, Sentence: m.sentence + ": acknowledged, then " + m.text, run: func(p *probe) {
			s, w := p.everything()
			s.denied(w, s.act(w, m.area(w), w.fill(m.call)), m.text)
		}})
	}
	return append(checks,
		Check{ID: "mistake.disabled-action", Source: validation, Sentence: "an action that actions lists as disabled: acknowledged, then Ignoring call, disabled call action", run: disabledAction},
		Check{ID: "mistake.other-side", Source: validation, Sentence: "to the other side of the same floor: acknowledged, then SAME_SOURCE_AND_DEST_FLOOR", run: otherSide},
		Check{ID: "mistake.delay", Source: validation, Sentence: "a delay above 30 s: refused with 400, or acknowledged and then Invalid json payload", run: func(p *probe) {
			s, w := p.everything()
			id := strconv.FormatInt(p.number(), 10)
			s.send(w.actionRequest(id, w.low().area, fmt.Sprintf(`"action":2,"destination":%d,"delay":31`, w.mid().area)))
			f := s.find("acknowledgement", p.target.Answer, answers(id))
			if f.of("type") == "error" {
				s.refusal(id, 400, "")
				return
			}
			s.denied(w, s.outcome(id), "Invalid json payload")
		}},
	)
}

// fill puts areas into a call.
func (w *world) fill(call string) string {
	for name, l := range map[string]landing{"LOW": w.low(), "MID": w.mid(), "HIGH": w.high()} {
		call = regexp.MustCompile(`\b`+name+`\b`).ReplaceAllString(call, strconv.FormatInt(l.area, 10))
	}
	return call
}

// denied wants a result that says no, byte for byte.
func (s *socket) denied(w *world, f frame, reason string) {
	want := fmt.Sprintf(`{"data":{"request_id":%s,"success":false,"error":%s},%s`, dig(f.raw, "data", "request_id"), quote(reason), w.tail("action"))
	if string(f.raw) != want {
		s.probe.failf("the result is %s, want %s", f.raw, want)
	}
}

func disabledAction(p *probe) {
	s, w := p.everything()
	id := p.name()
	s.send(w.ask("actions", id))
	f := s.find("result of actions", p.target.Answer, func(f frame) bool { return f.of("callType") == "actions" && f.of("requestId") == id })
	types, _ := list(f.raw, "data", "call_types")
	for _, t := range types {
		if string(dig(t, "enabled")) != "false" {
			continue
		}
		action, _ := whole(t, "action_id")
		s.denied(w, s.act(w, w.low().area, fmt.Sprintf(`"action":%d,"destination":%d`, action, w.mid().area)), fmt.Sprintf("Ignoring call, disabled call action: %d", action))
		return
	}
	p.skipf("actions lists none as disabled")
}

func otherSide(p *probe) {
	s, w := p.everything()
	id := p.name()
	s.send(w.ask("config", id))
	f := s.find("config", p.target.Answer, func(f frame) bool { return f.of("callType") == "config" && f.of("requestId") == id })
	destinations, _ := list(f.raw, "data", "destinations")
	for _, d := range destinations {
		side, _ := whole(d, "group_side")
		floor, _ := whole(d, "group_floor_id")
		area, _ := whole(d, "area_id")
		if side == 1 {
			continue
		}
		for _, front := range w.floors {
			if front.floor == floor {
				s.denied(w, s.act(w, front.area, fmt.Sprintf(`"action":2,"destination":%d`, area)), "SAME_SOURCE_AND_DEST_FLOOR")
				return
			}
		}
	}
	p.skipf("no floor of the group has two sides")
}
