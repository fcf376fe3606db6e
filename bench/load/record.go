package load

import (
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"hoistway/bench/load/outcome"
)

// kind of request.
type kind uint8

// The kinds, in the order of a session's life.
const (
	kindToken kind = iota
	kindOpen
	kindSession
	kindConfig
	kindPing
	kindCall
	kindMonitor
	kindDelete
	kindAppCall // over the app API, as the next two
	kindAppCancel
	kindAppKey
	kinds
)

var kindNames = [kinds]string{"token", "open", "create-session", "config", "ping", "call", "monitor", "delete", "app-call", "app-cancel", "app-key"}

// hasResult tells whether a second answer follows the acknowledgement.
func (k kind) hasResult() bool { return k == kindConfig || k == kindPing || k == kindCall }

// ending is how a request ended.
type ending uint8

const (
	answered ending = iota
	refused
	shed
	unanswered
	lost
	endings
)

// exchange counts one kind of request.
type exchange struct {
	sent        atomic.Int64
	ended       [endings]atomic.Int64
	silent      atomic.Int64 // of those unanswered, those without even an acknowledgement
	ack, result *latency
}

// record is all that is measured of one load. Requests belong to the record
// that was current when they were due, whenever they end.
type record struct {
	base      time.Duration // when the load begins, on the fleet's clock, as all instants here
	from, to  time.Duration // due within: measured; what comes before is warm-up
	exchanges [kinds]exchange
	acks      *latency // of calls and pings
	served    *latency
	eventLag  *latency
	lateness  *latency
	open      atomic.Int64 // requests that have not ended, and what answers have made due
	inFlight  atomic.Int64 // watched calls that have not ended
	unsent    atomic.Int64 // that the client never got to
	late      atomic.Int64 // answers after the timeout

	accepted, unwatched, deleted            atomic.Int64
	servedCalls, cancelledCalls, unfinished atomic.Int64

	mu       sync.Mutex
	closes   map[string]int64
	refusals map[string]int64
	line     []interval
	width    time.Duration
}

// interval is a stretch of the run as a line on a chart.
type interval struct {
	sent, answered, failed int64
	first                  *hdrhistogram.Histogram // nil until there is something
}

// mostIntervals bounds the timeline; an interval is a second at least.
const mostIntervals = 120

// newRecord is for a load that begins at base.
func newRecord(base time.Duration, p *Plan) *record {
	all := p.WarmUp + p.Duration
	r := &record{base: base, from: base + p.WarmUp, to: base + all, acks: newLatency(), served: newLatency(), eventLag: newLatency(), lateness: newLatency(), closes: map[string]int64{}, refusals: map[string]int64{}}
	for k := range r.exchanges {
		r.exchanges[k].ack, r.exchanges[k].result = newLatency(), newLatency()
	}
	r.width = max(time.Second, (all/mostIntervals + time.Second - 1).Truncate(time.Second))
	r.line = make([]interval, (all+r.width-1)/r.width)
	return r
}

// before is the instant of requests that precede the load, such as opening a
// socket. They are always measured.
const before = time.Duration(-1)

// measured tells whether what was due then is in the window.
func (r *record) measured(due time.Duration) bool { return due < 0 || due >= r.from && due < r.to }

// at is the interval of an instant, nil outside of the run. r.mu is held.
func (r *record) at(due time.Duration) *interval {
	if due < r.base || due >= r.to {
		return nil
	}
	return &r.line[(due-r.base)/r.width]
}

// sent counts a request that goes out, to be ended once.
func (r *record) sent(k kind, due time.Duration) {
	if due < r.to {
		r.open.Add(1)
	}
	if r.measured(due) {
		r.exchanges[k].sent.Add(1)
	}
	if k == kindCall || k == kindPing {
		r.mu.Lock()
		defer r.mu.Unlock()
		if i := r.at(due); i != nil {
			i.sent++
		}
	}
}

// acked takes the time to the first answer.
func (r *record) acked(k kind, due, took time.Duration) {
	if k.hasResult() && r.measured(due) {
		r.exchanges[k].ack.record(took)
	}
	if k == kindCall || k == kindPing {
		if r.measured(due) {
			r.acks.record(took)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if i := r.at(due); i != nil {
			if i.first == nil {
				i.first = hdrhistogram.New(1, highest.Microseconds(), 2)
			}
			_ = i.first.RecordValue(min(max(1, took.Microseconds()), highest.Microseconds())) // within its range
		}
	}
}

// ended takes how a request ended, and after how long. What was not answered
// has waited in vain for so long: it counts in the latencies, for it would
// have taken longer still.
func (r *record) ended(k kind, due, took time.Duration, how ending, wasAcked bool) {
	if due < r.to {
		r.open.Add(-1)
	}
	if r.measured(due) {
		e := &r.exchanges[k]
		e.ended[how].Add(1)
		if how == answered || how == unanswered {
			e.result.record(took)
		}
	}
	if how == unanswered && !wasAcked {
		if r.measured(due) {
			r.exchanges[k].silent.Add(1)
		}
		r.acked(k, due, took)
	}
	if k == kindCall || k == kindPing {
		r.mu.Lock()
		defer r.mu.Unlock()
		if i := r.at(due); i != nil {
			if how == answered {
				i.answered++
			} else {
				i.failed++
			}
		}
	}
}

// requests counts what the plan's rates asked for so far.
func (r *record) requests() (n int64) {
	for _, k := range []kind{kindCall, kindPing, kindAppCall, kindAppKey} {
		n += r.exchanges[k].sent.Load()
	}
	return n
}

// mostNames bounds how many different refusals are told apart.
const mostNames = 40

// count adds one to a name of a map of the record.
func (r *record) count(m map[string]int64, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := m[name]; !known && len(m) >= mostNames {
		name = "others"
	}
	m[name]++
}

// result is the record as results show it.
func (r *record) result() outcome.Measured {
	m := outcome.Measured{
		Seconds: (r.to - r.from).Seconds(), Acks: r.acks.result(true), Served: r.served.result(true), EventLag: r.eventLag.result(false), Lateness: r.lateness.result(false),
		Calls: outcome.Calls{
			Accepted: r.accepted.Load(), Served: r.servedCalls.Load(), Cancelled: r.cancelledCalls.Load(),
			Unfinished: r.unfinished.Load(), Unwatched: r.unwatched.Load(), Deleted: r.deleted.Load(),
		},
	}
	m.Calls.Watched = m.Calls.Served + m.Calls.Cancelled + m.Calls.Unfinished
	for k := range kinds {
		e := &r.exchanges[k]
		o := outcome.Exchange{Name: kindNames[k], Sent: e.sent.Load(), Answered: e.ended[answered].Load(), Refused: e.ended[refused].Load(),
			Shed: e.ended[shed].Load(), Unanswered: e.ended[unanswered].Load(), Silent: e.silent.Load(), Lost: e.ended[lost].Load(), Ack: e.ack.result(true), Result: e.result.result(true)}
		if o.Sent > 0 {
			m.Exchanges = append(m.Exchanges, o)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m.Closes, m.Refusals = sorted(r.closes), sorted(r.refusals)
	for i, t := range r.line {
		from := time.Duration(i) * r.width
		o := outcome.Interval{From: from.Seconds(), Seconds: min(r.width, r.to-r.base-from).Seconds(), Sent: t.sent, Answered: t.answered, Failed: t.failed}
		if t.first != nil {
			o.P50, o.P99, o.Max = micro(t.first.ValueAtPercentile(50)), micro(t.first.ValueAtPercentile(99)), micro(t.first.Max())
		}
		m.Timeline = append(m.Timeline, o)
	}
	return m
}

// sorted gives counts by name.
func sorted(m map[string]int64) []outcome.Count {
	counts := []outcome.Count{}
	for name, n := range m {
		counts = append(counts, outcome.Count{Name: name, N: n})
	}
	sort.Slice(counts, func(i, j int) bool { return counts[i].Name < counts[j].Name })
	return counts
}
