package remotecall

import (
	"crypto/hmac"
	"crypto/sha256"
	"runtime"
	"strings"
	"sync"
	"time"

	"hoistway/dispatch/registry"
)

// digest finds something in memory without holding it. The tables by which
// people are found (e-mail to subject, key tag to person, apartment to main
// user) live in memory only and are keyed by digests under Service.secret: a
// table in the store would be a second copy of personal data that each
// correction and erasure had to reach, physically, and a digest that outlives
// the process could be looked up in a list of e-mail addresses.
type digest [16]byte

// digest is a keyed hash over parts. Use tells the tables apart.
func (s *Service) digest(use string, parts ...string) (d digest) {
	h := hmac.New(sha256.New, s.secret[:])
	h.Write([]byte(use))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	copy(d[:], h.Sum(nil))
	return d
}

// plainDigest is for comparing credentials of the configuration.
func plainDigest(secret string) (d digest) {
	sum := sha256.Sum256([]byte(secret))
	copy(d[:], sum[:])
	return d
}

// place is where a record about a subject stands.
type place struct {
	building string
	subject  registry.ID
}

// account is what memory knows of somebody who signed up: how to find them and
// what has to be counted. Fields but subject and service are under mu.
type account struct {
	subject registry.ID
	service string
	email   digest
	active  time.Time // week of the last use; the stores learn it when the week is over
	stopped bool      // objected to being provided the service
	used    *use      // nil while nobody uses the account
}

// use is what memory knows of an account that is being used.
type use struct {
	sessions []*session
	lapsed   []digest // of logins that ended without their phone knowing, oldest first
	failures failures
	misuse   misuse
	standing *standing // as last read from the stores; nil = read again
}

func (a *account) use() *use {
	if a.used == nil {
		a.used = &use{}
	}
	return a.used
}

// sameEmail is the form in which e-mail addresses are compared.
func sameEmail(email string) string { return strings.ToLower(email) }

func (s *Service) emailDigest(service, email string) digest {
	return s.digest("email", service, sameEmail(email))
}

// subjectByEmail finds who signed up to a service with an e-mail.
func (s *Service) subjectByEmail(service, email string) (registry.ID, bool) {
	d := s.emailDigest(service, email)
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.emails[d]; a != nil {
		return a.subject, true
	}
	return "", false
}

// account finds the account of a subject, nil when there is none.
func (s *Service) account(subject registry.ID) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts[subject]
}

// claimEmail makes an e-mail that of a subject, in place of their former one.
// It refuses an e-mail that is another's. Whoever then fails to store it gives
// it back by claiming the former one again.
func (s *Service) claimEmail(service, email string, subject registry.ID) error {
	d := s.emailDigest(service, email)
	s.mu.Lock()
	defer s.mu.Unlock()
	if holder := s.emails[d]; holder != nil && holder.subject != subject {
		return AlreadySignedUp
	}
	a := s.accounts[subject]
	if a == nil {
		a = &account{subject: subject, service: service}
		s.accounts[subject] = a
	} else {
		delete(s.emails, a.email)
	}
	a.email = d
	s.emails[d] = a
	return nil
}

// drop takes an account out of memory.
func (s *Service) drop(subject registry.ID) {
	s.mu.Lock()
	gone := s.endSessionsLocked(subject)
	if a := s.accounts[subject]; a != nil {
		delete(s.emails, a.email)
		delete(s.accounts, subject)
	}
	s.unused(subject)
	s.pending.dropSubject(subject)
	s.mu.Unlock()
	gone.tell()
}

// rebuild fills the tables in memory from the stores. Handles decode one
// record at a time, so several of them read at once.
func (s *Service) rebuild() error {
	s.accounts, s.emails, s.sessions = map[registry.ID]*account{}, map[digest]*account{}, map[digest]*session{}
	s.farewells = map[digest]*farewell{}
	s.strangers = strangers{}
	s.keys, s.revoked = map[registry.ID]registry.ID{}, map[registry.ID]time.Time{}
	s.tags, s.mains = map[digest]place{}, map[digest]place{}

	identify := s.handle(registry.RoleService, registry.ToIdentify)
	for _, kind := range []*registry.Kind{registry.KindRemoteCallAccount, registry.KindFlowProfile} {
		err := s.readAll(identify, kind, func(ref registry.Ref) error {
			p, err := s.readAccount(identify.Of(ref.Subject), ref.Kind, ref.Subject)
			if gone(err) {
				return nil // its erasure is still under way
			}
			if err != nil {
				return stored("read the accounts", err)
			}
			a := &account{subject: ref.Subject, service: kind.Service, active: *p.active}
			a.email = s.emailDigest(a.service, *p.email)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.accounts[a.subject] = a
			if *p.email != "" {
				s.emails[a.email] = a
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	provide := s.handle(registry.RoleService, registry.ToProvide)
	err := provide.Each(registry.Ref{Kind: registry.KindObjection}, func(ref registry.Ref, _ func(registry.Record) error) error {
		if a := s.accounts[ref.Subject]; a != nil && ref.Item == registry.ToProvide.Item() {
			a.stopped = true
		}
		return nil
	})
	if err != nil {
		return stored("read the objections", err)
	}
	err = provide.Each(registry.Ref{Kind: registry.KindVisitorKey}, func(ref registry.Ref, _ func(registry.Record) error) error {
		s.keys[ref.Item] = ref.Subject
		return nil
	})
	if err != nil {
		return stored("read the visitor keys", err)
	}
	for name, b := range s.sites {
		if err := s.rebuildSite(provide.In(name), b); err != nil && !notProvider(err) {
			return err
		}
	}
	return nil
}

// rebuildSite fills the tables of one building.
func (s *Service) rebuildSite(h registry.Handle, b *site) error {
	err := s.readAll(h, registry.KindKeyTag, func(ref registry.Ref) error {
		var t registry.KeyTag
		if err := h.Of(ref.Subject).Get(ref, &t); err != nil {
			return stored("read the key tags", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tags[s.digest("tag", b.name, t.Number)] = place{b.name, ref.Subject}
		return nil
	})
	if err != nil || !b.residential {
		return err
	}
	return s.readAll(h, registry.KindBuildingPerson, func(ref registry.Ref) error {
		var p registry.BuildingPerson
		if err := h.Of(ref.Subject).Get(ref, &p); err != nil {
			return stored("read who is a main user", err)
		}
		if p.MainUser && p.Apartment != "" {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.mains[s.apartment(b.name, p.Apartment)] = place{b.name, ref.Subject}
		}
		return nil
	})
}

// readAll calls read for every record of a kind, several at a time.
func (s *Service) readAll(h registry.Handle, kind *registry.Kind, read func(registry.Ref) error) error {
	var subjects []registry.ID
	err := h.Each(registry.Ref{Kind: kind}, func(ref registry.Ref, _ func(registry.Record) error) error {
		subjects = append(subjects, ref.Subject)
		return nil
	})
	if err != nil {
		return stored("list the records of "+kind.Name, err)
	}
	parts := runtime.GOMAXPROCS(0)
	faults := make([]error, parts)
	var wait sync.WaitGroup
	for part := range parts {
		wait.Go(func() {
			for i := part; i < len(subjects) && faults[part] == nil; i += parts {
				faults[part] = read(registry.Ref{Kind: kind, Subject: subjects[i]})
			}
		})
	}
	wait.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetPlaces drops the key tags and apartments of a subject whose records in
// a building are gone. Those of Flow outlive the account until the Manager
// takes them back.
func (s *Service) forgetPlaces(subject registry.ID) {
	for name := range s.sites {
		h := s.handle(registry.RoleService, registry.ToProvide).In(name).Of(subject)
		if gone(h.Get(registry.Ref{Kind: registry.KindKeyTag, Subject: subject}, &registry.KeyTag{})) {
			s.forgetIn(s.tags, place{name, subject})
		}
		if gone(h.Get(registry.Ref{Kind: registry.KindBuildingPerson, Subject: subject}, &registry.BuildingPerson{})) {
			s.forgetIn(s.mains, place{name, subject})
		}
	}
}

func (s *Service) forgetIn(table map[digest]place, at place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d, p := range table {
		if p == at {
			delete(table, d)
		}
	}
}
