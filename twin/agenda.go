package twin

import "hoistway/scenarios"

// class orders events of one instant.
type class uint8

const (
	physics class = iota
	personal
	faults
)

// task is what an entry of the agenda is about.
type task uint8

const (
	carArrives    task = iota // car, at its target or with its doors beginning to open
	carStands                 // car: advance opening is over, it stands level
	carOpened                 // car
	carTransfers              // car: one person has finished entering or leaving
	carCloses                 // car: time to close the doors, unless it has become later
	carClosed                 // car
	personLands               // person slot: reaches the landing
	personGivesUp             // person slot: patience has run out
	personReturns             // person slot: a visitor starts back
	keyRevoked                // permit
	actPlayed                 // index of the scripted act
	dayTended                 // the service does what is due
	faultTurns                // fault: it begins or ends
	carBrakes                 // car: it begins to slow down for its target; only where somebody watches
)

// entry is one scheduled event, a plain value.
type entry struct {
	at  scenarios.Instant
	seq uint64 // class in the top byte, then the order of scheduling
	gen uint32 // must match the subject's generation, else the entry is void
	sub int32  // subject
	do  task
}

func (a *entry) before(b *entry) bool { return a.at < b.at || a.at == b.at && a.seq < b.seq }

// agenda is a binary heap of entries.
type agenda struct {
	heap []entry
	seq  uint64
}

func (g *agenda) add(at scenarios.Instant, c class, do task, sub int32, gen uint32) {
	g.seq++
	e := entry{at: at, seq: uint64(c)<<56 | g.seq, gen: gen, sub: sub, do: do}
	h := append(g.heap, e)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !e.before(&h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = e
	g.heap = h
}

// pop moves the first entry into top; the agenda must not be empty.
func (g *agenda) pop(top *entry) {
	h := g.heap
	*top = h[0]
	n := len(h) - 1
	e := h[n]
	h = h[:n]
	i := 0
	for {
		kid := 2*i + 1
		if kid >= n {
			break
		}
		if kid+1 < n && h[kid+1].before(&h[kid]) {
			kid++
		}
		if !h[kid].before(&e) {
			break
		}
		h[i] = h[kid]
		i = kid
	}
	if n > 0 {
		h[i] = e
	}
	g.heap = h
}
