package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// TestKeyTagInACall lets a Manager hand out a key tag over the app API and calls
// lifts with it over the published one: the tag opens its floor and no other.
func TestKeyTagInACall(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: passwords are hashed as in production")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := serveApart(t, dir)
	const building, email = "officelunch", "tag.qzx@example.org"
	s.must(t, "", "POST", "/remote-call/accounts", map[string]any{"email": email, "password": "correct horse battery", "device_serial": "serial-qzx", "building": building})
	people := "/buildings/" + building + "/people"
	subject := s.must(t, s.Managers[building], "POST", people, map[string]any{"service": "remote-call", "email": email, "name": "Person Qzx"})["subject"]
	tag := s.must(t, s.Managers[building], "PUT", fmt.Sprintf("%s/%v/key-tag", people, subject), map[string]any{"floors": []string{"5"}})["number"]

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, strings.Replace(s.URL, "http", "ws", 1)+"/stream-v2?accessToken="+s.token(t, "callgiving/group:officelunch:1"), &websocket.DialOptions{Subprotocols: []string{"koneapi"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	say := func(text string) {
		t.Helper()
		if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	// hear waits for a frame that fits.
	hear := func(fits func(topic string, data map[string]any) bool) (string, map[string]any) {
		t.Helper()
		for {
			_, raw, err := conn.Read(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var f struct {
				Subtopic string
				Data     map[string]any
			}
			if err := json.Unmarshal(raw, &f); err != nil {
				t.Fatal(err)
			}
			if fits(f.Subtopic, f.Data) {
				return f.Subtopic, f.Data
			}
		}
	}
	say(`{"type":"site-monitoring","requestId":"m","buildingId":"building:officelunch","callType":"monitor","groupId":"1","payload":{"sub":"tag","duration":300,"subtopics":["call_state/+/assigned","call_state/+/cancelled"]}}`)
	for i, row := range []struct {
		sentence string
		card     any
		area     int
		state    string
		reason   any
	}{
		{"the tag, to its floor", tag, 6000, "assigned", nil},
		{"the tag, to another floor", tag, 7000, "cancelled", "FLOOR_IS_LOCKED"},
		{"a card that nobody has handed out", "0009", 6000, "cancelled", "FLOOR_IS_LOCKED"},
	} {
		say(fmt.Sprintf(`{"type":"lift-call-api-v2","buildingId":"building:officelunch","callType":"action","groupId":"1","payload":{"request_id":%d,"area":1000,"time":"2026-01-05T08:00:00.000Z","terminal":1,"media_type":"RFID","media_id":%q,"call":{"action":2,"destination":%d}}}`,
			i+1, row.card, row.area))
		_, result := hear(func(_ string, data map[string]any) bool { return data["success"] != nil })
		session, _ := result["session_id"].(float64)
		topic, data := hear(func(topic string, _ map[string]any) bool {
			return strings.HasPrefix(topic, fmt.Sprintf("call_state/%.0f/", session))
		})
		if state := topic[strings.LastIndex(topic, "/")+1:]; state != row.state || data["cancel_reason"] != row.reason {
			t.Errorf("%s: the call is %s, cancel_reason %v, want %s, %v", row.sentence, state, data["cancel_reason"], row.state, row.reason)
		}
	}
}

// token gets an access token.
func (s *child) token(t *testing.T, scope string) string {
	t.Helper()
	r, err := http.NewRequest("POST", s.URL+"/api/v2/oauth2/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(s.Client, s.Secret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("token: status %d, %v", answer.StatusCode, err)
	}
	return got.Token
}
