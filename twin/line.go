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

// nextIn is the next person to enter here, or nobody: of those told to take
// this car and the line for its direction, who came first.
func (t *Twin) nextIn(c *car) int32 {
	if c.dir == 0 || c.out || c.stuck {
		return nobody
	}
	told := int32(nobody)
	if c.waiting[c.floor].first >= 0 {
		told = t.firstTold(c)
	}
	line := &t.banks[c.bank].queues[sideOf(c.dir)][c.floor]
	for {
		slot := told
		if first := line.first; first >= 0 && (told < 0 || t.persons[first].trip.Arrive < t.persons[told].trip.Arrive) {
			slot = first
		}
		if slot < 0 || !t.fits(c, &t.persons[slot]) {
			return nobody
		}
		if slot == told || t.admits(slot) {
			return slot
		}
	}
}

// firstTold is the first person here who was told to take this car and may.
func (t *Twin) firstTold(c *car) int32 {
	for slot := c.waiting[c.floor].first; slot >= 0; {
		p := &t.persons[slot]
		next := p.next
		if p.answered && p.dir == c.dir && t.admits(slot) {
			return slot
		}
		slot = next
	}
	return nobody
}
