package evidence

import (
	"errors"
	"fmt"
	"html"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Display is what the display at one building's entrances shows.
type Display struct {
	Building string
	Rows     []DisplayRow // of the JSON file, in its order

	// Faults say how the three files of the display do not agree, by file and
	// row and without what stands there. None: they show the same.
	Faults []string
}

// DisplayRow is one apartment.
type DisplayRow struct {
	Apartment string `json:"apartment"`
	Username  string `json:"intercom_username"` // "" = nobody there entered one
}

// Displays reads the displays, sorted by building. With an error, which names
// what cannot be read, it gives the others. A file that is no display's is among
// the Texts as unknown.
func (p Parts) Displays() ([]Display, error) {
	nodes, err := p.tree()
	errs := []error{err}
	files := map[string]map[string][]byte{} // by building and ending
	var order []string
	for _, n := range nodes {
		class, building := textClass(n.name)
		if n.dir || class != DisplayText {
			continue
		}
		b, err := readWhole(n.path)
		if err != nil {
			errs = append(errs, fmt.Errorf("evidence: %w", err))
			continue
		}
		if files[building] == nil {
			files[building] = map[string][]byte{}
			order = append(order, building)
		}
		files[building][filepath.Ext(n.name)] = b
	}
	slices.Sort(order)
	var displays []Display
	for _, building := range order {
		d, err := ParseDisplay(files[building][".json"], files[building][".txt"], files[building][".html"])
		if err != nil {
			errs = append(errs, fmt.Errorf("evidence: stores/displays/%s: %w", building, err))
			continue
		}
		d.Building = building
		displays = append(displays, *d)
	}
	return displays, errors.Join(errs...)
}

// ParseDisplay reads the three files of a display: for machines, for a plain
// screen, for a browser. A nil file is not there, which is a fault of the
// display unless it is the list, which is an error.
func ParseDisplay(list, text, page []byte) (*Display, error) {
	if list == nil {
		return nil, errors.New("the .json file is not there")
	}
	d := &Display{}
	if err := decode(list, &d.Rows); err != nil {
		return nil, fmt.Errorf(".json: %w", err)
	}
	for i, row := range d.Rows {
		if row.Apartment == "" {
			return nil, fmt.Errorf(".json: row %d has no apartment", i+1)
		}
	}
	if text == nil {
		d.Faults = append(d.Faults, "the .txt file is not there")
	} else {
		d.agrees(".txt", textRows(text, d.Rows))
	}
	if page == nil {
		d.Faults = append(d.Faults, "the .html file is not there")
		return d, nil
	}
	rows, err := pageRows(page)
	if err != nil {
		d.Faults = append(d.Faults, ".html: "+err.Error())
		return d, nil
	}
	d.agrees(".html", rows)
	return d, nil
}

// agrees notes where rows are not those of the list.
func (d *Display) agrees(file string, rows []DisplayRow) {
	for i := range max(len(rows), len(d.Rows)) {
		switch {
		case i >= len(rows):
			d.Faults = append(d.Faults, fmt.Sprintf("%s: row %d of the list is not there", file, i+1))
		case i >= len(d.Rows):
			d.Faults = append(d.Faults, fmt.Sprintf("%s: row %d is not in the list", file, i+1))
		case rows[i] != d.Rows[i]:
			d.Faults = append(d.Faults, fmt.Sprintf("%s: row %d is another than the list's", file, i+1))
		}
	}
}

// textRows splits the lines of the plain screen: an apartment, blanks, a
// username. Blanks may stand in both, so that a line is split where the list's
// row would be, if it is that row.
func textRows(text []byte, want []DisplayRow) []DisplayRow {
	var rows []DisplayRow
	all := strings.TrimSuffix(string(text), "\n")
	if all == "" {
		return nil
	}
	for i, line := range strings.Split(all, "\n") {
		if i < len(want) {
			rest, ok := strings.CutPrefix(line, want[i].Apartment)
			name := strings.TrimLeft(rest, " ")
			if ok && len(name) < len(rest) && strings.TrimLeft(want[i].Username, " ") == name {
				rows = append(rows, want[i])
				continue
			}
		}
		apartment, name, _ := strings.Cut(line, "  ")
		rows = append(rows, DisplayRow{apartment, strings.TrimLeft(name, " ")})
	}
	return rows
}

// markup are the elements that a page may have before its table. A script, a
// style or an attribute could show what the list does not have.
var markup = regexp.MustCompile(`<!DOCTYPE html>|</?html( lang="[a-z-]+")?>|</?head>|<meta charset="utf-8">|<title>[^<]*</title>|<body>`)

// pageRows takes the rows out of the browser's page: rows of one table with two
// cells each, below a row of headings.
func pageRows(page []byte) ([]DisplayRow, error) {
	before, rest, ok := strings.Cut(string(page), "<table>")
	if !ok {
		return nil, errors.New("has no table")
	}
	if strings.TrimSpace(markup.ReplaceAllString(before, "")) != "" {
		return nil, errors.New("shows something before the table, or has more than a title there")
	}
	table, behind, ok := strings.Cut(rest, "</table>")
	if !ok {
		return nil, errors.New("has a table without end")
	}
	if strings.TrimSpace(strings.NewReplacer("</body>", "", "</html>", "").Replace(behind)) != "" {
		return nil, errors.New("shows something behind the table")
	}
	var rows []DisplayRow
	head := true
	for len(strings.TrimSpace(table)) > 0 {
		row, more, ok := strings.Cut(strings.TrimSpace(table), "</tr>")
		row, begins := strings.CutPrefix(row, "<tr>")
		if !ok || !begins {
			return nil, fmt.Errorf("has something that is no row behind row %d", len(rows))
		}
		table = more
		if head && strings.HasPrefix(row, "<th>") {
			head = false
			continue
		}
		head = false
		cells := strings.Split(row, "</td>")
		if len(cells) != 3 || strings.TrimSpace(cells[2]) != "" {
			return nil, fmt.Errorf("has no two cells in row %d", len(rows)+1)
		}
		var values [2]string
		for i := range values {
			cell, ok := strings.CutPrefix(strings.TrimLeft(cells[i], " \n"), "<td>")
			if !ok || strings.ContainsAny(cell, "<>") {
				return nil, fmt.Errorf("has more than text in row %d", len(rows)+1)
			}
			values[i] = html.UnescapeString(cell)
		}
		rows = append(rows, DisplayRow{values[0], values[1]})
	}
	return rows, nil
}
