package evidence

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// line is a wire with a tap, written from the wire's documentation: phones that
// greet, a back end that welcomes, and what both send then.
type line struct {
	t     testing.TB
	key   []byte // the back end's
	front hpke.PublicKey
	tap   []byte
	at    time.Time
}

func newLine(t testing.TB) *line {
	key := sha256.Sum256([]byte("the back end's key of a test"))
	private, err := ecdh.X25519().NewPrivateKey(key[:])
	if err != nil {
		t.Fatal(err)
	}
	public, err := hpke.NewDHKEMPublicKey(private.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return &line{t: t, key: key[:], front: public, at: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// frame makes a frame's header.
func frameOf(kind byte, session [16]byte, sequence uint64) []byte {
	b := append([]byte{1, kind}, session[:]...)
	return binary.BigEndian.AppendUint64(b, sequence)
}

// send has the tap write a frame, and gives where it begins.
func (l *line) send(service bool, frame []byte) int {
	begins := len(l.tap)
	l.at = l.at.Add(time.Second)
	l.tap = binary.BigEndian.AppendUint64(l.tap, uint64(l.at.UnixNano()))
	l.tap = append(l.tap, map[bool]byte{false: 0, true: 1}[service])
	l.tap = binary.BigEndian.AppendUint32(l.tap, uint32(len(frame)))
	l.tap = append(l.tap, frame...)
	return begins
}

// talk is one session on a phone.
type talk struct {
	l       *line
	session [16]byte
	sender  *hpke.Sender
	salt    []byte
}

// greet has a phone greet; the service welcomes when welcome is called.
func (l *line) greet(number byte, anonymous byte) *talk {
	enc, sender, err := hpke.NewSender(l.front, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte("hoistway remote call 1"))
	if err != nil {
		l.t.Fatal(err)
	}
	head := frameOf(1, [16]byte{}, 0)
	sealed, err := sender.Seal(head, append([]byte{anonymous}, make([]byte, 16)...))
	if err != nil {
		l.t.Fatal(err)
	}
	l.send(false, slices.Concat(head, enc, sealed))
	return &talk{l: l, session: [16]byte{number}, sender: sender, salt: bytes.Repeat([]byte{number}, 32)}
}

func (k *talk) welcome() {
	head := append(frameOf(2, k.session, 0), k.salt...)
	k.l.send(true, append(head, k.seal("reply", 0, head, []byte{0})...))
}

func (k *talk) seal(side string, sequence uint64, with, text []byte) []byte {
	of := string(k.session[:]) + string(k.salt)
	key, err := k.sender.Export(side+" key"+of, 32)
	if err != nil {
		k.l.t.Fatal(err)
	}
	nonce, err := k.sender.Export(side+" iv"+of, 12)
	if err != nil {
		k.l.t.Fatal(err)
	}
	for i := range 8 {
		nonce[4+i] ^= byte(sequence >> (56 - 8*i))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		k.l.t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		k.l.t.Fatal(err)
	}
	return aead.Seal(nil, nonce, text, with)
}

func (k *talk) request(sequence uint64, text string) {
	head := frameOf(3, k.session, sequence)
	k.l.send(false, append(head, k.seal("request", sequence, head, padded(text))...))
}

func (k *talk) reply(sequence uint64, text string) {
	head := frameOf(4, k.session, sequence)
	k.l.send(true, append(head, k.seal("reply", sequence, head, padded(text))...))
}

func padded(text string) []byte {
	return []byte(text + strings.Repeat(" ", (64-len(text)%64)%64))
}

// seen is a frame as a test compares it.
type seen struct {
	Type, Session byte
	Sequence      uint64
	Opened        string // without padding
	Anonymous     bool
	Err           string
}

func (l *line) read(key []byte) []seen {
	var got []seen
	var end int64
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	err := Frames(l.tap, key, func(f *Frame) error {
		s := seen{Type: f.Type, Session: f.Session[0], Sequence: f.Sequence, Opened: strings.TrimRight(string(f.Opened), " "), Anonymous: f.Anonymous}
		if f.Err != nil {
			s.Err = f.Err.Error()
		}
		if at = at.Add(time.Second); !f.At.Equal(at) && !errors.Is(f.Err, ErrCutFrame) {
			l.t.Errorf("frame at byte %d has the instant %v, want %v", f.Offset, f.At, at)
		}
		if f.Offset != end {
			l.t.Errorf("a frame begins at byte %d, want %d", f.Offset, end)
		}
		end = f.Offset + tapHead + int64(len(f.Raw))
		if f.Err == nil && !bytes.HasSuffix(f.Raw, f.Ciphertext) {
			l.t.Errorf("the ciphertext at byte %d is not the end of its frame", f.Offset)
		}
		got = append(got, s)
		return nil
	})
	if err != nil {
		l.t.Error(err)
	}
	return got
}

func zeros(n int) string { return string(make([]byte, n)) }

func TestFramesOpen(t *testing.T) {
	l := newLine(t)
	a := l.greet(1, 0)
	b := l.greet(2, 1) // before a was welcomed
	a.welcome()
	a.request(1, `call {"From":"0"}`)
	b.welcome()
	b.request(1<<40, "upload-usage {}")
	a.reply(1, "ok {}")
	l.send(true, frameOf(5, [16]byte{9}, 7))
	want := []seen{
		{Type: Greeting, Opened: zeros(17)},
		{Type: Greeting, Opened: "\x01" + zeros(16), Anonymous: true},
		{Type: Welcome, Session: 1, Opened: "\x00"},
		{Type: Request, Session: 1, Sequence: 1, Opened: `call {"From":"0"}`},
		{Type: Welcome, Session: 2, Opened: "\x00", Anonymous: true},
		{Type: Request, Session: 2, Sequence: 1 << 40, Opened: "upload-usage {}", Anonymous: true},
		{Type: Reply, Session: 1, Sequence: 1, Opened: "ok {}"},
		{Type: UnknownSession, Session: 9, Sequence: 7},
	}
	if d := cmp.Diff(want, l.read(l.key)); d != "" {
		t.Errorf("frames (-want +got):\n%s", d)
	}
	for i := range want { // without the key the headers are there all the same
		want[i].Opened, want[i].Anonymous = "", false
	}
	if d := cmp.Diff(want, l.read(nil)); d != "" {
		t.Errorf("frames without the key (-want +got):\n%s", d)
	}
	if err := Frames(l.tap, make([]byte, 31), func(*Frame) error { return nil }); err == nil {
		t.Error("a key of 31 bytes was taken")
	}
}

func TestFramesThatAreWrong(t *testing.T) {
	begin := func(t *testing.T) (*line, *talk) {
		l := newLine(t)
		k := l.greet(1, 0)
		k.welcome()
		return l, k
	}
	for _, row := range []struct {
		name string
		do   func(*line, *talk)
		want seen // the last frame
	}{
		{"clear text in place of a frame", func(l *line, _ *talk) { l.send(false, []byte("POST /login "+secret+" and more text")) },
			seen{Err: "is no frame of version 1: it may be clear text"}},
		{"an empty frame", func(l *line, _ *talk) { l.send(false, nil) }, seen{Err: "is no frame of version 1: it may be clear text"}},
		{"a type that does not exist", func(l *line, _ *talk) { l.send(false, frameOf(6, [16]byte{}, 0)) }, seen{Err: "is no frame of version 1: it may be clear text"}},
		{"a request from the service", func(l *line, _ *talk) { l.send(true, append(frameOf(3, [16]byte{1}, 1), make([]byte, 80)...)) },
			seen{Type: Request, Session: 1, Sequence: 1, Err: "is of a type that the other side sends"}},
		{"a reply from a phone", func(l *line, _ *talk) { l.send(false, append(frameOf(4, [16]byte{1}, 1), make([]byte, 80)...)) },
			seen{Type: Reply, Session: 1, Sequence: 1, Err: "is of a type that the other side sends"}},
		{"a request in clear text", func(l *line, _ *talk) {
			l.send(false, append(frameOf(3, [16]byte{1}, 1), padded("call "+secret)...))
		}, seen{Type: Request, Session: 1, Sequence: 1, Err: "does not open with the keys of its session"}},
		{"a request under another sequence", func(l *line, k *talk) {
			k.request(1, "call {}")
			frame := l.tap[len(l.tap)-frameHead-64-16:]
			l.send(false, append(frameOf(3, [16]byte{1}, 2), frame[frameHead:]...))
		}, seen{Type: Request, Session: 1, Sequence: 2, Err: "does not open with the keys of its session"}},
		{"a request with nothing sealed", func(l *line, _ *talk) { l.send(false, frameOf(3, [16]byte{1}, 1)) },
			seen{Type: Request, Session: 1, Sequence: 1, Err: "has too few bytes for anything that is sealed"}},
		{"a request of a session that began before the tap", func(l *line, _ *talk) {
			l.send(false, append(frameOf(3, [16]byte{8}, 1), make([]byte, 80)...))
		}, seen{Type: Request, Session: 8, Sequence: 1, Err: "belongs to a session whose beginning is not in the capture, or that did not begin"}},
		{"a greeting under another key", func(l *line, _ *talk) {
			l.send(false, slices.Concat(frameOf(1, [16]byte{}, 0), bytes.Repeat([]byte{9}, 32), make([]byte, 33)))
		}, seen{Type: Greeting, Err: "is a greeting that does not open with the key"}},
		{"a greeting to a point that is none", func(l *line, _ *talk) {
			l.send(false, slices.Concat(frameOf(1, [16]byte{}, 0), make([]byte, 65)))
		}, seen{Type: Greeting, Err: "is a greeting for another key"}},
		{"a greeting that is neither anonymous nor not", func(l *line, _ *talk) { l.greet(2, 2) },
			seen{Type: Greeting, Err: "is a greeting that holds something else than one byte and a session"}},
		{"a greeting with a session", func(l *line, _ *talk) { l.send(false, append(frameOf(1, [16]byte{3}, 0), make([]byte, 65)...)) },
			seen{Type: Greeting, Session: 3, Err: "is a greeting with a session or sequence"}},
		{"a greeting that is too short", func(l *line, _ *talk) { l.send(false, append(frameOf(1, [16]byte{}, 0), make([]byte, 31)...)) },
			seen{Type: Greeting, Err: "is too short for a greeting or welcome"}},
		{"a welcome that nobody asked for", func(l *line, k *talk) { k.session[0] = 3; k.welcome() },
			seen{Type: Welcome, Session: 3, Err: "is a welcome that answers no greeting in the capture"}},
		{"a welcome to a session that exists", func(l *line, _ *talk) { l.greet(1, 0).welcome() },
			seen{Type: Welcome, Session: 1, Err: "is a welcome to a session that has begun before"}},
		{"a welcome without a session", func(l *line, _ *talk) { l.send(true, append(frameOf(2, [16]byte{}, 0), make([]byte, 49)...)) },
			seen{Type: Welcome, Err: "is a welcome without a session, or with a sequence"}},
		{"an unknown session with more behind it", func(l *line, _ *talk) { l.send(true, append(frameOf(5, [16]byte{1}, 1), secret...)) },
			seen{Type: UnknownSession, Session: 1, Sequence: 1, Err: "has something behind an unknown session, which is not sealed"}},
		{"a frame that is cut", func(l *line, k *talk) { k.request(1, "call {}"); l.tap = l.tap[:len(l.tap)-1] },
			seen{Err: ErrCutFrame.Error()}},
		{"a tap's head that is cut", func(l *line, k *talk) { l.tap = append(l.tap, 0, 0, 1) }, seen{Err: ErrCutFrame.Error()}},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, k := begin(t)
			row.do(l, k)
			got := l.read(l.key)
			if d := cmp.Diff(row.want, got[len(got)-1]); d != "" {
				t.Errorf("last frame (-want +got):\n%s", d)
			}
			if strings.HasSuffix(row.name, "is cut") {
				return
			}
			// What comes behind is opened as ever.
			k = l.greet(7, 0)
			k.welcome()
			k.request(1, "call {}")
			got = l.read(l.key)
			if last := got[len(got)-1]; last.Opened != "call {}" || last.Err != "" {
				t.Errorf("the request behind gives %+v", last)
			}
		})
	}

	l, _ := begin(t)
	good := len(l.tap)
	for _, row := range []struct {
		name   string
		change func(head []byte)
	}{
		{"a direction that does not exist", func(head []byte) { head[8] = 2 }},
		{"a length that no frame has", func(head []byte) { head[9] = 0xff }},
	} {
		l.tap = l.tap[:good]
		row.change(l.tap[l.send(false, []byte(secret)):])
		err := Frames(l.tap, l.key, func(*Frame) error { return nil })
		wants(t, err, fmt.Sprintf("wire: byte %d: is no head of a frame", good))
	}
}

func TestMessage(t *testing.T) {
	for _, row := range []struct {
		name       string
		kind       byte
		opened     []byte
		word, body string
		err        string
	}{
		{"a request is an operation and JSON", Request, padded(`login {"Email":"a b"}`), "login", `{"Email":"a b"}`, ""},
		{"a request may have no body", Request, padded("objections"), "objections", "", ""},
		{"a reply is ok and JSON", Reply, padded("ok {}"), "ok", "{}", ""},
		{"or no and a word", Reply, padded("no not-signed-in"), "no", "not-signed-in", ""},
		{"a reply that begins otherwise is none", Reply, padded(secret + " {}"), "", "", "no word that is known"},
		{"what is not padded tells its length", Request, []byte("login {}"), "", "", "is not padded"},
		{"blanks say nothing", Request, padded(" "), "", "", "no word that is known"},
		{"a welcome has no message", Welcome, padded("x"), "", "", "no opened request"},
		{"nor has what was not opened", Request, nil, "", "", "no opened request"},
	} {
		t.Run(row.name, func(t *testing.T) {
			word, body, err := (&Frame{Type: row.kind, Opened: row.opened}).Message()
			wants(t, err, row.err)
			if word != row.word || string(body) != row.body {
				t.Errorf("message %q, %q, want %q, %q", word, body, row.word, row.body)
			}
		})
	}
}

// Sessions may begin, overlap and end in any order.
func TestFramesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := newLine(t)
		var talks []*talk
		var welcomed []*talk
		var want []string
		for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch step := rapid.IntRange(0, 3).Draw(rt, "step"); {
			case step == 0 || len(talks)+len(welcomed) == 0:
				talks = append(talks, l.greet(byte(i+1), 0))
			case step == 1 && len(talks) > 0:
				j := rapid.IntRange(0, len(talks)-1).Draw(rt, "welcomed")
				talks[j].welcome()
				welcomed = append(welcomed, talks[j])
				talks = slices.Delete(talks, j, j+1)
			case len(welcomed) > 0:
				k := rapid.SampledFrom(welcomed).Draw(rt, "talk")
				text := fmt.Sprintf("call %d", i)
				if want = append(want, text); step == 2 {
					k.request(uint64(i), text)
				} else {
					k.reply(uint64(i), text)
				}
			}
		}
		var got []string
		for _, s := range l.read(l.key) {
			if s.Err != "" {
				rt.Fatalf("a frame of type %d: %s", s.Type, s.Err)
			}
			if s.Type >= Request {
				got = append(got, s.Opened)
			}
		}
		if !slices.Equal(want, got) {
			rt.Fatalf("opened %q, want %q", got, want)
		}
	})
}

func TestCaptures(t *testing.T) {
	l := newLine(t)
	k := l.greet(1, 0)
	k.welcome()
	k.request(1, "call {}")
	files := map[string]string{"wire/a.bin": string(l.tap), "wire/b.bin": string(l.tap[:50]), "wire/c.txt": "clear text, " + secret, "keys/wire.key": string(l.key)}
	read := func(files map[string]string) (counts map[string]int, opened int, err error) {
		p, err := Open(folder(t, files))
		must(t, err)
		counts = map[string]int{}
		err = p.Captures(func(name string, f *Frame) error {
			counts[name]++
			if f.Opened != nil {
				opened++
			}
			return nil
		})
		return counts, opened, err
	}
	counts, opened, err := read(files)
	wants(t, err, "wire/c.txt: wire: byte 0: is no head of a frame")
	if d := cmp.Diff(map[string]int{"wire/a.bin": 3, "wire/b.bin": 1}, counts); d != "" || opened != 3 {
		t.Errorf("%d frames opened, want 3; frames (-want +got):\n%s", opened, d)
	}
	delete(files, "keys/wire.key")
	delete(files, "wire/c.txt")
	counts, opened, err = read(files)
	if err != nil || opened != 0 || counts["wire/a.bin"] != 3 {
		t.Errorf("without a key: %v, %d opened, error %v", counts, opened, err)
	}
	mine := errors.New("enough")
	p, err := Open(folder(t, files))
	must(t, err)
	if err := p.Captures(func(string, *Frame) error { return mine }); err != mine {
		t.Errorf("error %v, want the caller's own", err)
	}
}

// A year has many sessions: the opener forgets only those that a back end has
// forgotten too.
func TestOpenerForgetsTheOldestSessions(t *testing.T) {
	l := newLine(t)
	k := l.greet(1, 0)
	k.welcome()
	k.request(1, "call {}")
	o, err := newOpener(l.key)
	must(t, err)
	var frames []*Frame
	must(t, Frames(l.tap, nil, func(f *Frame) error {
		one := *f
		one.Raw = bytes.Clone(f.Raw)
		must(t, one.parse())
		frames = append(frames, &one)
		return nil
	}))
	must(t, o.open(frames[0]))
	must(t, o.open(frames[1]))
	fill := func(generation byte) {
		for i := range mostSessions {
			id := [16]byte{255, generation, byte(i), byte(i >> 8), byte(i >> 16)}
			o.begin(id, &session{})
		}
	}
	fill(1)
	if err := o.open(frames[2]); err != nil {
		t.Errorf("a session is forgotten while a back end may still have it: %v", err)
	}
	fill(2)
	if err := o.open(frames[2]); err == nil {
		t.Error("all sessions are remembered for ever")
	}
	if n := len(o.sessions) + len(o.before); n > 2*mostSessions {
		t.Errorf("%d sessions are remembered", n)
	}
}

func BenchmarkFrames(b *testing.B) {
	l := newLine(b)
	k := l.greet(1, 0)
	k.welcome()
	for i := range 1000 {
		k.request(uint64(i+1), `call {"From":"0 Lobby","To":"12 Top"}`)
		k.reply(uint64(i+1), `ok {}`)
	}
	b.SetBytes(int64(len(l.tap)))
	for b.Loop() {
		if err := Frames(l.tap, l.key, func(*Frame) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
