package selftest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"

	"hoistway/privacyaudit/evidence"
)

// valueMutants put values where they may not be.
func valueMutants() []Mutant {
	return []Mutant{
		{Name: "pw.plain", What: "stores passwords as they were entered", wrong: password(func(pw, _ string) string { return pw }, "ra", "fp")},
		{Name: "pw.remote_call_plain", What: "stores passwords of Remote Call as they were entered", wrong: password(func(pw, _ string) string { return pw }, "ra")},
		{Name: "pw.sha256", What: "stores the SHA-256 of passwords", wrong: password(func(pw, _ string) string {
			sum := sha256.Sum256([]byte(pw))
			return hex.EncodeToString(sum[:])
		}, "ra", "fp")},
		{Name: "pw.const_salt", What: "uses one salt for all passwords", wrong: password(func(_, subject string) string { return oneSalt(subject) }, "ra", "fp")},
		{Name: "pw.remote_call_salt", What: "uses one salt for all passwords of Remote Call", wrong: password(func(_, subject string) string { return oneSalt(subject) }, "ra")},
		{Name: "pw.weak_params", What: "hashes passwords at a cost that is none", wrong: password(func(_, subject string) string {
			return strings.Replace(somePHC(subject), "m=64", "m=8", 1)
		}, "ra", "fp")},
		{Name: "pw.trunc72", What: "hashes passwords with bcrypt, which looks at 72 bytes", wrong: password(func(_, subject string) string {
			return "$2b$10$" + hashHex(subject)[:53]
		}, "ra", "fp")},
		{Name: "pw.logged", What: "logs the body of a request to log in", wrong: func(b *Bench) error {
			for _, service := range bothServices {
				one := b.accounts(service)[0]
				if err := b.log("service started", "body", `{"Password":"`+b.value(one.subject, "password", nil)+`"}`); err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "log.mail_address", What: "logs a mail address with an error", wrong: func(b *Bench) error {
			return b.log("act of a Manager refused", "error", "no such user: somebody@example.org")
		}},
		{Name: "log.speed", What: "notes with each use of equipment how fast its user walks", wrong: func(b *Bench) error {
			speed := ""
			for _, c := range b.truth.Canaries {
				if c.Field == "walking_speed_mm_s" && c.Store == "cloud" && c.Until == nil && c.Unique {
					speed = c.Value
				}
			}
			return b.usage(b.end(), doc{"walking_speed_mm_s": json.Number(speed)})
		}},
		{Name: "call.persist", What: "stores calls with their floors", wrong: func(b *Bench) error {
			return b.edit("cloud", func(s *contents) error {
				f := b.truth.Settings.Floors
				for i := range 5 {
					t := b.trips[len(b.trips)-1-i]
					s.put("ca/"+randomID(), plain(doc{"controller": "KONE", "building": "main", "from": f[t.From], "to": f[t.To], "person": t.Person}.dated(t.At).text()))
				}
				return nil
			})
		}},
		{Name: "call.persist_then_delete", What: "stores a call with its floors until it was answered, and deletes it as one deletes", wrong: func(b *Bench) error {
			f := b.truth.Settings.Floors
			at := b.end().Add(-395 * 24 * time.Hour)
			key, value, err := b.usageRecord(at, at, doc{"from": f[0], "to": f[1]})
			if err != nil {
				return err
			}
			if err := b.edit("cloud", func(s *contents) error { s.put(key, value); return nil }); err != nil {
				return err
			}
			return b.live("cloud", func(db *badger.DB) error {
				return db.Update(func(txn *badger.Txn) error { return txn.Delete([]byte(key)) })
			})
		}},
		{Name: "call.log_debug", What: "logs calls with their floors", wrong: func(b *Bench) error {
			t, f := b.trips[len(b.trips)-1], b.truth.Settings.Floors
			return b.log("call", "person", t.Person, "from", f[t.From], "to", f[t.To])
		}},
		{Name: "call.journal", What: "leaves the journal of the gateway's group controllers beside the stores", wrong: func(b *Bench) error {
			return b.write("stores/lifts.ndjson", []byte(`{"journal":1,"synthetic":true,"scenarios":["schema = 1"]}
{"b":0,"g":0,"e":{"At":61500000000,"Call":4,"Ready":75000000000,"Load":0,"Cars":0,"Group":1,"Permit":0,"Car":0,"Floor":7,"To":0,"Dir":0,"Kind":3,"Door":0,"Mode":0,"Locked":false},"c":[{"Call":4,"Until":0,"Why":null,"Car":1,"Floor":0,"Dir":0,"Kind":1,"Reason":0}]}
`))
		}},
		{Name: "call.metric_label", What: "counts calls by person and floors", wrong: func(b *Bench) error {
			t, f := b.trips[len(b.trips)-1], b.truth.Settings.Floors
			return b.add("metrics/service.prom", fmt.Sprintf("hoistway_remotecall_calls_total{person=%q,from=%q,to=%q} 1\n", t.Person, f[t.From], f[t.To]))
		}},
		{Name: "metric.subject_label", What: "counts logins by account", wrong: func(b *Bench) error {
			return b.add("metrics/service.prom", fmt.Sprintf("hoistway_remotecall_logins_total{service=\"flow\",outcome=%q} 1\n", b.accounts(flow)[0].subject))
		}},
		{Name: "report.prints_value", What: "prints a name and a mail address into a report", wrong: func(b *Bench) error {
			one := b.accounts(flow)[0]
			return b.write("reports/findings.txt", []byte("profile of "+b.value(one.subject, "name", nil)+" <"+b.value(one.subject, "email", nil)+"> is late\n"))
		}},
		{Name: "analytics.raw_log", What: "gives the development the raw log instead of counts", wrong: func(b *Bench) error {
			return b.write("reports/development.csv", []byte("user,phone,function\nsomebody@example.org,+358401234567,remote-call\n"))
		}},
		{Name: "analytics.serial_hash", What: "counts by the hash of the serial number, or of the mail address", wrong: func(b *Bench) error {
			return b.edit("analytics", func(s *contents) error {
				for _, v := range []string{b.value(b.accounts(remoteCall)[0].subject, "device_serial", nil), b.value(b.accounts(flow)[0].subject, "email", nil)} {
					if err := s.cell(func(d, dimensions doc) { dimensions["device"] = hashHex(v) }); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		{Name: "analytics.ms_time", What: "counts by the instant of the login", wrong: func(b *Bench) error {
			return b.edit("analytics", func(s *contents) error {
				return s.cell(func(_, dimensions doc) { dimensions["hours"] = "2028-02-20T07:12:44.123Z" })
			})
		}},
		{Name: "analytics.rare_model", What: "publishes a count of one person with a rare phone", wrong: func(b *Bench) error {
			return b.edit("analytics", func(s *contents) error {
				return s.cell(func(d, dimensions doc) { d["people"], d["count"], dimensions["model"] = 1, 3, "Nokia 8" })
			})
		}},
		{Name: "pos.retained", What: "keeps the position of a call to look for misuse", wrong: func(b *Bench) error {
			return b.usage(b.end(), doc{"position": map[string]any{"east": 3, "north": 4}})
		}},
		{Name: "display.real_name", What: "shows the name of whoever chose none for the display", wrong: func(b *Bench) error {
			one := b.accounts(flow)[0]
			return b.display("main", "9-9", b.value(one.subject, "name", nil), ".txt", ".json", ".html")
		}},
		{Name: "display.wrong_building", What: "shows the people of another building", wrong: func(b *Bench) error {
			return b.display("main", "9-8", randomID(), ".txt", ".json", ".html")
		}},
		{Name: "display.form_differs", What: "shows on the page what the list does not have", wrong: func(b *Bench) error {
			return b.display("main", "9-7", "somebody", ".html")
		}},
		{Name: "rect.stale_display", What: "goes on showing the name that somebody has changed", wrong: func(b *Bench) error {
			for _, c := range b.truth.Canaries {
				if c.Field == "intercom_username" && c.Why == "preference-changed" && c.Store == "displays" {
					return b.display("main", "1-1", c.Value, ".txt", ".json", ".html")
				}
			}
			return fmt.Errorf("nobody changed the name on the display")
		}},
		{Name: "rect.keep_version", What: "keeps the value before a correction in an older version of the record", wrong: keepVersions},
		{Name: "phone.log_lost", What: "loses the log on a phone", wrong: func(b *Bench) error {
			logs, err := b.files("stores/phones/*/log.ndjson")
			if err != nil || len(logs) == 0 {
				return fmt.Errorf("no phone has a log: %w", err)
			}
			return b.write(b.longest(logs), nil)
		}},
		{Name: "phone.log_swapped", What: "brings one user's log to another's phone", wrong: func(b *Bench) error {
			logs, err := b.files("stores/phones/*/log.ndjson")
			if err != nil || len(logs) < 2 {
				return fmt.Errorf("no two phones have a log: %w", err)
			}
			text, err := b.read(logs[0])
			if err != nil {
				return err
			}
			return b.add(logs[1], string(text))
		}},
		{Name: "pic.answered", What: "keeps the picture of a visitor to whom the user answered", wrong: func(b *Bench) error {
			return b.picture(func(a *evidence.Act) bool { return a.Facts["answered"] == "true" && a.Result == "" }, true, "")
		}},
		{Name: "pic.setting_off", What: "keeps the picture of a missed ring though the user did not choose that", wrong: func(b *Bench) error {
			return b.picture(func(a *evidence.Act) bool { return a.Facts["answered"] == "false" }, false, "")
		}},
		{Name: "cam.subuser", What: "sends the picture of a ring to a sub-user's phone, too", wrong: func(b *Bench) error {
			return b.picture(func(a *evidence.Act) bool { return a.Facts["answered"] == "false" }, true, b.accounts(remoteCall)[0].person[1:])
		}},
		{Name: "pic.cloud_thumb", What: "keeps a thumbnail of a missed ring in the cloud", wrong: func(b *Bench) error {
			frame, err := b.cameraFrame()
			if err != nil {
				return err
			}
			return b.usage(b.end(), doc{"thumbnail": base64.StdEncoding.EncodeToString([]byte(frame))})
		}},
		{Name: "cam.recorded", What: "records what the camera shows in the building's server", wrong: func(b *Bench) error {
			frame, err := b.cameraFrame()
			if err != nil {
				return err
			}
			return b.buildingLog("doors", b.end(), map[string]any{"floor": "0", "result": frame})
		}},
		{Name: "cam.debug_recorder", What: "writes frames into the log while it looks for a fault", wrong: func(b *Bench) error {
			frame, err := b.cameraFrame()
			if err != nil {
				return err
			}
			return b.log("service started", "frame", base64.StdEncoding.EncodeToString([]byte(frame)))
		}},
		{Name: "key.escrow", What: "keeps a copy of each picture under a key of its own", wrong: func(b *Bench) error {
			frame, err := b.cameraFrame()
			if err != nil {
				return err
			}
			return b.edit("vault", func(s *contents) error {
				s.put("ps/"+randomID(), plain(doc{"controller": "KONE", "list": base64.StdEncoding.EncodeToString([]byte(frame))}.dated(b.end()).text()))
				return nil
			})
		}},
	}
}

// password changes what is stored of every password; hash gets the password and
// the ID of its account.
func password(hash func(pw, subject string) string, kinds ...string) func(*Bench) error {
	return func(b *Bench) error {
		return b.edit("cloud", func(s *contents) error {
			for _, kind := range kinds {
				if err := s.each(kind, func(r *record, d doc) { d["password"] = hash(b.value(r.part(1), "password", nil), r.part(1)) }); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// oneSalt is a hash of a password with the salt that all have.
func oneSalt(subject string) string {
	parts := strings.Split(somePHC(subject), "$")
	parts[4] = base64.RawStdEncoding.EncodeToString([]byte("0123456789abcdef"))
	return strings.Join(parts, "$")
}

// log adds a line to the service's log; names and values take turns.
func (b *Bench) log(message string, pairs ...string) error {
	d := doc{"time": stamp(b.end()), "level": "INFO", "msg": message}
	for i := 0; i < len(pairs); i += 2 {
		d[pairs[i]] = pairs[i+1]
	}
	return b.add("logs/service.ndjson", string(d.text())+"\n")
}

// cell adds a cell to the analytics that is like one that is there but for what
// is changed.
func (s *contents) cell(change func(d, dimensions doc)) error {
	_, d, err := s.first("ac", nil)
	if err != nil {
		return err
	}
	dimensions := doc(d["dimensions"].(map[string]any))
	change(d, dimensions)
	d["dimensions"] = map[string]any(dimensions)
	s.put("ac/"+randomID(), plain(d.text()))
	return nil
}

// display adds a line to the forms of a building's display.
func (b *Bench) display(building, apartment, name string, forms ...string) error {
	for _, form := range forms {
		file := "stores/displays/" + building + form
		text, err := b.read(file)
		if err != nil {
			return err
		}
		is := string(text)
		switch form {
		case ".txt":
			is += apartment + "  " + name + "\n"
		case ".json":
			var rows []map[string]string
			if err := json.Unmarshal(text, &rows); err != nil {
				return err
			}
			rows = append(rows, map[string]string{"apartment": apartment, "intercom_username": name})
			if text, err = json.MarshalIndent(rows, "", "\t"); err != nil {
				return err
			}
			is = string(text) + "\n"
		case ".html":
			is = strings.Replace(is, "</table>", "<tr><td>"+apartment+"</td><td>"+name+"</td></tr>\n</table>", 1)
		}
		if err := b.write(file, []byte(is)); err != nil {
			return err
		}
	}
	return nil
}

// longest is the name of the longest of some files.
func (b *Bench) longest(names []string) (name string) {
	most := -1
	for _, n := range names {
		if text, err := b.read(n); err == nil && len(text) > most {
			most, name = len(text), n
		}
	}
	return name
}

// picture keeps the last frame of a ring on a phone: on that of whoever was rung
// at, if their setting is as given, or on another's.
func (b *Bench) picture(accept func(*evidence.Act) bool, setting bool, other string) error {
	for i := range b.truth.Acts {
		a := &b.truth.Acts[i]
		if a.Kind != "intercom" || a.Person == "" || !accept(a) {
			continue
		}
		phone := strings.TrimPrefix(a.Person, "r")
		frame := ""
		for _, c := range b.truth.Canaries {
			if c.Field == "intercom-frame" && c.Person == a.Person && c.From.Equal(a.At) && c.Until == nil {
				frame = c.Value
			}
		}
		text, err := b.read("stores/phones/" + phone + "/settings.json")
		if err != nil || frame == "" || other == "" && strings.Contains(string(text), `"store_missed_pictures": true`) != setting {
			continue
		}
		if other != "" {
			phone = other
		}
		return b.write(path.Join("stores/phones", phone, "pictures", randomID()+".bin"), []byte(frame))
	}
	return fmt.Errorf("nobody rang in the way that the mutant needs")
}

// cameraFrame is a frame that a camera showed.
func (b *Bench) cameraFrame() (string, error) {
	i := slices.IndexFunc(b.truth.Canaries, func(c evidence.Canary) bool { return c.Field == "intercom-frame" && c.Until == nil })
	if i < 0 {
		return "", fmt.Errorf("no camera showed anybody")
	}
	return b.truth.Canaries[i].Value, nil
}

// keepVersions writes over records that somebody corrected, so that what they
// held before stays in the files. Nobody corrects an account of Remote Call in the
// scenario: there the truth gets a correction, too.
func keepVersions(b *Bench) error {
	type was struct {
		key, field string
		value      any
	}
	var old []was
	for _, c := range b.truth.Canaries {
		late := b.end().Sub(c.From) > 9*24*time.Hour && c.Until != nil && b.end().Sub(*c.Until) > 9*24*time.Hour
		switch {
		case c.Store != "cloud" || c.Service != flow || !late:
		case c.Field == "phone" && c.Why == "corrected":
			old = append(old, was{"fp/" + c.Subject, c.Field, c.Value})
		case c.Field == "intercom_username" && c.Why == "preference-changed":
			old = append(old, was{"fr/" + c.Subject, c.Field, c.Value})
		}
	}
	one, err := some(b.accounts(remoteCall), "account of Remote Call")
	if err != nil {
		return err
	}
	const before = "Bf0rETheC0rrect1onWasX@example.test"
	from, until := b.truth.Settings.Start.Add(time.Hour), b.truth.Settings.Start.Add(2*time.Hour)
	old = append(old, was{"ra/" + one.subject, "email", before})
	canary := doc{"person": one.person, "subject": one.subject, "service": remoteCall, "field": "email", "value": before, "unique": true, "store": "cloud",
		"from": stamp(from), "until": stamp(until), "why": "corrected"}
	if err := b.add("truth/canaries.ndjson", string(canary.text())+"\n"); err != nil {
		return err
	}
	s := &contents{Bench: b, name: "cloud", records: b.Clean.stores["cloud"]}
	walks, _, err := s.first("fr", func(_ *record, d doc) bool { return d["walking_speed_mm_s"] != nil })
	if err != nil {
		return err
	}
	old = append(old, was{walks.key, "walking_speed_mm_s", 4999})
	written := map[string]bool{}
	err = b.live("cloud", func(db *badger.DB) error {
		for _, o := range old {
			i := s.index(o.key)
			if i < 0 || written[o.field] {
				continue
			}
			r := s.records[i]
			d, err := s.open(s.name, &r)
			if err != nil {
				return err
			}
			d[o.field] = o.value
			value, err := s.like(&r, r.key, d)
			if err != nil {
				return err
			}
			for _, v := range [][]byte{value, r.value} {
				if err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(r.key), v) }); err != nil {
					return err
				}
			}
			written[o.field] = true
		}
		return nil
	})
	if err == nil && len(written) < 4 {
		err = fmt.Errorf("nobody corrected all that the mutant needs")
	}
	return err
}
