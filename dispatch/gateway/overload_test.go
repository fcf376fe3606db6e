package gateway

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestAFullGroupIsShedAndRecovers places more calls than a group takes: the first
// are served all the same, the others are told at once, and when cars have served
// enough there is room again. Nothing else is refused meanwhile.
func TestAFullGroupIsShedAndRecovers(t *testing.T) {
	const room = 5
	d := newDesk(t, func(c *Config) {
		c.Buildings[0].Building = house(t)
		c.Speed, c.Limits.Calls = 100, room
	})
	l := d.robot()
	placed, id := 0, 0
	call := func() (status int) {
		id++
		answer := l.ask(fmt.Sprintf(`{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"action","groupId":"1","payload":{"request_id":%d,"area":1000,"time":"2026-01-05T08:00:00Z","terminal":1,"call":{"action":2,"destination":%d}}}`, id, 2000+id%6*1000))
		if strings.Contains(answer, `"statusCode":429`) {
			return 429
		}
		if !strings.Contains(answer, `"statusCode":201`) {
			t.Fatalf("call %d: %s", id, answer)
		}
		if result := l.next(); !strings.Contains(result, `"success":true`) {
			t.Fatalf("call %d: %s", id, result)
		}
		placed++
		return 201
	}
	shed := 0
	for range 2 * room {
		if call() == 429 {
			shed++
		}
	}
	// A call that was served meanwhile makes room for another.
	if shed == 0 || placed < room {
		t.Errorf("of %d calls %d were placed and %d shed; want %d at least placed, and some shed", 2*room, placed, shed, room)
	}
	if answer := l.ask(ping(99_999)); !strings.Contains(answer, `"statusCode":201`) {
		t.Errorf("a ping to a building full of calls: %s", answer)
	}
	l.next()
	for deadline := time.Now().Add(20 * time.Second); call() == 429; {
		if time.Now().After(deadline) {
			t.Fatal("there is no room again")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestNewCallsAreShedBeforeWhatEndsThem fills half of a building's queue: calls
// are refused, and those that are open can still be taken back.
func TestNewCallsAreShedBeforeWhatEndsThem(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Inbox = 16 })
	l := d.robot()
	release, held := make(chan struct{}), make(chan struct{})
	if err := d.site().post(func() { close(held); <-release }); err != nil {
		t.Fatal(err)
	}
	<-held
	for range 8 {
		if err := d.site().post(func() {}); err != nil {
			t.Fatal(err)
		}
	}
	call := `{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"action","groupId":"1","payload":{"request_id":1,"area":1000,"time":"2026-01-05T08:00:00Z","terminal":1,"call":{"action":2,"destination":2000}}}`
	if answer := l.ask(call); !strings.Contains(answer, `"statusCode":429`) {
		t.Errorf("a call to a building that is behind: %s", answer)
	}
	if answer := l.ask(`{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"delete","groupId":"1","payload":{"session_id":7001}}`); !strings.Contains(answer, `"statusCode":201`) {
		t.Errorf("taking a call back: %s", answer)
	}
	close(release)
	for answer := l.ask(call); strings.Contains(answer, `"statusCode":429`); answer = l.ask(call) {
		time.Sleep(time.Millisecond)
	}
}
