package result

// Summary holds everything reported about one replication or several merged
// ones. All of it is computed from records; every field is an integer count,
// an integer sum or a histogram, so that merging in any order gives the same
// bytes. Means, percentiles and verdicts are derived on reading.
//
// Only journeys that began inside the declared window count, whenever they ended; Queue,
// Arrivals and Boardings cover the whole run.
type Summary struct {
	Replications int64 `json:"replications"`
	Passengers   int64 `json:"passengers"` // journeys begun in the window, whatever became of them
	All          int64 `json:"all"`        // journeys of the whole run
	Carried      int64 `json:"carried"`    // journeys whose first boarding fell into the window
	Served       int64 `json:"served"`     // trips (legs) of the window, by outcome, from here
	Abandoned    int64 `json:"abandoned"`
	NoShow       int64 `json:"no_show"`
	Refused      int64 `json:"refused"`
	Censored     int64 `json:"censored"` // and journeys whose last record never came

	Wait      Sample `json:"wait"`       // arrival at the landing to the answering doors beginning to open; one value a leg
	WaitBoard Sample `json:"wait_board"` // arrival at the landing to having entered; one value a leg
	Transit   Sample `json:"transit"`    // doors beginning to open (or a later arrival) to having left the car; one value a leg
	TTD       Sample `json:"ttd"`        // first arrival at a landing to having left the last car; one value a journey

	Remote Remote `json:"remote"`

	Reasons map[string]int64 `json:"reasons"` // people turned away (Refused), by reason

	Answer Sample        `json:"answer"` // landing calls: registered to answered ("hall-call times")
	Banks  []BankSummary `json:"banks"`  // in Header.Banks order

	BinSeconds int64     `json:"bin_s"`       // width of the bins below
	Queue      [][]int64 `json:"queue"`       // [floor][bin] person-milliseconds waiting at landings
	QueueMax   []int64   `json:"queue_max"`   // [floor] most people waiting at once, looked at every second of a run up to a day (see Summarizer), over all replications
	Arrivals   []int64   `json:"arrivals"`    // [bin] people arriving at landings
	Boardings  []int64   `json:"boardings"`   // [bin] people entering cars
	Saturated  int64     `json:"saturated"`   // replications whose queue was still growing at the end of the window
	QueueFirst int64     `json:"queue_first"` // person-ms waiting in the second quarter of the window
	QueueLast  int64     `json:"queue_last"`  // person-ms waiting in the last quarter of the window
}

// Remote holds the figures of remote calls, beside the general ones that
// include them.
type Remote struct {
	Calls       int64  `json:"calls"` // trips called from a phone
	Served      int64  `json:"served"`
	NoShow      int64  `json:"no_show"`
	Wait        Sample `json:"wait"`          // as Summary.Wait; the clock starts at the landing, never at the call
	CallToBoard Sample `json:"call_to_board"` // call placed to having entered
	Slack       Sample `json:"slack"`         // answering doors began to open to the caller's arrival, 0 if they opened later
	Held        Sample `json:"held"`          // per stop at which a car was held for a walker

	Denied map[string]int64 `json:"denied"` // trips whose call from the phone the service refused, by reason; they are none of Calls
	Unused int64            `json:"unused"` // trips of people who had a phone and did not use the app; nobody refused them
	Missed int64            `json:"missed"` // callers who found the car gone and called again from the landing
	Late   Sample           `json:"late"`   // callers who came: by how much later than they were expected, 0 if earlier

	VainStops int64  `json:"vain_stops"` // that answered calls of people who never came, and nobody entered or left
	Vain      Sample `json:"vain"`       // doors beginning to open to closed again, per such stop

	Callers Sample `json:"callers"` // as Wait: all who called from the phone, were denied it, or would have called in a study of buttons
	Ahead   Sample `json:"ahead"`   // those of a study of buttons: the smaller of the wait and the walk to the landing
}

// BankSummary is the work of one bank inside the window.
type BankSummary struct {
	Trips       int64     `json:"trips"`       // legs served
	Departures  int64     `json:"departures"`  // from the lobby, doors closed with somebody aboard
	IntervalSum int64     `json:"interval_ns"` // between successive such departures, within one replication
	IntervalN   int64     `json:"interval_n"`
	Stops       int64     `json:"stops"`
	Boarded     int64     `json:"boarded"`
	Reopened    int64     `json:"reopened"`
	Peak5       int64     `json:"peak5"`      // most people carried away in any 5 min aligned to the window, over all replications
	LoadHist    [][]int64 `json:"load_hist"`  // [car][persons aboard on leaving a floor], stops left with somebody aboard
	LobbyLoad   Sample    `json:"lobby_load"` // load on leaving the lobby upward in 0.1 % of rated load (no time: unit differs)
	CarStops    []int64   `json:"car_stops"`  // per car
}

// Segment is one leg of a car's path for the spatial plot.
type Segment struct {
	Bank   int     `json:"b"`
	Car    int     `json:"c"`
	From   int     `json:"f"`
	To     int     `json:"t"`
	Depart float64 `json:"d"` // s
	Arrive float64 `json:"a"` // s, doors begin to open
	Close  float64 `json:"x"` // s, doors closed again; Arrive if they stood open at the end of the run
	Load   int     `json:"n"` // persons aboard on leaving To
}

// Replication is what one replication gave.
type Replication struct {
	Rep     int      `json:"rep"`
	Seed    uint64   `json:"seed"`
	List    string   `json:"list,omitempty"` // passenger list that was its traffic
	Digest  string   `json:"digest"`
	End     Instant  `json:"end_ns"`
	Events  int64    `json:"events"`
	Summary *Summary `json:"summary"`
}

// File is result.json: one scenario under one dispatcher.
type File struct {
	Header       Header             `json:"header"`
	Digest       string             `json:"digest"` // over the replications' digests in order
	Total        *Summary           `json:"total"`
	Metrics      map[string]*Metric `json:"metrics"` // every name of Metrics, over all replications
	Verdicts     []Verdict          `json:"verdicts"`
	Replications []Replication      `json:"replications"`
	Path         []Segment          `json:"path"` // first replication, bounded number of segments
	PathCut      bool               `json:"path_cut"`
}

// Metric is one figure over all replications.
type Metric struct {
	Value    *float64 `json:"value"`      // null when withheld
	Half     *float64 `json:"half_width"` // of the t-interval over replication values; null below two replications
	N        int      `json:"n"`          // replications that gave a value
	Unit     string   `json:"unit"`
	Withheld string   `json:"withheld_reason,omitempty"`
}

// Verdict is the outcome of one line of [expect].
type Verdict struct {
	Text    string   `json:"text"`
	Metric  string   `json:"metric"`
	Op      string   `json:"op"`
	Bound   float64  `json:"bound"`
	Value   *float64 `json:"value"`
	Unit    string   `json:"unit"`
	Pass    bool     `json:"pass"`                // false = missed
	Why     string   `json:"why,omitempty"`       // of a failure in words
	Unasked string   `json:"not_asked,omitempty"` // why it does not apply to this run, which can neither meet nor miss it; Pass is true then
}

// Comparison is compare's result: the same people under several dispatchers,
// or with and without calls from the phone.
type Comparison struct {
	Runs  []*File `json:"runs"` // Runs[0] is the one the others are compared with
	Pairs []Pair  `json:"pairs"`

	Foreknowledge []Foreknowledge `json:"foreknowledge,omitempty"` // for every run with calls from the phone and its like without
}

// Pair is the paired difference of one metric between Runs[B] and a base:
// Runs[0], or in Foreknowledge.Everybody the run without calls.
type Pair struct {
	Metric  string   `json:"metric"`
	B       int      `json:"b"`
	N       int      `json:"n"`    // replications in which both gave a value
	Mean    *float64 `json:"mean"` // of B minus base; null when nothing could be paired
	Half    *float64 `json:"half_width"`
	Unit    string   `json:"unit"`
	Finding string   `json:"finding"` // "better", "worse", "no difference shown", or why none can be given
}
