package estate

import (
	"slices"
	"time"
)

// issued is the name of a visitor that stands in the cloud with a key.
type issued struct {
	person, field string // of the truth
	until         time.Time
}

// Visitor keys stay for keyKept after their end, and are looked at once a week,
// as the README says: the truth is the simulation's own reckoning, not what the
// service did.
const (
	week    = 7 * 24 * time.Hour
	keyKept = week
)

// endedKeys notes which visitors' names have to go because their keys ended, when
// the service is tended for the first time in a week, or since it was started.
func (e *Estate) endedKeys() {
	if e.now.Before(e.weekOver) {
		return
	}
	e.weekOver = e.now.Truncate(week).Add(week)
	e.issued = slices.DeleteFunc(e.issued, func(k issued) bool {
		due := !e.now.Before(k.until.Add(keyKept))
		if due {
			e.truth.goes(k.person, "key-ended", e.now, func(c *Canary) bool { return c.Field == k.field })
		}
		return due
	})
}
