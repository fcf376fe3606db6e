package phone

import (
	"crypto/hpke"
	"fmt"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/wire"
)

// Options of a phone.
type Options struct {
	Dir string // the device's folder, for this phone alone; "" keeps everything in memory

	Transport func(frame []byte) ([]byte, error) // to the back end, one frame there and one back
	ServerKey hpke.PublicKey                     // of the back end; comes with the app
	Tap       wire.Tap                           // sees the frames; nil = none

	Now   func() time.Time
	IDs   registry.IDSource // nil = registry.Random
	Where func() Position   // asked while a call is made; nil = always at the building

	App                        string // remotecall.RemoteCall or remotecall.Flow
	Description, Model, System string // for the app's own report
	Serial                     string // of the device; sent at sign-up for Remote Call only

	Rotation   time.Duration // how long a randomized ID is used; 0 = the service's proposal
	Near, Grid float64       // m; 0 = the service's proposal
}

// Position is where a phone is: metres east and north of the building.
type Position struct{ East, North float64 }

// Phone is the app on one person's device.
type Phone struct {
	o     Options
	line  *wire.Client // of the signed-in session
	token remotecall.Token
	user  string // e-mail
	wiped bool

	called   trip // the last call, until its use is noted
	log      []byte
	settings settings
	ids      []pseudonym
	uploads  map[registry.ID]*wire.Client // anonymous sessions, one for each randomized ID
	queue    []remotecall.Usage
	activity map[string]*activity // by part of the day
	intercom intercom
	unsaved  unsaved
}

// trip is a call as the log notes it.
type trip struct{ building, from, to string }

// New starts the app. It takes up what the folder holds from before.
func New(o Options) (*Phone, error) {
	switch {
	case o.Transport == nil, o.ServerKey == nil, o.Now == nil:
		return nil, fmt.Errorf("phone: Transport, ServerKey and Now are needed")
	case o.App != remotecall.RemoteCall && o.App != remotecall.Flow:
		return nil, fmt.Errorf("phone: App is %q; it must be %q or %q", o.App, remotecall.RemoteCall, remotecall.Flow)
	case o.Rotation < 0, o.Near < 0, o.Grid < 0:
		return nil, fmt.Errorf("phone: Rotation, Near and Grid must not be negative")
	}
	proposed := remotecall.DefaultPolicy()
	if o.IDs == nil {
		o.IDs = registry.Random{}
	}
	if o.Where == nil {
		o.Where = func() Position { return Position{} }
	}
	if o.Rotation == 0 {
		o.Rotation = proposed.PseudonymLife
	}
	if o.Near == 0 {
		o.Near = proposed.Near
	}
	if o.Grid == 0 {
		o.Grid = proposed.Grid
	}
	p := &Phone{o: o}
	p.line = p.dial(false)
	p.forget()
	if err := p.load(); err != nil {
		return nil, fmt.Errorf("phone: %w", err)
	}
	return p, nil
}

func (p *Phone) dial(anonymous bool) *wire.Client {
	return wire.Dial(wire.Dialing{Transport: p.o.Transport, ServerKey: p.o.ServerKey, Anonymous: anonymous, Tap: p.o.Tap, Now: p.o.Now})
}

// forget makes the memory that of a new phone.
func (p *Phone) forget() {
	p.line.Close()
	p.token, p.user, p.called = "", "", trip{}
	clear(p.log[:cap(p.log)])
	p.log, p.ids, p.queue = nil, nil, nil
	p.settings = settings{Version: storeVersion}
	p.uploads, p.activity = map[registry.ID]*wire.Client{}, map[string]*activity{}
	p.intercom.forget()
	p.unsaved = unsaved{}
}

func (p *Phone) now() time.Time { return p.o.Now().UTC() }

// Close saves what the device keeps. Logins end with the app.
func (p *Phone) Close() error {
	err := p.Save()
	p.line.Close()
	return err
}
