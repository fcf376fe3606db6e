package phone

import (
	"fmt"

	"hoistway/dispatch/remotecall"
)

// Intercom is what a panel asks of the service: *remotecall.Service.
type Intercom interface {
	Ring(building, apartment string) (remotecall.Ringing, error)
	Frame(id uint64, sealed []byte) error
	HangUp(id uint64) (answered, opened bool, err error)
}

// Panel is the intercom at an entrance. Its camera is off until somebody rings,
// and it has no microphone. It is not safe for concurrent use.
type Panel struct {
	service  Intercom
	recorded uint64
}

// NewPanel installs a panel.
func NewPanel(s Intercom) *Panel { return &Panel{service: s} }

// Recorded counts the frames that the camera has given since the panel was
// installed. It does not change while nobody rings.
func (p *Panel) Recorded() uint64 { return p.recorded }

// Ring is one visitor's ringing, from the panel's side.
type Ring struct {
	panel *Panel
	id    uint64
	video *camera // nil once hung up
}

// Ring rings at an apartment. The panel encrypts to the main user's phone.
func (p *Panel) Ring(building, apartment string) (*Ring, error) {
	r, err := p.service.Ring(building, apartment)
	if err != nil {
		return nil, err
	}
	video, err := newCamera(r.VideoKey, r.ID)
	if err != nil {
		_, _, hungUp := p.service.HangUp(r.ID)
		if hungUp != nil {
			err = fmt.Errorf("%w; and hanging up: %w", err, hungUp)
		}
		return nil, err
	}
	return &Ring{panel: p, id: r.ID, video: video}, nil
}

// ID is the number of the call.
func (r *Ring) ID() uint64 { return r.id }

// Show sends one frame of the camera. After HangUp there is none.
func (r *Ring) Show(frame []byte) error {
	if r.video == nil {
		return ErrNoRing
	}
	r.panel.recorded++
	return r.panel.service.Frame(r.id, r.video.seal(frame))
}

// HangUp ends the call and turns the camera off.
func (r *Ring) HangUp() (answered, opened bool, err error) {
	r.video = nil
	return r.panel.service.HangUp(r.id)
}
