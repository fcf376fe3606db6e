package format

// SetRoom bounds the data keys that stay opened.
func SetRoom(r *Ring, n int) { r.room = n }

// Opened counts the data keys that stay opened.
func Opened(r *Ring) int { return len(r.young) + len(r.old) }
