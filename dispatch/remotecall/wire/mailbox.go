package wire

import (
	"container/list"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"hoistway/dispatch/remotecall"
)

// Happening is something at the intercom that a phone has to be told.
type Happening struct {
	What     string // Rings, Frame, Ended or Wipe
	Ring     uint64 `json:",omitempty"`
	Building string `json:",omitempty"` // of Rings
	Sealed   []byte `json:",omitempty"` // of Frame: ciphertext for the phone alone
	Answered bool   `json:",omitempty"` // of Ended
}

// What can happen.
const (
	Rings = "rings"
	Frame = "frame"
	Ended = "ended"
	Wipe  = "wipe" // the account was erased: the device's log and pictures go
)

// Bounds of what waits for a phone: video is live, and what nobody fetched is
// worth nothing.
const (
	mostFrames    = 32
	mostFrameSize = 128 << 10
	mostOthers    = 64
	frameLife     = 3 * time.Minute
)

// mailbox keeps what happened until the phone fetches it. It implements
// remotecall.Device.
type mailbox struct {
	now func() time.Time

	mu     sync.Mutex
	events []Happening
	frames int
	newest time.Time // of the frames
	wiped  bool
}

// Rings, Frame, Ended and Wipe are the service telling the phone.
func (m *mailbox) Rings(id uint64, building string) {
	m.put(Happening{What: Rings, Ring: id, Building: building})
}

func (m *mailbox) Frame(id uint64, sealed []byte) {
	if len(sealed) <= mostFrameSize {
		m.put(Happening{What: Frame, Ring: id, Sealed: sealed})
	}
}

func (m *mailbox) Ended(id uint64, answered bool) {
	m.put(Happening{What: Ended, Ring: id, Answered: answered})
}

func (m *mailbox) Wipe() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events, m.frames, m.wiped = []Happening{{What: Wipe}}, 0, true
}

// put adds what happened. The oldest of its sort goes when there are too many.
func (m *mailbox) put(h Happening) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.wiped {
		return
	}
	m.fade()
	most, have := mostOthers, len(m.events)-m.frames
	if h.What == Frame {
		most, have = mostFrames, m.frames
		m.frames++
		m.newest = m.now()
	}
	m.events = append(m.events, h)
	if have < most {
		return
	}
	for i := range m.events {
		if (m.events[i].What == Frame) == (h.What == Frame) {
			m.events = append(m.events[:i], m.events[i+1:]...)
			if h.What == Frame {
				m.frames--
			}
			return
		}
	}
}

// fade drops the frames of a video that nobody has fetched for frameLife.
func (m *mailbox) fade() {
	if m.frames > 0 && m.now().Sub(m.newest) > frameLife {
		m.events = slices.DeleteFunc(m.events, func(h Happening) bool { return h.What == Frame })
		m.frames = 0
	}
}

func (m *mailbox) take() []Happening {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fade()
	events := m.events
	m.events, m.frames = nil, 0
	return events
}

// mailboxes finds a mailbox by the login that connected it, of which it keeps
// a hash: a token opens an account. It outlives the
// wire's sessions, and the login too: who is erased must still be told to wipe.
type mailboxes struct {
	mu    sync.Mutex
	by    map[[sha256.Size]byte]*list.Element
	order list.List // most recently used first
	most  int
}

type addressed struct {
	login [sha256.Size]byte
	box   *mailbox
}

func (m *mailboxes) put(t remotecall.Token, box *mailbox) {
	m.mu.Lock()
	defer m.mu.Unlock()
	login := sha256.Sum256([]byte(t))
	if e := m.by[login]; e != nil {
		m.order.Remove(e)
	}
	m.by[login] = m.order.PushFront(addressed{login, box})
	if m.order.Len() > m.most {
		last := m.order.Remove(m.order.Back()).(addressed)
		delete(m.by, last.login)
	}
}

func (m *mailboxes) drop(t remotecall.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	login := sha256.Sum256([]byte(t))
	if e := m.by[login]; e != nil {
		m.order.Remove(e)
		delete(m.by, login)
	}
}

// take empties a phone's mailbox. NoDevice means that it has to connect again.
func (m *mailboxes) take(t remotecall.Token) ([]Happening, error) {
	m.mu.Lock()
	e := m.by[sha256.Sum256([]byte(t))]
	if e == nil {
		m.mu.Unlock()
		return nil, remotecall.NoDevice
	}
	m.order.MoveToFront(e)
	m.mu.Unlock()
	return e.Value.(addressed).box.take(), nil
}
