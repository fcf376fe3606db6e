package reports

import (
	"strings"

	"hoistway/twin/result"
)

// foreknowledgeSection says what calling from the phone gave the people who
// call, what bounds it, what it cost and what it did to everybody.
func foreknowledgeSection(c *result.Comparison, names []string) section {
	sec := section{ID: "foreknowledge", Title: "Calling ahead", Nav: "Calling ahead",
		Lead: "The same people, once calling from the phone before they walk to the landing and once walking and pressing there. Nobody can gain more than the smaller of their wait and their walk: the bound is its mean, from the run without calls."}
	for i := range c.Foreknowledge {
		k := &c.Foreknowledge[i]
		remote := c.Runs[k.Remote]
		gain := table{Caption: names[k.Remote] + " against " + names[k.Buttons], Columns: columns("Figure", "Value")}
		add := func(name string, v *float64) {
			text := "–"
			if v != nil {
				text = difference(*v, "s")
			}
			gain.Rows = append(gain.Rows, []string{name, text})
		}
		add("Average wait of the callers when they press at the landing", k.Waited)
		add("Gain of calling ahead, paired", k.Gain)
		add("Half-width of its "+confidenceText(remote.Header.Confidence)+" interval", k.Half)
		add("Bound of the gain", k.Bound)
		gain.Rows = append(gain.Rows, []string{"Finding", k.Finding})
		all := everybodyTable(k, names)
		cost := allFigures(remote, "What it cost, "+names[k.Remote], func(name string) bool { return isRemote(name) && applies(remote, name) })
		cost.Note = strings.TrimSpace(holds(&remote.Total.Remote))
		sec.Blocks = append(sec.Blocks, block{Table: &gain}, block{Table: &all}, block{Table: &cost})
	}
	return sec
}

// everybodyTable is what calling ahead did to the figures of all people.
func everybodyTable(k *result.Foreknowledge, names []string) table {
	t := table{Caption: "Everybody in the building: " + names[k.Remote] + " less " + names[k.Buttons],
		Columns: []column{{"Figure", true}, {Name: "Difference"}, {Name: "Half-width"}, {Name: "Replications"}, {"Finding", true}}}
	for _, p := range k.Everybody {
		row := []string{measureOf(p.Metric).name, "–", "–", count(int64(p.N)), p.Finding}
		if p.Mean != nil {
			row[1] = signedDifference(*p.Mean, p.Unit)
		}
		if p.Half != nil {
			row[2] = "±\u00a0" + difference(*p.Half, p.Unit)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// foreknowledgeText is the finding about calling ahead in a sentence, and what
// differs for everybody in another.
func foreknowledgeText(k *result.Foreknowledge) string {
	text := "Calling ahead: " + k.Finding
	if k.Gain != nil {
		text += " (gain " + difference(*k.Gain, "s")
		if k.Half != nil {
			text += " ±\u00a0" + difference(*k.Half, "s")
		}
		if k.Bound != nil {
			text += ", bound " + difference(*k.Bound, "s")
		}
		text += ")"
	}
	var differ []string
	for _, p := range k.Everybody {
		switch p.Finding {
		case result.Better, result.Worse:
			differ = append(differ, lowerFirst(measureOf(p.Metric).name)+" "+signedDifference(*p.Mean, p.Unit))
		}
	}
	switch {
	case len(differ) > 0:
		return text + ". Everybody: " + strings.Join(differ, ", ") + "."
	case len(k.Everybody) > 0:
		return text + ". Everybody: no difference shown."
	}
	return text + "."
}

// difference is a quantity with one digit more: differences are small.
func difference(v float64, unit string) string {
	return joined(number(v, decimals(unit, v)+1), unit)
}

func signedDifference(v float64, unit string) string {
	if v > 0 {
		return "+" + difference(v, unit)
	}
	return difference(v, unit)
}

// applies tells whether a metric means something for a run.
func applies(f *result.File, metric string) bool { return result.Inapplicable(metric, &f.Header) == "" }
