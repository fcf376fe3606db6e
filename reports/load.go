package reports

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"hoistway/bench/load/outcome"
)

// Load writes the report of a load run. A result that does not hold together is
// an error, and nothing is written then.
func Load(w io.Writer, f *outcome.File) error {
	if f == nil {
		return errors.New("report: there is no load result; run a load first")
	}
	if err := f.Check(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return loadPage(f).write(w)
}

func loadPage(f *outcome.File) page {
	name := f.Scenario.Title
	if name == "" {
		name = f.Scenario.Name
	}
	p := page{
		Title: "Load: " + name, Kicker: "Hoistway load run", Version: f.Tool,
		Subtitle: "What a client measured of a service over its network API, and what the service says of itself.",
		Verdict:  loadVerdict(f), Facts: loadFacts(f),
	}
	add := func(s section, some bool) {
		if some {
			p.Sections = append(p.Sections, s)
		}
	}
	add(loadFigures(f), true)
	add(loadSearch(f))
	add(loadLatency(f), true)
	add(loadTimeline(f))
	add(loadCalls(f))
	add(loadServer(f), true)
	add(loadDefinitions(f), true)
	return p
}

// loadVerdict says in a sentence how a load ended. An invalid run is never a
// pass, and no threshold is no verdict.
func loadVerdict(f *outcome.File) verdict {
	list := expectations{Caption: "Thresholds, and what was reached"}
	missed := 0
	for _, v := range f.Verdicts {
		e := expectation{Text: v.Text, Figure: v.Metric + " " + v.Op + " " + loadQuantity(v.Bound, v.Unit), Reached: "withheld", Why: v.Why, Word: "Met", Mark: "✓", Tone: "good"}
		if v.Value != nil {
			e.Reached = loadQuantity(*v.Value, v.Unit)
		}
		if !v.Pass {
			missed++
			e.Word, e.Mark, e.Tone = "Missed", "✗", "bad"
		}
		list.Lines = append(list.Lines, e)
	}
	v := verdict{Tone: "bad", Mark: "✗"}
	if len(list.Lines) > 0 {
		v.Lists = []expectations{list}
	}
	switch {
	case f.Invalid != "":
		v.Mark, v.Sentence = "?", "The run proves nothing of the service: "+f.Invalid+"."
	case f.Search != nil && f.Search.Highest > 0:
		v.Tone, v.Mark = "good", "✓"
		v.Sentence = "The highest rate of " + f.Search.Of + " that meets all thresholds is " + loadQuantity(f.Search.Highest, "/s") + "."
	case f.Search != nil:
		v.Sentence = "No rate meets the thresholds: " + f.Search.Ended + "."
	case len(f.Verdicts) == 0:
		v.Tone, v.Mark, v.Sentence = "", "–", "No verdict: there are no thresholds."
	case missed > 0:
		v.Sentence = "Misses " + count(int64(missed)) + " of " + plural(len(f.Verdicts), "threshold", "thresholds") + "."
	default:
		v.Tone, v.Mark, v.Sentence = "good", "✓", "Meets "+plural(len(f.Verdicts), "threshold", "thresholds")+", all there are."
	}
	return v
}

func loadFacts(f *outcome.File) []fact {
	p := f.Plan
	facts := []fact{
		{"Scenario", f.Scenario.Name},
		{"Service", f.Target},
		{"Profile", loadProfile(p)},
		{"Sessions", count(int64(p.Sessions)) + ", over " + plural(p.Banks, "bank", "banks")},
		{"Pings", loadQuantity(p.PingRate, "/s")},
		{"Measured", loadQuantity(f.Measured.Seconds, "s") + " after " + loadQuantity(p.WarmUp, "s") + " of warm-up"},
		{"Began", f.Began},
		{"Seed", strconv.FormatUint(p.Seed, 10)},
	}
	if p.Tenants > 0 {
		facts = append(facts, fact{"App API", loadQuantity(p.AppRate, "/s") + " calls and " + loadQuantity(p.KeyRate, "/s") + " visitor keys of " + plural(p.Tenants, "tenant", "tenants")})
	}
	for _, note := range f.Notes {
		facts = append(facts, fact{"Note", note})
	}
	return facts
}

func loadProfile(p outcome.Plan) string {
	rate := loadQuantity(p.Rate, "/s") + " calls"
	switch p.Profile {
	case "ramp", "soak":
		return p.Profile + ", up to " + rate + " within " + loadQuantity(p.Ramp, "s")
	case "spike":
		return "spike, " + rate + " and " + loadQuantity(p.SpikeRate, "/s") + " for " + loadQuantity(p.Spike, "s")
	}
	return p.Profile + ", " + rate
}

// loadQuantity writes a figure of a load: times from microseconds up.
func loadQuantity(v float64, unit string) string {
	switch {
	case unit == "/s" && v >= 100:
		return number(v, 0) + "/s"
	case unit == "/s":
		return strconv.FormatFloat(v, 'g', 3, 64) + "/s"
	case unit != "s":
		return joined(number(v, 2), unit)
	case v == 0:
		return joined("0", "s")
	case v < 1e-3:
		return joined(number(1e6*v, 0), "µs")
	case v < 1:
		return joined(number(1e3*v, 1), "ms")
	}
	return joined(number(v, 2), "s")
}

// loadFigures are the figures that people ask for first.
func loadFigures(f *outcome.File) section {
	m := &f.Measured
	var sent, failed, shed int64
	for _, e := range m.Exchanges {
		sent += e.Sent
		failed += e.Refused + e.Unanswered + e.Lost
		shed += e.Shed
	}
	latency := func(name, meaning string, l outcome.Latency, q float64, lead bool) figure {
		g := figure{Name: name, Meaning: meaning, Lead: lead}
		if l.N == 0 {
			g.Withheld = "nothing was measured"
			return g
		}
		g.Value, g.Unit, _ = strings.Cut(loadQuantity(q, "s"), "\u00a0")
		return g
	}
	share := func(name, meaning string, part, whole int64, lead bool) figure {
		g := figure{Name: name, Meaning: meaning, Lead: lead}
		if whole == 0 {
			g.Withheld = "nothing was measured"
			return g
		}
		g.Value, g.Unit = number(100*float64(part)/float64(whole), 2), "%"
		return g
	}
	figures := []figure{
		latency("Acknowledgement, p99", "From when calls and pings were due until the service accepted them; 99 in 100 took no longer.", m.Acks, m.Acks.P99, true),
		latency("Acknowledgement, median", "Half took no longer.", m.Acks, m.Acks.P50, true),
		share("Errors", "Requests that were refused, not answered in time or lost with their socket, of all.", failed, sent, true),
		share("Shed", "Requests that the service turned away because it had too much to do.", shed, sent, true),
		share("Calls served", "Of the calls that were accepted, watched and not taken back. Calls that were still under way when the run ended count as not served.", m.Calls.Served, m.Calls.Watched, true),
		latency("Until served, median", "From when a call was due until its lift came; this is lifts, not software.", m.Served, m.Served.P50, false),
		latency("Client's lateness, p99", "By how much the client itself sent later than was due. It is part of all latencies above, and makes a run invalid when it is large.", m.Lateness, m.Lateness.P99, false),
	}
	if m.Withheld == "" {
		figures = append(figures, latency("Event lag, p99", "From the time in an event until its arrival.", m.EventLag, m.EventLag.P99, false))
	}
	return section{ID: "load-figures", Title: "Key figures", Nav: "Figures",
		Lead: "Latencies count from the instant at which a request was due, whether or not earlier ones had been answered.", Blocks: []block{{Figures: figures}}}
}

// loadSearch shows the steps of a search for the highest rate.
func loadSearch(f *outcome.File) (section, bool) {
	if f.Search == nil {
		return section{}, false
	}
	t := table{Caption: "Rates tried, in order", Columns: append(columns("Verdict", "Rate", "Reached", "Ack p99", "Errors", "Shed", "Lateness p99"), column{"Why", true})}
	for _, s := range f.Search.Steps {
		word, why := "met", ""
		switch {
		case s.Invalid != "":
			word, why = "invalid", s.Invalid
		case !s.Pass:
			word = "missed"
			for _, v := range s.Verdicts {
				if !v.Pass && why == "" {
					why = v.Text + ": " + v.Why
				}
			}
		}
		t.Rows = append(t.Rows, []string{word, loadQuantity(s.Rate, "/s"), loadQuantity(s.Reached, "/s"), loadQuantity(s.Ack.P99, "s"), loadQuantity(s.Errors, "%"), loadQuantity(s.Shed, "%"), loadQuantity(s.Lateness, "s"), why})
	}
	return section{ID: "load-search", Title: "Search for the highest rate", Nav: "Search",
		Lead:   "The rate is doubled until a step misses a threshold, then the span between is halved: " + f.Search.Ended + ". All other figures of this page are those of the highest rate that passed.",
		Blocks: []block{{Table: &t}}}, true
}
