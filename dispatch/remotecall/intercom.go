package remotecall

// Ringing is a call from the intercom at an entrance (FL:L27).
type Ringing struct {
	ID       uint64
	VideoKey []byte // public key of the main user's phone: the panel encrypts to it, and nobody between can look
}

// Device is the main user's phone as the service reaches it. Frames are
// ciphertext for the phone alone; there is no audio.
type Device interface {
	Rings(id uint64, building string)
	Frame(id uint64, sealed []byte)
	Ended(id uint64, answered bool)
	Wipe() // the account was erased: the device's log and pictures go
}

// Connect registers the phone for the apartments of which the user is the main
// user. VideoKey is an HPKE public key (DHKEM X25519).
func (s *Service) Connect(t Token, d Device, videoKey []byte) error { panic("not yet") }

// Ring, Frame, Answer, OpenDoor and HangUp are one intercom call, from the
// panel and from the phone.
func (s *Service) Ring(building, apartment string) (Ringing, error)    { panic("not yet") }
func (s *Service) Frame(id uint64, sealed []byte) error                { panic("not yet") }
func (s *Service) Answer(t Token, id uint64) error                     { panic("not yet") }
func (s *Service) OpenDoor(t Token, id uint64) error                   { panic("not yet") }
func (s *Service) HangUp(id uint64) (answered, opened bool, err error) { panic("not yet") }
