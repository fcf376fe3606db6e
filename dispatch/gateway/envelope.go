package gateway

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// What frames look like. Every one is a compact JSON object with an object
// "data"; the order of keys is that of the real service, because clients look
// for substrings.
//
//   - An acknowledgement has no "type" unless it is an error. It comes before
//     the result.
//   - Answers to create-session and resume-session have the type "ok" and a
//     timestamp. The real answer to resume-session has no data; clients break on
//     frames without, and on a sessionId in this one: its data is empty.
//   - session_id stands in the data of an action's result, and nowhere else.

// appendTime writes a time as 2006-01-02T15:04:05.000Z: UTC, milliseconds. Every
// answer has one, which is why it does not go through a layout.
func appendTime(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = append(digits(b, year, 4), '-')
	b = append(digits(b, int(month), 2), '-')
	b = append(digits(b, day, 2), 'T')
	b = append(digits(b, hour, 2), ':')
	b = append(digits(b, minute, 2), ':')
	b = append(digits(b, second, 2), '.')
	return append(digits(b, t.Nanosecond()/int(time.Millisecond), 3), 'Z')
}

// digits writes a number that has at most so many digits.
func digits(b []byte, v, n int) []byte {
	for scale := [...]int{1, 10, 100, 1000}[n-1]; scale > 0; scale /= 10 {
		b = append(b, byte('0'+v/scale%10))
	}
	return b
}

// noID is the requestId of an acknowledgement to a request whose own cannot be
// given back: it has none, or one of the wrong kind.
const noID = `""`

// Status codes of acknowledgements that are none of HTTP's.
const statusNoLink = 1005 // no end-to-end link to the site

// now is the wall-clock time that the building's clock shows.
func (g *Gateway) now() time.Time { return g.start.Add(g.instant()) }

// ackHead begins an acknowledgement, up to its data.
func ackHead(typ, connection, id string, status int) []byte {
	b := make([]byte, 0, 192)
	b = append(b, '{')
	if typ != "" {
		b = append(b, `"type":"`...)
		b = append(b, typ...)
		b = append(b, `",`...)
	}
	b = append(b, `"connectionId":"`...)
	b = append(b, connection...)
	b = append(b, `","requestId":`...)
	b = append(b, id...)
	b = append(b, `,"statusCode":`...)
	return strconv.AppendInt(b, int64(status), 10)
}

// ack accepts a request.
func ack(connection, id string, at time.Time) []byte {
	b := append(ackHead("", connection, id, 201), `,"data":{"time":"`...)
	b = appendTime(b, at)
	return append(b, `"}}`...)
}

// errorAck refuses one.
func errorAck(connection, id string, status int, text string) []byte {
	b := append(ackHead("error", connection, id, status), `,"data":{"error":`...)
	b = append(b, jsonText(text)...)
	return append(b, `}}`...)
}

// sessionAck answers create-session, and with session "" resume-session.
func sessionAck(connection, id, session string, at time.Time) []byte {
	b := append(ackHead("ok", connection, id, 201), `,"timestamp":"`...)
	b = appendTime(b, at)
	if session == "" {
		return append(b, `","data":{}}`...)
	}
	b = append(b, `","data":{"sessionId":"`...)
	b = append(b, session...)
	return append(b, `"}}`...)
}

// resultTail ends a result: whose it is.
func resultTail(callType, building, group string) string {
	return `,"callType":"` + callType + `","buildingId":"building:` + building + `","groupId":` + string(jsonText(group)) + `}`
}

// pingResult answers a ping.
func (g *group) pingResult(id string, at time.Time) []byte {
	b := make([]byte, 0, 192)
	b = append(b, `{"data":{"request_id":`...)
	b = append(b, id...)
	b = append(b, `,"time":"`...)
	b = appendTime(b, at)
	b = append(b, `"}`...)
	return append(b, resultTail("ping", g.site.id, g.id)...)
}

// actionResult answers an action: with the call's session ID, or why it was
// refused.
func (g *group) actionResult(id string, session int64, refused string) []byte {
	b := make([]byte, 0, 192)
	b = append(b, `{"data":{"request_id":`...)
	b = append(b, id...)
	if refused == "" {
		b = append(b, `,"success":true,"session_id":`...)
		b = strconv.AppendInt(b, session, 10)
	} else {
		b = append(b, `,"success":false,"error":`...)
		b = append(b, jsonText(refused)...)
	}
	b = append(b, '}')
	return append(b, resultTail("action", g.site.id, g.id)...)
}

// cloudResult answers config or actions with what is known of a group without
// asking its site.
func (g *group) cloudResult(callType, id string, data []byte) []byte {
	b := make([]byte, 0, len(data)+len(id)+128)
	b = append(b, `{"data":`...)
	b = append(b, data...)
	b = append(b, `,"requestId":`...)
	b = append(b, id...)
	return append(b, resultTail(callType, g.site.id, g.id)...)
}

// jsonText writes a string as JSON, without the escapes for HTML that
// encoding/json adds by itself.
func jsonText(s string) []byte {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		return append(append(append(make([]byte, 0, len(s)+2), '"'), s...), '"')
	}
	b, err := appendJSON(nil, s)
	if err != nil {
		panic("BUG: a string that is no JSON: " + err.Error())
	}
	return b
}

// appendJSON writes a value as compact JSON.
func appendJSON(b []byte, v any) ([]byte, error) {
	w := appender{b}
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return b, err
	}
	return w.b[:len(w.b)-1], nil // without the newline
}

type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}
