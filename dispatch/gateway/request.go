package gateway

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// request is a message of a client that is being answered. Its tree and bytes
// are good until the answer is queued: what outlives that is copied.
type request struct {
	*socket
	*tree
	message message
	id      string // as JSON, to be echoed; noID = it has none that can be
	read    time.Time

	group   *group
	payload int // node
}

// receive answers a message. It reports false when the socket is not to be read
// any more.
func (k *socket) receive(frame []byte, read time.Time) bool {
	t := trees.Get().(*tree)
	defer func() {
		if cap(t.nodes) <= 1<<10 {
			t.text = nil
			trees.Put(t)
		}
	}()
	q := request{socket: k, tree: t, id: noID, read: read}
	room := k.room()
	if k.closing() {
		return true // nobody is answered any more
	}
	allowed := k.allow(read)
	if err := t.parse(frame); err != nil {
		k.streams.meter.messages[onInvalid].Inc()
		q.refuse(400, "Invalid JSON: "+err.Error())
		return k.calm()
	}
	f, fault := t.formOf()
	if f != nil {
		q.message = f.message
		fault = t.fault(0, f.rules, "")
	}
	if id, ok := q.ownID(); ok {
		q.id = id
	}
	k.streams.meter.messages[q.message].Inc()
	switch {
	case !allowed:
		k.streams.meter.sheds[shedRate].Inc()
		q.refuse(429, "Too many requests on this connection")
	case fault != "":
		q.refuse(400, fault)
	case !room:
		k.streams.meter.sheds[shedPending].Inc()
		q.refuse(429, "Too many requests of this connection wait for their result")
	default:
		q.answer()
	}
	return k.calm()
}

// allow reports whether a message is within the rate that a socket has.
func (k *socket) allow(now time.Time) bool {
	if k.rate.AllowN(now, 1) {
		k.flood = max(0, k.flood-1)
		return true
	}
	k.flood++
	return false
}

// calm closes the socket of a client that has sent four times its burst above
// its rate, whatever it was told.
func (k *socket) calm() bool {
	if k.flood <= 4*k.streams.gateway.config.Limits.Burst {
		return true
	}
	k.close(closePolicy, "too many requests", true)
	k.flood = 0
	return true
}

// closing reports whether the socket is being closed.
func (k *socket) closing() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.dead || k.ending != nil
}

// ownID is the ID that the client gave a request, if it is one that may be
// echoed: the top-level requestId, for pings and calls payload.request_id. What
// is no request that we know may have either.
func (q *request) ownID() (string, bool) {
	if q.nodes[0].kind != isObject {
		return "", false
	}
	switch q.message {
	case onPing:
		// A ping with a top-level requestId is refused with an empty one.
		if _, has := q.member(0, "requestId"); has {
			return "", false
		}
	case onAction, onDelete, onHoldOpen, onInvalid:
	default:
		return q.idIn(0, "requestId", isText)
	}
	if p, ok := q.member(0, "payload"); ok && q.nodes[p].kind == isObject {
		if id, ok := q.idIn(p, "request_id", isNumber); ok {
			return id, true
		}
	}
	if q.message != onPing {
		return q.idIn(0, "requestId", isText)
	}
	return "", false
}

func (q *request) idIn(object int, name string, is kind) (string, bool) {
	n, ok := q.member(object, name)
	if !ok || q.nodes[n].kind != is || len(q.raw(n)) > 8*longestID {
		return "", false
	}
	return string(q.raw(n)), true
}

// refuse answers with an error acknowledgement.
func (q *request) refuse(status int, text string) {
	q.reply(errorAck(q.socket.id, q.id, status, text), status)
}

// accept answers with an acknowledgement alone.
func (q *request) accept(result []byte) {
	q.socket.mu.Lock()
	q.put(ack(q.socket.id, q.id, q.streams.gateway.now()), forAck)
	if result != nil {
		q.put(result, forResult)
	}
	q.socket.mu.Unlock()
	q.nudge()
	q.streams.meter.ack(q.message, 201, q.read)
}

func (q *request) reply(frame []byte, status int) {
	q.socket.mu.Lock()
	q.put(frame, forAck)
	q.socket.mu.Unlock()
	q.nudge()
	q.streams.meter.ack(q.message, status, q.read)
}

// answer does what a well-formed request asks for.
func (q *request) answer() {
	switch q.message {
	case onCreate, onResume:
		q.session()
		return
	}
	if !q.find() {
		return
	}
	// An ID need not be unique in general, but on its connection.
	print, named := q.print()
	if named && q.seen.has(print) {
		q.refuse(409, "Request ID is not unique on this connection")
		return
	}
	if q.id == noID {
		q.id = strconv.Itoa(1 + rand.IntN(math.MaxInt32)) // the vendor's service makes one up as well
		if q.message == onConfig || q.message == onActions {
			q.id = `"` + sessionID() + `"`
		}
	}
	if q.perform() && named {
		q.seen.add(print)
	}
}

// print is what the connection remembers of the request's ID; false when it has
// none. Numbers are the same however they are written.
func (q *request) print() (uint64, bool) {
	if q.id == noID {
		return 0, false
	}
	if q.id[0] == '"' {
		return q.streams.print([]byte(q.id)), true
	}
	v, _ := strconv.ParseFloat(q.id, 64) // the schema has seen to it
	return q.streams.print(strconv.AppendUint(nil, math.Float64bits(v), 16)), true
}

// find finds the group that a request is to, and checks that the token is good
// for it: for calls the scope first, otherwise the building.
func (q *request) find() bool {
	b, _ := q.member(0, "buildingId")
	g, _ := q.member(0, "groupId")
	q.payload, _ = q.member(0, "payload")
	building := q.words(b)[len("building:"):]
	group := q.words(g)
	if s := q.streams.gateway.byID[building]; s != nil {
		for _, one := range s.groups {
			if one.id == group {
				q.group = one
			}
		}
	}
	missing := func() bool {
		if q.group != nil {
			return false
		}
		text := "building:" + building
		if q.message == onConfig || q.message == onActions {
			text = group // as the service does
		}
		q.refuse(404, "Building data not found for ID "+text)
		return true
	}
	forbidden := func() bool {
		allowed := q.grant.allows(callGiving, building, group)
		if q.message == onHoldOpen {
			allowed = q.grant.robot(building, group)
		}
		if !allowed {
			q.refuse(403, "Token does not contain required scope for "+building+":"+group)
		}
		return !allowed
	}
	switch q.message {
	case onAction, onDelete, onHoldOpen:
		return !forbidden() && !missing()
	}
	return !missing() && !forbidden()
}

const textBusy = "Too many requests wait for the building: try again later"

// forward accepts a request that the site has to do. With results 1 it gives a
// frame for the client.
func (q *request) forward(results int, work func() []byte) bool {
	k, c, kind, read, meter := q.socket, q.client.Load(), q.message, q.read, q.streams.meter
	err := k.promise(q.group.site, results, ack(k.id, q.id, q.streams.gateway.now()), func() {
		frame := work()
		if results > 0 {
			meter.result(kind, read)
			c.result(frame)
			k.kept()
		}
	})
	switch {
	case err == nil:
		k.nudge()
		meter.ack(kind, 201, read)
		return true
	case errors.Is(err, errBusy):
		meter.sheds[shedInbox].Inc()
		q.refuse(429, textBusy)
	case errors.Is(err, errClosed):
		q.refuse(500, "The building is closed")
	}
	return false
}
