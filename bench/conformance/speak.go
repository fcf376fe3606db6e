package conformance

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// instant is how instants look: UTC, milliseconds.
const instant = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`

// acked is a success acknowledgement, byte for byte; no type, and the request's
// ID as it was sent.
func acked(id string) *regexp.Regexp {
	return regexp.MustCompile(`^\{"connectionId":"[A-Za-z0-9+/_-]{15}=","requestId":` + regexp.QuoteMeta(id) + `,"statusCode":20[01],"data":\{"time":"` + instant + `"\}\}$`)
}

// answers tells whether a frame is an acknowledgement of a request, good or
// bad. id is the request's ID as JSON.
func answers(id string) func(frame) bool {
	return func(f frame) bool {
		return dig(f.raw, "statusCode") != nil && string(dig(f.raw, "requestId")) == id
	}
}

// ack waits for the acknowledgement of a request and wants it to be a success.
func (s *socket) ack(id string) frame {
	f := s.find("acknowledgement of request "+id, s.probe.target.Answer, answers(id))
	if !acked(id).Match(f.raw) {
		s.probe.failf("the acknowledgement is %s: want the bytes %s", f.raw, `{"connectionId":"15 characters=","requestId":`+id+`,"statusCode":201,"data":{"time":"..."}}`)
	}
	return f
}

// refusal waits for an error acknowledgement of a request, with its code and
// text.
func (s *socket) refusal(id string, code int, want string) frame {
	f := s.find("acknowledgement of request "+id, s.probe.target.Answer, answers(id))
	shape := regexp.MustCompile(`^\{"type":"error","connectionId":"[A-Za-z0-9+/_-]{15}=","requestId":` + regexp.QuoteMeta(id) + `,"statusCode":` + strconv.Itoa(code) + `,"data":\{"error":".*"\}\}$`)
	if !shape.Match(f.raw) {
		s.probe.failf("the answer is %s: want an error acknowledgement with the code %d, in the order type, connectionId, requestId, statusCode, data", f.raw, code)
	}
	if got := f.of("data", "error"); want != "" && got != want {
		s.probe.failf("the error is %q, want %q", got, want)
	}
	return f
}

// address is the part of a request that says where it goes.
func (w *world) address() string {
	return fmt.Sprintf(`"buildingId":"building:%s","groupId":%s`, w.building, quote(w.group))
}

// tail is the end of every result and event of a group.
func (w *world) tail(callType string) string {
	return fmt.Sprintf(`"callType":%s,"buildingId":"building:%s","groupId":%s}`, quote(callType), w.building, quote(w.group))
}

// now is the present in a request.
func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

// pingRequest is a ping.
func (w *world) pingRequest(id string) string {
	return fmt.Sprintf(`{"type":"common-api","buildingId":"building:%s","callType":"ping","groupId":%s,"payload":{"request_id":%s}}`, w.building, quote(w.group), id)
}

// ask is config or actions.
func (w *world) ask(callType, id string) string {
	return fmt.Sprintf(`{"type":"common-api","requestId":%s,"buildingId":"building:%s","callType":%s,"groupId":%s}`, quote(id), w.building, quote(callType), quote(w.group))
}

// actionRequest is a call; call is the fields of payload.call.
func (w *world) actionRequest(id string, area int64, call string) string {
	return fmt.Sprintf(`{"type":"lift-call-api-v2","buildingId":"building:%s","callType":"action","groupId":%s,"payload":{"request_id":%s,"area":%d,"time":%s,"terminal":1,"call":{%s}}}`,
		w.building, quote(w.group), id, area, quote(now()), call)
}

// deleteRequest is the vendor's delete: it has no request ID.
func (w *world) deleteRequest(session int64) string {
	return fmt.Sprintf(`{"type":"lift-call-api-v2","buildingId":"building:%s","callType":"delete","groupId":%s,"payload":{"session_id":%d}}`, w.building, quote(w.group), session)
}

// monitorRequest is a subscription.
func (w *world) monitorRequest(id string, seconds int, topics ...string) string {
	quoted := make([]string, len(topics))
	for i, t := range topics {
		quoted[i] = quote(t)
	}
	return fmt.Sprintf(`{"type":"site-monitoring","requestId":%s,"buildingId":"building:%s","callType":"monitor","groupId":%s,"payload":{"sub":"conformance","duration":%d,"subtopics":[%s]}}`,
		quote(id), w.building, quote(w.group), seconds, strings.Join(quoted, ","))
}

// monitor subscribes and waits for the acknowledgement.
func (s *socket) monitor(w *world, seconds int, topics ...string) (id string) {
	id = s.probe.name()
	s.send(w.monitorRequest(id, seconds, topics...))
	s.ack(quote(id))
	return id
}

// act places a call and waits for its result.
func (s *socket) act(w *world, area int64, call string) frame {
	id := strconv.FormatInt(s.probe.number(), 10)
	s.send(w.actionRequest(id, area, call))
	return s.outcome(id)
}

// outcome waits for the acknowledgement and the result of a call, in this
// order.
func (s *socket) outcome(id string) frame {
	first := s.ack(id)
	result := s.find("result of call "+id, s.probe.target.Answer, func(f frame) bool {
		return f.of("callType") == "action" && string(dig(f.raw, "data", "request_id")) == id
	})
	if result.index < first.index {
		s.probe.failf("the result came before the acknowledgement")
	}
	return result
}

// call places a destination call that has to be accepted, and gives its session
// ID.
func (s *socket) call(w *world, from, to landing, more string) int64 {
	return s.accepted(s.act(w, from.area, fmt.Sprintf(`"action":2,"destination":%d%s`, to.area, more)))
}

// accepted is the session ID of a call's result.
func (s *socket) accepted(result frame) int64 {
	if string(dig(result.raw, "data", "success")) != "true" {
		s.probe.failf("the call was refused: %s", result.raw)
	}
	session, is := whole(result.raw, "data", "session_id")
	if !is {
		s.probe.failf("the result has no integer session_id: %s", result.raw)
	}
	return session
}

// event waits for an event of a subscription whose topic a pattern matches.
func (s *socket) event(id, pattern string, limit time.Duration) frame {
	return s.find("event "+pattern+" of subscription "+id, limit, isEvent(id, pattern))
}

// isEvent tells events of a subscription; pattern has + for a level.
func isEvent(id, pattern string) func(frame) bool {
	return func(f frame) bool {
		return f.of("callType") == "monitor" && f.of("requestId") == id && matches(pattern, f.of("subtopic"))
	}
}

// matches tells whether a topic fits a pattern, level by level.
func matches(pattern, topic string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(topic, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != "+" && a[i] != b[i] {
			return false
		}
	}
	return true
}

// state waits for a state of a call. A call that is cancelled instead fails the
// check.
func (s *socket) state(id string, session int64, name string) frame {
	topic := fmt.Sprintf("call_state/%d/", session)
	f := s.find("call state "+name, s.probe.target.Ride, func(f frame) bool {
		return isEvent(id, topic+name)(f) || isEvent(id, topic+"cancelled")(f)
	})
	if f.of("subtopic") != topic+name {
		s.probe.failf("the call was cancelled: %s", f.raw)
	}
	return f
}
