package privacyaudit

import (
	"time"

	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// archive holds legal cases and the copies they keep against their deadlines: an
// open case has none, a closed one has, it lies no more than limit after the
// closing, and what it holds is gone when it has passed. A copy is of a case
// that is there, and its deadline that of the case.
//
// Whether a copy was within the scope of the hold is for the truth's checks.
func init() {
	register(&Check{
		Name:  "archive",
		About: "Copies for legal cases have a deadline once the case is closed, and are gone after it.",
		Params: []Param{
			{Name: "limit", Form: FormDuration, About: "longest time from the closing to the deadline (as configured, else 1095d)"},
			{Name: "slack", Form: FormDuration, About: "time until the sweep that follows (25h)"},
		},
		New: newArchive,
	})
}

// heldCopy is a copy that the archive keeps for a case.
type heldCopy struct {
	id       string // the case's
	deadline int64  // 0: it has none
	place    finding.Place
}

// legalCase is what a case says of its end.
type legalCase struct {
	closed, deadline int64 // 0: none
	place            finding.Place
}

func newArchive(p *Probe) (Watch, error) {
	limit := p.Duration("limit", 1095*24*time.Hour)
	if p.Config != nil {
		limit = min(limit, time.Duration(p.Config.Limits.Archive))
	}
	if !p.once() {
		return Watch{}, nil
	}
	slack := p.Duration("slack", sweepSlack)
	cases := map[string]*legalCase{}
	var copies []heldCopy
	return Watch{
		Record: func(r *Record) {
			if r.Kind == nil || r.State != Read || !r.Live() {
				return
			}
			switch r.Kind.Name {
			case "hold-case":
				cases[r.Key.Item] = &legalCase{r.instant("closed"), r.instant("deadline"), r.Place()}
			case "held-record":
				copies = append(copies, heldCopy{r.Key.Subject, r.instant("deadline"), r.Place()})
			default:
				return
			}
			p.Select(r.Source.Name, 1)
		},
		End: func() {
			due := p.At.Add(-slack).UnixNano()
			for _, id := range sortedNames(cases) {
				c := cases[id]
				switch {
				case c.closed == 0 && c.deadline != 0:
					p.Fail(c.place, "it is open, and has a deadline")
				case c.closed != 0 && c.deadline == 0:
					p.Fail(c.place, "it is closed and has no deadline, so that its copies would stay for ever")
				case c.closed != 0 && c.deadline-c.closed > int64(limit):
					p.Fail(c.place, "its deadline is %s after its closing, and may be %s", inDays(time.Duration(c.deadline-c.closed)), inDays(limit))
				case c.closed != 0 && c.deadline < due:
					p.Fail(c.place, "its deadline has passed")
				}
			}
			for _, h := range copies {
				c := cases[h.id]
				switch {
				case c == nil:
					p.Fail(h.place, "the case that keeps it is not there")
				case h.deadline != c.deadline:
					p.Fail(h.place, "its deadline is not that of its case")
				case h.deadline != 0 && h.deadline < due:
					p.Fail(h.place, "its deadline has passed")
				}
			}
			if p.selected() == 0 && len(p.Ledger) > 0 && len(p.entries("hold")) == 0 {
				p.NotApplicable("the ledger knows no legal case")
			}
		},
	}, nil
}

// instant is a field's instant in nanoseconds since 1970; 0 where it has none.
func (r *Record) instant(field string) int64 {
	b, _ := format.Member{Raw: r.Field(field)}.Text(nil)
	at, _ := format.ParseInstant(b)
	return at
}
