package result

import (
	"math"
	"strings"
	"testing"
	"time"
)

// of gives a metric of a summary by its name.
func of(t *testing.T, name string, h Header, s *Summary) (float64, string) {
	t.Helper()
	d, ok := Lookup(name)
	if !ok {
		t.Fatalf("metric %s is unknown", name)
	}
	return d.Of(&h, s)
}

func TestMetricValues(t *testing.T) {
	h := twoBanks()
	r := recording{end: h.Duration, trips: []Trip{
		ride(600, 610, 615, 650), ride(700, 735, 740, 790), ride(800, 865, 870, 900), ride(900, 995, 1000, 1100),
		change(ride(1000, 0, 0, 0), func(t *Trip) {
			t.Outcome, t.Board, t.Opening, t.Alight, t.Reached, t.Left = Abandoned, None, None, None, None, at(1060)
		}),
	}, stops: []Stop{
		{Opening: at(600), Closed: at(620), Persons: 4, Load: 300_000, Up: 1},
		{Opening: at(640), Closed: at(650), Persons: 4, Load: 500_000, Up: 1, Car: 1},
		{Opening: at(700), Closed: at(710), Persons: 4, Load: 100_000, Up: 1},
	}, calls: []Call{{Placed: at(600), Answered: at(610), Destination: None}, {Placed: at(700), Answered: at(735), Destination: None}}}
	s := r.summary(t, h)
	for _, c := range []struct {
		metric string
		want   float64
		why    string
	}{
		{"awt", 51.25, "waits of 10, 35, 65 and 95 s"},
		{"awt_to_boarding", 56.25, "each boards 5 s after the doors began to open"},
		{"att", 58.75, "40, 55, 35 and 105 s from the doors opening"},
		{"ttd", 110, "50, 90, 100 and 200 s"},
		{"wait_p50", 35.007, "the second of four, at the end of its bucket of 16 ms"},
		{"wait_max", 95, "exact"},
		{"wait_over_30", 75, "three of four"},
		{"wait_over_60", 50, "two of four"},
		{"wait_over_90", 25, "one of four"},
		{"ttd_max", 200, "exact"},
		{"squared_wait", (100 + 1225 + 4225 + 9025) / 4.0, "10, 35, 65 and 95 s squared"},
		{"interval", 45, "departures at 620, 650 and 710 s"},
		{"handling_capacity", 100 * 4 / 10.0 / 500, "4 people in ten times 5 min, of 500"},
		{"car_load", 30, "30, 50 and 10 % of the rated load"},
		{"queue_max", 1, "they come one after the other"},
		{"passengers", 5, "all in the window"},
		{"served", 4, "all but one"},
		{"abandoned", 1, "one gave up"},
		{"served_pct", 80, "four of five"},
		{"abandoned_pct", 20, "one of five"},
		{"censored_pct", 0, "none of five"},
		{"answer_mean", 22.5, "10 and 35 s"},
	} {
		got, withheld := of(t, c.metric, h, s)
		if withheld != "" || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s is %v (withheld %q), want %v: %s", c.metric, got, withheld, c.want, c.why)
		}
	}
}

func TestMetricsAreWithheldWithTheReason(t *testing.T) {
	h := twoBanks()
	served := recording{end: h.Duration, trips: []Trip{ride(600, 610, 615, 650)}}
	growing := queueing(h, func(x float64) float64 { return 200 * x })
	unfinished := served
	unfinished.trips = append(unfinished.trips, change(ride(600, 610, 615, 0), func(t *Trip) { t.Outcome, t.Alight = Censored, None }))
	refused := recording{trips: []Trip{change(ride(600, 610, 0, 0), func(t *Trip) {
		t.Outcome, t.Reason, t.Board, t.Opening, t.Alight = Refused, "floor locked", None, None, None
	})}}
	times := "awt awt_to_boarding att ttd wait_p50 wait_p90 wait_p95 wait_p99 wait_max wait_over_30 wait_over_60 wait_over_90 " +
		"transit_p90 ttd_p50 ttd_p90 ttd_p95 ttd_max squared_wait"
	counts := "passengers served abandoned no_show refused censored queue_max"
	shares := "served_pct abandoned_pct no_show_pct refused_pct censored_pct"
	for _, c := range []struct {
		why      string
		r        recording
		metrics  string
		withheld string // "" = not withheld
	}{
		{"a plain run gives all times", served, times, ""},
		{"a growing queue gives no times", growing, times + " answer_mean answer_p90 remote_awt", "still growing"},
		{"a growing queue still has counts, shares and a handling capacity", growing, counts + " " + shares + " handling_capacity", ""},
		{"an unfinished journey withholds the times", unfinished, times, "1 of 2 journeys were unfinished"},
		{"an unfinished journey is counted", unfinished, counts + " " + shares, ""},
		{"nobody served, no times", refused, times, "nobody was served"},
		{"nobody served, counts", refused, counts + " " + shares, ""},
		{"nobody came, no times and no shares", recording{}, times + " " + shares, "no journey began"},
		{"nobody came, counts of 0", recording{}, counts, ""},
		{"no departures, no interval", served, "interval", "departures"},
		{"no departures, no load", served, "car_load", "no car left"},
		{"no landing call was answered", served, "answer_mean answer_p90", "no landing call"},
		{"no remote caller was served", served, "remote_awt remote_call_to_board remote_slack", "no remote caller"},
		{"no remote call, no share of no-shows", served, "remote_no_show_pct", "no remote call"},
		{"no car was held", served, "held_mean", "no car was held"},
	} {
		s := c.r.summary(t, h)
		for name := range strings.FieldsSeq(c.metrics) {
			v, withheld := of(t, name, h, s)
			if c.withheld == "" && withheld != "" || !strings.Contains(withheld, c.withheld) || withheld == "" && (math.IsNaN(v) || math.IsInf(v, 0)) {
				t.Errorf("%s: %s is %v, withheld %q; want withheld %q", c.why, name, v, withheld, c.withheld)
			}
		}
	}
	empty := h
	empty.Population = 0
	if _, withheld := of(t, "handling_capacity", empty, served.summary(t, empty)); !strings.Contains(withheld, "population") {
		t.Errorf("the handling capacity of no population is withheld as %q", withheld)
	}
}

func TestMetricListIsWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Metrics() {
		if d.Name == "" || d.Meaning == "" || d.measure == nil || seen[d.Name] {
			t.Errorf("metric %q is there twice, or lacks its meaning or measure", d.Name)
		}
		seen[d.Name] = true
		switch d.Unit {
		case "s", "s2", "%", "persons":
		default:
			t.Errorf("metric %s has the unit %q", d.Name, d.Unit)
		}
	}
	for _, name := range paired {
		if d, ok := Lookup(name); !ok || d.Better != Lower {
			t.Errorf("the comparison names %s, which is unknown or not better when lower", name)
		}
	}
	list := Metrics()
	list[0].Name = "changed"
	if _, ok := Lookup("changed"); ok {
		t.Error("a caller can change the list")
	}
}

func TestMetricsOverReplications(t *testing.T) {
	h := twoBanks()
	rep := func(i int, waits ...float64) Replication {
		r := recording{rep: i, end: h.Duration}
		for _, w := range waits {
			r.trips = append(r.trips, ride(600, 600+w, 600+w, 700+w))
		}
		return Replication{Rep: i, Summary: r.summary(t, h)}
	}
	// The order given does not matter.
	f, err := NewFile(h, []Replication{rep(2, 30), rep(0, 10), rep(1, 10, 30)}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	m := f.Metrics["awt"]
	// Means 10, 20 and 30: s = 10, t(2) = 4.30265, half = 4.30265 * 10 / sqrt 3.
	if *m.Value != 20 || m.N != 3 || math.Abs(*m.Half-24.8414) > 1e-3 {
		t.Errorf("awt %v ± %v of %d, want 20 ± 24.841 of 3", *m.Value, *m.Half, m.N)
	}
	if p := f.Metrics["passengers"]; *p.Value != 4 || p.Half != nil {
		t.Errorf("passengers %v with half-width %v, want 4 without one", *p.Value, p.Half)
	}
	if f.Replications[0].Rep != 0 || f.Replications[2].Rep != 2 {
		t.Error("the replications are not in order")
	}
	one, err := NewFile(h, []Replication{rep(0, 10, 20)}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if m := one.Metrics["awt"]; *m.Value != 15 || m.Half != nil || m.N != 1 {
		t.Errorf("one replication: awt %v, half-width %v, of %d; want 15, none, 1", *m.Value, m.Half, m.N)
	}
	empty := Replication{Rep: 3, Summary: (&recording{}).summary(t, h)}
	some, err := NewFile(h, []Replication{rep(0, 10), empty}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if m := some.Metrics["awt"]; m.N != 1 || *m.Value != 10 || m.Half != nil {
		t.Errorf("a replication without people: awt %v of %d; want 10 of 1", *m.Value, m.N)
	}
	for why, reps := range map[string][]Replication{
		"no replication":             nil,
		"a number twice":             {rep(0, 1), rep(0, 1)},
		"a replication unsummarised": {{Rep: 0}},
	} {
		if _, err := NewFile(h, reps, nil, false); err == nil {
			t.Errorf("%s is accepted", why)
		}
	}
}

func TestJudge(t *testing.T) {
	h := twoBanks()
	r := recording{end: h.Duration, trips: []Trip{ride(600, 610, 610, 650)}}
	f, err := NewFile(h, []Replication{{Summary: r.summary(t, h)}}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why        string
		metric, op string
		bound      float64
		pass       bool
		text       string // of Why, or of the error when it begins with "error: "
	}{
		{"a value at its bound passes <=", "awt", "<=", 10, true, ""},
		{"a value at its bound fails <", "awt", "<", 10, false, "awt is 10 s, not < 10 s"},
		{"a value at its bound passes >=", "awt", ">=", 10, true, ""},
		{"a value at its bound fails >", "awt", ">", 10, false, "not > 10 s"},
		{"full precision counts", "awt", "<=", math.Nextafter(10, 0), false, "9.99999"},
		{"a withheld metric fails", "remote_awt", "<=", 1000, false, "withheld: no remote caller"},
		{"a withheld metric fails upward too", "remote_awt", ">=", 0, false, "withheld"},
		{"an unknown metric is an error", "wait_p91", "<=", 10, false, `error: expectation "a line": unknown metric "wait_p91"`},
		{"an unknown operator is an error", "awt", "=", 10, false, `error: expectation "a line": unknown operator "="`},
		{"a bound that is not a number is an error", "awt", "<=", math.NaN(), false, "error: "},
	} {
		v, err := Judge(c.metric, c.op, c.bound, "a line", f)
		if want, isError := strings.CutPrefix(c.text, "error: "); isError {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", c.why, err, want)
			}
			continue
		}
		if err != nil || v.Pass != c.pass || !strings.Contains(v.Why, c.text) || (v.Why == "") != c.pass {
			t.Errorf("%s: %+v, %v", c.why, v, err)
		}
	}
}

func TestTInterval(t *testing.T) {
	for _, c := range []struct {
		why        string
		values     []float64
		confidence float64
		mean, half float64
	}{
		{"t(1) at 95 % is 12.706", []float64{1, 3}, 0.95, 2, 12.7062},
		{"t(4) at 95 % is 2.7764", []float64{1, 2, 3, 4, 5}, 0.95, 3, 1.96324},
		{"t(9) at 90 % is 1.8331", []float64{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, 0.90, 0.5, 0.30552},
		{"equal values have no spread", []float64{7, 7, 7}, 0.95, 7, 0},
	} {
		mean, half, err := TInterval(c.values, c.confidence)
		if err != nil || math.Abs(mean-c.mean) > 1e-9 || math.Abs(half-c.half) > 1e-4 {
			t.Errorf("%s: %v ± %v, %v; want %v ± %v", c.why, mean, half, err, c.mean, c.half)
		}
	}
	for why, err := range map[string]error{
		"one value":         third(TInterval([]float64{1}, 0.95)),
		"no number":         third(TInterval([]float64{1, math.NaN()}, 0.95)),
		"certainty":         third(TInterval([]float64{1, 2}, 1)),
		"a percentage":      third(TInterval([]float64{1, 2}, 95)),
		"confidence no num": third(TInterval([]float64{1, 2}, math.NaN())),
	} {
		if err == nil {
			t.Errorf("%s is accepted", why)
		}
	}
}

func third(_, _ float64, err error) error { return err }

func TestStopping(t *testing.T) {
	for _, c := range []struct {
		why            string
		sd, half, conf float64
		want           int
	}{
		{"published for s = 3.60 s at 90 %: 2 s", 3.60, 2, 0.90, 11},
		{"published for s = 3.60 s at 90 %: 1 s", 3.60, 1, 0.90, 37},
		{"published for s = 3.60 s at 90 %: 0.5 s", 3.60, 0.5, 0.90, 143},
		{"no spread still needs two to say so", 0, 1, 0.95, 2},
	} {
		got, err := StoppingForSD(c.sd, c.half, c.conf)
		if err != nil || got != c.want {
			t.Errorf("%s: %d, %v; want %d", c.why, got, err, c.want)
		}
	}
	if n, err := Stopping([]float64{0, 3.6 * math.Sqrt2}, 1, 0.90); err != nil || n != 37 {
		t.Errorf("values with s = 3.6: %d, %v; want 37", n, err)
	}
	for why, c := range map[string][3]float64{
		"a half-width of 0": {1, 0, 0.9}, "a negative spread": {-1, 1, 0.9}, "no end": {1e9, 1e-9, 0.9}, "a percentage": {1, 1, 90},
	} {
		if n, err := StoppingForSD(c[0], c[1], c[2]); err == nil {
			t.Errorf("%s is accepted and needs %d", why, n)
		}
	}
}

// calculated is a bank with an up-peak calculation of its own to spoil.
func calculated(b BankHeader, spoil func(*UpPeak)) []BankHeader {
	u := *b.UpPeak
	spoil(&u)
	b.UpPeak = &u
	return []BankHeader{b}
}

func TestHeaderValidateSaysAllThatIsWrong(t *testing.T) {
	h := twoBanks()
	if err := h.Validate(); err != nil {
		t.Fatal("the header these rows spoil is refused itself:", err)
	}
	for _, c := range []struct {
		text  string
		spoil func(*Header)
	}{
		{"schema 1", func(h *Header) { h.Schema = 1 }},
		{"window", func(h *Header) { h.To = h.From }},
		{"window", func(h *Header) { h.To = h.Duration + 1 }},
		{"passes", func(h *Header) { h.Duration = 5 * 366 * 24 * time.Hour }},
		{"calls \"remote\"", func(h *Header) { h.Calls = CallsRemote }},
		{"confidence", func(h *Header) { h.Confidence = 95 }},
		{"population", func(h *Header) { h.Population = -1 }},
		{"floors", func(h *Header) { h.Elevations = nil }},
		{"no bank", func(h *Header) { h.Banks = nil }},
		{"lobby", func(h *Header) { h.Banks = []BankHeader{h.Banks[0]}; h.Banks[0].Lobby = 10 }},
		{"rated", func(h *Header) { h.Banks = []BankHeader{h.Banks[0]}; h.Banks[0].Persons = nil }},
		{"above 0", func(h *Header) { h.Banks = []BankHeader{h.Banks[0]}; h.Banks[0].Load = []int64{0, 0} }},
		{"serves", func(h *Header) { h.Banks = []BankHeader{h.Banks[0]}; h.Banks[0].Serves = []int{10} }},
		{"up_peak.interval_s is 0", func(h *Header) { h.Banks = calculated(h.Banks[0], func(u *UpPeak) { u.Interval = 0 }) }},
		{"up_peak.round_trip_s is NaN", func(h *Header) { h.Banks = calculated(h.Banks[0], func(u *UpPeak) { u.RoundTrip = math.NaN() }) }},
		{"up_peak.stops is +Inf", func(h *Header) { h.Banks = calculated(h.Banks[0], func(u *UpPeak) { u.Stops = math.Inf(1) }) }},
		{"no_up_peak says why it is not", func(h *Header) { h.Banks = []BankHeader{h.Banks[0]}; h.Banks[0].NoUpPeak = "nobody lives there" }},
	} {
		bad := h
		c.spoil(&bad)
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("error %v, want one that says %q", err, c.text)
		}
	}
	several := h
	several.Schema, several.Confidence = 9, 0
	if err := several.Validate(); err == nil || strings.Count(err.Error(), "header: ") != 2 {
		t.Errorf("two faults give %v", err)
	}
}
