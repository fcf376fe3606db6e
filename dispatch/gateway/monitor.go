package gateway

import "time"

// subscription is one site-monitoring request of a session.
type subscription struct {
	client    *client
	requestID string
	topics    []string // as the client wrote them
	sub       string
	duration  time.Duration
}

// subscribe begins to send the events of a group's topics, the present state of
// lifts and calls first.
func (g *group) subscribe(s *subscription) {}

// unsubscribe ends all subscriptions of a client: its session is over.
func (g *group) unsubscribe(c *client) {}
