package outcome

// SchemaVersion is that of the files this package writes and reads.
const SchemaVersion = 1

// File is what one load run came to.
type File struct {
	Schema   int       `json:"schema"`
	Tool     string    `json:"tool"` // version of hoistway
	Scenario Scenario  `json:"scenario"`
	Target   string    `json:"target"` // scheme, host and port
	Plan     Plan      `json:"plan"`
	Began    string    `json:"began"` // RFC 3339, UTC
	Measured Measured  `json:"measured"`
	Server   Server    `json:"server"`
	Search   *Search   `json:"search,omitempty"` // of the highest rate; nil = it was not asked for
	Verdicts []Verdict `json:"verdicts"`
	Invalid  string    `json:"invalid,omitempty"` // why the run proves nothing about the server
	Notes    []string  `json:"notes,omitempty"`   // what a reader should know of the target
}

// Scenario names what was played.
type Scenario struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Hash  string `json:"hash"`
}

// Plan is what was to be sent.
type Plan struct {
	Profile     string  `json:"profile"`
	Rate        float64 `json:"calls_per_second"`
	PingRate    float64 `json:"pings_per_second"`
	SpikeRate   float64 `json:"spike_calls_per_second,omitempty"`
	Sessions    int     `json:"sessions"`
	Banks       int     `json:"banks"` // that calls went to
	OpenRate    float64 `json:"sessions_opened_per_second"`
	WarmUp      float64 `json:"warm_up_s"`
	Duration    float64 `json:"duration_s"` // measured, without the warm-up
	Ramp        float64 `json:"ramp_s,omitempty"`
	Spike       float64 `json:"spike_s,omitempty"`
	Delete      float64 `json:"delete_share"`
	Timeout     float64 `json:"timeout_s"`
	Settle      float64 `json:"settle_s"`
	Seed        uint64  `json:"seed"`
	MaxLateness float64 `json:"max_lateness_s"`
	Tenants     int     `json:"tenants,omitempty"` // accounts of the app API, whose rates follow
	AppRate     float64 `json:"app_calls_per_second,omitempty"`
	KeyRate     float64 `json:"visitor_keys_per_second,omitempty"`
}

// Measured is the client's view.
type Measured struct {
	Seconds   float64    `json:"seconds"` // of the measured window
	Open      int        `json:"sessions_open"`
	Exchanges []Exchange `json:"exchanges"`
	Acks      Latency    `json:"acks"`      // of calls and pings together
	Served    Latency    `json:"served"`    // from the instant a call was due to its event "served"
	EventLag  Latency    `json:"event_lag"` // from an event's own time to its arrival
	Lateness  Latency    `json:"lateness"`  // by how much the client sent later than was due
	Calls     Calls      `json:"calls"`
	Closes    []Count    `json:"closes"`   // sockets that the server closed, by close code
	Refusals  []Count    `json:"refusals"` // error acknowledgements by status, and results without success by text
	Timeline  []Interval `json:"timeline"` // by the instant at which requests were due
	Withheld  string     `json:"event_lag_withheld,omitempty"`
}

// Exchange is one kind of request with its answers.
type Exchange struct {
	Name       string  `json:"name"`
	Sent       int64   `json:"sent"`
	Answered   int64   `json:"answered"`   // with success: by the last answer that the kind has
	Refused    int64   `json:"refused"`    // by an error, or a result without success
	Shed       int64   `json:"shed"`       // because the server has too much to do: 429, 503, "try again later"
	Unanswered int64   `json:"unanswered"` // not wholly, within the timeout
	Silent     int64   `json:"silent"`     // of these, those without even an acknowledgement
	Lost       int64   `json:"lost"`       // the socket closed first, or was not open
	Ack        Latency `json:"ack"`        // to the acknowledgement, for kinds that have a result too
	Result     Latency `json:"result"`     // to the last answer
}

// Calls is what became of the lift calls.
type Calls struct {
	Accepted   int64 `json:"accepted"`
	Watched    int64 `json:"watched"` // accepted, monitored and not taken back: those below
	Served     int64 `json:"served"`
	Cancelled  int64 `json:"cancelled"`
	Unfinished int64 `json:"unfinished"`
	Unwatched  int64 `json:"unwatched"` // accepted and not monitored, because the session had all the subscriptions that it may have
	Deleted    int64 `json:"deleted"`   // taken back by the client
}

// Latency summarizes a histogram in seconds. All are 0 when N is.
type Latency struct {
	N      int64   `json:"n"`
	Mean   float64 `json:"mean_s"`
	P50    float64 `json:"p50_s"`
	P90    float64 `json:"p90_s"`
	P99    float64 `json:"p99_s"`
	P999   float64 `json:"p999_s"`
	Max    float64 `json:"max_s"`
	Beyond int64   `json:"beyond"` // above the histogram's highest value, and counted as that
	Curve  []Point `json:"curve,omitempty"`
}

// Point of a latency curve: the share of requests that took at most so long.
type Point struct {
	Share   float64 `json:"share"`
	Seconds float64 `json:"s"`
}

// Count is how often something of a closed set happened.
type Count struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

// Interval is a part of the run, warm-up included.
type Interval struct {
	From     float64 `json:"from_s"`
	Seconds  float64 `json:"seconds"`
	Sent     int64   `json:"sent"`
	Answered int64   `json:"answered"`
	Failed   int64   `json:"failed"` // refused, shed, unanswered and lost
	P50      float64 `json:"p50_s"`  // to the first answer of calls and pings
	P99      float64 `json:"p99_s"`
	Max      float64 `json:"max_s"`
}

// Server is the server's own view, from its metrics.
type Server struct {
	Withheld string   `json:"withheld,omitempty"` // why there is none
	Samples  []Sample `json:"samples,omitempty"`
	Counters []Count  `json:"counters,omitempty"` // by how much each rose from the first sample to the last
	Others   int      `json:"others,omitempty"`   // counters that rose and are not listed
}

// Sample of the server's process. What it does not tell is 0.
type Sample struct {
	At         float64 `json:"at_s"` // since the load began; the first is before it
	CPU        float64 `json:"cpu_s"`
	Resident   float64 `json:"resident_bytes"`
	Goroutines float64 `json:"goroutines"`
}

// Search for the highest rate that meets the thresholds.
type Search struct {
	Of      string  `json:"of"` // "calls" or "pings"
	Steps   []Step  `json:"steps"`
	Highest float64 `json:"highest"` // per second; 0 = none did
	Lowest  float64 `json:"lowest_that_missed,omitempty"`
	Ended   string  `json:"ended"` // why the search went no further
}

// Step is one rate that was tried.
type Step struct {
	Rate     float64   `json:"rate"`
	Reached  float64   `json:"throughput"`
	Ack      Latency   `json:"ack"`
	Errors   float64   `json:"errors_pct"`
	Shed     float64   `json:"shed_pct"`
	Lateness float64   `json:"lateness_p99_s"`
	Verdicts []Verdict `json:"verdicts"`
	Pass     bool      `json:"pass"`
	Invalid  string    `json:"invalid,omitempty"`
}

// Verdict is a threshold and whether it was met.
type Verdict struct {
	Metric string   `json:"metric"`
	Op     string   `json:"op"`
	Bound  float64  `json:"bound"`
	Unit   string   `json:"unit"` // "s", "%" or "/s"
	Text   string   `json:"text"` // as it was asked for
	Value  *float64 `json:"value"`
	Pass   bool     `json:"pass"`
	Why    string   `json:"why"`
}

// EchoRatio holds the most ping round trips that a service makes against those of
// a bare echo server, both measured one after the other on one machine.
type EchoRatio struct {
	Sockets int     `json:"sockets"`
	Seconds float64 `json:"seconds"`
	Pings   float64 `json:"pings_per_second"`
	Echoes  float64 `json:"echoes_per_second"`
	Share   float64 `json:"share"` // pings of echoes
}

// Exchange finds a kind by its name; nil when the run had none.
func (m *Measured) Exchange(name string) *Exchange {
	for i := range m.Exchanges {
		if m.Exchanges[i].Name == name {
			return &m.Exchanges[i]
		}
	}
	return nil
}

// Passed tells whether every threshold was met by a run that proves something.
// A run without thresholds has not passed.
func (f *File) Passed() bool {
	for _, v := range f.Verdicts {
		if !v.Pass {
			return false
		}
	}
	return f.Invalid == "" && len(f.Verdicts) > 0
}
