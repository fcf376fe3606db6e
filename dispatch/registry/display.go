package registry

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/dgraph-io/badger/v4"
)

// DisplayRow is one line of the display at a building's entrance: an
// apartment's number and an intercom username, and nothing else (FL:L74).
type DisplayRow struct {
	Apartment        string `json:"apartment"`
	IntercomUsername string `json:"intercom_username"` // "" where nobody in the apartment has entered one
}

// RenderDisplay puts a building's display in line with what the stores say of
// its persons. Whoever adds, changes, erases or moves out somebody calls it
// afterwards: whoever is no longer in the stores is no longer on the display.
// Where the stores are in memory, so is the display.
//
// Several may call it at the same time: the display shows what the last of them
// read.
func (r *Registry) RenderDisplay(building string) error {
	config, known := r.config(building)
	if !known {
		return fmt.Errorf("display of %s: there is no such building", building)
	}
	s, err := r.store(Building, building)
	if err != nil {
		return err
	}
	if !config.Residential || !config.Intercom {
		return r.removeDisplay(building)
	}
	// Held while the stores are read, so that what was read before somebody was
	// erased is never shown after what was read since.
	r.keeping.screen.Lock()
	defer r.keeping.screen.Unlock()
	if s.handedOver.Load() {
		return nil // whoever ends the service takes the display down
	}
	cloud, err := r.store(Cloud, "")
	if err != nil {
		return err
	}
	apartments := map[ID]string{}
	err = s.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindBuildingPerson.Prefix+"/"), func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			if err != nil {
				return err
			}
			var p BuildingPerson
			err = item.Value(func(v []byte) error { return s.decode(KindBuildingPerson, item.Key(), v, &p) })
			if err == nil && p.Apartment != "" { // of Flow only, see checkPerson
				apartments[ref.Subject] = p.Apartment
			}
			return notShredded(err)
		})
	})
	if err != nil {
		return fmt.Errorf("display of %s: %w", building, err)
	}
	var people []DisplayRow
	err = cloud.view(func(txn *badger.Txn) error {
		for subject, apartment := range apartments {
			username, err := cloud.shownUsername(txn, subject)
			if err != nil {
				return err
			}
			people = append(people, DisplayRow{apartment, username})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("display of %s: %w", building, err)
	}
	rows := displayRows(people)
	if r.o.Dir != "" {
		return writeDisplay(r.displayDir(), building, rows)
	}
	if r.keeping.displays == nil {
		r.keeping.displays = map[string][]DisplayRow{}
	}
	r.keeping.displays[building] = rows
	return nil
}

// shownUsername is the intercom username of a subject, "" where there is none or
// the subject has objected to being provided the service (FL:L78).
func (s *store) shownUsername(txn *badger.Txn, subject ID) (string, error) {
	objected, err := keyOf(Ref{Kind: KindObjection, Subject: subject, Item: ToProvide.Item()})
	if err != nil {
		return "", err
	}
	if _, err := txn.Get(objected); !errors.Is(err, badger.ErrKeyNotFound) {
		return "", err
	}
	key, err := keyOf(Ref{Kind: KindFlowPreferences, Subject: subject})
	if err != nil {
		return "", err
	}
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var p FlowPreferences
	err = item.Value(func(v []byte) error { return s.decode(KindFlowPreferences, key, v, &p) })
	return p.IntercomUsername, notShredded(err)
}

// notShredded takes a record whose key is destroyed for none: its erasure is
// under way.
func notShredded(err error) error {
	if errors.Is(err, ErrShredded) {
		return nil
	}
	return err
}

// Display reads what a building's display shows, nothing when it has none.
func (r *Registry) Display(building string) ([]DisplayRow, error) {
	r.keeping.screen.Lock()
	defer r.keeping.screen.Unlock()
	if r.o.Dir == "" {
		return slices.Clone(r.keeping.displays[building]), nil
	}
	b, err := os.ReadFile(filepath.Join(r.displayDir(), building+".json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("display of %s: %w", building, err)
	}
	var rows []DisplayRow
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, fmt.Errorf("display of %s: %w", building, err)
	}
	return rows, nil
}

func (r *Registry) displayDir() string { return filepath.Join(r.o.Dir, "displays") }

// removeDisplay takes a building's display down.
func (r *Registry) removeDisplay(building string) error {
	r.keeping.screen.Lock()
	defer r.keeping.screen.Unlock()
	delete(r.keeping.displays, building)
	if r.o.Dir == "" {
		return nil
	}
	return removeDisplay(r.displayDir(), building)
}

// displayRows are the rows of a display. An apartment has a row for each of
// its usernames; the row with its number alone is for apartments that have
// none, so that rows do not count the residents who entered nothing.
func displayRows(people []DisplayRow) []DisplayRow {
	rows := slices.Clone(people)
	slices.SortFunc(rows, func(a, b DisplayRow) int {
		return cmp.Or(compareNumbers(a.Apartment, b.Apartment), cmp.Compare(a.IntercomUsername, b.IntercomUsername))
	})
	rows = slices.Compact(rows)
	named := map[string]bool{}
	for _, row := range rows {
		named[row.Apartment] = named[row.Apartment] || row.IntercomUsername != ""
	}
	return slices.DeleteFunc(rows, func(row DisplayRow) bool {
		return row.Apartment == "" || row.IntercomUsername == "" && named[row.Apartment]
	})
}

// compareNumbers sorts 2 before 10 and 10 before 10b.
func compareNumbers(a, b string) int {
	digits := func(s string) int {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		return n
	}
	return cmp.Or(cmp.Compare(digits(a), digits(b)), cmp.Compare(a, b))
}

var displayPage = template.Must(template.New("display").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Intercom</title></head><body><table>
<tr><th>Apartment</th><th>Name at the intercom</th></tr>
{{range .}}<tr><td>{{.Apartment}}</td><td>{{.IntercomUsername}}</td></tr>
{{end}}</table></body></html>
`))

// writeDisplay replaces the files of a display: the rows for machines, for a
// plain screen and for a browser.
func writeDisplay(dir, building string, rows []DisplayRow) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("display of %s: %w", building, err)
	}
	var text, page bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(w, "%s\t%s\n", row.Apartment, row.IntercomUsername)
	}
	w.Flush()
	if err := displayPage.Execute(&page, rows); err != nil {
		return fmt.Errorf("display of %s: %w", building, err)
	}
	list, err := json.MarshalIndent(rows, "", "\t")
	if err != nil {
		return fmt.Errorf("display of %s: %w", building, err)
	}
	changed := false
	for ending, content := range map[string][]byte{".json": append(list, '\n'), ".txt": text.Bytes(), ".html": page.Bytes()} {
		if old, err := os.ReadFile(filepath.Join(dir, building+ending)); err == nil && bytes.Equal(old, content) {
			continue // a display is rendered far more often than it changes
		}
		changed = true
		if err := replaceFile(filepath.Join(dir, building+ending), content); err != nil {
			return fmt.Errorf("display of %s: %w", building, err)
		}
	}
	if !changed {
		return nil
	}
	return syncFolder(dir)
}

// removeDisplay deletes the files of a display.
func removeDisplay(dir, building string) error {
	for _, ending := range []string{".json", ".txt", ".html"} {
		if err := os.Remove(filepath.Join(dir, building+ending)); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("display of %s: %w", building, err)
		}
	}
	return nil
}

// replaceFile gives a file new content, all of it or none.
func replaceFile(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), "unfinished-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails when the file has its name
	defer f.Close()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
