package gateway

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"hoistway/dispatch/building"
)

// subscription is one site-monitoring request of a session.
type subscription struct {
	client    *client
	requestID string
	topics    []string // as the client wrote them
	sub       string
	duration  time.Duration
	deliver   func(frame []byte) // takes its events; nil = client.event

	watches []*watch
	tail    []byte // of every frame: the envelope behind the subtopic
	turn    uint64 // of the last event sent
	over    *alarm // ends it
	ended   bool
}

// watch is a topic pattern of a subscription, in its place in the index.
type watch struct {
	sub     *subscription
	pattern string
	place   place
	at      int // in monitor.index[place]
}

// monitor sends a group's events to who has subscribed to them.
type monitor struct {
	group   *group
	index   map[place][]*watch
	clients map[*client][]*subscription // oldest first
	turn    uint64                      // counts events
	lifts   []lift
	samples bool // the positions of moving cars are being looked at
}

func (m *monitor) init(g *group) {
	*m = monitor{group: g, index: map[place][]*watch{}, clients: map[*client][]*subscription{}}
	for i := range g.bank().Cars {
		l := newLift(i)
		// As every car is before anything has happened.
		l.usable, l.doorsBe.Doors = m.statusOf(i, &building.Car{}), doorNames[building.Closed]
		m.lifts = append(m.lifts, l)
	}
}

// subscribe begins to send the events of a group's topics, the present state of
// lifts and calls first: stopping and actions have none. One event is sent once
// for a subscription, however many of its topics it fits.
//
// A subscription replaces those of the same client that have its sub and no
// topic that it has not: to renew one, send it again under another requestId. With a duration of 0 it
// only ends them. It lasts for its duration at most, on the wall clock; when a
// client has as many in a group as Limits.Subscribed, or with topicsInAll times
// Limits.Topics, its oldest gives way.
func (g *group) subscribe(s *subscription) {
	g.calls.flush()
	m := &g.monitor
	for _, old := range slices.Clone(m.clients[s.client]) {
		if old.sub == s.sub && !slices.ContainsFunc(old.topics, func(topic string) bool { return !slices.Contains(s.topics, topic) }) {
			m.end(old)
		}
	}
	if s.duration <= 0 {
		return
	}
	limits := &g.site.gateway.config.Limits
	for len(m.clients[s.client]) >= limits.Subscribed || m.topics(s.client)+len(s.topics) > topicsInAll*limits.Topics {
		m.end(m.clients[s.client][0])
	}
	m.begin(s)
	s.over = g.site.after(g.site.ours(min(s.duration, limits.Subscription)), func() { m.end(s) })
	m.present(s)
	m.sampleSoon()
}

// topicsInAll is how many subscriptions of a session in a group may have as many
// topics as one may: every event is held against every topic.
const topicsInAll = 8

func (m *monitor) topics(c *client) (n int) {
	for _, s := range m.clients[c] {
		n += len(s.topics)
	}
	return n
}

// unsubscribe ends all subscriptions of a client: its session is over.
func (g *group) unsubscribe(c *client) {
	for _, s := range slices.Clone(g.monitor.clients[c]) {
		g.monitor.end(s)
	}
}

func (m *monitor) begin(s *subscription) {
	m.clients[s.client] = append(m.clients[s.client], s)
	if s.deliver == nil {
		s.deliver = s.client.event
	}
	site := m.group.site
	s.tail = fmt.Appendf(nil, `,"requestId":%s,"callType":"monitor","buildingId":%s,"groupId":%s}`,
		encoded(s.requestID), encoded("building:"+site.id), encoded(m.group.id))
	for _, pattern := range s.topics {
		w := &watch{sub: s, pattern: pattern, place: placeOf(pattern)}
		w.at = len(m.index[w.place])
		m.index[w.place] = append(m.index[w.place], w)
		s.watches = append(s.watches, w)
	}
}

func (m *monitor) end(s *subscription) {
	if s.ended {
		return
	}
	s.ended = true
	if s.over != nil {
		m.group.site.cancel(s.over) // a client that renews without end would fill the memory with them
	}
	if left := without(m.clients[s.client], s); len(left) > 0 {
		m.clients[s.client] = left
	} else {
		delete(m.clients, s.client)
	}
	for _, w := range s.watches {
		all := m.index[w.place]
		last := all[len(all)-1]
		all[w.at], last.at = last, w.at
		all[len(all)-1] = nil
		if all = all[:len(all)-1]; len(all) > 0 {
			m.index[w.place] = all
		} else {
			delete(m.index, w.place)
		}
	}
	s.watches = nil
}

// wanted reports whether anybody hears a topic.
func (m *monitor) wanted(topic string) bool {
	for _, at := range placeOf(topic).fitting() {
		for _, w := range m.index[at] {
			if matches(w.pattern, topic) {
				return true
			}
		}
	}
	return false
}

// publish sends an event to who hears its topic. What is the same for all is
// encoded once, and only if there is anybody. While the link to the site is
// down nothing comes through, and it is not sent later.
func (m *monitor) publish(topic string, data any) {
	if m.group.site.link.down() {
		return
	}
	m.turn++
	var head []byte
	for _, at := range placeOf(topic).fitting() {
		for _, w := range m.index[at] {
			if w.sub.turn == m.turn || !matches(w.pattern, topic) {
				continue
			}
			w.sub.turn = m.turn
			if head == nil {
				head = frameHead(topic, data)
			}
			w.sub.send(head)
		}
	}
}

// publishLate is publish for events that a faulty site sends late: they come
// behind others that happened after them.
func (m *monitor) publishLate(topic string, data any) {
	if !m.wanted(topic) {
		return
	}
	if late := m.group.site.link.stale(); late > 0 {
		m.group.site.after(late, func() { m.publish(topic, data) })
		return
	}
	m.publish(topic, data)
}

// frameHead is an event's frame up to where subscriptions begin to differ.
func frameHead(topic string, data any) []byte {
	return fmt.Appendf(nil, `{"data":%s,"subtopic":%s`, encoded(data), encoded(topic))
}

func (s *subscription) send(head []byte) {
	frame := make([]byte, 0, len(head)+len(s.tail))
	s.deliver(append(append(frame, head...), s.tail...))
}

// present sends a new subscription what is the case.
func (m *monitor) present(s *subscription) {
	if m.group.site.link.down() {
		return
	}
	show := func(topic string, data any) {
		for _, pattern := range s.topics {
			if matches(pattern, topic) {
				s.send(frameHead(topic, data))
				return
			}
		}
	}
	all := false // calls' states
	var sessions []int64
	lifts := false
	for _, w := range s.watches {
		switch w.place.first {
		case callStateTopic, anyLevel:
			if id, ok := sessionOf(w.place.second); ok {
				sessions = append(sessions, id)
			}
			all = all || w.place.second == anyLevel
		}
		lifts = lifts || w.place.first != callStateTopic
	}
	if lifts {
		for car := range m.lifts {
			m.presentLift(car, show)
		}
	}
	if all {
		sessions = sessions[:0]
		for id := range m.group.calls.sessions {
			sessions = append(sessions, id)
		}
	}
	slices.Sort(sessions)
	for _, id := range slices.Compact(sessions) {
		if cl := m.group.calls.sessions[id]; cl != nil {
			m.presentPast(s, cl)
			for _, name := range cl.stage.names() {
				show(cl.topic(name), &cl.last)
			}
		}
	}
}

// presentPast sends the states that a call has left behind to who asks for them
// by name: a client learns a call's session ID only after the call was placed,
// and when a car stands there with open doors, the call is past fixed by then,
// where clients look up their lift. Of a cancelled call there is no more to say
// than that: nobody should wait for the lift it once had.
func (m *monitor) presentPast(s *subscription, cl *clientCall) {
	for was := range cl.stage {
		if cl.told[was] == nil || cl.stage == cancelled {
			continue
		}
		for _, name := range was.names() {
			if topic := cl.topic(name); slices.Contains(s.topics, topic) {
				s.send(frameHead(topic, cl.told[was]))
			}
		}
	}
}

// encoded is a value as JSON.
func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("BUG: an event that is not JSON: %v", err))
	}
	return b
}
