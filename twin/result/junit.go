package result

import (
	"encoding/xml"
	"fmt"
	"io"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr,omitempty"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitFailure `xml:"failure"`
	Skipped *junitSkipped `xml:"skipped"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes junit.xml: one test suite per file and one test case per
// expectation; one that does not apply is skipped. It carries no times, so that the same results give the same bytes.
func WriteJUnit(w io.Writer, files []*File) error {
	var all junitSuites
	for _, f := range files {
		name := f.Header.Scenario + " under " + f.Header.Dispatcher
		s := junitSuite{Name: name, Tests: len(f.Verdicts)}
		for _, v := range f.Verdicts {
			c := junitCase{Class: "hoistway." + f.Header.Scenario + "." + f.Header.Dispatcher, Name: v.Text}
			switch {
			case v.Unasked != "":
				s.Skipped++
				c.Skipped = &junitSkipped{v.Unasked}
			case !v.Pass:
				s.Failures++
				c.Failure = &junitFailure{v.Why, fmt.Sprintf("expected: %s\nfound: %s\nrepeat with: %s", v.Text, v.Why, f.Header.Repeat)}
			}
			s.Cases = append(s.Cases, c)
		}
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Suites = append(all.Suites, s)
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("junit.xml: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}
