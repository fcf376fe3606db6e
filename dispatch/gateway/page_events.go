package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"hoistway/dispatch"
)

// How the page is kept up to date. Intervals are the wall clock's.
const (
	pageListeners = 64                     // open pages
	pageShown     = 6                      // buildings on one page
	pagePeriod    = 200 * time.Millisecond // between pictures of a building in motion
	pageSilence   = 2 * time.Second        // after which a picture is sent although nothing changed
	pageWrite     = 5 * time.Second        // a listener that takes longer is dropped
	pageBeat      = 5 * time.Second        // between comments that keep the connection alive
	pageBacklog   = 16                     // pictures per building that wait for a listener before it is dropped
)

// listener is an open page.
type listener struct {
	sites  []*site
	frames chan []byte
	gone   chan struct{} // closed when it is dropped
}

// listen streams a plan and then pictures to one page until it leaves or is
// dropped; a browser comes back by itself. The query may name the buildings to
// show, ?building=ID and once more for each; the first ones are shown otherwise.
func (p *page) listen(w http.ResponseWriter, r *http.Request) {
	shown, wrong := p.asked(r.URL.Query()["building"])
	if wrong != nil {
		object(w, http.StatusBadRequest, *wrong)
		return
	}
	plan, err := json.Marshal(p.gateway.plan(shown))
	if err != nil {
		panic("BUG: the plan of buildings is not JSON: " + err.Error())
	}
	l := p.join(shown)
	if l == nil {
		w.Header().Set("Retry-After", "5")
		object(w, http.StatusServiceUnavailable, objection{Message: fmt.Sprintf("%d pages are open already, or the gateway is closing", pageListeners)})
		return
	}
	defer p.leave(l)
	out := http.NewResponseController(w)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	send := func(frame []byte) bool {
		_ = out.SetWriteDeadline(time.Now().Add(pageWrite))
		if _, err := w.Write(frame); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	beat := time.NewTicker(pageBeat)
	defer beat.Stop()
	for ok := send(fmt.Appendf(nil, "retry: 2000\nevent: plan\ndata: %s\n\n", plan)); ok; {
		select {
		case <-r.Context().Done():
			return
		case <-l.gone:
			return
		case frame := <-l.frames:
			ok = send(frame)
		case <-beat.C:
			ok = send([]byte(": still here\n\n"))
		}
	}
}

// asked finds the sites of a query.
func (p *page) asked(ids []string) ([]*site, *objection) {
	all := p.gateway.sites
	if len(ids) == 0 {
		return all[:min(len(all), pageShown)], nil
	}
	if len(ids) > pageShown {
		return nil, &objection{Message: fmt.Sprintf("building: at most %d can be shown at once", pageShown), Field: "building"}
	}
	var shown []*site
	for _, id := range ids {
		s := p.gateway.byID[id]
		if s == nil {
			return nil, &objection{Message: fmt.Sprintf("building: there is no %q", id), Field: "building"}
		}
		if !slices.Contains(shown, s) {
			shown = append(shown, s)
		}
	}
	return shown, nil
}

// join adds a listener; the first one of a site starts its sampler. It gives nil
// when there are enough.
func (p *page) join(shown []*site) *listener {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.listeners) >= pageListeners {
		return nil
	}
	l := &listener{sites: shown, frames: make(chan []byte, pageBacklog*len(shown)), gone: make(chan struct{})}
	p.listeners[l] = true
	for _, s := range shown {
		w := &p.shows[s.index]
		w.listeners[l] = true
		if len(w.listeners) == 1 {
			ctx, stop := context.WithCancel(context.Background())
			w.stop = stop
			go p.sample(ctx, s)
		} else if w.latest != nil {
			l.frames <- w.latest
		}
	}
	return l
}

// leave removes a listener; the last one of a site stops its sampler.
func (p *page) leave(l *listener) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(l)
}

func (p *page) drop(l *listener) {
	if !p.listeners[l] {
		return
	}
	delete(p.listeners, l)
	close(l.gone)
	for _, s := range l.sites {
		w := &p.shows[s.index]
		if delete(w.listeners, l); len(w.listeners) == 0 {
			w.stop()
			w.latest = nil
		}
	}
}

// close ends the page for everybody.
func (p *page) close() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for l := range p.listeners {
		p.drop(l)
	}
}

// sample takes pictures of a site while somebody listens. Each is encoded once,
// however many listen.
func (p *page) sample(ctx context.Context, s *site) {
	tick := time.NewTicker(pagePeriod)
	defer tick.Stop()
	var last []byte
	var sent time.Time
	var held dispatch.Instant // until which the last picture was true
	for {
		if shot, at, ok := p.shoot(ctx, s); ok {
			if now := time.Now(); !bytes.Equal(shot, last) || now.Sub(sent) >= pageSilence {
				if last == nil {
					held = at
				}
				p.send(ctx, s, fmt.Appendf(nil, "event: picture\ndata: {\"building\":%d,\"at\":%d,\"held\":%d,\"picture\":%s}\n\n", s.index, at.Milliseconds(), held.Milliseconds(), shot))
				last, sent = shot, now
			}
			held = at
		}
		select {
		case <-ctx.Done():
			return
		case <-s.done:
			return
		case <-tick.C:
		}
	}
}

// shoot takes one picture. It gives none when the site is too busy: the next
// will do.
func (p *page) shoot(ctx context.Context, s *site) (shot []byte, at dispatch.Instant, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var seen picture
	var now dispatch.Instant
	if err := s.ask(ctx, func() { seen, now = p.picture(s), s.now }); err != nil {
		return nil, 0, false // the site may still be at it: seen and now are its own
	}
	seen.Sockets, _ = p.gateway.streams.count()
	shot, err := json.Marshal(seen)
	if err != nil {
		panic("BUG: a picture is not JSON: " + err.Error())
	}
	return shot, now, true
}

// send hands a frame to everybody and drops who has not taken the ones before.
func (p *page) send(ctx context.Context, s *site, frame []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	w := &p.shows[s.index]
	w.latest = frame
	for l := range w.listeners {
		select {
		case l.frames <- frame:
		default:
			p.drop(l)
		}
	}
}
