package privacyaudit_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// strangersDay is the instant at which stores that were written by hand are
// audited.
var strangersDay = time.Date(2027, 6, 12, 12, 0, 0, 0, time.UTC)

// strangersMail is the mail address of the one person of these stores.
const strangersMail = "Qz7RjWmXvK0pTgNsYdLbHc@example.test"

// TestStrangersStores audits stores that nothing of ours wrote: records put into
// plain Badger by dispatch/registry/FORMAT.md alone. Each row adds one wrong
// thing to sound stores; the audit must say so at that very place.
func TestStrangersStores(t *testing.T) {
	sound := findings(t, strangersStores(t, nil))
	for _, c := range []struct {
		sentence string
		add      func(h *hand) finding.Place // where the finding has to be
	}{
		{"a prefix that no kind has", func(h *hand) finding.Place {
			key := "zz/" + someID("anna")
			h.plain("cloud", key, `{"controller":"KONE","at":"2027-06-12T00:00:00Z"}`)
			return finding.Place{Store: "cloud", Key: finding.KeyHash([]byte(key))}
		}},
		{"a log that is older than a year", func(h *hand) finding.Place {
			at := strangersDay.Add(-400 * 24 * time.Hour).Truncate(time.Hour)
			return finding.Place{Store: "cloud", Key: finding.KeyHash([]byte(h.used(at)))}
		}},
		{"a mail address in clear in a JSON text within a building's log", func(h *hand) finding.Place {
			key := "bl/entrance/" + strangersDay.Format("20060102") + "/" + someID("entry")
			inner, _ := json.Marshal(map[string]any{"contact": map[string]string{"mail": strangersMail}})
			fields, _ := json.Marshal(map[string]string{"floor": string(inner)})
			h.sealed("building-main", key, common, fmt.Sprintf(
				`{"controller":"Manager","processor":"KONE","building":"main","at":"2027-06-12T09:00:00Z","log":"entrance","fields":%s}`, fields))
			return finding.Place{Store: "building-main", Key: finding.KeyHash([]byte(key))}
		}},
		{"an ID that is the hash of a mail address", func(h *hand) finding.Place {
			sum := sha256.Sum256([]byte(strangersMail))
			id := alphabet.EncodeToString(sum[:16])
			h.key("vault", id, strangersDay)
			return finding.Place{Store: "vault", Key: finding.KeyHash([]byte("wk/" + id))}
		}},
		{"a visitor key that ended and still opens", func(h *hand) finding.Place {
			anna, item := someID("anna"), someID("key of a visitor")
			key := "vk/" + anna + "/" + item
			h.sealed("cloud", key, anna, fmt.Sprintf(
				`{"controller":"KONE","building":"main","at":"2027-01-10T08:00:00Z","visitor":"Eve","floors":["1"],"from":"2027-01-10T08:00:00Z","until":"2027-01-11T08:00:00Z","uses":3,"code_sha256":%q,"consent":%q}`,
				hex.EncodeToString(h.secret("code")), h.consent(anna, item)))
			return finding.Place{Store: "cloud", Key: finding.KeyHash([]byte(key))}
		}},
		{"a table of before an erasure that was left in the folder", func(h *hand) finding.Place {
			const left = "000099.sst"
			h.leaveTable(left)
			return finding.Place{Store: "cloud", File: left}
		}},
		{"a mail address in clear in the log", func(h *hand) finding.Place {
			h.file("logs/service.ndjson", `{"time":"2027-06-12T11:00:00Z","level":"INFO","msg":"login","who":"`+strangersMail+`"}`+"\n")
			return finding.Place{Store: "log", File: "logs/service.ndjson"}
		}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			var at finding.Place
			found := findings(t, strangersStores(t, func(h *hand) { at = c.add(h) }))
			isNew := func(f finding.Finding) bool {
				return f.Place.Store == at.Store && (at.Key == "" || f.Place.Key == at.Key) && (at.File == "" || f.Place.File == at.File) &&
					!slices.ContainsFunc(sound, func(s finding.Finding) bool { return s.Rule == f.Rule && s.Place == f.Place })
			}
			if !slices.ContainsFunc(found, isNew) {
				t.Errorf("no finding at %+v; of the sound stores %d, now %d:\n%s", at, len(sound), len(found), told(found))
			}
			for _, f := range found {
				if strings.Contains(f.Message, strangersMail) || strings.Contains(f.Message, "Eve") {
					t.Errorf("the finding of %s prints what it found", f.Rule)
				}
			}
		})
	}
}

// TestStrangersSoundStores shows that what the rows of TestStrangersStores add
// is what is found: without it there is nothing to find.
func TestStrangersSoundStores(t *testing.T) {
	if found := findings(t, strangersStores(t, nil)); len(found) > 0 {
		t.Errorf("sound stores have findings:\n%s", told(found))
	}
}

func told(found []finding.Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s %+v %s\n", f.Rule, f.Place, f.Message)
	}
	return b.String()
}

// findings audits a folder with all shipped rules and gives what it found.
func findings(t *testing.T, dir string) (found []finding.Finding) {
	t.Helper()
	parts, err := evidence.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	o := privacyaudit.Options{Parts: parts, At: strangersDay}
	for _, name := range privacyaudit.Shipped() {
		p, err := privacyaudit.LoadPolicy(name)
		if err != nil {
			t.Fatal(err)
		}
		o.Policies = append(o.Policies, p)
	}
	report, err := privacyaudit.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		found = append(found, finding.Finding{Place: finding.Place{Store: p.Store, File: p.File}, Message: p.What})
	}
	for _, r := range report.Rules {
		found = append(found, r.Findings...)
	}
	return found
}

// strangersStores writes sound stores of one person, adds to them, and gives
// their folder.
func strangersStores(t *testing.T, add func(h *hand)) string {
	t.Helper()
	h := handWrites(t)
	anna := someID("anna")
	h.file("truth/settings.json", `{"schema":1,"synthetic":true,"scenario":"by-hand","start":"2027-06-01T00:00:00Z","end":"2027-06-12T12:00:00Z","building":"main","region":"FI","gone":{},"floors":["0","1"],"residents":1,"near_m":200,"grid_m":10,"log_data":"365d","inactivity":"730d","backups":"90d","rotation":"30d","least":5,"logs":[{"Name":"entrance","Fields":["floor"],"Retention":604800000000000}],"cost_profile":""}`)
	h.file("truth/acts.ndjson", fmt.Sprintf(`{"at":"2027-06-01T08:00:00Z","act":"sign-up","kind":"sign-up","person":"r1.0","subject":%q}`+"\n", anna))
	h.file("truth/trips.ndjson", "")
	h.file("truth/canaries.ndjson", fmt.Sprintf(
		`{"person":"r1.0","subject":%q,"service":"remote-call","field":"email","value":%q,"unique":true,"store":"cloud","from":"2027-06-01T08:00:00Z"}`+"\n", anna, strangersMail))
	h.key("vault", anna, strangersDay)
	h.key("building-main", common, strangersDay)
	h.sealed("cloud", "ra/"+anna, anna, fmt.Sprintf(
		`{"controller":"KONE","building":"main","at":"2027-06-01T08:00:00Z","email":%q,"password":"$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHR0aGF0aXNsb25n$%s","device_serial":"SN-0001-2345-6789","active":"2027-06-07T00:00:00Z"}`,
		strangersMail, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"))
	h.used(strangersDay.Truncate(time.Hour))
	if add != nil {
		add(h)
	}
	h.close()
	return h.dir
}

// used writes a usage log under a randomized ID and gives its key.
func (h *hand) used(at time.Time) string {
	pseudonym := someID("pseudonym")
	h.key("vault", pseudonym, strangersDay)
	key := "eu/" + at.Format("20060102") + "/" + someID("use at "+at.String())
	h.sealed("cloud", key, pseudonym, fmt.Sprintf(
		`{"controller":"KONE","building":"main","at":%q,"pseudonym":%q,"equipment":"main","function":"remote-call"}`, at.Format(time.RFC3339), pseudonym))
	return key
}

// consent writes the attestation for a visitor key into the ledger, and gives
// its ID.
func (h *hand) consent(subject, item string) string {
	id := someID("consent for " + item)
	h.entry(1, "", "consent", id, fmt.Sprintf(`{"building":"main","for":"visitor-key","of":%q,"ref":%q}`, item, subjectRef(subject)), "2027-01-10T08:00:00Z")
	return id
}

// subjectRef is how the ledger names a subject.
func subjectRef(subject string) string {
	sum := sha256.Sum256([]byte("erased|" + subject))
	return hex.EncodeToString(sum[:])
}

// entry writes one entry of the ledger, with its hash, and gives that.
func (h *hand) entry(sequence int, previous, act, id, facts, at string) string {
	// The names of all objects in order, without white space: see Chains.
	body := fmt.Sprintf(`{"act":%q,"at":%q,"controller":"KONE","facts":%s,"id":%q,"previous":%q}`, act, at, facts, id, previous)
	sum := sha256.Sum256([]byte(previous + body))
	hash := hex.EncodeToString(sum[:])
	h.plain("ledger", fmt.Sprintf("le/%016x", sequence), fmt.Sprintf(`{"act":%q,"at":%q,"controller":"KONE","facts":%s,"hash":%q,"id":%q,"previous":%q}`, act, at, facts, hash, id, previous))
	return hash
}

// leaveTable writes a person into another database, as if it were the cloud of
// before their erasure, and puts its table into the cloud's folder under a
// name that the manifest does not know.
func (h *hand) leaveTable(name string) {
	h.t.Helper()
	bob := someID("bob")
	dir := h.t.TempDir()
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil))
	if err != nil {
		h.t.Fatal(err)
	}
	key := "ra/" + bob
	value := h.seal("cloud", key, bob, `{"controller":"KONE","at":"2027-06-01T08:00:00Z","email":"bob@example.test","password":"","device_serial":"SN-1","active":"2027-06-07T00:00:00Z"}`)
	if err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(key), value) }); err != nil {
		h.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		h.t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(tables) != 1 {
		h.t.Fatalf("the other database has %d tables: %v", len(tables), err)
	}
	table, err := os.ReadFile(tables[0])
	if err != nil {
		h.t.Fatal(err)
	}
	h.close() // Badger removes tables that it does not know when it opens
	h.file("stores/cloud/"+name, string(table))
}
