package registry

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

var (
	periodForm    = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)
	dimensionForm = regexp.MustCompile(`^[\p{L}\p{N} .,+_-]{1,40}$`)
	clockForm     = regexp.MustCompile(`[0-9]:[0-9]`)
)

// mostDimensions bounds how finely people are told apart.
const mostDimensions = 4

// Publish adds the counts of months that are over (Period, YYYY-MM) to the
// analytics, and tells how many cells it left out because fewer than
// Limits.Cell people stand behind them. A month is published once: counts that
// are added later would show what changed, which is about few people, so cells
// of a month that has some already are an error, and nothing is stored.
//
// A cell names neither a person nor an instant. Publish refuses dimensions
// that look like it; hours are the finest time.
func (r *Registry) Publish(cells []AggregateCell) (suppressed int, err error) {
	s, err := r.store(Analytics, "")
	if err != nil {
		return 0, err
	}
	now := r.o.Now().UTC()
	seen := map[string]bool{}
	for i := range cells {
		c := &cells[i]
		wrong := func(format string, args ...any) (int, error) {
			return 0, fmt.Errorf("analytics: cell %d: %w", i+1, fmt.Errorf(format, args...))
		}
		if !periodForm.MatchString(c.Period) || c.Period >= now.Format("2006-01") {
			return wrong("period %q; a period is a month that is over, such as 2026-03", c.Period)
		}
		if err := checkCell(c); err != nil {
			return wrong("%w", err)
		}
		name := c.Period + fmt.Sprint(c.Dimensions) // prints maps in order of their keys
		if seen[name] {
			return wrong("it has the period and dimensions of an earlier one; add them up")
		}
		seen[name] = true
	}
	err = s.update(func(txn *badger.Txn) error {
		suppressed = 0
		published := map[string]bool{}
		err := eachKey(txn, []byte(KindAggregateCell.Prefix+"/"), func(item *badger.Item) error {
			var stands AggregateCell
			err := item.Value(func(v []byte) error { return s.decode(KindAggregateCell, item.Key(), v, &stands) })
			published[stands.Period] = true
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range cells {
			if published[c.Period] {
				return fmt.Errorf("analytics: %s has been published; a month is published once, when it is over", c.Period)
			}
			if c.People < r.o.Limits.Cell {
				suppressed++
				continue
			}
			c.Dimensions = maps.Clone(c.Dimensions)
			// The instant says when the month was published, to the day.
			c.Meta = Meta{Controller: KindAggregateCell.Controller, Processor: KindAggregateCell.Processor, At: now.Truncate(wholeDay)}
			ref := Ref{Kind: KindAggregateCell, Item: r.o.IDs.New()}
			key, err := keyOf(ref)
			if err != nil {
				return err
			}
			value, err := s.encode(ref, key, &c, false)
			if err != nil {
				return err
			}
			if err := txn.Set(key, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return suppressed, nil
}

// checkCell refuses what could be about one person.
func checkCell(c *AggregateCell) error {
	switch {
	case c.People < 0 || c.Count < 0:
		return errors.New("a count is negative")
	case c.Building != "":
		return errors.New("it names a building; few people live in one")
	case len(c.Dimensions) == 0 || len(c.Dimensions) > mostDimensions:
		return fmt.Errorf("it has %d dimensions; there are 1 to %d", len(c.Dimensions), mostDimensions)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Dimensions)) {
		value := c.Dimensions[name]
		switch {
		case !forms[FormWord].MatchString(name):
			return errors.New("a dimension's name is no word in lower case")
		case !dimensionForm.MatchString(value):
			return fmt.Errorf("dimension %s: its value has other characters than letters, digits, spaces and . , + _ -, or more than 40", name)
		case ID(value).Valid() || longNumber.MatchString(value):
			return fmt.Errorf("dimension %s: its value looks like an identifier", name)
		case clockForm.MatchString(value) || strings.Contains(name, "minute") || strings.Contains(name, "second"):
			return fmt.Errorf("dimension %s: hours are the finest time", name)
		}
	}
	return nil
}
