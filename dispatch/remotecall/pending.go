package remotecall

import (
	"container/heap"
	"time"

	"hoistway/dispatch/registry"
)

// pending are the calls whose cars are coming, by number and in the order in
// which they are forgotten. The zero value has none.
type pending struct {
	calls map[uint64]*pendingCall
	queue queue
}

func (p *pending) add(c *pendingCall) {
	if p.calls == nil {
		p.calls = map[uint64]*pendingCall{}
	}
	p.calls[c.number] = c
	heap.Push(&p.queue, c)
}

func (p *pending) remove(number uint64) {
	if c := p.calls[number]; c != nil {
		delete(p.calls, number)
		heap.Remove(&p.queue, c.place)
	}
}

// expire forgets the calls whose end has come.
func (p *pending) expire(now time.Time) {
	for len(p.queue) > 0 && !now.Before(p.queue[0].end) {
		p.remove(p.queue[0].number)
	}
}

// dropSubject forgets the calls of one subject.
func (p *pending) dropSubject(subject registry.ID) {
	for number, c := range p.calls {
		if c.subject == subject {
			p.remove(number)
		}
	}
}

// queue is a heap by end.
type queue []*pendingCall

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].end.Before(q[j].end) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *queue) Push(x any) {
	c := x.(*pendingCall)
	c.place = len(*q)
	*q = append(*q, c)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	(*q)[last] = nil // the array must not hold what was forgotten
	*q = (*q)[:last]
	return c
}
