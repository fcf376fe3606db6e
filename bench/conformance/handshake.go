package conformance

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/coder/websocket"
)

func handshakeChecks() []Check {
	return []Check{
		{ID: "handshake.subprotocol", Source: clients, Sentence: "the server selects the subprotocol koneapi, also among others", run: func(p *probe) {
			for _, offered := range []string{"koneapi", "other, koneapi"} {
				w := p.connect()
				res, accept := w.upgrade(p.token("application/inventory"), "Sec-WebSocket-Protocol: "+offered)
				if res.StatusCode != http.StatusSwitchingProtocols || res.Header.Get("Sec-WebSocket-Accept") != accept {
					p.failf("the upgrade got %s and a Sec-WebSocket-Accept %q, want 101 and %q", res.Status, res.Header.Get("Sec-WebSocket-Accept"), accept)
				}
				if got := res.Header.Get("Sec-WebSocket-Protocol"); got != "koneapi" {
					p.failf("the subprotocol is %q, want koneapi", got)
				}
			}
		}},
		{ID: "handshake.401", Source: examples, Sentence: "an upgrade without a token, with one that is none or was tampered with is refused with 401, not opened and closed", run: func(p *probe) {
			for _, token := range []string{"", "x", p.forged(p.token("callgiving/*"))} {
				if conn, res := p.handshake(token, "koneapi"); conn != nil || res.StatusCode != 401 {
					p.failf("the upgrade got %s, want 401", res.Status)
				}
			}
		}},
		{ID: "handshake.deflate", Source: clients, Sentence: "a client that offers permessage-deflate can still talk without compression", run: func(p *probe) {
			world := p.learn()
			w := p.stream(p.token(world.calls), "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
			w.frame(0x80|opText, true, world.pingRequest("7"))
			if got := w.until(opText); !acked("7").Match(got) {
				p.failf("the answer is %q, want an acknowledgement", got)
			}
		}},
		{ID: "handshake.plain", Source: protocol, Sentence: "a request that is no upgrade is refused with a status of a client's fault", run: func(p *probe) {
			res := p.ask(request{method: "GET", path: streamPath + "?accessToken=" + p.token("application/inventory")})
			if res.status < 400 || res.status > 499 {
				p.failf("status %d, want 4xx", res.status)
			}
		}},
		{ID: "handshake.key", Source: protocol, Sentence: "an upgrade of another version is refused with 426 or 400", run: func(p *probe) {
			w := p.connect()
			w.write([]byte("GET " + streamPath + "?accessToken=" + p.token("application/inventory") + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"))
			res, err := http.ReadResponse(w.in, nil)
			if err != nil || res.StatusCode != 426 && res.StatusCode != 400 {
				p.failf("the upgrade got %v, %v, want 426 or 400", res, err)
			}
		}},
		{ID: "frames.binary", Source: examples, Sentence: "a request in a binary frame is answered like one in a text frame", run: func(p *probe) {
			s, w := p.everything()
			id := strconv.FormatInt(p.number(), 10)
			s.sendAs(websocket.MessageBinary, w.pingRequest(id))
			s.ack(id)
		}},
		{ID: "frames.fragments", Source: protocol, Sentence: "a request in fragments, with a ping between them, is answered", run: func(p *probe) {
			world := p.learn()
			w := p.stream(p.token(world.calls))
			request := world.pingRequest("7")
			w.frame(opText, true, request[:10])
			w.frame(0x80|opPing, true, "are you there")
			w.frame(opContinue, true, request[10:40])
			w.frame(0x80|opContinue, true, request[40:])
			if got := w.until(opPong); string(got) != "are you there" {
				p.failf("the pong holds %q, want what the ping held", got)
			}
			if got := w.until(opText); !acked("7").Match(got) {
				p.failf("the answer is %q, want an acknowledgement", got)
			}
		}},
		{ID: "frames.spaces", Source: chosen, Sentence: "spaces, line ends, escapes and another order of keys in a request make no difference", run: func(p *probe) {
			s, w := p.everything()
			id := strconv.FormatInt(p.number(), 10)
			s.send("\n{ \"payload\" : {\"request_id\":" + id + "},\r\n\t\"groupId\": " + quote(w.group) + ", \"call\\u0054ype\":\"ping\", \"buildingId\":\"building:" + w.building + "\",\"type\":\"common-api\" } ")
			s.ack(id)
		}},
		{ID: "frames.unmasked", Source: protocol, Sentence: "an unmasked frame ends the connection", run: malformed(func(w *wire, request string) { w.frame(0x80|opText, false, request) }, 1002)},
		{ID: "frames.reserved", Source: protocol, Sentence: "a frame with a reserved opcode or bit ends the connection", run: func(p *probe) {
			malformed(func(w *wire, request string) { w.frame(0x80|0x3, true, request) }, 1002)(p)
			malformed(func(w *wire, request string) { w.frame(0x80|0x40|opText, true, request) }, 1002)(p)
		}},
		{ID: "frames.control", Source: protocol, Sentence: "a control frame in fragments ends the connection, and so does one above 125 bytes", run: func(p *probe) {
			malformed(func(w *wire, _ string) { w.frame(opPing, true, "x") }, 1002)(p)
			malformed(func(w *wire, _ string) { w.frame(0x80|opPing, true, strings.Repeat("x", 126)) }, 1002)(p)
		}},
		{ID: "frames.continuation", Source: protocol, Sentence: "a continuation of nothing ends the connection", run: malformed(func(w *wire, request string) { w.frame(0x80|opContinue, true, request) }, 1002)},
		{ID: "frames.close", Source: protocol, Sentence: "a close frame is answered with one", run: malformed(func(w *wire, _ string) { w.frame(0x80|opClose, true, "\x03\xe8") }, 1000)},
	}
}

// malformed sends something and wants the server to close with a code, or to
// hang up, and to live on.
func malformed(send func(w *wire, request string), code int) func(*probe) {
	return func(p *probe) {
		world := p.learn()
		w := p.stream(p.token(world.calls))
		send(w, world.pingRequest("7"))
		if got := w.closing(); got != code && (got != 0 || code == 1000) {
			p.failf("the close code is %d, want %d", got, code)
		}
		p.open(p.token(world.calls)).ping(world)
	}
}
