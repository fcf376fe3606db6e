package twin

// line tells lines apart.
type line uint8

const (
	noLine line = iota
	anyCar      // for the first car in their direction
	oneCar      // for person.car
)

// join puts a person at the end of a line. In the line for any car that is
// before those who came to the landing later: who found a car full or gone
// does not lose their place.
func (t *Twin) join(slot int32, l line) {
	p := &t.persons[slot]
	q := t.queueOf(p, l)
	before := q.last
	for l == anyCar && before >= 0 && t.persons[before].trip.Arrive > p.trip.Arrive {
		before = t.persons[before].prev
	}
	p.line, p.prev, p.next = l, before, q.first
	if before >= 0 {
		p.next = t.persons[before].next
		t.persons[before].next = slot
	} else {
		q.first = slot
	}
	if p.next >= 0 {
		t.persons[p.next].prev = slot
	} else {
		q.last = slot
	}
}

func (t *Twin) queueOf(p *person, l line) *queue {
	if l == oneCar {
		return &t.cars[p.car].waiting[p.floor]
	}
	return &t.banks[p.trip.Bank].queues[sideOf(p.dir)][p.floor]
}

// leaveQueue takes a person out of the line they stand in, if any.
func (t *Twin) leaveQueue(slot int32) {
	p := &t.persons[slot]
	if p.line == noLine {
		return
	}
	q := t.queueOf(p, p.line)
	if p.prev >= 0 {
		t.persons[p.prev].next = p.next
	} else {
		q.first = p.next
	}
	if p.next >= 0 {
		t.persons[p.next].prev = p.prev
	} else {
		q.last = p.prev
	}
	p.line, p.next, p.prev = noLine, nobody, nobody
}

// assigned tells a person which car to take.
func (t *Twin) assigned(slot int32, c *car) {
	p := &t.persons[slot]
	t.leaveQueue(slot)
	p.car = c.id
	if p.where == landing {
		t.join(slot, oneCar)
	}
}
