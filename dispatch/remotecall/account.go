package remotecall

import "hoistway/dispatch/registry"

// RemoteCallSignUp is all that Remote Call asks for (RC:L11).
type RemoteCallSignUp struct {
	Email, Password, Serial string
	Building                string
}

// FlowSignUp is all that Flow always asks for (FL:L15).
type FlowSignUp struct {
	Name, Gender, Country, Language, Phone, Email, Password string
	Building                                                string
}

// SignUpRemoteCall and SignUpFlow open an account. The ID is that of the
// subject in that service.
func (s *Service) SignUpRemoteCall(r RemoteCallSignUp) (registry.ID, error) { panic("not yet") }
func (s *Service) SignUpFlow(r FlowSignUp) (registry.ID, error)             { panic("not yet") }

// Login checks a password. Service is RemoteCall or Flow.
func (s *Service) Login(service, email, password string) (Token, error) { panic("not yet") }
func (s *Service) Logout(t Token)                                       { panic("not yet") }

// Preferences are changes; nil leaves a preference, empty or 0 removes it.
type Preferences struct {
	IntercomPhone, IntercomUsername, FavouriteFloor *string
	WalkingSpeed                                    *int // mm/s
	StorePictures                                   *bool
}

// Prefer changes preferences (Flow).
func (s *Service) Prefer(t Token, p Preferences) error { panic("not yet") }

// SubUserEntry is a person to whom a main user gives access (FL:L19).
type SubUserEntry struct {
	Building                     string
	Name, Username, Number, Note string
	BirthDate                    string // YYYY-MM-DD
	Consent                      bool   // the user attests that the person agreed before entry (FL:L53)
	Guardian                     bool   // the user attests to hold parental responsibility
}

// AddSubUser and RemoveSubUser need the Manager's permission to grant.
func (s *Service) AddSubUser(t Token, e SubUserEntry) (registry.ID, error) { panic("not yet") }
func (s *Service) RemoveSubUser(t Token, id registry.ID) error             { panic("not yet") }
