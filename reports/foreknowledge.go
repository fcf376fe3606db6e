package reports

import "hoistway/twin/result"

// foreknowledgeSection says what calling from the phone gave the people who
// call, what bounds it and what it cost.
func foreknowledgeSection(c *result.Comparison, names []string) section {
	sec := section{ID: "foreknowledge", Title: "Calling ahead", Nav: "Calling ahead",
		Lead: "The same people, once calling from the phone before they walk to the landing and once walking and pressing there. Nobody can gain more than the smaller of their wait and their walk: the bound is its mean, from the run without calls."}
	for _, k := range c.Foreknowledge {
		remote := c.Runs[k.Remote]
		gain := table{Caption: names[k.Remote] + " against " + names[k.Buttons], Columns: columns("Figure", "Value")}
		add := func(name string, v *float64) {
			text := "–"
			if v != nil {
				text = quantity(*v, "s")
			}
			gain.Rows = append(gain.Rows, []string{name, text})
		}
		add("Average wait of the callers when they press at the landing", k.Waited)
		add("Gain of calling ahead, paired", k.Gain)
		add("Half-width of its "+confidenceText(remote.Header.Confidence)+" interval", k.Half)
		add("Bound of the gain", k.Bound)
		gain.Rows = append(gain.Rows, []string{"Finding", k.Finding})
		cost := allFigures(remote, "What it cost, "+names[k.Remote], isRemote)
		sec.Blocks = append(sec.Blocks, block{Table: &gain}, block{Table: &cost})
	}
	return sec
}
