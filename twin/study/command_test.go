package study

import (
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCommand gives commands as a person would type them.
func TestCommand(t *testing.T) {
	for _, c := range []struct {
		sentence string
		command  Command
		want     string
	}{
		{"a whole study names its seed and replications",
			Command{Reference: "office-lunch", Seed: 7, Replications: 3, Only: All},
			"hoistway run office-lunch --seed 7 --replications 3"},
		{"one replication says of how many it is, so that its number is valid",
			Command{Reference: "a/b.toml", Seed: 0, Replications: 30, Only: 0, Dispatcher: "etd"},
			"hoistway run a/b.toml --seed 0 --replications 30 --dispatcher etd --replication 0"},
		{"a pattern is quoted, or the shell would make several words of it, and the lists count the replications",
			Command{Reference: "peer-std", Seed: 1, Replications: 3, Only: All, Passengers: "lists/std-*.csv"},
			"hoistway run peer-std --seed 1 --passengers 'lists/std-*.csv'"},
		{"changed settings are repeated in order",
			Command{Reference: "hotel", Seed: 1, Replications: 1, Only: All, Set: []string{"run.cap=2h", "title=it's"}},
			`hoistway run hotel --seed 1 --replications 1 --set run.cap=2h --set 'title=it'\''s'`},
	} {
		if got := c.command.String(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.sentence, got, c.want)
		}
	}
}

// TestQuote lets a real shell read quoted words back.
func TestQuote(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no POSIX shell is installed to read quoted words back")
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune(`ab *?$'"\!#&;|<>()[]{}~%=-`+"\n\t\u00e4")), 0, 8, -1), 1, 20).Draw(t, "words")
		script := "printf '%s\\001'"
		for _, w := range words {
			script += " " + quote(w)
		}
		out, err := exec.Command(sh, "-c", script).Output()
		if err != nil {
			t.Fatalf("%q: %v", script, err)
		}
		if got := strings.Split(strings.TrimSuffix(string(out), "\x01"), "\x01"); strings.Join(got, "\x00") != strings.Join(words, "\x00") {
			t.Fatalf("%q read back as %q", words, got)
		}
	})
}
