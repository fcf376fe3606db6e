package phone

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/wire"
)

// Entry is one line of the device's log: the use of equipment in a form that
// identifies the user (FL-2.8).
type Entry struct {
	User      string    `json:"user"` // e-mail
	At        time.Time `json:"at"`
	Building  string    `json:"building"`
	Equipment string    `json:"equipment,omitempty"`
	Function  string    `json:"function"`
	From      string    `json:"from,omitempty"` // floors of a call
	To        string    `json:"to,omitempty"`
}

// pseudonym is a randomized ID that this phone made.
type pseudonym struct {
	Building   string      `json:"building"`
	ID         registry.ID `json:"id"`
	From       time.Time   `json:"from"`
	Until      time.Time   `json:"until"`
	Registered bool        `json:"registered"` // in the vault
}

// knownFor is how long a phone knows an ID after its last use: what the back
// end stores under it is kept no longer.
const knownFor = 366 * 24 * time.Hour

// Functions that use equipment.
const (
	FunctionCall     = "remote-call"
	FunctionKey      = "key"
	FunctionIntercom = "intercom"
)

// Used notes that a function was used in a building, and on which bank; "" is
// none. Flow writes the device's log and, when there is a bank, queues an upload
// under the randomized ID; Remote Call does neither. Nothing is sent but the ID,
// when it is new. Somebody who objected to the analysis of usage gets no ID, as
// the service takes none: there is the device's log alone.
func (p *Phone) Used(function, building, equipment string) error {
	if function != FunctionCall && function != FunctionKey && function != FunctionIntercom {
		return fmt.Errorf("device log: function must be %s, %s or %s", FunctionCall, FunctionKey, FunctionIntercom)
	}
	p.acts(function)
	if p.o.App != remotecall.Flow {
		return nil
	}
	now := p.now()
	e := Entry{User: p.user, At: now, Building: building, Equipment: equipment, Function: function}
	if p.called.building == building && function == FunctionCall {
		e.From, e.To, p.called = p.called.from, p.called.to, trip{}
	}
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("device log: %w", err)
	}
	p.log = append(append(p.log, line...), '\n')
	if equipment == "" || p.objected(registry.ToAnalyse) {
		return nil
	}
	id, err := p.pseudonym(building, now)
	if err != nil {
		return err
	}
	p.queue = append(p.queue, remotecall.Usage{Pseudonym: id, Building: building, Equipment: equipment, Function: function, At: now})
	return nil
}

// pseudonym gives the ID for a building now, and makes one when there is none.
// The one error is remotecall.Erased: then the phone has been wiped.
func (p *Phone) pseudonym(building string, now time.Time) (registry.ID, error) {
	if id := p.Pseudonym(building); id != "" {
		return id, nil
	}
	// The last tenth of the service's period is left for what waits to be sent.
	n := pseudonym{Building: building, ID: p.o.IDs.New(), From: now, Until: now.Add(p.o.Rotation - p.o.Rotation/10)}
	err := p.register(&n)
	if errors.Is(err, remotecall.Erased) {
		return "", err
	}
	n.Registered = err == nil
	p.ids = append(slices.DeleteFunc(p.ids, func(i pseudonym) bool { return now.Sub(i.Until) > knownFor }), n)
	p.unsaved.ids = true
	return n.ID, nil
}

// retire ends the use of some IDs now.
func (p *Phone) retire(which func(*pseudonym) bool) {
	now := p.now()
	for i := range p.ids {
		if n := &p.ids[i]; now.Before(n.Until) && which(n) {
			n.Until, p.unsaved.ids = now, true
		}
	}
}

func (p *Phone) register(n *pseudonym) error {
	return ask(p, wire.RegisterPseudonym, wire.Pseudonym{ID: n.ID, Building: n.Building}, nil)
}

// Pseudonym is the randomized ID that is in use for a building, "" when there
// is none.
func (p *Phone) Pseudonym(building string) registry.ID {
	now := p.now()
	for _, i := range p.ids {
		if i.Building == building && !now.Before(i.From) && now.Before(i.Until) {
			return i.ID
		}
	}
	return ""
}

// Pseudonyms are all randomized IDs under which something may be stored.
func (p *Phone) Pseudonyms() []registry.ID {
	var ids []registry.ID
	for _, i := range p.ids {
		ids = append(ids, i.ID)
	}
	return ids
}

// Queued counts the uses that wait for Flush.
func (p *Phone) Queued() int { return len(p.queue) }

// Flush fetches what the service has for this phone, uploads what was used,
// each randomized ID in an anonymous session of its own, and sends the app's
// own report. An upload that the service refuses is dropped; the refusals are
// in the error, each once. What could not be sent waits for the next time. When
// the account was erased the phone is wiped, and nothing more is sent.
func (p *Phone) Flush() error {
	errs := []error{p.Listen()}
	for i := range p.ids {
		if n := &p.ids[i]; !n.Registered && p.waits(n.ID) {
			switch err := p.register(n); {
			case err == nil:
				n.Registered, p.unsaved.ids = true, true
			case errors.Is(err, remotecall.Erased) || errors.Is(err, remotecall.NotSignedIn) || !isRefusal(err):
				return errors.Join(append(errs, err)...)
			default:
				errs = p.drop(errs, n.ID, err)
			}
		}
	}
	for len(p.queue) > 0 {
		u := p.queue[0]
		err := p.session(u.Pseudonym).Do(wire.UploadUsage, u, nil)
		if err != nil && !isRefusal(err) {
			return errors.Join(append(errs, err)...)
		}
		p.queue[0] = remotecall.Usage{}
		p.queue = p.queue[1:]
		if err != nil {
			errs = once(errs, err)
		}
		// The service does not know the ID, or no longer takes it: the next use
		// gets another.
		if errors.Is(err, remotecall.PseudonymUnknown) || errors.Is(err, remotecall.PseudonymTooOld) {
			p.retire(func(n *pseudonym) bool { return n.ID == u.Pseudonym })
		}
	}
	p.queue = nil
	for id := range p.uploads {
		if !p.current(id) {
			delete(p.uploads, id)
		}
	}
	return errors.Join(append(errs, p.report())...)
}

// current tells whether an ID is in use.
func (p *Phone) current(id registry.ID) bool {
	return slices.ContainsFunc(p.ids, func(i pseudonym) bool { return i.ID == id && p.now().Before(i.Until) })
}

// waits tells whether an upload waits under an ID.
func (p *Phone) waits(id registry.ID) bool {
	return slices.ContainsFunc(p.queue, func(u remotecall.Usage) bool { return u.Pseudonym == id })
}

// drop gives up what waits under an ID that the service refused.
func (p *Phone) drop(errs []error, id registry.ID, err error) []error {
	p.queue = slices.DeleteFunc(p.queue, func(u remotecall.Usage) bool { return u.Pseudonym == id })
	return once(errs, err)
}

// session gives the anonymous session of an ID.
func (p *Phone) session(id registry.ID) *wire.Client {
	c := p.uploads[id]
	if c == nil {
		c = p.dial(true)
		p.uploads[id] = c
	}
	return c
}

func isRefusal(err error) bool {
	var word remotecall.Refusal
	return errors.As(err, &word)
}

// once adds an error whose refusal is not among them yet.
func once(errs []error, err error) []error {
	for _, e := range errs {
		if e != nil && remotecall.Reason(e) == remotecall.Reason(err) {
			return errs
		}
	}
	return append(errs, err)
}
