package result

import (
	"fmt"
	"strings"
)

// foreknowledge says what calling from the phone gave, what bounds it and what
// it cost.
func (p *page) foreknowledge(c *Comparison, k *Foreknowledge) {
	remote := c.Runs[k.Remote]
	p.line("people who call from the phone, %s: calling ahead against pressing at the landing", remote.Header.Dispatcher)
	given := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.2f s", *v)
	}
	p.row("%-38s %12s %12s", "", "value", fmt.Sprintf("± (%v %%)", 100*remote.Header.Confidence))
	p.row("%-38s %12s", "average wait when they press", given(k.Waited))
	half := ""
	if k.Half != nil {
		half = given(k.Half)
	}
	p.row("%-38s %12s %12s", "gain of calling ahead", given(k.Gain), half)
	p.row("%-38s %12s", "bound: mean of min(wait, walk)", given(k.Bound))
	p.paragraph("      ", "finding: "+k.Finding)
	p.row("%-38s", "what it cost")
	p.remoteFigures(remote, "  ")
	p.notes()
	p.paragraph("      ", "everybody: "+everybody(k))
}

// everybodyLabels are short names for the figures of all people.
var everybodyLabels = map[string]string{"awt": "wait", "awt_to_boarding": "wait to boarding", "att": "transit", "ttd": "time to destination",
	"wait_p90": "wait p90", "wait_over_60": "waits over 60 s", "ttd_p90": "time to destination p90", "squared_wait": "squared wait"}

// everybody says how calling ahead changed the figures of all people: first
// those that differ, then those of which that cannot be said.
func everybody(k *Foreknowledge) string {
	var differ, same, missing []string
	for _, e := range k.Everybody {
		label := everybodyLabels[e.Metric]
		switch {
		case e.Finding == Better || e.Finding == Worse:
			differ = append(differ, fmt.Sprintf("%s %s ± %s (%s)", label, signed(*e.Mean, e.Unit), strings.TrimPrefix(signed(*e.Half, e.Unit), "+"), e.Finding))
		case e.Finding == NoDifference:
			same = append(same, label)
		default:
			missing = append(missing, label)
		}
	}
	var parts []string
	if len(differ) > 0 {
		parts = append(parts, strings.Join(differ, ", "))
	}
	if len(same) > 0 {
		parts = append(parts, NoDifference+": "+strings.Join(same, ", "))
	}
	if len(missing) > 0 {
		parts = append(parts, "not given: "+strings.Join(missing, ", "))
	}
	return strings.Join(parts, "; ")
}
