package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

const second = time.Second

// twoBanks is the header of a small building: ten floors, two banks.
func twoBanks() Header {
	h := Header{
		Schema: SchemaVersion, Version: "test", Scenario: "two-banks", Title: "Two banks", Source: "testdata/two-banks.toml",
		ScenarioHash: "5ce7a710", Dispatcher: "eta", Seed: 7, Repeat: "hoistway run two-banks --seed 7",
		From: 5 * time.Minute, To: 55 * time.Minute, Duration: time.Hour, Confidence: 0.95, Population: 500,
		Tenants: []string{"office"},
		Inputs:  []Input{{"run.seed", "7", "--seed"}},
		Banks: []BankHeader{
			{Name: "low", Dispatcher: "eta", Lobby: 0, Serves: []int{0, 1, 2, 3, 4, 5}, Cars: []string{"1", "2"}, Persons: []int{13, 13}, Load: []int64{1_000_000, 1_000_000},
				UpPeak: &UpPeak{Persons: 10.4, Stops: 4.5, HighestFloor: 4.9, RoundTrip: 98.25, Interval: 49.125, HandlingCapacity: 25.4}},
			{Name: "high", Dispatcher: "eta", Lobby: 0, Serves: []int{0, 5, 6, 7, 8, 9}, Cars: []string{"1"}, Persons: []int{8}, Load: []int64{630_000},
				NoUpPeak: "up-peak analysis of bank high: nobody lives on the floors it serves above its lobby, floor 0"},
		},
	}
	for i := range 10 {
		h.Floors = append(h.Floors, fmt.Sprint(i))
		h.Elevations = append(h.Elevations, float64(i)*3.5)
	}
	return h
}

// ride is a served trip that came, was answered, boarded and left at the given
// seconds.
func ride(come, opening, board, alight float64) Trip {
	return Trip{Legs: 1, Tenant: 0, Origin: 0, Destination: 3, Mass: 75_000, Begin: at(come), Call: None, Promised: None, Wished: None, Again: None,
		Arrive: at(come), Opening: at(opening), Board: at(board), Reached: at(alight), Alight: at(alight), Left: None}
}

func at(seconds float64) Instant { return Instant(seconds * 1e9) }

// recording is the records of one replication.
type recording struct {
	rep   int
	trips []Trip
	calls []Call
	stops []Stop
	end   Instant
}

func (r *recording) into(s Sink) error {
	for i := range r.trips {
		if err := s.Trip(&r.trips[i]); err != nil {
			return err
		}
	}
	for i := range r.calls {
		if err := s.Call(&r.calls[i]); err != nil {
			return err
		}
	}
	for i := range r.stops {
		if err := s.Stop(&r.stops[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *recording) summary(t testing.TB, h Header) *Summary {
	t.Helper()
	m := NewSummarizer(h)
	if err := r.into(m); err != nil {
		t.Fatal(err)
	}
	return m.Finish(r.end)
}

// busyHour draws an hour with every kind of record. Unless censored, nobody is
// left unfinished.
func busyHour(h Header, rep int, people int, censored bool) recording {
	rng := rand.New(rand.NewPCG(uint64(rep), 99))
	r := recording{rep: rep, end: h.Duration + 10*time.Minute}
	between := func(low, high float64) Instant { return at(low + (high-low)*rng.Float64()) }
	for i := range people {
		t := Trip{Rep: rep, Journey: int64(i), Legs: 1, Bank: rng.IntN(len(h.Banks)), Tenant: 0, Mass: 75_000,
			Access: Access(rng.IntN(3)), Call: None, Promised: None, Wished: None, Again: None, Left: None, Reached: None}
		t.Origin, t.Destination = rng.IntN(10), rng.IntN(10)
		t.Begin = between(0, 3600)
		t.Arrive = t.Begin
		if t.Access == RemoteCall {
			t.Call, t.Promised = max(0, t.Begin-30*second), t.Begin
		}
		t.Opening = max(0, t.Arrive+between(-5, 120))
		t.Board = max(t.Arrive, t.Opening) + between(1, 5)
		t.Reached = t.Board + between(5, 100)
		t.Alight = t.Reached + between(1, 5)
		t.Car = rng.IntN(len(h.Banks[t.Bank].Cars))
		switch kind := rng.IntN(40); {
		case kind == 0:
			t.Outcome, t.Left = Abandoned, t.Arrive+between(30, 200)
		case kind == 1 && t.Access == RemoteCall:
			t.Outcome, t.Arrive = NoShow, None
		case kind == 2:
			t.Outcome, t.Reason = Refused, "floor locked"
		case kind == 3 && censored:
			t.Outcome = Censored
		}
		if t.Outcome != Served {
			t.Opening, t.Board, t.Reached, t.Alight, t.Car = None, None, None, None, None
		}
		r.trips = append(r.trips, t)
		if t.Access == LandingButton {
			c := Call{Rep: rep, Bank: t.Bank, Floor: t.Origin, Destination: None, Placed: t.Begin, Ready: t.Begin, Answered: None, Car: None}
			if t.Opening >= 0 {
				c.Answered, c.Car = max(t.Opening, t.Arrive), t.Car
			}
			r.calls = append(r.calls, c)
		}
	}
	for i := range people / 4 {
		s := Stop{Rep: rep, Bank: rng.IntN(len(h.Banks)), Floor: rng.IntN(10), From: rng.IntN(10), Up: rng.IntN(3) - 1}
		s.Car = rng.IntN(len(h.Banks[s.Bank].Cars))
		s.Depart = between(0, 3500)
		s.Opening = s.Depart + between(5, 60)
		s.Closed = s.Opening + between(5, 20)
		s.Persons = rng.IntN(8)
		s.Load = int64(s.Persons) * 75_000
		s.Boarded, s.Alighted, s.Reopened = rng.IntN(4), rng.IntN(4), rng.IntN(2)
		if i%9 == 0 {
			s.Held = between(1, 10)
		}
		r.stops = append(r.stops, s)
	}
	return r
}

// studied is the result of several busy hours.
func studied(t testing.TB, h Header, replications int) *File {
	t.Helper()
	var reps []Replication
	path := NewSegmentRecorder(h)
	for i := range replications {
		r := busyHour(h, i, 400, false)
		reps = append(reps, Replication{Rep: i, Seed: h.Seed, Digest: fmt.Sprintf("digest-%d", i), End: r.end, Events: 1000, Summary: r.summary(t, h)})
		if i == 0 {
			if err := r.into(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	segments, cut := path.Path()
	f, err := NewFile(h, reps, segments, cut)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func asJSON(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func written(t testing.TB, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
