package phone

import (
	"bytes"
	"crypto/hpke"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"hoistway/dispatch/remotecall"
)

func TestWhichPicturesAreKept(t *testing.T) {
	for _, taken := range []bool{false, true} {
		for _, setting := range []bool{false, true} {
			for _, declined := range []bool{false, true} {
				for _, answered := range []bool{false, true} {
					missed := !answered && !declined
					want := taken && !answered || setting && missed
					face := []byte("the-last-frame")
					if taken {
						face = []byte("the-still")
					}
					t.Run(fmt.Sprintf("taken=%t setting=%t declined=%t answered=%t", taken, setting, declined, answered), func(t *testing.T) {
						b := newBackEnd(t)
						dir := t.TempDir()
						p := b.signedIn(remotecall.Flow, dir)
						b.must(p.Connect())
						b.must(p.Prefer(remotecall.Preferences{StorePictures: &setting}))
						r, err := NewPanel(b).Ring("main", "1")
						b.must(err)
						b.must(r.Show([]byte("the-still")))
						b.must(p.Listen())
						if taken {
							b.must(p.TakePicture(r.ID()))
						}
						b.must(r.Show([]byte("the-last-frame")))
						b.must(p.Listen())
						if declined {
							b.must(p.Decline(r.ID()))
						}
						if answered {
							b.must(p.Answer(r.ID()))
						}
						_, _, err = r.HangUp()
						b.must(err)
						b.must(p.Listen())
						b.must(p.Save())
						names, err := p.Pictures()
						b.must(err)
						var got []byte
						if len(names) == 1 {
							got, err = p.Picture(names[0])
							b.must(err)
						}
						if want != (len(names) == 1) || want && !bytes.Equal(got, face) || len(names) > 1 {
							t.Errorf("%d pictures, %q; want kept %t, %q", len(names), got, want, face)
						}
						// What is kept is a file, and what is not is nowhere.
						found := 0
						for _, name := range files(t, dir) {
							if len(name) > len(picturesDir) && name[:len(picturesDir)] == picturesDir {
								found++
							}
						}
						if (found == 1) != want {
							t.Errorf("%d files of pictures", found)
						}
						if len(p.Ringing()) != 0 || p.Frame(r.ID()) != nil {
							t.Error("the call did not end on the phone")
						}
					})
				}
			}
		}
	}
}

func TestPicturesAreForThePhoneAlone(t *testing.T) {
	b := newBackEnd(t)
	p, other := b.signedIn(remotecall.Flow, ""), b.signedIn(remotecall.Flow, "")
	b.must(other.Connect())
	b.must(p.Connect())
	r, err := NewPanel(b).Ring("main", "1")
	b.must(err)
	face := []byte("canary-face of a visitor")
	for range 3 {
		b.must(r.Show(face))
	}
	b.must(p.Listen())
	if got := p.Frame(r.ID()); !bytes.Equal(got, face) {
		t.Fatalf("the phone shows %q", got)
	}
	var v viewer
	for name, key := range map[string]hpke.PrivateKey{"the back end's": b.key, "another phone's": other.intercom.key} {
		if _, err := v.open(key, r.ID(), b.sealed[0]); err == nil {
			t.Errorf("%s key opens a frame", name)
		}
	}
	for i, s := range b.sealed {
		if bytes.Contains(s, face) || i > 0 && bytes.Equal(s[videoHeader:], b.sealed[i-1][videoHeader:]) {
			t.Errorf("sealed frame %d shows the picture, or equals the one before", i)
		}
	}
	for _, f := range b.frames {
		if bytes.Contains(f, face) {
			t.Error("a frame on the line shows the picture")
		}
	}
	if b.must(p.Logout()); p.intercom.key != nil {
		t.Error("the video key outlived the login")
	}
}

func TestFramesThatWereTamperedWithAreNotShown(t *testing.T) {
	b := newBackEnd(t)
	p := b.signedIn(remotecall.Flow, "")
	b.must(p.Connect())
	c, err := newCamera(b.videoKey, 3)
	b.must(err)
	first, second := c.seal([]byte("one")), c.seal([]byte("two"))
	rapid.Check(t, func(r *rapid.T) {
		var v viewer
		bad := bytes.Clone(first)
		if rapid.Bool().Draw(r, "cut") {
			bad = bad[:rapid.IntRange(0, len(bad)-1).Draw(r, "length")]
		} else {
			bad[rapid.IntRange(0, len(bad)-1).Draw(r, "at")] ^= byte(rapid.IntRange(1, 255).Draw(r, "mask"))
		}
		if _, err := v.open(p.intercom.key, 3, bad); err == nil {
			r.Fatal("a frame that was tampered with is shown")
		}
		if _, err := v.open(p.intercom.key, 4, first); err == nil {
			r.Fatal("a frame of another call is shown")
		}
		if got, err := v.open(p.intercom.key, 3, second); err != nil || string(got) != "two" {
			r.Fatalf("the second frame: %q, %v", got, err)
		}
		for _, old := range [][]byte{first, second} {
			if _, err := v.open(p.intercom.key, 3, old); err == nil {
				r.Fatal("an old frame is shown again")
			}
		}
	})
}

func TestTheCameraIsOffUnlessSomebodyRings(t *testing.T) {
	b := newBackEnd(t)
	p := b.signedIn(remotecall.Flow, "")
	b.must(p.Connect())
	panel := NewPanel(b)
	b.must(p.Listen())
	if panel.Recorded() != 0 || len(b.sealed) != 0 {
		t.Error("the camera recorded before anybody rang")
	}
	r, err := panel.Ring("main", "1")
	b.must(err)
	b.must(r.Show([]byte("face")))
	_, _, err = r.HangUp()
	b.must(err)
	if err := r.Show([]byte("after")); !errors.Is(err, ErrNoRing) {
		t.Errorf("after hanging up: %v, want %v", err, ErrNoRing)
	}
	if panel.Recorded() != 1 || len(b.sealed) != 1 {
		t.Errorf("%d recorded, %d sent; want 1 and 1", panel.Recorded(), len(b.sealed))
	}
	b.refuse["ring"] = remotecall.NoDevice
	if _, err := panel.Ring("main", "1"); !errors.Is(err, remotecall.NoDevice) || panel.Recorded() != 1 {
		t.Errorf("nobody's phone: %v, %d recorded", err, panel.Recorded())
	}
	delete(b.refuse, "ring")
	b.videoKey = []byte("short")
	if _, err := panel.Ring("main", "1"); err == nil || panel.Recorded() != 1 {
		t.Error("a panel that cannot encrypt shows pictures")
	}
}

func TestIntercomOnThePhone(t *testing.T) {
	b := newBackEnd(t)
	p := b.signedIn(remotecall.Flow, "")
	frames := len(b.frames)
	if err := p.Listen(); err != nil || len(b.frames) != frames {
		t.Errorf("a phone that is not connected asked: %v", err)
	}
	b.must(p.Connect())
	if err := p.TakePicture(3); !errors.Is(err, ErrNoRing) {
		t.Errorf("nobody rings: %v", err)
	}
	if err := p.Decline(3); !errors.Is(err, ErrNoRing) {
		t.Errorf("nobody rings: %v", err)
	}
	r, err := NewPanel(b).Ring("main", "1")
	b.must(err)
	b.must(p.Listen())
	if err := p.TakePicture(r.ID()); !errors.Is(err, ErrNoFrame) {
		t.Errorf("no frame yet: %v", err)
	}
	b.must(p.OpenDoor(r.ID()))
	for i := range uint64(3 * mostRings) {
		b.device.Rings(100+i, "main")
	}
	b.must(p.Listen())
	if n := len(p.Ringing()); n != mostRings {
		t.Errorf("the phone remembers %d calls, want %d", n, mostRings)
	}
	if _, err := p.Picture("../settings"); err == nil {
		t.Error("a picture outside the folder of pictures")
	}
}

func FuzzViewer(f *testing.F) {
	b := newBackEnd(f)
	p := b.signedIn(remotecall.Flow, "")
	b.must(p.Connect())
	c, err := newCamera(b.videoKey, 3)
	b.must(err)
	good := c.seal([]byte("face"))
	f.Add(good)
	f.Add([]byte{})
	f.Add(make([]byte, videoHeader))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		var v viewer
		if _, err := v.open(p.intercom.key, 3, sealed); err == nil && !bytes.Equal(sealed, good) {
			t.Error("a frame that no panel made is shown")
		}
	})
}
