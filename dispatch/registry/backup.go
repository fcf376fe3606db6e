package registry

// Backup writes the cloud store into a file of the backups folder and gives
// its name.
func (r *Registry) Backup() (name string, err error) { panic("not yet") }
