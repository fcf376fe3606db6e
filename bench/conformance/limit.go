package conformance

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"time"
)

func limitChecks() []Check {
	return []Check{
		{ID: "limit.health", Source: chosen, Sentence: "/healthz says 200 to anybody", run: func(p *probe) {
			res := p.ask(request{method: "GET", path: "/healthz"})
			if res.status == 404 {
				p.skipf("there is no /healthz")
			}
			p.want(res, 200)
		}},
		{ID: "limit.frame", Source: protocol, Sentence: "a message that is too large closes the socket with 1009; the server lives on", run: func(p *probe) {
			s, w := p.everything()
			s.send(`{"type":"common-api","padding":"` + strings.Repeat("x", p.target.Frame) + `"}`)
			if code := s.closed(p.target.Answer); code != 1009 {
				p.failf("the close code is %d, want 1009", code)
			}
			p.open(p.token(w.calls)).ping(w)
		}},
		{ID: "limit.frame-claimed", Source: protocol, Sentence: "a frame that says it is 2^62 bytes long closes the socket before it is waited for", run: func(p *probe) {
			w := p.stream(p.token(inventory))
			w.probe.note(">", "a frame's header with a length of 2^62")
			w.write([]byte{0x80 | opText, 0x80 | 127, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4})
			w.write([]byte(strings.Repeat("x", p.target.Frame+1)))
			if code := w.closing(); code != 1009 && code != 1002 && code != 0 {
				p.failf("the close code is %d, want 1009", code)
			}
		}},
		{ID: "limit.fragments", Source: protocol, Sentence: "a message that is too large in fragments closes the socket with 1009 too", run: func(p *probe) {
			w := p.stream(p.token(inventory))
			w.frame(opText, true, `{"type":"`)
			for range p.target.Frame/1000 + 2 {
				w.write(frameOf(opContinue, true, []byte(strings.Repeat("x", 1000))))
			}
			if code := w.closing(); code != 1009 && code != 0 {
				p.failf("the close code is %d, want 1009", code)
			}
		}},
		{ID: "limit.deep", Source: chosen, Sentence: "JSON nested thousands deep is refused, and the socket stays open", run: func(p *probe) {
			s, w := p.everything()
			s.send(`{"type":"common-api","payload":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`)
			s.find("refusal", p.target.Answer, func(f frame) bool { return f.of("type") == "error" })
			s.ping(w)
		}},
		{ID: "limit.header", Source: httpRFC, Sentence: "a header that is too large is refused with 431, 400 or 413, or the connection is closed", run: func(p *probe) {
			w := p.connect()
			w.write([]byte("GET " + discoveryPath + " HTTP/1.1\r\nHost: x\r\nX-Padding: " + strings.Repeat("x", 1<<20) + "\r\n\r\n"))
			res, err := http.ReadResponse(bufio.NewReader(w.conn), nil)
			if err == nil && res.StatusCode != 431 && res.StatusCode != 400 && res.StatusCode != 413 {
				p.failf("the response is %s, want 431", res.Status)
			}
			p.want(p.ask(request{method: "GET", path: discoveryPath}), 200)
		}},
		{ID: "limit.idle", Source: asyncAPI + "; " + clients, Sentence: "a socket without traffic is closed in time, with a close frame: the vendor's examples end only then", run: func(p *probe) {
			if p.target.Idle == 0 {
				p.skipf("how long a silent socket stays open was not said, and the published 60 s were not waited for")
			}
			s, w := p.everything()
			s.ping(w)
			began := time.Now()
			code := s.closed(p.target.Idle + p.target.Answer)
			if took := time.Since(began); took < p.target.Idle*3/4 {
				p.failf("the socket was closed after %v, want %v", took, p.target.Idle)
			}
			if code < 1000 || code == 1006 {
				p.failf("the close code is %d, want a close frame", code)
			}
		}},
		{ID: "limit.busy", Source: asyncAPI, Sentence: "a socket with traffic is not closed for idleness", run: func(p *probe) {
			if p.target.Idle == 0 {
				p.skipf("how long a silent socket stays open was not said")
			}
			s, w := p.everything()
			for began := time.Now(); time.Since(began) < p.target.Idle*3/2; {
				s.ping(w)
				p.pause(p.target.Idle / 5)
			}
		}},
		{ID: "limit.404", Source: httpRFC, Sentence: "a path that there is not: 404", run: func(p *probe) {
			p.want(p.ask(request{method: "GET", path: fmt.Sprintf("/api/v2/%s", p.name())}), 404)
		}},
	}
}
