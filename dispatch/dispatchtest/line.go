package dispatchtest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hoistway/dispatch"
)

// line is one line of a script: a name, key=value pairs and bare words. The
// readers note the first fault and what they have read; done reports the fault,
// or what nobody has read.
type line struct {
	name  string
	words []string // not yet read
	fault error
}

func parseLine(s string) *line {
	words := strings.Fields(s)
	return &line{name: words[0], words: words[1:]}
}

func (a *line) done() error {
	if a.fault == nil && len(a.words) > 0 {
		return fmt.Errorf("what is %q?", a.words[0])
	}
	return a.fault
}

func (a *line) failed(format string, args ...any) {
	if a.fault == nil {
		a.fault = fmt.Errorf(format, args...)
	}
}

// take removes the first word that matches.
func (a *line) take(match func(string) bool) (string, bool) {
	for i, w := range a.words {
		if match(w) {
			a.words = append(a.words[:i:i], a.words[i+1:]...)
			return w, true
		}
	}
	return "", false
}

func (a *line) text(key string) string {
	w, _ := a.take(func(w string) bool { return strings.HasPrefix(w, key+"=") })
	return strings.TrimPrefix(w, key+"=")
}

// or is a number, or what it is when the line does not name it.
func (a *line) or(key string, absent int) int {
	t := a.text(key)
	if t == "" {
		return absent
	}
	n, err := strconv.Atoi(t)
	if err != nil {
		a.failed("%s=%s, want a number", key, t)
	}
	return n
}

func (a *line) number(key string) int {
	const absent = -1 << 40
	n := a.or(key, absent)
	if n == absent {
		a.failed("want %s=NUMBER", key)
	}
	return n
}

func (a *line) span(key string, absent time.Duration) time.Duration {
	t := a.text(key)
	if t == "" {
		return absent
	}
	d, err := time.ParseDuration(t)
	if err != nil {
		a.failed("%s=%s, want a time such as 10s", key, t)
	}
	return d
}

// cars reads a list such as 0,2 into a bit set; 0 when the line has none.
func (a *line) cars(key string) uint64 {
	list := a.text(key)
	if list == "" {
		return 0
	}
	var set uint64
	for part := range strings.SplitSeq(list, ",") {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || n >= dispatch.MaxCars {
			a.failed("%s=%s, want cars such as 0,2, below %d", key, list, dispatch.MaxCars)
			return 0
		}
		set |= 1 << n
	}
	return set
}

// word is the first word without a key.
func (a *line) word() string {
	w, _ := a.take(func(w string) bool { return !strings.Contains(w, "=") })
	return w
}

func (a *line) flag(name string) bool {
	_, ok := a.take(func(w string) bool { return w == name })
	return ok
}

// choice reports which of two words the line has; it must have one.
func (a *line) choice(yes, no string) bool {
	if a.flag(yes) {
		return true
	}
	if !a.flag(no) {
		a.failed("want %s or %s", yes, no)
	}
	return false
}

// floors reads a list such as 0,5-9; an empty one is all floors.
func floors(list string, n int) ([]dispatch.Floor, error) {
	if list == "" {
		list = fmt.Sprintf("0-%d", n-1)
	}
	var all []dispatch.Floor
	for part := range strings.SplitSeq(list, ",") {
		low, high, span := strings.Cut(part, "-")
		if !span {
			high = low
		}
		from, err1 := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("serves=%s: want floors such as 0,5-9: %w", list, err)
		}
		for f := from; f <= to; f++ {
			all = append(all, dispatch.Floor(f))
		}
	}
	return all, nil
}
