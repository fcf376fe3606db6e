package finding

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// JUnit writes the report as JUnit XML that the schemas of both Ant and Jenkins
// accept. A suite for each policy has a test case for each rule; a first suite
// has one for each store that was read, and a last one the mutants of a
// self-test. There is a failure or an error exactly when the exit code is not 0:
//
//   - a failing rule fails, unless the baseline knows all of it: then it is
//     skipped with the reason, as are rules that do not apply, wait for a
//     person, or are inconclusive for a stated reason;
//   - an inconclusive rule without a stated reason, and a store that could not
//     be read in whole, are errors;
//   - a warning passes, and the suite's output tells of it.
func JUnit(w io.Writer, r *Report) error {
	if err := r.check(); err != nil {
		return fmt.Errorf("findings of %q as JUnit XML: %w", r.Name, err)
	}
	var all junitSuites
	add := func(s *junitSuite) {
		s.ID, s.Host, s.Time = len(all.Suites), "localhost", "0"
		s.Stamp = r.At.Format("2006-01-02T15:04:05")
		s.Properties = junitProperties{[]junitProperty{
			{"evidence", plain(r.Name)},
			{"at", r.At.Format(stamp)},
			{"synthetic", fmt.Sprint(r.Synthetic)},
			{"exit", fmt.Sprint(r.Exit)},
		}}
		all.Suites = append(all.Suites, s)
	}
	add(r.junitStores())
	for _, p := range r.Policies {
		add(r.junitPolicy(p))
	}
	if len(r.Mutants) > 0 {
		add(r.junitMutants())
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("BUG: JUnit XML that cannot be encoded: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

type junitSuites struct {
	XMLName xml.Name      `xml:"testsuites"`
	Suites  []*junitSuite `xml:"testsuite"`
}

// junitSuite has its children in the order that the schema of Ant demands, and
// all of them although some are empty.
type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Package    string          `xml:"package,attr"`
	ID         int             `xml:"id,attr"`
	Host       string          `xml:"hostname,attr"`
	Stamp      string          `xml:"timestamp,attr"`
	Time       string          `xml:"time,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Properties junitProperties `xml:"properties"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Skipped *string       `xml:"skipped"`
	Error   *junitFailure `xml:"error"`
	Failure *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junitName makes a name of the kind that the schema calls a token: on one
// line, with single blanks, not empty.
func junitName(s string) string {
	if s = strings.Join(strings.Fields(plain(s)), " "); s == "" {
		return "unnamed"
	}
	return s
}

func suite(name string) *junitSuite {
	return &junitSuite{Name: junitName(name), Package: "privacyaudit"}
}

func (s *junitSuite) add(name string) *junitCase {
	s.Tests++
	s.Cases = append(s.Cases, junitCase{Class: "privacyaudit." + s.Name, Name: junitName(name), Time: "0"})
	return &s.Cases[len(s.Cases)-1]
}

func (s *junitSuite) fail(c *junitCase, kind, message string, lines []string) {
	s.Failures++
	c.Failure = &junitFailure{Message: plain(message), Type: kind, Text: strings.Join(lines, "\n")}
}

func (s *junitSuite) error(c *junitCase, kind, message string, lines []string) {
	s.Errors++
	c.Error = &junitFailure{Message: plain(message), Type: kind, Text: strings.Join(lines, "\n")}
}

func skip(c *junitCase, reason string) {
	reason = plain(reason)
	c.Skipped = &reason
}

func (r *Report) junitStores() *junitSuite {
	s := suite("evidence")
	of := map[string][]string{}
	for _, p := range r.Problems {
		of[p.Store] = append(of[p.Store], p.words())
	}
	one := func(name string, problems []string) {
		c := s.add(name)
		if len(problems) > 0 {
			s.error(c, "unreadable", plural(len(problems), "problem")+": what could not be read was not judged", problems)
		}
	}
	for _, store := range r.Stores {
		one("store "+store.Name, of[store.Name])
		delete(of, store.Name)
	}
	var rest []string
	for _, p := range r.Problems {
		if of[p.Store] != nil {
			rest = append(rest, p.words())
		}
	}
	if rest != nil {
		one("evidence", rest)
	}
	if len(r.Rules) == 0 && len(r.Mutants) == 0 {
		s.error(s.add("rules"), "incomplete", "no rule was judged: name a policy", nil)
	}
	for _, m := range r.Missing {
		s.Out += plain(fmt.Sprintf("the evidence has no %s; rules that could not run: %s", m.Part, list(m.Rules))) + "\n"
	}
	for _, k := range r.Baseline {
		if k.State == Unused {
			s.Out += plain(k.words()) + "\n"
		}
	}
	return s
}

func (r *Report) junitPolicy(p Policy) *junitSuite {
	s := suite(p.Name)
	for i := range r.Rules {
		rule := &r.Rules[i]
		if rule.Policy != p.Name {
			continue
		}
		c := s.add(rule.ID + " " + rule.Title)
		lines := rule.lines()
		if r.Repeat != "" {
			lines = append(lines, "repeat with: "+plain(r.Repeat))
		}
		switch {
		case rule.Status == Fail && rule.known():
			skip(c, fmt.Sprintf("known: %s in the baseline", plural(rule.Known, "violation")))
		case rule.Status == Fail:
			s.fail(c, rule.Check, rule.reason(), lines)
		case rule.Status == Inconclusive && rule.Why == "":
			s.error(c, "inconclusive", rule.reason(), lines)
		case rule.Status == Inconclusive, rule.Status == NotApplicable, rule.Status == Manual:
			skip(c, fmt.Sprintf("%s: %s", rule.Status, rule.reason()))
		case rule.Status == Warn:
			s.Out += plain(fmt.Sprintf("%s: %s: %s", rule.Severity, rule.ID, rule.reason())) + "\n"
		}
	}
	return s
}

// lines says all of a rule that a failure should show.
func (r *Rule) lines() []string {
	lines := []string{plain(strings.TrimSpace(r.Clause + " " + r.basis()))}
	lines = append(lines, r.judged())
	for _, m := range r.Measured {
		lines = append(lines, m.words())
	}
	for _, f := range r.Findings {
		known := ""
		if f.Known {
			known = " (in the baseline)"
		}
		lines = append(lines, f.Place.words()+": "+plain(f.Message)+known)
	}
	if more := r.Violations - len(r.Findings); more > 0 && len(r.Findings) > 0 {
		lines = append(lines, fmt.Sprintf("and %s more", thousands(int64(more))))
	}
	return lines
}

func (r *Report) junitMutants() *junitSuite {
	s := suite("self-test")
	for _, m := range r.Mutants {
		c := s.add(m.Name)
		if !m.Killed {
			s.fail(c, "survivor", fmt.Sprintf("rule %s did not catch a writer that %s", m.Rule, m.What), []string{"caught by: " + plain(list(m.By))})
		}
	}
	return s
}
