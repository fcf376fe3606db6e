package remotecall

import "hoistway/dispatch/registry"

// Preferences are changes; nil leaves a preference, empty or 0 removes it.
type Preferences struct {
	IntercomPhone, IntercomUsername, FavouriteFloor *string
	WalkingSpeed                                    *int // mm/s
	StorePictures                                   *bool
}

// Bounds of walking speeds, mm/s: a walking frame and a sprint.
const (
	leastSpeed = 100
	mostSpeed  = 5000
)

// Prefer changes preferences (Flow). When none is left, the record goes. What
// was there before goes as an incorrect value does, also from a later restore
// and from the displays.
func (s *Service) Prefer(t Token, p Preferences) error {
	x, err := s.session(t)
	if err != nil {
		return err
	}
	if x.service != Flow {
		return field(Denied, "preferences", "are of Flow only")
	}
	if err := p.check(); err != nil {
		return err
	}
	if err := s.checkFavourite(p); err != nil {
		return err
	}
	defer s.turn(x.subject)()
	if s.account(x.subject) == nil {
		return NotSignedIn
	}
	ref := registry.Ref{Kind: registry.KindFlowPreferences, Subject: x.subject}
	h := s.handle(registry.RoleSubject, registry.ToProvide).Of(x.subject)
	var old registry.FlowPreferences
	err = h.Get(ref, &old)
	existed := err == nil
	if err != nil && !gone(err) {
		return stored("read preferences", err)
	}
	changed := old
	p.apply(&changed)
	none := registry.FlowPreferences{Meta: changed.Meta}
	switch {
	case changed == old:
		return nil
	case changed == none && existed:
		err = h.Remove(ref)
	case existed:
		if fields := replaced(&old, &changed); len(fields) > 0 {
			err = h.Correct(ref, &changed, fields...)
			break
		}
		fallthrough
	default:
		err = h.Put(ref, &changed)
	}
	s.forgetStanding(x.subject)
	if err != nil || changed.IntercomUsername == old.IntercomUsername {
		return stored("change preferences", err)
	}
	return s.render()
}

// replaced names the preferences that had a value and have it no longer.
func replaced(old, changed *registry.FlowPreferences) (fields []string) {
	for _, f := range []struct {
		name     string
		was, now any
		unset    any
	}{
		{"intercom_phone", old.IntercomPhone, changed.IntercomPhone, ""},
		{"intercom_username", old.IntercomUsername, changed.IntercomUsername, ""},
		{"walking_speed_mm_s", old.WalkingSpeed, changed.WalkingSpeed, 0},
		{"favourite_floor", old.FavouriteFloor, changed.FavouriteFloor, ""},
	} {
		if f.was != f.unset && f.was != f.now {
			fields = append(fields, f.name)
		}
	}
	return fields
}

func (p *Preferences) check() error {
	var fields []entered
	for _, f := range []struct {
		name  string
		value *string
	}{{"intercom_phone", p.IntercomPhone}, {"intercom_username", p.IntercomUsername}, {"favourite_floor", p.FavouriteFloor}} {
		if f.value != nil {
			fields = append(fields, entered{f.name, *f.value})
		}
	}
	if err := checkOptional(fields); err != nil {
		return err
	}
	if v := p.WalkingSpeed; v != nil && *v != 0 && (*v < leastSpeed || *v > mostSpeed) {
		return field(MalformedField, "walking_speed_mm_s", "must be 100 to 5000")
	}
	return nil
}

func (p *Preferences) apply(r *registry.FlowPreferences) {
	set(&r.IntercomPhone, p.IntercomPhone)
	set(&r.IntercomUsername, p.IntercomUsername)
	set(&r.FavouriteFloor, p.FavouriteFloor)
	set(&r.WalkingSpeed, p.WalkingSpeed)
	set(&r.StorePictures, p.StorePictures)
}

func set[T any](at *T, value *T) {
	if value != nil {
		*at = *value
	}
}
