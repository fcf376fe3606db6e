package load

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// frame is what we read of a message of the server, of whatever kind.
type frame struct {
	Type       string          `json:"type"`
	RequestID  json.RawMessage `json:"requestId"` // text or a number, as the request had it
	StatusCode int             `json:"statusCode"`
	CallType   string          `json:"callType"`
	Subtopic   string          `json:"subtopic"`
	Data       struct {
		RequestID    json.RawMessage `json:"request_id"`
		Success      *bool           `json:"success"`
		SessionID    int64           `json:"session_id"`
		Error        string          `json:"error"`
		Time         string          `json:"time"`
		Session      string          `json:"sessionId"`
		Groups       []groupFrame    `json:"groups"`
		Destinations []destination   `json:"destinations"`
	} `json:"data"`
}

type groupFrame struct {
	Terminals []int `json:"terminals"`
}

type destination struct {
	Area  int    `json:"area_id"`
	Floor int    `json:"group_floor_id"`
	Side  int    `json:"group_side"`
	Name  string `json:"short_name"`
}

// identity reads an identifier that was ours: a number, or one in a text.
func identity(raw json.RawMessage) (uint64, bool) {
	s := string(raw)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	id, err := strconv.ParseUint(s, 10, 53)
	return id, err == nil
}

// landings are a configuration's destinations, lowest first and fronts before
// rears.
func (f *frame) landings() []landing {
	var all []landing
	for _, d := range f.Data.Destinations {
		all = append(all, landing{d.Area, d.Floor, d.Side, d.Name})
	}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].floor != all[j].floor {
			return all[i].floor < all[j].floor
		}
		return all[i].side < all[j].side
	})
	return all
}

// callState gives the call and its state that an event's topic tells of.
func callState(subtopic string) (session int64, state string, ok bool) {
	rest, ok := strings.CutPrefix(subtopic, "call_state/")
	if !ok {
		return 0, "", false
	}
	number, state, ok := strings.Cut(rest, "/")
	session, err := strconv.ParseInt(number, 10, 64)
	return session, state, ok && err == nil
}

// named makes a text of the server fit for counting: without the numbers in it,
// which differ from call to call and could be floors.
func named(text string) string {
	out := strings.Builder{}
	digits := false
	for _, r := range short(text) {
		if r >= '0' && r <= '9' {
			if !digits {
				out.WriteByte('#')
			}
			digits = true
			continue
		}
		digits = false
		out.WriteRune(r)
	}
	return out.String()
}

// stamp is an instant as requests carry it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func createSessionFrame(id uint64) []byte {
	return fmt.Appendf(nil, `{"type":"create-session","requestId":"%d"}`, id)
}

func pingFrame(g Group, id uint64) []byte {
	return fmt.Appendf(make([]byte, 0, 160), `{"type":"common-api","buildingId":"building:%s","callType":"ping","groupId":"%s","payload":{"request_id":%d}}`, g.Building, g.Group, id)
}

func configFrame(g Group, id uint64) []byte {
	return fmt.Appendf(nil, `{"type":"common-api","requestId":"%d","buildingId":"building:%s","callType":"config","groupId":"%s"}`, id, g.Building, g.Group)
}

func callFrame(g Group, id uint64, terminal, from, to int, now time.Time) []byte {
	return fmt.Appendf(make([]byte, 0, 288), `{"type":"lift-call-api-v2","buildingId":"building:%s","callType":"action","groupId":"%s",`+
		`"payload":{"request_id":%d,"area":%d,"time":"%s","terminal":%d,"call":{"action":2,"destination":%d}}}`, g.Building, g.Group, id, from, stamp(now), terminal, to)
}

// deleteFrame carries a number of ours, which the API leaves to the client, so
// that its acknowledgement can be told from others.
func deleteFrame(g Group, id uint64, session int64) []byte {
	return fmt.Appendf(nil, `{"type":"lift-call-api-v2","buildingId":"building:%s","callType":"delete","groupId":"%s","payload":{"request_id":%d,"session_id":%d}}`, g.Building, g.Group, id, session)
}

// monitorFrame asks for the states of one call. The subscriber's name is new
// each time, because nobody says what becomes of a subscription when its name is
// used again.
func monitorFrame(g Group, id uint64, session int64, span time.Duration) []byte {
	return fmt.Appendf(nil, `{"type":"site-monitoring","requestId":"%d","buildingId":"building:%s","callType":"monitor","groupId":"%s",`+
		`"payload":{"sub":"load-%d","duration":%d,"subtopics":["call_state/%d/+"]}}`, id, g.Building, g.Group, id, int(span.Seconds()), session)
}
