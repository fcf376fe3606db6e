package reports

import (
	"errors"
	"fmt"
	"io"

	"hoistway/bench/load/outcome"
)

// Load writes the report of a load run. A result that does not hold together is
// an error, and nothing is written then.
func Load(w io.Writer, f *outcome.File) error {
	if f == nil {
		return errors.New("report: there is no load result; run a load first")
	}
	if err := f.Check(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return loadPage(f).write(w)
}

func loadPage(f *outcome.File) page {
	return page{Title: "Load on " + f.Target, Kicker: "Hoistway load run", Version: f.Tool}
}
