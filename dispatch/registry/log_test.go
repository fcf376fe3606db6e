package registry

import (
	"bytes"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// withLog opens stores that log into a text without instants.
func withLog(t *testing.T) (*Registry, *bytes.Buffer) {
	t.Helper()
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	o := diskOptions(t, &clock{now: start})
	o.Log = log
	return open(t, o), &text
}

// The process log tells of whole acts in words and counts, and of nobody: no
// ID, no hash, no number of a case.
func TestTheLogTellsOfActsAndNobody(t *testing.T) {
	r, text := withLog(t)
	p := moveIn(t, r, "flow")
	_, err := r.Erase(p.subject, CauseMovedOut)
	must(t, err)
	must(t, r.Rotate())
	_, err = r.Backup()
	must(t, err)
	_, err = r.Append(Entry{Act: ActIdentityRefused, Facts: map[string]string{"right": "export", "channel": "operator", "service": "flow"}}, false)
	must(t, err)
	for _, want := range []string{
		`level=INFO msg="erasure settled" cause=moved-out`, `store-cloud="erased `, `msg="key rotation" from=1`, `msg=backup`,
		`level=WARN msg="identity refused" channel=operator right=export service=flow`,
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, text)
		}
	}
	if id := regexp.MustCompile(`[a-z2-7]{26}|[0-9a-f]{64}|[A-Z]-[0-9]+`).FindString(text.String()); id != "" {
		t.Errorf("the log holds %q", id)
	}
}

// Every act that is logged is declared, and no form of a fact that is logged
// leaves room for an ID.
func TestWhatIsLoggedIsDeclared(t *testing.T) {
	for _, name := range loggedActs {
		if !slices.ContainsFunc(acts, func(a Act) bool { return a.Name == name }) {
			t.Errorf("act %s is logged and not declared", name)
		}
	}
	for _, f := range []Form{FormID, FormRef, FormNumber, FormStaff, FormFile, FormInstant} {
		if slices.Contains(loggedForms, f) {
			t.Errorf("facts of the form %s are logged", f)
		}
	}
}

// Flattening a store with more workers than tables is nothing to warn of; a
// compaction that fails is.
func TestBadgersIdleWorkersAreNotLogged(t *testing.T) {
	var text bytes.Buffer
	l := scrubbed{slog.New(slog.NewTextHandler(&text, nil)), "cloud"}
	for _, row := range []struct {
		says   string
		format string
		err    string
		logged bool
	}{
		{"a worker that found nothing to do", "While running doCompact with %+v. Error: %v\n", "Unable to fill tables", false},
		{"a worker that failed", "While running doCompact with %+v. Error: %v\n", "disk full", true},
		{"another warning with the same cause", "While forcing compaction on level %d: %v", "Unable to fill tables", true},
	} {
		text.Reset()
		l.Warningf(row.format, 0, textError(row.err))
		if (text.Len() > 0) != row.logged {
			t.Errorf("%s: logged is %v, want %v", row.says, text.Len() > 0, row.logged)
		}
	}
}

type textError string

func (e textError) Error() string { return string(e) }
