package scenarios

import (
	"fmt"
	"strings"
	"time"
)

// Instant is a point of virtual time: nanoseconds since the start of the
// scenario. Integer, so that results do not depend on how a processor rounds.
type Instant = time.Duration

// Forever marks an endless span, such as the patience of somebody who never
// gives up.
const Forever = time.Duration(1<<63 - 1)

// Scenario is a validated building with its people, what happens to it, and
// what is expected of it. It is immutable once loaded: every run shares it.
// Fields hold final values; all defaults are filled in.
type Scenario struct {
	Name        string // lower-case letters, digits and hyphens; by default the file's base name
	Title       string // one line for people; by default Name
	Description string
	Source      string // where it was read from: a path as given, or "library:NAME"
	Hash        string // hex SHA-256 over the canonical text, with the lists' checksums in the place of their file names: same hash, same scenario
	Building    Building
	Banks       []Bank    // ordered by name
	Tenants     []Tenant  // ordered by name
	Traffic     []Stream  // ordered by name
	Visitors    []Visitor // ordered by name
	Service     *Service  // how people use the apps; nil when nobody calls from a phone, nobody visits and nothing is scripted
	Events      []Event   // ordered by start, then name
	Faults      []Fault   // ordered by start, then name
	Run         Run
	Load        *LoadTest     // what hoistway load does to a server of it; nil when the file says nothing of it, see DefaultLoad
	Expect      []Expectation // in file order

	settings []Setting // see Settings; empty for a scenario that was not read by Load or Parse
}

// Building is the stack of floors. Floor 0 is the lowest.
type Building struct {
	Floors       []Floor
	TransferWalk time.Duration // from one bank's car to another bank's landing, for people who change banks
}

// Floor is one landing level.
type Floor struct {
	Name       string  // as people say it: "G", "12"
	Elevation  float64 // m above floor 0
	Population int     // people who live or work here
	Entrance   float64 // share of arriving people who enter the building here; 0 = not an entrance; shares sum to 1
	Locked     bool    // only tenants of this floor and visitors with a valid key may go here
}

// Interface is how people on a landing tell the group controller where they go.
type Interface int

const (
	Buttons     Interface = iota // up and down buttons; the destination is chosen in the car
	Destination                  // a panel on the landing: destination known, car told at once
)

// Bank is a group of cars under one group controller.
type Bank struct {
	Name       string
	Dispatcher string // policy name: collective, eta, etd, destination, zoned
	Interface  Interface
	Serves     []int // floors, ascending, at least two
	Lobby      int   // main terminal floor: where up-peak starts and "lobby" parking goes
	Cars       []Car
	Control    Control
}

// Car is one lift car. All times are those of a car in order.
type Car struct {
	Name    string // "1", "2", ...
	Serves  []int  // floors, ascending; a subset of the bank's
	Home    int    // floor where it stands at instant 0
	Persons int    // rated capacity in persons
	Load    int64  // rated load in grams
	Motion  Motion
	Doors   Doors
}

// MotionModel selects how flight times are found.
type MotionModel int

const (
	Kinematic     MotionModel = iota // jerk-limited (or trapezoidal) flight over real distances
	FloorStopTurn                    // fixed time per floor, per stop and per turn, as in the dispatching literature
)

// Motion is a car's drive.
type Motion struct {
	Model        MotionModel
	Speed        float64       // m/s, Kinematic only
	Acceleration float64       // m/s2, Kinematic only
	Jerk         float64       // m/s3, Kinematic only; +Inf = no jerk limit (trapezoid)
	StartDelay   time.Duration // from doors closed to first motion
	Levelling    time.Duration // from the end of the flight to a level, standing car
	FloorTime    time.Duration // FloorStopTurn: one floor at rated speed
	StopTime     time.Duration // FloorStopTurn: decelerate + open doors + close doors + accelerate; transfer and dwell come on top
	TurnTime     time.Duration // FloorStopTurn: added when a stopped car reverses
}

// Doors is a car's door set and how long it stays open.
type Doors struct {
	Open           time.Duration // from beginning to open to fully open
	Close          time.Duration // from beginning to close to fully closed
	AdvanceOpening time.Duration // how long before the car stands level the doors begin to open
	DwellLanding   time.Duration // fully open time when a landing call is answered
	DwellCar       time.Duration // fully open time when only a car call is answered
	DwellExtends   bool          // true: each transfer restarts AfterTransfer; false: fixed dwell, all move within it
	AfterTransfer  time.Duration // least open time after the last transfer when DwellExtends
	TransferIn     time.Duration // per person entering; 0 = everybody at once
	TransferOut    time.Duration // per person leaving; 0 = everybody at once
	TransferShape  int           // 0 = constant; k > 0 = k-th order Erlang with mean TransferIn/TransferOut, truncated to TransferMin..TransferMax
	TransferMin    time.Duration // truncation, TransferShape > 0 only
	TransferMax    time.Duration // truncation, TransferShape > 0 only
	ReopenLimit    int           // how often closing doors re-open for a late passenger at one stop; 0 = they never re-open
	NudgeAfter     time.Duration // doors open for longer than this close slowly and no longer re-open
	NudgeClose     time.Duration // closing time when nudging
}

// Parking says where an idle car goes.
type Parking int

const (
	ParkStay   Parking = iota // stays where it became idle
	ParkLobby                 // returns to the bank's lobby
	ParkSpread                // idle cars spread over the zones of the bank
)

// Reassignment says whether an assigned landing call may move to another car.
type Reassignment int

const (
	ReassignUntilCommitted Reassignment = iota // until the car begins to slow down for the call
	ReassignNever
)

// Control is the group controller's settings for one bank.
type Control struct {
	Reassign     Reassignment
	BypassLoad   float64 // share of rated load above which a car passes landing calls by, e.g. 0.8
	Parking      Parking
	ParkingDelay time.Duration // idle time before a car goes to park
	HoldLimit    time.Duration // longest time a car is held open for a remote caller who is still walking
}

// Dist is a normal distribution cut to [Min, Max]; SD 0 is the constant Mean.
type Dist struct{ Mean, SD, Min, Max float64 }

// Tenant is a group of people who behave alike.
type Tenant struct {
	Name         string
	Floors       []int   // home floors, ascending
	Share        float64 // share of those floors' population that belongs to this tenant
	WalkSpeed    Dist    // m/s, drawn once per resident where the scenario has a Service, else once per trip
	WalkDistance float64 // m from the start of the walk (door, desk, entrance) to the landing; 0 = trips begin at the landing
	Mass         Dist    // kg
	RemoteShare  float64 // share of trips called from the phone when the walk begins
	NoShow       float64 // probability that a remote caller never comes
	Late         float64 // probability that a remote caller dawdles
	LateBy       Dist    // s by which a dawdler comes later than promised
	Patience     Dist    // s a person waits at a landing before giving up; Mean +Inf = for ever
	App          App     // which app the tenant's people have
	Favourite    float64 // Flow: probability that a person's favourite floor, their destination by default, is an entrance
	Speaks       float64 // Flow: probability that a person told the app their walking speed; others are taken for 1.2 m/s
}

// App is the service that people of a tenant use.
type App int

const (
	NoApp         App = iota
	RemoteCallApp     // KONE Remote Call: nothing about a call is stored
	FlowApp           // KONE Flow: profile, preferences, keys, sub-users, usage log
)

// Visitor is a stream of people who need a key for a locked floor or hold one
// that has ended. They enter at the entrances, visit, and leave after Stay.
type Visitor struct {
	Name       string
	PerHour    float64 // mean arrivals per hour, Poisson
	Start, End Instant
	Repeat     time.Duration // Start to End comes again after this long, until the run's duration; 0 = once
	Floors     []int         // hosts' floors, one drawn per visitor
	Stay       time.Duration // from leaving the car on the host's floor to starting back
	ValidFor   time.Duration // key validity counted from the planned arrival
	Early      float64       // probability to come before the key is valid
	Expired    float64       // probability to come after the key has expired
	Revoked    float64       // probability that the key is revoked before use
	WrongFloor float64       // probability to ask for a floor the key does not open
	Ring       float64       // probability to have no key and ring the intercom
	Answered   float64       // probability that the host answers the intercom and opens; Ring > 0 only
	WalkSpeed  Dist
	Mass       Dist
}

// Stream is one source of trips. Every stream draws from random streams of its
// own, so that adding one does not shift another's people.
type Stream struct {
	Name    string
	Tenants []string // whose people travel, by name; their populations weigh in
	Kind    StreamKind
	Phases  []Phase       // Profile and Matrix: in time order, not overlapping, within Repeat when it is not 0
	Trips   []Trip        // List: in time order
	List    string        // List: where Trips were read from: a path from the scenario's folder, or "library:FILE"
	Repeat  time.Duration // Profile and Matrix: the phases come again after this long, until the run's duration; 0 = once
	Batch   float64       // mean group size; 1 = single people (Poisson), above = geometric batches
	digest  string        // List: hex SHA-256 of the file
}

// StreamKind tells how a stream's trips come about.
type StreamKind int

const (
	Profile StreamKind = iota // demand in % of population per 5 min with an in/out/inter mix, by phases
	Matrix                    // origin-destination rates, by phases
	List                      // an explicit passenger list
)

// Phase is a span of constant demand. Rates are people, not batches.
type Phase struct {
	Start, End     Instant
	Demand         float64     // Profile: share of the tenants' population per 5 min, e.g. 0.12
	In, Out, Inter float64     // Profile: mix, sums to 1
	Rates          [][]float64 // Matrix: [origin][destination] people per 5 min
}

// Trip is one row of a passenger list.
type Trip struct {
	At                  Instant // arrival at the landing (or start of the walk, when the tenant walks)
	Origin, Destination int
	Mass                int64 // grams
}

// Service says how the building's people use the apps, on the calendar. A
// scenario has one when it has a [service] table, an event, visitors, or a
// tenant with remote calls.
type Service struct {
	Start       time.Time     // calendar instant of instant 0, UTC, whole seconds
	Residential bool          // people live here: addresses, apartments, displays at the entrance
	Apartments  int           // on every floor with people; 0 where nobody lives
	Intercom    bool          // with a camera, at the entrance; Residential only
	Region      string        // ISO 3166 code of the country, two capitals
	Sites       []string      // further buildings with a server and no lifts in the simulation: people of App tenants are known there too; ascending
	Near        float64       // m around the building within which a call is accepted
	Grid        float64       // m, of positions
	Inactivity  time.Duration // an account without use for so long is erased
	LogData     time.Duration // retention of usage logs, at most 365 days
	Backups     time.Duration // a backup older than this is deleted
	Rotation    time.Duration // of randomized IDs and of the key-encryption key
	Least       int           // people in an analytics cell
	Logs        []BuildingLog // ordered by name
}

// BuildingLog is a log that the building's Manager ordered.
type BuildingLog struct {
	Name      string
	Fields    []string // of "bank", "floor" and "result", in this order; at least one
	Retention time.Duration
}

// Event is something scripted that happens Count times: all at From when To
// equals it, else at instants drawn evenly from [From, To).
type Event struct {
	Name    string
	Kind    EventKind
	Count   int
	From    Instant
	To      Instant
	Tenant  string  // whose people it befalls; "" = any with an app that knows the kind
	Site    string  // the building concerned, HandedOver and ServiceEnded only; "" = the simulated one
	Channel Channel // of the kinds for which HasChannel
}

// FaultKind is what goes wrong, or is ordered.
type FaultKind int

const (
	CarOutOfService FaultKind = iota // finishes its stop, lets people out, takes no calls
	StuckDoor                        // the doors do not close while the fault lasts
	SlowCar                          // runs at Factor of its rated speed, acceleration and jerk
	FloorLocked                      // nobody may be taken to the floor

	// Between clients and a building that is served; see ServedOnly.
	LinkDown    // no link between cloud and site
	ColdStart   // the first request after a while without any gets its result Delay late
	StaleEvents // a Share of the monitoring events comes Delay late, behind newer ones
)

// faultWords are the kinds' names in scenario files.
var faultWords = []string{"car-out-of-service", "stuck-door", "slow-car", "floor-locked", "link-down", "cold-start", "stale-events"}

// String is the kind's name in scenario files.
func (k FaultKind) String() string {
	if k < 0 || int(k) >= len(faultWords) {
		return fmt.Sprintf("FaultKind(%d)", int(k))
	}
	return faultWords[k]
}

// ServedOnly tells whether the kind befalls what lies between clients and a
// building that is served over a network. The twin has no such thing, and leaves
// the fault out.
func (k FaultKind) ServedOnly() bool { return k >= LinkDown }

// Fault is a scripted event with a span.
type Fault struct {
	Name   string
	Kind   FaultKind
	Bank   string // of the kinds that befall a car, else ""
	Car    int    // index into Bank.Cars; -1 where Bank is ""
	Floor  int    // FloorLocked only, else -1
	At     Instant
	For    time.Duration
	Factor float64       // SlowCar only, in (0, 1)
	Delay  time.Duration // ColdStart and StaleEvents only
	Share  float64       // StaleEvents only, in (0, 1]
}

// Run says how long, what is measured and how often.
type Run struct {
	Seed         uint64
	Replications int
	Duration     time.Duration // traffic is generated from 0 to Duration
	WarmUp       time.Duration // people who arrive before it are not measured
	CoolDown     time.Duration // people who arrive in the last CoolDown of Duration are not measured
	Cap          time.Duration // the run ends at the latest here; people still in the building's lifts then are censored
	Confidence   float64       // of intervals over replications, e.g. 0.95
}

// Window is the span of arrivals that is measured: [WarmUp, Duration-CoolDown).
func (r Run) Window() (from, to Instant) { return r.WarmUp, r.Duration - r.CoolDown }

// LoadTest is what hoistway load puts on a server over the network. Rates are per
// second of the clock on the wall.
type LoadTest struct {
	Profile   string  // LoadConstant, LoadRamp, LoadSpike or LoadSoak
	Rate      float64 // lift calls
	PingRate  float64
	Sessions  int           // sockets open throughout
	Duration  time.Duration // calls are due for so long
	Ramp      time.Duration // LoadRamp and LoadSoak only: from the first call to Rate
	Spike     time.Duration // LoadSpike only: how long it lasts, in the middle of Duration
	SpikeRate float64       // LoadSpike only: lift calls meanwhile
	Delete    float64       // share of calls deleted once acknowledged
	Seed      uint64
}

// Op is a comparison in an expectation.
type Op string

// Expectation is one line of [expect]: the run passes when Metric Op Value
// holds over all replications together.
type Expectation struct {
	Metric string  // a name of Metrics or LoadMetrics
	Op     Op      // "<=", "<", ">=", ">"
	Value  float64 // in the metric's own unit (s, %, persons, ...)
	Text   string  // as written, for the report
}

// ForLoad tells whether hoistway load judges the line, and not a run.
func (e Expectation) ForLoad() bool { return strings.HasPrefix(e.Metric, loadPrefix) }
