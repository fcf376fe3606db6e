package format

import (
	"cmp"
	"crypto/sha256"
	"slices"
)

// Wrapped names a wrapped key: that of an ID in a ring, provider or
// building-NAME.
type Wrapped struct{ Ring, ID string }

// Reused lists the wrapped keys whose data key is that of another ID or ring as
// well, in order. Those that do not open with the keys at hand it cannot compare.
func (r *Ring) Reused() []Wrapped {
	type found struct {
		key  [sha256.Size]byte
		name Wrapped
	}
	var all []found
	r.mu.RLock()
	names := make([]string, len(r.rings))
	for name, number := range r.rings {
		names[number] = name
	}
	wrapped := make([]Wrapped, 0, len(r.wrapped))
	for k := range r.wrapped {
		wrapped = append(wrapped, Wrapped{names[k.ring], ids.EncodeToString(k.id[:])})
	}
	r.mu.RUnlock()
	for _, name := range wrapped {
		keys, err := r.dataKeys(name.Ring, name.ID)
		if err != nil {
			continue
		}
		for _, key := range keys {
			all = append(all, found{sha256.Sum256(key), name})
		}
	}
	slices.SortFunc(all, func(a, b found) int { return slices.Compare(a.key[:], b.key[:]) })
	var reused []Wrapped
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j].key == all[i].key {
			j++
		}
		if j > i+1 {
			for _, f := range all[i:j] {
				reused = append(reused, f.name)
			}
		}
		i = j
	}
	slices.SortFunc(reused, func(a, b Wrapped) int { return cmp.Or(cmp.Compare(a.Ring, b.Ring), cmp.Compare(a.ID, b.ID)) })
	return slices.Compact(reused)
}
