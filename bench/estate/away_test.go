package estate_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/bench/estate"
	"hoistway/scenarios"
	"hoistway/twin/script"
)

func readActs(t *testing.T, dir string) (acts []estate.Act) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "truth", "acts.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var a estate.Act
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		acts = append(acts, a)
	}
	return acts
}

// checkPhones holds what the phones of erased accounts keep against what their
// users did: whoever opened the app again was told, and nothing is left there.
func checkPhones(t *testing.T, dir string) {
	t.Helper()
	told, kept, holds := map[string]bool{}, map[string]bool{}, 0
	erased := map[string]bool{}
	for _, a := range readActs(t, dir) {
		switch a.Act {
		case "erased":
			erased[a.Person] = true
		case "phone-wiped":
			told[a.Person] = true
		case "phone-kept":
			kept[a.Person] = true
		case "phone-asked":
			if a.Result != "erased" && a.Result != "not-signed-in" { // the latter when the service was started anew meanwhile
				t.Errorf("the phone of %s asked after its account was erased, and was told %q", a.Person, a.Result)
			}
		}
	}
	for person := range erased {
		if told[person] == kept[person] {
			t.Errorf("the phone of %s was told and wiped: %v; it kept what it has: %v; want one of them", person, told[person], kept[person])
		}
		left := 0
		err := filepath.WalkDir(filepath.Join(dir, "stores", "phones", strings.TrimPrefix(person, "r")), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err == nil && !d.IsDir() {
				left++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case told[person] && left > 0:
			t.Errorf("the phone of %s was told to wipe, and %d files are left", person, left)
		case kept[person] && left > 0:
			holds++
		}
	}
	if len(told) < 10 || len(kept) < 3 || holds == 0 {
		t.Errorf("%d phones were told, %d kept what they had, and %d of these hold files: too few to tell", len(told), len(kept), holds)
	}
	certified := 0
	readStore(t, dir, "ledger", func(_, value []byte) {
		if i := bytes.IndexByte(value, '{'); i >= 0 && bytes.Contains(value, []byte(`"phones-instructed"`)) {
			certified++
		}
	})
	if certified < len(told) || certified > len(erased) { // the intercom's connection is told at once, whether or not it is listened to
		t.Errorf("the ledger has %d notes of phones that were told, want %d to %d", certified, len(told), len(erased))
	}
}

// A phone whose account is erased behind its user's back is told when the app is
// opened again; one that opens only after the service was started anew is not,
// and keeps what it has.
func TestPhonesOfErasedAccounts(t *testing.T) {
	for _, row := range []struct {
		says    string
		restart bool
		want    []string
	}{
		{"it asks the service that erased the account", false, []string{"erased ", "phone-asked erased", "phone-wiped "}},
		{"the service was started anew meanwhile", true, []string{"erased ", "phone-asked not-signed-in", "phone-kept "}},
	} {
		t.Run(row.says, func(t *testing.T) {
			sc, dir := load(t, "testdata/lives.toml"), t.TempDir()
			e, err := estate.New(sc, sc.Run.Seed, 0, dir)
			if err != nil {
				t.Fatal(err)
			}
			erase := slices.IndexFunc(sc.Events, func(ev scenarios.Event) bool {
				return ev.Kind == scenarios.Erased && ev.Channel == scenarios.ByOperator
			})
			e.Do(&script.Act{At: time.Hour, Event: erase, Resident: 1})
			if row.restart {
				e.Do(&script.Act{At: 2 * time.Hour, Event: event(t, sc, scenarios.Restarted), Resident: script.None})
			}
			e.Tend(10 * 24 * time.Hour)
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range readActs(t, dir) {
				if a.Act == "erased" || strings.HasPrefix(a.Act, "phone-") {
					got = append(got, a.Act+" "+a.Result)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("what became of the phone (-want +got):\n%s", diff)
			}
		})
	}
}
