package remotecall

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// A Manager who passes a request on learns that it was done, by which
// reference, and what of it is theirs to do: nothing of what is stored, and not
// where else the subject is known (FL:L47).
func TestAManagerLearnsTheReferenceAlone(t *testing.T) {
	for _, c := range []struct {
		sentence  string
		r         RightsRequest
		export    bool // goes to the subject
		referrals []string
		stores    []string // of the certificate that are buildings
	}{
		{"a review", RightsRequest{Right: ToReview}, true, []string{"tower: building specific logs (FL:L92)"}, nil},
		{"portability", RightsRequest{Right: ToPort}, true, nil, nil},
		{"a correction", RightsRequest{Right: ToCorrect, Corrections: map[string]string{"name": "Aino Aalto"}}, false, nil, nil},
		{"an objection", RightsRequest{Right: ToObject, Purpose: registry.ToAnalyse}, false, nil, nil},
		{"an erasure", RightsRequest{Right: ToDelete}, false, []string{"tower: access permissions, which only the Manager withdraws (FL:L35)"}, []string{"building-tower"}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			h, a, _ := twoDwellers(t)
			r := c.r
			r.Service, r.Email, r.Password, r.Manager = Flow, a.email, goodPassword, h.manager("tower")
			f, err := h.s.Exercise(r)
			h.ok(err)
			if f.Export != nil {
				t.Error("the Manager got the subject's data")
			}
			if !f.Request.Valid() {
				t.Error("the Manager got no reference")
			}
			var referrals, stores []string
			for _, x := range f.Referrals {
				referrals = append(referrals, strings.TrimSuffix(x, ": ask the building's Manager or owner"))
			}
			if diff := cmp.Diff(c.referrals, referrals); diff != "" {
				t.Errorf("the Manager's referrals (-want +got):\n%s", diff)
			}
			if f.Certificate != nil {
				for _, d := range f.Certificate.Stores {
					if strings.HasPrefix(d.Store, "building-") {
						stores = append(stores, d.Store)
					}
				}
			}
			if diff := cmp.Diff(c.stores, stores); diff != "" {
				t.Errorf("buildings on the Manager's certificate (-want +got):\n%s", diff)
			}
			elsewhere := slices.ContainsFunc(h.delivered, func(d Delivery) bool {
				return slices.ContainsFunc(d.Referrals, func(x string) bool { return strings.HasPrefix(x, "office") })
			})
			if want := c.r.Right != ToPort && c.r.Right != ToObject; elsewhere != want {
				t.Errorf("the subject learns what to ask the other building's Manager: %v, want %v", elsewhere, want)
			}
			exported := slices.ContainsFunc(h.delivered, func(d Delivery) bool { return len(d.Export) > 0 })
			if exported != c.export {
				t.Errorf("data were delivered to the subject: %v, want %v", exported, c.export)
			}
		})
	}
}

// The subject gets the same, whichever way they ask (RC:L49, FL:L78).
func TestTheSubjectGetsTheSameThroughAManager(t *testing.T) {
	h, a, _ := twoDwellers(t)
	kinds := map[string][]string{}
	for _, channel := range []string{channelApp, channelManager} {
		f, err := h.ask(channel, a.person, RightsRequest{Right: ToReview})
		h.ok(err)
		kinds[channel] = kindsOf(readExport(t, f.Export))
	}
	// but for the permissions of another building, whose Manager is to be asked first (FL:L92)
	want := slices.DeleteFunc(kinds[channelApp], func(k string) bool { return k == "building-office permission" })
	if diff := cmp.Diff(want, kinds[channelManager]); diff != "" {
		t.Errorf("by the app (-) and through a Manager (+):\n%s", diff)
	}
}

// Data that cannot be delivered are handed to nobody in the subject's place.
func TestWithoutDeliveryNothingIsHandedOut(t *testing.T) {
	for _, c := range []struct {
		sentence string
		deliver  func(Delivery) error
		noted    []string
	}{
		{"there is no way to the subject", nil, nil},
		{"the way to the subject fails", func(d Delivery) error { return errors.New("no mailbox " + d.Email) }, []string{"export manager", "export manager refused"}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			h := newHouse(t, withStaff, func(x *Config) { x.Deliver = c.deliver })
			d := h.dwell("axa", "7100", "1")
			r := RightsRequest{Right: ToReview, Service: Flow, Email: d.email, Password: goodPassword, Manager: h.manager("tower")}
			f, err := h.s.Exercise(r)
			h.refused(err, Unavailable)
			if f != nil || strings.Contains(err.Error(), d.email) {
				t.Errorf("got %+v with %v: want neither data nor an address", f, err)
			}
			if diff := cmp.Diff(c.noted, h.requests()); diff != "" {
				t.Errorf("requests in the ledger (-want +got):\n%s", diff)
			}
			// What needs no delivery is done all the same.
			r.Right = ToDelete
			f, err = h.s.Exercise(r)
			h.ok(err)
			if f.Certificate == nil {
				t.Error("an erasure has no certificate")
			}
		})
	}
}
