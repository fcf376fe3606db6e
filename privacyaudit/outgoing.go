package privacyaudit

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// An outgoing is a file of exports/ that was read.
type outgoing struct {
	*evidence.Export
	Place finding.Place
}

// outgoingOf reads a file of exports; nil for other texts, and for those that
// subjects take elsewhere. One that cannot be read is reported by bad.
func outgoingOf(t *evidence.Text, bad func(finding.Place, error)) *outgoing {
	if t.Class != evidence.ExportText || t.Number > 0 {
		return nil
	}
	place := finding.Place{Store: "exports", File: t.Name}
	if portable(t.Body) {
		return nil
	}
	e, err := evidence.ParseExport(t.Body)
	if err != nil {
		bad(place, err)
		return nil
	}
	return &outgoing{e, place}
}

// kinds are the kinds of records in it, each once, in order.
func (o *outgoing) kinds() (kinds []string) {
	for _, i := range o.Items {
		if !slices.Contains(kinds, i.Kind) {
			kinds = append(kinds, i.Kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// categories are those of the fields in it that have a value.
func (o *outgoing) categories() (categories []string) {
	for _, i := range o.Items {
		for _, f := range i.Fields {
			if f.Value != nil && !slices.Contains(categories, f.Category) {
				categories = append(categories, f.Category)
			}
		}
	}
	slices.Sort(categories)
	return categories
}

// aboutMine tells whether a rule judges what has records of these kinds: those
// of its service, and what belongs to both where its service is Flow.
func (p *Probe) aboutMine(kinds []string) bool {
	remote := len(kinds) > 0
	for _, name := range kinds {
		if k := p.Schema.Kind(name); k == nil || serviceWord(k.Service) != "remote-call" {
			remote = false
		}
	}
	if remote {
		return p.mine("remote-call")
	}
	return p.mine("flow")
}

// words are the parts of a fact that is a list.
func words(fact string) []string {
	if fact == "" {
		return nil
	}
	return strings.Split(fact, ",")
}

// without are the words of a list that are not in another.
func without(list, other []string) (rest []string) {
	for _, w := range list {
		if !slices.Contains(other, w) {
			rest = append(rest, w)
		}
	}
	return rest
}

// matches pairs what happened at the same instants: for each instant of all it
// is how many more there are of it than of others.
func matches(all, others []time.Time) map[time.Time]int {
	left := map[time.Time]int{}
	for _, at := range all {
		left[at.UTC()]++
	}
	for _, at := range others {
		left[at.UTC()]--
	}
	return left
}

// textsOf are the texts of a value in JSON, and those of a list.
func textsOf(value json.RawMessage) []string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return []string{text}
	}
	var list []string
	if json.Unmarshal(value, &list) == nil {
		return list
	}
	return nil
}
