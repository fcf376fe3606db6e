package result

import "time"

// mostSegments bounds a path: what a spatial plot can show, and what a report
// can carry.
const mostSegments = 12_000

// SegmentRecorder keeps the paths of all cars in the first replication it sees,
// up to 12,000 segments. It is a [Sink].
type SegmentRecorder struct {
	rep  int
	path []Segment
	cut  bool
}

// NewSegmentRecorder prepares an empty path.
func NewSegmentRecorder(Header) *SegmentRecorder { return &SegmentRecorder{rep: None} }

// Trip and Call take nothing.
func (r *SegmentRecorder) Trip(*Trip) error { return nil }
func (r *SegmentRecorder) Call(*Call) error { return nil }

// Stop takes a stop of the first replication.
func (r *SegmentRecorder) Stop(s *Stop) error {
	if r.rep == None {
		r.rep = s.Rep
	}
	switch {
	case s.Rep != r.rep:
	case len(r.path) == mostSegments:
		r.cut = true
	default:
		closed := s.Closed
		if closed < 0 {
			closed = s.Opening
		}
		r.path = append(r.path, Segment{Bank: s.Bank, Car: s.Car, From: s.From, To: s.Floor,
			Depart: secondsAt(s.Depart), Arrive: secondsAt(s.Opening), Close: secondsAt(closed), Load: s.Persons})
	}
	return nil
}

// secondsAt rounds to milliseconds: a plot shows no more.
func secondsAt(at Instant) float64 { return at.Round(time.Millisecond).Seconds() }

// Path is what was kept, and whether more was left out.
func (r *SegmentRecorder) Path() (path []Segment, cut bool) {
	if r.path == nil {
		return []Segment{}, false
	}
	return r.path, r.cut
}
