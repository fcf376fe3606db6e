package reports

import (
	"cmp"
	"slices"

	"hoistway/twin/result"
)

// outcomeSection says what became of everybody, and why calls were refused.
func outcomeSection(f *result.File) section {
	s := f.Total
	rides := s.Served + s.Abandoned + s.NoShow + s.Refused + s.Censored
	sec := section{ID: "outcomes", Title: "Outcomes", Lead: count(s.Passengers) + " journeys began inside the measured window, of " + count(s.All) +
		" in the whole of " + plural(int(s.Replications), "replication", "replications") + ". A journey with a change of bank has several rides."}
	if rides == 0 {
		sec.Blocks = []block{{Text: "Nobody asked for a ride inside the measured window."}}
		return sec
	}
	t := table{Caption: "What became of the rides of the measured window", Columns: columns("Outcome", "Rides", "Share, %")}
	for _, o := range []struct {
		name string
		n    int64
	}{{"Completed", s.Served}, {"Gave up waiting", s.Abandoned}, {"Called and did not come", s.NoShow}, {"Turned away, did not ride", s.Refused}, {"Unfinished when the run ended", s.Censored}} {
		t.Rows = append(t.Rows, []string{o.name, count(o.n), number(share(o.n, rides), 2)})
	}
	sec.Blocks = []block{{Table: &t}}
	if len(s.Reasons) > 0 {
		r := reasonTable("People turned away, by reason", s.Reasons)
		sec.Blocks = append(sec.Blocks, block{Table: &r})
	}
	return sec
}

// reasonTable lists refusals, the most frequent reason first.
func reasonTable(caption string, counts map[string]int64) table {
	t := table{Caption: caption, Columns: []column{{"Reason", true}, {Name: "Number"}, {Name: "Share, %"}, {"Meaning", true}}}
	reasons := make([]string, 0, len(counts))
	var all int64
	for name, n := range counts {
		reasons = append(reasons, name)
		all += n
	}
	slices.SortFunc(reasons, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for _, name := range reasons {
		meaning := "–"
		if text := result.Explain(name); text != name {
			meaning = upperFirst(text)
		}
		t.Rows = append(t.Rows, []string{name, count(counts[name]), number(share(counts[name], all), 2), meaning})
	}
	return t
}

// holds says at how many stops a car was held for a walker: a mean of few says
// little of all calls.
func holds(r *result.Remote) string {
	return " Cars were held for a walker at " + plural(int(r.Held.N()), "stop", "stops") + "."
}

// remoteSection holds the figures of remote calls; false when there were none.
func remoteSection(f *result.File) (section, bool) {
	r := &f.Total.Remote
	if r.Calls == 0 && len(r.Denied) == 0 && r.Unused == 0 {
		return section{}, false
	}
	sec := section{ID: "remote", Title: "Remote calls", Lead: count(r.Calls) + " rides were called from a phone before the walk to the landing; " + count(r.Served) +
		" of them were served and " + count(r.NoShow) + " callers did not come. Their waiting time runs from arriving at the landing, never from the call."}
	if r.Unused > 0 {
		sec.Lead += " " + count(r.Unused) + " rides were of people who had stopped using the app: they did not ask, and pressed at the landing."
	}
	sec.Lead += holds(r)
	figures := allFigures(f, "Figures of remote calls", func(name string) bool { return isRemote(name) && applies(f, name) })
	if len(figures.Rows) > 0 {
		sec.Blocks = append(sec.Blocks, block{Table: &figures})
	}
	if len(r.Denied) > 0 {
		denied := reasonTable("Calls from the phone that the service refused, by reason; who made them walked to the landing and pressed", r.Denied)
		sec.Blocks = append(sec.Blocks, block{Table: &denied})
	}
	wait, board := distributionOf(&r.Wait), distributionOf(&r.CallToBoard)
	if wait.count+board.count > 0 {
		sec.Blocks = append(sec.Blocks, block{Charts: []chart{cumulativeChart("remote-curve", "Remote calls, share that took at most", "time", "remote callers",
			[]curve{{"waiting at the landing", wait}, {"call to boarding", board}, {"doors open before arrival", distributionOf(&r.Slack)}, {"car held for a walker", distributionOf(&r.Held)}})}})
	}
	return sec, true
}
