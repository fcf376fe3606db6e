package remotecall

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Calls are forgotten in the order of their ends, whatever was taken out
// between, and nothing of them stays behind in the queue's memory.
func TestPendingForgets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p pending
		now := monday
		ends := map[uint64]time.Time{}
		for number := range uint64(rapid.IntRange(0, 60).Draw(t, "steps")) {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0, 1:
				end := now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "seconds")) * time.Second)
				p.add(&pendingCall{number: number, end: end})
				ends[number] = end
			case 2:
				gone := uint64(rapid.IntRange(0, 60).Draw(t, "gone"))
				p.remove(gone)
				delete(ends, gone)
			case 3:
				now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "pass")) * time.Second)
				p.expire(now)
				for number, end := range ends {
					if !now.Before(end) {
						delete(ends, number)
					}
				}
			}
			if len(p.calls) != len(ends) || len(p.queue) != len(ends) {
				t.Fatalf("%d calls, %d in the queue, want %d", len(p.calls), len(p.queue), len(ends))
			}
			for number := range ends {
				if p.calls[number] == nil {
					t.Fatal("a call went before its end")
				}
			}
			for _, c := range p.queue[len(p.queue):cap(p.queue)] {
				if c != nil {
					t.Fatal("the queue's memory holds a call that was forgotten")
				}
			}
		}
	})
}
