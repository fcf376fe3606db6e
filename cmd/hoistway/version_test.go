package main

import (
	"runtime/debug"
	"testing"
)

// TestRevised names the revision a build knows.
func TestRevised(t *testing.T) {
	for _, c := range []struct {
		sentence string
		settings []debug.BuildSetting
		want     string
	}{
		{"a build outside a checkout is just the release", nil, release},
		{"a clean checkout adds its revision, shortened", []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "false"}}, release + "+0123456789ab"},
		{"a changed checkout says so", []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "0123456789abcdef"}}, release + "+0123456789ab.dirty"},
	} {
		if got := revised(c.settings); got != c.want {
			t.Errorf("%s: %s, want %s", c.sentence, got, c.want)
		}
	}
}
