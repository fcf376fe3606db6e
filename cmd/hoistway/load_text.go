package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"hoistway/bench/load"
	"hoistway/bench/load/outcome"
)

// printLoad prints a load run for people: what was asked, the client's view, the
// server's, and the verdict.
func printLoad(w io.Writer, f *outcome.File) error {
	p := f.Plan
	fmt.Fprintf(w, "%s on %s: %s, %s calls and %s pings over %d sessions and %d %s, %s measured\n\n", f.Scenario.Name, f.Target, p.Profile,
		load.Figure(p.Rate, "/s"), load.Figure(p.PingRate, "/s"), f.Measured.Open, p.Banks, plural(p.Banks, "bank"), planSpan(f.Measured.Seconds))
	if p.Tenants > 0 {
		fmt.Fprintf(w, "over the app API: %s calls and %s visitor keys of %d %s\n\n", load.Figure(p.AppRate, "/s"), load.Figure(p.KeyRate, "/s"), p.Tenants, plural(p.Tenants, "tenant"))
	}
	for _, note := range f.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	if f.Search != nil {
		printSearch(w, f.Search)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tsent\tanswered\trefused\tshed\tunanswered\tlost\tp50\tp90\tp99\tmax\t")
	for _, e := range f.Measured.Exchanges {
		counts := fmt.Sprintf("%d\t%d\t%d\t%d\t%d\t%d\t", e.Sent, e.Answered, e.Refused, e.Shed, e.Unanswered, e.Lost)
		if e.Ack.N > 0 {
			fmt.Fprintf(t, "%s ack\t%s%s\n", e.Name, counts, quantiles(e.Ack))
			counts = strings.Repeat("\t", 6)
			fmt.Fprintf(t, "%s result\t%s%s\n", e.Name, counts, quantiles(e.Result))
			continue
		}
		fmt.Fprintf(t, "%s\t%s%s\n", e.Name, counts, quantiles(e.Result))
	}
	for _, row := range []struct {
		name string
		l    outcome.Latency
	}{{"call served", f.Measured.Served}, {"event lag", f.Measured.EventLag}, {"client lateness", f.Measured.Lateness}} {
		if row.l.N > 0 && (row.name != "event lag" || f.Measured.Withheld == "") {
			fmt.Fprintf(t, "%s\t%d\t\t\t\t\t\t%s\n", row.name, row.l.N, quantiles(row.l))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if f.Measured.Withheld != "" {
		fmt.Fprintf(w, "event lag withheld: %s\n", f.Measured.Withheld)
	}
	c := f.Measured.Calls
	fmt.Fprintf(w, "\ncalls: %d accepted, %d watched: %d served, %d cancelled, %d unfinished; %d taken back, %d not watched\n", c.Accepted, c.Watched, c.Served, c.Cancelled, c.Unfinished, c.Deleted, c.Unwatched)
	printCounts(w, "refusals", f.Measured.Refusals)
	printCounts(w, "sockets closed by the target", f.Measured.Closes)
	printServer(w, &f.Server)
	if f.Invalid != "" {
		fmt.Fprintf(w, "\nINVALID  %s\n", f.Invalid)
	}
	if len(f.Verdicts) > 0 {
		fmt.Fprintln(w)
	}
	for _, v := range f.Verdicts {
		word := "MISSED"
		if v.Pass {
			word = "met"
		}
		fmt.Fprintf(w, "%-8s %s (%s)\n", word, v.Text, v.Why)
	}
	return nil
}

func quantiles(l outcome.Latency) string {
	if l.N == 0 {
		return "–\t–\t–\t–\t"
	}
	max := load.Figure(l.Max, "s")
	if l.Beyond > 0 {
		max = "above " + max
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t", load.Figure(l.P50, "s"), load.Figure(l.P90, "s"), load.Figure(l.P99, "s"), max)
}

func printCounts(w io.Writer, what string, counts []outcome.Count) {
	for i, c := range counts {
		if i == 0 {
			fmt.Fprintf(w, "\n%s:\n", what)
		}
		fmt.Fprintf(w, "  %8d  %s\n", c.N, c.Name)
	}
}

// printServer prints the server's own view.
func printServer(w io.Writer, s *outcome.Server) {
	if s.Withheld != "" || len(s.Samples) < 2 {
		why := s.Withheld
		if why == "" {
			why = "its metrics were read once only"
		}
		fmt.Fprintf(w, "\nserver's view: none, %s\n", why)
		return
	}
	first, last := s.Samples[0], s.Samples[len(s.Samples)-1]
	most := first
	for _, x := range s.Samples {
		most.Resident = max(most.Resident, x.Resident)
		most.Goroutines = max(most.Goroutines, x.Goroutines)
	}
	if most.Resident == 0 && last.CPU == 0 {
		fmt.Fprint(w, "\nserver's view: processor and memory are not among its metrics\n")
	} else {
		fmt.Fprintf(w, "\nserver's view: %.2f s of processor, memory %.0f MiB before, %.0f MiB at most, %.0f MiB after; goroutines %.0f, %.0f, %.0f\n",
			last.CPU-first.CPU, first.Resident/(1<<20), most.Resident/(1<<20), last.Resident/(1<<20), first.Goroutines, most.Goroutines, last.Goroutines)
	}
	printCounts(w, "what its counters rose by", s.Counters)
	if s.Others > 0 {
		fmt.Fprintf(w, "  and %d more counters\n", s.Others)
	}
}

// printSearch prints the steps of a search.
func printSearch(w io.Writer, s *outcome.Search) {
	for _, step := range s.Steps {
		word, why := "met", ""
		if !step.Pass {
			word = "MISSED"
			for _, v := range step.Verdicts {
				if !v.Pass {
					why = "  " + v.Text + ": " + v.Why
					break
				}
			}
		}
		if step.Invalid != "" {
			word, why = "INVALID", "  "+step.Invalid
		}
		fmt.Fprintf(w, "%-8s %9s  reached %9s, ack p99 %9s, errors %s, shed %s%s\n", word, load.Figure(step.Rate, "/s"), load.Figure(step.Reached, "/s"),
			load.Figure(step.Ack.P99, "s"), load.Figure(step.Errors, "%"), load.Figure(step.Shed, "%"), why)
	}
	if s.Highest > 0 {
		fmt.Fprintf(w, "\nhighest rate that meets the thresholds: %s of %s (%s)\nThe figures below are those of that step.\n\n", load.Figure(s.Highest, "/s"), s.Of, s.Ended)
	} else {
		fmt.Fprintf(w, "\nno rate meets the thresholds (%s)\nThe figures below are those of the last step.\n\n", s.Ended)
	}
}
