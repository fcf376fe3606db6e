package remotecall

import (
	"slices"
	"time"

	"hoistway/dispatch/registry"
)

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

// SignUpRemoteCall opens an account of Remote Call. The ID is that of the
// subject in this service.
func (s *Service) SignUpRemoteCall(r RemoteCallSignUp) (registry.ID, error) {
	return s.signUp(RemoteCall, r.Building, r.Email, r.Password, []entered{
		{"email", r.Email}, {"password", r.Password}, {"device_serial", r.Serial},
	}, func(password string, week time.Time) registry.Record {
		return &registry.RemoteCallAccount{Email: r.Email, Password: password, Serial: r.Serial, Active: week}
	})
}

// SignUpFlow opens an account of Flow. The ID is that of the subject in this
// service.
func (s *Service) SignUpFlow(r FlowSignUp) (registry.ID, error) {
	return s.signUp(Flow, r.Building, r.Email, r.Password, []entered{
		{"name", r.Name}, {"gender", r.Gender}, {"country", r.Country}, {"language", r.Language}, {"phone", r.Phone}, {"email", r.Email}, {"password", r.Password},
	}, func(password string, week time.Time) registry.Record {
		return &registry.FlowProfile{
			Name: r.Name, Gender: r.Gender, Country: r.Country, Language: r.Language, Phone: r.Phone, Email: r.Email, Password: password, Active: week,
		}
	})
}

func (s *Service) signUp(service, building, email, password string, fields []entered, record func(string, time.Time) registry.Record) (registry.ID, error) {
	if err := checkAll(fields); err != nil {
		return "", err
	}
	if _, err := s.site(building, service); err != nil {
		return "", err
	}
	if _, taken := s.subjectByEmail(service, email); taken { // spares the hash; claimEmail decides
		return "", AlreadySignedUp
	}
	hash := registry.HashPassword(password, s.c.Cost)
	subject, week := s.c.IDs.New(), week(s.now())
	defer s.turn(subject)()
	if err := s.claimEmail(service, email, subject); err != nil {
		return "", err
	}
	err := s.handle(registry.RoleSubject, registry.ToProvide).Of(subject).In(building).
		Put(registry.Ref{Kind: accountKind(service), Subject: subject}, record(hash, week))
	if err != nil {
		s.drop(subject)
		return "", stored("open an account", err)
	}
	s.mu.Lock()
	s.accounts[subject].active = week
	s.mu.Unlock()
	return subject, nil
}

// accountKind is the kind of a service's accounts.
func accountKind(service string) *registry.Kind {
	if service == RemoteCall {
		return registry.KindRemoteCallAccount
	}
	return registry.KindFlowProfile
}

// profile is what the accounts of both services have.
type profile struct {
	record          registry.Record
	email, password *string
	active          *time.Time
}

func newProfile(kind *registry.Kind) profile {
	if kind == registry.KindRemoteCallAccount {
		var r registry.RemoteCallAccount
		return profile{&r, &r.Email, &r.Password, &r.Active}
	}
	var r registry.FlowProfile
	return profile{&r, &r.Email, &r.Password, &r.Active}
}

// readAccount reads the account of a subject.
func (s *Service) readAccount(h registry.Handle, kind *registry.Kind, subject registry.ID) (profile, error) {
	p := newProfile(kind)
	return p, h.Get(registry.Ref{Kind: kind, Subject: subject}, p.record)
}

// updateAccount changes an account. Values that are replaced go as incorrect
// ones do, also from a later restore. The turn must be the subject's, which
// keeps others from changing it meanwhile.
func (s *Service) updateAccount(a *account, change func(profile)) error {
	kind := accountKind(a.service)
	h, ref := s.handle(registry.RoleService, registry.ToIdentify).Of(a.subject), registry.Ref{Kind: kind, Subject: a.subject}
	p, err := s.readAccount(h, kind, a.subject)
	if err != nil {
		return err
	}
	former := p.values(a.service)
	change(p)
	var fields []string
	for name, value := range p.values(a.service) {
		if was := former[name]; was != "" && was != value {
			fields = append(fields, name)
		}
	}
	if len(fields) == 0 {
		return h.Put(ref, p.record)
	}
	slices.Sort(fields)
	return h.Correct(ref, p.record, fields...)
}

// values are what the subject entered, and the hash of the password, by the
// names of their fields.
func (p profile) values(service string) map[string]string {
	values := map[string]string{"password": *p.password}
	for _, name := range accountFields[service] {
		values[name] = *p.field(name)
	}
	return values
}

// erase ends everything of a subject and erases them from the stores. Their
// keys and sub-users go first, one by one, because each leaves an entry in the
// key audit. Nothing of the subject can be written meanwhile, nor afterwards:
// whoever waits for a turn finds no account. When it fails the account is
// still there, without a login, and erase may be called again.
func (s *Service) erase(subject registry.ID, cause registry.Cause) (*registry.Certificate, error) {
	defer s.turn(subject)()
	return s.eraseInTurn(subject, cause)
}

func (s *Service) eraseInTurn(subject registry.ID, cause registry.Cause) (*registry.Certificate, error) {
	devices := s.devicesOf(subject)
	s.endSessions(subject)
	if err := s.endGrants(subject, "", nil); err != nil && !notProvider(err) {
		return nil, err
	}
	certificate, err := s.c.Registry.Erase(subject, cause)
	if err != nil {
		return nil, stored("erase a subject", err)
	}
	s.bid(subject, certificate, devices)
	s.drop(subject)
	s.forgetPlaces(subject)
	return certificate, nil
}
