package privacyaudit

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// What subjects were given, file by file, held against the truth: the aspects
// review and portable of the check rights.

// text judges one file.
func (x *rights) text(t *evidence.Text) {
	if t.Class != evidence.ExportText || t.Number > 0 {
		return
	}
	place := finding.Place{Store: "exports", File: t.Name}
	if portable(t.Body) {
		x.port(place, t.Body)
		return
	}
	o := outgoingOf(t, func(finding.Place, error) {}) // that it cannot be read is the check transfer's
	if o == nil || o.Form != evidence.Answer || !x.mine(o.Service) {
		return
	}
	x.answers = append(x.answers, o.At)
	if !x.judges("review") {
		return
	}
	x.Select("exports", 1)
	found := map[string]bool{}
	for _, i := range o.Items {
		for _, f := range i.Fields {
			for _, text := range plainTexts(f.Value) {
				found[text] = true
			}
		}
	}
	x.compare(place, o.At, found, func(c *evidence.Canary) bool { return true })
}

// port judges one file that a subject takes elsewhere.
func (x *rights) port(place finding.Place, body []byte) {
	p, err := parsePort(body)
	switch {
	case err != nil:
		if x.judges("portable") && x.mine("flow") {
			x.Select("exports", 1)
			x.Fail(place, "it cannot be taken in elsewhere: %v", err)
		}
		return
	case !x.mine(p.Service):
		return
	}
	x.answers = append(x.answers, p.At)
	if !x.judges("portable") {
		return
	}
	x.Select("exports", 1)
	found := map[string]bool{}
	p.values(func(_, text string) { found[text] = true })
	x.compare(place, p.At, found, func(c *evidence.Canary) bool { return c.Store == "cloud" })
}

// compare holds the values of a file against those that the truth has of the
// subject whose mail address stands in it.
func (x *rights) compare(place finding.Place, at time.Time, found map[string]bool, home func(*evidence.Canary) bool) {
	var subject string
	for _, text := range sortedNames(found) {
		if c := x.mails[text]; c != nil && c.Field == "email" {
			if subject != "" && subject != c.Subject {
				x.Fail(place, "it has the mail addresses of several people")
				return
			}
			subject = c.Subject
		}
	}
	if subject == "" {
		x.Fail(place, "it does not tell whose it is: the account is missing")
		return
	}
	for _, text := range sortedNames(found) {
		if c := x.mails[text]; c != nil && c.Subject != subject {
			x.Fail(place, "it has another person's %s", plainField(c.Field))
		}
	}
	missing := map[string]bool{}
	for _, c := range x.values[subject] {
		if !found[c.Value] && home(c) && x.due(c, at) && x.exportable(subject, c, at) {
			missing[plainField(c.Field)] = true
		}
	}
	for _, name := range sortedNames(missing) {
		x.Fail(place, "the subject's %s is missing", name)
	}
}

// due tells whether a value stood in a place of ours at an instant, with
// certainty: what came or went at that very instant may be there or not.
func (x *rights) due(c *evidence.Canary, at time.Time) bool {
	if !at.After(c.From) || c.Until != nil && !at.Before(*c.Until) {
		return false
	}
	building, ok := strings.CutPrefix(c.Store, "building-")
	if !ok {
		return c.Store == "cloud"
	}
	end := x.endOf(building)
	return end == nil || at.Before(end.At)
}

// endOf is the entry by which the service ended in a building; nil for none.
func (x *rights) endOf(building string) *Entry {
	if x.ends == nil {
		x.ends = x.ended()
	}
	return x.ends[building]
}

// exportable tells whether the truth has a value among those that exports have.
func (x *rights) exportable(subject string, c *evidence.Canary, at time.Time) bool {
	return slices.ContainsFunc(x.values[subject], func(o *evidence.Canary) bool {
		return o.Store == "exports" && o.Field == c.Field && o.Value == c.Value && (o.Until == nil || at.Before(*o.Until))
	})
}

// plainTexts are the texts of a value, and a number as text.
func plainTexts(value json.RawMessage) []string {
	texts := textsOf(value)
	var n json.Number
	if len(texts) == 0 && len(value) > 0 && value[0] != '"' && json.Unmarshal(value, &n) == nil {
		texts = append(texts, n.String())
	}
	return texts
}
