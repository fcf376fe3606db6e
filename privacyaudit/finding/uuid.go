package finding

import (
	"crypto/sha1"
	"fmt"
	"strconv"
)

// namespace is the namespace of all UUIDs of this package. It was drawn once
// and means nothing.
var namespace = [16]byte{0x6e, 0x2d, 0x1b, 0x57, 0x90, 0xc3, 0x4f, 0x0a, 0xb8, 0x41, 0x5d, 0x7e, 0x33, 0xf2, 0x08, 0x9c}

// uuid gives the UUID of version 5 (RFC 9562, section 5.5) of some parts: the
// same parts have the same UUID on every machine.
func uuid(parts ...string) string {
	h := sha1.New()
	h.Write(namespace[:])
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// run names an audit of the same evidence with the same policies. What was
// found is not part of it, so that outputs of two audits can be compared.
func (r *Report) run() string {
	parts := []string{"run", r.Name, r.At.Format(stamp)}
	for _, p := range r.Policies {
		parts = append(parts, p.Name, p.SHA256)
	}
	return uuid(parts...)
}

// stamp is the form of an instant that all outputs can hold; UTC.
const stamp = "2006-01-02T15:04:05.999999999Z"
