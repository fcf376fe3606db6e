package reports

import (
	"io"
	"strconv"

	"hoistway/twin/result"
)

// Run writes the report of one scenario under one dispatcher. A result that
// does not hold together, such as a position of a car that no bank has, is an
// error that names the place; nothing is written then.
func Run(w io.Writer, f *result.File) error {
	if err := check(f); err != nil {
		return err
	}
	return runPageOf(f).write(w)
}

// runPageOf is the report of a result that holds together.
func runPageOf(f *result.File) page {
	h := f.Header
	p := page{Title: titleOf(h), Subtitle: h.Description, Facts: facts(f), Verdict: verdictOf(f), Version: h.Version}
	figures := allFigures(f, "All figures", func(name string) bool {
		return applies(f, name) && (!isRemote(name) || h.Calls == result.CallsButtons)
	})
	p.Sections = append(p.Sections,
		section{ID: "figures", Title: "Key figures", Nav: "Figures", Lead: "Measured over people who set out between " + moment(h.From) + " and " + moment(h.To) + " after the start, in " + plural(len(f.Replications), "replication", "replications") +
			". ± says how far the mean of endless replications may lie from the figure.",
			Blocks: []block{{Figures: keyFigures(f)}, {Table: &figures, Details: "All figures as a table"}}},
		section{ID: "waiting", Title: "Waiting time", Nav: "Waiting", Lead: "From arriving at the landing until the doors of the answering car begin to open.",
			Blocks: []block{distributionBlock("wait", "", "waiting time", "rides", &f.Total.Wait, f.Metrics["awt"])}},
		section{ID: "journey", Title: "Journey time", Nav: "Journey", Lead: "Transit time runs until a person has left the car; time to destination is waiting and transit together.",
			Blocks: []block{
				distributionBlock("transit", "Transit time", "transit time", "rides", &f.Total.Transit, f.Metrics["att"]),
				distributionBlock("ttd", "Time to destination", "time to destination", "journeys", &f.Total.TTD, f.Metrics["ttd"])}},
		queueSection(f), pathSection(f), loadSection(f), demandSection(f))
	if remote, ok := remoteSection(f); ok {
		p.Sections = append(p.Sections, remote)
	}
	p.Sections = append(p.Sections, outcomeSection(f), bankSection(f), replicationSection(f), inputSection(f), repeatSection(f), definitionSection())
	return p
}

// titleOf is the scenario's title, or its name when it has none.
func titleOf(h result.Header) string {
	if h.Title != "" {
		return h.Title
	}
	return h.Scenario
}

// facts are the short statements under the verdict.
func facts(f *result.File) []fact {
	h := f.Header
	cars := 0
	for _, b := range h.Banks {
		cars += len(b.Cars)
	}
	dispatcher := h.Name()
	if dispatcher == "scenario" {
		dispatcher = "as the banks state"
	}
	return []fact{
		{"Scenario", h.Scenario},
		{"Dispatcher", dispatcher},
		{"Building", plural(len(h.Floors), "floor", "floors") + ", " + plural(h.Population, "person", "people")},
		{"Lifts", plural(cars, "car", "cars") + " in " + plural(len(h.Banks), "bank", "banks")},
		{"Measured", moment(h.From) + " to " + moment(h.To)},
		{"Replications", strconv.Itoa(len(f.Replications)) + ", seed " + strconv.FormatUint(h.Seed, 10)},
		{"People measured", count(f.Total.Passengers)},
	}
}
