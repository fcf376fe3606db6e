package selftest

import (
	"fmt"
	"strings"
	"time"
)

// requestMutants do not do what people ask for, do it for whom they should not,
// or go on when somebody has stopped.
func requestMutants() []Mutant {
	requests := func(match func(*entry) bool) func(*Bench) error {
		return func(b *Bench) error {
			return b.ledger(func(k *book) error {
				return k.drop(func(e *entry) bool { return e.string("act") == "request" && match(e) })
			})
		}
	}
	return []Mutant{
		{Name: "dsar.omit_store", What: "leaves out what the building's server has when somebody asks for their data", wrong: func(b *Bench) error {
			return b.answers("export", func(export doc) {
				items, _ := export["items"].([]any)
				var left []any
				for _, item := range items {
					if one, _ := item.(map[string]any); !strings.HasPrefix(doc(one).string("store"), "building-") {
						left = append(left, item)
					}
				}
				export["items"] = left
			})
		}},
		{Name: "dsar.leak_other", What: "gives whoever asks for their data those of somebody else, too", wrong: func(b *Bench) error {
			return b.answers("export", func(export doc) {
				items, _ := export["items"].([]any)
				text := string(export.text())
				for _, service := range bothServices {
					for _, one := range b.accounts(service) {
						if email := b.value(one.subject, "email", nil); !strings.Contains(text, email) {
							items = append(items, itemOf(one.service, email, b.end()))
							break
						}
					}
				}
				export["items"] = items
			})
		}},
		{Name: "dsar.impostor", What: "does not ask who somebody is", wrong: dropping("identity-refused")},
		{Name: "port.lossy", What: "leaves out fields of what somebody takes along", wrong: func(b *Bench) error {
			return b.answers("port", func(export doc) {
				account, _ := export["account"].(map[string]any)
				for field := range account {
					if field != "email" { // by which the file says whose it is
						delete(account, field)
					}
				}
			})
		}},
		{Name: "port.unreadable", What: "prints what somebody takes along for people instead of programs", wrong: func(b *Bench) error {
			files, err := b.files("exports/*-port*.json")
			if err != nil || len(files) == 0 {
				return fmt.Errorf("nobody took anything along: %w", err)
			}
			for _, name := range files {
				if err := b.write(name, []byte("%PDF-1.7 your data\n")); err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "rect.not_done", What: "takes a request to correct something and corrects nothing", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				return k.drop(func(e *entry) bool {
					return e.string("act") == "corrected" || e.string("act") == "request" && e.fact("right") == "correct"
				})
			})
		}},
		{Name: "object.not_recorded", What: "hears an objection and records nothing", wrong: func(b *Bench) error {
			if err := b.edit("cloud", func(s *contents) error {
				s.drop(func(r *record) bool { return r.kind() == "ob" })
				return nil
			}); err != nil {
				return err
			}
			return dropping("objection")(b)
		}},
		{Name: "request.lost", What: "loses what people asked for", wrong: requests(func(e *entry) bool { return e.fact("right") != "correct" && e.fact("right") != "object" })},
		{Name: "request.manager_forgets", What: "forgets requests that come through a Manager", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				changed := 0
				for _, e := range k.of("request", func(e *entry) bool { return e.fact("channel") == "manager" }) {
					e.facts()["channel"] = "app"
					changed++
				}
				if changed == 0 {
					return fmt.Errorf("nobody asked through a Manager")
				}
				return nil
			})
		}},
		{Name: "referral.dropped", What: "erases and sends nobody to the Manager for what is the Manager's", wrong: dropping("referral")},
		{Name: "stop.ignored_on_path", What: "lets people whose account has ended go on with it on one of its ways", wrong: func(b *Bench) error {
			return b.afterwards(func(one account, at time.Time) error {
				return b.revive("cloud", accountKind[one.service]+"/"+one.subject, one, b.accountRecord(one).dated(at))
			})
		}},
		{Name: "session.survives_erase", What: "serves people in a session from before their account ended", wrong: func(b *Bench) error {
			return b.afterwards(func(one account, at time.Time) error {
				d := doc{"at": stamp(at), "act": "preference", "kind": "preference", "person": one.person, "subject": one.subject}
				return b.add("truth/acts.ndjson", string(d.text())+"\n")
			})
		}},
		{Name: "stop.revokes_tag", What: "withdraws the key tag of whoever stops using the app", wrong: func(b *Bench) error {
			return b.edit("building-main", func(s *contents) error {
				for _, one := range b.ended(flow, "request") {
					if s.drop(func(r *record) bool { return r.kind() == "kt" && r.part(1) == one.subject }) > 0 {
						return nil
					}
				}
				return fmt.Errorf("nobody who stopped has a key tag")
			})
		}},
		{Name: "inactive.kept", What: "keeps accounts that nobody has used for years", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				for _, kind := range []string{"ra", "fp"} {
					if err := s.each(kind, func(_ *record, d doc) { d["active"] = stamp(b.end().AddDate(-3, 0, 0).Truncate(24 * time.Hour)) }); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{Name: "erase.wrong_subject", What: "erases another account than the one that ended", wrong: func(b *Bench) error {
			return b.ledger(func(k *book) error {
				for _, service := range bothServices {
					other, err := some(b.accounts(service), "account of "+service)
					if err != nil {
						return err
					}
					one, err := some(append(b.ended(service, "moved-out"), b.ended(service, "inactive")...), "account of "+service+" that ended")
					if err != nil {
						return err
					}
					for _, e := range k.entries {
						if strings.HasPrefix(e.string("act"), "erasure-") && e.fact("ref") == ref(one.subject) {
							e.facts()["ref"] = ref(other.subject)
						}
					}
				}
				return nil
			})
		}},
	}
}

// answers changes the files that people got on their requests of a sort.
func (b *Bench) answers(sort string, change func(export doc)) error {
	files, err := b.files("exports/*-" + sort + "*.json")
	if err != nil || len(files) == 0 {
		return fmt.Errorf("the evidence has no answer %s: %w", sort, err)
	}
	for _, name := range files {
		text, err := b.read(name)
		if err != nil {
			return err
		}
		export, err := parseDoc(text)
		if err != nil {
			return err
		}
		change(export)
		if err := b.write(name, export.text()); err != nil {
			return err
		}
	}
	return nil
}

// itemOf is an account as an export has it.
func itemOf(service, email string, at time.Time) map[string]any {
	return map[string]any{
		"store": "cloud", "kind": map[string]string{remoteCall: "remote-call-account", flow: "flow-profile"}[service], "what": "account", "building": "main", "controller": "KONE",
		"source": "subject", "purposes": []string{"provide-service"}, "retention": "until-stop", "collected": stamp(at),
		"fields": []any{map[string]any{"name": "email", "category": "user-profile", "value": email}},
	}
}

// afterwards lets something happen about somebody of each service whose account had
// ended an hour before, and who has opened no other since.
func (b *Bench) afterwards(happen func(one account, at time.Time) error) error {
	last := map[string]string{} // account of each person
	for _, a := range b.truth.Acts {
		if a.Kind == "sign-up" && a.Result == "" {
			last[a.Person] = a.Subject
		}
	}
	for _, service := range bothServices {
		var one account
		for _, ended := range b.ended(service, "request") {
			if last[ended.person] == ended.subject {
				one = ended
			}
		}
		if one.person == "" {
			return fmt.Errorf("nobody of %s has ended their account for good", service)
		}
		if err := happen(one, one.end.Add(time.Hour)); err != nil {
			return err
		}
	}
	return nil
}
