package main

import (
	"runtime"

	"golang.org/x/sys/unix"

	"hoistway/twin/study"
)

// newMeter measures processor time. With one worker it reads the process
// clock, so that garbage collection on other threads counts; what setting up
// left behind is collected before the clock starts. With several workers it
// reads the clock of the worker's own thread, which the worker keeps meanwhile.
func newMeter(parallel int) study.Meter {
	if parallel == 1 {
		return func() func() float64 {
			runtime.GC()
			from := read(unix.CLOCK_PROCESS_CPUTIME_ID)
			return func() float64 { return read(unix.CLOCK_PROCESS_CPUTIME_ID) - from }
		}
	}
	return func() func() float64 {
		runtime.LockOSThread()
		from := read(unix.CLOCK_THREAD_CPUTIME_ID)
		return func() float64 {
			spent := read(unix.CLOCK_THREAD_CPUTIME_ID) - from
			runtime.UnlockOSThread()
			return spent
		}
	}
}

// read gives a processor clock in seconds.
func read(clock int32) float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		panic("BUG: this kernel has no processor clock: " + err.Error())
	}
	return float64(t.Nano()) / 1e9
}
