package privacyaudit

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hoistway/privacyaudit/attack"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// random tells whether IDs are random: none is a digest, plain or under a key in
// the folder of the keys, whole or cut, of a value of the truth; they are in no
// order of time; and their bits are those of a random number generator, at a
// level of one in a million. Tests and sources are those of package attack.
//
// It cannot see a digest of what the truth does not know, nor a generator whose
// seed somebody else knows: check rerun sees the latter.
func init() {
	register(&Check{
		Name:  "random",
		About: "IDs are random: no digests of known values, in no order of time, all bits alike.",
		Params: []Param{
			{Name: "ids", Form: FormTexts, Required: true, About: "which IDs: subject and item (of keys), pseudonym (field of records, and items of links), phone (on phones)"},
			{Name: "bits", Form: FormCount, About: "how many bits of an ID must not be the same in all, where there are enough to tell (122)"},
		},
		New: newRandom,
	})
}

// rawID is an ID as bytes.
type rawID [16]byte

var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// parseID gives the bytes of an ID. What is none has none: the schema's check
// reports it.
func parseID(s []byte) (id rawID, ok bool) {
	if len(s) != idLength {
		return id, false
	}
	n, err := idText.Decode(id[:], s)
	return id, err == nil && n == len(id)
}

// sample is distinct IDs with the lowest number at which each was seen. Of
// more than it has room for it keeps those whose hash ends in enough noughts,
// whatever their order.
type sample struct {
	ids   map[rawID]uint64
	level uint64
}

// sampled is how many IDs a sample keeps at most.
const sampled = 1 << 16

func (s *sample) add(id rawID, when uint64) {
	if hashOf(id)&(1<<s.level-1) != 0 {
		return
	}
	if was, ok := s.ids[id]; !ok || when < was {
		s.ids[id] = when
	}
	for len(s.ids) > sampled {
		s.level++
		for id := range s.ids {
			if hashOf(id)&(1<<s.level-1) != 0 {
				delete(s.ids, id)
			}
		}
	}
}

func hashOf(id rawID) uint64 {
	const odd = 0x9e3779b97f4a7c15 // spreads bits that are alike
	return (binary.LittleEndian.Uint64(id[:])*odd ^ binary.LittleEndian.Uint64(id[8:])) * odd >> 20
}

func newRandom(p *Probe) (Watch, error) {
	of := p.Texts("ids")
	r := &randomness{p: p, samples: map[string]*sample{}}
	has := func(what string) bool { return slices.Contains(of, what) }
	subjects, items, pseudonyms := has("subject"), has("item"), has("pseudonym")
	return Watch{
		Record: func(rec *Record) {
			if subjects && rec.Kind != nil && rec.Kind.Whose == "subject" {
				r.take(rec, []byte(rec.Key.Subject), rec.Commit)
			}
			if items && rec.Kind != nil && !derivedItem(rec.Kind) {
				r.take(rec, []byte(rec.Key.Item), rec.Commit)
			}
			if pseudonyms {
				if rec.KindName() == "link" {
					r.take(rec, []byte(rec.Key.Item), 0) // a link is written again, in the order of the IDs: its commit says nothing of its age
				} else {
					r.take(rec, unquoted(rec.Field("pseudonym")), rec.Commit)
				}
			}
		},
		End: func() {
			if has("phone") {
				r.onPhones()
			}
			for _, store := range slices.Sorted(maps.Keys(r.samples)) {
				r.judge(store, r.samples[store].ids)
			}
			p.idle()
		},
	}, nil
}

// derivedItem tells whether the items of a kind are declared to be derived from
// something.
func derivedItem(k *format.Kind) bool {
	return slices.ContainsFunc(k.Fields, func(f format.Field) bool { return f.Derived != "" })
}

// unquoted is a JSON string that needs no unescaping without its quotation
// marks: IDs have no characters that are escaped.
func unquoted(raw []byte) []byte {
	if len(raw) < 2 || raw[0] != '"' {
		return nil
	}
	return raw[1 : len(raw)-1]
}

// randomness is what the check has collected.
type randomness struct {
	p       *Probe
	samples map[string]*sample // by store: numbers of commits are a store's own
}

func (r *randomness) add(store string, id rawID, when uint64) {
	s := r.samples[store]
	if s == nil {
		s = &sample{ids: map[rawID]uint64{}}
		r.samples[store] = s
	}
	r.p.Select(store, 1)
	s.add(id, when)
}

func (r *randomness) take(rec *Record, text []byte, when uint64) {
	id, ok := parseID(text)
	if !ok || id == (rawID{}) { // that of a building's common key names nobody
		return
	}
	r.add(rec.Source.Name, id, when)
}

func (r *randomness) onPhones() {
	err := r.p.Parts.Phones(func(phone *evidence.Phone) error {
		for _, id := range phone.IDs {
			raw, ok := parseID([]byte(id.ID))
			if !ok {
				r.p.Fail(finding.Place{Store: "phones", Kind: "randomized ID"}, "a randomized ID on a phone is no ID of 128 bits")
				continue
			}
			r.add("phones", raw, uint64(id.From.UnixNano()))
		}
		return nil
	})
	if err != nil {
		r.p.problem("phones", "", err)
	}
}

// judge judges the IDs of one store.
func (r *randomness) judge(store string, ids map[rawID]uint64) {
	var made []attack.Made
	var raw [][]byte
	for _, id := range sortedIDs(ids) {
		raw = append(raw, bytes.Clone(id[:]))
		made = append(made, attack.Made{ID: raw[len(raw)-1], When: ids[id]})
	}
	place := finding.Place{Store: store}
	how := map[int]string{}
	r.look(attack.NewDictionary(raw, r.keys()), ids, func(h attack.Hit) {
		if how[h.ID] == "" {
			how[h.ID] = h.How
		}
	})
	for i, id := range raw {
		if how[i] == "" {
			continue
		}
		r.p.Fail(finding.Place{Store: store, Key: finding.KeyHash(id), Form: how[i]}, "an ID is derived from a known value: %s", how[i])
	}
	t := attack.TestRandomness(made)
	if name, p := t.Worst(); p < attack.Alpha {
		r.p.Fail(place, "%d IDs are not random: %s would be like that with a probability of %.2g", t.IDs, name, p)
	}
	least := r.p.Count("bits", 122)
	if t.IDs >= enoughForBits && t.Free < least {
		r.p.Fail(place, "only %d bits of the IDs are not the same in all %d, and %d must be", t.Free, t.IDs, least)
	}
	for _, m := range []struct {
		name  string
		value float64
	}{{"order", t.Order}, {"ones and noughts", t.Monobit}, {"single bits", t.Column}, {"bytes", t.Bytes}, {"neighbours", t.Serial}} {
		if !math.IsNaN(m.value) {
			alpha := attack.Alpha
			r.p.Measure(finding.Measure{Name: place.Store + ": " + m.name, Value: m.value, Unit: "p", Min: &alpha})
		}
	}
	if !math.IsNaN(t.MinEntropy) {
		r.p.Measure(finding.Measure{Name: place.Store + ": least entropy of a byte", Value: t.MinEntropy, Unit: "bit"})
	}
}

// enoughForBits is how many IDs show which bits are the same in all: that a
// random bit is the same in so many has a probability of 2⁻⁴⁷.
const enoughForBits = 48

func sortedIDs(ids map[rawID]uint64) []rawID {
	list := make([]rawID, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	slices.SortFunc(list, func(a, b rawID) int { return bytes.Compare(a[:], b[:]) })
	return list
}

// keys are the keys under which IDs may have been derived: everything in the
// folder of the keys, as it lies and decoded.
func (r *randomness) keys() (keys [][]byte) {
	if r.p.Parts.Keys == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(r.p.Parts.Keys, "*"))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<12 {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			continue // the audit has already said so
		}
		keys = append(keys, b)
		text := bytes.TrimSpace(b)
		if len(text) < len(b) {
			keys = append(keys, text)
		}
		if !utf8.Valid(text) {
			continue
		}
		if raw, err := hex.DecodeString(string(text)); err == nil {
			keys = append(keys, raw)
		}
		if raw, err := base64.StdEncoding.DecodeString(string(text)); err == nil {
			keys = append(keys, raw)
		}
	}
	return keys
}

// periods is how many numbers of a period are tried behind a value: an ID that
// changes every 30 days can be the digest of an address and the month.
const periods = 13

// identifying are the fields of the truth whose values somebody else may know,
// in the order of the dictionary.
var identifying = []string{"email", "phone", "device_serial", "name", "username", "number", "intercom_username", "key_tag"}

// look tries every identifying value of the truth, alone and together with
// what tells one building or period from another.
func (r *randomness) look(d *attack.Dictionary, stored map[rawID]uint64, f func(attack.Hit)) {
	if r.p.Truth == nil {
		return
	}
	done := map[string]bool{}
	var buf []byte
	var tails []string
	for _, sep := range []string{"", "|", ":"} {
		tails = append(tails, sep+r.p.Truth.Settings.Building)
		for _, s := range r.p.Truth.Settings.Sites {
			tails = append(tails, sep+s)
		}
		for n := range periods {
			tails = append(tails, sep+strconv.Itoa(n))
		}
	}
	try := func(value string) {
		if done[value] {
			return
		}
		done[value] = true
		d.Try([]byte(value), f)
		for _, tail := range tails {
			buf = append(append(buf[:0], value...), tail...)
			d.Try(buf, f)
		}
	}
	for i := range r.p.Truth.Canaries {
		c := &r.p.Truth.Canaries[i]
		if c.Subject != "" && !done[c.Subject] {
			account(d, c.Subject, stored, f)
			try(c.Subject)
		}
		if slices.Contains(identifying, plainField(c.Field)) && c.Unique {
			try(c.Value)
			if low := strings.ToLower(c.Value); low != c.Value {
				try(low)
			}
		}
	}
}

// account tries the bytes of an account's ID. Where accounts are judged, the ID
// itself is no digest of itself.
func account(d *attack.Dictionary, subject string, stored map[rawID]uint64, f func(attack.Hit)) {
	own, _ := parseID([]byte(subject))
	_, judged := stored[own]
	d.Try(own[:], func(h attack.Hit) {
		if !judged || h.How != attack.Itself {
			f(h)
		}
	})
}
