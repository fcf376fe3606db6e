package privacyaudit_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/crypto/chacha20poly1305"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

var handNoon = time.Date(2027, 6, 12, 12, 0, 0, 0, time.UTC)

// judged audits a folder against one rule of a policy that is made for it.
func (h *hand) judged(check, rest string) finding.Rule {
	h.t.Helper()
	h.close()
	dir := h.t.TempDir()
	policy := fmt.Sprintf("name = \"own\"\nversion = \"1\"\ntitle = \"Own\"\ncode = \"T\"\nstatement = \"own.txt\"\n[[rule]]\nid = \"T-1\"\nderived = \"a test\"\ntitle = \"It holds.\"\ncheck = %q\nseverity = \"error\"\nevidence = \"automatic\"\nmutants = [\"none.none\"]\n%s\n", check, rest)
	for name, content := range map[string]string{"own.toml": policy, "own.txt": "Nothing is said.\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			h.t.Fatal(err)
		}
	}
	own, err := privacyaudit.LoadPolicy(filepath.Join(dir, "own.toml"))
	if err != nil {
		h.t.Fatal(err)
	}
	parts, err := evidence.Open(h.dir)
	if err != nil {
		h.t.Fatal(err)
	}
	report, err := privacyaudit.Run(context.Background(), privacyaudit.Options{Name: "hand", Parts: parts, Policies: []*privacyaudit.Policy{own}, At: handNoon})
	if err != nil {
		h.t.Fatal(err)
	}
	return report.Rules[0]
}

// preferences are the JSON of a person's preferences.
func preferences(more string) string {
	return fmt.Sprintf(`{"controller":"KONE","at":%q%s}`, handNoon.Add(-time.Hour).Format(time.RFC3339), more)
}

// wrong is one thing that is wrong with a folder, and how many violations the
// rule finds.
type wrong struct {
	about string
	write func(h *hand)
	want  int
}

// try writes each folder with two persons who are as they should be, and what
// is wrong, and has it judged.
func try(t *testing.T, check, rest string, cases ...wrong) {
	t.Helper()
	for _, c := range cases {
		t.Run(check+": "+c.about, func(t *testing.T) {
			t.Parallel()
			h := handBegins(t)
			for _, name := range []string{"Ann", "Bob"} {
				id := someID(name)
				h.key("vault", id, handNoon)
				h.sealed("cloud", "fr/"+id, id, preferences(`,"favourite_floor":"1"`))
			}
			c.write(h)
			if got := h.judged(check, rest); got.Violations != c.want || got.Selected == 0 {
				t.Errorf("violations = %d, want %d; selected = %d: %v", got.Violations, c.want, got.Selected, got.Findings)
			}
		})
	}
}

func TestOpens(t *testing.T) {
	ann, bob, eve := someID("Ann"), someID("Bob"), someID("Eve")
	try(t, "opens", "",
		wrong{"What opens is as it should be.", func(h *hand) {}, 0},
		wrong{"What was sealed for another key does not open there.", func(h *hand) {
			h.set("cloud", "su/"+ann+"/"+bob, h.seal("cloud", "su/"+ann+"/"+ann, ann, preferences("")))
		}, 1},
		wrong{"What was sealed for another store does not open there.", func(h *hand) {
			h.set("cloud", "ob/"+ann+"/"+bob, h.seal("archive", "ob/"+ann+"/"+bob, ann, preferences("")))
		}, 1},
		wrong{"One byte that was changed is found.", func(h *hand) {
			v := h.seal("cloud", "fp/"+ann, ann, preferences(""))
			v[len(v)-1] ^= 1
			h.set("cloud", "fp/"+ann, v)
		}, 1},
		wrong{"What nobody can open is as an erasure leaves it.", func(h *hand) { h.sealed("cloud", "fr/"+eve, eve, preferences("")) }, 0},
		wrong{"What only somebody else could open is found.", func(h *hand) {
			h.plain("vault", "wk/"+eve, strings.Replace(h.wrapped("vault", eve), `"epoch":1`, `"epoch":9`, 1))
			h.sealed("cloud", "fr/"+eve, eve, preferences(""))
		}, 1},
	)
}

// wrapped is the JSON of a wrapped key that was not written.
func (h *hand) wrapped(store, id string) string {
	aead, err := chacha20poly1305.NewX(h.secret("provider"))
	if err != nil {
		h.t.Fatal(err)
	}
	nonce := h.nonce(24)
	b := aead.Seal(nonce, nonce, h.secret(id), []byte("provider\x00wk/"+id))
	return fmt.Sprintf(`{"controller":"KONE","at":%q,"epoch":1,"wrapped":%q}`, day(handNoon), base64.StdEncoding.EncodeToString(b))
}

func TestNonces(t *testing.T) {
	ann, bob := someID("Ann"), someID("Bob")
	again := func(h *hand, key, id, json string) {
		h.n-- // the nonce of what was sealed last
		h.sealed("cloud", key, id, json)
	}
	try(t, "nonces", "",
		wrong{"Each value has a nonce of its own.", func(h *hand) {}, 0},
		wrong{"One nonce for two records of one person is found.", func(h *hand) {
			h.sealed("cloud", "fp/"+ann, ann, preferences(""))
			again(h, "ob/"+ann+"/"+bob, ann, preferences(""))
		}, 1},
		wrong{"Two persons may meet the same nonce under their own keys.", func(h *hand) {
			h.sealed("cloud", "fp/"+ann, ann, preferences(""))
			again(h, "fp/"+bob, bob, preferences(""))
		}, 0},
		wrong{"The same value written twice gives nothing away.", func(h *hand) {
			v := h.seal("cloud", "fp/"+ann, ann, preferences(""))
			h.set("cloud", "fp/"+ann, v)
			h.set("cloud", "fp/"+ann, v)
		}, 0},
	)
}

func TestDataKeys(t *testing.T) {
	eve, ida := someID("Eve"), someID("Ida")
	// same wraps Ann's data key for another ID.
	same := func(h *hand, id string, epoch int) {
		aead, err := chacha20poly1305.NewX(h.secret("provider"))
		if err != nil {
			h.t.Fatal(err)
		}
		nonce := h.nonce(24)
		b := aead.Seal(nonce, nonce, h.secret(someID("Ann")), []byte("provider\x00wk/"+id))
		h.plain("vault", "wk/"+id, fmt.Sprintf(`{"controller":"KONE","at":%q,"epoch":%d,"wrapped":%q}`, day(handNoon), epoch, base64.StdEncoding.EncodeToString(b)))
	}
	try(t, "datakeys", "",
		wrong{"Each has a key of their own.", func(h *hand) {}, 0},
		wrong{"One key for two is found with both.", func(h *hand) { same(h, eve, 1) }, 2},
		wrong{"What is wrapped for another ID does not open.", func(h *hand) {
			h.plain("vault", "wk/"+ida, h.wrapped("vault", eve))
		}, 1},
		wrong{"What is wrapped under a key that is not there does not open.", func(h *hand) {
			h.plain("vault", "wk/"+eve, strings.Replace(h.wrapped("vault", eve), `"epoch":1`, `"epoch":2`, 1))
		}, 1},
		wrong{"What a rotation forgot is found.", func(h *hand) { h.file("keys/provider-2.key", string(h.secret("another"))) }, 2},
	)
}

func TestKeyFiles(t *testing.T) {
	made := func(h *hand, n int, act, ring, epoch string, at time.Time) {
		h.plain("ledger", fmt.Sprintf("le/%016x", n), fmt.Sprintf(`{"controller":"KONE","at":%q,"act":%q,"id":%q,"facts":{"ring":%q,"epoch":%q},"previous":"","hash":%q}`,
			at.Format(time.RFC3339Nano), act, someID(act), ring, epoch, strings.Repeat("0", 64)))
	}
	const rotation = 30*24*time.Hour + 25*time.Hour
	both := func(h *hand, at time.Time) {
		made(h, 1, "key-created", "provider", "1", at)
		made(h, 2, "key-created", "building-main", "1", at)
	}
	putAside := func(h *hand) {
		both(h, handNoon)
		h.set("building-main", "~h", nil)
		aside := filepath.Join(h.dir, "keys", "handed-over", "main")
		if err := errors.Join(os.MkdirAll(aside, 0o700), os.Rename(filepath.Join(h.dir, "keys", "building-main-1.key"), filepath.Join(aside, "building-main-1.key"))); err != nil {
			h.t.Fatal(err)
		}
	}
	try(t, "keyfiles", "",
		wrong{"One key for each ring, made in time, is as it should be.", func(h *hand) { both(h, handNoon.Add(-rotation)) }, 0},
		wrong{"A nanosecond later both should have been made anew.", func(h *hand) { both(h, handNoon.Add(-rotation-1)) }, 2},
		wrong{"A key that a later one replaced should be gone.", func(h *hand) {
			both(h, handNoon)
			made(h, 3, "key-created", "provider", "2", handNoon)
			h.file("keys/provider-2.key", string(h.secret("another")))
		}, 1},
		wrong{"A key that the ledger calls destroyed is there.", func(h *hand) {
			both(h, handNoon)
			made(h, 3, "key-destroyed", "provider", "1", handNoon)
		}, 1},
		wrong{"A key that the ledger does not know is somebody's.", func(h *hand) { made(h, 1, "key-created", "provider", "1", handNoon) }, 1},
		wrong{"Another file does not belong there.", func(h *hand) {
			both(h, handNoon)
			h.file("keys/notes.txt", "none")
		}, 1},
		wrong{"The key for frames does.", func(h *hand) {
			both(h, handNoon)
			h.file("keys/wire.key", "any")
		}, 0},
		wrong{"A key that was put aside for the building's Manager is as it should be.", func(h *hand) {
			putAside(h)
			made(h, 3, "key-handed-over", "building-main", "1", handNoon)
		}, 0},
		wrong{"One that the ledger calls destroyed is still somebody's.", func(h *hand) {
			putAside(h)
			made(h, 3, "key-handed-over", "building-main", "1", handNoon)
			made(h, 4, "key-destroyed", "building-main", "1", handNoon)
		}, 1},
		wrong{"One of which the ledger does not say that it was handed over is found.", putAside, 1},
		wrong{"A key that the ledger calls handed over lies with the provider's.", func(h *hand) {
			both(h, handNoon)
			made(h, 3, "key-handed-over", "building-main", "1", handNoon)
		}, 1},
		wrong{"The provider kept the key of a building where its service ended.", func(h *hand) {
			both(h, handNoon)
			h.set("building-main", "~h", nil)
		}, 1},
	)
}

func TestKeysAndPlaces(t *testing.T) {
	ann := someID("Ann")
	try(t, "keys", `params = { faults = ["unknown", "elsewhere", "malformed"] }`,
		wrong{"Declared keys are as they should be.", func(h *hand) {}, 0},
		wrong{"A prefix that nobody declared is found.", func(h *hand) { h.plain("cloud", "zz/"+ann, `{}`) }, 1},
		wrong{"A kind of another store is found.", func(h *hand) { h.plain("cloud", "bp/"+ann, `{}`) }, 1},
		wrong{"A mail address in a key is found.", func(h *hand) { h.plain("cloud", "fr/ann@example.com", `{}`) }, 1},
		wrong{"It is found when it was deleted, too.", func(h *hand) {
			h.plain("cloud", "fr/ann@example.com", `{}`)
			if err := h.store("cloud").Update(func(txn *badger.Txn) error { return txn.Delete([]byte("fr/ann@example.com")) }); err != nil {
				h.t.Fatal(err)
			}
		}, 2},
		wrong{"What is known to be malformed stands beside it.", func(h *hand) { h.plain("cloud", "eu/20270231/"+ann, `{}`) }, 1},
	)
	try(t, "keys", `params = { faults = ["malformed"] }`,
		wrong{"A rule about components leaves prefixes to others.", func(h *hand) { h.plain("cloud", "zz/"+ann, `{}`) }, 0},
	)
	try(t, "placed", `params = { kinds = ["building-person", "flow-preferences"], class = "building" }`,
		wrong{"Preferences of two in the cloud are not in a building.", func(h *hand) {}, 2},
		wrong{"A person who was copied to the cloud is found.", func(h *hand) { h.plain("cloud", "bp/"+ann, `{}`) }, 3},
		wrong{"A person in a building's store is where they belong.", func(h *hand) {
			h.key("building-main", ann, handNoon)
			h.sealed("building-main", "bp/"+ann, ann, preferences(`,"building":"main"`))
		}, 2},
	)
	try(t, "badger", "",
		wrong{"Records without a time to live are as they should be.", func(h *hand) {}, 0},
		wrong{"One with a time to live is found.", func(h *hand) {
			err := h.store("cloud").Update(func(txn *badger.Txn) error {
				return txn.SetEntry(badger.NewEntry([]byte("fr/"+someID("Eve")), h.seal("cloud", "fr/"+someID("Eve"), ann, preferences(""))).WithTTL(time.Hour))
			})
			if err != nil {
				h.t.Fatal(err)
			}
		}, 1},
	)
}

func TestSchema(t *testing.T) {
	ann, ida := someID("Ann"), someID("Ida")
	person := func(more string) string {
		return fmt.Sprintf(`{"controller":"KONE","at":%q,"service":"flow","name":"n","building":"main"%s}`, handNoon.Format(time.RFC3339), more)
	}
	put := func(json string) func(*hand) {
		return func(h *hand) {
			h.key("building-main", ann, handNoon)
			h.sealed("building-main", "bp/"+ann, ann, json)
		}
	}
	try(t, "schema", "",
		wrong{"Declared fields in their forms are as they should be.", put(person("")), 0},
		wrong{"A field that nobody declared is found.", put(person(`,"phone":"1"`)), 1},
		wrong{"A field in the wrong form is found.", put(person(`,"main_user":"yes"`)), 1},
		wrong{"A missing field is found.", put(strings.Replace(person(""), `"name":"n",`, "", 1)), 1},
		wrong{"The controller is another check's business.", put(strings.Replace(person(""), `"controller":"KONE",`, "", 1)), 0},
		wrong{"What should be sealed and lies open is found.", func(h *hand) { h.plain("building-main", "bp/"+ann, person("")) }, 1},
		wrong{"A value that is none is found.", func(h *hand) { h.set("cloud", "fr/"+ida, []byte("hello")) }, 1},
		wrong{"JSON that is none is found.", func(h *hand) { h.sealed("cloud", "fp/"+ann, ann, `{"controller":`) }, 1},
		wrong{"A mark that says more than a prefix is found.", func(h *hand) { h.set("cloud", "~m", []byte("Ann moved out")) }, 1},
		wrong{"After a hand-over a record is the Manager's alone.", func(h *hand) {
			h.set("building-main", "~h", nil)
			put(strings.Replace(person(""), "KONE", "Manager", 1))(h)
		}, 0},
	)
	try(t, "schema", `params = { except = ["building-person"] }`, wrong{"What other rules judge is left to them.", put(person(`,"phone":"1"`)), 0})
	try(t, "tags", "",
		wrong{"A controller that is not the kind's is found.", put(strings.Replace(person(""), "KONE", "Manager", 1)), 1},
		wrong{"After a hand-over it is the Manager.", func(h *hand) {
			h.set("building-main", "~h", nil)
			put(strings.Replace(person(""), "KONE", "Manager", 1))(h)
		}, 0},
	)
}
