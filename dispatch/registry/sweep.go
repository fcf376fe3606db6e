package registry

// Sweep deletes what is older than its retention allows at the present
// instant, and returns how many records of each kind went. Accounts that have
// been unused for Limits.Inactivity are returned, not erased: that is an act
// of the service.
func (r *Registry) Sweep() (swept map[string]int, inactive []ID, err error) { panic("not yet") }
