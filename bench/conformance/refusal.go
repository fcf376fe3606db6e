package conformance

import (
	"fmt"
	"strings"
)

// refusal is a request that is refused with an error acknowledgement.
type refusal struct {
	id, source, sentence string
	code                 int
	text                 string // of data.error; "" = any. B and G stand for the building and group
	request              string // ID stands for a number of its own, NAME for a string, ADDRESS, AREA, DECK and B, G for the group's
	echoed               string // as JSON; "" = the ID or NAME
	scope                string // of the token; "" = calls in the group
}

// An action and its parts, for requests that are wrong in one place.
const (
	action  = `{"type":"lift-call-api-v2",ADDRESS,"callType":"action","payload":{"request_id":ID,"area":LOW,"time":"2026-01-05T08:00:00.000Z","terminal":1,"call":{"action":2,"destination":HIGH}}}`
	monitor = `{"type":"site-monitoring","requestId":"NAME",ADDRESS,"callType":"monitor","payload":{"sub":"x","duration":30,"subtopics":["lift_1/doors"]}}`
	config  = `{"type":"common-api","requestId":"NAME",ADDRESS,"callType":"config"}`
	ping    = `{"type":"common-api",ADDRESS,"callType":"ping","payload":{"request_id":ID}}`
	remove  = `{"type":"lift-call-api-v2",ADDRESS,"callType":"delete","payload":{"session_id":1}}`
	hold    = `{"type":"lift-call-api-v2",ADDRESS,"callType":"hold_open","payload":{"request_id":ID,"time":"2026-01-05T08:00:00.000Z","lift_deck":DECK,"served_area":LOW,"hard_time":5,"soft_time":10}}`

	inventory = "application/inventory"
	unknown   = `"buildingId":"building:NoSuch9","groupId":"1"`
	longGroup = `"buildingId":"building:B","groupId":"B:G"`
	tooLong   = "'groupId' length must be less than or equal to 2 characters long"
	foreign   = "Token does not contain required scope for B:G"
)

// swap exchanges a part of a request, which has to be there.
func swap(request, old, with string) string {
	if strings.Count(request, old) != 1 {
		panic(fmt.Sprintf("BUG: %s is not once in %s", old, request))
	}
	return strings.Replace(request, old, with, 1)
}

// refusals are one a row.
func refusals() []refusal {
	return []refusal{
		{id: "schema.request-id", source: seen2508, sentence: "a request_id that is a string is refused, although the published file says string",
			code: 400, text: "'payload.request_id' must be a number", request: swap(ping, `"request_id":ID`, `"request_id":"ID"`), echoed: "any"},
		{id: "schema.call-request-id", source: seen2508, sentence: "the same for a call",
			code: 400, text: "'payload.request_id' must be a number", request: swap(action, `"request_id":ID`, `"request_id":"ID"`), echoed: "any"},
		{id: "schema.area", source: seen2508, sentence: "an area that is a string is refused",
			code: 400, text: "'payload.area' must be a number", request: swap(action, `"area":LOW`, `"area":"LOW"`)},
		{id: "schema.destination", source: seen2508, sentence: "a destination that is a string is refused",
			code: 400, text: "'payload.call.destination' must be a number", request: swap(action, `"destination":HIGH`, `"destination":"HIGH"`)},
		{id: "schema.allowed-lifts", source: seen2508, sentence: "an allowed lift that is a string is refused, with its place",
			code: 400, text: "'payload.call.allowed_lifts[0]' must be a number", request: swap(action, `"destination":HIGH`, `"destination":HIGH,"allowed_lifts":["DECK"]`)},
		{id: "schema.allowed-lifts-second", source: seen2508, sentence: "the place counts from 0",
			code: 400, text: "'payload.call.allowed_lifts[1]' must be a number", request: swap(action, `"destination":HIGH`, `"destination":HIGH,"allowed_lifts":[DECK,"x"]`)},
		{id: "schema.session-id", source: seen2508, sentence: "a session_id that is a string is refused",
			code: 400, text: "'payload.session_id' must be a number", request: swap(remove, `"session_id":1`, `"session_id":"1"`), echoed: "any"},
		{id: "schema.ping-request-id", source: seen2508, sentence: "a ping with a requestId is refused, and the ID in the answer is empty",
			code: 400, text: "'requestId' is not allowed", request: swap(ping, `"common-api",`, `"common-api","requestId":"x",`), echoed: `""`},
		{id: "schema.group-config", source: seen2508, sentence: "a group with its building before it is refused: config",
			code: 400, text: tooLong, request: swap(config, "ADDRESS", longGroup)},
		{id: "schema.group-call", source: seen2508, sentence: "the same for a call",
			code: 400, text: tooLong, request: swap(action, "ADDRESS", longGroup)},
		{id: "schema.group-monitor", source: seen2508, sentence: "the same for monitoring",
			code: 400, text: tooLong, request: swap(monitor, "ADDRESS", longGroup)},
		{id: "schema.building-empty", source: seen2508, sentence: "an empty building is refused",
			code: 400, text: "'buildingId' is not allowed to be empty", request: swap(config, "ADDRESS", `"buildingId":"","groupId":"G"`)},
		{id: "schema.building-pattern", source: seen2508, sentence: "a building without building: is refused, with the pattern",
			code: 400, text: "'buildingId' with value 'B' fails to match the required pattern: /^building:[a-zA-Z0-9]+$/", request: swap(config, "ADDRESS", `"buildingId":"B","groupId":"G"`)},
		{id: "schema.building-pattern-call", source: seen2508, sentence: "the same for a call",
			code: 400, text: "'buildingId' with value 'building:no-such' fails to match the required pattern: /^building:[a-zA-Z0-9]+$/", request: swap(action, "ADDRESS", `"buildingId":"building:no-such","groupId":"G"`)},
		{id: "schema.delay-negative", source: asyncAPI, sentence: "a delay below 0 is refused",
			code: 400, request: swap(action, `"destination":HIGH`, `"destination":HIGH,"delay":-1`)},
		{id: "schema.group-size", source: asyncAPI, sentence: "a group of 0 is refused",
			code: 400, request: swap(action, `"destination":HIGH`, `"destination":HIGH,"group_size":0`)},
		{id: "schema.group-size-101", source: asyncAPI, sentence: "a group of 101 is refused",
			code: 400, request: swap(action, `"destination":HIGH`, `"destination":HIGH,"group_size":101`)},
		{id: "schema.priority", source: asyncAPI, sentence: "a call_replacement_priority other than LOW and HIGH is refused",
			code: 400, request: swap(action, `"destination":HIGH`, `"destination":HIGH,"call_replacement_priority":"MEDIUM"`)},
		{id: "schema.no-action", source: asyncAPI, sentence: "a call without an action is refused",
			code: 400, request: swap(action, `"action":2,`, "")},
		{id: "schema.no-call", source: asyncAPI, sentence: "an action without a call is refused",
			code: 400, request: swap(action, `,"call":{"action":2,"destination":HIGH}`, "")},
		{id: "schema.no-area", source: asyncAPI, sentence: "an action without an area is refused",
			code: 400, request: swap(action, `"area":LOW,`, "")},
		{id: "schema.hard-time", source: asyncAPI, sentence: "a hard_time above 10 s is refused",
			code: 400, request: swap(hold, `"hard_time":5`, `"hard_time":11`), scope: "robotcall/*"},
		{id: "schema.soft-time", source: asyncAPI, sentence: "a soft_time above 30 s is refused",
			code: 400, request: swap(hold, `"soft_time":10`, `"soft_time":31`), scope: "robotcall/*"},
		{id: "schema.duration", source: asyncAPI, sentence: "a subscription longer than 300 s is refused",
			code: 400, request: swap(monitor, `"duration":30`, `"duration":301`)},
		{id: "schema.duration-negative", source: asyncAPI, sentence: "a subscription of negative length is refused",
			code: 400, request: swap(monitor, `"duration":30`, `"duration":-1`)},
		{id: "schema.monitor-request-id", source: seen2508, sentence: "monitoring without a requestId is refused",
			code: 400, request: swap(monitor, `"requestId":"NAME",`, ""), echoed: "any"},
		{id: "schema.subtopics", source: asyncAPI, sentence: "subtopics that are no list are refused",
			code: 400, request: swap(monitor, `["lift_1/doors"]`, `"lift_1/doors"`)},
		{id: "schema.call-type", source: asyncAPI, sentence: "an unknown callType is refused under the request's ID",
			code: 400, request: swap(config, `"config"`, `"topology"`)},
		{id: "schema.type", source: asyncAPI, sentence: "an unknown type is refused under the request's ID",
			code: 400, request: swap(config, `"common-api"`, `"lift-call"`)},
		{id: "schema.no-json", source: chosen, sentence: "what is no JSON is refused, and the socket stays open",
			code: 400, request: `{"type":"common-api"`, echoed: "any"},
		{id: "schema.array", source: chosen, sentence: "JSON that is no object is refused, and the socket stays open",
			code: 400, request: `[1,2]`, echoed: "any"},

		{id: "scope.call", source: seen2508, sentence: "a call without the scope is refused", code: 403, text: foreign, request: action, scope: inventory},
		{id: "scope.delete", source: seen2508, sentence: "a delete without the scope is refused", code: 403, text: foreign, request: remove, scope: inventory, echoed: "any"},
		{id: "scope.ping", source: seen2508, sentence: "a ping without the scope is refused", code: 403, text: foreign, request: ping, scope: inventory},
		{id: "scope.config", source: seen2508, sentence: "config without the scope is refused", code: 403, text: foreign, request: config, scope: inventory},
		{id: "scope.monitor", source: seen2508, sentence: "monitoring without the scope is refused", code: 403, text: foreign, request: monitor, scope: inventory},
		{id: "scope.hold-open", source: seen2508, sentence: "hold_open with a callgiving token is refused as if the group were not in it", code: 403, text: foreign, request: hold},

		{id: "building.monitor", source: seen2508, sentence: "monitoring of an unknown building: 404 with the building", code: 404, text: "Building data not found for ID building:NoSuch9", request: swap(monitor, "ADDRESS", unknown), scope: "callgiving/*"},
		{id: "building.config", source: seen2508, sentence: "config of an unknown building: 404 with the group", code: 404, text: "Building data not found for ID 1", request: swap(config, "ADDRESS", unknown), scope: "callgiving/*"},
		{id: "building.actions", source: seen2508, sentence: "actions of an unknown building: 404 with the group", code: 404, text: "Building data not found for ID 1", request: swap(swap(config, "ADDRESS", unknown), `"config"`, `"actions"`), scope: "callgiving/*"},
		{id: "building.call", source: validation, sentence: "a call in an unknown building, with a token for all: 404", code: 404, request: swap(action, "ADDRESS", unknown), scope: "callgiving/*"},

		{id: "order.call-schema", source: seen2508, sentence: "of a call, the schema is checked before the scope", code: 400, text: "'payload.area' must be a number", request: swap(action, `"area":LOW`, `"area":"LOW"`), scope: inventory},
		{id: "order.call-building", source: seen2508, sentence: "of a call, the scope is checked before the building", code: 403, text: "Token does not contain required scope for NoSuch9:1", request: swap(action, "ADDRESS", unknown)},
		{id: "order.config-schema", source: seen2508, sentence: "of config, the schema is checked before the building", code: 400, text: tooLong, request: swap(config, "ADDRESS", `"buildingId":"building:NoSuch9","groupId":"NoSuch9:1"`), scope: inventory},
		{id: "order.config-building", source: seen2508, sentence: "of config, the building is checked before the scope", code: 404, text: "Building data not found for ID 1", request: swap(config, "ADDRESS", unknown), scope: inventory},
		{id: "order.monitor-building", source: seen2508, sentence: "of monitoring, the building is checked before the scope", code: 404, text: "Building data not found for ID building:NoSuch9", request: swap(monitor, "ADDRESS", unknown), scope: inventory},
		{id: "order.hold-open-schema", source: seen2508, sentence: "of hold_open, the schema is checked before the scope", code: 400, text: "'payload.lift_deck' must be a number", request: swap(hold, `"lift_deck":DECK`, `"lift_deck":"DECK"`)},
	}
}

func refusalChecks() []Check {
	var checks []Check
	for _, r := range refusals() {
		checks = append(checks, Check{ID: "refused." + r.id, Source: r.source, Sentence: fmt.Sprintf("%s: %d", r.sentence, r.code), run: r.run})
	}
	return append(checks, Check{ID: "refused.twice", Source: asyncAPI, Sentence: "a request_id that the connection has used is refused: 409", run: func(p *probe) {
		s, w := p.everything()
		id := fmt.Sprint(p.number())
		s.send(w.pingRequest(id))
		s.ack(id)
		s.send(w.pingRequest(id))
		f := s.find("refusal of the second ping", p.target.Answer, func(f frame) bool { return f.of("type") == "error" })
		if code, _ := whole(f.raw, "statusCode"); code != 409 {
			p.failf("the code is %d, want 409: %s", code, f.raw)
		}
	}})
}

func (r refusal) run(p *probe) {
	w := p.learn()
	scope := r.scope
	if scope == "" {
		scope = w.calls
	}
	s := p.open(p.token(scope))
	number, name := fmt.Sprint(p.number()), p.name()
	fill := strings.NewReplacer(
		"ADDRESS", w.address(), "NAME", name, "LOW", fmt.Sprint(w.low().area), "HIGH", fmt.Sprint(w.high().area), "DECK", fmt.Sprint(w.lifts[0].deck),
		`request_id":ID`, `request_id":`+number, `"ID"`, quote(number), "building:B", "building:"+w.building, `"B"`, quote(w.building),
		"'B'", "'"+w.building+"'", "B:G", w.building+":"+w.group, `"G"`, quote(w.group), `session_id":ID`, `session_id":`+number)
	s.send(fill.Replace(r.request))
	id := fill.Replace(r.echoed)
	switch {
	case r.echoed == "any":
		f := s.find("refusal", p.target.Answer, func(f frame) bool { return f.of("type") == "error" })
		id = string(dig(f.raw, "requestId"))
	case r.echoed == "" && strings.Contains(r.request, "NAME"):
		id = quote(name)
	case r.echoed == "":
		id = number
	}
	s.refusal(id, r.code, fill.Replace(r.text))
	// The socket is as good as before, and nothing else was said about it.
	after := fmt.Sprint(p.number())
	s.send(w.pingRequest(after))
	if f := s.find("answer to a ping after the refusal", p.target.Answer, answers(after)); f.index != 1 {
		p.failf("%d frames came after the request, want the refusal alone", f.index)
	}
}
