package gateway

import (
	"strings"
	"testing"
)

const (
	anAction  = `{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"action","groupId":"1","payload":{"request_id":7,"area":1000,"time":"2026-01-05T08:00:00.000Z","terminal":1,"call":{"action":2,"destination":3000}}}`
	aHold     = `{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"hold_open","groupId":"1","payload":{"request_id":7,"time":"2026-01-05T08:00:20.000Z","lift_deck":1001010,"served_area":1000,"hard_time":5,"soft_time":10}}`
	aDelete   = `{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"delete","groupId":"1","payload":{"session_id":7001}}`
	aMonitor  = `{"type":"site-monitoring","requestId":"m1","buildingId":"building:twin1","callType":"monitor","groupId":"1","payload":{"sub":"phone","duration":300,"subtopics":["+/position"]}}`
	aConfig   = `{"type":"common-api","requestId":"c1","buildingId":"building:twin1","callType":"config","groupId":"1"}`
	anActions = `{"type":"common-api","requestId":"a1","buildingId":"building:twin1","callType":"actions","groupId":"1"}`
	aCreate   = `{"type":"create-session","requestId":"s1"}`
	aResume   = `{"type":"resume-session","requestId":"s2","sessionId":"5a0c","resendLatestStateUpToSeconds":30}`
)

// with changes a request by pairs of texts.
func with(request string, pairs ...string) string {
	changed := strings.NewReplacer(pairs...).Replace(request)
	if len(pairs) > 0 && changed == request {
		panic("BUG: nothing to replace in " + request)
	}
	return changed
}

func TestSchemaTellsTheFirstFault(t *testing.T) {
	for _, row := range []struct{ why, frame, want string }{
		{"a ping", ping(1), ``},
		{"a ping may tell the time", with(ping(1), `"request_id":1`, `"request_id":1,"time":"2026-01-05T08:00:00Z"`), ``},
		{"an action", anAction, ``},
		{"a hold", aHold, ``},
		{"a delete without an ID of its own", aDelete, ``},
		{"a subscription", aMonitor, ``},
		{"config", aConfig, ``},
		{"actions", anActions, ``},
		{"create", aCreate, ``},
		{"resume", aResume, ``},
		{"config without an ID", with(aConfig, `"requestId":"c1",`, ``), ``},
		{"an action with a top-level ID as well", with(anAction, `"groupId"`, `"requestId":"x","groupId"`), ``},
		{"an action of long ago", with(anAction, "2026", "2020"), ``},
		{"a delay above 30 is refused by the result", with(anAction, `"destination":3000`, `"delay":31`), ``},
		{"a landing call without a destination", with(anAction, `"action":2,"destination":3000`, `"action":2001`), ``},

		{"no object", `[1]`, `'value' must be of type object`},
		{"no type", `{}`, `'type' is required`},
		{"an unknown type", `{"type":"lift-call"}`, `'type' must be one of [common-api, lift-call-api-v2, site-monitoring, create-session, resume-session]`},
		{"a type that is a number", `{"type":5}`, `'type' must be one of [common-api, lift-call-api-v2, site-monitoring, create-session, resume-session]`},
		{"no callType", with(aConfig, `"callType":"config",`, ``), `'callType' is required`},
		{"an unknown callType", with(aConfig, `"config"`, `"topology"`), `'callType' must be one of [ping, config, actions]`},
		{"a callType of another type", with(aMonitor, `"monitor"`, `"ping"`), `'callType' must be one of [monitor]`},
		{"a text for request_id", ping(`"1"`), `'payload.request_id' must be a number`},
		{"a request_id beyond all numbers", ping(`1e999`), `'payload.request_id' must be a number`},
		{"a request_id that JavaScript cannot count", ping(`9007199254740993`), `'payload.request_id' must be a safe number`},
		{"no request_id", with(ping(1), `"request_id":1`, ``), `'payload.request_id' is required`},
		{"a ping with a top-level requestId", with(ping(1), `"groupId"`, `"requestId":"x","groupId"`), `'requestId' is not allowed`},
		{"a requestId that is a number", with(aConfig, `"c1"`, `1`), `'requestId' must be a string`},
		{"an empty requestId", with(aMonitor, `"m1"`, `""`), `'requestId' is not allowed to be empty`},
		{"no requestId of a subscription", with(aMonitor, `"requestId":"m1",`, ``), `'requestId' is required`},
		{"no payload", with(ping(1), `,"payload":{"request_id":1}`, ``), `'payload' is required`},
		{"a payload that is none", with(ping(1), `{"request_id":1}`, `null`), `'payload' must be of type object`},
		{"a group with its building", with(ping(1), `"groupId":"1"`, `"groupId":"twin1:1"`), `'groupId' length must be less than or equal to 2 characters long`},
		{"a group that is a number", with(ping(1), `"groupId":"1"`, `"groupId":1`), `'groupId' must be a string`},
		{"an empty building", with(ping(1), `building:twin1`, ``), `'buildingId' is not allowed to be empty`},
		{"a building without its prefix", with(ping(1), `building:twin1`, `twin1`), `'buildingId' with value 'twin1' fails to match the required pattern: /^building:[a-zA-Z0-9]+$/`},
		{"a building with a foreign letter", with(ping(1), `twin1`, `twín`), `'buildingId' with value 'building:twín' fails to match the required pattern: /^building:[a-zA-Z0-9]+$/`},
		{"an area that is a text", with(anAction, `"area":1000`, `"area":"1000"`), `'payload.area' must be a number`},
		{"an area that is a fraction", with(anAction, `"area":1000`, `"area":1000.5`), `'payload.area' must be an integer`},
		{"a destination that is a text", with(anAction, `"destination":3000`, `"destination":"3000"`), `'payload.call.destination' must be a number`},
		{"an allowed lift that is a text", with(anAction, `"destination":3000`, `"allowed_lifts":[1001010,"1001020"]`), `'payload.call.allowed_lifts[1]' must be a number`},
		{"allowed lifts that are no list", with(anAction, `"destination":3000`, `"allowed_lifts":1001010`), `'payload.call.allowed_lifts' must be an array`},
		{"a state that is a number", with(anAction, `"destination":3000`, `"activate_call_states":[1]`), `'payload.call.activate_call_states[0]' must be a string`},
		{"a delay before now", with(anAction, `"destination":3000`, `"delay":-1`), `'payload.call.delay' must be greater than or equal to 0`},
		{"a group of nobody", with(anAction, `"destination":3000`, `"group_size":0`), `'payload.call.group_size' must be greater than or equal to 1`},
		{"a group too large", with(anAction, `"destination":3000`, `"group_size":101`), `'payload.call.group_size' must be less than or equal to 100`},
		{"a priority that does not exist", with(anAction, `"destination":3000`, `"call_replacement_priority":"MAX"`), `'payload.call.call_replacement_priority' must be one of [LOW, HIGH]`},
		{"a misspelt member", with(anAction, `"destination":3000`, `"allowed_lift":[1001010]`), `'payload.call.allowed_lift' is not allowed`},
		{"a time that is none", with(anAction, `2026-01-05T`, `yesterday T`), `'payload.time' must be in ISO 8601 date format`},
		{"a session_id that is a text", with(aDelete, `7001`, `"7001"`), `'payload.session_id' must be a number`},
		{"doors held too long", with(aHold, `"hard_time":5`, `"hard_time":11`), `'payload.hard_time' must be less than or equal to 10`},
		{"doors held too long at the end", with(aHold, `"soft_time":10`, `"soft_time":31`), `'payload.soft_time' must be less than or equal to 30`},
		{"a subscription that is too long", with(aMonitor, `300`, `301`), `'payload.duration' must be less than or equal to 300`},
		{"a topic that is a number", with(aMonitor, `"+/position"`, `1`), `'payload.subtopics[0]' must be a string`},
		{"resume of nothing", with(aResume, `"sessionId":"5a0c",`, ``), `'sessionId' is required`},
		{"resume of what was before the beginning", with(aResume, `30`, `-1`), `'resendLatestStateUpToSeconds' must be greater than or equal to 0`},
		{"what one wants to know comes before what one does not", with(ping(`"x"`), `"groupId"`, `"requestId":"x","groupId"`), `'payload.request_id' must be a number`},
	} {
		var tr tree
		if err := tr.parse([]byte(row.frame)); err != nil {
			t.Errorf("%s: %v", row.why, err)
			continue
		}
		f, got := tr.formOf()
		if f != nil {
			got = tr.fault(0, f.rules, "")
		}
		if got != row.want {
			t.Errorf("%s:\n got %s\nwant %s", row.why, got, row.want)
		}
	}
}
