package registry

import (
	"cmp"
	"fmt"
	"slices"
)

// act is what is done to a record.
type act uint8

const (
	actRead act = iota
	actWrite
	actDelete
	actCount
)

var actNames = [actCount]string{"read", "write", "delete"}

func (a act) String() string { return actNames[a] }

var roles = []Role{
	RoleSubject, RoleManager, RoleService, RoleSecurity, RoleAnalytics, RoleSubUser, RoleKeyHolder, RoleSubcontractor, RoleAuthority, RolePublic, RoleAuditor,
}

var purposes = []Purpose{
	ToProvide, ToCommunicate, ToCorrect, ToSecure, ToIdentify, ToAnalyse, ToReidentify, ToBackUp, ToAudit, ToDefend, ToFulfil, ToRetain,
}

// rule allows some accesses, under conditions.
type rule struct {
	clause   string // of the statements
	says     string // in words, for FORMAT.md and the README
	roles    []Role
	kinds    []*Kind
	acts     []act
	purposes []Purpose

	own     bool     // only records of the subject that the handle names
	persons bool     // only of subjects whom the handle's building knows (Manager)
	here    bool     // only records that name the handle's building; the others are not there
	grounds []string // acts of the ledger, one of which the handle's grounds must be an entry of
	hidden  []string // fields that are left empty when read, and kept when written
	mayset  []string // of the hidden fields, those that may be written all the same
}

// matrix is the compiled table: what is nil is denied.
type matrix [][][actCount][]*rule // role, kind, act, purpose

// access is the matrix in force.
var access = compile(rules)

// compile lays the rules out by role, kind, act and purpose. Two rules for the
// same access would leave it open which conditions hold.
func compile(rules []rule) matrix {
	m := make(matrix, len(roles))
	for i := range m {
		m[i] = make([][actCount][]*rule, len(kinds))
		for j := range m[i] {
			for a := range m[i][j] {
				m[i][j][a] = make([]*rule, len(purposes))
			}
		}
	}
	for i := range rules {
		r := &rules[i]
		for _, role := range r.roles {
			for _, kind := range r.kinds {
				for _, a := range r.acts {
					for _, p := range r.purposes {
						cell := &m[slices.Index(roles, role)][kind.ordinal][a][slices.Index(purposes, p)]
						if *cell != nil {
							panic(fmt.Sprintf("BUG: two rules for %s to %s %s to %s", role, a, kind.Name, p))
						}
						*cell = r
					}
				}
			}
		}
	}
	return m
}

// find gives the rule for an access, nil when it is denied.
func (m matrix) find(role Role, kind *Kind, a act, p Purpose) *rule {
	i, j := slices.Index(roles, role), slices.Index(purposes, p)
	if i < 0 || j < 0 {
		return nil
	}
	return m[i][kind.ordinal][a][j]
}

// Access counts the accesses of one sort since the registry was opened.
type Access struct {
	Store   string // name, such as "cloud" or "building-a"
	Kind    string
	Role    Role
	Purpose Purpose
	Act     string // "read", "write" or "delete"
	Allowed bool
	Count   uint64
}

// countCells is how many counters a store has. Roles and purposes that are not
// on the lists are counted together, last.
var countCells = len(kinds) * (len(roles) + 1) * (len(purposes) + 1) * int(actCount) * 2

// count notes an access.
func (s *store) count(kind *Kind, role Role, p Purpose, a act, allowed bool) {
	i, j := slices.Index(roles, role), slices.Index(purposes, p)
	if i < 0 {
		i = len(roles)
	}
	if j < 0 {
		j = len(purposes)
	}
	cell := ((kind.ordinal*(len(roles)+1)+i)*(len(purposes)+1)+j)*int(actCount)*2 + int(a)*2
	if allowed {
		cell++
	}
	s.counts[cell].Add(1)
}

// Accesses lists what was accessed, by whom and for what, since the registry
// was opened, in the order of stores, kinds, roles and purposes. A role or
// purpose that is not on the lists appears as "".
func (r *Registry) Accesses() []Access {
	var all []Access
	for _, s := range r.allStores() {
		for cell := range s.counts {
			n := s.counts[cell].Load()
			if n == 0 {
				continue
			}
			a := Access{Store: s.name, Allowed: cell%2 == 1, Act: act(cell / 2 % int(actCount)).String(), Count: n}
			rest := cell / 2 / int(actCount)
			if j := rest % (len(purposes) + 1); j < len(purposes) {
				a.Purpose = purposes[j]
			}
			rest /= len(purposes) + 1
			if i := rest % (len(roles) + 1); i < len(roles) {
				a.Role = roles[i]
			}
			a.Kind = kinds[rest/(len(roles)+1)].Name
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b Access) int {
		return cmp.Or(cmp.Compare(a.Store, b.Store), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Act, b.Act))
	})
	return all
}
