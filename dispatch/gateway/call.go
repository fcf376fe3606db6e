package gateway

import (
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// action is a lift-call-api-v2 action that has passed the schema. Numbers are
// as the client sent them; nil is left out.
type action struct {
	Area        int64
	Terminal    *int64
	Action      int64
	Destination *int64
	Delay       time.Duration
	Group       int // 1 when left out
	Priority    string
	Allowed     []int64
	States      []string
	MediaID     string
	MediaCC     string
	MediaType   string

	// Admitted is the verdict of admits, which has to be asked on the goroutine
	// of the connection before the action is posted to the site.
	Admitted bool
}

// holdOpen is a lift-call-api-v2 hold_open that has passed the schema.
type holdOpen struct {
	Deck       int64
	Area       int64
	Hard, Soft time.Duration
}

// bank is what the group's cars and floors are.
func (g *group) bank() *building.Bank { return &g.site.layout.Banks[g.index] }

// calls are the calls of one group that clients placed.
type calls struct{}

func (c *calls) init(g *group) {}

// act does an action. It gives the call's session ID, or the business error
// that goes into data.error.
func (g *group) act(c *client, a *action) (session int64, refused string) { return 0, "" }

// remove cancels a call by its session ID. It says nothing: the proof is the
// call state.
func (g *group) remove(c *client, session int64) {}

// hold keeps doors open.
func (g *group) hold(c *client, h *holdOpen) {}

// stepped hears what the controller took and commanded.
func (g *group) stepped(ev *dispatch.Event, out []dispatch.Command) {}

// CarChanged implements building.Watcher.
func (s *site) CarChanged(at dispatch.Instant, bank, car int) {}

var _ building.Watcher = (*site)(nil)
