package twin

import (
	"time"

	"hoistway/scenarios"
	"hoistway/twin/script"
)

// tending is the time of day, UTC, at which the service does what is due.
const tending = 3 * time.Hour

// openCalendar prepares the scripted acts and the service's days. Both are
// entries of the agenda, one of each at a time.
func (t *Twin) openCalendar() {
	if t.service == nil || t.sc.Service == nil {
		return
	}
	t.acts = script.Acts(t.sc, t.opt.Seed, t.opt.Replication)
	t.nextAct(0)
	start := t.sc.Service.Start.UTC()
	midnight := time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC)
	first := midnight.Add(tending).Sub(start)
	if first < 0 {
		first += 24 * time.Hour
	}
	t.nextDay(first)
}

func (t *Twin) nextAct(i int) {
	if i < len(t.acts) {
		t.scripted++
		t.agenda.add(t.acts[i].At, personal, actPlayed, int32(i), 0)
	}
}

func (t *Twin) nextDay(at scenarios.Instant) {
	if at < t.sc.Run.Duration {
		t.scripted++
		t.agenda.add(at, personal, dayTended, 0, 0)
	}
}

// playAct lets the service play a scripted act.
func (t *Twin) playAct(i int) {
	t.scripted--
	act := &t.acts[i]
	t.digest.word(uint64(t.now)<<8 ^ uint64(actPlayed))
	t.digest.word(uint64(act.Event)<<44 ^ uint64(act.Number)<<24 ^ uint64(uint32(act.Resident)))
	t.endPermits(t.service.Do(act))
	t.nextAct(i + 1)
}

// tend lets the service do what is due.
func (t *Twin) tend() {
	t.endPermits(t.service.Tend(t.now))
}

func (t *Twin) endPermits(ended []Permit) {
	t.heed()
	for _, p := range ended {
		t.endPermit(p)
	}
}
