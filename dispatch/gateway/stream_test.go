package gateway

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPingIsAcknowledgedThenAnswered(t *testing.T) {
	l := newDesk(t, nil).robot()
	got := []string{l.ask(ping(510000005)), masked(l.next())}
	want := []string{
		`{"connectionId":"C","requestId":510000005,"statusCode":201,"data":{"time":"T"}}`,
		`{"data":{"request_id":510000005,"time":"T"},"callType":"ping","buildingId":"building:twin1","groupId":"1"}`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
