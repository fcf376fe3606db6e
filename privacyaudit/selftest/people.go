package selftest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"hoistway/privacyaudit/evidence"
)

// Words of the services, in records, and the prefixes of their accounts.
const (
	remoteCall = "remote-call"
	flow       = "flow"
)

var accountKind = map[string]string{remoteCall: "ra", flow: "fp"}

// bothServices are for mutants that go wrong for the users of each.
var bothServices = []string{remoteCall, flow}

// account is one account of a service.
type account struct {
	subject, person, service string
	end                      time.Time // zero: it has not ended
	why                      string
}

// accounts are those of a service that stand in the cloud and did not end.
func (b *Bench) accounts(service string) (all []account) {
	people := map[string]string{}
	for _, c := range b.truth.Canaries {
		people[c.Subject] = c.Person
	}
	for i := range b.Clean.stores["cloud"] {
		r := &b.Clean.stores["cloud"][i]
		if r.kind() == accountKind[service] {
			all = append(all, account{subject: r.part(1), person: people[r.part(1)], service: service})
		}
	}
	return all
}

// ended are the accounts of a service that ended for a reason; "" = any.
func (b *Bench) ended(service, why string) (all []account) {
	services := map[string]string{}
	for _, c := range b.truth.Canaries {
		if c.Subject != "" && c.Service != "" {
			services[c.Subject] = c.Service
		}
	}
	for _, a := range b.truth.Acts {
		if a.Kind == "erased" && services[a.Subject] == service && (why == "" || a.Facts["why"] == why) {
			all = append(all, account{a.Subject, a.Person, service, a.At, a.Facts["why"]})
		}
	}
	return all
}

// some is the first of a list, which must not be empty.
func some[T any](all []T, what string) (one T, err error) {
	if len(all) == 0 {
		return one, fmt.Errorf("the evidence has no %s that the mutant could use", what)
	}
	return all[0], nil
}

// value is what an account's holder entered into a field; the newest that is
// accepted.
func (b *Bench) value(subject, field string, accept func(*evidence.Canary) bool) string {
	value := ""
	for i := range b.truth.Canaries {
		c := &b.truth.Canaries[i]
		if c.Subject == subject && c.Field == field && (accept == nil || accept(c)) {
			value = c.Value
		}
	}
	return value
}

// end is the instant of the audit.
func (b *Bench) end() time.Time { return b.truth.Settings.End }

// ref is by what the ledger names a subject.
func ref(subject string) string { return hashHex("erased|" + subject) }

func hashHex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// makeKey makes a data key for an ID and keeps it wrapped in the store where it
// belongs, dated by the day.
func (b *Bench) makeKey(store, id, building string, at time.Time) error {
	name, ring := holder(store)
	secret := sha256.Sum256([]byte("secret of " + name + id + randomID()))
	key := "wk/" + id
	wrapped, err := b.keys.wrap(ring, key, secret[:])
	if err != nil {
		return err
	}
	b.made[name+"|"+id] = secret[:]
	d := doc{"controller": "KONE", "epoch": b.keys.kek[ring].epoch, "wrapped": base64.StdEncoding.EncodeToString(wrapped)}.dated(at.Truncate(24 * time.Hour))
	if name != "vault" {
		d["building"] = building
	}
	return b.edit(name, func(s *contents) error { s.put(key, plain(d.text())); return nil })
}

// revive writes a record of a subject whose erasure is over, with a data key, as
// if it had never gone.
func (b *Bench) revive(store, key string, one account, d doc) error {
	if _, err := b.dataKey(store, one.subject); err != nil {
		building, _ := d["building"].(string)
		if err := b.makeKey(store, one.subject, building, d.time("at")); err != nil {
			return err
		}
	}
	value, err := b.seal(store, key, one.subject, d.text())
	if err != nil {
		return err
	}
	return b.edit(store, func(s *contents) error { s.put(key, value); return nil })
}

// accountRecord is what the cloud had of an account, from the truth.
func (b *Bench) accountRecord(one account) doc {
	at := b.truth.Settings.Start.Add(time.Hour)
	d := doc{"controller": "KONE", "building": "main", "active": stamp(b.truth.Settings.Start), "password": somePHC(one.subject)}.dated(at)
	d["email"] = b.value(one.subject, "email", nil)
	if one.service == remoteCall {
		d["device_serial"] = b.value(one.subject, "device_serial", nil)
		return d
	}
	d["name"], d["phone"] = b.value(one.subject, "name", nil), b.value(one.subject, "phone", nil)
	d["gender"], d["country"], d["language"] = "female", "FI", "fi"
	return d
}

// personRecord is what a building had of somebody.
func (b *Bench) personRecord(one account, building string) doc {
	return doc{"controller": "KONE", "building": building, "service": one.service, "name": b.value(one.subject, "name", nil)}.dated(b.truth.Settings.Start.Add(time.Hour))
}

// somePHC is a password's hash at the cost of the evidence.
func somePHC(salt string) string {
	a, h := sha256.Sum256([]byte(salt)), sha256.Sum256([]byte("hash of "+salt))
	return "$argon2id$v=19$m=64,t=1,p=1$" + base64.RawStdEncoding.EncodeToString(a[:16]) + "$" + base64.RawStdEncoding.EncodeToString(h[:])
}
