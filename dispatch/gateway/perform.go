package gateway

import (
	"math"
	"strconv"
	"time"

	"github.com/coder/websocket"
)

// The close codes of our own that are not told elsewhere; the table is at
// streams.
const (
	closeNormal = websocket.StatusNormalClosure
	closePolicy = websocket.StatusPolicyViolation
)

// perform does a request that may be done. It reports whether it was accepted.
func (q *request) perform() bool {
	if q.site().link.down() {
		switch q.message {
		case onPing, onAction, onDelete, onHoldOpen:
			q.refuse(statusNoLink, "No end-to-end link to building:"+q.site().id+": ping until it answers")
			return false
		}
		// What the cloud knows it still tells, and what happens at the site will
		// be told when it is heard.
	}
	g := q.group
	switch q.message {
	case onPing:
		id := q.id
		return q.forward(1, func() []byte { return g.pingResult(id, g.site.gateway.now()) })
	case onConfig:
		q.accept(g.cloudResult("config", q.id, q.streams.cloud[g].config))
		q.streams.meter.result(q.message, q.read)
		return true
	case onActions:
		q.accept(g.cloudResult("actions", q.id, q.streams.cloud[g].actions))
		q.streams.meter.result(q.message, q.read)
		return true
	case onAction:
		return q.action()
	case onDelete:
		c, session := q.client.Load(), q.whole(q.payload, "session_id")
		return q.forward(0, func() []byte { g.remove(c, session); return nil })
	case onHoldOpen:
		c := q.client.Load()
		h := &holdOpen{Deck: q.whole(q.payload, "lift_deck"), Area: q.whole(q.payload, "served_area"),
			Hard: q.seconds(q.payload, "hard_time"), Soft: q.seconds(q.payload, "soft_time")}
		return q.forward(0, func() []byte { g.hold(c, h); return nil })
	case onMonitor:
		return q.monitor()
	}
	panic("BUG: a request of the kind " + q.message.String() + " that nobody does")
}

func (q *request) site() *site { return q.group.site }

// longestWalk of an action. A longer one is well-formed: the ack is 201, and
// the result refuses it.
const longestWalk = 30 * time.Second

const textDelay = "Invalid json payload"

// action places a call.
func (q *request) action() bool {
	call, _ := q.member(q.payload, "call")
	a := &action{
		Area: q.whole(q.payload, "area"), Terminal: q.maybe(q.payload, "terminal"),
		Action: q.whole(call, "action"), Destination: q.maybe(call, "destination"),
		Delay: q.seconds(call, "delay"), Group: 1, Priority: "LOW",
		Allowed: q.wholes(call, "allowed_lifts"), States: q.texts(call, "activate_call_states"),
		MediaID: q.optional(q.payload, "media_id"), MediaCC: q.optional(q.payload, "media_cc"), MediaType: q.optional(q.payload, "media_type"),
	}
	if n := q.maybe(call, "group_size"); n != nil {
		a.Group = int(*n)
	}
	if p := q.optional(call, "call_replacement_priority"); p != "" {
		a.Priority = p
	}
	g, c, id := q.group, q.client.Load(), q.id
	if a.Delay > longestWalk {
		return q.forward(1, func() []byte { return g.actionResult(id, 0, textDelay) })
	}
	// A group with more calls than it will ever serve plans for nobody: it is full
	// before it is slow. Some more may slip in, as many as are being placed now.
	if g.underway.Load() >= int64(q.streams.gateway.config.Limits.Calls) {
		q.streams.meter.sheds[shedCalls].Inc()
		q.refuse(429, "Too many calls of this group are under way: try again later")
		return false
	}
	// The second half of the queue is for what ends work, or tells whether there
	// is a building at all.
	if 2*len(g.site.inbox) >= cap(g.site.inbox) {
		q.streams.meter.sheds[shedInbox].Inc()
		q.refuse(429, textBusy)
		return false
	}
	a.Admitted = g.admits(a)
	return q.forward(1, func() []byte {
		session, refused := g.act(c, a)
		return g.actionResult(id, session, refused)
	})
}

// monitor subscribes to topics of a group. A subscription is known to the cloud:
// it is accepted while the link to the site is down.
func (q *request) monitor() bool {
	l := &q.streams.gateway.config.Limits
	topics := q.texts(q.payload, "subtopics")
	switch {
	case len(topics) == 0:
		q.refuse(400, "'payload.subtopics' must contain at least 1 items")
		return false
	case len(topics) > l.Topics:
		q.refuse(400, "'payload.subtopics' must contain less than or equal to "+strconv.Itoa(l.Topics)+" items")
		return false
	}
	d := l.Subscription
	if _, ok := q.member(q.payload, "duration"); ok {
		d = min(d, q.seconds(q.payload, "duration"))
	}
	g, c := q.group, q.client.Load()
	c.watch(g)
	s := &subscription{client: c, requestID: plain([]byte(q.id)), topics: topics, sub: q.optional(q.payload, "sub"), duration: d}
	return q.forward(0, func() []byte {
		if c.live() {
			g.subscribe(s)
		}
		return nil
	})
}

// session creates or resumes a session.
func (q *request) session() {
	if q.id == noID {
		q.id = `"` + sessionID() + `"`
	}
	k, at := q.socket, q.streams.gateway.now()
	if q.message == onCreate {
		id, status, text := q.streams.create(k)
		if status != 201 {
			q.refuse(status, text)
			return
		}
		q.reply(sessionAck(k.id, q.id, id, at), status)
		return
	}
	n, _ := q.member(0, "sessionId")
	status, text := q.streams.resume(k, q.words(n), q.seconds(0, "resendLatestStateUpToSeconds"), sessionAck(k.id, q.id, "", at))
	if status != 201 {
		q.refuse(status, text)
		return
	}
	q.streams.meter.ack(q.message, status, q.read)
}

// The values of members that have passed the schema.

// float is a number; 0 when it is left out.
func (q *request) float(object int, name string) float64 {
	n, ok := q.member(object, name)
	if !ok {
		return 0
	}
	v, _ := strconv.ParseFloat(string(q.raw(n)), 64)
	return v
}

func (q *request) whole(object int, name string) int64 { return int64(q.float(object, name)) }

func (q *request) maybe(object int, name string) *int64 {
	if _, ok := q.member(object, name); !ok {
		return nil
	}
	v := q.whole(object, name)
	return &v
}

// seconds is a duration, at most what one can hold.
func (q *request) seconds(object int, name string) time.Duration {
	return time.Duration(min(q.float(object, name)*float64(time.Second), math.MaxInt64/2))
}

func (q *request) optional(object int, name string) string {
	n, ok := q.member(object, name)
	if !ok {
		return ""
	}
	return q.words(n)
}

func (q *request) wholes(object int, name string) (all []int64) {
	n, ok := q.member(object, name)
	if !ok {
		return nil
	}
	for i := q.first(n); i > 0; i = int(q.nodes[i].next) {
		v, _ := strconv.ParseFloat(string(q.raw(i)), 64)
		all = append(all, int64(v))
	}
	return all
}

func (q *request) texts(object int, name string) (all []string) {
	n, ok := q.member(object, name)
	if !ok {
		return nil
	}
	for i := q.first(n); i > 0; i = int(q.nodes[i].next) {
		all = append(all, q.words(i))
	}
	return all
}
