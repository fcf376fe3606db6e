package result

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// change gives a changed copy of a trip.
func change(t Trip, with func(*Trip)) Trip {
	with(&t)
	return t
}

func TestSummaryOfAFewTrips(t *testing.T) {
	h := twoBanks()
	const start = 600.0 // s, inside the window
	unserved := func(o Outcome, with func(*Trip)) Trip {
		return change(ride(start, 0, 0, 0), func(t *Trip) {
			t.Outcome, t.Opening, t.Board, t.Reached, t.Alight, t.Car = o, None, None, None, None, None
			with(t)
		})
	}
	keep := func(*Trip) {}
	type counts struct {
		Passengers, All, Carried, Served, Abandoned, NoShow, Refused, Censored int64
		Wait, Board, Transit, TTD                                              float64 // means in s, -1 of an empty sample
	}
	for _, c := range []struct {
		why   string
		trips []Trip
		want  counts
	}{
		{"a plain ride waits to the doors opening and rides from there",
			[]Trip{ride(start, start+10, start+14, start+50)}, counts{1, 1, 1, 1, 0, 0, 0, 0, 10, 14, 40, 50}},
		{"doors that stood open make no wait, and the ride begins with the arrival",
			[]Trip{ride(start, start-5, start+4, start+50)}, counts{1, 1, 1, 1, 0, 0, 0, 0, 0, 4, 50, 50}},
		{"a journey that began before the window is not measured, though carried within it",
			[]Trip{ride(299, 301, 302, 350)}, counts{0, 1, 1, 0, 0, 0, 0, 0, -1, -1, -1, -1}},
		{"a journey that begins with the window is measured",
			[]Trip{ride(300, 301, 302, 350)}, counts{1, 1, 1, 1, 0, 0, 0, 0, 1, 2, 49, 50}},
		{"a journey that begins when the window ends is not",
			[]Trip{ride(3300, 3301, 3302, 3350)}, counts{0, 1, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1}},
		{"a journey of the window is measured however late it ends",
			[]Trip{ride(3299, 3400, 3402, 3499)}, counts{1, 1, 0, 1, 0, 0, 0, 0, 101, 103, 99, 200}},
		{"two legs are one journey with two waits, and one time to destination over both",
			[]Trip{
				change(ride(start, start+10, start+10, start+20), func(t *Trip) { t.Legs = 2 }),
				change(ride(start+25, start+45, start+45, start+75), func(t *Trip) { t.Legs, t.Leg, t.Bank, t.Begin = 2, 1, 1, at(start) }),
			}, counts{1, 1, 1, 2, 0, 0, 0, 0, 15, 15, 20, 75}},
		{"a journey whose second leg left no record is unfinished",
			[]Trip{change(ride(start, start+10, start+10, start+20), func(t *Trip) { t.Legs = 2 })},
			counts{1, 1, 1, 1, 0, 0, 0, 1, 10, 10, 10, -1}},
		{"who gives up has no waiting time", []Trip{unserved(Abandoned, func(t *Trip) { t.Left = at(start + 60) })},
			counts{1, 1, 0, 0, 1, 0, 0, 0, -1, -1, -1, -1}},
		{"who never came is counted", []Trip{unserved(NoShow, func(t *Trip) { t.Arrive, t.Access, t.Call = None, RemoteCall, 0 })},
			counts{1, 1, 0, 0, 0, 1, 0, 0, -1, -1, -1, -1}},
		{"who never came and was expected in the window is counted there",
			[]Trip{unserved(NoShow, func(t *Trip) {
				t.Begin, t.Arrive, t.Access, t.Call, t.Promised = None, None, RemoteCall, at(200), at(300)
			})},
			counts{1, 1, 0, 0, 0, 1, 0, 0, -1, -1, -1, -1}},
		{"who never came and was expected before it is not",
			[]Trip{unserved(NoShow, func(t *Trip) {
				t.Begin, t.Arrive, t.Access, t.Call, t.Promised = None, None, RemoteCall, at(200), at(299)
			})},
			counts{0, 1, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1}},
		{"who was refused on the phone belongs where the call was placed",
			[]Trip{unserved(Refused, func(t *Trip) {
				t.Begin, t.Arrive, t.Access, t.Call, t.Reason = None, None, RemoteCall, at(400), "key expired"
			})},
			counts{1, 1, 0, 0, 0, 0, 1, 0, -1, -1, -1, -1}},
		{"who was refused before walking belongs where that happened",
			[]Trip{unserved(Refused, func(t *Trip) { t.Begin, t.Arrive, t.Left, t.Reason = None, None, at(400), "no route" })},
			counts{1, 1, 0, 0, 0, 0, 1, 0, -1, -1, -1, -1}},
		{"who was still walking when the run ended is outside the window",
			[]Trip{unserved(Censored, func(t *Trip) { t.Begin, t.Arrive = None, None })},
			counts{0, 1, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1}},
		{"who is refused is counted", []Trip{unserved(Refused, func(t *Trip) { t.Reason = "floor locked" })},
			counts{1, 1, 0, 0, 0, 0, 1, 0, -1, -1, -1, -1}},
		{"who still waits at the end is censored once", []Trip{unserved(Censored, keep)},
			counts{1, 1, 0, 0, 0, 0, 0, 1, -1, -1, -1, -1}},
		{"who still rides at the end is censored, and has waited",
			[]Trip{change(ride(start, start+10, start+12, 0), func(t *Trip) { t.Outcome, t.Alight = Censored, None })},
			counts{1, 1, 1, 0, 0, 0, 0, 1, 10, 12, -1, -1}},
	} {
		r := recording{trips: c.trips, end: h.Duration}
		s := r.summary(t, h)
		value := func(s *Sample) float64 {
			if s.N() == 0 {
				return -1
			}
			return s.Mean()
		}
		got := counts{s.Passengers, s.All, s.Carried, s.Served, s.Abandoned, s.NoShow, s.Refused, s.Censored,
			value(&s.Wait), value(&s.WaitBoard), value(&s.Transit), value(&s.TTD)}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.why, diff)
		}
	}
}

func TestSummaryOfARemoteCall(t *testing.T) {
	h := twoBanks()
	early := change(ride(600, 590, 603, 650), func(t *Trip) { t.Access, t.Call, t.Promised = RemoteCall, at(550), at(598) })
	late := change(ride(700, 710, 713, 750), func(t *Trip) { t.Access, t.Call, t.Promised = RemoteCall, at(680), at(700) })
	s := (&recording{trips: []Trip{early, late, ride(800, 900, 901, 950)}, end: h.Duration,
		stops: []Stop{{Opening: at(590), Closed: at(605), Persons: 1, Held: 10 * second}, {Opening: at(700), Closed: at(705), Persons: 1}}}).summary(t, h)
	r := &s.Remote
	if r.Calls != 2 || r.Served != 2 || r.NoShow != 0 {
		t.Errorf("calls %d, served %d, no-shows %d; want 2, 2, 0", r.Calls, r.Served, r.NoShow)
	}
	for _, c := range []struct {
		why  string
		got  *Sample
		n    int64
		want float64
	}{
		{"waits are counted from the landing: 0 and 10 s", &r.Wait, 2, 5},
		{"from call to boarding took 53 and 33 s", &r.CallToBoard, 2, 43},
		{"the doors opened 10 s before one caller came, after the other", &r.Slack, 2, 5},
		{"only stops that held a car count", &r.Held, 1, 10},
		{"the general waits include remote calls", &s.Wait, 3, 110.0 / 3},
	} {
		if c.got.N() != c.n || c.got.Mean() != c.want {
			t.Errorf("%s: %d values with mean %v, want %d with %v", c.why, c.got.N(), c.got.Mean(), c.n, c.want)
		}
	}
}

func TestSummaryOfABank(t *testing.T) {
	h := twoBanks()
	stop := func(opening, closed float64, with func(*Stop)) Stop {
		s := Stop{Opening: at(opening), Closed: at(closed), Persons: 4, Load: 300_000, Boarded: 4, Up: 1}
		with(&s)
		return s
	}
	keep := func(*Stop) {}
	r := recording{end: h.Duration, stops: []Stop{
		stop(1000, 1010, keep), // records may come out of order
		stop(400, 410, func(s *Stop) { s.Car, s.Load = 1, 500_000 }),
		stop(700, 705, func(s *Stop) { s.Persons, s.Load, s.Boarded = 0, 0, 0 }),
		stop(800, 805, func(s *Stop) { s.Floor, s.Up = 3, -1 }),
		stop(290, 299, keep),
		stop(3200, 0, func(s *Stop) { s.Closed = None }),
	}}
	b := r.summary(t, h).Banks[0]
	if b.Stops != 5 || b.Departures != 2 || b.IntervalN != 1 || b.IntervalSum != int64(600*second) {
		t.Errorf("%d stops, %d departures, %d intervals of %v in all; want 5, 2, 1 of 10m", b.Stops, b.Departures, b.IntervalN, time.Duration(b.IntervalSum))
	}
	if b.LobbyLoad.N() != 2 || b.LobbyLoad.Mean()*1000 != 400 {
		t.Errorf("%d lobby loads with mean %v per mille; want 2 with 400", b.LobbyLoad.N(), b.LobbyLoad.Mean()*1000)
	}
	if diff := cmp.Diff([]int64{4, 1}, b.CarStops); diff != "" {
		t.Errorf("stops per car (-want +got):\n%s", diff)
	}
	if b.LoadHist[0][4] != 2 || b.LoadHist[1][4] != 1 {
		t.Errorf("departures with 4 aboard: %d and %d, want 2 and 1", b.LoadHist[0][4], b.LoadHist[1][4])
	}
}

func TestAnswerTimesAreOfLandingCalls(t *testing.T) {
	h := twoBanks()
	call := Call{Placed: at(600), Ready: at(600), Answered: at(620), Destination: None}
	panel, open, early := call, call, call
	panel.Access = Panel
	open.Answered = None
	early.Placed = at(10)
	s := (&recording{calls: []Call{call, panel, open, early}, end: h.Duration}).summary(t, h)
	if s.Answer.N() != 1 || s.Answer.Mean() != 20 {
		t.Errorf("%d answers with mean %v; want 1 with 20 s", s.Answer.N(), s.Answer.Mean())
	}
}

// slowQueue looks at the queue of one floor at every second and adds up the
// person-milliseconds one by one.
func slowQueue(r *recording, floor int, bins int, bin int64) (longest int64, work []int64) {
	work = make([]int64, bins)
	type span struct{ from, to int64 }
	var spans []span
	for _, t := range r.trips {
		if t.Origin != floor || t.Arrive < 0 {
			continue
		}
		until := t.Board
		switch t.Outcome {
		case Abandoned:
			until = t.Left
		case Censored:
			if t.Board < 0 {
				until = r.end
			}
		case Refused, NoShow:
			continue
		}
		spans = append(spans, span{int64(t.Arrive / time.Millisecond), int64(until / time.Millisecond)})
	}
	for look := int64(0); look < int64(bins)*bin; look += 1000 {
		n := int64(0)
		for _, s := range spans {
			if s.from <= look && look < s.to {
				n++
			}
		}
		longest = max(longest, n)
	}
	for _, s := range spans {
		for b := range work {
			work[b] += max(0, min(s.to, int64(b+1)*bin)-max(s.from, int64(b)*bin))
		}
	}
	return longest, work
}

func TestQueuesEqualThoseCountedOneByOne(t *testing.T) {
	h := twoBanks()
	for rep := range 4 {
		r := busyHour(h, rep, 600, true)
		s := r.summary(t, h)
		for floor := range h.Floors {
			longest, work := slowQueue(&r, floor, len(s.Queue[floor]), s.BinSeconds*1000)
			if longest == 0 || s.QueueMax[floor] != longest {
				t.Errorf("replication %d, floor %d: longest queue %d, counted %d", rep, floor, s.QueueMax[floor], longest)
			}
			if diff := cmp.Diff(work, s.Queue[floor]); diff != "" {
				t.Errorf("replication %d, floor %d: person-ms by bin (-counted +summary):\n%s", rep, floor, diff)
			}
		}
	}
}

func TestSummaryDoesNotDependOnTheOrderOfRecords(t *testing.T) {
	h := twoBanks()
	r := busyHour(h, 3, 300, true)
	want := asJSON(t, r.summary(t, h))
	rapid.Check(t, func(rt *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "order"), 0))
		rng.Shuffle(len(r.trips), func(i, j int) { r.trips[i], r.trips[j] = r.trips[j], r.trips[i] })
		rng.Shuffle(len(r.stops), func(i, j int) { r.stops[i], r.stops[j] = r.stops[j], r.stops[i] })
		if got := asJSON(t, r.summary(t, h)); !bytes.Equal(want, got) {
			rt.Fatalf("another order gives another summary:\n%s\n%s", want, got)
		}
	})
}

func TestBinsDependOnTheDurationAlone(t *testing.T) {
	for _, c := range []struct {
		duration time.Duration
		want     int64
	}{{time.Hour, 60}, {3 * time.Hour, 60}, {3*time.Hour + 1, 300}, {48 * time.Hour, 300}, {168 * time.Hour, 300}, {169 * time.Hour, 3600}, {400 * 24 * time.Hour, 6 * 3600}} {
		h := twoBanks()
		h.Duration = c.duration
		if got := (&recording{end: h.Duration}).summary(t, h).BinSeconds; got != c.want {
			t.Errorf("a run of %v has bins of %d s, want %d", c.duration, got, c.want)
		}
	}
}

func TestSummarizerRefusesImpossibleRecords(t *testing.T) {
	h := twoBanks()
	good := ride(600, 610, 612, 650)
	stop := Stop{Opening: at(600), Closed: at(610)}
	call := Call{Placed: at(600), Answered: at(610)}
	trip := func(with func(*Trip)) func(Sink) error {
		t := change(good, with)
		return func(s Sink) error { return s.Trip(&t) }
	}
	m := NewSummarizer(h)
	for _, err := range []error{m.Trip(&good), m.Stop(&stop), m.Call(&call)} {
		if err != nil {
			t.Fatal("a record these rows spoil is refused itself:", err)
		}
	}
	for _, c := range []struct {
		why, text string
		give      func(Sink) error
	}{
		{"a bank that is not there", "bank 2", trip(func(t *Trip) { t.Bank = 2 })},
		{"a car that is not there", "car 2", trip(func(t *Trip) { t.Car = 2 })},
		{"a floor that is not there", "floor 10", trip(func(t *Trip) { t.Origin = 10 })},
		{"a leg beyond the last", "leg 1", trip(func(t *Trip) { t.Leg = 1 })},
		{"boarding before arriving", "boarded", trip(func(t *Trip) { t.Board = at(599) })},
		{"leaving before boarding", "before boarding", trip(func(t *Trip) { t.Alight = at(611) })},
		{"a journey without a beginning", "no beginning", trip(func(t *Trip) { t.Begin = None })},
		{"served without boarding", "without having boarded", trip(func(t *Trip) { t.Board = None })},
		{"giving up without the instant", "left the landing", trip(func(t *Trip) { t.Outcome, t.Board, t.Alight, t.Left = Abandoned, None, None, 0 })},
		{"refusing without a reason", "without a reason", trip(func(t *Trip) { t.Outcome = Refused })},
		{"a remote call without its instant", "remote call", trip(func(t *Trip) { t.Access = RemoteCall })},
		{"a wish to call after the arrival", "wished to call", trip(func(t *Trip) { t.Wished = at(601) })},
		{"a wish to call of a remote caller", "wished to call", trip(func(t *Trip) { t.Access, t.Call, t.Wished = RemoteCall, at(590), at(590) })},
		{"a call denied at no instant", "denied", trip(func(t *Trip) { t.Denied = "not-near" })},
		{"calling again without a call", "called again", trip(func(t *Trip) { t.Again = at(600) })},
		{"an instant beyond any run", "outside", trip(func(t *Trip) { t.Alight = h.Duration + 8*24*time.Hour })},
		{"closing before opening", "closed", func(s Sink) error { return s.Stop(&Stop{Opening: at(600), Closed: at(599)}) }},
		{"fewer than nobody absent", "absent", func(s Sink) error { return s.Stop(&Stop{Opening: at(600), Closed: at(610), Absent: -1}) }},
		{"a car load beyond any car", "persons", func(s Sink) error { return s.Stop(&Stop{Opening: at(600), Closed: at(610), Persons: 1e9}) }},
		{"an answer before the call", "before it was placed", func(s Sink) error { return s.Call(&Call{Placed: at(600), Answered: at(599)}) }},
	} {
		if err := c.give(m); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: error %v, want one that says %q", c.why, err, c.text)
		}
	}
	m.Finish(h.Duration)
	if err := m.Trip(&good); err == nil {
		t.Error("a record after the end is accepted")
	}
}

func TestSummarizerDoesNotAllocatePerRecord(t *testing.T) {
	h := twoBanks()
	m := NewSummarizer(h)
	r := busyHour(h, 1, 2000, false)
	if err := r.into(m); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(5, func() {
		if err := r.into(m); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Fatalf("%v allocations for %d records", n, len(r.trips)+len(r.calls)+len(r.stops))
	}
}

func TestPackedSummariesAreSmall(t *testing.T) {
	h := twoBanks()
	r := busyHour(h, 1, 300, false)
	live := r.summary(t, h)
	merged, err := Merge(live, live)
	if err != nil {
		t.Fatal(err)
	}
	live.Pack()
	for why, s := range map[string]*Summary{"packed": live, "merged": merged} {
		for i, sample := range s.samples() {
			if sample.dense != nil || sample.N() > 0 && sample.packed == nil {
				t.Errorf("sample %d of a %s summary is not packed: a study keeps one summary per replication", i, why)
			}
		}
	}
}

func TestTeeStopsAtTheFirstError(t *testing.T) {
	h := twoBanks()
	done, open := NewSummarizer(h), NewSummarizer(h)
	done.Finish(0)
	trip := ride(600, 610, 612, 650)
	if err := Tee(open, done, open).Trip(&trip); err != errFinished {
		t.Fatalf("error %v, want that of the second sink", err)
	}
	if open.s.All != 1 {
		t.Fatalf("the first sink was given %d trips, want 1", open.s.All)
	}
}

// BenchmarkMillionPeople summarises a day of a million people on sixty floors
// and reports the memory it holds at the end.
func BenchmarkMillionPeople(b *testing.B) {
	h := twoBanks()
	h.Duration, h.To = 24*time.Hour, 23*time.Hour
	for len(h.Floors) < 60 {
		h.Floors, h.Elevations = append(h.Floors, "floor"), append(h.Elevations, 0)
	}
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		m := NewSummarizer(h)
		for i := range 1_000_000 {
			come := 0.08 * float64(i)
			t := ride(come, come+float64(i%97), come+float64(i%97)+3, come+200)
			t.Origin = i % 60
			if err := m.Trip(&t); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		m.Finish(h.Duration)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
}

func BenchmarkSummarizer(b *testing.B) {
	h := twoBanks()
	r := busyHour(h, 1, 4000, false)
	m := NewSummarizer(h)
	b.ReportAllocs()
	for b.Loop() {
		if err := r.into(m); err != nil {
			b.Fatal(err)
		}
	}
	n := float64(len(r.trips) + len(r.calls) + len(r.stops))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
}
