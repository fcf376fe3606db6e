package result

import (
	"errors"
	"fmt"
	"time"
)

// Summarizer computes the summary of one replication from its records. It is
// a [Sink].
//
// Samples and outcomes take the journeys that began in [From, To), whenever
// they ended; who never came to a landing belongs where they were expected,
// called or were refused, and who was still walking when the run ended belongs after it.
// Departures, stops and people carried take what happened in the window;
// queues, arrivals and boardings over time take the whole run.
//
// People stand in a landing's queue from their arrival to having entered a car
// (Served), to leaving (Abandoned), or to the end of the run (Censored); who is
// refused or never came does not queue. The most people waiting at once is
// looked for at every whole second, in runs of more than a day at every second
// for each day begun: a queue that forms and clears between two looks is not
// seen. Bins are 60 s wide in runs up to 3 h, 300 s up to a
// week, an hour up to 60 days, else 6 h.
//
// A record allocates nothing once the run is under way. Memory grows with the
// length of the run and the number of floors, about 4 bytes a floor and second
// of the first day, not with the number of people.
type Summarizer struct {
	h        Header
	s        *Summary
	queues   landings
	banks    []bankWork
	ended    int64 // journeys of the window whose last record came
	finished bool
}

// bankWork is what a bank's summary is made from.
type bankWork struct {
	first, last Instant // departures from the lobby inside the window; None before there is one
	fives       []int64 // people who boarded, by 5 min of the window
}

const five = 5 * time.Minute

var errFinished = errors.New("BUG: a record came after the summary was finished")

// NewSummarizer prepares a summary. A header that does not validate is a bug
// of the caller.
func NewSummarizer(h Header) *Summarizer {
	if err := h.Validate(); err != nil {
		panic("BUG: summarising under a bad header: " + err.Error())
	}
	m := &Summarizer{h: h, s: newSummary(&h), queues: newLandings(&h), banks: make([]bankWork, len(h.Banks))}
	// The samples of every run are made ready here, off the clock of the run.
	for _, sample := range []*Sample{&m.s.Wait, &m.s.WaitBoard, &m.s.Transit, &m.s.TTD, &m.s.Answer} {
		sample.widen(shortestMs)
	}
	m.s.TTD.widen(longestMs) // in tall buildings many are longer than the short range
	for i := range m.banks {
		m.banks[i] = bankWork{first: None, last: None, fives: make([]int64, (h.To-h.From+five-1)/five)}
	}
	return m
}

// newSummary is the summary of no replication, with all its slices in place.
func newSummary(h *Header) *Summary {
	s := &Summary{Reasons: map[string]int64{}, Remote: Remote{Denied: map[string]int64{}}, Banks: make([]BankSummary, len(h.Banks)), BinSeconds: binSeconds(h)}
	for i := range s.Banks {
		b := &h.Banks[i]
		s.Banks[i].LoadHist = make([][]int64, len(b.Cars))
		s.Banks[i].CarStops = make([]int64, len(b.Cars))
		for c, persons := range b.Persons {
			s.Banks[i].LoadHist[c] = make([]int64, min(persons, mostPersons)+1)
		}
	}
	return s
}

// Trip takes a trip. It refuses one that cannot have happened under the header.
func (m *Summarizer) Trip(t *Trip) error {
	if m.finished {
		return errFinished
	}
	if err := m.h.checkTrip(t); err != nil {
		return fmt.Errorf("replication %d, journey %d: %w", t.Rep, t.Journey, err)
	}
	m.passBy(t)
	if t.Leg == 0 {
		m.s.All++
	}
	if m.inWindow(t.begin()) {
		m.count(t)
	}
	return nil
}

// passBy takes what a trip did to the landing and the bank, whenever it began.
func (m *Summarizer) passBy(t *Trip) {
	if t.Arrive >= 0 {
		m.queues.arrive(t.Arrive)
	}
	switch {
	case t.Board >= 0:
		m.queues.board(t.Board)
		m.queues.wait(t.Origin, t.Arrive, t.Board)
		if m.inWindow(t.Board) {
			m.banks[t.Bank].fives[(t.Board-m.h.From)/five]++
			if t.Leg == 0 {
				m.s.Carried++
			}
		}
	case t.Outcome == Abandoned:
		m.queues.wait(t.Origin, t.Arrive, t.Left)
	case t.Outcome == Censored && t.Arrive >= 0:
		m.queues.waitOn(t.Origin, t.Arrive)
	}
}

// count takes a trip of the window into outcomes and samples.
func (m *Summarizer) count(t *Trip) {
	s := m.s
	if t.Leg == 0 {
		s.Passengers++
	}
	if t.Outcome != Served || t.Leg == t.Legs-1 {
		m.ended++
	}
	switch t.Outcome {
	case Served:
		s.Served++
		s.Banks[t.Bank].Trips++
		s.Transit.Add(t.Alight - max(t.Opening, t.Arrive))
		if t.Leg == t.Legs-1 {
			s.TTD.Add(t.Alight - t.Begin)
		}
	case Abandoned:
		s.Abandoned++
	case NoShow:
		s.NoShow++
	case Refused:
		s.Refused++
		s.Reasons[t.Reason]++
	case Censored:
		s.Censored++
	}
	boarded := t.Board >= 0
	if boarded {
		s.Wait.Add(max(0, t.Opening-t.Arrive))
		s.WaitBoard.Add(t.Board - t.Arrive)
	}
	r := &s.Remote
	if t.Wished >= 0 {
		switch t.Denied {
		case "":
		case NotUsed:
			r.Unused++
		default:
			r.Denied[t.Denied]++
		}
		if boarded {
			waited := max(0, t.Opening-t.Arrive)
			r.Callers.Add(waited)
			if t.Denied == "" {
				r.Ahead.Add(min(waited, t.Arrive-t.Wished))
			}
		}
	}
	if t.Access != RemoteCall {
		return
	}
	r.Calls++
	if t.Again >= 0 {
		r.Missed++
	}
	if t.Arrive >= 0 && t.Promised >= 0 {
		r.Late.Add(max(0, t.Arrive-t.Promised))
	}
	switch t.Outcome {
	case Served:
		r.Served++
	case NoShow:
		r.NoShow++
	}
	if boarded {
		r.Wait.Add(max(0, t.Opening-t.Arrive))
		r.Callers.Add(max(0, t.Opening-t.Arrive))
		r.CallToBoard.Add(t.Board - t.Call)
		r.Slack.Add(max(0, t.Arrive-t.Opening))
	}
}

// Call takes a call. Landing calls of the window that were answered enter the
// answer times.
func (m *Summarizer) Call(c *Call) error {
	if m.finished {
		return errFinished
	}
	if err := m.h.checkCall(c); err != nil {
		return fmt.Errorf("replication %d: %w", c.Rep, err)
	}
	if c.Access == LandingButton && c.Answered >= 0 && m.inWindow(c.Placed) {
		m.s.Answer.Add(c.Answered - c.Placed)
	}
	return nil
}

// Stop takes a stop. It belongs to the window by the instant its doors began
// to open, and a departure by the instant they were closed.
func (m *Summarizer) Stop(s *Stop) error {
	if m.finished {
		return errFinished
	}
	if err := m.h.checkStop(s); err != nil {
		return fmt.Errorf("replication %d: %w", s.Rep, err)
	}
	b := &m.s.Banks[s.Bank]
	if m.inWindow(s.Opening) {
		b.Stops++
		b.CarStops[s.Car]++
		b.Boarded += int64(s.Boarded)
		b.Reopened += int64(s.Reopened)
		if s.Held > 0 {
			m.s.Remote.Held.Add(s.Held)
		}
		if s.Absent > 0 && s.Boarded == 0 && s.Alighted == 0 {
			m.s.Remote.VainStops++
			if s.Closed >= 0 {
				m.s.Remote.Vain.Add(s.Closed - s.Opening)
			}
		}
	}
	if s.Persons == 0 || !m.inWindow(s.Closed) {
		return nil
	}
	bump(&b.LoadHist[s.Car], int64(s.Persons), 1)
	if s.Floor != m.h.Banks[s.Bank].Lobby {
		return nil
	}
	w := &m.banks[s.Bank]
	b.Departures++
	if w.first == None || s.Closed < w.first {
		w.first = s.Closed
	}
	w.last = max(w.last, s.Closed)
	if s.Up > 0 {
		rated := m.h.Banks[s.Bank].Load[s.Car]
		b.LobbyLoad.Add(time.Duration((s.Load*1000+rated/2)/rated) * loadUnit)
	}
	return nil
}

// loadUnit is how a sample of loads holds 0.1 % of rated load: as a millisecond.
const loadUnit = time.Millisecond

// inWindow is false for None: the window begins at 0 at the earliest.
func (m *Summarizer) inWindow(at Instant) bool { return at >= m.h.From && at < m.h.To }

// Finish ends the replication at the instant its run ended and gives its
// summary. The summarizer takes no records after it.
func (m *Summarizer) Finish(end Instant) *Summary {
	if m.finished {
		panic("BUG: a summary is finished twice")
	}
	if end < 0 || end > m.h.Duration+longestTail {
		panic(fmt.Sprintf("BUG: a run ends at %d ns", int64(end)))
	}
	m.finished = true
	s := m.s
	s.Replications = 1
	// A journey whose next leg had not begun when the run ended has no last record.
	s.Censored += max(0, s.Passengers-m.ended)
	m.queues.finish(end, s)
	for i := range m.banks {
		w, b := &m.banks[i], &s.Banks[i]
		if b.Departures > 1 {
			b.IntervalSum = int64(w.last - w.first)
			b.IntervalN = b.Departures - 1
		}
		for _, n := range w.fives {
			b.Peak5 = max(b.Peak5, n)
		}
	}
	return s
}

// Pack makes the histograms of a summary some twenty times smaller. It changes
// no figure; whoever keeps many summaries calls it on each.
func (s *Summary) Pack() {
	for _, sample := range s.samples() {
		sample.seal()
	}
}

// samples are all samples of a summary, in one order.
func (s *Summary) samples() []*Sample {
	all := []*Sample{&s.Wait, &s.WaitBoard, &s.Transit, &s.TTD, &s.Answer,
		&s.Remote.Wait, &s.Remote.CallToBoard, &s.Remote.Slack, &s.Remote.Held,
		&s.Remote.Late, &s.Remote.Vain, &s.Remote.Callers, &s.Remote.Ahead}
	for i := range s.Banks {
		all = append(all, &s.Banks[i].LobbyLoad)
	}
	return all
}

// Tee gives every record to each sink in turn and stops at the first error.
func Tee(sinks ...Sink) Sink { return tee(sinks) }

type tee []Sink

func (t tee) Trip(r *Trip) error { return each(t, r, Sink.Trip) }
func (t tee) Call(r *Call) error { return each(t, r, Sink.Call) }
func (t tee) Stop(r *Stop) error { return each(t, r, Sink.Stop) }

func each[R any](sinks []Sink, r *R, take func(Sink, *R) error) error {
	for _, s := range sinks {
		if err := take(s, r); err != nil {
			return err
		}
	}
	return nil
}
