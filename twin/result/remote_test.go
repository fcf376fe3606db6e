package result

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// called is a remote call a minute before the arrival at the landing.
func called(come, opening, board, alight float64, with func(*Trip)) Trip {
	return change(ride(come, opening, board, alight), func(t *Trip) {
		t.Access, t.Call, t.Promised = RemoteCall, at(come-60), at(come)
		with(t)
	})
}

func pressed(come, opening, walk float64, denied string) Trip {
	return change(ride(come, opening, max(come, opening)+2, opening+50), func(t *Trip) { t.Wished, t.Denied = at(come-walk), denied })
}

func TestFiguresOfCallsFromThePhone(t *testing.T) {
	h := twoBanks()
	s := (&recording{end: h.Duration, trips: []Trip{
		called(600, 610, 612, 650, func(*Trip) {}),
		called(700, 690, 702, 750, func(t *Trip) { t.Promised = at(680) }),
		called(800, 830, 832, 850, func(t *Trip) { t.Promised, t.Again = at(760), at(800) }),
		called(900, 0, 0, 0, func(t *Trip) {
			t.Outcome, t.Begin, t.Arrive, t.Opening, t.Board, t.Reached, t.Alight, t.Left = NoShow, None, None, None, None, None, None, at(900)
		}),
		pressed(1000, 1020, 45, "not-near"),
	}, stops: []Stop{
		{Opening: at(590), Closed: at(605), Persons: 1, Boarded: 1, Held: 9 * second, Absent: 1}, // somebody else came
		{Opening: at(760), Closed: at(770), Held: 3 * second},                                    // nobody, but not for a no-show
		{Opening: at(900), Closed: at(912), Absent: 1},
		{Opening: at(950), Closed: at(953)},
		{Opening: at(10), Closed: at(30), Absent: 1}, // before the window
	}}).summary(t, h)
	for _, c := range []struct {
		metric string
		want   float64
		why    string
	}{
		{"held_total", 12, "9 and 3 s"},
		{"held_per_call", 3, "of four calls"},
		{"no_show_stops", 25, "one of four in the window"},
		{"no_show_door_time", 12, "from 900 to 912 s"},
		{"remote_denied", 1, "one was not near"},
		{"remote_denied_pct", 20, "one of five attempts"},
		{"remote_late", 20, "0, 20 and 40 s; the fourth never came"},
		{"remote_missed_pct", 25, "one of four called again"},
		{"caller_awt", 15, "10, 0, 30 and 20 s, who was denied included"},
	} {
		got, withheld := of(t, c.metric, h, s)
		if withheld != "" || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s is %v (withheld %q), want %v: %s", c.metric, got, withheld, c.want, c.why)
		}
	}
	if want := map[string]int64{"not-near": 1}; cmp.Diff(want, s.Remote.Denied) != "" {
		t.Errorf("calls were refused as %v, want %v", s.Remote.Denied, want)
	}
	if _, why := of(t, "caller_bound", h, s); !strings.Contains(why, "in place of calling") {
		t.Errorf("the bound is withheld with %q: nobody pressed in place of a call that the service would have taken", why)
	}
}

func TestBoundIsTheSmallerOfWaitAndWalk(t *testing.T) {
	h := twoBanks()
	s := (&recording{end: h.Duration, trips: []Trip{
		pressed(600, 610, 45, ""), pressed(700, 760, 45, ""), pressed(800, 790, 45, ""), ride(900, 990, 992, 1000),
	}}).summary(t, h)
	got, withheld := of(t, "caller_bound", h, s)
	if want := (10.0 + 45 + 0) / 3; withheld != "" || math.Abs(got-want) > 1e-9 {
		t.Errorf("the bound is %v (withheld %q), want %v: waits of 10, 60 and 0 s, walks of 45 s, and somebody who would not call", got, withheld, want)
	}
}

// calling makes a run whose callers wait as given, one in each replication.
func calling(t *testing.T, buttons bool, dispatcher string, waits ...float64) *File {
	t.Helper()
	h := twoBanks()
	h.Dispatcher = dispatcher
	if buttons {
		h.Calls = CallsButtons
	}
	var reps []Replication
	for i, wait := range waits {
		trip := called(600, 600+wait, 700, 750, func(*Trip) {})
		if buttons {
			trip = change(pressed(600, 600+wait, 30, ""), func(t *Trip) { t.Board, t.Reached, t.Alight = at(700), at(750), at(750) })
		}
		trip.Rep = i
		r := recording{rep: i, trips: []Trip{trip}, end: h.Duration}
		if wait < 0 { // unfinished
			r.trips = []Trip{change(trip, func(t *Trip) {
				t.Outcome, t.Opening, t.Board, t.Reached, t.Alight = Censored, None, None, None, None
			})}
		}
		reps = append(reps, Replication{Rep: i, Seed: h.Seed, Digest: "digest", End: r.end, Summary: r.summary(t, h)})
	}
	f, err := NewFile(h, reps, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestForeknowledgeClaimsNoMoreThanItShows(t *testing.T) {
	for _, c := range []struct {
		sentence        string
		remote, buttons []float64
		claimed         bool
		gain, bound     float64
		says            string
	}{
		{"a gain below the bound is claimed", []float64{10, 11, 12}, []float64{20, 22, 24}, true, 11, 22, "less than the bound"},
		{"the bound is the walk where the wait is longer", []float64{40, 41, 42}, []float64{50, 52, 54}, true, 11, 30, "less than the bound"},
		{"an interval that includes 0 is no gain", []float64{10, 30, 12}, []float64{20, 22, 24}, false, 14.0 / 3, 22, "the interval includes 0"},
		{"less than 0 is no gain", []float64{20, 22, 24}, []float64{10, 11, 12}, false, -11, 11, "lies below it"},
		{"a gain beyond the bound is not foreknowledge", []float64{5, 6, 7}, []float64{60, 62, 64}, false, 56, 30, "passes the bound"},
		{"one replication shows no spread", []float64{10}, []float64{20}, false, 10, 20, "one replication"},
		{"means that are withheld claim nothing", []float64{10, 11, -1}, []float64{20, 22, 24}, false, 10.5, 21, "1 of 3 replications are withheld"},
	} {
		remote, buttons := calling(t, false, "eta", c.remote...), calling(t, true, "eta", c.buttons...)
		for _, runs := range [][]*File{{remote, buttons}, {buttons, remote}} {
			compared, err := Compare(runs)
			if err != nil {
				t.Fatal(err)
			}
			if len(compared.Foreknowledge) != 1 {
				t.Fatalf("%s: %d findings, want one", c.sentence, len(compared.Foreknowledge))
			}
			k := compared.Foreknowledge[0]
			if runs[k.Remote] != remote || runs[k.Buttons] != buttons {
				t.Errorf("%s: it names runs %d and %d", c.sentence, k.Remote, k.Buttons)
			}
			if k.Claimed != c.claimed || !strings.Contains(k.Finding, c.says) || strings.HasPrefix(k.Finding, "no gain is claimed") == c.claimed {
				t.Errorf("%s: claimed %v with %q, want %v with %q", c.sentence, k.Claimed, k.Finding, c.claimed, c.says)
			}
			if k.Gain == nil || math.Abs(*k.Gain-c.gain) > 1e-9 || k.Bound == nil || math.Abs(*k.Bound-c.bound) > 1e-9 {
				t.Errorf("%s: gain %v, bound %v, want %v and %v", c.sentence, k.Gain, k.Bound, c.gain, c.bound)
			}
		}
	}
}

func TestForeknowledgeWithoutAnyMean(t *testing.T) {
	compared, err := Compare([]*File{calling(t, false, "eta", -1, -1), calling(t, true, "eta", 20, 22)})
	if err != nil {
		t.Fatal(err)
	}
	k := compared.Foreknowledge[0]
	if k.Claimed || k.Gain != nil || k.Bound != nil || !strings.Contains(k.Finding, "unfinished") {
		t.Errorf("nothing could be paired, and it says %+v", k)
	}
}

func TestForeknowledgeInWordsAndFiles(t *testing.T) {
	compared, err := Compare([]*File{calling(t, true, "eta", 20, 22, 24), calling(t, false, "eta", 10, 11, 12)})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "calls.txt", func(w io.Writer) error { return WriteComparisonText(w, compared) })
	var text bytes.Buffer
	if err := WriteComparison(&text, compared); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ sentence, old, new, says string }{
		{"as it was written", "", "", ""},
		{"a claim that its runs do not give", `"claimed": true`, `"claimed": false`, "calls from the phone"},
		{"another way of calling", `"calls": "buttons"`, `"calls": "shouts"`, "shouts"},
	} {
		read, err := parseComparison([]byte(strings.Replace(text.String(), c.old, c.new, 1)))
		if says := fmt.Sprint(err); c.says == "" && err != nil || !strings.Contains(says, c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.sentence, err, c.says)
		}
		if err == nil && cmp.Diff(compared.Foreknowledge, read.Foreknowledge) != "" {
			t.Errorf("%s: it is read as %+v", c.sentence, read.Foreknowledge)
		}
	}
}

func TestForeknowledgePairsTheSameDispatcher(t *testing.T) {
	compared, err := Compare([]*File{calling(t, false, "eta", 1, 2), calling(t, true, "eta", 3, 4), calling(t, false, "etd", 1, 2), calling(t, true, "etd", 3, 4)})
	if err != nil {
		t.Fatal(err)
	}
	var got [][2]int
	for _, k := range compared.Foreknowledge {
		got = append(got, [2]int{k.Remote, k.Buttons})
	}
	if len(got) != 2 || got[0] != [2]int{0, 1} || got[1] != [2]int{2, 3} {
		t.Errorf("it pairs runs %v, want [0 1] and [2 3]", got)
	}
}

func TestExpectationsOfCallsAreNotAskedOfARunWithoutCalls(t *testing.T) {
	remote, buttons := calling(t, false, "eta", 10, 11), calling(t, true, "eta", 20, 22)
	for _, c := range []struct {
		sentence string
		run      *File
		metric   string
		bound    float64
		pass     bool
		unasked  bool
	}{
		{"a wait after calls is asked where people call", remote, "remote_awt", 1, false, false},
		{"and not where nobody can", buttons, "remote_awt", 1, true, true},
		{"no car is held for a call there", buttons, "held_mean", 1, true, true},
		{"everybody's wait is asked with and without calls", buttons, "awt", 1, false, false},
		{"the callers' wait is one of both", buttons, "caller_awt", 1, false, false},
		{"the bound is of the run without calls", buttons, "caller_bound", 1000, true, false},
		{"and not of the other", remote, "caller_bound", 1000, true, true},
	} {
		v, err := Judge(c.metric, "<=", c.bound, "a line", c.run)
		if err != nil || v.Pass != c.pass || (v.Unasked != "") != c.unasked || v.Unasked != "" && (v.Why != "" || v.Value != nil) {
			t.Errorf("%s: %+v, %v", c.sentence, v, err)
		}
	}
	if err := buttons.Expect("remote_awt", "<=", 1, "remote_awt <= 1s"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sentence, want string
		write          func(io.Writer) error
	}{
		{"text", "does not apply: remote_awt <= 1s: nobody calls", func(w io.Writer) error { return WriteText(w, []*File{buttons}) }},
		{"JUnit", `failures="0" skipped="1"`, func(w io.Writer) error { return WriteJUnit(w, []*File{buttons}) }},
		{"JUnit's case", `<skipped message="nobody calls`, func(w io.Writer) error { return WriteJUnit(w, []*File{buttons}) }},
		{"result.json", `"not_asked": "nobody calls`, func(w io.Writer) error { return Write(w, buttons) }},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err != nil || !strings.Contains(b.String(), c.want) {
			t.Errorf("%s does not say %q (error %v):\n%s", c.sentence, c.want, err, b.String())
		}
	}
}

func TestCallingAheadIsNamedBesideButtonsAlone(t *testing.T) {
	remote, buttons := calling(t, false, "eta", 10), calling(t, true, "eta", 20)
	if diff := cmp.Diff([]string{"eta, buttons", "eta, calling ahead"}, Names([]*File{buttons, remote})); diff != "" {
		t.Errorf("beside a run without calls (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"eta", "eta"}, Names([]*File{remote, remote})); diff != "" {
		t.Errorf("without such a run (-want +got):\n%s", diff)
	}
}

func TestEverybodyIsGivenAsCallingAheadLessButtons(t *testing.T) {
	remote, buttons := calling(t, false, "eta", 10, 11, 12), calling(t, true, "eta", 20, 22, 24)
	for _, runs := range [][]*File{{remote, buttons}, {buttons, remote}} {
		compared, err := Compare(runs)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, p := range compared.Foreknowledge[0].Everybody {
			found[p.Metric] = p.Finding
			if runs[p.B] != remote {
				t.Errorf("%s is of run %d, which is not the one with calls", p.Metric, p.B)
			}
		}
		if found["awt"] != Better || found["att"] != Worse {
			t.Errorf("wait is %q and transit %q, want better and worse whichever run is the base", found["awt"], found["att"])
		}
		if f, ok := found["remote_awt"]; ok {
			t.Errorf("the wait after calls is given (%s): the run of buttons has none", f)
		}
		compared.Foreknowledge[0].Everybody[2].Finding = Better
		if err := compared.check(); err == nil || !strings.Contains(err.Error(), "everybody") {
			t.Errorf("a difference that the runs do not give: error %v", err)
		}
	}
}
