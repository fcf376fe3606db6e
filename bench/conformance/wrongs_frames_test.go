package conformance_test

import (
	"fmt"
	"strings"

	"github.com/coder/websocket"
)

// wrongFrames are wrong in how frames look and in which order they come.
func wrongFrames() []wrong {
	return []wrong{
		{sentence: "there are spaces after colons", tamper: tamper{out: edit(`":`, `": `)}, caught: "frames.compact run.compact ping.answer config.answer actions.answer call.result session.create monitor.envelope"},
		{sentence: "errors have no data", tamper: tamper{out: edit(`,"data":\{"error":.*\}`, "")}, caught: "frames.data"},
		{sentence: "the answer to resume-session has no data", tamper: tamper{out: edit(`,"data":\{\}`, "")}, caught: "session.resume"},
		{sentence: "the answer to resume-session has the session's ID", tamper: tamper{out: edit(`"data":\{\}`, `"data":{"sessionId":"5a0c"}`)}, caught: "session.resume session.inventory"},
		{sentence: "nothing has data", tamper: tamper{out: edit(`"data":`, `"payload":`)}, caught: "frames.data run.data"},
		{sentence: "the answer to a delete has session_id", tamper: tamper{in: deleteAs(`"payload":{`, `"requestId":"gone","payload":{`), out: edit(`("requestId":"gone".*"data":\{)`, `$1"session_id":7001,`)},
			caught: "delete.silent frames.session-id run.session-id"},
		{sentence: "results come before acknowledgements", tamper: tamper{out: swapped}, caught: "ping.answer config.answer actions.answer call.result monitor.envelope delete.proof"},
		{sentence: "the connection's ID is short", tamper: tamper{out: edit(`"connectionId":"........`, `"connectionId":"`)}, caught: "ping.answer session.create refused.scope.call"},
		{sentence: "all connections have one ID", tamper: tamper{out: edit(`"connectionId":"[^"]*"`, `"connectionId":"AAAAAAAAAAAAAAA="`)}, caught: "frames.connection-id session.new-connection"},
		{sentence: "acknowledgements have a type", tamper: tamper{out: edit(`^\{"connectionId"`, `{"type":"ok","connectionId"`)}, caught: "ping.answer call.result"},
		{sentence: "numbers come back as strings", tamper: tamper{out: edit(`"requestId":(\d+)`, `"requestId":"$1"`)}, caught: "ping.answer call.result hold-open.ack"},
		{sentence: "the codes of refusals are others", tamper: tamper{out: edit(`"statusCode":(4..)`, `"statusCode":418`)}, caught: "refused.* session.404 session.own session.400"},
		{sentence: "the texts of refusals have other quotes", tamper: tamper{out: edit(`'`, "`")}, caught: "refused.schema.request-id refused.schema.area refused.schema.session-id refused.schema.group-config refused.schema.group-call refused.schema.group-monitor refused.schema.building-* refused.order.call-schema"},
		{sentence: "the texts of refusals name the wrong thing", tamper: tamper{out: edit(`(for|ID) (building:\w+|\w+:\w+|1)"`, `$1 you"`)}, caught: "refused.scope.* refused.building.monitor refused.building.config refused.building.actions refused.order.*-building"},
		{sentence: "the subprotocol is not selected", tamper: tamper{accept: func(o *websocket.AcceptOptions) { o.Subprotocols = nil }}, caught: "handshake.subprotocol"},
		{sentence: "who has no good token gets a socket that is closed at once", tamper: tamper{upgrade: func(int) int { return 101 }}, caught: "handshake.401 limited.expired limited.single-use-page limited.single-use-socket"},
		{sentence: "who has no good token gets 403", tamper: tamper{upgrade: func(int) int { return 403 }}, caught: "handshake.401"},
		{sentence: "binary frames are not read", tamper: tamper{binary: true}, caught: "frames.binary"},
		{sentence: "requests with line ends are not read", tamper: tamper{in: drop("\n")}, caught: "frames.spaces"},
		{sentence: "large frames are swallowed", tamper: tamper{greedy: true}, caught: "limit.frame limit.fragments limit.frame-claimed"},
		{sentence: "deep JSON is swallowed", tamper: tamper{in: drop(`\[\[\[`)}, caught: "limit.deep"},
		{sentence: "silent sockets are not closed, nor old ones", tamper: tamper{deaf: true}, caught: "limit.idle session.old-socket session.race session.two-at-once"},
		{sentence: "on busy sockets all pings but the first are swallowed", tamper: tamper{in: func() func(string) []string {
			pings := 0
			return func(frame string) []string {
				if strings.Contains(frame, `"ping"`) {
					pings++
				}
				if pings > 1 {
					return nil
				}
				return []string{frame}
			}
		}}, caught: "limit.busy"},

		{sentence: "a ping's result has no time", tamper: tamper{out: edit(`("request_id":\d+),"time":"[^"]*"`, "$1")}, caught: "ping.answer"},
		{sentence: "lifts have no names, decks the areas of floors", tamper: tamper{out: func() func(string) []string {
			return each(func(f string) string {
				return strings.NewReplacer(`"lift_name":"`, `"name":"`, `"area_id":100`, `"area_id":`).Replace(f)
			})()
		}}, caught: "config.shape config.areas"},
		{sentence: "destination calls have another name", tamper: tamper{out: edit("DcsCall", "Dcs call")}, caught: "actions.shape"},
		{sentence: "config without an ID is not answered", tamper: tamper{in: drop(`"common-api","buildingId".*"config"`)}, caught: "common.no-id"},

		{sentence: "the answer to create-session has no timestamp", tamper: tamper{out: edit(`"timestamp":"[^"]*",`, "")}, caught: "session.create session.resume"},
		{sentence: "sessions have no ID", tamper: tamper{out: edit(`"sessionId"`, `"session"`)}, caught: "session.create session.no-id"},
		{sentence: "a resumed session hears nothing", tamper: tamper{out: func() func(string) []string {
			resumed := false
			return func(frame string) []string {
				resumed = resumed || strings.Contains(frame, `"data":{}`)
				if resumed && strings.Contains(frame, `"monitor"`) {
					return nil
				}
				return []string{frame}
			}
		}}, caught: "session.moves session.dropped session.replay"},
		{sentence: "everything is sent again, asked for or not", tamper: tamper{in: edit(`"resendLatestStateUpToSeconds":0`, `"resendLatestStateUpToSeconds":300`)}, caught: "session.no-replay"},
	}
}

// deleteAs changes deletes on their way to the server.
func deleteAs(old, with string) func() func(string) []string {
	return each(func(frame string) string {
		if strings.Contains(frame, `"callType":"delete"`) {
			return strings.Replace(frame, old, with, 1)
		}
		return frame
	})
}

// swapped holds each acknowledgement of something that has a result until the
// next frame has passed.
func swapped() func(string) []string {
	held := ""
	return func(frame string) []string {
		if held == "" && strings.HasPrefix(frame, `{"connectionId"`) {
			held = frame
			return nil
		}
		if held == "" {
			return []string{frame}
		}
		both := []string{frame, held}
		held = ""
		return both
	}
}

// counted changes every nth frame.
func counted(n int, change func(string) string) func() func(string) []string {
	return func() func(string) []string {
		seen := 0
		return func(frame string) []string {
			if seen++; seen%n == 0 {
				return []string{change(frame)}
			}
			return []string{frame}
		}
	}
}

// asLast gives events the ID of the subscription before.
func asLast() func(string) []string {
	first := ""
	return func(frame string) []string {
		_, rest, is := strings.Cut(frame, `"requestId":"`)
		id, _, _ := strings.Cut(rest, `"`)
		if !is || !strings.Contains(frame, `"callType":"monitor"`) {
			return []string{frame}
		}
		if first == "" {
			first = id
		}
		return []string{strings.Replace(frame, fmt.Sprintf("%q", id), fmt.Sprintf("%q", first), 1)}
	}
}
