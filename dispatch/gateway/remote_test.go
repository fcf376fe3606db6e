package gateway

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/building"
)

func TestRemoteCall(t *testing.T) {
	for _, row := range []struct {
		why    string
		ready  time.Duration
		during func(w *town, cancel func())
		want   []string
	}{
		{"served", 0, func(*town, func()) {}, []string{"1 comes", "served"}},
		{"ready later", 20 * time.Second, func(*town, func()) {}, []string{"1 comes", "served"}},
		{"taken back", 0, func(w *town, cancel func()) { cancel() }, []string{"1 comes", "not served"}},
		{"taken back before a car was found", 25 * time.Second, func(w *town, cancel func()) { cancel() }, []string{"not served"}},
		{"taken back too late", 0, func(w *town, cancel func()) { w.until(10 * time.Second); cancel() }, []string{"1 comes", "served"}},
		{"another car takes over", 0, func(w *town, _ func()) {
			if err := w.s.building.Fault(building.Fault{Kind: building.CarOutOfService, Car: 0, For: time.Hour}); err != nil {
				t.Fatal(err)
			}
		}, []string{"1 comes", "2 comes", "served"}},
	} {
		w := newTown(t, house(t), nil)
		w.listen(someone(), "call_state/+/+", "action/+/+")
		var heard []string
		cancel, err := w.g.Call("twin1", "1", 2, 5, row.ready, func(car string, eta time.Duration) {
			if eta < 0 || eta > time.Minute {
				t.Errorf("%s: the car comes in %v", row.why, eta)
			}
			heard = append(heard, car+" comes")
		}, func(served bool) {
			heard = append(heard, map[bool]string{true: "served", false: "not served"}[served])
		})
		if err != nil {
			t.Fatal(err)
		}
		w.s.drain()
		w.until(time.Second)
		row.during(w, cancel)
		w.s.drain()
		w.until(3 * time.Minute)
		if diff := cmp.Diff(row.want, heard); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.why, diff)
		}
		if len(w.frames) > 0 || w.s.sessions != 0 || w.group.calls.live != 0 {
			t.Errorf("%s: events %v, %d session IDs given, %d calls live", row.why, w.topics(""), w.s.sessions, w.group.calls.live)
		}
	}
}

func TestRemoteCallsThatCannotBe(t *testing.T) {
	b := newFakeBuilding(8, 1)
	w := newTown(t, b, func(c *Config) { c.Limits.Inbox = 1 })
	for _, row := range []struct {
		why, place, bank string
		from, to         int
		err              string
	}{
		{"no such building", "x", "1", 1, 2, "no building"},
		{"no such bank", "twin1", "3", 1, 2, "no bank"},
		{"a floor above the roof", "twin1", "1", 1, 8, "does not serve"},
		{"a floor below ground", "twin1", "1", -1, 2, "does not serve"},
		{"to where one is", "twin1", "1", 2, 2, "to the floor where it is made"},
		{"by names", "Fake house", "Bank 1", 1, 2, ""},
		{"the queue is full", "twin1", "1", 1, 2, errBusy.Error()},
	} {
		_, err := w.g.Call(row.place, row.bank, row.from, row.to, 0, nil, nil)
		if got := fmt.Sprint(err); (err == nil) != (row.err == "") || !strings.Contains(got, row.err) && row.err != "" {
			t.Errorf("%s: %v, want %q", row.why, err, row.err)
		}
	}
}
