package twintest_test

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestTheProductDoesNotHoldThisService lists what the command is linked from:
// a service that knows no accounts must not be there.
func TestTheProductDoesNotHoldThisService(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not installed: imports cannot be listed")
	}
	out, err := exec.Command("go", "list", "-pgo=off", "-deps", "hoistway/cmd/hoistway").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "hoistway/twin") {
		t.Fatalf("go list gave %d packages without the twin: it lists something else", len(packages))
	}
	if slices.Contains(packages, "hoistway/twin/twintest") {
		t.Error("hoistway/cmd/hoistway reaches hoistway/twin/twintest, which is for tests alone")
	}
}
