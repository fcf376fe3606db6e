package remotecall

import (
	"cmp"
	"slices"
	"time"

	"hoistway/dispatch/registry"
)

// HeldKey is a visitor key as its host sees it again: all but the code, which
// stands nowhere.
type HeldKey struct {
	ID          registry.ID
	Building    string
	Visitor     string
	Floors      []string
	From, Until time.Time
	Uses        int // that are left
}

// Keys lists the user's visitor keys, those that end first first: also, for the
// week that they are kept, those that have ended. Who uses Remote Call has none.
func (s *Service) Keys(t Token) ([]HeldKey, error) {
	var list []HeldKey
	err := s.held(t, registry.KindVisitorKey, func(id registry.ID, load func(registry.Record) error) error {
		var k registry.VisitorKey
		err := load(&k)
		if err == nil {
			list = append(list, HeldKey{id, k.Building, k.Visitor, k.Floors, k.From, k.Until, k.Uses})
		}
		return err
	})
	slices.SortFunc(list, func(a, b HeldKey) int { return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// HeldSubUser is a sub-user as the main user sees them again. What the main user
// entered beside it, ToReview shows.
type HeldSubUser struct {
	ID             registry.ID
	Building       string
	Name, Username string
}

// SubUsers lists the user's sub-users. Who uses Remote Call has none.
func (s *Service) SubUsers(t Token) ([]HeldSubUser, error) {
	var list []HeldSubUser
	err := s.held(t, registry.KindSubUser, func(id registry.ID, load func(registry.Record) error) error {
		var u registry.SubUser
		err := load(&u)
		if err == nil {
			list = append(list, HeldSubUser{id, u.Building, u.Name, u.Username})
		}
		return err
	})
	slices.SortFunc(list, func(a, b HeldSubUser) int { return cmp.Compare(a.ID, b.ID) })
	return list, err
}

// Preferred are the user's preferences; nil is one that is not set. Who uses
// Remote Call has none.
func (s *Service) Preferred(t Token) (p Preferences, err error) {
	err = s.held(t, registry.KindFlowPreferences, func(_ registry.ID, load func(registry.Record) error) error {
		var r registry.FlowPreferences
		err := load(&r)
		if err == nil {
			p = Preferences{given(r.IntercomPhone), given(r.IntercomUsername), given(r.FavouriteFloor), given(r.WalkingSpeed), given(r.StorePictures)}
		}
		return err
	})
	return p, err
}

// given is a value that is set.
func given[T comparable](v T) *T {
	var unset T
	if v == unset {
		return nil
	}
	return &v
}

// held goes through the records of one kind that the user has at their disposal.
func (s *Service) held(t Token, kind *registry.Kind, each func(id registry.ID, load func(registry.Record) error) error) error {
	x, err := s.session(t)
	if err != nil {
		return err
	}
	defer s.turn(x.subject)()
	err = s.handle(registry.RoleSubject, registry.ToProvide).Of(x.subject).
		Each(registry.Ref{Kind: kind, Subject: x.subject}, func(ref registry.Ref, load func(registry.Record) error) error { return each(ref.Item, load) })
	if gone(err) {
		return NotSignedIn // erased while this waited for its turn
	}
	return stored("list what the user made", err)
}
