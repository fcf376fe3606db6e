package result

import "time"

// Bounds of a run: they keep the memory of a summary in proportion.
const (
	longestDuration = 4 * 366 * 24 * time.Hour
	longestTail     = 7 * 24 * time.Hour // from the end of traffic to the end of a run
)

// landings follows the queues of one replication, floor by floor, from waits
// that are reported when they end, in any order. It needs memory for the run's
// seconds and bins, not for its people.
type landings struct {
	look      int64 // ms between two looks at a queue's length
	bin       int64 // ms
	floors    []landing
	arrivals  []int64 // [bin]
	boardings []int64 // [bin]
	open      []openWait
	growth    growth
}

// landing is one floor's queue.
type landing struct {
	change []int32 // [look] people who joined the queue since the last look, less those who left it
	work   []int64 // [bin] person-ms
}

// openWait is somebody who still waits when the run ends.
type openWait struct {
	floor int
	since int64 // ms
}

func newLandings(h *Header) landings {
	const day = 24 * time.Hour
	looks := max(1, (h.Duration+day-1)/day) // seconds between looks: 1 up to a day
	return landings{
		look:   int64(looks) * 1000,
		bin:    binSeconds(h) * 1000,
		floors: make([]landing, len(h.Floors)),
		growth: newGrowth(h),
	}
}

// binSeconds is the width of the bins over time. It depends on the duration
// alone, so that all replications of a scenario have the same.
func binSeconds(h *Header) int64 {
	const day = 24 * time.Hour
	switch {
	case h.Duration <= 3*time.Hour:
		return 60
	case h.Duration <= 7*day:
		return 300
	case h.Duration <= 60*day:
		return 3600
	}
	return 6 * 3600
}

// arrive counts somebody who came to a landing, board somebody who entered a car.
func (l *landings) arrive(at Instant) { bump(&l.arrivals, milli(at)/l.bin, 1) }
func (l *landings) board(at Instant)  { bump(&l.boardings, milli(at)/l.bin, 1) }

// wait counts a wait in [from, to).
func (l *landings) wait(floor int, from, to Instant) {
	l.growth.wait(milli(from), milli(to))
	l.span(floor, milli(from), milli(to))
}

// waitOn counts somebody who still waits when the run ends.
func (l *landings) waitOn(floor int, from Instant) {
	l.open = append(l.open, openWait{floor, milli(from)})
}

func (l *landings) span(floor int, from, to int64) {
	if from >= to {
		return
	}
	f := &l.floors[floor]
	// Who came at a look's own instant is seen, who left at it is not.
	if first, after := (from+l.look-1)/l.look, (to+l.look-1)/l.look; first < after {
		bump(&f.change, after, -1)
		f.change[first]++
	}
	for from < to {
		b := from / l.bin
		until := min((b+1)*l.bin, to)
		bump(&f.work, b, until-from)
		from = until
	}
}

// finish ends the open waits and hands all over to the summary.
func (l *landings) finish(end Instant, s *Summary) {
	for _, o := range l.open {
		l.growth.wait(o.since, milli(end))
		l.span(o.floor, o.since, milli(end))
	}
	bins := max(int((milli(end)+l.bin-1)/l.bin), len(l.arrivals), len(l.boardings))
	for i := range l.floors {
		bins = max(bins, len(l.floors[i].work))
	}
	s.BinSeconds = l.bin / 1000
	s.Arrivals = padded(l.arrivals, bins)
	s.Boardings = padded(l.boardings, bins)
	s.Queue = make([][]int64, len(l.floors))
	s.QueueMax = make([]int64, len(l.floors))
	for i := range l.floors {
		s.Queue[i] = padded(l.floors[i].work, bins)
		var waiting int64
		for _, c := range l.floors[i].change {
			waiting += int64(c)
			s.QueueMax[i] = max(s.QueueMax[i], waiting)
		}
	}
	s.QueueFirst = l.growth.second
	s.QueueLast = l.growth.seventh + l.growth.eighth
	if l.growth.saturated() {
		s.Saturated = 1
	}
}

func milli(at Instant) int64 { return int64(at / time.Millisecond) }

// bump adds to the i-th element and lengthens the slice up to it if needed.
func bump[T int32 | int64](s *[]T, i int64, by T) {
	if int64(len(*s)) <= i {
		*s = append(*s, make([]T, i+1-int64(len(*s)))...)
	}
	(*s)[i] += by
}

func padded(s []int64, n int) []int64 {
	return append(make([]int64, 0, n), append(s, make([]int64, n-len(s))...)...)
}
