package gateway

import (
	"strconv"
	"time"

	"hoistway/dispatch"
)

// stage is how far a client's call has come. Stages never go back; within
// assigned and fixed the car may change, and then the state is sent again.
type stage uint8

// The stages. The published material names them and does not say what they
// mean; what we mean is said here.
const (
	registered    stage = iota + 1 // the call has a session ID
	beingAssigned                  // a car is being looked for; for a caller with a delay that may wait
	assigned                       // a car is to come, but another one may still take over
	beingFixed                     // comes with fixed
	fixed                          // the group controller will not move the call to another car by itself
	beingServed                    // the doors begin to open for the caller; not for car calls
	servedSoon                     // the car slows down for the destination; not for landing calls
	served                         // the doors are open at the destination, or at the landing of a landing call
	cancelled                      // it ended otherwise
)

// names are the topics' last levels. Clients are known that listen to one or the
// other name of beingAssigned.
func (s stage) names() []string {
	if s == beingAssigned {
		return []string{"being_assigned", "being_allocated"}
	}
	return stageNames[s : s+1]
}

var stageNames = []string{"", "registered", "being_assigned", "assigned", "being_fixed", "fixed", "being_served", "served_soon", "served", "cancelled"}

// The reasons that clients know for a cancelled call.
const (
	floorIsLocked   = "FLOOR_IS_LOCKED"
	noLiftAvailable = "NO_LIFT_AVAILABLE"
)

// reasonOf puts a rejection into clients' words.
func reasonOf(r dispatch.Reason) string {
	if r == dispatch.FloorLocked || r == dispatch.RevokedPermit {
		return floorIsLocked
	}
	return noLiftAvailable
}

type callKind uint8

const (
	destinationCall callKind = iota
	landingCall
	carCall
)

// noCall stands where the building has no number for a call.
const noCall dispatch.CallID = -1

// clientCall is a call that somebody beyond the network placed. It is forgotten
// a little after its end.
type clientCall struct {
	session  int64   // 0 for one of the app API
	remote   *remote // who hears of it then
	kind     callKind
	from, to dispatch.Floor
	id       dispatch.CallID // several clients can share that of a landing call
	owner    owner
	user     string // the card, until the call is over
	high     bool

	stage    stage
	car      int              // allocated; -1 = none
	eta      dispatch.Instant // of the car at the caller
	answered dispatch.Instant
	// withdrawn is the reason that its client, or we, took it back for.
	withdrawn string
	last      callStateEvent                 // as published
	told      [cancelled + 1]*callStateEvent // the last one of each stage, for who asks for a stage by name afterwards
}

func (cl *clientCall) over() bool { return cl.stage >= served }

// passes reports whether calls of a kind come through a stage.
func (k callKind) passes(s stage) bool {
	return !(k == carCall && s == beingServed || k == landingCall && s == servedSoon)
}

// callStateEvent is the data of topic call_state/SESSION/STATE. The API's
// user_id is left out: it says who somebody is.
type callStateEvent struct {
	Time     string  `json:"time"`
	Decks    []int64 `json:"allocated_lift_deck,omitempty"`
	ETA      string  `json:"eta,omitempty"`
	Reason   string  `json:"cancel_reason,omitempty"`
	Subgroup int     `json:"subgroup_id,omitempty"`
}

// advance takes a call up to a stage, through all that lie between.
func (k *calls) advance(cl *clientCall, to stage) {
	for s := cl.stage + 1; s <= to && !cl.over(); s++ {
		if cl.kind.passes(s) {
			cl.stage = s
			k.tell(cl, "")
		}
	}
	if cl.stage >= beingServed && k.users[cl.user] == cl {
		delete(k.users, cl.user)
	}
	if cl.stage == served {
		k.end(cl)
	}
}

// cancel ends a call unserved.
func (k *calls) cancel(cl *clientCall, reason string) {
	if cl.over() {
		return
	}
	cl.stage = cancelled
	k.tell(cl, reason)
	k.end(cl)
}

// allocate says which car comes and when.
func (k *calls) allocate(cl *clientCall, car int, eta dispatch.Instant) {
	moved := cl.car != car
	cl.car, cl.eta = car, eta
	if cl.remote != nil && moved {
		cl.remote.comes(k.group, car, eta)
	}
	switch {
	case cl.stage < assigned:
		k.advance(cl, assigned)
	case moved && cl.stage <= fixed:
		k.tell(cl, "")
	}
}

// tell publishes the stage of a call.
func (k *calls) tell(cl *clientCall, reason string) {
	if cl.remote != nil {
		if cl.over() {
			cl.remote.over(cl.stage == served)
		}
		return
	}
	s := k.group.site
	e := callStateEvent{Time: s.stamp(s.now), Reason: reason}
	if cl.car >= 0 && cl.stage >= assigned && cl.stage != cancelled {
		e.Decks, e.Subgroup = []int64{k.group.deckArea(cl.car)}, 1
		if cl.stage <= fixed {
			e.ETA = s.stamp(cl.eta)
		}
	}
	cl.last, cl.told[cl.stage] = e, &e
	for _, name := range cl.stage.names() {
		k.group.monitor.publish(cl.topic(name), &cl.last)
	}
}

// topic is where a state of the call is published.
func (cl *clientCall) topic(state string) string {
	return callStateTopic + "/" + strconv.FormatInt(cl.session, 10) + "/" + state
}

const callStateTopic = "call_state"

// stamp is an instant as clients read it.
func (s *site) stamp(at dispatch.Instant) string {
	return s.time(at).UTC().Format("2006-01-02T15:04:05.000Z")
}

// ours is how long something that takes d on the wall clock takes in the
// building.
func (s *site) ours(d time.Duration) time.Duration {
	return time.Duration(float64(d) * s.gateway.config.Speed)
}
