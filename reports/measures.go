package reports

import (
	"slices"
	"strings"

	"hoistway/twin/result"
)

// measure is a metric in words that need no training.
type measure struct {
	metric, name, short, meaning string
}

// measures are the known metrics in the order a report lists them.
var measures = []measure{
	{"awt", "Average waiting time", "AWT", "From arriving at the landing until the doors of the answering car begin to open."},
	{"wait_p90", "90 % waited no longer than", "90th percentile", "Nine people in ten had a waiting time of at most this; one in ten waited longer."},
	{"ttd", "Average time to destination", "ATTD", "From arriving at the first landing until having left the last car: waiting and riding together."},
	{"handling_capacity", "Handling capacity", "", "People carried away in the measured window, in % of the building's population per five minutes."},
	{"att", "Average transit time", "ATT", "From the doors beginning to open for a person until that person has left the car: boarding, riding, leaving."},
	{"wait_over_60", "Waited more than 60 s", "", "The share of waiting times above one minute, the ones people complain about."},
	{"car_load", "Load leaving the lobby", "", "How full cars leave the main floor upward, on average, in % of the load they are rated for."},
	{"interval", "Interval", "", "The average time between two cars leaving the main floor."},
	{"queue_max", "Longest queue", "", "The most people waiting on one floor at the same moment."},
	{"awt_to_boarding", "Average waiting time to boarding", "", "From arriving at the landing until having entered the car; longer than the waiting time by door opening and boarding."},
	{"wait_p50", "Half waited no longer than", "median", "One waiting time in two was at most this."},
	{"wait_p95", "95 % waited no longer than", "95th percentile", "Nineteen waiting times in twenty were at most this."},
	{"wait_p99", "99 % waited no longer than", "99th percentile", "Ninety-nine waiting times in a hundred were at most this."},
	{"wait_max", "Longest waiting time", "", "The longest wait of anybody who was measured."},
	{"wait_over_30", "Waited more than 30 s", "", "The share of waiting times above 30 seconds."},
	{"wait_over_90", "Waited more than 90 s", "", "The share of waiting times above 90 seconds."},
	{"squared_wait", "Mean square of the waiting time", "", "Weighs long waits more than short ones: one wait of 60 s counts as much as four of 30 s."},
	{"transit_p90", "90 % of transit times at most", "90th percentile", "Nine transit times in ten were at most this."},
	{"ttd_p50", "Half reached their floor within", "median", "One time to destination in two was at most this."},
	{"ttd_p90", "90 % reached their floor within", "90th percentile", "Nine times to destination in ten were at most this."},
	{"ttd_p95", "95 % reached their floor within", "95th percentile", "Nineteen times to destination in twenty were at most this."},
	{"ttd_max", "Longest time to destination", "", "The longest time to destination of anybody who was measured."},
	{"answer_mean", "Landing calls answered within, on average", "", "From a landing call being registered until the answering doors begin to open. One call may stand for several people."},
	{"answer_p90", "90 % of landing calls answered within", "90th percentile", "Nine landing calls in ten were answered in at most this."},
	{"passengers", "People measured", "", "Journeys that began inside the measured window, whatever became of them."},
	{"served", "Journeys completed", "", "Persons whose journey began in the measured window and reached its destination. A journey with a change of bank counts once."},
	{"abandoned", "Gave up", "", "People whose patience ran out at the landing."},
	{"no_show", "Did not come", "", "People who called from the phone and never came."},
	{"refused", "People turned away", "", "At the entrance or by the group controller; they did not ride. The reasons are listed under Outcomes."},
	{"censored", "Unfinished", "", "People still waiting or riding when the run ended."},
	{"served_pct", "Journeys completed, share", "", "Of all journeys begun in the measured window."},
	{"abandoned_pct", "Gave up, share", "", "Of all journeys begun in the measured window."},
	{"no_show_pct", "Did not come, share", "", "Of all journeys begun in the measured window."},
	{"refused_pct", "People turned away, share", "", "Of all journeys begun in the measured window."},
	{"censored_pct", "Unfinished, share", "", "Of all journeys begun in the measured window."},
	{"remote_awt", "Average waiting time after a remote call", "", "As the average waiting time: it runs from arriving at the landing, never from the call."},
	{"remote_call_to_board", "Remote call to boarding", "", "From the call on the phone until having entered the car; it contains the walk."},
	{"remote_slack", "Doors open before the caller came", "", "How long the answering doors had been opening or open when the caller arrived; 0 if the car came later."},
	{"remote_no_show_pct", "Remote callers who did not come", "", "The share of remote calls whose caller never came."},
	{"held_mean", "Car held for a walker", "", "Average time a car kept its doors open for a remote caller still walking, per stop at which it did so."},
	{"held_per_call", "Car held for walkers, per remote call", "", "The time cars kept their doors open for remote callers still walking, divided by the remote calls."},
	{"held_total", "Car held for walkers, in all", "", "The same time summed over the cars, the measured window and the replications."},
	{"remote_late", "Remote callers came late by", "", "Average time by which a remote caller came after the instant they were expected; 0 if earlier."},
	{"remote_missed_pct", "Remote callers who missed the car", "", "The share of remote calls whose caller found the car gone and called again from the landing."},
	{"no_show_stops", "Stops made for nobody", "", "The share of stops that answered remote callers who never came, and at which nobody entered or left."},
	{"no_show_door_time", "Car time at stops made for nobody", "", "From the doors beginning to open to their being closed, summed over those stops of the measured window and the replications."},
	{"remote_denied", "Calls from the phone that the service refused", "", "Who made them rode all the same: they walk to the landing and press, and are counted there like anybody else."},
	{"remote_denied_pct", "Calls from the phone that the service refused, share", "", "Of all attempts to call from the phone."},
	{"caller_awt", "Average waiting time of those who want to call ahead", "", "The same people whether they may call from the phone, are refused, or press at the landing because the run has no calls from the phone."},
	{"caller_bound", "Most that calling ahead could save", "", "The mean of the smaller of wait and walk, of people who press at the landing in place of calling: nobody can wait less than no time, nor be known of before they set out."},
}

// keyMeasures are the figures of the first screen; the first four are large.
var keyMeasures = []string{"awt", "wait_p90", "ttd", "handling_capacity", "att", "wait_over_60", "car_load", "queue_max"}

// measureOf is the description of a metric; an unknown one goes by its own name.
func measureOf(metric string) measure {
	for _, m := range measures {
		if m.metric == metric {
			return m
		}
	}
	return measure{metric: metric, name: metric}
}

// ordered lists the names of the metrics in reading order: known ones first.
func ordered(metrics map[string]*result.Metric) []string {
	var names, rest []string
	for _, m := range measures {
		if metrics[m.metric] != nil {
			names = append(names, m.metric)
		}
	}
	for name, m := range metrics {
		if m != nil && !slices.Contains(names, name) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return append(names, rest...)
}

// isRemote tells the figures of the remote-call section apart.
func isRemote(metric string) bool {
	for _, family := range []string{"remote_", "held_", "no_show_stops", "no_show_door_time", "caller_"} {
		if strings.HasPrefix(metric, family) {
			return true
		}
	}
	return false
}

// value writes a metric's value, or that it is withheld.
func value(m *result.Metric) string {
	if m == nil || m.Value == nil {
		return "withheld"
	}
	return quantity(*m.Value, m.Unit)
}

// noAverages are the totals and extremes. An interval says where a mean lies,
// so these have none, however many replications there are.
var noAverages = []string{"wait_max", "ttd_max", "queue_max", "passengers", "served", "abandoned", "no_show", "refused", "censored",
	"held_total", "no_show_door_time", "remote_denied"}

// halfWidth writes the half-width of a metric's interval, why there is none, or
// a dash where there is no value either.
func halfWidth(metric string, m *result.Metric) string {
	switch {
	case m == nil || m.Value == nil:
		return "–"
	case m.Half != nil:
		return "±\u00a0" + quantity(*m.Half, m.Unit)
	case slices.Contains(noAverages, metric):
		return "none: not an average"
	}
	return "none: it takes values of two replications"
}

// reason says why a metric is withheld.
func reason(m *result.Metric) string {
	switch {
	case m == nil:
		return "the result does not hold this figure"
	case m.Value != nil:
		return ""
	case m.Withheld == "":
		return "the result gives no reason"
	}
	return m.Withheld
}

// spread says in words how sure a figure is.
func spread(metric string, m *result.Metric, confidence float64) string {
	switch {
	case m == nil || m.Value == nil:
		return ""
	case m.Half != nil:
		return halfWidth(metric, m) + " with " + confidenceText(confidence) + " confidence"
	}
	return "no interval" + strings.TrimPrefix(halfWidth(metric, m), "none")
}

func confidenceText(c float64) string {
	return strings.TrimSuffix(number(100*c, 1), ".0") + "\u00a0%"
}

// keyFigures are the cards of the first screen.
func keyFigures(f *result.File) []figure {
	var cards []figure
	for i, name := range keyMeasures {
		m := f.Metrics[name]
		d := measureOf(name)
		c := figure{Name: d.name, Short: d.short, Meaning: d.meaning, Lead: i < 4}
		if m == nil || m.Value == nil {
			c.Withheld = reason(m)
		} else {
			c.Value, c.Unit = number(*m.Value, decimals(m.Unit, *m.Value)), unitText(m.Unit)
			c.Spread = spread(name, m, f.Header.Confidence)
		}
		cards = append(cards, c)
	}
	return cards
}

// allFigures is the table of every metric with its interval or the reason it
// is withheld for.
func allFigures(f *result.File, caption string, keep func(metric string) bool) table {
	t := table{Caption: caption, Columns: []column{{"Figure", true}, {Name: "Value"}, {Name: "Half-width"}, {Name: "Replications"}, {"Meaning", true}}}
	for _, name := range ordered(f.Metrics) {
		if !keep(name) {
			continue
		}
		m, d := f.Metrics[name], measureOf(name)
		meaning := d.meaning
		if m.Value == nil {
			meaning = "Withheld: " + reason(m) + ". " + meaning
		}
		title := d.name
		if d.short != "" {
			title += " (" + d.short + ")"
		}
		t.Rows = append(t.Rows, []string{title, value(m), halfWidth(name, m), count(int64(m.N)), meaning})
	}
	return t
}
