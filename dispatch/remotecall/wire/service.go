package wire

import (
	"bytes"
	"encoding/json"
	"io"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// Service is what the app can ask of the back end: *remotecall.Service.
type Service interface {
	SignUpRemoteCall(r remotecall.RemoteCallSignUp) (registry.ID, error)
	SignUpFlow(r remotecall.FlowSignUp) (registry.ID, error)
	Login(service, email, password string) (remotecall.Token, error)
	Logout(t remotecall.Token) error
	ChangePassword(t remotecall.Token, old, password string) (remotecall.Token, error)
	Objections(t remotecall.Token) ([]registry.Purpose, error)
	Prefer(t remotecall.Token, p remotecall.Preferences) error
	AddSubUser(t remotecall.Token, e remotecall.SubUserEntry) (registry.ID, error)
	RemoveSubUser(t remotecall.Token, id registry.ID) error
	Call(t remotecall.Token, r remotecall.CallRequest) (remotecall.Ticket, error)
	Status(t remotecall.Token, number uint64) (remotecall.CallStatus, error)
	Cancel(t remotecall.Token, number uint64) error
	CreateKey(t remotecall.Token, r remotecall.KeyRequest) (remotecall.Key, error)
	RevokeKey(t remotecall.Token, id registry.ID) error
	Register(t remotecall.Token, pseudonym registry.ID, building string) error
	Upload(u remotecall.Usage) error
	Report(a remotecall.AppReport) error
	Exercise(r remotecall.RightsRequest) (*remotecall.Fulfilment, error)
	Import(t remotecall.Token, export []byte) ([]remotecall.Key, error)
	Connect(t remotecall.Token, d remotecall.Device, videoKey []byte) error
	Answer(t remotecall.Token, id uint64) error
	OpenDoor(t remotecall.Token, id uint64) error
}

// Names of the operations.
const (
	SignUpRemoteCall  = "sign-up-remote-call" // remotecall.RemoteCallSignUp -> registry.ID
	SignUpFlow        = "sign-up-flow"        // remotecall.FlowSignUp -> registry.ID
	Login             = "login"               // Credentials -> remotecall.Token
	Logout            = "logout"              // Signed[Nothing] -> Nothing
	ChangePassword    = "change-password"     // Signed[Passwords] -> remotecall.Token
	Objections        = "objections"          // Signed[Nothing] -> []registry.Purpose
	Prefer            = "prefer"              // Signed[remotecall.Preferences] -> Nothing
	AddSubUser        = "add-sub-user"        // Signed[remotecall.SubUserEntry] -> registry.ID
	RemoveSubUser     = "remove-sub-user"     // Signed[registry.ID] -> Nothing
	Call              = "call"                // Signed[remotecall.CallRequest] -> remotecall.Ticket
	Status            = "status"              // Signed[uint64] -> remotecall.CallStatus
	Cancel            = "cancel"              // Signed[uint64] -> Nothing
	CreateKey         = "create-key"          // Signed[remotecall.KeyRequest] -> remotecall.Key
	RevokeKey         = "revoke-key"          // Signed[registry.ID] -> Nothing
	RegisterPseudonym = "register-pseudonym"  // Signed[Pseudonym] -> Nothing
	UploadUsage       = "upload-usage"        // remotecall.Usage -> Nothing; anonymous
	AppReport         = "app-report"          // remotecall.AppReport -> Nothing
	Exercise          = "exercise"            // Signed[Rights] -> remotecall.Fulfilment
	Import            = "import"              // Signed[[]byte] -> []remotecall.Key
	Connect           = "connect"             // Signed[VideoKey] -> Nothing
	Listen            = "listen"              // Signed[Nothing] -> []Happening
	Answer            = "answer"              // Signed[uint64] -> Nothing
	OpenDoor          = "open-door"           // Signed[uint64] -> Nothing
)

// Nothing is an empty body.
type Nothing struct{}

// Signed is the body of a request by somebody who is signed in.
type Signed[T any] struct {
	Token remotecall.Token
	Body  T
}

// Credentials are the body of a login.
type Credentials struct{ Service, Email, Password string }

// Passwords are the body of a change of the password.
type Passwords struct{ Old, New string }

// Pseudonym registers a randomized ID.
type Pseudonym struct {
	ID       registry.ID
	Building string
}

// VideoKey is the HPKE public key (DHKEM X25519) to which an intercom's panel
// encrypts.
type VideoKey []byte

// Rights are those fields of a remotecall.RightsRequest that the app fills.
type Rights struct {
	Right       remotecall.Right
	Service     string
	Email       string            `json:",omitempty"`
	Password    string            `json:",omitempty"`
	Corrections map[string]string `json:",omitempty"`
	Purpose     registry.Purpose  `json:",omitempty"`
	Pseudonyms  []registry.ID     `json:",omitempty"`
}

// operation is one row of the table of what can be asked.
type operation struct {
	anonymous bool // in anonymous sessions, and only there
	both      bool // a refusal comes with a result
	largest   int  // bytes of the body
	do        func(body []byte) (any, error)
}

// small and large bound bodies.
const (
	small = 8 << 10
	large = LargestRequest
)

// table is all that can be asked.
func (e *Endpoint) table(s Service) map[string]operation {
	ops := map[string]operation{
		SignUpRemoteCall: answers(s.SignUpRemoteCall),
		SignUpFlow:       answers(s.SignUpFlow),
		Login: answers(func(c Credentials) (remotecall.Token, error) {
			return s.Login(c.Service, c.Email, c.Password)
		}),
		Logout: does(func(r Signed[Nothing]) error {
			e.boxes.drop(r.Token)
			return s.Logout(r.Token)
		}),
		ChangePassword: asks(func(t remotecall.Token, p Passwords) (remotecall.Token, error) {
			return s.ChangePassword(t, p.Old, p.New)
		}),
		Objections: answers(func(r Signed[Nothing]) ([]registry.Purpose, error) { return s.Objections(r.Token) }),
		Prefer:     signed(s.Prefer),
		AddSubUser: asks(s.AddSubUser), RemoveSubUser: signed(s.RemoveSubUser),
		Call: asks(s.Call), Status: asks(s.Status), Cancel: signed(s.Cancel),
		CreateKey: asks(s.CreateKey), RevokeKey: signed(s.RevokeKey),
		RegisterPseudonym: signed(func(t remotecall.Token, p Pseudonym) error { return s.Register(t, p.ID, p.Building) }),
		UploadUsage:       does(s.Upload),
		AppReport:         does(s.Report),
		Exercise: asks(func(t remotecall.Token, r Rights) (*remotecall.Fulfilment, error) {
			return s.Exercise(remotecall.RightsRequest{Right: r.Right, Service: r.Service, Token: t, Email: r.Email, Password: r.Password,
				Corrections: r.Corrections, Purpose: r.Purpose, Pseudonyms: r.Pseudonyms})
		}),
		Import: asks(s.Import),
		Connect: signed(func(t remotecall.Token, key VideoKey) error {
			box := &mailbox{now: e.now}
			if err := s.Connect(t, box, key); err != nil {
				return err
			}
			e.boxes.put(t, box)
			return nil
		}),
		Listen: answers(func(r Signed[Nothing]) ([]Happening, error) { return e.boxes.take(r.Token) }),
		Answer: signed(s.Answer), OpenDoor: signed(s.OpenDoor),
	}
	for name, op := range ops {
		op.largest = small
		op.anonymous = name == UploadUsage
		op.both = name == Exercise
		if name == Import || name == Exercise {
			op.largest = large
		}
		ops[name] = op
	}
	return ops
}

// answers, does, asks and signed make an operation of a method.
func answers[In, Out any](f func(In) (Out, error)) operation {
	return operation{do: func(body []byte) (any, error) {
		var in In
		if err := decode(body, &in); err != nil {
			return nil, err
		}
		return f(in)
	}}
}

func does[In any](f func(In) error) operation {
	return answers(func(in In) (Nothing, error) { return Nothing{}, f(in) })
}

func asks[In, Out any](f func(remotecall.Token, In) (Out, error)) operation {
	return answers(func(in Signed[In]) (Out, error) { return f(in.Token, in.Body) })
}

func signed[In any](f func(remotecall.Token, In) error) operation {
	return does(func(in Signed[In]) error { return f(in.Token, in.Body) })
}

// decode takes one JSON value that has no unknown field and nothing after it.
// What it says of a body that it refuses is the refusal alone: an error of the
// decoder can quote what somebody entered.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil {
		return remotecall.MalformedField
	}
	if _, err := d.Token(); err != io.EOF {
		return remotecall.MalformedField
	}
	return nil
}
