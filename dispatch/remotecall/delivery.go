package remotecall

import (
	"slices"
	"strings"

	"hoistway/dispatch/registry"
)

// Delivery is the answer to a request that a Manager passed on, on its way to
// the subject. It is not the Manager's to read: most of what it holds is hidden
// from Managers (FL:L47), and where else the subject lives or works is, too.
type Delivery struct {
	Request   registry.ID // the reference that the Manager was given
	Right     Right
	Service   string
	Email     string   // of the account, proven with its password
	Export    []byte   // of ToReview and ToPort
	Referrals []string // to all Managers who have to be asked
}

// checkDelivery refuses a Manager's request for data when there is no way to
// the subject.
func (s *Service) checkDelivery(r *RightsRequest) error {
	if r.Manager != nil && (r.Right == ToReview || r.Right == ToPort) && s.c.Deliver == nil {
		return field(Unavailable, "delivery", "to subjects is not set up, and data are not handed to a Manager for them: ask in the app, or the provider's staff")
	}
	return nil
}

// deliver takes the answer to its subject and leaves of it what a Manager may
// learn: that it was done, under which reference, and what is theirs to do. An
// answer with data that cannot be delivered is an error. The other rights are
// done by now, and the ledger has their referrals.
func (s *Service) deliver(q *request, f *Fulfilment) error {
	if q.channel != channelManager {
		return nil
	}
	d := Delivery{Request: q.id, Right: q.right, Service: q.service, Email: q.email, Export: f.Export, Referrals: f.Referrals}
	f.Export, f.Referrals, f.Certificate = nil, nil, certificateFor(f.Certificate, q.building)
	elsewhere := false
	for _, x := range q.referred {
		if x.building == q.building {
			f.Referrals = append(f.Referrals, x.String())
		} else {
			elsewhere = true
		}
	}
	if s.c.Deliver == nil || len(d.Export) == 0 && !elsewhere {
		return nil
	}
	switch err := s.c.Deliver(d); {
	case err == nil:
	case len(d.Export) > 0:
		return field(Unavailable, "delivery", "to the subject failed") // the driver's words may hold the address
	default:
		s.c.Log.Error("the referrals of a request could not be delivered to its subject; the ledger has them")
	}
	return nil
}

// certificateFor is what a building's Manager is shown of a certificate: the
// lines of other buildings would say where else the subject was known.
func certificateFor(c *registry.Certificate, building string) *registry.Certificate {
	if c == nil {
		return nil
	}
	shown := *c
	shown.Stores = slices.DeleteFunc(slices.Clone(c.Stores), func(d registry.Destroyed) bool {
		other, is := strings.CutPrefix(d.Store, "building-")
		return is && other != building
	})
	return &shown
}
