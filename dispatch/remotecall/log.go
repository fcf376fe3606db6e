package remotecall

import "log/slog"

// The service's log is for whoever runs it: that it started, and which acts of
// staff and Managers it refused, in words of closed lists and counts. What it
// does to the stores the registry logs as the ledger notes it. Requests of the
// apps are in the metrics only, and no line names a subject, a record or a case.

// logStart tells what was found in the stores.
func (s *Service) logStart() {
	s.mu.Lock()
	accounts, keys, tags := len(s.accounts), len(s.keys), len(s.tags)
	s.mu.Unlock()
	s.c.Log.Info("service started", "buildings", len(s.sites), "accounts", accounts, "visitor_keys", keys, "key_tags", tags)
}

// logRefusal tells that an act of staff was refused.
func (o *Operator) logRefusal(act string, err *error) {
	if *err != nil {
		o.s.c.Log.Warn("act of staff refused", "act", act, "role", o.role, "reason", Reason(*err))
	}
}

// logRefusal tells that an act of a Manager was refused.
func (m *Manager) logRefusal(act string, err *error) {
	if *err != nil {
		m.s.c.Log.Warn("act of a Manager refused", "act", act, "building", m.building, "reason", Reason(*err))
	}
}

// logShutOut tells that somebody without the credential wanted to act as staff.
func (s *Service) logShutOut(who string, attrs ...slog.Attr) {
	args := []any{"as", who}
	for _, a := range attrs {
		args = append(args, a)
	}
	s.c.Log.Warn("credential refused", args...)
}
