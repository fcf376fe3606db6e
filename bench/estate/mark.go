package estate

import (
	"math"
	"strconv"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/twin/script"
)

// Some values cannot be random texts: dates of birth and walking speeds have
// their forms, and rules look at them. They are marked instead, so that each is
// one person's alone where there is room for that.

// birthDates gives dates of birth, each once. All grown-up sub-users of a run
// were born in one year, in which nothing else of the run lies.
type birthDates struct {
	year  int             // of the grown-ups
	grown int             // how many days of it, and of the year after it, are taken
	given map[string]bool // to children
}

func newBirthDates(start time.Time) birthDates {
	return birthDates{year: start.Year() - 120, given: map[string]bool{}}
}

// grownUp is the next date of birth of a grown-up.
func (b *birthDates) grownUp() string {
	b.grown++
	return time.Date(b.year, 1, b.grown, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// child is a date of birth of somebody who is 15 years old at an instant.
// Unique tells that no other child has it; there are 365 such days.
func (b *birthDates) child(now time.Time) (date string, unique bool) {
	const years = 15
	for days := range 365 {
		date = now.AddDate(-years, 0, -days).Format(time.DateOnly)
		if !b.given[date] {
			b.given[date] = true
			return date, true
		}
	}
	return date, false
}

// mostShift bounds by how much a walking speed may differ from the person's own
// for the mark, mm/s.
const mostShift = 25

// newSpeeds are the walking speeds that are taken: at first the one that the
// service takes for who has said none.
func newSpeeds() map[int]bool {
	return map[int]bool{int(math.Round(remotecall.DefaultPolicy().DefaultSpeed * 1000)): true}
}

// markSpeed is the walking speed, in mm/s, that somebody enters in the app: the
// one nearest to theirs that nobody else has entered.
func (e *Estate) markSpeed(own int) (speed int, unique bool) {
	for shift := range mostShift {
		for _, v := range []int{own + shift, own - shift} {
			if v >= leastEntered && v <= mostEntered && !e.speeds[v] {
				e.speeds[v] = true
				return v, true
			}
		}
	}
	return min(max(own, leastEntered), mostEntered), false
}

// The app takes walking speeds in these bounds, mm/s.
const (
	leastEntered = 100
	mostEntered  = 5000
)

// unmark takes the mark out of the time after which the service expects a
// caller at the landing: how fast somebody walks is the simulation's to say,
// and must not follow from who else entered their speed before them. Any other
// figure of the service's stays as it is.
func unmark(p *person, distance float64, ready time.Duration) time.Duration {
	if p.service == remotecall.Flow && p.place.Speaks && ready == flowWalk(distance, p.speed) {
		return flowWalk(distance, p.place.Speed)
	}
	return ready
}

// flowWalk is the time for a distance, which the phone says in whole metres, at
// a speed in mm/s.
func flowWalk(distance float64, speed int) time.Duration {
	return time.Duration(math.Round(math.Round(distance) / (float64(speed) / 1000) * float64(time.Second)))
}

// entersTraits notes the walking speed, which every phone knows and the service
// when its user says so, and the favourite floor. A floor's label is shared by
// all who go there.
func (e *Estate) entersTraits(p *person) {
	cloud := []string{string(registry.Cloud), p.device, "exports"}
	speed := e.canary(p, fieldSpeed, strconv.Itoa(p.speed))
	speed.Unique = p.speedUnique
	if p.service == remotecall.Flow && p.place.Speaks {
		e.truth.enters(speed, cloud...)
	} else {
		e.truth.enters(speed, p.device)
	}
	if p.service == remotecall.Flow && p.place.Favourite != script.None {
		favourite := e.canary(p, fieldFavourite, e.floors[p.place.Favourite])
		favourite.Unique = false
		e.truth.enters(favourite, cloud...)
	}
}

// Fields of preferences, as the stores name them.
const (
	fieldSpeed     = "walking_speed_mm_s"
	fieldFavourite = "favourite_floor"
)
