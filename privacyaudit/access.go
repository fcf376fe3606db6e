package privacyaudit

import (
	"fmt"
	"slices"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// accessMetric counts who did what to which records for what.
const accessMetric = "hoistway_store_accesses_total"

// An access is one sort of accesses to the stores, as the service counted it.
type access struct {
	Store, Kind, Role, Purpose, Act string
	Denied                          bool
	Count                           int64
	Place                           finding.Place
}

func (x *access) String() string {
	role, purpose := x.Role, x.Purpose
	if role == "" {
		role = "a role that is none"
	}
	if purpose == "" {
		purpose = "no purpose"
	}
	return fmt.Sprintf("%s to %s %s records for %s", role, x.Act, x.Kind, purpose)
}

// accessesOf reads the accesses out of a dump of metrics. What cannot be read
// makes the audit incomplete.
func (a *Audit) accessesOf(t *evidence.Text) (all []*access) {
	if t.Class != evidence.MetricsText {
		return nil
	}
	samples, err := evidence.ParseMetrics(t.Body)
	if err == nil && !t.Last {
		err = fmt.Errorf("metrics of more than %d bytes are not read", evidence.Piece)
	}
	if err != nil {
		p := finding.Problem{Store: "metrics", File: t.Name, What: err.Error()}
		if !slices.Contains(a.Report.Problems, p) {
			a.Report.Problems = append(a.Report.Problems, p)
		}
		return nil
	}
	for i := range samples {
		s := &samples[i]
		if s.Name != accessMetric || s.Value <= 0 {
			continue
		}
		label := func(name string) string { v, _ := s.Label(name); return v }
		x := &access{Store: label("store"), Kind: label("kind"), Role: label("role"), Purpose: label("purpose"), Act: label("act"),
			Denied: label("allowed") != "true", Count: int64(s.Value)}
		x.Place = finding.Place{Store: "metrics", File: t.Name, Kind: x.Kind, Form: x.Role + " " + x.Act + " " + x.Purpose}
		all = append(all, x)
	}
	return all
}
