package remotecall

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// An objection stops one purpose, on the service's side, and nothing else.
func TestObjectionStopsTheAnalysis(t *testing.T) {
	for _, channel := range channels() {
		h, a, b := twoDwellers(t)
		report := func(p person) error {
			return h.s.Report(AppReport{Token: p.token, Model: "Pixel 9", System: "Android 15", Hour: 8, Functions: map[string]int{"remote-call": 1}})
		}
		h.ok(report(a.person))
		_, err := h.ask(channel, a.person, RightsRequest{Right: ToObject, Purpose: registry.ToAnalyse})
		h.ok(err)
		h.refused(report(a.person), ProcessingStopped)
		h.ok(report(b.person))
		h.refused(h.s.Register(a.token, registry.Random{}.New(), "tower"), ProcessingStopped)
		h.refused(h.s.Upload(Usage{a.pseudonym, "tower", "low", "key", h.now()}), ProcessingStopped)
		h.ok(h.s.Upload(Usage{b.pseudonym, "tower", "low", "key", h.now()}))
		_, err = h.s.Call(a.token, upFrom("G", "1"))
		h.ok(err)
		purposes, err := h.s.Objections(a.token)
		h.ok(err)
		if diff := cmp.Diff([]registry.Purpose{registry.ToAnalyse}, purposes); diff != "" {
			t.Errorf("%s: objections (-want +got):\n%s", channel, diff)
		}
		if _, err := h.ask(channel, a.person, RightsRequest{Right: ToObject, Purpose: registry.ToAnalyse}); err != nil {
			t.Errorf("%s: objecting again: %v", channel, err)
		}
		if purposes, _ := h.s.Objections(a.token); len(purposes) != 1 {
			t.Errorf("%s: %d objections after objecting twice", channel, len(purposes))
		}
		h.restart()
		a.token, err = h.s.Login(Flow, a.email, goodPassword)
		h.ok(err)
		h.refused(report(a.person), ProcessingStopped)
	}
}

func TestObjectionToTheServiceStopsIt(t *testing.T) {
	h, a, b := twoDwellers(t)
	_, err := h.ask(channelApp, a.person, RightsRequest{Right: ToObject, Purpose: registry.ToProvide})
	h.ok(err)
	_, err = h.s.Call(a.token, upFrom("G", "1"))
	h.refused(err, ProcessingStopped)
	h.refused(h.s.UseKey("tower", a.key, "G"), ProcessingStopped)
	h.ok(h.s.CheckTag("tower", a.number, "1"))
	_, err = h.s.Call(b.token, upFrom("G", "1"))
	h.ok(err)
	_, err = h.ask(channelApp, a.person, RightsRequest{Right: ToObject, Purpose: registry.ToSecure})
	h.refused(err, MalformedField)
}

// A stop reaches everything that the service does for somebody, and nothing of
// their rights.
func TestAStopReachesEveryPath(t *testing.T) {
	h, a, _ := twoDwellers(t)
	phone := &device{}
	h.ok(h.s.Connect(a.token, phone, newVideoKey(t)))
	ticket, err := h.s.Call(a.token, upFrom("G", "1"))
	h.ok(err)
	r, err := h.s.Ring("tower", "7100")
	h.ok(err)
	if _, err = h.s.Exercise(RightsRequest{Right: ToObject, Purpose: registry.ToProvide, Token: a.token}); err != nil {
		t.Fatal(err)
	}
	floor := "2"
	check := func() {
		t.Helper()
		if n := h.s.PendingCalls(); n != 0 {
			t.Errorf("%d calls under way", n)
		}
		for path, f := range map[string]func() error{
			"prefer":       func() error { return h.s.Prefer(a.token, Preferences{FavouriteFloor: &floor}) },
			"connect":      func() error { return h.s.Connect(a.token, phone, newVideoKey(t)) },
			"open door":    func() error { return h.s.OpenDoor(a.token, r.ID) },
			"answer":       func() error { return h.s.Answer(a.token, r.ID) },
			"status":       func() error { _, err := h.s.Status(a.token, ticket.Number); return err },
			"create a key": func() error { _, err := h.s.CreateKey(a.token, h.keyTo("G")); return err },
			"register":     func() error { return h.s.Register(a.token, registry.Random{}.New(), "tower") },
			"grant":        func() error { _, err := h.manager("tower").Grant(Flow, a.subject, Grant{}); return err },
			"admit": func() error {
				_, err := h.manager("tower").Admit(Admission{Service: Flow, Email: a.email, Name: "Name"})
				return err
			},
		} {
			if err := f(); Reason(err) != ProcessingStopped {
				t.Errorf("%s: got %v, want %s", path, err, ProcessingStopped)
			}
		}
	}
	check()
	if _, err := h.s.Ring("tower", "7100"); Reason(err) != NoDevice {
		t.Errorf("ringing: %v", err)
	}
	h.restart()
	a.token, err = h.s.Login(Flow, a.email, goodPassword)
	h.ok(err)
	check()
	for _, right := range []Right{ToReview, ToPort, ToDelete} {
		if _, err := h.s.Exercise(RightsRequest{Right: right, Token: a.token, Password: goodPassword}); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
}
