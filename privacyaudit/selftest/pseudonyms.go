package selftest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
)

// pseudonym is a randomized ID that the vault knows.
type pseudonym struct {
	id, subject string
	from        time.Time // in use by its phone
}

// random are 16 random bytes.
func (p *pseudonym) random() []byte {
	raw, err := idAlphabet.DecodeString(randomID())
	if err != nil {
		panic("BUG: an ID of our own: " + err.Error())
	}
	return raw
}

// pseudonyms are those of the vault by the order of their accounts.
func (b *Bench) pseudonyms() (all []pseudonym, err error) {
	from := map[string]time.Time{}
	files, err := b.files("stores/phones/*/ids.ndjson")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := b.read(name)
		if err != nil {
			return nil, err
		}
		ids, err := evidence.ParsePhoneIDs(text)
		if err != nil {
			return nil, err
		}
		for _, one := range ids {
			from[one.ID] = one.From
		}
	}
	records, err := b.records("vault")
	if err != nil {
		return nil, err
	}
	for i := range records {
		r := &records[i]
		if r.kind() != "ln" {
			continue
		}
		subject, err := b.linked(r)
		if err != nil {
			return nil, err
		}
		all = append(all, pseudonym{r.part(1), subject, from[r.part(1)]})
	}
	// In the order of the IDs as numbers, which is not that of their letters.
	slices.SortStableFunc(all, func(a, b pseudonym) int { return bytes.Compare(number(a.subject), number(b.subject)) })
	return all, nil
}

// number is an ID as the number that it is.
func number(id string) []byte {
	raw, err := idAlphabet.DecodeString(id)
	if err != nil {
		panic("BUG: a subject that is no ID: " + err.Error())
	}
	return raw
}

// linked is the subject that a link names.
func (b *Bench) linked(r *record) (string, error) {
	text, _ := body(r.value)
	var l struct {
		Sealed []byte `json:"sealed"`
	}
	if err := json.Unmarshal(text, &l); err != nil {
		return "", err
	}
	opened, err := b.keys.unwrap("provider", r.key, l.Sealed)
	if err != nil {
		return "", err
	}
	d, err := parseDoc(opened)
	return d.string("subject"), err
}

// renameAll gives every randomized ID another value, everywhere.
func (b *Bench) renameAll(name func(i int, one *pseudonym) []byte) error {
	all, err := b.pseudonyms()
	if err != nil {
		return err
	}
	names := map[string]string{}
	for i := range all {
		names[all[i].id] = newID(name(i, &all[i]))
	}
	return b.rename(names)
}

// renameOwn gives the first randomized ID of every account another value, which
// may follow from the account's mail address.
func (b *Bench) renameOwn(name func(one *pseudonym, email string) []byte) error {
	all, err := b.pseudonyms()
	if err != nil {
		return err
	}
	names, seen := map[string]string{}, map[string]bool{}
	for i := range all {
		email := b.value(all[i].subject, "email", nil)
		if email == "" || seen[email] {
			continue
		}
		seen[email] = true
		names[all[i].id] = newID(name(&all[i], email))
	}
	return b.rename(names)
}

// rename renames randomized IDs in the logs of use, in the vault, on the phones
// and in the truth.
func (b *Bench) rename(names map[string]string) error {
	for old, new := range names {
		if secret := b.keys.data["vault"][old]; secret != nil {
			b.made["vault|"+new] = secret
		}
	}
	if err := b.edit("cloud", func(s *contents) error {
		for _, r := range s.of("eu") {
			new := names[keyID(r.value)]
			if new == "" {
				continue
			}
			d, err := s.open(s.name, r)
			if err != nil {
				continue
			}
			d["pseudonym"] = new
			if r.value, err = s.seal(s.name, r.key, new, d.text()); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := b.rekeyVault(names); err != nil {
		return err
	}
	return b.renameTexts(names)
}

// rekeyVault renames all keys and links of the vault.
func (b *Bench) rekeyVault(names map[string]string) error {
	return b.edit("vault", func(s *contents) error {
		for i := range s.records {
			if err := b.rekey(&s.records[i], names); err != nil {
				return err
			}
		}
		return nil
	})
}

// rekey renames a key or a link of the vault, and wraps it anew.
func (b *Bench) rekey(r *record, names map[string]string) error {
	new, field := names[r.part(1)], map[string]string{"wk": "wrapped", "ln": "sealed"}[r.kind()]
	if new == "" || field == "" {
		return nil
	}
	text, _ := body(r.value)
	d, err := parseDoc(text)
	if err != nil {
		return err
	}
	was, err := base64.StdEncoding.DecodeString(d.string(field))
	if err != nil {
		return err
	}
	opened, err := b.keys.unwrap("provider", r.key, was)
	if err != nil {
		return err
	}
	r.key = r.kind() + "/" + new
	wrapped, err := b.keys.wrap("provider", r.key, opened)
	if err != nil {
		return err
	}
	d[field] = base64.StdEncoding.EncodeToString(wrapped)
	r.value = plain(d.text())
	return nil
}

// renameTexts renames IDs on the phones and in the truth.
func (b *Bench) renameTexts(names map[string]string) error {
	var pairs []string
	for old, new := range names {
		pairs = append(pairs, old, new)
	}
	all := strings.NewReplacer(pairs...)
	for _, pattern := range []string{"stores/phones/*/ids.ndjson", "truth/*.ndjson"} {
		files, err := b.files(pattern)
		if err != nil {
			return err
		}
		for _, name := range files {
			was, err := b.read(name)
			if err != nil {
				return err
			}
			if is := []byte(all.Replace(string(was))); !bytes.Equal(is, was) {
				if err := b.write(name, is); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// renameAccounts gives the accounts of a service IDs that follow from their mail
// addresses.
func (b *Bench) renameAccounts(service string, name func(email string) []byte) error {
	for _, one := range b.accounts(service) {
		if err := b.renameSubject(one.subject, newID(name(b.value(one.subject, "email", nil)))); err != nil {
			return err
		}
	}
	return nil
}

// renameSubject renames an account in the cloud, the vault, the simulated building
// and the truth.
func (b *Bench) renameSubject(old, new string) error {
	names := map[string]string{old: new}
	for _, name := range []string{"cloud", "building-main"} {
		at, _ := holder(name)
		if secret := b.keys.data[at][old]; secret != nil {
			b.made[at+"|"+new] = secret
		}
		if err := b.edit(name, func(s *contents) error {
			for i := range s.records {
				r := &s.records[i]
				if r.part(1) != old || r.kind() == "wk" {
					continue
				}
				d, err := s.open(s.name, r)
				if err != nil {
					continue
				}
				key := strings.Replace(r.key, old, new, 1)
				if r.value, err = s.seal(s.name, key, new, d.text()); err != nil {
					return err
				}
				r.key = key
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if err := b.rekeyVault(names); err != nil {
		return err
	}
	if err := b.edit("building-main", func(s *contents) error {
		for _, r := range s.of("wk") {
			if r.part(1) != old {
				continue
			}
			r.key = "wk/" + new
			if err := b.rewrap(s, r, "building-main", b.keys.kek["building-main"].secret); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return b.renameTexts(names)
}

// phoneIDs changes the lines about randomized IDs on all phones.
func (b *Bench) phoneIDs(change func(line doc) []doc) error {
	files, err := b.files("stores/phones/*/ids.ndjson")
	if err != nil {
		return err
	}
	for _, name := range files {
		text, err := b.read(name)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		for _, line := range bytes.Split(bytes.TrimSpace(text), []byte{'\n'}) {
			if len(line) == 0 {
				continue
			}
			d, err := parseDoc(line)
			if err != nil {
				return err
			}
			for _, one := range change(d) {
				out.Write(one.text())
				out.WriteByte('\n')
			}
		}
		if err := b.write(name, out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// commits numbers the commits of accounts, their keys and their links anew.
func (b *Bench) commits(number func(place int) (account, link uint64)) error {
	all, err := b.pseudonyms()
	if err != nil {
		return err
	}
	places := map[string]int{}
	for _, one := range all {
		if _, seen := places[one.subject]; !seen {
			places[one.subject] = len(places)
		}
		places[one.id] = places[one.subject]
	}
	return b.edit("vault", func(s *contents) error {
		for i := range s.records {
			r := &s.records[i]
			place, ok := places[r.part(1)]
			if !ok {
				continue
			}
			account, link := number(place)
			if r.commit = link; r.kind() == "wk" && slices.ContainsFunc(all, func(one pseudonym) bool { return one.subject == r.part(1) }) {
				r.commit = account
			}
		}
		return nil
	})
}
