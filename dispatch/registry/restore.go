package registry

// Restore replaces the cloud store with a backup and replays the ledger;
// without the ledger that the backup names, it refuses.
func (r *Registry) Restore(name string) error { panic("not yet") }

// finishExchange completes or undoes the exchange of the cloud's folder that a
// crash cut short. It gives the name of the backup when it completed one.
func finishExchange(dir string) (backup string, err error) { return "", nil }

// resumeKeeping completes the evidence of restores and hand-overs that a crash
// cut short.
func (r *Registry) resumeKeeping() error { return nil }
