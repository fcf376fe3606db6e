package estate

import (
	"fmt"
	"slices"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// successor is the provider who took the simulated building over. Key tags go
// on working (FL:L51): their readers ask the building's server, which is the
// Manager's, and hold what it said when it was handed over.
type successor struct {
	tags map[string][]string // floors, by number
}

// takeOver has the Manager give the key tags of their building to a successor.
func (e *Estate) takeOver(building string) (*successor, error) {
	s := &successor{tags: map[string][]string{}}
	err := e.stores.As(registry.RoleManager, registry.ToProvide).In(building).
		Each(registry.Ref{Kind: registry.KindKeyTag}, func(_ registry.Ref, load func(registry.Record) error) error {
			var t registry.KeyTag
			if err := load(&t); err != nil {
				return err
			}
			s.tags[t.Number] = t.Floors
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("key tags of %s: %w", building, err)
	}
	return s, nil
}

// checkTag is a key tag at a reader of the successor's.
func (s *successor) checkTag(number, floor string) string {
	floors, known := s.tags[number]
	switch {
	case !known:
		return string(remotecall.TagUnknown)
	case !slices.Contains(floors, floor):
		return string(remotecall.NotPermitted)
	}
	return ""
}
