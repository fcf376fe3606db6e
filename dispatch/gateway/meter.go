package gateway

import (
	"fmt"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// message is the kind of a frame that a client sends.
type message uint8

const (
	onInvalid message = iota // none of the others
	onPing
	onConfig
	onActions
	onAction
	onDelete
	onHoldOpen
	onMonitor
	onCreate
	onResume
	messages
)

// String is the kind as metrics name it. The list is closed.
func (m message) String() string {
	return [messages]string{"invalid", "ping", "config", "actions", "action", "delete", "hold_open", "monitor", "create_session", "resume_session"}[m]
}

// statuses are the status codes of acknowledgements.
var statuses = [...]int{201, 400, 403, 404, 409, 429, 500, statusNoLink}

// shed is why something was not taken on.
type shed uint8

const (
	shedInbox    shed = iota // the site has enough waiting
	shedPending              // the socket has enough waiting
	shedCalls                // the group has enough calls under way
	shedRate                 // the socket sends too much
	shedSockets              // too many sockets
	shedSessions             // too many sessions
	shedDraining
	sheds
)

func (s shed) String() string {
	return [sheds]string{"inbox", "pending", "calls", "rate", "sockets", "sessions", "draining"}[s]
}

// meter is what the streams measure. Counting takes no lock and no lookup.
type meter struct {
	messages [messages]*metrics.Counter
	acks     [len(statuses)]*metrics.Counter
	sheds    [sheds]*metrics.Counter
	slow     *metrics.Counter
	acked    [messages]*metrics.PrometheusHistogram
	answered [messages]*metrics.PrometheusHistogram
}

func newMeter(s *streams) *meter {
	set := s.gateway.metrics
	m := &meter{slow: set.GetOrCreateCounter("hoistway_stream_slow_consumers_total")}
	// From 16 us to 17 s.
	bounds := metrics.ExponentialBuckets(16e-6, 2, 21)
	for i := range m.messages {
		kind := message(i).String()
		m.messages[i] = set.GetOrCreateCounter(fmt.Sprintf("hoistway_stream_messages_total{type=%q}", kind))
		m.acked[i] = set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("hoistway_stream_ack_seconds{type=%q}", kind), bounds)
		m.answered[i] = set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("hoistway_stream_result_seconds{type=%q}", kind), bounds)
	}
	for i, code := range statuses {
		m.acks[i] = set.GetOrCreateCounter(fmt.Sprintf(`hoistway_stream_acks_total{code="%d"}`, code))
	}
	for i := range m.sheds {
		m.sheds[i] = set.GetOrCreateCounter(fmt.Sprintf("hoistway_stream_shed_total{reason=%q}", shed(i).String()))
	}
	set.GetOrCreateGauge("hoistway_stream_sockets", func() float64 { n, _ := s.count(); return float64(n) })
	set.GetOrCreateGauge("hoistway_stream_sessions", func() float64 { _, n := s.count(); return float64(n) })
	return m
}

// ack counts an acknowledgement and how long it took.
func (m *meter) ack(kind message, status int, read time.Time) {
	for i, code := range statuses {
		if code == status {
			m.acks[i].Inc()
		}
	}
	m.acked[kind].UpdateDuration(read)
}

// result counts how long a result took.
func (m *meter) result(kind message, read time.Time) { m.answered[kind].UpdateDuration(read) }
