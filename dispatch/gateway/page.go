package gateway

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"

	"hoistway/dispatch"
)

//go:embed page/index.html
var pageText string

// page is the live page: one file that shows the buildings and places calls.
// Whoever can reach it may do so without a token, which is why it is served to
// this machine only.
type page struct {
	gateway *Gateway
	policy  string // Content-Security-Policy of the file
	calls   []*pageCalls

	mu        sync.Mutex
	listeners map[*listener]bool
	shows     []show // by site
	closed    bool
}

// show is what open pages see of one site.
type show struct {
	listeners map[*listener]bool
	latest    []byte // picture, while somebody looks
	stop      func() // ends the sampler
}

func newPage(g *Gateway) *page {
	p := &page{gateway: g, policy: pagePolicy(pageText), listeners: map[*listener]bool{}, shows: make([]show, len(g.sites))}
	for i, s := range g.sites {
		p.calls = append(p.calls, newPageCalls(s))
		p.shows[i].listeners = map[*listener]bool{}
	}
	return p
}

func (p *page) routes(mux paths) {
	if p == nil {
		return
	}
	mux.HandleFunc("GET /{$}", local(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/live", http.StatusFound) }))
	mux.HandleFunc("GET /live", local(p.serve))
	mux.HandleFunc("GET /live/events", local(p.listen))
	mux.HandleFunc("POST /live/calls", local(p.place))
}

func (p *page) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Security-Policy", p.policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(pageText))
}

// pagePolicy lets the page's one script and one style sheet in by their sums,
// and the page talk to its own server; nothing else.
func pagePolicy(text string) string {
	return "default-src 'none'; connect-src 'self'; script-src " + inlineSum(text, "script") + "; style-src " + inlineSum(text, "style") +
		"; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

func inlineSum(text, element string) string {
	_, rest, opens := strings.Cut(text, "<"+element+">")
	body, _, closes := strings.Cut(rest, "</"+element+">")
	if !opens || !closes {
		panic("BUG: page/index.html has no <" + element + ">")
	}
	sum := sha256.Sum256([]byte(body))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// plan is what does not change while the gateway runs.
type plan struct {
	Start     time.Time      `json:"start"` // of instant 0, on the buildings' clock
	Speed     float64        `json:"speed"`
	Admin     bool           `json:"admin"`
	Kinds     []string       `json:"kinds,omitempty"` // of faults
	All       []string       `json:"all"`             // IDs of all buildings
	Buildings []planBuilding `json:"buildings"`       // those that are shown
}

type planBuilding struct {
	Index  int         `json:"index"` // of all
	ID     string      `json:"id"`
	Name   string      `json:"name"`
	Floors []planFloor `json:"floors"`
	Banks  []planBank  `json:"banks"`
}

type planFloor struct {
	Name      string  `json:"name"`
	Elevation float64 `json:"elevation"` // m
	Exit      bool    `json:"exit,omitempty"`
	Locked    bool    `json:"locked,omitempty"` // for who has a key
}

type planBank struct {
	Name   string           `json:"name"`
	Serves []dispatch.Floor `json:"serves"`
	Cars   []planCar        `json:"cars"`
}

type planCar struct {
	Name    string           `json:"name"`
	Persons int              `json:"persons"`
	Serves  []dispatch.Floor `json:"serves"`
}

// plan describes the sites that a page shows.
func (g *Gateway) plan(shown []*site) plan {
	p := plan{Start: g.start, Speed: g.config.Speed, Admin: g.config.Admin, All: names(g.sites, func(s *site) string { return s.id })}
	if p.Admin {
		p.Kinds = faultKinds
	}
	for _, s := range shown {
		b := planBuilding{Index: s.index, ID: s.id, Name: s.layout.Name}
		for _, f := range s.layout.Floors {
			b.Floors = append(b.Floors, planFloor{f.Name, f.Elevation, f.Exit, f.Locked})
		}
		for _, k := range s.layout.Banks {
			bank := planBank{Name: k.Name, Serves: k.Serves}
			for _, c := range k.Cars {
				bank.Cars = append(bank.Cars, planCar{c.Name, c.Persons, c.Serves})
			}
			b.Banks = append(b.Banks, bank)
		}
		p.Buildings = append(p.Buildings, b)
	}
	return p
}
