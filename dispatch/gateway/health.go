package gateway

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// health is the last look at all buildings. Anybody may ask for it without a
// token, and a look takes a place in every building's queue: however many ask,
// one looks, and the others have its answer.
type health struct {
	mu   sync.Mutex
	look *look // under way; nil = none
}

// look is what was found. The fields are to be read once it is over.
type look struct {
	over   chan struct{}
	status int
	text   string
}

// answerHealth says that every building's goroutine still answers, and that no
// building has broken its own rules. What was broken is not told to strangers:
// it stands in the error that Run ends with.
func (g *Gateway) answerHealth(w http.ResponseWriter, r *http.Request) {
	g.health.mu.Lock()
	l := g.health.look
	if l == nil {
		l = &look{over: make(chan struct{})}
		g.health.look = l
		go func() {
			l.status, l.text = g.lookAtBuildings()
			g.health.mu.Lock()
			g.health.look = nil
			g.health.mu.Unlock()
			close(l.over)
		}()
	}
	g.health.mu.Unlock()
	select {
	case <-l.over:
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if l.status != http.StatusOK {
		http.Error(w, l.text, l.status)
		return
	}
	_, _ = w.Write([]byte(l.text + "\n"))
}

func (g *Gateway) lookAtBuildings() (status int, text string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, s := range g.sites {
		found := make(chan int, 1)
		if err := s.ask(ctx, func() { found <- len(s.building.Broken()) }); err != nil {
			return http.StatusServiceUnavailable, fmt.Sprintf("building %s does not answer: %v", s.id, err)
		}
		if n := <-found; n > 0 {
			return http.StatusInternalServerError, fmt.Sprintf("building %s broke %d invariants: the end of the process names them", s.id, n)
		}
	}
	return http.StatusOK, "ok"
}
