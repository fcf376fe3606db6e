package privacyaudit

import (
	"slices"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// logs holds the logs of buildings against their declarations in the
// configuration: a log, or a field in one, that the building's Manager did not
// order is a violation. A declared log of which nothing is there is none: it is
// measured.
//
// logages holds the age of their records against the retention that the Manager
// declared. A declaration without one would keep a log for ever, and is a
// violation by itself. What the provider handed over is judged at the instant of
// the hand-over: what came later is for whoever has the building since.
func init() {
	register(&Check{
		Name:  "logs",
		About: "Logs of buildings are declared for their building, and have declared fields only.",
		Needs: NeedConfig,
		New:   newLogs,
	})
	register(&Check{
		Name:  "logages",
		About: "Every declared log has a retention, and no record of it is older, in sight or in the files.",
		Needs: NeedConfig,
		Params: []Param{
			{Name: "slack", Form: FormDuration, About: "time until the sweep that follows (25h)"},
			{Name: "lag_share", Form: FormNumber, About: "for which part of the retention deleted records may stay in the files (0.1)"},
			{Name: "longest_lag", Form: FormDuration, About: "and at most for how long (7d)"},
		},
		New: newLogAges,
	})
}

// declaredLogs finds declarations of logs without searching for each record.
type declaredLogs map[string]map[string]*evidence.LogConfig

func declaredIn(c *evidence.Config) declaredLogs {
	all := declaredLogs{}
	for i := range c.Buildings {
		b := &c.Buildings[i]
		all[b.Name] = map[string]*evidence.LogConfig{}
		for j := range b.Logs {
			all[b.Name][b.Logs[j].Name] = &b.Logs[j]
		}
	}
	return all
}

// none is said of a rule about logs that selected nothing.
func (d declaredLogs) none(p *Probe) {
	for _, logs := range d {
		if len(logs) > 0 {
			return
		}
	}
	if p.selected() == 0 {
		p.NotApplicable("no building has a log of its own, by the configuration")
	}
}

func newLogs(p *Probe) (Watch, error) {
	declared := declaredIn(p.Config)
	seen := map[*evidence.LogConfig]bool{}
	var members []format.Member
	return Watch{
		Record: func(r *Record) {
			if r.KindName() != "building-log" || r.Deleted {
				return
			}
			p.Select(r.Source.Name, 1)
			log := declared[r.Source.Building][r.Key.Log]
			if log == nil {
				p.Fail(r.Place(), "it is of a log that the building's configuration does not declare")
				return
			}
			seen[log] = true
			if r.State != Read {
				return
			}
			var err error
			if members, err = format.Parse(members[:0], r.Field("fields")); err != nil {
				p.Fail(r.Place(), "its fields cannot be read: %v", err)
				return
			}
			undeclared := 0
			for _, m := range members {
				if !slices.Contains(log.Fields, string(m.Name)) {
					undeclared++
				}
			}
			if undeclared > 0 {
				p.Fail(r.Place(), "%s of its fields the building's configuration does not declare", counted(undeclared, "value"))
			}
		},
		End: func() {
			all := 0
			for _, logs := range declared {
				all += len(logs)
			}
			p.Measure(finding.Measure{Name: "declared logs", Value: float64(all)})
			p.Measure(finding.Measure{Name: "declared logs of which nothing is there", Value: float64(all - len(seen))})
			declared.none(p)
		},
	}, nil
}

func newLogAges(p *Probe) (Watch, error) {
	slack, share, longest := p.Duration("slack", sweepSlack), p.Number("lag_share", 0.1), p.Duration("longest_lag", 7*24*time.Hour)
	declared := declaredIn(p.Config)
	var left map[string]*Entry // ends of the service in buildings; read with the first record
	const percent = time.Duration(1000)
	seen := newAges(100 * percent)
	return Watch{
		Record: func(r *Record) {
			if r.KindName() != "building-log" || r.State == Gone || r.State == Mark {
				return
			}
			log := declared[r.Source.Building][r.Key.Log]
			if log == nil || log.Retention == nil || *log.Retention == 0 {
				return // the one is for the check logs, the other is said below
			}
			p.Select(r.Source.Name, 1)
			at := p.At
			if r.Source.HandedOver {
				if left == nil {
					left = p.ended()
				}
				if end := left[r.Source.Building]; end != nil {
					at = end.At
				}
			}
			age, ok := p.age(r, at)
			if !ok {
				p.Fail(r.Place(), "it does not say when it was collected, so that it would stay for ever")
				return
			}
			if r.Source.HandedOver && age < 0 && !r.At().After(p.At) {
				return // written since
			}
			limit := time.Duration(*log.Retention)
			seen.add(time.Duration(float64(age) / float64(limit) * float64(100*percent)))
			p.judgeAge(r, age, limit, slack, min(time.Duration(share*float64(limit)), longest)+sweepLag)
		},
		End: func() {
			for _, b := range p.Config.Buildings {
				for _, l := range b.Logs {
					p.Select("registry.json", 1)
					if l.Retention == nil || *l.Retention == 0 {
						p.Fail(finding.Place{Store: "registry.json"}, "a log of a building is declared without a retention, and would stay for ever")
					}
				}
			}
			if p.selected() > 0 {
				p.Report.Ages = append(p.Report.Ages, seen.histogram("age of "+p.Rule.ID, p.Rule.ID, "% of the retention", percent))
			}
			declared.none(p)
		},
	}, nil
}
