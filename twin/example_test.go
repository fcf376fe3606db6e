package twin_test

import (
	"context"
	"fmt"

	"hoistway/scenarios"
	"hoistway/twin"
)

// A library scenario is played once, without records.
func Example() {
	sc, err := scenarios.Load("peer-std", scenarios.Options{})
	if err != nil {
		panic(err)
	}
	t, err := twin.New(sc, twin.Options{Seed: 1, Dispatcher: "etd"})
	if err != nil {
		panic(err)
	}
	out, err := t.Run(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(out.Journeys, "people,", len(out.Violations), "violations")
	// Output:
	// 913 people, 0 violations
}
