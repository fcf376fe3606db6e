package wire

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hpke"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

func TestATapSeesNothing(t *testing.T) {
	l := newLine(t)
	c, u := l.dial(false), l.dial(true)
	id := registry.Random{}.New()
	secrets := []string{"canary-mail@example.test", "canary-password", "canary-floor", "main", string(id), "tower-low"}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(c.Do(Login, Credentials{"flow", secrets[0], secrets[1]}, nil))
	do(c.Do(Call, sign(remotecall.CallRequest{Building: "main", From: secrets[2]}), nil))
	do(c.Do(RegisterPseudonym, sign(Pseudonym{id, "main"}), nil))
	do(u.Do(UploadUsage, remotecall.Usage{Pseudonym: id, Building: "main", Equipment: secrets[5]}, nil))
	for op := range l.endpoint.ops {
		secrets = append(secrets, op)
	}
	for i, frame := range l.frames {
		// 3 bytes of every base64 phase are enough for a text of 6 to show.
		for _, s := range secrets {
			for _, form := range []string{s, hex.EncodeToString([]byte(s)), base64.StdEncoding.EncodeToString([]byte(s))} {
				if bytes.Contains(bytes.ToLower(frame), []byte(strings.ToLower(form))) {
					t.Errorf("frame %d from the %s shows %q", i, l.from[i], s)
				}
			}
		}
	}
}

// TestFormat opens a tap with the back end's private key and the package's
// documentation alone, as an audit does.
func TestFormat(t *testing.T) {
	l := newLine(t)
	c := l.dial(false)
	if err := c.Do(Login, Credentials{"flow", "e", "p"}, nil); err != nil {
		t.Fatal(err)
	}
	l.refuses = remotecall.NoSuchCall
	if err := c.Do(Status, sign(uint64(7)), nil); !errors.Is(err, remotecall.NoSuchCall) {
		t.Fatal(err)
	}
	type keys struct {
		requests, replies func(header, sealed []byte) string
	}
	open := func(export func(string, int) ([]byte, error), direction string, session, salt []byte) func(header, sealed []byte) string {
		get := func(what string, n int) []byte {
			b, err := export(direction+" "+what+string(session)+string(salt), n)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		block, err := aes.NewCipher(get("key", 32))
		if err != nil {
			t.Fatal(err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			t.Fatal(err)
		}
		iv := get("iv", 12)
		return func(authenticated, sealed []byte) string {
			nonce := bytes.Clone(iv)
			for i := range 8 {
				nonce[4+i] ^= authenticated[18+i]
			}
			b, err := aead.Open(nil, nonce, sealed, authenticated)
			if err != nil {
				t.Fatalf("opening a frame of type %d: %v", authenticated[1], err)
			}
			return string(b)
		}
	}
	var pending *hpke.Recipient
	sessions := map[string]keys{}
	var got []string
	for _, f := range l.frames {
		if f[0] != 1 {
			t.Fatalf("version %d", f[0])
		}
		session := string(f[2:18])
		switch f[1] {
		case 1:
			var err error
			if pending, err = hpke.NewRecipient(f[26:58], l.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("hoistway remote call 1")); err != nil {
				t.Fatal(err)
			}
			hello, err := pending.Open(f[:26], f[58:])
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("greeting %x", hello))
		case 2:
			k := keys{open(pending.Export, "request", f[2:18], f[26:58]), open(pending.Export, "reply", f[2:18], f[26:58])}
			sessions[session] = k
			got = append(got, fmt.Sprintf("welcome %x", k.replies(f[:58], f[58:])))
		case 3:
			got = append(got, fmt.Sprintf("%d > %s", binary.BigEndian.Uint64(f[18:]), sessions[session].requests(f[:26], f[26:])))
		case 4:
			got = append(got, fmt.Sprintf("%d < %s", binary.BigEndian.Uint64(f[18:]), sessions[session].replies(f[:26], f[26:])))
		}
	}
	padded := func(s string) string { return s + strings.Repeat(" ", (64-len(s)%64)%64) }
	want := []string{
		"greeting " + strings.Repeat("00", 17), "welcome 00",
		"1 > " + padded(`login {"Service":"flow","Email":"e","Password":"p"}`), "1 < " + padded(`ok "token"`),
		"2 > " + padded(`status {"Token":"t","Body":7}`), "2 < " + padded(`no no-such-call`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
}

// conversation is the frames of one exchange: greeting, welcome, request and
// reply.
func conversation(t testing.TB) (*line, [][]byte) {
	l := newLine(t)
	if err := l.dial(false).Do(Status, sign(uint64(7)), nil); err != nil {
		t.Fatal(err)
	}
	if len(l.frames) != 4 {
		t.Fatalf("%d frames, want 4", len(l.frames))
	}
	return l, l.frames
}

// TestTamperedWithIsRefused changes, cuts or lengthens any frame at any place.
func TestTamperedWithIsRefused(t *testing.T) {
	for nth, name := range []string{"greeting", "welcome", "request", "reply"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				l := newLine(t)
				seen, changed := 0, false
				l.meddle = func(from string, frame []byte) []byte {
					if seen++; seen-1 != nth {
						return frame
					}
					b := bytes.Clone(frame)
					switch rapid.SampledFrom([]string{"flip", "flip", "flip", "cut", "lengthen"}).Draw(r, "how") {
					case "flip":
						b[rapid.IntRange(0, len(b)-1).Draw(r, "at")] ^= byte(rapid.IntRange(1, 255).Draw(r, "mask"))
					case "cut":
						b = b[:rapid.IntRange(0, len(b)-1).Draw(r, "length")]
					case "lengthen":
						b = append(b, rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(r, "more")...)
					}
					changed = true
					return b
				}
				err := l.dial(false).Do(Status, sign(uint64(7)), nil)
				if !changed {
					r.Fatal("nothing was changed")
				}
				// A reply that was tampered with comes too late to prevent the
				// request; every other change does.
				if want := nth / 3; l.count() > want {
					r.Errorf("the service did %d requests, want at most %d", l.count(), want)
				}
				if !errors.Is(err, ErrForged) && !errors.Is(err, ErrUncertain) {
					r.Errorf("err = %v, want %v or %v", err, ErrForged, ErrUncertain)
				}
			})
		})
	}
}

func TestEveryBitOfARequestCounts(t *testing.T) {
	l := newLine(t)
	c := l.dial(false)
	var request []byte
	l.meddle = func(from string, frame []byte) []byte {
		if from == "phone" && frame[1] == byte(3) {
			request = bytes.Clone(frame)
			return nil // it is lost on the way
		}
		return frame
	}
	if err := c.Do(Status, sign(uint64(7)), nil); !errors.Is(err, ErrUncertain) {
		t.Fatal(err)
	}
	for bit := range len(request) * 8 {
		request[bit/8] ^= 1 << (bit % 8)
		if back := l.endpoint.Handle(request); len(back) > 0 && (back[1] != byte(unknownSession) || len(back) != headerSize) {
			t.Fatalf("bit %d: the endpoint answers a frame of type %d, %d bytes", bit, back[1], len(back))
		}
		request[bit/8] ^= 1 << (bit % 8)
	}
	if n := l.count(); n != 0 {
		t.Fatalf("the service did %d requests that were tampered with", n)
	}
	if back := l.endpoint.Handle(request); len(back) == 0 || back[1] != byte(reply) || l.count() != 1 {
		t.Error("the request itself was not done: the test shows nothing")
	}
}

func TestReplayIsRefused(t *testing.T) {
	l, frames := conversation(t)
	if back := l.endpoint.Handle(frames[2]); back != nil {
		t.Errorf("a request played again is answered with a frame of type %d", back[1])
	}
	// A greeting played again gets a session of other keys, in which the
	// recorded request is nothing.
	back := l.endpoint.Handle(frames[0])
	if len(back) == 0 || back[1] != byte(welcome) {
		t.Fatal("a greeting played again: no welcome")
	}
	if bytes.Equal(back[2:], frames[1][2:]) || bytes.Equal(back[2:18], frames[1][2:18]) || bytes.Equal(back[26:58], frames[1][26:58]) || bytes.Equal(back[58:], frames[1][58:]) {
		t.Error("a greeting played again gets the same session, salt or seal")
	}
	seals := func(id []byte) string {
		s := l.endpoint.find(sessionID(id), l.clock)
		return string(s.requests.seal(nil, 1, []byte("text"))) + string(s.replies.seal(nil, 1, []byte("text")))
	}
	if a, b := seals(frames[1][2:18]), seals(back[2:18]); a[:20] == b[:20] || a[20:] == b[20:] || a[:20] == a[20:] {
		t.Error("two lanes have the same key")
	}
	moved := bytes.Clone(frames[2])
	copy(moved[2:18], back[2:18])
	if answer := l.endpoint.Handle(moved); answer != nil {
		t.Error("a request recorded in one session is taken in another")
	}
	if n := l.count(); n != 1 {
		t.Errorf("the service did %d requests, want 1", n)
	}
}

func TestRequestsMayOvertakeEachOtherByTheWindow(t *testing.T) {
	l := newLine(t)
	c := l.dial(false)
	var held [][]byte
	l.meddle = func(from string, frame []byte) []byte {
		if from == "phone" && frame[1] == byte(request) {
			held = append(held, bytes.Clone(frame))
			return nil
		}
		return frame
	}
	const last = windowSize + 5
	for range last + 1 {
		if err := c.Do(Status, sign(uint64(7)), nil); !errors.Is(err, ErrUncertain) {
			t.Fatal(err)
		}
	}
	taken := func(i int) bool { return len(l.endpoint.Handle(held[i])) > 0 }
	for _, row := range []struct {
		why   string
		frame int
		want  bool
	}{
		{"the last", last, true}, {"the last again", last, false}, {"the oldest of the window", 6, true}, {"the same again", 6, false},
		{"the one that has left it", 5, false}, {"the one before the last", last - 1, true},
	} {
		if got := taken(row.frame); got != row.want {
			t.Errorf("%s: taken %t, want %t", row.why, got, row.want)
		}
	}
}

// TestWindow holds the window against a plain list of what was taken.
func TestWindow(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var w window
		taken := map[uint64]bool{}
		top := uint64(0)
		for range rapid.IntRange(1, 200).Draw(r, "steps") {
			s := top + uint64(rapid.IntRange(-windowSize-80, windowSize/4).Draw(r, "step"))
			if rapid.IntRange(0, 20).Draw(r, "leap") == 0 {
				s = rapid.Uint64().Draw(r, "sequence")
			}
			want := s != 0 && !taken[s] && (s > top || top-s < windowSize)
			if got := w.take(s); got != want {
				r.Fatalf("sequence %d after %d: taken %t, want %t", s, top, got, want)
			}
			if want {
				taken[s], top = true, max(top, s)
			}
		}
	})
}

func TestNoncesNeverRepeat(t *testing.T) {
	// Of every frame that is sealed, whatever way the line is treated: the
	// session, the direction and the sequence are the key and the nonce.
	rapid.Check(t, func(r *rapid.T) {
		l := newLine(t)
		l.endpoint.most = 2
		clients := []*Client{l.dial(false), l.dial(false), l.dial(false)}
		seen := map[string]bool{}
		texts := map[string]bool{}
		note := func(from string, frame []byte) {
			if len(frame) < headerSize || kind(frame[1]) == unknownSession || kind(frame[1]) == greeting {
				return
			}
			key := from + string(frame[2:26])
			if seen[key] {
				r.Fatalf("the %s sealed two frames of one session under sequence %d", from, binary.BigEndian.Uint64(frame[18:]))
			}
			seen[key] = true
			if text := string(frame[headerSize:]); texts[text] {
				r.Fatalf("two frames of the %s are equal", from)
			} else {
				texts[text] = true
			}
		}
		last := map[string][]byte{}
		l.meddle = func(from string, frame []byte) []byte {
			note(from, frame)
			if from == "phone" {
				switch rapid.IntRange(0, 5).Draw(r, "line") {
				case 0: // an attacker plays an old frame of any phone
					note("service", l.endpoint.Handle(last["any"]))
				case 1: // and this one twice
					note("service", l.endpoint.Handle(frame))
				}
				last["any"] = bytes.Clone(frame)
			}
			return frame
		}
		for range rapid.IntRange(1, 30).Draw(r, "requests") {
			c := clients[rapid.IntRange(0, 2).Draw(r, "phone")]
			switch rapid.IntRange(0, 9).Draw(r, "event") {
			case 0:
				l.restart()
				l.endpoint.most = 2
			case 1:
				c.Close()
			case 2:
				l.clock = l.clock.Add(Idle)
			}
			_ = c.Do(Status, sign(uint64(7)), nil)
		}
	})
}

func TestSequencesOfLanesDiffer(t *testing.T) {
	var l lane
	for i := range l.iv {
		l.iv[i] = byte(0xa0 + i)
	}
	seen := map[[12]byte]uint64{}
	for i := range uint64(64) {
		for _, s := range []uint64{i, bits.Reverse64(i), ^i} {
			if other, ok := seen[l.nonce(s)]; ok && other != s {
				t.Fatalf("sequences %d and %d have the same nonce", s, other)
			}
			seen[l.nonce(s)] = s
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	day := 24 * time.Hour
	for _, row := range []struct {
		why   string
		steps []time.Duration // between requests
		want  int             // greetings
	}{
		{"used just before it idles out", []time.Duration{Idle - 1, Idle - 1}, 1},
		{"idle for so long", []time.Duration{Idle}, 2},
		{"in use, but too old", []time.Duration{6 * day, 6 * day, 6 * day, 6 * day, 6*day - 1, 1}, 2},
		{"in use, and not too old", []time.Duration{6 * day, 6 * day, 6 * day, 6 * day, 6*day - 1}, 1},
	} {
		t.Run(row.why, func(t *testing.T) {
			l := newLine(t)
			c := l.dial(false)
			for _, step := range append([]time.Duration{0}, row.steps...) {
				l.clock = l.clock.Add(step)
				if err := c.Do(Status, sign(uint64(7)), nil); err != nil {
					t.Fatal(err)
				}
			}
			greetings := 0
			for _, f := range l.frames {
				if kind(f[1]) == greeting {
					greetings++
				}
			}
			if greetings != row.want || l.endpoint.Sessions() != 1 {
				t.Errorf("%d greetings and %d sessions at the end, want %d and 1", greetings, l.endpoint.Sessions(), row.want)
			}
			if got := l.count(); got != len(row.steps)+1 {
				t.Errorf("%d requests done, want %d", got, len(row.steps)+1)
			}
		})
	}
}

func TestTheSessionUnusedForLongestEnds(t *testing.T) {
	l := newLine(t)
	l.endpoint.most = 3
	var clients []*Client
	for range 3 {
		clients = append(clients, l.dial(false))
	}
	for _, i := range []int{0, 1, 2, 0} { // 1 is now unused for longest
		if err := clients[i].Do(Status, sign(uint64(7)), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.dial(false).Do(Status, sign(uint64(7)), nil); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false, true} {
		if got := l.endpoint.find(clients[i].now.id, l.clock) != nil; got != want {
			t.Errorf("session %d alive: %t, want %t", i, got, want)
		}
	}
	if got := l.endpoint.Sessions(); got != 3 {
		t.Errorf("%d sessions, want 3", got)
	}
}

func TestAfterARestartTheRequestIsRepeatedOnce(t *testing.T) {
	l := newLine(t)
	c := l.dial(false)
	for range 2 {
		if err := c.Do(Status, sign(uint64(7)), nil); err != nil {
			t.Fatal(err)
		}
	}
	l.restart()
	if err := c.Do(Status, sign(uint64(8)), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"status t 7", "status t 7", "status t 8"}, l.heard); diff != "" {
		t.Errorf("done (-want +got):\n%s", diff)
	}
	// A line that always says "unknown" does not make the phone go on for ever.
	l.meddle = func(from string, frame []byte) []byte {
		if from == "phone" && kind(frame[1]) == request {
			return append([]byte{1, byte(request)}, append(bytes.Repeat([]byte{9}, sessionSize), frame[18:]...)...)
		}
		return frame
	}
	before := len(l.frames)
	if err := c.Do(Status, sign(uint64(9)), nil); err == nil {
		t.Error("no error")
	}
	if sent := len(l.frames) - before; sent > 8 {
		t.Errorf("%d frames for one request", sent)
	}
}

func TestAForgedUnknownSessionDoesNotRepeatTheRequest(t *testing.T) {
	l := newLine(t)
	c := l.dial(false)
	if err := c.Do(Status, sign(uint64(7)), nil); err != nil {
		t.Fatal(err)
	}
	var sent []byte
	l.meddle = func(from string, frame []byte) []byte {
		if from == "phone" {
			sent = frame
		} else if kind(frame[1]) == reply { // it was done; say that it was not
			forged := bytes.Clone(sent[:headerSize])
			forged[1] = byte(unknownSession)
			return forged
		}
		return frame
	}
	if err := c.Do(Call, sign(remotecall.CallRequest{}), nil); !errors.Is(err, ErrUncertain) {
		t.Errorf("err = %v, want %v", err, ErrUncertain)
	}
	if got := l.count(); got != 2 {
		t.Errorf("the service did %d requests, want 2", got)
	}
	l.meddle = nil
	if err := c.Do(Status, sign(uint64(7)), nil); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestThereIsNoPlaintextFallback(t *testing.T) {
	l := newLine(t)
	c := l.dial(false)
	for _, row := range []struct {
		why  string
		back func(frame []byte) ([]byte, error)
	}{
		{"no line", func([]byte) ([]byte, error) { return nil, errors.New("no line") }},
		{"no answer", func([]byte) ([]byte, error) { return nil, nil }},
		{"an answer in the clear", func([]byte) ([]byte, error) { return []byte(`ok {"Number":1}`), nil }},
		{"somebody else's key", func(f []byte) ([]byte, error) { return newLine(t).endpoint.Handle(f), nil }},
		{"the phone's own words", func(f []byte) ([]byte, error) { return f, nil }},
	} {
		t.Run(row.why, func(t *testing.T) {
			l.frames = nil
			c.d.Transport = row.back
			c.Close()
			if err := c.Do(Login, Credentials{"flow", "canary@example.test", "canary"}, nil); err == nil {
				t.Error("no error")
			}
			for _, f := range l.frames {
				if bytes.Contains(f, []byte("canary")) || bytes.Contains(f, []byte("login")) {
					t.Error("the phone sent its request in the clear")
				}
			}
		})
	}
}

func FuzzHandle(f *testing.F) {
	l, frames := conversation(f)
	for _, frame := range frames {
		f.Add(frame)
	}
	f.Add([]byte{})
	f.Add([]byte{1, 3})
	f.Fuzz(func(t *testing.T, frame []byte) {
		before := l.count()
		back := l.endpoint.Handle(frame)
		if l.count() != before {
			t.Error("a frame that no phone made was done")
		}
		if len(back) == 0 {
			return
		}
		switch kind(back[1]) {
		case welcome: // a replay of the greeting in the corpus
			if len(back) != headerSize+saltSize+1+tagSize {
				t.Errorf("a welcome of %d bytes", len(back))
			}
		case unknownSession:
			if !bytes.Equal(back[2:], frame[2:headerSize]) || len(back) != headerSize {
				t.Errorf("an unknown session says %x", back)
			}
		default:
			t.Errorf("the endpoint answers a stranger with a frame of type %d", back[1])
		}
		if n := l.endpoint.Sessions(); n > MostSessions {
			t.Errorf("%d sessions", n)
		}
	})
}

func FuzzBody(f *testing.F) {
	for _, r := range []string{`login {"Service":"flow","Email":"e","Password":"p"}`, `call {"Token":"t","Body":{"From":"1"}}`, `upload-usage {"Pseudonym":"x"}`, `connect {"Token":"t","Body":"AA=="}`, `no`} {
		f.Add(r, false)
		f.Add(r, true)
	}
	f.Fuzz(func(t *testing.T, text string, anonymous bool) {
		if strings.HasPrefix(text, Prefer) {
			t.Skip("the fake wants a walking speed")
		}
		l := newLineOnce()
		back := l.endpoint.perform(anonymous, []byte(text))
		if len(back)%block != 0 || !bytes.HasPrefix(back, []byte("ok ")) && !bytes.HasPrefix(back, []byte("no ")) {
			t.Errorf("reply %q", back)
		}
	})
}

var newLineOnce = func() func() *line {
	l := &line{fake: new(fake)}
	l.endpoint = NewEndpoint(l.fake, nil, l.now)
	return func() *line { l.heard = nil; return l }
}()

func BenchmarkDo(b *testing.B) {
	l := newLine(b)
	c := Dial(Dialing{Transport: func(f []byte) ([]byte, error) { return l.endpoint.Handle(f), nil }, ServerKey: l.key.PublicKey()})
	in := sign(remotecall.CallRequest{Building: "main", From: "3 abcdefghijkl", To: "0 abcdefghijkl", Position: remotecall.Cell{East: 3, North: -2}, Distance: 42.5, Walk: 35e9})
	l.endpoint.ops[Call] = asks(func(remotecall.Token, remotecall.CallRequest) (remotecall.Ticket, error) {
		return remotecall.Ticket{Number: 7, Building: "main", Bank: "low", From: 3, Ready: 35e9}, nil
	})
	op := l.endpoint.ops[Call]
	op.largest = small
	l.endpoint.ops[Call] = op
	var t remotecall.Ticket
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Do(Call, in, &t); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGreeting(b *testing.B) {
	l := newLine(b)
	for b.Loop() {
		c := Dial(Dialing{Transport: func(f []byte) ([]byte, error) { return l.endpoint.Handle(f), nil }, ServerKey: l.key.PublicKey()})
		if _, err := c.session(nil); err != nil {
			b.Fatal(err)
		}
	}
}
