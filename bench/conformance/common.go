package conformance

import (
	"regexp"
	"slices"
	"strconv"
)

func commonChecks() []Check {
	return []Check{
		{ID: "ping.answer", Source: seen2508, Sentence: "a ping is acknowledged and then answered with its request_id, still a number, and the time", run: func(p *probe) {
			s, w := p.everything()
			for _, id := range []string{strconv.FormatInt(p.number(), 10), "0", "2147483647"} {
				s.send(w.pingRequest(id))
				first := s.ack(id)
				want := regexp.MustCompile(`^\{"data":\{"request_id":` + id + `,"time":"` + instant + `"\},` + regexp.QuoteMeta(w.tail("ping")) + `$`)
				f := s.find("result of ping "+id, p.target.Answer, func(f frame) bool {
					return f.of("callType") == "ping" && string(dig(f.raw, "data", "request_id")) == id
				})
				if !want.Match(f.raw) {
					p.failf("the result of the ping is not %s", want)
				}
				if f.index < first.index {
					p.failf("the result came before the acknowledgement")
				}
			}
		}},
		{ID: "config.answer", Source: community, Sentence: "config is acknowledged and then answered, data first, with the request's ID; no statusCode", run: func(p *probe) { ownResult(p, "config") }},
		{ID: "config.shape", Source: community, Sentence: "a config has version, groups with lifts, decks, floors and sides, destinations with names, terminals with types", run: configShape},
		{ID: "config.areas", Source: asyncAPI + "; " + seen2508, Sentence: "areas of floors and decks are told apart, and a deck's is above 1,000,000", run: func(p *probe) {
			w := p.learn()
			var seen []int64
			for _, l := range w.lifts {
				if l.deck <= 1_000_000 {
					p.failf("lift %d has the deck %d, want above 1000000", l.id, l.deck)
				}
				seen = append(seen, l.deck)
			}
			for _, f := range w.floors {
				if f.area >= 1_000_000 {
					p.failf("floor %d has the area %d, want below 1000000", f.floor, f.area)
				}
				seen = append(seen, f.area)
			}
			slices.Sort(seen)
			if len(slices.Compact(slices.Clone(seen))) != len(seen) {
				p.failf("an area is there twice: %v", seen)
			}
		}},
		{ID: "actions.answer", Source: community, Sentence: "actions is acknowledged and then answered, data first, with the request's ID; no statusCode", run: func(p *probe) { ownResult(p, "actions") }},
		{ID: "actions.shape", Source: community, Sentence: "actions has DcsCall (2), LdgCall UP (2001) and LdgCall DOWN (2002), enabled", run: actionsShape},
		{ID: "common.no-id", Source: asyncAPI, Sentence: "config without a requestId is refused, or answered under an ID that the service makes", run: func(p *probe) {
			s, w := p.everything()
			s.send(`{"type":"common-api",` + w.address() + `,"callType":"config"}`)
			s.find("answer", p.target.Answer, func(f frame) bool { return dig(f.raw, "statusCode") != nil })
		}},
	}
}

// ownResult asks for config or actions and wants the envelope byte for byte.
func ownResult(p *probe, callType string) []byte {
	s, w := p.everything()
	id := p.name()
	s.send(w.ask(callType, id))
	first := s.ack(quote(id))
	f := s.find("result of "+callType, p.target.Answer, func(f frame) bool { return f.of("callType") == callType && f.of("requestId") == id })
	want := regexp.MustCompile(`^\{"data":\{.*\},"requestId":` + quote(id) + `,` + regexp.QuoteMeta(w.tail(callType)) + `$`)
	if !want.Match(f.raw) {
		p.failf("the result is not %s", want)
	}
	if f.index < first.index {
		p.failf("the result came before the acknowledgement")
	}
	return dig(f.raw, "data")
}

// integers wants fields that are numbers without a fraction.
func (p *probe) integers(what string, raw []byte, names ...string) {
	for _, name := range names {
		if _, is := whole(raw, name); !is {
			p.failf("%s of %s is %s, want an integer: %s", name, what, dig(raw, name), raw)
		}
	}
}

// arrays wants fields that are arrays.
func (p *probe) arrays(what string, raw []byte, names ...string) {
	for _, name := range names {
		if _, is := list(raw, name); !is {
			p.failf("%s of %s is %s, want an array: %s", name, what, dig(raw, name), raw)
		}
	}
}

func configShape(p *probe) {
	data := ownResult(p, "config")
	p.integers("the config", data, "version_major", "version_minor")
	p.arrays("the config", data, "groups", "destinations", "terminals")
	groups, _ := list(data, "groups")
	for _, g := range groups {
		p.integers("a group", g, "group_id")
		p.arrays("a group", g, "terminals", "lifts")
		lifts, _ := list(g, "lifts")
		for _, l := range lifts {
			p.integers("a lift", l, "lift_id")
			if name, _ := text(l, "lift_name"); name == "" {
				p.failf("a lift has no lift_name: %s", l)
			}
			p.arrays("a lift", l, "decks", "floors")
			decks, _ := list(l, "decks")
			for _, d := range decks {
				p.integers("a deck", d, "deck", "area_id")
				p.arrays("a deck", d, "doors", "terminals")
			}
			floors, _ := list(l, "floors")
			for _, f := range floors {
				p.integers("a lift's floor", f, "lift_floor_id", "group_floor_id", "height")
				p.arrays("a lift's floor", f, "sides")
				sides, _ := list(f, "sides")
				for _, side := range sides {
					p.integers("a side", side, "lift_side", "group_side")
					p.arrays("a side", side, "decks")
				}
			}
		}
	}
	destinations, _ := list(data, "destinations")
	for _, d := range destinations {
		p.integers("a destination", d, "area_id", "group_floor_id", "group_side")
		p.arrays("a destination", d, "terminals")
		if name, _ := text(d, "short_name"); name == "" {
			p.failf("a destination has no short_name, of which clients take the first letter: %s", d)
		}
		if exit := string(dig(d, "exit")); exit != "true" && exit != "false" {
			p.failf("exit of a destination is %s, want true or false: %s", exit, d)
		}
	}
	terminals, _ := list(data, "terminals")
	for _, t := range terminals {
		p.integers("a terminal", t, "terminal_id")
		if kind, _ := text(t, "type"); kind == "" {
			p.failf("a terminal has no type: %s", t)
		}
	}
}

func actionsShape(p *probe) {
	data := ownResult(p, "actions")
	p.integers("the actions", data, "version_major", "version_minor")
	p.arrays("the actions", data, "action_set", "call_types", "functions")
	names := map[int64]string{2: "DcsCall", 2001: "LdgCall UP", 2002: "LdgCall DOWN"}
	types, _ := list(data, "call_types")
	for _, t := range types {
		p.integers("an action", t, "action_id", "key")
		for _, name := range []string{"enabled", "direct_allowed", "group_call_allowed", "preferred_allowed"} {
			if v := string(dig(t, name)); v != "true" && v != "false" {
				p.failf("%s of an action is %s, want true or false: %s", name, v, t)
			}
		}
		if kind, _ := text(t, "action_type"); kind == "" {
			p.failf("an action has no action_type: %s", t)
		}
		id, _ := whole(t, "action_id")
		want, known := names[id]
		if !known {
			continue
		}
		if got, _ := text(t, "name"); got != want {
			p.failf("the name of action %d is %q, want %q", id, got, want)
		}
		if string(dig(t, "enabled")) != "true" {
			p.failf("action %d is not enabled", id)
		}
		delete(names, id)
	}
	if len(names) > 0 {
		p.failf("these are missing: %v", names)
	}
}
