package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

const header = passengerHeader + "\n"

func TestReadPassengers(t *testing.T) {
	for _, row := range []struct {
		sentence, text string
		want           []Trip
	}{
		{"one person", header + "0.601,0,2,75.0\n", []Trip{{601_000_000, 0, 2, 75_000}}},
		{"times are exact to the nanosecond", header + "3599.000000001,0,2,75\n", []Trip{{3_599_000_000_001, 0, 2, 75_000}}},
		{"zeros behind the ninth digit say nothing", header + "1.0000000000000,0,2,75\n", []Trip{{1_000_000_000, 0, 2, 75_000}}},
		{"masses are exact to the gram", header + "1,0,2,75.125\n", []Trip{{1_000_000_000, 0, 2, 75_125}}},
		{"two people at the same time", header + "1,0,2,75\n1,2,0,75\n", []Trip{{1_000_000_000, 0, 2, 75_000}, {1_000_000_000, 2, 0, 75_000}}},
		{"line ends of Windows", strings.ReplaceAll(header+"1,0,2,75\n", "\n", "\r\n"), []Trip{{1_000_000_000, 0, 2, 75_000}}},
		{"no line end at the end", header + "1,0,2,75", []Trip{{1_000_000_000, 0, 2, 75_000}}},
		{"a byte order mark", "\ufeff" + header + "1,0,2,75", []Trip{{1_000_000_000, 0, 2, 75_000}}},
		{"the top floor", header + "1,0,4,75\n", []Trip{{1_000_000_000, 0, 4, 75_000}}},
	} {
		got, err := ReadPassengers(strings.NewReader(row.text), "l.csv", 5)
		if err != nil {
			t.Errorf("%s: %v", row.sentence, err)
		}
		if d := cmp.Diff(row.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", row.sentence, d)
		}
	}
}

func TestReadPassengersRefuses(t *testing.T) {
	for _, row := range []struct{ sentence, text, want string }{
		{"nothing", "", "l.csv: is empty; expected the line time_s,origin,destination,mass_kg"},
		{"a header alone", header, "l.csv: has no passengers"},
		{"another header", "time,from,to,mass\n1,0,2,75", `l.csv:1: the first line is "time,from,to,mass"; expected "time_s,origin,destination,mass_kg"`},
		{"no header", "1,0,2,75\n", `l.csv:1: the first line is "1,0,2,75"`},
		{"an empty line", header + "\n1,0,2,75\n", "l.csv:2: the line is empty"},
		{"an empty line at the end", header + "1,0,2,75\n\n", "l.csv:3: the line is empty"},
		{"too few fields", header + "1,0,2\n", "l.csv:2: has 3 fields; expected 4"},
		{"too many fields", header + "1,0,2,75,9\n", "l.csv:2: has 5 fields; expected 4"},
		{"quotes", header + "\"1\",0,2,75\n", `l.csv:2: time_s "\"1\"" is not a plain decimal number`},
		{"NaN", header + "NaN,0,2,75\n", `time_s "NaN" is not a plain decimal number`},
		{"infinity", header + "1,0,2,inf\n", `mass_kg "inf" is not a plain decimal number`},
		{"an exponent", header + "1e3,0,2,75\n", `time_s "1e3" is not a plain decimal number`},
		{"a negative time", header + "-1,0,2,75\n", "time_s -1 must not be negative"},
		{"a negative zero", header + "-0,0,2,75\n", "time_s -0 must not be negative"},
		{"a time behind the longest run", header + "69120000.1,0,2,75\n", "time_s 69120000.1 is too large; the most is 69120000 s"},
		{"a huge time", header + strings.Repeat("9", 300) + ",0,2,75\n", "is too large; the most is 69120000 s"},
		{"a time finer than a nanosecond", header + "1.0000000001,0,2,75\n", "time_s 1.0000000001 has more than 9 digits behind the point"},
		{"a mass finer than a gram", header + "1,0,2,75.0001\n", "mass_kg 75.0001 has more than 3 digits behind the point"},
		{"a mass of nothing", header + "1,0,2,0\n", "mass_kg 0 is too small; the least is 1 kg"},
		{"a mass of a car", header + "1,0,2,501\n", "mass_kg 501 is too large; the most is 500 kg"},
		{"a floor above the top", header + "1,0,5,75\n", "l.csv:2: destination 5 is not a floor; the building has floors 0 to 4"},
		{"a floor below the ground", header + "1,-1,2,75\n", "origin -1 is not a floor"},
		{"half a floor", header + "1,0,2.5,75\n", `destination "2.5" is not a floor number`},
		{"a ride to the same floor", header + "1,2,2,75\n", "l.csv:2: origin and destination are both floor 2"},
		{"times out of order", header + "2,0,2,75\n1.5,0,2,75\n", "l.csv:3: time 1.5 comes before that of the line above (sort the list by time)"},
		{"a long line", header + "1,0,2," + strings.Repeat("7", 70_000), "the line is too long"},
		{"a long line within the buffer", header + "1,0,2," + strings.Repeat("7", 2_000), "the line is too long"},
		{"spaces", header + "1, 0,2,75\n", `origin " 0" is not a floor number`},
	} {
		trips, err := ReadPassengers(strings.NewReader(row.text), "l.csv", 5)
		var ps Problems
		if trips != nil || !errors.As(err, &ps) {
			t.Errorf("%s: got %d trips and %v; want problems", row.sentence, len(trips), err)
			continue
		}
		if !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %s", row.sentence, err, row.want)
		}
	}
}

func TestReadPassengersNamesAllFaultyLines(t *testing.T) {
	_, err := ReadPassengers(strings.NewReader(header+"x,0,2,75\n1,0,2,75\n2,0,0,75\n"), "l.csv", 5)
	if got := strings.Count(err.Error(), "\n") + 1; got != 2 || !strings.Contains(err.Error(), "l.csv:2:") || !strings.Contains(err.Error(), "l.csv:4:") {
		t.Errorf("got\n%v\nwant the lines 2 and 4", err)
	}
	_, err = ReadPassengers(strings.NewReader(header+strings.Repeat("x\n", 100_000)), "l.csv", 5)
	if got := strings.Count(err.Error(), "\n"); got != mostListFaults {
		t.Errorf("100,000 faulty lines give %d problems, want %d and the note that reading stopped", got+1, mostListFaults)
	}
}

func TestReadPassengersPassesFailuresOn(t *testing.T) {
	torn := io.MultiReader(strings.NewReader(header+"1,0,2,75\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := ReadPassengers(torn, "l.csv", 5); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// The lists of the library are those of the shared workload, byte for byte.
func TestPeerLists(t *testing.T) {
	const shared = "../../shared/data/peer-workload/"
	if _, err := os.Stat(shared); err != nil {
		t.Skipf("the shared workload is not beside this checkout: %v", err)
	}
	for _, name := range []string{"std-1.csv", "std_lunch-1.csv", "tower-1.csv", "tower_lunch-1.csv"} {
		want, err := os.ReadFile(shared + name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := libraryList(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from the shared list (%v)", name, err)
		}
	}
}

func FuzzReadPassengers(f *testing.F) {
	for _, seed := range []string{
		header + "0.601,0,2,75.0\n1.828,0,4,75.0\n", header, "", header + "NaN,0,2,75\n", header + "-1,0,2,75\n", header + "1e9,0,2,75\r\n",
		header + "2,0,2,75\n1,0,2,75\n", header + "1,0,2,75.1234\n", "\ufeff" + header + "0,1,0,1\n", header + "1,0,9223372036854775808,75\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		const floors = 5
		trips, err := ReadPassengers(bytes.NewReader(text), "l.csv", floors)
		if err != nil {
			var ps Problems
			if !errors.As(err, &ps) || len(ps) == 0 || trips != nil {
				t.Fatalf("got %d trips and %v, want problems", len(trips), err)
			}
			return
		}
		// What was read can be written and read again.
		var b strings.Builder
		b.WriteString(header)
		for i, x := range trips {
			if x.At < 0 || x.Mass <= 0 || x.Origin == x.Destination || max(x.Origin, x.Destination) >= floors || min(x.Origin, x.Destination) < 0 || i > 0 && x.At < trips[i-1].At {
				t.Fatalf("accepted %+v", x)
			}
			fmt.Fprintf(&b, "%s,%d,%d,%s\n", undecimal(int64(x.At), 9), x.Origin, x.Destination, undecimal(x.Mass, 3))
		}
		again, err := ReadPassengers(strings.NewReader(b.String()), "l.csv", floors)
		if err != nil || !cmp.Equal(trips, again) {
			t.Fatalf("written and read again gives %v, %v", again, err)
		}
	})
}
