package result

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// WriteCSV writes summary.csv: for every file one row per metric over all
// replications (replication "all"), then one row per metric and replication.
// Withheld values are empty and carry their reason.
func WriteCSV(w io.Writer, files []*File) error {
	t := csv.NewWriter(w)
	t.Write([]string{"scenario", "dispatcher", "replication", "metric", "unit", "value", "half_width", "n", "withheld_reason"})
	for _, f := range files {
		for _, d := range metrics {
			m := f.Metrics[d.Name]
			if m == nil {
				return fmt.Errorf("summary.csv: the result of %s under %s has no metric %s", f.Header.Scenario, f.Header.Dispatcher, d.Name)
			}
			t.Write([]string{f.Header.Scenario, f.Header.Dispatcher, "all", d.Name, d.Unit, number(m.Value), number(m.Half), strconv.Itoa(m.N), m.Withheld})
		}
		for _, r := range f.Replications {
			for _, d := range metrics {
				v, withheld := d.Of(&f.Header, r.Summary)
				value, n := &v, "1"
				if withheld != "" {
					value, n = nil, "0"
				}
				t.Write([]string{f.Header.Scenario, f.Header.Dispatcher, strconv.Itoa(r.Rep), d.Name, d.Unit, number(value), "", n, withheld})
			}
		}
	}
	t.Flush()
	return t.Error()
}

// WriteComparisonCSV writes one row per metric and run held against the base.
// Runs are named by their dispatchers and, where that is compared, by the way
// of calling.
func WriteComparisonCSV(w io.Writer, c *Comparison) error {
	t := csv.NewWriter(w)
	t.Write([]string{"scenario", "base", "dispatcher", "metric", "unit", "mean_difference", "half_width", "n", "finding"})
	names := Names(c.Runs)
	for _, p := range c.Pairs {
		t.Write([]string{c.Runs[0].Header.Scenario, names[0], names[p.B], p.Metric, p.Unit, number(p.Mean), number(p.Half), strconv.Itoa(p.N), p.Finding})
	}
	t.Flush()
	return t.Error()
}

// number is a value in full, "" for none.
func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}
