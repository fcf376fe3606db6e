package main

import (
	"runtime"

	"golang.org/x/sys/unix"

	"hoistway/twin/study"
)

// newMeter measures processor time of a study with so many workers. With one it reads the process
// clock, so that garbage collection on other threads counts. With several
// workers it reads the clock of the worker's own thread, which the worker keeps
// meanwhile. What setting up left behind is collected before the clock starts.
func newMeter(workers int) study.Meter {
	if workers == 1 {
		return func() func() float64 {
			runtime.GC()
			from := read(unix.CLOCK_PROCESS_CPUTIME_ID)
			return func() float64 { return seconds(read(unix.CLOCK_PROCESS_CPUTIME_ID) - from) }
		}
	}
	return func() func() float64 {
		runtime.LockOSThread()
		runtime.GC()
		from := read(unix.CLOCK_THREAD_CPUTIME_ID)
		return func() float64 {
			spent := seconds(read(unix.CLOCK_THREAD_CPUTIME_ID) - from)
			runtime.UnlockOSThread()
			return spent
		}
	}
}

// read gives a processor clock in nanoseconds.
func read(clock int32) int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		panic("BUG: this kernel has no processor clock: " + err.Error())
	}
	return t.Nano()
}

func seconds(ns int64) float64 { return float64(ns) / 1e9 }
