package registry

import (
	"reflect"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// admit decides about one access, counts it, and gives the store and the rule
// that allows it.
func (h Handle) admit(ref Ref, a act) (*store, *rule, error) {
	if h.r == nil {
		panic("BUG: a Handle that no registry made")
	}
	if ref.Kind == nil || ref.Kind.ordinal >= len(kinds) || kinds[ref.Kind.ordinal] != ref.Kind {
		return nil, nil, &Denied{Role: h.role, Purpose: h.purpose, Kind: "undeclared", Act: a.String(), Why: "the kind is not declared"}
	}
	s, err := h.r.store(ref.Kind.Store, h.buildingOf(ref.Kind))
	if err != nil {
		return nil, nil, err
	}
	rule, err := h.decide(s, ref, a)
	s.count(ref.Kind, h.role, h.purpose, a, err == nil)
	return s, rule, err
}

// buildingOf is the building whose store a kind is in, "" for the provider's.
func (h Handle) buildingOf(kind *Kind) string {
	if kind.Store == Building {
		return h.building
	}
	return ""
}

func (h Handle) denied(kind *Kind, a act, why string) error {
	return &Denied{Role: h.role, Purpose: h.purpose, Kind: kind.Name, Act: a.String(), Why: why}
}

func (h Handle) decide(s *store, ref Ref, a act) (*rule, error) {
	rule := access.find(h.role, ref.Kind, a, h.purpose)
	switch {
	case rule == nil:
		return nil, h.denied(ref.Kind, a, "no rule allows it")
	case rule.own && h.subject == "":
		return nil, h.denied(ref.Kind, a, "the handle names no subject; use Of")
	case h.subject != "" && ref.Kind.bySubject() && ref.Subject != h.subject:
		return nil, h.denied(ref.Kind, a, "the record is not the subject's that the handle names")
	case h.role == RoleManager && h.building == "":
		return nil, h.denied(ref.Kind, a, "a Manager's handle names the building; use In")
	}
	if len(rule.grounds) > 0 {
		if err := h.checkGrounds(rule, ref, a); err != nil {
			return nil, err
		}
	}
	if rule.persons {
		if err := h.checkPerson(ref, a); err != nil {
			return nil, err
		}
	}
	return rule, nil
}

// checkPerson tells whether the handle's building, a residential one that we
// serve, knows the subject of a record.
func (h Handle) checkPerson(ref Ref, a act) error {
	config, known := h.r.config(h.building)
	if !known {
		return h.denied(ref.Kind, a, "no such building")
	}
	if !config.Residential {
		return h.denied(ref.Kind, a, "a Manager maintains such records in Residential Flow only (FL:L47)")
	}
	if !ref.Subject.Valid() {
		return h.denied(ref.Kind, a, "a Manager's access names the person")
	}
	s, err := h.r.store(Building, h.building)
	if err != nil {
		return err
	}
	key, err := keyOf(Ref{Kind: KindBuildingPerson, Subject: ref.Subject})
	if err != nil {
		return err
	}
	err = s.view(func(txn *badger.Txn) error {
		_, err := txn.Get(key)
		return err
	})
	if err == badger.ErrKeyNotFound {
		return h.denied(ref.Kind, a, "the person is not one of the Manager's building")
	}
	return err
}

// bySubject tells whether the kind's keys begin with a subject.
func (k *Kind) bySubject() bool { return k.Key == BySubject || k.Key == BySubjectItem }

// field finds a declared field in a record of the kind.
func (k *Kind) field(rec Record, name string) reflect.Value {
	for i := range k.record.NumField() {
		if jsonName(k.record.Field(i)) == name {
			return reflect.ValueOf(rec).Elem().Field(i)
		}
	}
	panic("BUG: " + k.Name + " has no field " + name)
}

// jsonName is the name of a struct's field in JSON.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
