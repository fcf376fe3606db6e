package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestProgress draws a bar as a terminal would get it.
func TestProgress(t *testing.T) {
	var screen bytes.Buffer
	p := progress{w: &screen, label: "hotel eta"}
	p.step(1, 3)
	p.step(3, 3)
	for _, want := range []string{
		"\rhotel eta [##########--------------------] 1 of 3 replications",
		"\rhotel eta [##############################] 3 of 3 replications",
	} {
		if !strings.Contains(screen.String(), want) {
			t.Errorf("the screen got %q, want %q in it", screen.String(), want)
		}
	}
	screen.Reset()
	p.clear()
	if want := "\r" + strings.Repeat(" ", 62) + "\r"; screen.String() != want {
		t.Errorf("clearing wrote %q, want %q", screen.String(), want)
	}
}

// TestProgressQuiet expects nothing where no person watches.
func TestProgressQuiet(t *testing.T) {
	var log bytes.Buffer
	p := newProgress(&log)
	p.step(1, 2)
	p.clear()
	if log.Len() > 0 {
		t.Errorf("a log got %q, want nothing", log.String())
	}
}
