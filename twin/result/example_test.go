package result_test

import (
	"fmt"
	"time"

	"hoistway/twin/result"
)

// One replication in which two people travel, from its records to a verdict.
func Example() {
	header := result.Header{
		Schema: result.SchemaVersion, Scenario: "two-people", Dispatcher: "eta", Confidence: 0.95, Population: 40,
		To: time.Minute, Duration: time.Minute,
		Floors: []string{"G", "1"}, Elevations: []float64{0, 4},
		Banks: []result.BankHeader{{Name: "main", Serves: []int{0, 1}, Cars: []string{"1"}, Persons: []int{8}, Load: []int64{630_000}}},
	}
	summarizer := result.NewSummarizer(header)
	for i, wait := range []time.Duration{4 * time.Second, 10 * time.Second} {
		come := time.Duration(i) * 20 * time.Second
		trip := result.Trip{
			Journey: int64(i), Legs: 1, Tenant: result.None, Origin: 0, Destination: 1, Mass: 75_000,
			Begin: come, Call: result.None, Promised: result.None, Wished: result.None, Again: result.None, Left: result.None,
			Arrive: come, Opening: come + wait, Board: come + wait + 2*time.Second,
			Reached: come + wait + 12*time.Second, Alight: come + wait + 14*time.Second, Outcome: result.Served,
		}
		if err := summarizer.Trip(&trip); err != nil {
			fmt.Println(err)
			return
		}
	}
	replication := result.Replication{Seed: 1, Digest: "of all events and commands", End: time.Minute, Summary: summarizer.Finish(time.Minute)}
	file, err := result.NewFile(header, []result.Replication{replication}, nil, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	verdict, err := result.Judge("awt", "<=", 5, `awt <= "5s"`, file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("AWT:", *file.Metrics["awt"].Value, "s")
	fmt.Println("pass:", verdict.Pass, "-", verdict.Why)
	// Output:
	// AWT: 7 s
	// pass: false - awt is 7 s, not <= 5 s
}
