package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

func sign[T any](body T) Signed[T] { return Signed[T]{Token: "t", Body: body} }

// requests is one request for each operation but listen, with what the service
// hears of it.
var requests = []struct {
	op    string
	in    any
	heard string
}{
	{SignUpRemoteCall, remotecall.RemoteCallSignUp{Email: "e", Password: "p", Serial: "s", Building: "b"}, "sign-up-remote-call {Email:e Password:p Serial:s Building:b}"},
	{SignUpFlow, remotecall.FlowSignUp{Name: "n", Email: "e"}, "sign-up-flow {Name:n Gender: Country: Language: Phone: Email:e Password: Building:}"},
	{Login, Credentials{"flow", "e", "p"}, "login flow e p"},
	{Logout, sign(Nothing{}), "logout t"},
	{ChangePassword, sign(Passwords{"old", "new"}), "change-password t old new"},
	{Objections, sign(Nothing{}), "objections t"},
	{Prefer, sign(remotecall.Preferences{WalkingSpeed: new(1200)}), "prefer t 1200"},
	{AddSubUser, sign(remotecall.SubUserEntry{Name: "n"}), "add-sub-user t n"},
	{RemoveSubUser, sign(registry.ID("sub")), "remove-sub-user t sub"},
	{Call, sign(remotecall.CallRequest{Building: "b", From: "1", To: "2", Position: remotecall.Cell{East: -1}, Distance: 2.5, Walk: 3}),
		"call t {Building:b From:1 To:2 Position:{East:-1 North:0} Distance:2.5 Walk:3ns}"},
	{Status, sign(uint64(7)), "status t 7"},
	{Cancel, sign(uint64(7)), "cancel t 7"},
	{CreateKey, sign(remotecall.KeyRequest{Visitor: "v"}), "create-key t v"},
	{RevokeKey, sign(registry.ID("key")), "revoke-key t key"},
	{RegisterPseudonym, sign(Pseudonym{"id", "b"}), "register-pseudonym t id b"},
	{UploadUsage, remotecall.Usage{Pseudonym: "id", Equipment: "low"}, "upload-usage id low"},
	{AppReport, remotecall.AppReport{Token: "t", Model: "m"}, "app-report t m"},
	{Exercise, sign(Rights{Right: remotecall.ToReview, Service: "flow"}), "exercise t export flow"},
	{Import, sign([]byte("{}")), "import t {}"},
	{Connect, sign(VideoKey("key")), "connect t key"},
	{Answer, sign(uint64(9)), "answer t 9"},
	{OpenDoor, sign(uint64(9)), "open-door t 9"},
}

func TestEveryOperationReachesItsMethodInItsKindOfSessionOnly(t *testing.T) {
	l := newLine(t)
	personal, anonymous := l.dial(false), l.dial(true)
	covered := map[string]bool{Listen: true}
	for _, r := range requests {
		t.Run(r.op, func(t *testing.T) {
			covered[r.op] = true
			right, wrong := personal, anonymous
			if r.op == UploadUsage {
				right, wrong = anonymous, personal
			}
			l.heard = nil
			if err := right.Do(r.op, r.in, nil); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{r.heard}, l.heard); diff != "" {
				t.Errorf("the service heard (-want +got):\n%s", diff)
			}
			if err := wrong.Do(r.op, r.in, nil); !errors.Is(err, remotecall.Denied) {
				t.Errorf("in the wrong kind of session: %v, want %v", err, remotecall.Denied)
			}
			if len(l.heard) != 1 {
				t.Error("the service heard of a request in the wrong kind of session")
			}
			l.refuses = fmt.Errorf("%w: secret text", remotecall.TooManyCalls)
			defer func() { l.refuses = nil }()
			if err := right.Do(r.op, r.in, nil); r.op != Logout && !errors.Is(err, remotecall.TooManyCalls) || err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("refused: %v, want the word %v alone", err, remotecall.TooManyCalls)
			}
		})
	}
	for op := range l.endpoint.ops {
		if !covered[op] {
			t.Errorf("no request for operation %s", op)
		}
	}
}

func TestResultsComeBack(t *testing.T) {
	l := newLine(t)
	c := l.dial(false)
	var ticket remotecall.Ticket
	if err := c.Do(Call, sign(remotecall.CallRequest{}), &ticket); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(remotecall.Ticket{Number: 7, Bank: "low", To: 3, Ready: 60e9}, ticket); diff != "" {
		t.Errorf("ticket (-want +got):\n%s", diff)
	}
	l.refuses = remotecall.AskTheManager
	var f remotecall.Fulfilment
	if err := c.Do(Exercise, sign(Rights{}), &f); !errors.Is(err, remotecall.AskTheManager) {
		t.Fatalf("err = %v, want %v", err, remotecall.AskTheManager)
	}
	if diff := cmp.Diff(remotecall.Fulfilment{Request: "request", Referrals: []string{"ask"}}, f); diff != "" {
		t.Errorf("fulfilment that comes with a refusal (-want +got):\n%s", diff)
	}
	l.refuses = errors.New("disk full at /secret")
	if err := c.Do(Status, sign(uint64(1)), nil); !errors.Is(err, remotecall.Unavailable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("a failure of the back end: %v, want the word %v alone", err, remotecall.Unavailable)
	}
}

func TestBodiesAreTakenStrictly(t *testing.T) {
	for _, row := range []struct{ why, text string }{
		{"a field that does not exist", `login {"Service":"flow","Email":"e","Password":"p","Phone":"x"}`},
		{"a field within a field", `call {"Token":"t","Body":{"Building":"b","Name":"x"}}`},
		{"somebody else's fields of a rights request", `exercise {"Token":"t","Body":{"Right":"export","Operator":{}}}`},
		{"a second value", `login {"Service":"flow","Email":"e","Password":"p"} {}`},
		{"something after the value", `login {"Service":"flow","Email":"e","Password":"p"}]`},
		{"another type", `status {"Token":"t","Body":"7"}`},
		{"a negative number", `status {"Token":"t","Body":-7}`},
		{"no body", `login`},
		{"nothing", ``},
		{"an operation that does not exist", `open-all-doors {}`},
		{"more than a body may have", `login {"Service":"flow","Email":"` + strings.Repeat("e", small) + `","Password":"p"}`},
	} {
		t.Run(row.why, func(t *testing.T) {
			l := newLine(t)
			got := string(bytes.TrimRight(l.endpoint.perform(false, []byte(row.text)), " "))
			if got != "no malformed-field" {
				t.Errorf("reply %q, want %q", got, "no malformed-field")
			}
			if n := l.count(); n != 0 {
				t.Errorf("the service heard of it: %q", l.heard)
			}
		})
	}
}

func TestRequestsThatAreTooLargeAreNotSent(t *testing.T) {
	l := newLine(t)
	if err := l.dial(false).Do(Import, sign(make([]byte, LargestRequest)), nil); err == nil {
		t.Error("a request of more than LargestRequest was sent")
	}
	if len(l.frames) != 0 {
		t.Errorf("%d frames went out", len(l.frames))
	}
}

func TestManyRequestsAtOnce(t *testing.T) {
	l := newLine(t)
	c := Dial(Dialing{Transport: func(f []byte) ([]byte, error) { return l.endpoint.Handle(f), nil }, ServerKey: l.key.PublicKey()})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				var s remotecall.CallStatus
				if err := c.Do(Status, sign(uint64(g*100+i)), &s); err != nil || s.Car != "A" {
					t.Errorf("status %d of goroutine %d: %v, %+v", i, g, err, s)
					return
				}
			}
		})
	}
	wg.Wait()
	if got := l.count(); got != 400 {
		t.Errorf("the service heard of %d requests, want 400", got)
	}
	if got := l.endpoint.Sessions(); got != 1 {
		t.Errorf("%d sessions, want 1", got)
	}
}

func TestMailbox(t *testing.T) {
	listen := func(t *testing.T, c *Client) []Happening {
		t.Helper()
		var h []Happening
		if err := c.Do(Listen, sign(Nothing{}), &h); err != nil {
			t.Fatal(err)
		}
		return h
	}
	t.Run("a phone that is not connected is told so", func(t *testing.T) {
		l := newLine(t)
		if err := l.dial(false).Do(Listen, sign(Nothing{}), nil); !errors.Is(err, remotecall.NoDevice) {
			t.Errorf("err = %v, want %v", err, remotecall.NoDevice)
		}
	})
	connected := func(t *testing.T) (*line, *Client) {
		l := newLine(t)
		c := l.dial(false)
		if err := c.Do(Connect, sign(VideoKey("key")), nil); err != nil {
			t.Fatal(err)
		}
		return l, c
	}
	t.Run("what happened comes once and in order, also in another session of the same login", func(t *testing.T) {
		l, c := connected(t)
		l.device.Rings(1, "main")
		l.device.Frame(1, []byte("sealed"))
		l.device.Ended(1, true)
		c.Close()
		want := []Happening{{What: Rings, Ring: 1, Building: "main"}, {What: Frame, Ring: 1, Sealed: []byte("sealed")}, {What: Ended, Ring: 1, Answered: true}}
		if diff := cmp.Diff(want, listen(t, c)); diff != "" {
			t.Errorf("happened (-want +got):\n%s", diff)
		}
		if h := listen(t, c); len(h) != 0 {
			t.Errorf("a second time: %+v", h)
		}
	})
	t.Run("another login hears nothing", func(t *testing.T) {
		l, c := connected(t)
		l.device.Rings(1, "main")
		if err := c.Do(Listen, Signed[Nothing]{Token: "other"}, nil); !errors.Is(err, remotecall.NoDevice) {
			t.Errorf("err = %v, want %v", err, remotecall.NoDevice)
		}
	})
	t.Run("frames that nobody fetches push out older frames, and never the end of the call", func(t *testing.T) {
		l, c := connected(t)
		l.device.Rings(1, "main")
		for i := range 10 * mostFrames {
			l.device.Frame(1, []byte{byte(i)})
		}
		l.device.Frame(1, make([]byte, mostFrameSize+1))
		l.device.Ended(1, false)
		h := listen(t, c)
		if len(h) != mostFrames+2 || h[0].What != Rings || h[len(h)-1].What != Ended || h[len(h)-2].Sealed[0] != byte((10*mostFrames-1)%256) {
			t.Errorf("%d happenings, first %q, last %q", len(h), h[0].What, h[len(h)-1].What)
		}
	})
	t.Run("rings that nobody fetches are bounded", func(t *testing.T) {
		l, c := connected(t)
		for i := range uint64(10 * mostOthers) {
			l.device.Rings(i, "main")
		}
		if h := listen(t, c); len(h) != mostOthers || h[0].Ring != 9*mostOthers {
			t.Errorf("%d happenings from ring %d on, want %d from %d", len(h), h[0].Ring, mostOthers, 9*mostOthers)
		}
	})
	t.Run("after a wipe there is nothing but the wipe", func(t *testing.T) {
		l, c := connected(t)
		l.device.Frame(1, []byte("sealed"))
		l.device.Wipe()
		l.device.Ended(1, false)
		if diff := cmp.Diff([]Happening{{What: Wipe}}, listen(t, c)); diff != "" {
			t.Errorf("happened (-want +got):\n%s", diff)
		}
	})
	t.Run("the number of mailboxes is bounded", func(t *testing.T) {
		l, c := connected(t)
		l.endpoint.boxes.most = 2
		for _, token := range []remotecall.Token{"t2", "t3"} {
			if err := c.Do(Connect, Signed[VideoKey]{Token: token}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Do(Listen, sign(Nothing{}), nil); !errors.Is(err, remotecall.NoDevice) {
			t.Errorf("the mailbox unused for longest: %v, want %v", err, remotecall.NoDevice)
		}
		if n := len(l.endpoint.boxes.by); n != 2 {
			t.Errorf("%d mailboxes, want 2", n)
		}
	})
}
