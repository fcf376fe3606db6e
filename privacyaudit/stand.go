package privacyaudit

import (
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/search"
)

// Where a value of the truth may stand, and for how long. The truth has a line
// for each place of a value; this file reads them.

// standing is what the truth says of a value in one store at one instant.
type standing int

const (
	nowhere  standing = iota // it may never stand there
	overdue                  // it had to go
	mayStand                 // it may
)

// stands tells whether a value may stand in a store of that name. What had to
// go may be there until late after that.
func (k *Known) stands(store string, at time.Time, late time.Duration) (s standing, why string) {
	for _, c := range k.Places {
		if c.Store != store {
			continue
		}
		if c.Until == nil || !at.After(c.Until.Add(late)) {
			return mayStand, ""
		}
		s, why = overdue, c.Why
	}
	return s, why
}

// inBackup tells whether a value of the cloud may still be read in a backup. A
// backup is never changed: one value that went stays in it until the backup
// itself goes, but the key of who was erased is destroyed at once.
func (k *Known) inBackup(at time.Time, late, backups time.Duration, erased map[string]bool) (s standing, why string) {
	for _, c := range k.Places {
		if c.Store != "cloud" {
			continue
		}
		if c.Until == nil || !at.After(c.Until.Add(late)) {
			return mayStand, ""
		}
		if !erased[c.Subject] && !at.After(c.Until.Add(late+backups)) {
			return mayStand, ""
		}
		s, why = overdue, c.Why
	}
	return s, why
}

// erasedSubjects are the accounts that ended with their key.
func erasedSubjects(t *evidence.Truth) map[string]bool {
	erased := map[string]bool{}
	for i := range t.Acts {
		if a := &t.Acts[i]; a.Kind == "erased" && a.Result == "" {
			erased[a.Subject] = true
		}
	}
	return erased
}

// held tells whether a legal case keeps a copy in the archive.
func (k *Known) held() bool {
	return slices.ContainsFunc(k.Places, func(c *evidence.Canary) bool { return c.Held })
}

// unique tells whether nobody else has the value. Of one that is shared, only
// the field can be compared.
func (k *Known) unique() bool {
	return !slices.ContainsFunc(k.Places, func(c *evidence.Canary) bool { return !c.Unique })
}

// of tells whether a rule judges a value: its service's. What the camera at the
// entrance shows belongs to no account; the intercom is Flow's.
func (k *Known) of(p *Probe) bool {
	return slices.ContainsFunc(k.Places, func(c *evidence.Canary) bool {
		return p.mine(serviceOf(c))
	})
}

func serviceOf(c *evidence.Canary) string {
	if c.Service == "" {
		return "flow"
	}
	return c.Service
}

// plainField is the name of a field as messages and policies say it: without
// the ID that tells one entry of a person from another.
func plainField(field string) string {
	if i := strings.LastIndexByte(field, ' '); i >= 0 && len(field)-i-1 == idLength {
		return field[:i]
	}
	return field
}

// idLength is that of an ID: 16 bytes in base32.
const idLength = 26

// digested tells whether a value was found by its digest.
func digested(form search.Form) bool {
	last := string(form)[strings.LastIndexByte(string(form), ':')+1:]
	for _, name := range []string{"sha256", "sha1", "md5", "sha512", "fnv"} {
		if strings.HasPrefix(last, name) {
			return true
		}
	}
	return false
}

// backupsKept is how long backups are kept.
func (p *Probe) backupsKept() time.Duration {
	switch {
	case p.Config != nil:
		return time.Duration(p.Config.Limits.Backups)
	case p.Truth != nil:
		return time.Duration(p.Truth.Settings.Backups)
	}
	return 0
}

// told is the last finding of a check. A mail address is found by its local
// part, too: that is one finding.
type told struct {
	place finding.Place
	known *Known
}

// repeats tells whether a finding is the last one again, and notes it.
func (t *told) repeats(f *Found) bool {
	one := told{f.place(), f.Known}
	again := one == *t
	*t = one
	return again
}
