package privacyaudit

import (
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// limits holds what the stores were opened with against what the statement
// allows: a period that is configured too long does no harm for so long, and so
// shows in no record. It judges the periods and counts that the rule names, and
// reads them in the configuration alone.
func init() {
	register(&Check{
		Name:  "limits",
		About: "The stores were opened with periods and counts that the statement allows.",
		Needs: NeedConfig,
		Params: []Param{
			{Name: "log_data", Form: FormDuration, About: "longest period of log data, of all buildings and of each"},
			{Name: "backups", Form: FormDuration, About: "longest period of backups"},
			{Name: "inactivity", Form: FormDuration, About: "longest time without use after which an account goes"},
			{Name: "rotation", Form: FormDuration, About: "longest period of a key-encryption key"},
			{Name: "archive", Form: FormDuration, About: "longest time in the archive"},
			{Name: "cell", Form: FormCount, About: "least people in a count"},
		},
		New: newLimits,
	})
}

func newLimits(p *Probe) (Watch, error) {
	return Watch{End: func() {
		at := finding.Place{Store: evidence.ConfigFile}
		c := p.Config.Limits
		for _, limit := range []struct {
			param, what string
			is          evidence.Span
		}{
			{"log_data", "log data", c.LogData}, {"backups", "backups", c.Backups}, {"inactivity", "inactivity", c.Inactivity},
			{"rotation", "key-encryption keys", c.Rotation}, {"archive", "the archive", c.Archive},
		} {
			most := p.Duration(limit.param, 0)
			if most == 0 {
				continue
			}
			p.Select(evidence.ConfigFile, 1)
			if is := time.Duration(limit.is); is > most {
				p.Fail(at, "the period of %s is %s, and may be %s", limit.what, inDays(is), inDays(most))
			}
		}
		if most := p.Duration("log_data", 0); most > 0 {
			for _, b := range p.Config.Buildings {
				if b.LogData == nil {
					continue
				}
				p.Select(evidence.ConfigFile, 1)
				if is := time.Duration(*b.LogData); is > most {
					p.Fail(at, "a building's period of log data is %s, and may be %s", inDays(is), inDays(most))
				}
			}
		}
		if least := p.Count("cell", 0); least > 0 {
			p.Select(evidence.ConfigFile, 1)
			if c.Cell < least {
				p.Fail(at, "counts are kept of %d people, and may be of %d or more", c.Cell, least)
			}
		}
	}}, nil
}
