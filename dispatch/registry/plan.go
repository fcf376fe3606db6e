package registry

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// erasure is one erasure under way. It stands in the vault as a
// PendingErasure, with the IDs of the subject until nothing of them is in the
// files any more.
type erasure struct {
	id         ID
	item       ID // of its record in the vault
	named      ID // of its former record there, which names the subject and has to go from the files too
	subject    ID // "" once nothing of it is left
	pseudonyms []ID
	list       ID // where the list of these stands; "" for a subject without a key
	ref        string
	cause      Cause
	at         time.Time
	lines      []Destroyed // of the certificate, counted before anything was deleted

	resumed  bool     // read from the vault: some records may be deleted, but not dropped from the files
	displays []string // buildings whose display may show the subject; of a resumed erasure all are rendered
}

// plan is what an erasure will do.
type plan struct {
	pseudonyms []ID
	list       ID
	lines      []Destroyed
	records    int // that it will destroy
	referred   int // that it will refer to Managers
	displays   []string
}

// planErasure counts what there is of a subject, while it is there.
func (r *Registry) planErasure(subject ID, cause Cause) (p plan, err error) {
	line := func(store string, outcome Outcome, n int) {
		if n > 0 {
			p.lines = append(p.lines, Destroyed{store, outcome, n})
		}
	}
	v, err := r.store(Vault, "")
	if err != nil {
		return p, err
	}
	listed := 0
	err = r.ring.view(func(txn *badger.Txn) error {
		l, err := r.listOf(txn, subject)
		if errors.Is(err, ErrShredded) {
			return nil
		}
		if err != nil {
			return err
		}
		p.list = l.ref.Item
		p.pseudonyms, err = l.read(txn, v)
		if p.pseudonyms != nil {
			listed = 1
		}
		return err
	})
	if err != nil {
		return p, err
	}
	ids := p.pseudonyms
	for _, kind := range []Store{Cloud, Vault} {
		s, err := r.store(kind, "")
		if err != nil {
			return p, err
		}
		prefixes, err := s.subjectPrefixes(subject)
		if err != nil {
			return p, err
		}
		keys, err := s.keys(prefixes)
		if err != nil {
			return p, err
		}
		if kind == Vault {
			n := len(keys) + listed + 2*len(ids) // an ID has a link and a key
			p.records += n
			line(s.name, Erased, n)
			continue
		}
		p.records += len(keys)
		line(s.name, Erased, len(keys))
		line(s.name, Shredded, len(ids))
		if len(keys)+len(ids) == 0 {
			p.lines = append(p.lines, Destroyed{s.name, None, 0})
		}
	}
	for _, s := range r.allStores() {
		if s.kind != Building {
			continue
		}
		if s.handedOver.Load() {
			p.lines = append(p.lines, Destroyed{s.name, NoProvider, 0})
			continue
		}
		d, err := s.dueInBuilding(subject, cause, false)
		if err != nil {
			return p, err
		}
		p.records += len(d.deleted)
		p.referred += len(d.referred)
		line(s.name, Erased, len(d.deleted))
		line(s.name, Referred, len(d.referred))
		if b, found := r.config(s.building); found && b.Intercom && len(d.deleted)+len(d.referred) > 0 {
			p.displays = append(p.displays, s.building)
		}
	}
	held, err := r.heldOf(subject, ids)
	if err != nil {
		return p, err
	}
	line(string(Archive), HeldBack, held)
	line("displays", Erased, len(p.displays))
	backups, err := r.keeping.shelf.names()
	if err != nil {
		return p, err
	}
	if len(backups) > 0 {
		p.lines = append(p.lines, Destroyed{"backups", Shredded, len(backups)})
	} else {
		p.lines = append(p.lines, Destroyed{"backups", None, 0})
	}
	return p, nil
}

// heldOf counts the copies of a subject's records that cases keep, open or
// archived: those under the subject's ID and those logged under its randomized
// IDs. Once the subject is erased nobody can tell whose the latter are.
func (r *Registry) heldOf(subject ID, pseudonyms []ID) (n int, err error) {
	err = r.eachHeld("", func(_ Ref, h *HeldRecord) error {
		ref, err := parseKey([]byte(h.Key))
		if err != nil {
			return err
		}
		rec := ref.Kind.New()
		if ref.Kind.Sealed == UnderPseudonym {
			if err := unmarshal(ref.Kind, h.Value, rec); err != nil {
				return err
			}
			if slices.Contains(pseudonyms, sealer(ref, rec)) {
				n++
			}
		} else if ref.Subject == subject {
			n++
		}
		return nil
	})
	return n, err
}

// keys lists the keys under some prefixes.
func (s *store) keys(prefixes [][]byte) (keys [][]byte, err error) {
	err = s.view(func(txn *badger.Txn) error {
		keys = nil
		for _, p := range prefixes {
			err := eachKey(txn, p, func(item *badger.Item) error { keys = append(keys, item.KeyCopy(nil)); return nil })
			if err != nil {
				return err
			}
		}
		return nil
	})
	return keys, err
}

// due is what an erasure does in one building server.
type due struct {
	prefixes [][]byte // to be deleted, and dropped from the files
	deleted  [][]byte // keys under them
	referred []*Kind  // of each record that is the Manager's to withdraw
}

// dueInBuilding decides record by record, by whose service it is. When an
// erasure is resumed, records of a kind of which there are none may have been
// deleted before.
func (s *store) dueInBuilding(subject ID, cause Cause, resumed bool) (d due, err error) {
	all, err := s.subjectPrefixes(subject)
	if err != nil {
		return d, err
	}
	keys, err := s.keys(all)
	if err != nil || len(keys) == 0 && !resumed {
		return d, err
	}
	whole := cause == CauseMovedOut || cause == CauseServiceEnd
	stays, goes := map[*Kind]bool{}, map[*Kind][][]byte{}
	err = s.view(func(txn *badger.Txn) error {
		for _, key := range keys {
			ref, err := parseKey(key)
			if err != nil {
				return fmt.Errorf("store %s: %w", s.name, err)
			}
			ours := whole
			if !ours && ref.Kind != KindWrappedKey {
				if ours, err = s.providers(txn, ref, key); err != nil {
					return err
				}
			}
			switch {
			case ours:
				goes[ref.Kind] = append(goes[ref.Kind], key)
			case ref.Kind != KindWrappedKey:
				stays[ref.Kind] = true
				d.referred = append(d.referred, ref.Kind)
			}
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	if len(d.referred) == 0 {
		// Nothing is left that the subject's key in this building seals.
		d.prefixes, d.deleted = all, keys
		return d, nil
	}
	for _, kind := range Kinds() {
		d.deleted = append(d.deleted, goes[kind]...)
		switch {
		case !kind.in(Building) || !kind.bySubject() || kind == KindWrappedKey:
		case stays[kind]:
			d.prefixes = append(d.prefixes, goes[kind]...)
		case resumed || len(goes[kind]) > 0:
			prefixes, err := s.subjectPrefixes(subject, kind)
			if err != nil {
				return d, err
			}
			d.prefixes = append(d.prefixes, prefixes...)
		}
	}
	return d, nil
}

// providers tells whether a record of a building server is the provider's to
// delete while the service goes on: a person and permission of Remote Call
// (RC:L45), and what nobody can read any more.
func (s *store) providers(txn *badger.Txn, ref Ref, key []byte) (bool, error) {
	var service *string
	var rec Record
	switch ref.Kind {
	case KindBuildingPerson:
		p := new(BuildingPerson)
		rec, service = p, &p.Service
	case KindPermission:
		p := new(Permission)
		rec, service = p, &p.Service
	default:
		return false, nil
	}
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("store %s: %w", s.name, err)
	}
	err = item.Value(func(b []byte) error { return s.decode(ref.Kind, key, b, rec) })
	if errors.Is(err, ErrShredded) {
		return true, nil
	}
	return *service == "remote-call", err
}

func joinKinds(kinds []*Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}
