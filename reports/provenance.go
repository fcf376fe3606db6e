package reports

import (
	"strconv"
	"strings"

	"hoistway/twin/result"
)

// replicationSection lists what each replication gave.
func replicationSection(f *result.File) section {
	sec := section{ID: "replications", Title: "Replications", Lead: "Each replication repeats the scenario with other people. Intervals in this report come from the spread between these rows, never from the spread between people."}
	t := table{Caption: "Replications", Columns: []column{{"Replication", true}, {Name: "Seed"}, {"Passenger list", true}, {Name: "People measured"}}}
	for _, name := range perReplication {
		d := measureOf(name)
		if d.short == "" || strings.Contains(d.short, "percentile") {
			d.short = d.name
		}
		t.Columns = append(t.Columns, column{Name: d.short})
	}
	t.Columns = append(t.Columns, column{Name: "End"}, column{Name: "Events"}, column{"Digest", true})
	lists := false
	for _, r := range f.Replications {
		row := []string{strconv.Itoa(r.Rep), strconv.FormatUint(r.Seed, 10), r.List, "–"}
		lists = lists || r.List != ""
		if r.Summary != nil {
			row[3] = count(r.Summary.Passengers)
		}
		for _, name := range perReplication {
			row = append(row, replicationValue(f, r, name))
		}
		t.Rows = append(t.Rows, append(row, clock(r.End), count(r.Events), short(r.Digest)))
	}
	if !lists {
		t = t.without(2)
	}
	t.Note = "The digest covers every event and command of a replication: the same digest means the same run. The first 12 of 64 digits are shown; the result file holds them all."
	sec.Blocks = []block{{Table: &t}}
	return sec
}

// perReplication are the metrics that the table of replications shows.
var perReplication = []string{"awt", "wait_p90", "att", "ttd"}

// replicationValue is a metric of one replication alone.
func replicationValue(f *result.File, r result.Replication, metric string) string {
	d, ok := result.Lookup(metric)
	if !ok || r.Summary == nil {
		return "–"
	}
	v, withheld := d.Of(&f.Header, r.Summary)
	if withheld != "" {
		return "withheld: " + withheld
	}
	return quantity(v, d.Unit)
}

// without leaves a column out.
func (t table) without(i int) table {
	t.Columns = append(append([]column{}, t.Columns[:i]...), t.Columns[i+1:]...)
	for r, row := range t.Rows {
		t.Rows[r] = append(append([]string{}, row[:i]...), row[i+1:]...)
	}
	return t
}

// short is the beginning of a digest.
func short(digest string) string {
	if len(digest) <= 12 || strings.Trim(digest, "0123456789abcdef") != "" {
		return digest
	}
	return digest[:12]
}

// inputSection lists every setting with its source.
func inputSection(f *result.File) section {
	sec := section{ID: "inputs", Title: "Inputs", Lead: "Every setting of the scenario and where it comes from."}
	if len(f.Header.Inputs) == 0 {
		sec.Blocks = []block{{Text: "The result lists no settings."}}
		return sec
	}
	t := inputTable("Settings of scenario "+f.Header.Scenario, f.Header.Inputs)
	sec.Blocks = []block{{Table: &t, Details: plural(len(t.Rows), "setting", "settings")}}
	return sec
}

func inputTable(caption string, inputs []result.Input) table {
	t := table{Caption: caption, Columns: []column{{"Setting", true}, {"Value", true}, {"Source", true}}}
	for _, in := range inputs {
		t.Rows = append(t.Rows, []string{in.Key, in.Value, in.Source})
	}
	return t
}

// repeatSection holds what is needed to get the same numbers again.
func repeatSection(files ...*result.File) section {
	sec := section{ID: "repeat", Title: "Repeat it", Nav: "Repeat", Lead: "The same command with the same version gives the same digests on any machine."}
	for _, f := range files {
		h := f.Header
		b := block{Command: h.Repeat, Terms: []fact{
			{"Scenario", h.Scenario + ", read from " + h.Source},
			{"Scenario hash", h.ScenarioHash},
			{"Digest of the result", f.Digest},
			{"Seed", strconv.FormatUint(h.Seed, 10)},
			{"Versions", "hoistway " + h.Version + ", results schema " + strconv.Itoa(h.Schema)},
		}}
		if len(files) > 1 {
			b.Heading = h.Scenario + ", " + h.Name()
		}
		sec.Blocks = append(sec.Blocks, b)
	}
	return sec
}

// definitionSection says what the measures mean.
func definitionSection() section {
	return section{ID: "definitions", Title: "Definitions", Blocks: []block{{Terms: []fact{
		{"Waiting time", "From a person's arrival at the landing until the doors of the answering car begin to open there; 0 if they were open already. The clock never starts at a remote call."},
		{"Transit time", "From the doors beginning to open for a person, or the person's arrival if that is later, until the person has left the car."},
		{"Time to destination", "Waiting time and transit time together: from the arrival at the first landing until having left the last car. A journey with a change of bank counts once."},
		{"Average", "Over all people of the measured window and all replications together. An average is withheld, with the reason, when the queue kept growing, when nobody was served, or when people were still under way at the end: it would look better than the service was."},
		{"Interval", "± is half the width of Student's t interval over the replications' values. With 95 % confidence, about 95 of 100 such intervals hold the true mean of the model. It says nothing about how well the model fits a real building."},
		{"Measured window", "Only people whose journey began inside it count, whenever it ended. Queues, arrivals and positions are shown for the whole run."},
		{"Handling capacity", "People carried in five minutes in % of the building's population."},
		{"Landing call, car call, remote call", "A call made with a button on the landing, inside the car, or from a phone before or during the walk to the landing."},
		{"Group controller, bank", "A bank is a group of cars side by side that one group controller sends to the calls; the dispatcher is the rule it follows."},
	}}}}
}
