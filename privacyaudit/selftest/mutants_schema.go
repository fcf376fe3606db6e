package selftest

import (
	"strings"
	"time"
)

// schemaMutants write records that are not what was declared, or not whose they
// say.
func schemaMutants() []Mutant {
	return []Mutant{
		{Name: "acct.extra_field", What: "collects one thing more in each profile", wrong: add("cloud", "fp", "loyalty_number", "117")},
		{Name: "acct.remote_call_field", What: "collects one thing more in each account of Remote Call", wrong: add("cloud", "ra", "phone_model", "Pixel")},
		{Name: "acct.raw_json", What: "keeps what a client sent along with its preferences, as it came", wrong: add("cloud", "fr", "client", map[string]any{"build": 7, "user": map[string]any{"beta": true}})},
		{Name: "acct.remote_call_address", What: "takes the address of users of Remote Call, too", wrong: func(b *Bench) error {
			return b.edit("building-main", func(s *contents) error {
				return s.each("bp", func(_ *record, d doc) {
					if d.string("service") == remoteCall {
						d["address"] = "Keilasatama 3"
					}
				})
			})
		}},
		{Name: "acct.intercom_without", What: "collects names for the intercom where there is none", wrong: func(b *Bench) error {
			return b.replace("stores/registry.json", `"intercom": true`, `"intercom": false`)
		}},
		{Name: "acct.office_address", What: "collects addresses in an office building", wrong: func(b *Bench) error {
			return b.replace("stores/registry.json", `"residential": true`, `"residential": false`)
		}},
		{Name: "schema.undeclared_field", What: "notes the phone's model with each use of equipment", wrong: add("cloud", "eu", "model", "Pixel")},
		{Name: "schema.remote_call_person", What: "notes an age group with the persons of Remote Call", wrong: func(b *Bench) error {
			return b.edit("building-main", func(s *contents) error {
				return s.each("bp", func(_ *record, d doc) {
					if d.string("service") == remoteCall {
						d["age_group"] = "adult"
					}
				})
			})
		}},
		{Name: "schema.plain_value", What: "writes logs of use without sealing them", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				for _, r := range s.of("eu") {
					if d, err := s.open(s.name, r); err == nil {
						r.value = plain(d.text())
					}
				}
				return nil
			})
		}},
		{Name: "schema.unknown_prefix", What: "keeps a kind of record that nobody declared", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				s.put("zz/"+randomID(), plain(doc{"controller": "KONE", "note": "cached"}.dated(b.end()).text()))
				return nil
			})
		}},
		{Name: "schema.value_in_key", What: "keeps an index of accounts by mail address", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				for _, service := range bothServices {
					one, err := some(b.accounts(service), "account")
					if err != nil {
						return err
					}
					s.put(accountKind[service]+"/"+b.value(one.subject, "email", nil), plain(doc{"subject": one.subject}.text()))
				}
				return nil
			})
		}},
		{Name: "log.ttl_badger", What: "leaves the deletion of logs to Badger's time to live", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				for _, kind := range []string{"eu", "ra"} {
					for _, r := range s.of(kind) {
						r.expires = uint64(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
					}
				}
				return nil
			})
		}},
		{Name: "tag.no_building", What: "forgets to which building a record belongs", wrong: func(b *Bench) error { return b.tag("building-main", "bp", "building", nil) }},
		{Name: "tag.other_building", What: "names another building than the one in whose server the record is", wrong: func(b *Bench) error { return b.tag("building-main", "bp", "building", "annex") }},
		{Name: "tag.controller", What: "names KONE as the controller of the Manager's key tags", wrong: func(b *Bench) error { return b.tag("building-main", "kt", "controller", "KONE") }},
		{Name: "tag.remote_call_controller", What: "names the Manager as the controller of accounts of Remote Call", wrong: func(b *Bench) error { return b.tag("cloud", "ra", "controller", "Manager") }},
		{Name: "tag.log_controller", What: "names the Manager as the controller of log data", wrong: func(b *Bench) error { return b.tag("cloud", "eu", "controller", "Manager") }},
		{Name: "tag.permission_controller", What: "names the Manager as the controller of permissions while the service lasts", wrong: func(b *Bench) error { return b.tag("building-main", "pm", "controller", "Manager") }},
		{Name: "tag.building_log", What: "names KONE as the controller of a building's own log", wrong: func(b *Bench) error { return b.tag("building-main", "bl", "controller", "KONE") }},
		{Name: "perm.replicate_cloud", What: "copies persons and key tags from the building's server into the cloud", wrong: func(b *Bench) error { return b.replicate("cloud") }},
		{Name: "perm.all_buildings", What: "makes everybody known in every building", wrong: func(b *Bench) error { return b.replicate("building-annex") }},
	}
}

// add gives every record of a kind one field more.
func add(name, kind, field string, value any) func(*Bench) error {
	return func(b *Bench) error {
		return b.edit(name, func(s *contents) error {
			return s.each(kind, func(_ *record, d doc) { d[field] = value })
		})
	}
}

// tag sets a tag of every record of a kind; nil takes it away.
func (b *Bench) tag(name, kind, field string, value any) error {
	return b.edit(name, func(s *contents) error {
		return s.each(kind, func(_ *record, d doc) {
			if d[field] = value; value == nil {
				delete(d, field)
			}
		})
	})
}

// replicate copies what the building's server has of one person of each service
// into another store.
func (b *Bench) replicate(to string) error {
	for _, service := range bothServices {
		var one account
		for _, one = range b.accounts(service) {
			if !b.knows(to, one.subject) {
				break
			}
		}
		from := &contents{Bench: b, name: "building-main", records: b.Clean.stores["building-main"]}
		for _, kind := range []string{"bp", "kt"} {
			r, d, err := from.first(kind, func(r *record, _ doc) bool { return r.part(1) == one.subject })
			if err != nil {
				return err
			}
			if building, ok := strings.CutPrefix(to, "building-"); ok {
				d["building"] = building
			}
			if to == "cloud" { // a copy to read from quickly is not sealed
				err = b.edit(to, func(s *contents) error { s.put(r.key, plain(d.text())); return nil })
			} else {
				err = b.revive(to, r.key, one, d)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// knows tells whether a store of the clean evidence has somebody.
func (b *Bench) knows(name, subject string) bool {
	for i := range b.Clean.stores[name] {
		if r := &b.Clean.stores[name][i]; r.kind() == "bp" && r.part(1) == subject {
			return true
		}
	}
	return false
}
