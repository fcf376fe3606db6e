package remotecall

import "slices"

// Correctable names the fields of a service that a correction can put right:
// those that the service keeps itself, and those that a building's Manager
// entered, which are corrected through the Manager only.
func Correctable(service string) (own, managers []string) {
	own = append(own, accountFields[service]...)
	if service == Flow {
		own = append(own, preferenceFields...)
	}
	for _, fields := range [][]string{personFields, permissionFields} {
		for _, name := range fields {
			if !slices.Contains(own, name) {
				managers = append(managers, name)
			}
		}
	}
	return own, managers
}

// checkFavourite refuses a favourite floor that no building has which we serve
// and whose floors we know.
func (s *Service) checkFavourite(p Preferences) error {
	if p.FavouriteFloor == nil || *p.FavouriteFloor == "" {
		return nil
	}
	known := false
	for _, b := range s.sites {
		if len(b.floors) == 0 || b.ended.Load() {
			continue
		}
		if _, has := b.floors[*p.FavouriteFloor]; has {
			return nil
		}
		known = true
	}
	if !known {
		return nil
	}
	return field(UnknownFloor, "favourite_floor", "is on no building's list of floors")
}
