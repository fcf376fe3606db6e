package phone

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hoistway/dispatch/remotecall"
)

// TestWipe fills a phone with all that it can keep, saved and not yet saved,
// and ends it in each way.
func TestWipe(t *testing.T) {
	for _, row := range []struct {
		why  string
		wipe func(b *backEnd, p *Phone) error
	}{
		{"the app is removed", func(b *backEnd, p *Phone) error { return p.Wipe() }},
		{"the account is erased through the app", func(b *backEnd, p *Phone) error {
			_, err := p.Exercise(remotecall.RightsRequest{Right: remotecall.ToDelete, Password: "p"})
			return err
		}},
		{"the account was erased otherwise", func(b *backEnd, p *Phone) error {
			b.device.Wipe()
			return p.Listen()
		}},
	} {
		t.Run(row.why, func(t *testing.T) {
			b := newBackEnd(t)
			dir := filepath.Join(t.TempDir(), "phone")
			p := b.signedIn(remotecall.Flow, dir)
			b.must(p.Connect())
			b.must(p.Prefer(remotecall.Preferences{StorePictures: new(true)}))
			fill := func() {
				t.Helper()
				b.must(p.Used(FunctionCall, "main", "low"))
				p.Opened(60e9)
				r, err := NewPanel(b).Ring("main", "1")
				b.must(err)
				b.must(r.Show([]byte("canary-face")))
				_, _, err = r.HangUp()
				b.must(err)
				b.must(p.Listen())
			}
			fill()
			b.must(p.Save())
			if got := len(files(t, dir)); got != 5 {
				t.Fatalf("the phone keeps %v; the test wants 5 entries", files(t, dir))
			}
			fill()
			log, picture := p.log, p.intercom.pictures[p.unsaved.pictures[0]]
			// The blocks of a file that is removed are still to be had by an
			// open file: they must be zeros.
			var open []*os.File
			for _, name := range files(t, dir) {
				if f, err := os.Open(filepath.Join(dir, name)); err == nil && name != picturesDir {
					defer f.Close()
					open = append(open, f)
				}
			}
			b.must(row.wipe(b, p))
			if got := files(t, dir); len(got) != 0 {
				t.Errorf("the folder still holds %v", got)
			}
			for _, f := range open {
				var rest bytes.Buffer
				if _, err := rest.ReadFrom(f); err != nil {
					t.Fatal(err)
				}
				if len(bytes.Trim(rest.Bytes(), "\x00")) > 0 || rest.Len() == 0 {
					t.Errorf("%s: %d bytes that are not all zeros", filepath.Base(f.Name()), rest.Len())
				}
			}
			if len(bytes.Trim(log[:cap(log)], "\x00")) > 0 || len(bytes.Trim(picture, "\x00")) > 0 {
				t.Error("the log or a picture is still in memory")
			}
			if p.token != "" || p.user != "" || p.Queued() != 0 || len(p.Pseudonyms()) != 0 || p.intercom.key != nil || len(p.activity) != 0 || p.settings.StorePictures {
				t.Error("something is left in memory")
			}
			if !p.Wiped() {
				t.Error("the phone does not say that it was wiped")
			}
			heard := len(b.heard)
			b.must(p.Flush())
			b.must(p.Close())
			if got := files(t, dir); len(got) != 0 || len(b.heard) != heard {
				t.Errorf("after the end the phone keeps %v and asks %v", got, b.heard[heard:])
			}
			b.must(p.Login("next@example.test", "p"))
			if p.Wiped() {
				t.Error("the phone is in use again, and says that it was wiped")
			}
		})
	}
}

func TestWipeOfAPhoneThatNeverSaved(t *testing.T) {
	b := newBackEnd(t)
	p := b.signedIn(remotecall.Flow, filepath.Join(t.TempDir(), "never"))
	b.must(p.Wipe())
	p = b.signedIn(remotecall.Flow, "")
	b.must(p.Wipe())
}

// A phone wipes itself when the service says that the account was erased,
// whatever it asked for, and for no other reason.
func TestAPhoneThatIsToldWipesItself(t *testing.T) {
	asks := func(op string, do func(p *Phone) error) func(b *backEnd, p *Phone, why remotecall.Refusal) error {
		return func(b *backEnd, p *Phone, why remotecall.Refusal) error {
			b.refuse = map[string]error{op: why}
			return do(p)
		}
	}
	for _, row := range []struct {
		says string
		do   func(b *backEnd, p *Phone, why remotecall.Refusal) error
	}{
		{"it asks whether the login holds", asks("objections", (*Phone).SignedIn)},
		{"it calls a lift", asks("call", func(p *Phone) error {
			_, err := p.Call(remotecall.CallRequest{Building: "main", From: "1", To: "0"})
			return err
		})},
		{"it connects to the intercom", asks("connect", (*Phone).Connect)},
		{"it exercises a right", asks("exercise", func(p *Phone) error {
			_, err := p.Exercise(remotecall.RightsRequest{Right: remotecall.ToReview})
			return err
		})},
		{"it makes a randomized ID", asks("register", func(p *Phone) error { return p.Used(FunctionCall, "annex", "low") })},
		{"it makes up for IDs that are not registered", func(b *backEnd, p *Phone, why remotecall.Refusal) error {
			b.refuse = map[string]error{"register": remotecall.Unavailable}
			b.must(p.Used(FunctionCall, "annex", "low"))
			b.must(p.Used(FunctionCall, "garden", "low"))
			b.refuse["register"] = why
			return p.Flush()
		}},
		{"it sends the app's own report", asks("report", (*Phone).Flush)},
		{"it signs out", asks("logout", func(p *Phone) error {
			if err := p.Logout(); err != nil {
				return err
			}
			return remotecall.Erased // which is no failure of signing out
		})},
	} {
		t.Run(row.says, func(t *testing.T) {
			for _, why := range []remotecall.Refusal{remotecall.NotSignedIn, remotecall.Erased} {
				b := newBackEnd(t)
				dir := filepath.Join(t.TempDir(), "phone")
				p := b.signedIn(remotecall.Flow, dir)
				b.must(p.Used(FunctionCall, "main", "low"))
				p.Opened(60e9)
				b.must(p.Save())
				kept := len(files(t, dir))
				if kept == 0 {
					t.Fatal("the phone keeps nothing that could be wiped")
				}
				err := row.do(b, p, why)
				if erased := why == remotecall.Erased; p.Wiped() != erased || erased && !errors.Is(err, remotecall.Erased) {
					t.Errorf("told %q (%v): wiped is %v, want %v", why, err, p.Wiped(), erased)
				}
				heard := len(b.heard)
				b.must(p.Save())
				switch got := files(t, dir); {
				case why == remotecall.Erased && len(got) != 0:
					t.Errorf("told %q: the folder holds %v", why, got)
				case why != remotecall.Erased && len(got) < kept:
					t.Errorf("told %q: the folder has only %v", why, got)
				}
				if why == remotecall.Erased {
					if b.must(p.Flush()); len(b.heard) != heard {
						t.Errorf("the wiped phone still asks %v", b.heard[heard:])
					}
				}
			}
		})
	}
}
