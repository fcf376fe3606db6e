package gateway

import (
	"fmt"
	"strconv"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// lift is what clients were last told of a car.
type lift struct {
	car      int
	position string // topics
	doors    string
	status   string
	nextStop string
	stopping string

	where   positionEvent
	doorsBe doorsEvent
	usable  statusEvent
	flight  flight // whose next stop was told
	braked  flight // whose stopping was told
}

// flight is one way of a car to one floor.
type flight struct {
	left dispatch.Instant
	to   dispatch.Floor
}

func newLift(car int) lift {
	of := fmt.Sprintf("lift_%d/", car+1)
	return lift{car: car, position: of + "position", doors: of + "doors", status: of + "status", nextStop: of + "next_stop_eta", stopping: of + "stopping"}
}

// frontSide is the only side that cars have doors at.
const frontSide = 1

// positionEvent is the data of topic lift_N/position.
type positionEvent struct {
	Time   string `json:"time"`
	Dir    string `json:"dir"`
	Coll   string `json:"coll"`
	Moving string `json:"moving_state"`
	Area   int64  `json:"area"`
	Cur    int    `json:"cur"`
	Adv    int    `json:"adv"`
	Door   bool   `json:"door"`
}

// doorsEvent is the data of topic lift_N/doors.
type doorsEvent struct {
	Time    string `json:"time"`
	Area    int64  `json:"area"`
	Landing int64  `json:"landing,omitempty"`
	Side    int    `json:"lift_side"`
	Doors   string `json:"state"`
}

// statusEvent is the data of topic lift_N/status.
type statusEvent struct {
	Time   string        `json:"time"`
	Mode   int           `json:"lift_mode"`
	Speed  float64       `json:"nominal_speed"`
	Fault  bool          `json:"fault_active"`
	Alarms [1]alarmOfOne `json:"decks"`
}

type alarmOfOne struct {
	Area  int64 `json:"area"`
	Alarm bool  `json:"alarm"` // of the button in the car, which ours have none of
}

// nextStopEvent is the data of topic lift_N/next_stop_eta.
type nextStopEvent struct {
	Time  string         `json:"time"`
	ETA   string         `json:"eta"`
	Start string         `json:"last_start_time"`
	Decks [1]nextStopOne `json:"decks"`
}

type nextStopOne struct {
	Area    int64 `json:"area"`
	Current int   `json:"current_position"`
	Next    int   `json:"next_stop"`
	Start   int   `json:"last_start_position"`
	Load    int   `json:"load_percentage"`
}

// stoppingEvent is the data of topic lift_N/stopping. Calls are those of the
// API's clients: nobody else's calls have a session ID.
type stoppingEvent struct {
	Time  string         `json:"time"`
	Decks [1]stoppingOne `json:"decks"`
}

type stoppingOne struct {
	Area  int64           `json:"area"`
	Doors [1]stoppingDoor `json:"doors"`
}

type stoppingDoor struct {
	Landing  int64   `json:"landing"`
	Side     int     `json:"lift_side"`
	Inbound  []int64 `json:"inbound"`  // will come aboard
	Outbound []int64 `json:"outbound"` // will leave
}

// The values of lift_mode that are known for certain. Fire service and other
// modes are not modelled.
const (
	modeNormal       = 0
	modeOutOfService = -1
)

func way(d dispatch.Direction) string {
	switch d {
	case dispatch.Up:
		return "UP"
	case dispatch.Down:
		return "DOWN"
	}
	return "NONE"
}

var motionNames = map[building.Motion]string{
	building.Standing: "STANDING", building.Stopped: "STOPPED", building.Starting: "STARTING", building.Moving: "MOVING", building.Decelerating: "DECELERATING",
}

// A stuck door is ERROR: STOPPED would say that it stands between open and closed.
var doorNames = map[building.Doors]string{
	building.Closed: "CLOSED", building.Opening: "OPENING", building.Opened: "OPENED", building.Closing: "CLOSING", building.Nudging: "NUDGING", building.Stuck: "ERROR",
}

func aloft(c *building.Car) bool { return c.Motion >= building.Starting }

func (m *monitor) positionOf(car int, c *building.Car) positionEvent {
	collective := c.Onward
	if collective == dispatch.None {
		collective = c.Travel
	}
	return positionEvent{
		Dir: way(c.Travel), Coll: way(collective), Moving: motionNames[c.Motion], Area: m.group.deckArea(car),
		Cur: floorID(c.Floor), Adv: floorID(c.Advance), Door: c.DoorZone,
	}
}

func (m *monitor) doorsOf(car int, c *building.Car) doorsEvent {
	e := doorsEvent{Area: m.group.deckArea(car), Side: frontSide, Doors: doorNames[c.Doors]}
	if !aloft(c) {
		e.Landing = m.group.floorArea(c.Floor)
	}
	return e
}

func (m *monitor) statusOf(car int, c *building.Car) statusEvent {
	e := statusEvent{Mode: modeNormal, Speed: m.group.bank().Cars[car].Speed, Fault: c.Doors == building.Stuck}
	if c.Out {
		e.Mode = modeOutOfService
	}
	e.Alarms[0].Area = m.group.deckArea(car)
	return e
}

func (m *monitor) nextStopOf(car int, c *building.Car) nextStopEvent {
	s := m.group.site
	e := nextStopEvent{ETA: s.stamp(c.Arrives), Start: s.stamp(c.LeftAt)}
	e.Decks[0] = nextStopOne{Area: m.group.deckArea(car), Current: floorID(c.Floor), Next: floorID(c.Target), Start: floorID(c.Left)}
	if rated := m.group.bank().Cars[car].Load; rated > 0 {
		e.Decks[0].Load = int(c.Load * 100 / rated)
	}
	return e
}

// stoppingOf lists the clients' calls that a stop is for.
func (m *monitor) stoppingOf(car int, c *building.Car) stoppingEvent {
	door := stoppingDoor{Landing: m.group.floorArea(c.Target), Side: frontSide, Inbound: []int64{}, Outbound: []int64{}}
	for _, o := range m.group.calls.assigned[car] {
		if o.from == c.Target {
			for _, cl := range o.clients {
				door.Inbound = appendSession(door.Inbound, cl)
			}
		}
	}
	for _, cl := range m.group.calls.aboard[car] {
		if cl.to == c.Target {
			door.Outbound = appendSession(door.Outbound, cl)
		}
	}
	e := stoppingEvent{Time: m.group.site.stamp(m.group.site.now)}
	e.Decks[0] = stoppingOne{Area: m.group.deckArea(car), Doors: [1]stoppingDoor{door}}
	return e
}

func appendSession(to []int64, cl *clientCall) []int64 {
	if cl.session == 0 {
		return to
	}
	return append(to, cl.session)
}

// changed publishes what is new about a car.
func (m *monitor) changed(car int) {
	l := &m.lifts[car]
	c := m.group.site.building.Car(m.group.index, car)
	now := m.group.site.stamp(m.group.site.now)
	if e := m.statusOf(car, &c); e != l.usable {
		l.usable = e
		e.Time = now
		m.publish(l.status, &e)
	}
	m.position(l, &c)
	// Closed doors in flight are no news.
	if e := m.doorsOf(car, &c); e.Doors != l.doorsBe.Doors {
		l.doorsBe = e
		e.Time = now
		m.publishLate(l.doors, &e)
	}
	if !aloft(&c) {
		return
	}
	f := flight{c.LeftAt, c.Target}
	if f != l.flight {
		l.flight = f
		e := m.nextStopOf(car, &c)
		e.Time = now
		m.publish(l.nextStop, &e)
	}
	if c.Motion == building.Decelerating && c.Opens && f != l.braked {
		l.braked = f
		e := m.stoppingOf(car, &c)
		m.publish(l.stopping, &e)
	}
	m.sampleSoon()
}

// position publishes where a car is, if that is new.
func (m *monitor) position(l *lift, c *building.Car) {
	if e := m.positionOf(l.car, c); e != l.where {
		l.where = e
		e.Time = m.group.site.stamp(m.group.site.now)
		m.publishLate(l.position, &e)
	}
}

// Positions of cars in flight are looked at this often: in the building's time,
// and not oftener than that on the wall clock.
const (
	sampleEach   = 200 * time.Millisecond
	sampleAtMost = 10 * time.Millisecond
)

// sampleSoon looks after a while where moving cars have come to, as long as any
// moves that somebody watches.
func (m *monitor) sampleSoon() {
	if m.samples || !m.sampled(func(*lift, *building.Car) {}) {
		return
	}
	m.samples = true
	s := m.group.site
	s.after(max(sampleEach, s.ours(sampleAtMost)), func() {
		m.samples = false
		m.sampled(m.position)
		m.sampleSoon()
	})
}

// sampled visits the cars that move and whose position somebody watches, and
// tells whether there are any.
func (m *monitor) sampled(visit func(*lift, *building.Car)) bool {
	any := false
	for i := range m.lifts {
		l := &m.lifts[i]
		if !m.wanted(l.position) {
			continue
		}
		if c := m.group.site.building.Car(m.group.index, i); aloft(&c) {
			any = true
			visit(l, &c)
		}
	}
	return any
}

// presentLift shows the present values of a car's topics.
func (m *monitor) presentLift(car int, show func(topic string, data any)) {
	l := &m.lifts[car]
	c := m.group.site.building.Car(m.group.index, car)
	now := m.group.site.stamp(m.group.site.now)
	status, position, doors := m.statusOf(car, &c), m.positionOf(car, &c), m.doorsOf(car, &c)
	status.Time, position.Time, doors.Time = now, now, now
	show(l.status, &status)
	show(l.position, &position)
	show(l.doors, &doors)
	if aloft(&c) {
		next := m.nextStopOf(car, &c)
		next.Time = now
		show(l.nextStop, &next)
	}
}

// actionEvent is the data of topic action/AREA/TERMINAL. The API's user_id is
// left out: it says who somebody is.
type actionEvent struct {
	Time     string     `json:"time"`
	Area     int64      `json:"area"`
	Terminal int64      `json:"terminal"`
	Call     actionCall `json:"call"`
	Success  bool       `json:"success"`
	Error    string     `json:"error,omitempty"`
	Origin   string     `json:"origin"`
}

type actionCall struct {
	Session     int64  `json:"session_id,omitempty"`
	Action      int64  `json:"action"`
	Destination *int64 `json:"destination,omitempty"`
	Group       int    `json:"group_size"`
}

// virtualTerminal is the terminal of an action that names none.
const virtualTerminal = 1

// acted publishes an action with what came of it.
func (m *monitor) acted(a *action, session int64, refused string) {
	e := actionEvent{
		Time: m.group.site.stamp(m.group.site.now), Area: a.Area, Terminal: virtualTerminal, Success: refused == "", Error: refused, Origin: "API",
		Call: actionCall{Session: session, Action: a.Action, Destination: a.Destination, Group: max(1, a.Group)},
	}
	if a.Terminal != nil {
		e.Terminal = *a.Terminal
	}
	m.publish("action/"+strconv.FormatInt(e.Area, 10)+"/"+strconv.FormatInt(e.Terminal, 10), &e)
}

// sessionOf reads the level of a topic that is a session ID.
func sessionOf(level string) (int64, bool) {
	id, err := strconv.ParseInt(level, 10, 64)
	return id, err == nil
}
