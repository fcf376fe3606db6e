package gateway

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is what a member of a request must be. Requests are checked as the
// vendor's service does, which uses the library Joi: members in the order of the
// rules, then those that no rule names; the first fault is answered.
//
// The service is known to refuse what it does not know in common-api. That it
// does so elsewhere is our choice: a misspelt allowed_lifts that is silently
// ignored sends a robot into the wrong car.
type rule struct {
	name  string
	must  bool
	kind  kind
	one   []string // the values it can have; nil = any
	empty bool     // a text may be empty
	long  int      // characters or items at most; 0 = no limit
	match func(string) bool
	how   string // the pattern of match, as Joi prints it
	whole bool   // a number must be an integer
	low   float64
	high  float64 // with low: 0 and 0 = no bounds
	has   []rule  // members of an object
	free  bool    // an object may have any members
	items *rule   // of a list
}

// safe is the largest integer that JavaScript counts without gaps.
const safe = 1<<53 - 1

const isoText = "must be in ISO 8601 date format"

// fault checks an object against rules and tells the first fault; "" = there is
// none. The path ends in a dot, or is empty.
func (t *tree) fault(object int, rules []rule, path string) string {
	for i := range rules {
		r := &rules[i]
		n, ok := t.member(object, r.name)
		if !ok {
			if r.must {
				return quote(path+r.name) + " is required"
			}
			continue
		}
		if f := r.fault(t, n, path, r.name); f != "" {
			return f
		}
	}
	for n := t.first(object); n > 0; n = int(t.nodes[n].next) {
		if !slices.ContainsFunc(rules, func(r rule) bool { return t.named(n, r.name) }) {
			return quote(path+short(t.name(n))) + " is not allowed"
		}
	}
	return ""
}

// fault checks a value. Its path is put together only when there is a fault.
func (r *rule) fault(t *tree, n int, path, name string) string {
	is := t.nodes[n].kind
	if r.one != nil {
		if is == isText && slices.Contains(r.one, t.words(n)) {
			return ""
		}
		return quote(path+name) + " must be one of [" + strings.Join(r.one, ", ") + "]"
	}
	if is != r.kind {
		return quote(path+name) + " must be " + map[kind]string{isText: "a string", isNumber: "a number", isList: "an array", isObject: "of type object"}[r.kind]
	}
	switch is {
	case isText:
		return r.text(t.words(n), path, name)
	case isNumber:
		return r.number(t.raw(n), path, name)
	case isList:
		if r.long > 0 && int(t.nodes[n].size) > r.long {
			return quote(path+name) + " must contain less than or equal to " + strconv.Itoa(r.long) + " items"
		}
		at := 0
		for i := t.first(n); i > 0; i = int(t.nodes[i].next) {
			// The items' path is needed for a fault alone: look first without.
			if r.items.fault(t, i, "", "") != "" {
				return r.items.fault(t, i, path, name+"["+strconv.Itoa(at)+"]")
			}
			at++
		}
	case isObject:
		if !r.free {
			return t.fault(n, r.has, path+name+".")
		}
	}
	return ""
}

func (r *rule) text(s, path, name string) string {
	switch {
	case s == "" && !r.empty:
		return quote(path+name) + " is not allowed to be empty"
	case r.long > 0 && len(s) > r.long && len([]rune(s)) > r.long:
		return quote(path+name) + " length must be less than or equal to " + strconv.Itoa(r.long) + " characters long"
	case r.match == nil || r.match(s):
		return ""
	case r.how == isoText:
		return quote(path+name) + " " + isoText
	}
	return quote(path+name) + " with value " + quote(short(s)) + " fails to match the required pattern: " + r.how
}

func (r *rule) number(raw []byte, path, name string) string {
	v, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case err != nil:
		return quote(path+name) + " must be a number"
	case math.Abs(v) > safe:
		return quote(path+name) + " must be a safe number"
	case r.whole && v != math.Trunc(v):
		return quote(path+name) + " must be an integer"
	case r.low == 0 && r.high == 0:
		return ""
	case v < r.low:
		return quote(path+name) + " must be greater than or equal to " + strconv.FormatFloat(r.low, 'f', -1, 64)
	case v > r.high:
		return quote(path+name) + " must be less than or equal to " + strconv.FormatFloat(r.high, 'f', -1, 64)
	}
	return ""
}

// quote puts a name or a value into the service's quotes.
func quote(s string) string { return "'" + s + "'" }

// short keeps what a client wrote from filling our answer.
func short(s string) string {
	const most = 100
	if r := []rune(s); len(s) > most && len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}

// Rules that several requests share. An ID of a request may be any finite
// number, and any text that fits on a line.
const longestID = 128

var (
	ruleType       = rule{name: "type", must: true, one: messageTypes}
	ruleRequestID  = rule{name: "requestId", kind: isText, long: longestID}
	ruleRequestIDs = rule{name: "requestId", kind: isText, long: longestID, must: true}
	ruleBuildingID = rule{name: "buildingId", must: true, kind: isText, match: isBuildingID, how: "/^building:[a-zA-Z0-9]+$/"}
	ruleGroupID    = rule{name: "groupId", must: true, kind: isText, long: 2}
	ruleNumber     = rule{name: "request_id", kind: isNumber}
	ruleNumbers    = rule{name: "request_id", kind: isNumber, must: true}
	ruleTime       = rule{name: "time", kind: isText, match: isDate, how: isoText} // its staleness is not checked
)

func isBuildingID(s string) bool {
	id, ok := strings.CutPrefix(s, "building:")
	if !ok || id == "" {
		return false
	}
	for i := range len(id) {
		if c := id[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return false
		}
	}
	return true
}

// isDate looks at the day only: clients write the time of day in many ways.
func isDate(s string) bool {
	if len(s) < len(time.DateOnly) || len(s) > 40 {
		return false
	}
	_, err := time.Parse(time.DateOnly, s[:len(time.DateOnly)])
	return err == nil
}

// messageTypes are the values of "type".
var messageTypes = []string{"common-api", "lift-call-api-v2", "site-monitoring", "create-session", "resume-session"}

// form is one kind of request.
type form struct {
	message  message
	callType string // "" = the type has none
	rules    []rule
}

// forms are the requests there are, by type.
var forms = map[string][]form{
	"common-api": {
		{onPing, "ping", envelope("ping", rule{}, rule{name: "payload", must: true, kind: isObject, has: []rule{ruleNumbers, ruleTime}})},
		{onConfig, "config", envelope("config", ruleRequestID, rule{name: "payload", kind: isObject, free: true})},
		{onActions, "actions", envelope("actions", ruleRequestID, rule{name: "payload", kind: isObject, free: true})},
	},
	"lift-call-api-v2": {
		{onAction, "action", envelope("action", ruleRequestID, rule{name: "payload", must: true, kind: isObject, has: []rule{
			ruleNumbers,
			{name: "area", must: true, kind: isNumber, whole: true},
			ruleTime,
			{name: "terminal", kind: isNumber, whole: true},
			{name: "media_type", kind: isText, empty: true, long: 32},
			{name: "media_id", kind: isText, empty: true, long: 128},
			{name: "media_cc", kind: isText, empty: true, long: 32},
			{name: "call", must: true, kind: isObject, has: []rule{
				{name: "action", must: true, kind: isNumber, whole: true},
				{name: "destination", kind: isNumber, whole: true},
				{name: "delay", kind: isNumber, low: 0, high: safe}, // above 30 it is the result that refuses it
				{name: "group_size", kind: isNumber, whole: true, low: 1, high: 100},
				{name: "language", kind: isText, empty: true, long: 35},
				{name: "call_replacement_priority", one: []string{"LOW", "HIGH"}},
				{name: "allowed_lifts", kind: isList, long: 64, items: &rule{kind: isNumber, whole: true}},
				{name: "activate_call_states", kind: isList, long: 16, items: &rule{kind: isText, long: 32}},
			}},
		}})},
		{onDelete, "delete", envelope("delete", ruleRequestID, rule{name: "payload", must: true, kind: isObject, has: []rule{
			ruleNumber, {name: "session_id", must: true, kind: isNumber, whole: true}, ruleTime,
		}})},
		{onHoldOpen, "hold_open", envelope("hold_open", ruleRequestID, rule{name: "payload", must: true, kind: isObject, has: []rule{
			ruleNumber, ruleTime,
			{name: "lift_deck", must: true, kind: isNumber, whole: true},
			{name: "served_area", must: true, kind: isNumber, whole: true},
			{name: "hard_time", must: true, kind: isNumber, low: 0, high: 10},
			{name: "soft_time", must: true, kind: isNumber, low: 0, high: 30},
		}})},
	},
	"site-monitoring": {
		{onMonitor, "monitor", envelope("monitor", ruleRequestIDs, rule{name: "payload", must: true, kind: isObject, has: []rule{
			{name: "sub", kind: isText, long: 128},
			{name: "duration", kind: isNumber, low: 0, high: 300},
			{name: "subtopics", must: true, kind: isList, items: &rule{kind: isText, long: 128}},
		}})},
	},
	"create-session": {{onCreate, "", []rule{ruleType, ruleRequestID}}},
	"resume-session": {{onResume, "", []rule{
		ruleType, ruleRequestID,
		{name: "sessionId", must: true, kind: isText, long: longestID},
		{name: "resendLatestStateUpToSeconds", kind: isNumber, low: 0, high: safe},
	}}},
}

// envelope is the rules of a request to a group.
func envelope(callType string, id, payload rule) []rule {
	rules := []rule{ruleType, {name: "callType", must: true, one: []string{callType}}}
	if id.name != "" {
		rules = append(rules, id)
	}
	return append(rules, ruleBuildingID, ruleGroupID, payload)
}

// formOf finds the kind of request that an object is, or the fault that leaves
// it without one.
func (t *tree) formOf() (*form, string) {
	if t.nodes[0].kind != isObject {
		return nil, quote("value") + " must be of type object"
	}
	n, ok := t.member(0, "type")
	if !ok {
		return nil, quote("type") + " is required"
	}
	if f := ruleType.fault(t, n, "", "type"); f != "" {
		return nil, f
	}
	all := forms[t.words(n)]
	if all[0].callType == "" {
		return &all[0], ""
	}
	n, ok = t.member(0, "callType")
	if !ok {
		return nil, quote("callType") + " is required"
	}
	for i := range all {
		if t.nodes[n].kind == isText && t.words(n) == all[i].callType {
			return &all[i], ""
		}
	}
	var names []string
	for i := range all {
		names = append(names, all[i].callType)
	}
	return nil, quote("callType") + " must be one of [" + strings.Join(names, ", ") + "]"
}
