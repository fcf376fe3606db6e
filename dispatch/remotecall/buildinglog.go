package remotecall

import (
	"slices"
	"time"

	"hoistway/dispatch/registry"
)

// Passage is what a building's logs may have of one granted call: its landing
// and its bank. It names nobody and does not lead back to the call. The driver
// holds it until the call has ended and gives it to Logged; the service keeps
// no copy. The zero Passage is that of a call of which no log may have
// anything.
type Passage struct{ building, floor, bank string }

// Passage gives what the building's logs may have of a call: nothing of a call
// of Remote Call, which knows no such logs and whose calls are not stored
// (RC:L21), and nothing of a call that is no longer known. The driver asks when
// it places the call.
func (s *Service) Passage(t Ticket) Passage {
	b := s.sites[t.Building]
	if b == nil || len(b.logs) == 0 {
		return Passage{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.pending.calls[t.Number]
	if c == nil {
		return Passage{}
	}
	if a := s.accounts[c.subject]; a == nil || a.service != Flow {
		return Passage{}
	}
	for name, i := range b.floors {
		if i == t.From {
			return Passage{t.Building, name, t.Bank}
		}
	}
	return Passage{}
}

// Fields that a call fills in a building's log.
const (
	logFloor  = "floor"  // of the landing
	logBank   = "bank"   // name
	logResult = "result" // served or not-served
)

// logPrecision is how exactly a log says when a call ended. The statement orders
// no instants (FL:L23). The usage log says the hour (FL:L21), and a finer instant
// beside it would tell its uses apart.
const logPrecision = time.Hour

// Logged takes a call that has ended for the logs that the building's Manager
// ordered (FL:L23): those of which every declared field is one of floor, bank
// and result. When it was is rounded down to the hour. The entries wait in
// memory: Tend stores them in random order, once an hour, and so does whatever
// ends the service or our part in the building. Entries that a Manager makes
// of their own are written by Manager.Log, at once.
func (s *Service) Logged(p Passage, served bool) error {
	if p == (Passage{}) {
		return nil
	}
	b, err := s.site(p.building, Flow)
	if err != nil {
		return err
	}
	result := "not-served"
	if served {
		result = "served"
	}
	all, at := map[string]string{logFloor: p.floor, logBank: p.bank, logResult: result}, s.now().Truncate(logPrecision)
	s.mu.Lock()
	for _, d := range b.logs {
		if slices.ContainsFunc(d.Fields, func(f string) bool { return all[f] == "" }) {
			continue
		}
		fields := make(map[string]string, len(d.Fields))
		for _, f := range d.Fields {
			fields[f] = all[f]
		}
		s.waiting.entries = append(s.waiting.entries, logEntry{b, d.Purpose, registry.BuildingLog{Meta: registry.Meta{At: at}, Log: d.Name, Fields: fields}})
	}
	full := len(s.waiting.entries) >= mostWaiting
	s.mu.Unlock()
	if full {
		return s.storeEntries()
	}
	return nil
}

// logHandle gives access to a building's logs, on behalf of its Manager
// (FL:L35).
func (s *Service) logHandle(b *site, purpose registry.Purpose) registry.Handle {
	return s.handle(registry.RoleManager, purpose).In(b.name)
}

// writeLog puts an entry into a building's log at once.
func (s *Service) writeLog(b *site, d registry.LogDeclaration, r *registry.BuildingLog) error {
	err := s.logHandle(b, d.Purpose).Put(registry.Ref{Kind: registry.KindBuildingLog, Item: s.c.IDs.New()}, r)
	return stored("write a building's log", err)
}
