package remotecall

import "time"

// provider is what the provider's side of the service keeps in memory. Its
// zero value is ready for use. It is under Service.mu.
type provider struct {
	tallies map[cell]tally // of the analytics, until their month is over
	tended  time.Time      // when Tend last did what is done once a day
	rotated time.Time      // when the key-encryption key was last made anew; zero = the ledger has not been asked
}
