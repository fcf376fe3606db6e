package privacyaudit

import (
	"cmp"
	"errors"
	"hash/maphash"
	"slices"
	"strconv"

	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// opens tries every sealed value with the keys at hand. One that does not open
// with the key it names was changed, or moved from where it was sealed for. One
// whose data key is there, but not the key-encryption key of that, stays
// unjudged by every other rule, and so is a violation here; the keys of a
// building that was handed over may be with whoever goes on with it. A value
// whose data key was destroyed is as it should be after an erasure: whether it
// should be there at all, others judge.
//
// nonces looks for two different values that are sealed with the same nonce
// under the same data key, which gives both away (NIST SP 800-38D, section 8).
// Of each value it keeps 16 bytes, so that it names the store and the kind, not
// the record.
//
// datakeys opens every wrapped key. One data key that seals for two IDs would
// outlive the erasure of the first; one that a rotation forgot opens with a
// key-encryption key that should be gone.
func init() {
	register(&Check{
		Name:  "opens",
		About: "Every sealed value opens with the key it names, where it stands, unless that key was destroyed.",
		Needs: NeedKeys,
		New:   newOpens,
	})
	register(&Check{
		Name:  "nonces",
		About: "No two values are sealed with one nonce under one data key.",
		New:   newNonces,
	})
	register(&Check{
		Name:  "datakeys",
		About: "Every wrapped key opens, under the present key-encryption key, and no data key is that of two IDs.",
		Needs: NeedKeys,
		New:   newDataKeys,
	})
}

func newOpens(p *Probe) (Watch, error) {
	own := p.own()
	return Watch{
		Record: func(r *Record) {
			if !r.Value.Sealed || !own(r) {
				return
			}
			p.Select(r.Source.Name, 1)
			switch {
			case r.State == Forged:
				p.Fail(r.Place(), "%s", r.Why)
			case r.State == Locked && !r.Source.HandedOver:
				p.Fail(r.Place(), "%s", r.Why)
			}
		},
		End: p.idle,
	}, nil
}

// sealing is one sealed value in 16 bytes.
type sealing struct {
	nonce uint64 // hash of ring, data key's ID and nonce
	value uint64 // hash of key and value; the upper bytes are store and kind
}

const (
	nonceBytes = 12
	placeBits  = 16 // of sealing.value: 8 of the store, 8 of the kind
)

func newNonces(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	var all []sealing
	var sources []string
	var hash maphash.Hash
	return Watch{
		Record: func(r *Record) {
			if !r.Value.Sealed || len(r.Value.Body) < nonceBytes {
				return
			}
			store := r.Source.Name
			p.Select(store, 1)
			if len(sources) == 0 || sources[len(sources)-1] != store {
				sources = append(sources, store)
			}
			ring := "provider"
			if r.Source.Class == "building" {
				ring = store
			}
			hash.Reset()
			hash.WriteString(ring)
			hash.WriteString(r.Value.KeyID)
			hash.Write(r.Value.Body[:nonceBytes])
			s := sealing{nonce: hash.Sum64()}
			hash.Reset()
			hash.Write(r.RawKey)
			hash.WriteByte(0)
			hash.Write(r.Value.Body)
			kind := 0
			if r.Kind != nil {
				kind = r.Kind.Index + 1
			}
			s.value = hash.Sum64()>>placeBits | uint64(min(len(sources)-1, 255))<<56 | uint64(kind&255)<<48
			all = append(all, s)
		},
		End: func() {
			slices.SortFunc(all, func(a, b sealing) int { return cmp.Or(cmp.Compare(a.nonce, b.nonce), cmp.Compare(a.value, b.value)) })
			var repeated []sealing
			for i := 1; i < len(all); i++ {
				const places = 1<<(64-placeBits) - 1
				if a, b := all[i-1], all[i]; a.nonce == b.nonce && a.value&places != b.value&places {
					repeated = append(repeated, b)
				}
			}
			// The hashes are another audit's others: only places may give an order.
			slices.SortFunc(repeated, func(a, b sealing) int { return cmp.Compare(a.value>>48, b.value>>48) })
			for _, s := range repeated {
				at := finding.Place{Store: sources[s.value>>56]}
				if kind := int(s.value >> 48 & 255); kind > 0 {
					at.Kind = p.Schema.Kinds[kind-1].Name
				}
				p.Fail(at, "two values are sealed with the same nonce under one data key")
			}
			p.idle()
		},
	}, nil
}

func newDataKeys(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	present := map[string]int{} // epoch by ring
	for _, f := range p.ring.Files() {
		present[f.Ring] = max(present[f.Ring], f.Epoch)
	}
	return Watch{
		Record: func(r *Record) {
			if r.KindName() != "wrapped-key" || r.State != Read || !r.Live() {
				return
			}
			p.Select(r.Source.Name, 1)
			epoch, err := strconv.Atoi(string(r.Field("epoch")))
			wrapped, ok := format.Member{Raw: r.Field("wrapped")}.Bytes(nil)
			if err != nil || !ok {
				p.Fail(r.Place(), "it is no wrapped key")
				return
			}
			ring := r.Source.Name
			if r.Source.Class == "vault" {
				ring = "provider"
			}
			switch err := p.ring.Unwraps(r.Source.Name, r.Key.Subject, epoch, wrapped); {
			case errors.Is(err, format.ErrLocked) && r.Source.HandedOver:
			case err != nil:
				p.Fail(r.Place(), "%v", err)
			case epoch != present[ring]:
				p.Fail(r.Place(), "it is wrapped under a former key-encryption key, which a rotation should have destroyed")
			}
		},
		End: func() {
			for _, w := range p.ring.Reused() {
				store := w.Ring
				if store == "provider" {
					store = "vault"
				}
				p.Fail(finding.Place{Store: store, Kind: "wrapped-key", Key: finding.KeyHash([]byte("wk/" + w.ID))}, "its data key is that of another ID as well: erasing one of them leaves it")
			}
			p.idle()
		},
	}, nil
}
