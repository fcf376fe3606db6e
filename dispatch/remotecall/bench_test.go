package remotecall

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"hoistway/dispatch/registry"
)

// BenchmarkCall is a call from the phone to the ticket and its end, of one of a
// hundred people who are signed in.
func BenchmarkCall(b *testing.B) {
	h := newHouse(b, func(c *Config) { c.Policy.CallsPerHour = 1 << 40 })
	var people []person
	for i := range 100 {
		people = append(people, h.resident(Flow, fmt.Sprintf("p%d@example.org", i), ""))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ticket, err := h.s.Call(people[i%len(people)].token, upFrom("G", "2"))
		h.ok(err)
		h.s.Assigned(ticket.Number, "A", 20*time.Second)
		h.s.Forget(ticket.Number)
	}
}

// BenchmarkCheckTag is a key tag at a reader.
func BenchmarkCheckTag(b *testing.B) {
	h := newHouse(b)
	p := h.resident(Flow, "aino@example.org", "")
	number, err := h.manager("tower").GiveTag(p.subject, nil)
	h.ok(err)
	b.ReportAllocs()
	for b.Loop() {
		h.ok(h.s.CheckTag("tower", number, "2"))
	}
}

// BenchmarkNew is a start of the service on stores with many accounts. The cost
// grows with their number: a million take a hundred times as long as these.
func BenchmarkNew(b *testing.B) {
	for _, accounts := range []int{10_000} {
		b.Run(fmt.Sprintf("accounts=%d", accounts), func(b *testing.B) {
			h := newHouse(b)
			fill(h, accounts)
			b.ResetTimer()
			for b.Loop() {
				s, err := New(h.config)
				if err != nil {
					b.Fatal(err)
				}
				if n := len(s.accounts); n != accounts {
					b.Fatalf("%d accounts were found, want %d", n, accounts)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*accounts), "µs/account")
		})
	}
}

// fill puts accounts into the stores, with the same password's string each.
func fill(h *house, accounts int) {
	password := registry.HashPassword(goodPassword, registry.TestCost)
	workers := runtime.GOMAXPROCS(0)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < accounts; i += workers {
				id := registry.Random{}.New()
				err := h.stores.As(registry.RoleSubject, registry.ToProvide).Of(id).In("tower").Put(registry.Ref{Kind: registry.KindFlowProfile, Subject: id}, &registry.FlowProfile{
					Name: "Aino Virtanen", Gender: "female", Country: "FI", Language: "fi", Phone: "+358 40 123456", Email: fmt.Sprintf("p%d@example.org", i), Password: password, Active: week(monday),
				})
				if err != nil {
					panic(err)
				}
			}
		})
	}
	all.Wait()
}
