package gateway

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"hoistway/dispatch/building"
)

// Config of a gateway.
type Config struct {
	Buildings []Building
	Clients   []Client
	Speed     float64   // building time per wall time; 1 = real time
	Start     time.Time // what the clock shows at instant 0; zero = the wall clock at Open
	Limits    Limits    // zero fields take the defaults of DefaultLimits
	Metrics   *metrics.Set
	Log       *slog.Logger // nil = none; holds no personal data, call or floor

	// Admit decides whether the holder of a card, known by its number, may go
	// to a floor, by name, of a building, by its ID: two buildings can be of one
	// name. nil = no card opens anything.
	Admit func(building, card, floor string) error
	// Journal takes every event and command of the group controllers. It holds
	// the floors and times of calls, which the privacy statements forbid to
	// store: nil, as in production, keeps none.
	Journal io.Writer
	// JournalScenarios tell a replay what the buildings are; they stand in the
	// journal's first line, in the order of Buildings.
	JournalScenarios  []string
	JournalDispatcher string // policy in the place of every bank's; "" = none

	Admin bool // serve /admin/ and the page's faults; to loopback only
	Page  bool // serve /live, where anybody may place calls without credentials; to loopback only
}

// Building is a building with the ID under which clients know it.
type Building struct {
	ID       string // letters and digits, without the prefix "building:"
	Building building.Building
}

// Client is an application that may ask for tokens.
type Client struct {
	ID, Secret string
	// Scopes it may ask for, in the form of the API: "callgiving/*",
	// "robotcall/group:office:1", "rtm/*". nil = everything.
	Scopes []string
}

// Limits bound what clients can take.
type Limits struct {
	Token        time.Duration // life of a token
	Idle         time.Duration // a socket without traffic is closed
	Age          time.Duration // a socket is closed however busy
	Grace        time.Duration // a session outlives its connection
	Subscription time.Duration // longest
	Sockets      int           // open at once
	PerClient    int           // sockets of one client
	Frame        int64         // bytes of a message
	Body         int64         // bytes of a request
	Header       int           // bytes of a request's header
	HeaderTime   time.Duration // to send it, and once more for the body
	AnswerTime   time.Duration // to take each part of an answer
	Outbox       int           // messages that wait for a slow reader before it is dropped
	Inbox        int           // requests that wait for a site before new ones are shed
	Calls        int           // of clients under way in a group at once; more are shed
	Topics       int           // of a subscription
	Subscribed   int           // subscriptions of a session
	Rate         float64       // messages per second that a socket may send for long
	Burst        int           // and at once
	Replay       int           // events that a session keeps to send again
}

// DefaultLimits are the published figures where there are any: token, idle, age,
// subscription.
func DefaultLimits() Limits {
	return Limits{
		Token: time.Hour, Idle: time.Minute, Age: 2 * time.Hour, Grace: 10 * time.Minute, Subscription: 300 * time.Second,
		Sockets: 20_000, PerClient: 20_000, Frame: 64 << 10, Body: 64 << 10, Header: 16 << 10, HeaderTime: 5 * time.Second, AnswerTime: 10 * time.Second,
		Outbox: 1024, Inbox: 1024, Calls: 2000, Topics: 64, Subscribed: 64, Rate: 1000, Burst: 1000, Replay: 256,
	}
}

var buildingID = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// Check finds all faults of a configuration at once. It opens nothing: Open does
// the same before it begins.
func (c Config) Check() error { return c.check() }

// check is Check, and fills in the limits.
func (c *Config) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(c.Buildings) == 0 {
		fault("no building")
	}
	seen := map[string]bool{}
	for i, b := range c.Buildings {
		switch {
		case !buildingID.MatchString(b.ID):
			fault("building %d has the ID %q: want letters and digits", i, b.ID)
		case seen[b.ID]:
			fault("two buildings have the ID %q", b.ID)
		case b.Building == nil:
			fault("building %s has nothing behind it", b.ID)
		case len(b.Building.Layout().Banks) > 99:
			fault("building %s has %d banks: group IDs have two digits, so that 99 is the most", b.ID, len(b.Building.Layout().Banks))
		}
		seen[b.ID] = true
	}
	ids := map[string]bool{}
	for _, k := range c.Clients {
		switch {
		case k.ID == "" || k.Secret == "" || ids[k.ID]:
			fault("client %q: want an ID of its own and a secret", k.ID)
		case strings.Contains(k.ID, ":"):
			fault("client %q: an ID with a colon cannot be sent by HTTP Basic authentication", k.ID)
		}
		ids[k.ID] = true
		if _, err := parseScopes(k.Scopes); err != nil {
			fault("client %q: %w", k.ID, err)
		}
	}
	if !(c.Speed > 0) || c.Speed > 1000 {
		fault("speed %v: want above 0 and at most 1000", c.Speed)
	}
	if c.Journal != nil && len(c.JournalScenarios) != len(c.Buildings) {
		fault("%d scenarios for the journal of %d buildings", len(c.JournalScenarios), len(c.Buildings))
	}
	l, d := &c.Limits, DefaultLimits()
	faults = append(faults,
		bound("life of tokens", &l.Token, d.Token),
		bound("idle time of sockets", &l.Idle, d.Idle),
		bound("age of sockets", &l.Age, d.Age),
		bound("grace of sessions", &l.Grace, d.Grace),
		bound("longest subscription", &l.Subscription, d.Subscription),
		bound("sockets", &l.Sockets, d.Sockets),
		bound("sockets of a client", &l.PerClient, d.PerClient),
		bound("bytes of a frame", &l.Frame, d.Frame),
		bound("bytes of a body", &l.Body, d.Body),
		bound("bytes of a header", &l.Header, d.Header),
		bound("time for a header", &l.HeaderTime, d.HeaderTime),
		bound("time for a part of an answer", &l.AnswerTime, d.AnswerTime),
		bound("messages in an outbox", &l.Outbox, d.Outbox),
		bound("requests in an inbox", &l.Inbox, d.Inbox),
		bound("calls of a group", &l.Calls, d.Calls),
		bound("topics of a subscription", &l.Topics, d.Topics),
		bound("subscriptions of a session", &l.Subscribed, d.Subscribed),
		bound("rate of messages", &l.Rate, d.Rate),
		bound("burst of messages", &l.Burst, d.Burst),
		bound("events to replay", &l.Replay, d.Replay),
	)
	return errors.Join(faults...)
}

// bound takes the default for a limit of zero, and refuses what bounds nothing.
func bound[T ~int | ~int64 | ~float64](what string, v *T, d T) error {
	fill(v, d)
	if !(*v > 0) {
		return fmt.Errorf("limit on %s: %v: want above 0", what, *v)
	}
	return nil
}

func fill[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
