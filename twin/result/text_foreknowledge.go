package result

import "fmt"

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
	for _, r := range remoteFigures {
		p.figure(remote, r.metric, "  "+r.label)
	}
	p.notes()
}
