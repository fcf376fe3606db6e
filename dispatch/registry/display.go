package registry

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
)

// DisplayRow is one line of the display at a building's entrance: an
// apartment's number and an intercom username, and nothing else (FL:L74).
type DisplayRow struct {
	Apartment        string `json:"apartment"`
	IntercomUsername string `json:"intercom_username"` // "" where nobody in the apartment has entered one
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
	for ending, content := range map[string][]byte{".json": append(list, '\n'), ".txt": text.Bytes(), ".html": page.Bytes()} {
		if err := replaceFile(filepath.Join(dir, building+ending), content); err != nil {
			return fmt.Errorf("display of %s: %w", building, err)
		}
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
