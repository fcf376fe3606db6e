package gateway

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// purpose is what a frame is sent for.
type purpose uint8

const (
	forAck    purpose = iota
	forResult         // promised by an acknowledgement: it outlives its connection if there is a session
	forEvent          // of monitoring; a session has kept it already
)

// outgoing is a frame on its way. Nobody changes it any more.
type outgoing struct {
	frame   []byte
	purpose purpose
}

// outbox is the frames that wait for a socket's writer. It is bounded:
//
//   - Frames that answer the client's own requests are bounded by not reading
//     more of them (see socket.room).
//   - Events come whether the client reads or not. When Limits.Outbox frames
//     wait, or outboxBytes of them, the client is a slow consumer: what waits is
//     dropped and the socket closed with 1013. A client with a session can resume
//     it and have the recent events again.
type outbox struct {
	mu      sync.Mutex
	queue   []outgoing
	bytes   int        // in queue
	spare   []outgoing // a queue that has been written
	left    []outgoing // results that were dropped from the queue: a session sends them again
	pending int        // results promised and not yet here
	ending  *ending    // what to do when the queue is empty
	dead    bool       // nothing is sent any more

	wake chan struct{} // the writer: there is something to do
	free chan struct{} // the reader: there is room again
}

// outboxBytes is how much waits at most for a slow reader. A few frames more may:
// those that a request or a resumed session is answered with.
const outboxBytes = 1 << 20

// ending is how a socket is closed.
type ending struct {
	code   websocket.StatusCode
	reason string
}

func newOutbox() outbox {
	return outbox{wake: make(chan struct{}, 1), free: make(chan struct{}, 1)}
}

// put adds a frame and reports whether the writer will have it. The caller holds
// mu and nudges the writer later.
func (o *outbox) put(frame []byte, p purpose) bool {
	if o.dead || o.ending != nil {
		return false
	}
	o.queue = append(o.queue, outgoing{frame, p})
	o.bytes += len(frame)
	return true
}

// nudge wakes the writer.
func (o *outbox) nudge() { signal(o.wake) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take gives the writer what waits. With nothing it tells how to end, if it is
// to end.
func (o *outbox) take(written []outgoing) (batch []outgoing, end *ending, dead bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(written)
	if cap(written) <= 64 { // a burst's queue is not kept
		o.spare = written[:0]
	}
	if o.dead {
		return nil, nil, true
	}
	if len(o.queue) == 0 {
		return nil, o.ending, false
	}
	batch = o.queue
	o.queue, o.spare, o.bytes = o.spare, nil, 0
	signal(o.free)
	return batch, nil, false
}

// kill ends the sending.
func (o *outbox) kill() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.dead = true
	o.drop(o.queue)
	o.queue, o.bytes = nil, 0
	signal(o.free)
}

// drop keeps the results among frames that will not be sent. The caller holds
// mu.
func (o *outbox) drop(frames []outgoing) {
	for _, f := range frames {
		if f.purpose == forResult {
			o.left = append(o.left, f)
		}
	}
}

// leftovers takes what drop has kept.
func (o *outbox) leftovers() []outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	left := o.left
	o.left = nil
	return left
}

// send queues a frame that nobody has to wait for: a result or an event. It
// reports whether the frame is on its way.
func (k *socket) send(frame []byte, p purpose) bool {
	k.mu.Lock()
	if p == forEvent && (len(k.queue) >= k.streams.gateway.config.Limits.Outbox || k.bytes >= outboxBytes) && k.ending == nil && !k.dead {
		k.mu.Unlock()
		k.streams.meter.slow.Inc()
		k.close(websocket.StatusTryAgainLater, "slow consumer", true)
		return false
	}
	sent := k.put(frame, p)
	k.mu.Unlock()
	if sent {
		k.nudge()
	}
	return sent
}

// hurried is how long a socket whose waiting frames are dropped may take to be
// rid of what is being written.
const hurried = time.Second

// close ends a socket: at once, dropping what waits, or when that has been sent.
// It does not wait for it.
func (k *socket) close(code websocket.StatusCode, reason string, drop bool) {
	k.mu.Lock()
	if k.ending == nil {
		k.ending = &ending{code, reason}
	}
	if drop {
		k.drop(k.queue)
		k.queue, k.bytes = nil, 0
	}
	k.mu.Unlock()
	if drop {
		k.cork.hurry(hurried)
	}
	k.nudge()
}

// abort cuts a socket's connection.
func (k *socket) abort() { _ = k.cork.Close() }

// promised reports whether a result is still to come.
func (k *socket) promised() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pending > 0
}

// write is the socket's writer. It ends the socket.
func (k *socket) write() {
	defer k.end()
	var batch []outgoing
	for range k.wake {
		// The site's goroutine may be about to add a result: let it, so that an
		// acknowledgement and its result leave together.
		runtime.Gosched()
		for {
			var end *ending
			var dead bool
			batch, end, dead = k.take(batch)
			if dead {
				return
			}
			if end != nil {
				_ = k.conn.Close(end.code, end.reason)
				return
			}
			if len(batch) == 0 {
				break
			}
			if k.flush(batch) != nil {
				k.mu.Lock()
				k.drop(batch)
				k.mu.Unlock()
				return
			}
			k.used.Store(int64(time.Since(k.opened)))
		}
	}
}

// flush writes frames in one go.
func (k *socket) flush(batch []outgoing) error {
	k.cork.hold()
	for i := range batch {
		if err := k.conn.Write(context.Background(), websocket.MessageText, batch[i].frame); err != nil {
			_ = k.cork.release()
			return err
		}
	}
	return k.cork.release()
}
