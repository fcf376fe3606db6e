package remotecall

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"

	"hoistway/dispatch/registry"
)

const (
	portForm    = "hoistway-subject-port"
	portVersion = 1
	mostPorted  = 1 << 20 // bytes
)

// portFile is what a subject provided, in a form that Import takes (RC:L49,
// FL:L78): what they entered about themselves and the people they let in. What
// others collected about them, and the password, is not in it.
type portFile struct {
	Form        string            `json:"form"`
	Version     int               `json:"version"`
	Service     string            `json:"service"`
	At          time.Time         `json:"at"`
	Account     map[string]string `json:"account"` // by field, as in the stores
	Preferences *portPreferences  `json:"preferences,omitempty"`
	Keys        []portKey         `json:"visitor_keys,omitempty"`
	SubUsers    []portSubUser     `json:"sub_users,omitempty"`
}

type portPreferences struct {
	IntercomPhone    string `json:"intercom_phone,omitempty"`
	IntercomUsername string `json:"intercom_username,omitempty"`
	WalkingSpeed     int    `json:"walking_speed_mm_s,omitempty"`
	FavouriteFloor   string `json:"favourite_floor,omitempty"`
	StorePictures    bool   `json:"store_missed_pictures,omitempty"`
}

type portKey struct {
	Building string    `json:"building"`
	Visitor  string    `json:"visitor"`
	Floors   []string  `json:"floors"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Uses     int       `json:"uses"`
	Consent  bool      `json:"consent"` // the user attested it
}

type portSubUser struct {
	Building  string `json:"building"`
	Name      string `json:"name"`
	Username  string `json:"username,omitempty"`
	Number    string `json:"number,omitempty"`
	BirthDate string `json:"birth_date"`
	Note      string `json:"note,omitempty"`
	Guardian  bool   `json:"guardian,omitempty"`
	Consent   bool   `json:"consent"`
}

// port gives what the subject provided.
func (s *Service) port(q *request) ([]byte, error) {
	file := portFile{Form: portForm, Version: portVersion, Service: q.service, At: s.now(), Account: map[string]string{}}
	h := s.own(q)
	p, err := s.readAccount(h, accountKind(q.service), q.subject)
	if err != nil {
		return nil, stored("read an account", err)
	}
	for _, name := range accountFields[q.service] {
		file.Account[name] = *p.field(name)
	}
	if q.service != Flow {
		return written(file)
	}
	var r registry.FlowPreferences
	switch err := h.Get(registry.Ref{Kind: registry.KindFlowPreferences, Subject: q.subject}, &r); {
	case err == nil:
		file.Preferences = &portPreferences{r.IntercomPhone, r.IntercomUsername, r.WalkingSpeed, r.FavouriteFloor, r.StorePictures}
	case !gone(err):
		return nil, stored("read preferences", err)
	}
	err = h.Each(registry.Ref{Kind: registry.KindVisitorKey, Subject: q.subject}, func(_ registry.Ref, load func(registry.Record) error) error {
		var k registry.VisitorKey
		if err := load(&k); err != nil {
			return err
		}
		file.Keys = append(file.Keys, portKey{k.Building, k.Visitor, k.Floors, k.From, k.Until, k.Uses, k.Consent != ""})
		return nil
	})
	if err != nil {
		return nil, stored("read visitor keys", err)
	}
	err = h.Each(registry.Ref{Kind: registry.KindSubUser, Subject: q.subject}, func(_ registry.Ref, load func(registry.Record) error) error {
		var u registry.SubUser
		if err := load(&u); err != nil {
			return err
		}
		file.SubUsers = append(file.SubUsers, portSubUser{u.Building, u.Name, u.Username, u.Number, u.BirthDate, u.Note, u.Guardian, u.Consent != ""})
		return nil
	})
	if err != nil {
		return nil, stored("read sub-users", err)
	}
	return written(file)
}

// parsePort reads a file of ToPort strictly. What is wrong with it is told
// without quoting it.
func parsePort(export []byte) (*portFile, error) {
	wrong := func(why string) error { return field(MalformedField, "file", why) }
	if len(export) > mostPorted {
		return nil, wrong("is larger than 1 MiB")
	}
	var f portFile
	d := json.NewDecoder(bytes.NewReader(export))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, wrong("is not the JSON that portability gives")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, wrong("goes on after its end")
	}
	if f.Form != portForm || f.Version != portVersion {
		return nil, wrong("has another form or version than " + portForm + " 1")
	}
	if f.Service != RemoteCall && f.Service != Flow {
		return nil, wrong("is of no service")
	}
	return &f, nil
}

// Import takes what ToPort gave into an account that is signed in. It checks
// all of it before it stores any. The account keeps its mail address and
// password. Visitors' keys are made anew, those that are still valid: the
// result has them in the file's order, for the user to pass on. Importing
// attests the consents that the file names.
func (s *Service) Import(t Token, export []byte) ([]Key, error) {
	x, err := s.session(t)
	if err != nil {
		return nil, err
	}
	f, err := parsePort(export)
	if err != nil {
		return nil, err
	}
	if f.Service != x.service {
		return nil, field(MalformedField, "file", "is of another service than the login")
	}
	stopped, err := s.stopped(x.subject, registry.ToProvide)
	if err != nil {
		return nil, err
	}
	if stopped {
		return nil, ProcessingStopped
	}
	keys, err := s.checkPort(x, f)
	if err != nil {
		return nil, err
	}
	if err := s.importAccount(x, f); err != nil {
		return nil, err
	}
	if p := f.Preferences; p != nil {
		err := s.Prefer(t, Preferences{&p.IntercomPhone, &p.IntercomUsername, &p.FavouriteFloor, &p.WalkingSpeed, &p.StorePictures})
		if err != nil {
			return nil, err
		}
	}
	for _, u := range f.SubUsers {
		if _, err := s.AddSubUser(t, u.entry()); err != nil {
			return nil, err
		}
	}
	var made []Key
	for _, r := range keys {
		k, err := s.CreateKey(t, r)
		if err != nil {
			return made, err
		}
		made = append(made, k)
	}
	return made, nil
}

// checkPort finds what would be refused, and gives the keys that are to be made.
func (s *Service) checkPort(x *session, f *portFile) (keys []KeyRequest, err error) {
	for _, name := range accountFields[x.service] {
		if err := checkField(name, f.Account[name]); err != nil {
			return nil, err
		}
	}
	if len(f.Account) != len(accountFields[x.service]) || x.service != Flow && (f.Preferences != nil || f.Keys != nil || f.SubUsers != nil) {
		return nil, field(MalformedField, "file", "has fields that the service does not collect")
	}
	if p := f.Preferences; p != nil {
		changes := Preferences{&p.IntercomPhone, &p.IntercomUsername, &p.FavouriteFloor, &p.WalkingSpeed, &p.StorePictures}
		if err := errors.Join(changes.check(), s.checkFavourite(changes)); err != nil {
			return nil, err
		}
	}
	defer s.turn(x.subject)()
	now := s.now()
	for _, u := range f.SubUsers {
		e := u.entry()
		b, err := s.site(e.Building, Flow)
		if err != nil {
			return nil, err
		}
		years, err := e.check(now)
		if err != nil {
			return nil, err
		}
		if err := s.mayGrant(x, b, nil); err != nil {
			return nil, err
		}
		switch {
		case !e.Consent:
			return nil, NoConsent
		case years < s.c.Policy.Guardianship && !e.Guardian:
			return nil, NeedsGuardian
		}
	}
	for _, k := range f.Keys {
		if !now.Before(k.Until) || k.Uses == 0 {
			continue
		}
		r := KeyRequest(k)
		b, err := s.site(r.Building, Flow)
		if err != nil {
			return nil, err
		}
		floors, err := r.check(b, now)
		if err != nil {
			return nil, err
		}
		if err := s.mayGrant(x, b, floors); err != nil {
			return nil, err
		}
		if !r.Consent {
			return nil, NoConsent
		}
		keys = append(keys, r)
	}
	return keys, nil
}

func (u portSubUser) entry() SubUserEntry {
	return SubUserEntry{Building: u.Building, Name: u.Name, Username: u.Username, Number: u.Number, Note: u.Note, BirthDate: u.BirthDate, Consent: u.Consent, Guardian: u.Guardian}
}

// importAccount sets the account's fields but for the mail address.
func (s *Service) importAccount(x *session, f *portFile) error {
	defer s.turn(x.subject)()
	a := s.account(x.subject)
	if a == nil {
		return NotSignedIn
	}
	return stored("import an account", s.updateAccount(a, func(p profile) {
		for _, name := range accountFields[x.service] {
			if name != "email" {
				*p.field(name) = f.Account[name]
			}
		}
	}))
}
