// Command hoistway runs the digital twin of elevator banks: scenarios in,
// service figures and reports out. It parses flags, wires packages and prints;
// what a figure means is decided in the packages. Exit codes are in exit.go.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() { os.Exit(hoistway()) }

// hoistway runs the command line of this process and returns its exit code.
func hoistway() (code int) {
	defer func() {
		// A panic would end the process with 2, the code of bad input.
		if p := recover(); p != nil {
			fmt.Fprintf(os.Stderr, "hoistway: panic: %v\n%s", p, debug.Stack())
			code = exitBroken
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := newRoot().ExecuteContext(ctx)
	code = exitCode(err)
	switch code {
	case exitFine:
	case exitInterrupted:
		fmt.Fprintln(os.Stderr, "hoistway: interrupted; nothing was left half written")
	default:
		fmt.Fprintf(os.Stderr, "hoistway: %v\n", err)
	}
	return code
}
