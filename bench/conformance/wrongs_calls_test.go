package conformance_test

import (
	"regexp"
	"strings"
)

// wrongCalls are wrong in what becomes of calls, and in what is told of them.
func wrongCalls() []wrong {
	twice := func(part string) func() func(string) []string {
		return func() func(string) []string {
			return func(frame string) []string {
				if strings.Contains(frame, part) {
					return []string{frame, frame}
				}
				return []string{frame}
			}
		}
	}
	return []wrong{
		{sentence: "results of calls have a requestId", tamper: tamper{out: edit(`\},"callType":"action"`, `},"requestId":"x","callType":"action"`)}, caught: "call.result mistake.same-floor"},
		{sentence: "results of calls come twice", tamper: tamper{out: twice(`"callType":"action"`)}, caught: "call.order"},
		{sentence: "all calls have one session ID", tamper: tamper{out: edit(`"session_id":\d+`, `"session_id":7`)}, caught: "call.sessions"},
		{sentence: "session IDs are strings", tamper: tamper{out: edit(`"session_id":(\d+)`, `"session_id":"$1"`)}, caught: "call.result call.sessions"},
		{sentence: "mistakes have no reason", tamper: tamper{out: edit(`"success":false,"error":"[^"]*"`, `"success":false`)},
			caught: "mistake.same-floor mistake.down-lowest mistake.up-highest mistake.un* mistake.no-destination mistake.allowed-deck mistake.disabled-action mistake.delay"},
		{sentence: "mistakes are taken for good", tamper: tamper{out: edit(`"success":false,"error":"[^"]*"`, `"success":true,"session_id":1`)}, caught: "mistake.same-floor mistake.un* mistake.delay"},
		{sentence: "landing calls are unknown", tamper: tamper{in: edit(`"action":200[12]`, `"action":200`)}, caught: "call.landing state.landing-call mistake.down-lowest"},
		{sentence: "car calls are unknown", tamper: tamper{in: edit(`"action":5000`, `"action":200`)}, caught: "call.car state.car-call hold-open.doors"},
		{sentence: "30 s is too long a delay", tamper: tamper{in: edit(`"delay":30`, `"delay":31`)}, caught: "call.delay"},
		{sentence: "groups are refused", tamper: tamper{in: edit(`"group_size":2`, `"group_size":0`)}, caught: "call.fields"},
		{sentence: "a call is given two lifts", tamper: tamper{out: edit(`"allocated_lift_deck":\[(\d+)\]`, `"allocated_lift_deck":[$1,$1]`)}, caught: "state.group state.allowed-lifts"},
		{sentence: "calls of the past are refused", tamper: tamper{in: edit(`"time":"2020`, `"time":"x`)}, caught: "call.time"},
		{sentence: "allowed lifts are not obeyed", tamper: tamper{in: edit(`,"allowed_lifts":\[[^\]]*\]`, "")}, caught: "state.allowed-lifts fault.allowed-out mistake.allowed-deck"},
		{sentence: "delays are not obeyed", tamper: tamper{in: edit(`,"delay":\d+`, "")}, caught: "state.delay"},
		{sentence: "an unknown request is refused under no ID", tamper: tamper{out: edit(`"requestId":"[^"]*"(,"statusCode":400,"data":\{"error":"'(call)?[tT]ype')`, `"requestId":""$1`)}, caught: "refused.schema.call-type refused.schema.type"},
		{sentence: "request IDs may be used twice", tamper: tamper{out: edit(`.*"statusCode":409.*`, "")}, caught: "refused.twice"},

		{sentence: "a delete is acknowledged and not done", tamper: tamper{in: deleteAs(`"session_id":`, `"session_id":1`)}, caught: "delete.proof delete.not-served"},
		{sentence: "deletes are not answered", tamper: tamper{in: drop(`"callType":"delete"`)}, caught: "delete.*"},
		{sentence: "doors are not held", tamper: tamper{in: edit(`"hard_time":10`, `"hard_time":0`)}, caught: "hold-open.doors"},

		{sentence: "served is not told", tamper: tamper{out: drop(`/served"`)}, caught: "state.served state.order state.literal session.moves session.dropped delete.foreign monitor.renewal monitor.expiry"},
		{sentence: "fixed and later are told twice", tamper: tamper{out: twice(`/fixed"`)}, caught: "state.served-once"},
		{sentence: "states come in a wrong order", tamper: tamper{out: edit(`/served_soon"`, `/registered"`)}, caught: "state.order state.served"},
		{sentence: "being_allocated is not told", tamper: tamper{out: drop("being_allocated")}, caught: "state.both-names state.served"},
		{sentence: "the allocated deck is no list", tamper: tamper{out: edit(`"allocated_lift_deck":\[(\d+)\]`, `"allocated_lift_deck":$1`)}, caught: "state.deck state.past state.allowed-lifts"},
		{sentence: "the present state is not told, nor one of the past", tamper: tamper{out: func() func(string) []string {
			return withoutFirst(regexp.MustCompile(`"subtopic":"call_state/\d+/(registered|being_assigned|being_allocated|assigned|being_fixed|fixed|being_served)"`))
		}}, caught: "state.late state.past"},
		{sentence: "a state's name is taken for +", tamper: tamper{in: edit(`call_state/(\d+)/(fixed|served)"`, `call_state/$1/+"`)}, caught: "state.literal monitor.lift-only"},
		{sentence: "a lift's name is taken for +", tamper: tamper{in: edit(`lift_1/`, `+/`)}, caught: "monitor.lift-only"},
		{sentence: "stops are for nobody", tamper: tamper{out: edit(`"(in|out)bound":\[[\d,]+\]`, `"${1}bound":[]`)}, caught: "state.stopping"},
		{sentence: "the next stop has no eta", tamper: tamper{out: edit(`"eta":"[^"]*",`, "")}, caught: "state.next-stop state.deck"},
		{sentence: "actions have no origin", tamper: tamper{out: edit(`"origin":"API"`, `"origin":"DEVICE"`)}, caught: "state.action"},

		{sentence: "positions are not told at once", tamper: tamper{out: drop(`/position"`)}, caught: "monitor.position monitor.wildcard monitor.two monitor.default-duration monitor.unknown-topic monitor.envelope"},
		{sentence: "directions are in small letters", tamper: tamper{out: edit(`"dir":"NONE"`, `"dir":"none"`)}, caught: "monitor.position"},
		{sentence: "states of doors have other names", tamper: tamper{out: edit(`"state":"CLOSED"`, `"state":"SHUT"`)}, caught: "monitor.doors"},
		{sentence: "lifts move until they stand", tamper: tamper{out: edit(`"moving_state":"DECELERATING"`, `"moving_state":"MOVING"`)}, caught: "motion.order"},
		{sentence: "doors jump open", tamper: tamper{out: edit(`"state":"OPENING"`, `"state":"CLOSED"`)}, caught: "motion.order"},
		{sentence: "lifts that do not move are in no door zone", tamper: tamper{out: edit(`"door":true`, `"door":false`)}, caught: "motion.place"},
		{sentence: "positions are areas", tamper: tamper{out: edit(`"adv":(\d+)`, `"adv":${1}000`)}, caught: "motion.place monitor.position"},
		{sentence: "lifts go up when they go down", tamper: tamper{out: edit(`"dir":"DOWN"`, `"dir":"UP"`)}, caught: "motion.place"},
		{sentence: "decks are an object", tamper: tamper{out: edit(`"decks":\[(\{[^\]]*\})\]`, `"decks":$1`)}, caught: "monitor.status"},
		{sentence: "the second lift has the first one's name", tamper: tamper{out: edit("lift_2/", "lift_1/")}, caught: "monitor.wildcard"},
		{sentence: "events begin with their type", tamper: tamper{out: edit(`^(\{)("data":.*),("callType":"monitor")`, `$1$3,$2`)}, caught: "monitor.envelope"},
		{sentence: "partial wildcards work", tamper: tamper{in: edit(`lift_\+/status`, `+/status`)}, caught: "monitor.no-partial"},
		{sentence: "subscriptions do not end", tamper: tamper{in: edit(`"duration":1,`, `"duration":300,`)}, caught: "monitor.expiry"},
		{sentence: "subscriptions end early", tamper: tamper{in: edit(`"duration":300,`, `"duration":1,`)}, caught: "monitor.renewal"},
		{sentence: "a missing duration is 0", tamper: tamper{in: edit(`"sub":"conformance","subtopics"`, `"sub":"conformance","duration":0,"subtopics"`)}, caught: "monitor.default-duration"},
		{sentence: "every third event is from the past", tamper: tamper{out: counted(3, func(f string) string {
			return regexp.MustCompile(`"time":"....-`).ReplaceAllString(f, `"time":"2001-`)
		})}, caught: "monitor.order"},
		{sentence: "events carry the ID of the first subscription", tamper: tamper{out: asLast}, caught: "monitor.two monitor.renewal"},
	}
}

// withoutFirst drops what comes right behind the acknowledgement of a
// subscription, and fits.
func withoutFirst(pattern *regexp.Regexp) func(string) []string {
	acknowledged := 0
	return func(frame string) []string {
		if strings.HasPrefix(frame, `{"connectionId"`) {
			acknowledged++
		} else if acknowledged > 1 && pattern.MatchString(frame) {
			return nil
		}
		return []string{frame}
	}
}
