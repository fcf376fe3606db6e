package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// progress draws a bar of what is done. It is quiet when its writer
// is no terminal and in CI, where a redrawn line would only fill the log.
type progress struct {
	w     io.Writer
	quiet bool
	label string
	shown int // columns of the line on the screen
}

const barWidth = 30

// newProgress draws on stderr.
func newProgress(w io.Writer) *progress {
	return &progress{w: w, quiet: os.Getenv("CI") != "" || !isTerminal(w)}
}

// step redraws the bar.
func (p *progress) step(done, total int) {
	p.show(float64(done), float64(total), fmt.Sprintf("%d of %d replications", done, total))
}

// show redraws the bar with a text behind it.
func (p *progress) show(done, total float64, text string) {
	if p.quiet {
		return
	}
	full := int(barWidth * done / total)
	line := fmt.Sprintf("%s [%s%s] %s", p.label, strings.Repeat("#", full), strings.Repeat("-", barWidth-full), text)
	fmt.Fprintf(p.w, "\r%-*s", p.shown, line)
	p.shown = len(line)
}

// clear takes the bar off the screen before something else is printed.
func (p *progress) clear() {
	if p.shown > 0 {
		fmt.Fprintf(p.w, "\r%*s\r", p.shown, "")
		p.shown = 0
	}
}

// isTerminal tells whether a writer is a person's screen.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
