package load

import (
	"math/rand/v2"
	"time"
)

// Due is a request of the schedule: what is sent when, over which socket.
type Due struct {
	At     time.Duration // since the load began
	Socket int
	Ping   bool    // else it is a lift call
	Trip   float64 // lift call: in [0, 1), which of the trips of the socket's bank
	Delete bool    // lift call: it will be taken back
}

// schedule gives the requests of some sockets in order of time. Calls come as a
// Poisson process, as those of people who know nothing of each other do; pings
// come evenly and take the sockets in turn, so that none falls idle. Several
// schedules that divide the sockets among them are together one of the whole
// rate.
type schedule struct {
	plan         *Plan
	sockets      []int
	part         float64 // of the rate
	calls, pings intensity
	random       *rand.Rand
	called       float64 // expected arrivals, of all parts, up to the next call
	pinged       float64
	turn         int
	call, ping   Due
	hasC, hasP   bool
}

// newSchedule is part number i of n.
func newSchedule(p *Plan, i, n int) *schedule {
	s := &schedule{plan: p, calls: p.calls(), pings: p.pings(), random: rand.New(rand.NewPCG(p.Seed, uint64(i)))}
	for k := i; k < p.Sessions; k += n {
		s.sockets = append(s.sockets, k)
	}
	if len(s.sockets) == 0 {
		return s
	}
	s.part = float64(len(s.sockets)) / float64(p.Sessions)
	s.pinged = s.random.Float64() / s.part // parts do not ping in step
	s.nextCall()
	s.nextPing()
	return s
}

func (s *schedule) nextCall() {
	s.called += s.random.ExpFloat64() / s.part
	at, ok := s.calls.after(s.called)
	s.call = Due{At: at, Socket: s.sockets[s.random.IntN(len(s.sockets))], Trip: s.random.Float64(), Delete: s.random.Float64() < s.plan.Delete}
	s.hasC = ok
}

func (s *schedule) nextPing() {
	at, ok := s.pings.after(s.pinged)
	s.ping = Due{At: at, Socket: s.sockets[s.turn], Ping: true}
	s.turn = (s.turn + 1) % len(s.sockets)
	s.pinged += 1 / s.part
	s.hasP = ok
}

// peek is when the next request is due; false when there is none.
func (s *schedule) peek() (time.Duration, bool) {
	switch {
	case s.hasC && (!s.hasP || s.call.At <= s.ping.At):
		return s.call.At, true
	case s.hasP:
		return s.ping.At, true
	}
	return 0, false
}

// next takes the next request. There must be one.
func (s *schedule) next() Due {
	if s.hasC && (!s.hasP || s.call.At <= s.ping.At) {
		d := s.call
		s.nextCall()
		return d
	}
	d := s.ping
	s.nextPing()
	return d
}
