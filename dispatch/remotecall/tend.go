package remotecall

// Tend does what is due now: sweeps, erases accounts that have ceased, rotates
// keys, closes an analytics period, drops calls and sessions that have ended.
func (s *Service) Tend() error { panic("not yet") }
