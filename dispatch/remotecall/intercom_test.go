package remotecall

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// device notes what a phone was told.
type device struct {
	mu  sync.Mutex
	log []string
}

func (d *device) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, fmt.Sprintf(format, args...))
}

func (d *device) Rings(id uint64, building string) { d.note("%d rings in %s", id, building) }
func (d *device) Frame(id uint64, sealed []byte)   { d.note("%d frame %x", id, sealed) }
func (d *device) Ended(id uint64, answered bool)   { d.note("%d ended %v", id, answered) }
func (d *device) Wipe()                            { d.note("wiped") }

func (d *device) heard(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(want, slices.Clone(d.log)); diff != "" {
		t.Error(diff)
	}
	d.log = nil
}

func TestTheIntercomReachesTheMainUserAlone(t *testing.T) {
	h := newHouse(t)
	main := h.resident(Flow, "main@example.org", "12")
	neighbour := h.resident(Flow, "neighbour@example.org", "13")
	family := h.signUp(Flow, "family@example.org")
	_, err := h.manager("tower").Admit(Admission{Service: Flow, Email: family.email, Name: "F", Apartment: "12"})
	h.ok(err)
	worker := h.resident(RemoteCall, "worker@example.org", "")
	key := newVideoKey(t)
	var phone, other device
	h.refused(h.s.Connect(family.token, &other, key), NotMainUser)
	h.refused(h.s.Connect(worker.token, &other, key), NotMainUser)
	h.refused(h.s.Connect("", &other, key), NotSignedIn)
	h.refused(h.s.Connect(main.token, &phone, key[:31]), MalformedField)
	_, err = h.s.Ring("tower", "12")
	h.refused(err, NoDevice)
	h.ok(h.s.Connect(main.token, &phone, key))
	h.ok(h.s.Connect(neighbour.token, &other, newVideoKey(t)))

	ringing, err := h.s.Ring("tower", "12")
	h.ok(err)
	if !bytes.Equal(ringing.VideoKey, key) {
		t.Error("the panel was given another key than the phone's")
	}
	h.ok(h.s.Frame(ringing.ID, []byte{0xab}))
	h.refused(h.s.Frame(ringing.ID, nil), MalformedField)
	h.refused(h.s.Frame(ringing.ID, make([]byte, mostFrame+1)), MalformedField)
	h.refused(h.s.Frame(ringing.ID+1, []byte{0xab}), NoSuchCall)
	h.refused(h.s.Answer(neighbour.token, ringing.ID), NotMainUser)
	h.refused(h.s.OpenDoor(neighbour.token, ringing.ID), NotMainUser)
	h.ok(h.s.Answer(main.token, ringing.ID))
	h.refused(h.s.Answer(main.token, ringing.ID), AlreadyAnswered)
	h.ok(h.s.OpenDoor(main.token, ringing.ID))
	answered, opened, err := h.s.HangUp(ringing.ID)
	h.ok(err)
	if !answered || !opened {
		t.Errorf("answered %v, opened %v", answered, opened)
	}
	_, _, err = h.s.HangUp(ringing.ID)
	h.refused(err, NoSuchCall)
	h.refused(h.s.Frame(ringing.ID, []byte{1}), NoSuchCall)
	h.refused(h.s.Answer(main.token, ringing.ID), NoSuchCall)
	phone.heard(t, "1 rings in tower", "1 frame ab", "1 ended true")
	other.heard(t)

	missed, err := h.s.Ring("tower", "12")
	h.ok(err)
	answered, opened, err = h.s.HangUp(missed.ID)
	h.ok(err)
	if answered || opened {
		t.Errorf("nobody answered, and it is answered %v, opened %v", answered, opened)
	}
	phone.heard(t, "2 rings in tower", "2 ended false")

	// A call that nobody ends, ends.
	_, err = h.s.Ring("tower", "12")
	h.ok(err)
	h.pass(longestRing)
	h.refused(h.s.Frame(3, []byte{1}), NoSuchCall)
	phone.heard(t, "3 rings in tower", "3 ended false")

	_, err = h.s.Ring("tower", "99")
	h.refused(err, NoDevice)
	_, err = h.s.Ring("office", "12")
	h.refused(err, NoCamera)
	_, err = h.s.Ring("castle", "12")
	h.refused(err, UnknownBuilding)
}

func TestAPhoneIsDisconnected(t *testing.T) {
	for _, row := range []struct {
		says string
		do   func(h *house, p *person)
		want []string
	}{
		{"by a logout", func(h *house, p *person) { h.s.Logout(p.token) }, []string{"1 rings in tower", "1 ended false"}},
		{"by another phone", func(h *house, p *person) {
			again, err := h.s.Login(Flow, p.email, goodPassword)
			h.ok(err)
			h.ok(h.s.Connect(again, &device{}, newVideoKey(h.t)))
			h.s.Logout(p.token) // does not end the other's connection
			_, err = h.s.Ring("tower", "12")
			h.ok(err)
			h.s.Logout(again)
		}, []string{"1 rings in tower", "1 ended false"}},
		{"by an erasure", func(h *house, p *person) {
			_, err := h.s.erase(p.subject, registry.CauseRequest)
			h.ok(err)
		}, []string{"1 rings in tower", "1 ended false", "wiped"}},
		{"by moving out", func(h *house, p *person) {
			_, err := h.manager("tower").MovedOut(p.subject)
			h.ok(err)
		}, []string{"1 rings in tower", "1 ended false", "wiped"}},
		{"by moving to another apartment", func(h *house, p *person) {
			_, err := h.manager("tower").Admit(Admission{Service: Flow, Email: p.email, Name: "A", Apartment: "13", MainUser: true})
			h.ok(err)
		}, []string{"1 rings in tower", "1 ended false"}},
		{"by the end of the service in the building", func(h *house, _ *person) { h.s.forgetBuilding("tower") }, []string{"1 rings in tower", "1 ended false"}},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.resident(Flow, "aino@example.org", "12")
			var d device
			h.ok(h.s.Connect(p.token, &d, newVideoKey(t)))
			ringing, err := h.s.Ring("tower", "12")
			h.ok(err)
			row.do(h, &p)
			d.heard(t, row.want...)
			h.refused(h.s.Frame(ringing.ID, []byte{1}), NoSuchCall)
			if _, err := h.s.Ring("tower", "12"); err == nil {
				t.Error("the phone still rings")
			}
		})
	}
}

func TestTheDoorOpensForThoseWhoMayBeThere(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "12")
	var d device
	h.ok(h.s.Connect(p.token, &d, newVideoKey(t)))
	ringing, err := h.s.Ring("tower", "12")
	h.ok(err)
	h.ok(h.manager("tower").Withdraw(p.subject, h.permissions(p)[0]))
	h.refused(h.s.OpenDoor(p.token, ringing.ID), NotPermitted)
	_, err = h.manager("tower").Grant(Flow, p.subject, Grant{})
	h.ok(err)
	h.ok(h.s.OpenDoor(p.token, ringing.ID)) // answers, too
	answered, opened, err := h.s.HangUp(ringing.ID)
	h.ok(err)
	if !answered || !opened {
		t.Errorf("answered %v, opened %v", answered, opened)
	}
}

// Whoever objected to the service is not rung, and the panel is not told why.
func TestAnObjectionSilencesTheIntercom(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "12")
	var d device
	h.ok(h.s.Connect(p.token, &d, newVideoKey(t)))
	h.ok(h.stores.As(registry.RoleSubject, registry.ToFulfil).Of(p.subject).Put(
		registry.Ref{Kind: registry.KindObjection, Subject: p.subject, Item: h.config.ids().New()}, &registry.Objection{Purpose: registry.ToProvide}))
	h.s.forgetStanding(p.subject)
	_, err := h.s.Ring("tower", "12")
	h.refused(err, NoDevice)
	d.heard(t)
}
