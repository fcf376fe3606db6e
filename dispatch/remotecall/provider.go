package remotecall

import "time"

// provider is what the provider's side of the service keeps in memory. Its
// zero value is ready for use. It is under Service.mu.
type provider struct {
	months  map[string]*monthly // of the analytics, until each is over; by YYYY-MM
	tended  time.Time           // when Tend last did what is done once a day
	settled time.Time           // when removals were last settled
	rotated time.Time           // when the key-encryption key was last made anew; zero = the ledger has not been asked
}
