package remotecall

import (
	"crypto/subtle"
	"slices"

	"hoistway/dispatch/registry"
)

// Operator acts for the provider's staff under one role.
type Operator struct {
	s    *Service
	role registry.Role
}

// Operator lets a member of staff in.
func (s *Service) Operator(role registry.Role, secret string) (*Operator, error) {
	given, found := plainDigest(secret), 0
	for _, c := range s.c.Operators {
		known := plainDigest(c.Secret)
		match := subtle.ConstantTimeCompare(given[:], known[:])
		if c.Role == role && c.Secret != "" {
			found |= match
		}
	}
	if found == 0 {
		s.logShutOut("staff")
		return nil, WrongCredentials
	}
	return &Operator{s, role}, nil
}

// Who may do what, beside the matrix of the registry, which says who may see
// what.
var (
	// servingRoles fulfil requests, make agreements, answer authorities and
	// end the service in a building.
	servingRoles = []registry.Role{registry.RoleService}
	// caseRoles keep records for a legal case.
	caseRoles = []registry.Role{registry.RoleService, registry.RoleSecurity}
	// securityRoles look into incidents.
	securityRoles = []registry.Role{registry.RoleSecurity}
	// analysisRoles take the anonymous results along.
	analysisRoles = []registry.Role{registry.RoleAnalytics, registry.RoleService}
)

// must refuses an act that is not of the operator's role.
func (o *Operator) must(roles []registry.Role) error {
	if !slices.Contains(roles, o.role) {
		return field(Denied, "role", "may not do this")
	}
	return nil
}

// Troubleshoot connects staff to a camera: a ledger entry, and nothing is
// recorded (FL:L60). The reason is one of registry.TroubleshootingReasons;
// number is as in Incident.
func (o *Operator) Troubleshoot(building, reason, number string) (err error) {
	defer o.logRefusal("troubleshoot", &err)
	if err := o.must(servingRoles); err != nil {
		return err
	}
	b, err := o.s.site(building, "")
	if err != nil {
		return err
	}
	if !b.camera {
		return NoCamera
	}
	facts, err := why(reason, number, registry.TroubleshootingReasons())
	if err != nil {
		return err
	}
	facts["building"], facts["bytes-stored"] = building, "0"
	_, err = o.s.note(registry.ActTroubleshooting, facts, true)
	return err
}
