package study

import (
	"strconv"
	"strings"

	"hoistway/twin/result"
)

// Command is a `hoistway run` invocation that repeats a study or one of its
// replications. It leaves out what cannot change a result, such as the number
// of workers and where the output goes.
type Command struct {
	Reference    string // the scenario as the user named it
	Seed         uint64
	Replications int      // left out when Passengers are given: the lists decide
	Only         int      // one replication alone, from 0; All for the whole study
	Until        string   // stopping rule as METRIC<=HALF; "" none. Left out for one replication
	Dispatcher   string   // "" keeps the scenario's
	Buttons      bool     // nobody calls from the phone
	Set          []string // key=value, in the order given
	Passengers   string   // path or pattern of passenger lists; "" keeps the scenario's traffic
}

// All marks a command that repeats every replication.
const All = -1

// String gives the command as a line for a POSIX shell.
func (c Command) String() string {
	words := []string{"hoistway", "run", quote(c.Reference), "--seed", strconv.FormatUint(c.Seed, 10)}
	if c.Passengers == "" {
		words = append(words, "--replications", strconv.Itoa(c.Replications))
	} else {
		words = append(words, "--passengers", quote(c.Passengers))
	}
	if c.Until != "" && c.Only == All {
		words = append(words, "--until", quote(c.Until))
	}
	if c.Dispatcher != "" {
		words = append(words, "--dispatcher", quote(c.Dispatcher))
	}
	if c.Buttons {
		words = append(words, "--calls", result.CallsButtons)
	}
	for _, s := range c.Set {
		words = append(words, "--set", quote(s))
	}
	if c.Only != All {
		words = append(words, "--replication", strconv.Itoa(c.Only))
	}
	return strings.Join(words, " ")
}

// quote protects a word from a POSIX shell; plain words stay as they are.
func quote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,+@%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
