package phone

import (
	"errors"
	"slices"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/wire"
)

// ask puts a request of the signed-in user to the service.
func ask[In any](p *Phone, op string, in In, out any) error {
	if p.token == "" {
		return remotecall.NotSignedIn
	}
	return p.heed(p.line.Do(op, wire.Signed[In]{Token: p.token, Body: in}, out))
}

// heed wipes the phone when the service answers that the account was erased.
// Nothing else makes it forget: a login that the service does not know may be
// that of a service that was started anew.
func (p *Phone) heed(err error) error {
	if errors.Is(err, remotecall.Erased) {
		return errors.Join(err, p.Wipe())
	}
	return err
}

// SignUpRemoteCall and SignUpFlow open an account; they do not sign in. The
// serial number of the device is the phone's own when r has none.
func (p *Phone) SignUpRemoteCall(r remotecall.RemoteCallSignUp) (id registry.ID, err error) {
	if r.Serial == "" {
		r.Serial = p.o.Serial
	}
	err = p.line.Do(wire.SignUpRemoteCall, r, &id)
	return id, err
}

func (p *Phone) SignUpFlow(r remotecall.FlowSignUp) (id registry.ID, err error) {
	err = p.line.Do(wire.SignUpFlow, r, &id)
	return id, err
}

// Login signs in, and asks what the user has objected to: the phone stops its
// own part of that.
func (p *Phone) Login(email, password string) error {
	if err := p.line.Do(wire.Login, wire.Credentials{Service: p.o.App, Email: email, Password: password}, &p.token); err != nil {
		return err
	}
	p.user, p.wiped = email, false
	p.intercom.disconnect()
	return p.SignedIn()
}

// SignedIn asks the service whether the login still holds, and what the user
// has objected to.
func (p *Phone) SignedIn() error {
	var objected []registry.Purpose
	if err := ask(p, wire.Objections, wire.Nothing{}, &objected); err != nil {
		return err
	}
	p.objects(objected)
	return nil
}

// Logout ends the login here and, when it can be reached, at the service.
func (p *Phone) Logout() error {
	err := ask(p, wire.Logout, wire.Nothing{}, nil)
	p.token, p.called = "", trip{}
	p.intercom.disconnect()
	p.line.Close()
	if errors.Is(err, remotecall.NotSignedIn) || errors.Is(err, remotecall.Erased) && p.wiped {
		return nil
	}
	return err
}

// ChangePassword ends all logins of the account and signs in anew. The intercom
// has to be connected again.
func (p *Phone) ChangePassword(old, password string) error {
	var fresh remotecall.Token
	if err := ask(p, wire.ChangePassword, wire.Passwords{Old: old, New: password}, &fresh); err != nil {
		return err
	}
	p.token = fresh
	p.intercom.disconnect()
	return nil
}

// objects notes all purposes to which the user has objected.
func (p *Phone) objects(to []registry.Purpose) {
	if !slices.Equal(to, p.settings.Objected) {
		p.settings.Objected, p.unsaved.settings = to, true
	}
	if p.objected(registry.ToAnalyse) {
		clear(p.activity)
		p.retire(func(*pseudonym) bool { return true })
	}
}

func (p *Phone) objected(to registry.Purpose) bool { return slices.Contains(p.settings.Objected, to) }

// Prefer changes preferences (Flow). What the device itself has to know stands
// in its settings, too.
func (p *Phone) Prefer(c remotecall.Preferences) error {
	if err := ask(p, wire.Prefer, c, nil); err != nil {
		return err
	}
	p.acts("preferences")
	if c.StorePictures != nil && *c.StorePictures != p.settings.StorePictures {
		p.settings.StorePictures, p.unsaved.settings = *c.StorePictures, true
	}
	return nil
}

// SetPace is the user's walking speed in mm/s, 0 = not known. It stays on the
// device: Remote Call computes walking times here. Flow users tell the service
// with Prefer.
func (p *Phone) SetPace(speed int) {
	p.settings.Pace, p.unsaved.settings = max(speed, 0), true
}

// AddSubUser and RemoveSubUser give somebody access and take it back (Flow).
func (p *Phone) AddSubUser(e remotecall.SubUserEntry) (id registry.ID, err error) {
	if err = ask(p, wire.AddSubUser, e, &id); err == nil {
		p.acts("sub-user")
	}
	return id, err
}

func (p *Phone) RemoveSubUser(id registry.ID) error { return ask(p, wire.RemoveSubUser, id, nil) }

// CreateKey makes a visitor key for the user to hand on; the phone keeps no
// copy. RevokeKey ends it.
func (p *Phone) CreateKey(r remotecall.KeyRequest) (k remotecall.Key, err error) {
	if err = ask(p, wire.CreateKey, r, &k); err == nil {
		p.acts(FunctionKey)
	}
	return k, err
}

func (p *Phone) RevokeKey(id registry.ID) error { return ask(p, wire.RevokeKey, id, nil) }

// Exercise asks for a right through the app. Of r it sends what the app can
// say, and names its own service. An erasure wipes the phone. When everything
// is up to a Manager the error is remotecall.AskTheManager, and the fulfilment
// has the referrals.
func (p *Phone) Exercise(r remotecall.RightsRequest) (*remotecall.Fulfilment, error) {
	f := new(remotecall.Fulfilment)
	err := ask(p, wire.Exercise, wire.Rights{Right: r.Right, Service: p.o.App, Email: r.Email, Password: r.Password, Corrections: r.Corrections,
		Purpose: r.Purpose, Pseudonyms: r.Pseudonyms}, f)
	if errors.Is(err, remotecall.AskTheManager) {
		return f, err
	}
	if err != nil {
		return nil, err
	}
	p.acts("rights")
	switch r.Right {
	case remotecall.ToDelete:
		return f, p.Wipe()
	case remotecall.ToObject:
		p.objects(append(slices.Clone(p.settings.Objected), r.Purpose))
	case remotecall.ToCorrect:
		if email := r.Corrections["email"]; email != "" {
			p.user = email
		}
	}
	return f, nil
}

// Import takes what another provider or device exported into the account. Keys
// among it are made anew: what comes back is for the user to hand on.
func (p *Phone) Import(export []byte) (keys []remotecall.Key, err error) {
	err = ask(p, wire.Import, export, &keys)
	return keys, err
}
