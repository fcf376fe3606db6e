package reports

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed third_party/echarts/echarts.min.js
var chartingScript string

//go:embed charts.js
var drawingScript string

//go:embed page.css
var styles string

//go:embed page.tmpl.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what the template needs, in the order it is read.
type page struct {
	Title    string
	Kicker   string // above the title; "" = that of a run
	Subtitle string
	Verdict  verdict
	Facts    []fact
	Sections []section
	Version  string
}

// fact is a short statement with a name.
type fact struct{ Name, Value string }

// section is one heading of the page with its blocks. ID is a constant of this
// package: never text from a result.
type section struct {
	ID, Title string
	Nav       string // the title in the navigation; "" = Title
	Part      bool   // of the section before it: not in the navigation
	Lead      string
	Blocks    []block
}

// block is one piece of a section; the fields that are set are shown in this
// order.
type block struct {
	Heading string
	Text    string
	Figures []figure
	Charts  []chart // side by side where the page is wide enough
	Table   *table
	Matrix  *matrix
	Terms   []fact
	Command string
	Details string // summary line of a closed disclosure that holds the table
}

// figure is a key figure with what it means.
type figure struct {
	Name, Short string // "Average waiting time", "AWT"
	Value, Unit string
	Spread      string // the confidence interval in words
	Meaning     string
	Withheld    string // reason; set when there is no value
	Lead        bool   // one of the first row
}

// chart is one drawing. Summary is what a screen reader says instead of it.
type chart struct {
	ID, Title, Summary, Note string
	Height                   string // "", "tall" or "low": classes of page.css
	Drawing                  option
	Tables                   []table
	Open                     bool // the tables stand open
}

// table is a real table. The first cell of each row is its header.
type table struct {
	Caption string
	Columns []column
	Rows    [][]string
	Note    string
}

// column heads a column; numbers are set flush right.
type column struct {
	Name string
	Text bool
}

// columns are numeric but for the first.
func columns(first string, rest ...string) []column {
	c := []column{{first, true}}
	for _, n := range rest {
		c = append(c, column{Name: n})
	}
	return c
}

// write renders the page in memory first, so that a failure writes nothing.
func (p page) write(w io.Writer) error {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		page
		Styles            template.CSS
		Charting, Drawing template.JS
		Policy            string
	}{p, template.CSS(styles), template.JS(chartingScript), template.JS(drawingScript), policy()})
	if err != nil {
		return fmt.Errorf("report %q: %w", p.Title, err)
	}
	if _, err := directions.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("report %q: %w", p.Title, err)
	}
	return nil
}

// directions shows the characters that turn the direction of the text after
// them as unreadable ones: a name with one would turn our own words too. The
// page's fixed parts hold none.
var directions = strings.NewReplacer("\u202a", "\ufffd", "\u202b", "\ufffd", "\u202c", "\ufffd", "\u202d", "\ufffd", "\u202e", "\ufffd",
	"\u2066", "\ufffd", "\u2067", "\ufffd", "\u2068", "\ufffd", "\u2069", "\ufffd")

// policy lets the two scripts and the one style sheet in by their sums and
// nothing else: no network, no images, no frames, no forms. The charting
// script sets style attributes, which cannot carry script; style-src is for
// browsers that do not know the two narrower directives.
func policy() string {
	return "default-src 'none'; script-src '" + sum(chartingScript) + "' '" + sum(drawingScript) + "'; " +
		"style-src 'unsafe-inline'; style-src-elem '" + sum(styles) + "'; style-src-attr 'unsafe-inline'; " +
		"base-uri 'none'; form-action 'none'"
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(h[:])
}

// Charts is the number of charts on the page; the drawing script counts up to it.
func (p page) Charts() int {
	n := 0
	for _, s := range p.Sections {
		for _, b := range s.Blocks {
			n += len(b.Charts)
		}
	}
	return n
}
