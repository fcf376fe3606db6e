package remotecall

import (
	"slices"

	"hoistway/dispatch/registry"
)

// Objections are the purposes to which the user has objected. The phone asks
// after each login, and stops what it does for them.
func (s *Service) Objections(t Token) ([]registry.Purpose, error) {
	x, err := s.signedIn(t)
	if err != nil {
		return nil, err
	}
	return s.objections(x.subject)
}

func (s *Service) objections(subject registry.ID) ([]registry.Purpose, error) {
	var purposes []registry.Purpose
	err := s.handle(registry.RoleService, registry.ToProvide).Of(subject).
		Each(registry.Ref{Kind: registry.KindObjection, Subject: subject}, func(_ registry.Ref, load func(registry.Record) error) error {
			var o registry.Objection
			if err := load(&o); err != nil {
				return err
			}
			purposes = append(purposes, o.Purpose)
			return nil
		})
	if gone(err) {
		return nil, nil
	}
	return purposes, stored("read the objections", err)
}

// stopped tells whether somebody has objected to a purpose, or to being
// provided the service at all.
func (s *Service) stopped(subject registry.ID, purpose registry.Purpose) (bool, error) {
	purposes, err := s.objections(subject)
	return slices.Contains(purposes, purpose) || slices.Contains(purposes, registry.ToProvide), err
}

// object records an objection to a purpose, which stops for the subject
// (RC:L49, FL:L78).
//
// Objected to usage analysis:
//
//   - Report refuses the app's own figures, so nothing of the subject is in
//     the analytics from now on, whatever the phone sends;
//   - the subject's randomized IDs are no longer taken: Upload refuses what
//     comes under them, without learning whose they are, and Register refuses
//     new ones. The log under them is the one record of use that an analysis
//     could start from.
//
// What the subject can do with the service stays as it is. Objected to being
// provided the service, they may not use it any more, neither by a login nor by
// what a Manager grants; calls under way are forgotten, their username is taken
// off the displays, and only the records stay until they ask for erasure (RC:L29,
// FL:L51).
func (s *Service) object(q *request, purpose registry.Purpose) error {
	defer s.turn(q.subject)()
	if s.account(q.subject) == nil {
		return ProcessingStopped
	}
	ref := registry.Ref{Kind: registry.KindObjection, Subject: q.subject, Item: purpose.Item()}
	err := s.handle(registry.RoleService, registry.ToFulfil).Of(q.subject).Put(ref, &registry.Objection{Purpose: purpose})
	s.forgetStanding(q.subject)
	if err == nil && purpose == registry.ToProvide {
		s.stop(q.subject)
	}
	if err != nil {
		return stored("record an objection", err)
	}
	if err := s.c.Registry.Stop(q.subject); err != nil {
		return stored("stop the randomized IDs", err)
	}
	if purpose == registry.ToProvide {
		if err := s.render(); err != nil {
			return err
		}
	}
	_, err = s.note(registry.ActObjection, map[string]string{"ref": registry.SubjectRef(q.subject), "purpose": string(purpose), "service": q.service, "state": "made"}, true)
	return err
}
