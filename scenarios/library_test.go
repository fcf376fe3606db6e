package scenarios

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestLibrary(t *testing.T) {
	want := "crites-barto hotel mixed-use office-day office-load office-lunch office-tenants office-up-peak peer-std peer-std-lunch peer-tower peer-tower-lunch provider-handover residential-tower residential-year visitor-day"
	var names []string
	for _, e := range Library() {
		names = append(names, e.Name)
		s, err := Load(e.Name, Options{})
		if err != nil {
			t.Errorf("%s:\n%v", e.Name, err)
			continue
		}
		if s.Title != e.Title || s.Description != e.Description || s.Name != e.Name {
			t.Errorf("%s is listed as %+v but loads as %q, %q", e.Name, e, s.Title, s.Description)
		}
		if e.Title == e.Name || len(e.Description) < 100 || len(s.Expect) == 0 {
			t.Errorf("%s lacks a title, a description or expectations", e.Name)
		}
		text, err := libraryText(e.Name)
		if err != nil || !strings.HasPrefix(string(text), "# ") {
			t.Errorf("%s does not begin with a comment on what it shows", e.Name)
		}
	}
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the library has %s, want %s", got, want)
	}
}

// The peer cases keep to the rules of the shared workload.
func TestPeerRules(t *testing.T) {
	for _, row := range []struct {
		name                          string
		floors, cars, persons, people int
		load                          int64
		speed, acceleration           float64
		trips                         int
	}{
		{"peer-std", 11, 4, 13, 600, 1_000_000, 2.5, 1.0, 913},
		{"peer-std-lunch", 11, 4, 13, 600, 1_000_000, 2.5, 1.0, 856},
		{"peer-tower", 61, 8, 21, 1200, 1_600_000, 6.0, 1.2, 1704},
		{"peer-tower-lunch", 61, 8, 21, 1200, 1_600_000, 6.0, 1.2, 1570},
	} {
		s, err := Load(row.name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		b := s.Banks[0]
		if len(s.Building.Floors) != row.floors || len(b.Cars) != row.cars || s.Building.population() != row.people || len(s.Traffic[0].Trips) != row.trips {
			t.Errorf("%s has %d floors, %d cars, %d people and %d trips", row.name, len(s.Building.Floors), len(b.Cars), s.Building.population(), len(s.Traffic[0].Trips))
		}
		if s.Building.Floors[1].Elevation != 4 || b.Control.BypassLoad != 1 || b.Control.Parking != ParkLobby || b.Control.ParkingDelay != 0 {
			t.Errorf("%s: wrong height or control %+v", row.name, b.Control)
		}
		if from, to := s.Run.Window(); from != 0 || to != time.Hour || s.Run.Cap != 3*time.Hour || s.Run.Replications != 1 {
			t.Errorf("%s: wrong run %+v", row.name, s.Run)
		}
		for _, c := range b.Cars {
			m := Motion{Speed: row.speed, Acceleration: row.acceleration, Jerk: math.Inf(1)}
			d := Doors{Open: 2 * time.Second, Close: 2 * time.Second, DwellLanding: 3 * time.Second, DwellCar: 3 * time.Second, NudgeAfter: 20 * time.Second, NudgeClose: 4 * time.Second}
			if c.Motion != m || c.Doors != d || c.Persons != row.persons || c.Load != row.load || c.Home != 0 {
				t.Errorf("%s, car %s: %+v", row.name, c.Name, c)
			}
		}
	}
}

// Table 1 of Crites and Barto: people at each of nine floors per 5 min.
func TestCritesBartoProfile(t *testing.T) {
	s, err := Load("crites-barto", Options{})
	if err != nil {
		t.Fatal(err)
	}
	table := []float64{1, 2, 4, 4, 18, 12, 8, 7, 18, 5, 3, 2}
	for minute := range 60 {
		got, at := math.NaN(), time.Duration(minute)*time.Minute
		for _, p := range s.Traffic[0].Phases {
			if p.Start <= at && at < p.End {
				got = p.Demand * float64(s.Building.Floors[5].Population)
				if p.Out != 1 {
					t.Errorf("minute %d: not all go down", minute)
				}
			}
		}
		if want := table[minute/5]; math.Abs(got-want) > 1e-9 {
			t.Errorf("minute %d: %v people a floor in 5 min, want %v", minute, got, want)
		}
	}
	if n := s.Building.population(); n != 900 {
		t.Errorf("%d people on nine floors, want 900", n)
	}
}

// The up-peak round trip of equal floors, in which the cars of the office
// must carry more than is asked: S and H after Barney, flight times by the
// rated speed, every stop with a dwell of at least dwell_car.
func TestOfficeIsNotSaturated(t *testing.T) {
	s, err := Load("office-up-peak", Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Banks[0].Cars[0]
	n, p := float64(len(s.Building.Floors)-1), 0.8*float64(c.Persons)
	stops := n * (1 - math.Pow(1-1/n, p))
	high := n
	for i := 1.0; i < n; i++ {
		high -= math.Pow(i/n, p)
	}
	pitch := s.Building.Floors[1].Elevation
	flight := c.Motion.Acceleration/c.Motion.Jerk + math.Sqrt(4*pitch/c.Motion.Acceleration+math.Pow(c.Motion.Acceleration/c.Motion.Jerk, 2))
	stop := flight - pitch/c.Motion.Speed + (c.Motion.StartDelay + c.Motion.Levelling + c.Doors.Open + c.Doors.Close).Seconds()
	round := 2*high*pitch/c.Motion.Speed + (stops+1)*stop + stops*c.Doors.DwellCar.Seconds() + p*c.Doors.TransferIn.Seconds() + c.Doors.AfterTransfer.Seconds()
	capacity := 300 * p / round * float64(len(s.Banks[0].Cars))
	demand := s.Traffic[0].Phases[0].Demand * float64(s.Building.population())
	if use := demand / capacity; use > 0.8 || use < 0.4 {
		t.Errorf("round trip %.1f s, capacity %.1f people per 5 min against a demand of %.1f: use %.2f, want 0.4 to 0.8", round, capacity, demand, use)
	}
}

func TestTemplates(t *testing.T) {
	for k, word := range templateWords {
		w := template(k).weights()
		sum, peaks := 0.0, 0
		for i, x := range w {
			sum += x
			if x > 1+1e-12 || x <= 0 {
				t.Errorf("%s: step %d has the weight %v", word, i, x)
			}
			if x > 1-1e-12 {
				peaks++
			}
		}
		want := []struct {
			sum   float64
			peaks int
		}{{20. / 3, 1}, {20. / 3, 2}, {20. / 3, 2}, {10, 6}}[k]
		if math.Abs(sum-want.sum) > 1e-9 || peaks != want.peaks {
			t.Errorf("%s moves %v peaks in %d top steps, want %v in %d", word, sum, peaks, want.sum, want.peaks)
		}
		m := template(k).mix()
		if math.Abs(m.in+m.out+m.inter-1) > 1e-12 {
			t.Errorf("%s: the mix sums to %v", word, m.in+m.out+m.inter)
		}
	}
	s := mustParse(t, swap(t, "demand = \"5%\"\nmix = \"85/10/5\"", "template = \"rise-and-fall-down\"\npeak = \"12%\""))
	p := s.Traffic[0].Phases
	if len(p) != 12 || p[5].Demand != 0.12 || p[11].End != time.Hour || p[0].Out != 0.85 {
		t.Errorf("got %+v", p)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"speed", "start_delay", "stop_time"}
	for _, row := range []struct{ sentence, word, want string }{
		{"a letter too many", "speeed", "speed"},
		{"a letter missing", "sped", "speed"},
		{"two letters swapped", "sepeed", "speed"},
		{"another case", "Speed", "speed"},
		{"neighbours swapped", "psoed", ""},
		{"something else", "colour", ""},
		{"nothing", "", ""},
		{"a very long word", strings.Repeat("speed", 1000), ""},
	} {
		if got := nearest(row.word, words); got != row.want {
			t.Errorf("%s: nearest to %q is %q, want %q", row.sentence, clip(row.word), got, row.want)
		}
	}
}
