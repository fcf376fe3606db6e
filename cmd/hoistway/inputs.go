package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/study"
)

// scenarioFlags change the scenarios that are loaded.
type scenarioFlags struct {
	set        []string
	passengers string
}

func (s *scenarioFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&s.set, "set", nil, "change a setting as if the scenario said so, `KEY=VALUE` such as bank.main.cars=6; repeatable")
	cmd.Flags().StringVar(&s.passengers, "passengers", "", "replace the traffic by a passenger list; a quoted pattern finds several lists, one replication each, sorted by name (`FILE.csv`)")
}

// load reads a scenario: once, or once for each passenger list. All errors
// are those of bad input.
func (s *scenarioFlags) load(ref string) ([]*scenarios.Scenario, error) {
	lists := []string{""}
	if s.passengers != "" {
		var err error
		if lists, err = findLists(s.passengers); err != nil {
			return nil, badInput{err}
		}
	}
	var cases []*scenarios.Scenario
	for _, list := range lists {
		sc, err := scenarios.Load(ref, scenarios.Options{Set: s.set, Passengers: list, Dispatchers: twin.Dispatchers()})
		if err != nil {
			return nil, badInput{err}
		}
		cases = append(cases, sc)
	}
	return cases, nil
}

// findLists gives the passenger lists of a path or pattern, sorted by name.
func findLists(pattern string) ([]string, error) {
	if _, err := os.Lstat(pattern); err == nil {
		return []string{pattern}, nil // a file's own name may hold pattern characters
	}
	lists, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("--passengers %s: %w", pattern, err)
	}
	if len(lists) == 0 {
		return nil, fmt.Errorf("--passengers %s: there is no such file, and no file matches it as a pattern", pattern)
	}
	slices.Sort(lists)
	return lists, nil
}

// studyFlags say what is simulated of a scenario.
type studyFlags struct {
	seed         uint64
	replications int
	until        string
	only         int
	parallel     int
	dispatchers  []string
}

func (s *studyFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Uint64Var(&s.seed, "seed", 0, "seed of all random streams (default: the scenario's)")
	f.IntVar(&s.replications, "replications", 0, "independent replications (default: the scenario's, or the number of passenger lists)")
	f.StringVar(&s.until, "until", "", "stop as soon as the half-width of a metric's interval is small enough, `METRIC<=HALF` such as awt<=0.5s; --replications is then the most that are made (default 1000)")
	f.IntVar(&s.parallel, "parallel", runtime.GOMAXPROCS(0), "replications simulated at once; no result depends on it")
	f.StringSliceVar(&s.dispatchers, "dispatcher", nil, "run every bank under these `POLICIES`, such as eta,etd (default: the scenario's own)")
}

// check refuses flags that no scenario could satisfy.
func (s *studyFlags) check(cmd *cobra.Command) error {
	if s.parallel < 1 {
		return fmt.Errorf("--parallel %d: at least 1 is needed", s.parallel)
	}
	if cmd.Flags().Changed("replications") && s.replications < 1 {
		return fmt.Errorf("--replications %d: at least 1 is needed", s.replications)
	}
	known := twin.Dispatchers()
	for i, d := range s.dispatchers {
		if !slices.Contains(known, d) {
			return fmt.Errorf("--dispatcher %s: there is no such dispatcher; known are %s", d, strings.Join(known, ", "))
		}
		if slices.Contains(s.dispatchers[:i], d) {
			return fmt.Errorf("--dispatcher %s: it is named twice", d)
		}
	}
	return nil
}

// policies are the dispatchers to run under, "" for the scenario's own.
func (s *studyFlags) policies() []string {
	if len(s.dispatchers) == 0 {
		return []string{""}
	}
	return s.dispatchers
}

// mostUntil bounds a study whose precision may never be reached.
const mostUntil = 1000

// options turns the flags into a study of the cases.
func (s *studyFlags) options(cmd *cobra.Command, ref string, sf *scenarioFlags, cases []*scenarios.Scenario) (study.Options, error) {
	flags, run := cmd.Flags(), cases[0].Run
	o := study.Options{Reference: ref, Set: sf.set, Passengers: sf.passengers, Version: version(),
		Seed: run.Seed, Replications: run.Replications, Parallel: s.parallel}
	if flags.Changed("seed") {
		o.Seed = s.seed
	}
	listed := sf.passengers != "" || onlyLists(cases[0])
	if listed {
		o.Replications = len(cases)
	}
	if flags.Changed("replications") {
		if listed && s.replications > len(cases) {
			return o, fmt.Errorf("--replications %d: %s has %d passenger %s, and a list is one replication: ask for fewer, or give more lists with --passengers 'PATTERN'",
				s.replications, ref, len(cases), plural(len(cases), "list"))
		}
		o.Replications = s.replications
	}
	if s.until != "" {
		var err error
		if o.Until, err = study.ParsePrecision(s.until); err != nil {
			return o, fmt.Errorf("--until: %w", err)
		}
		if !listed && !flags.Changed("replications") {
			o.Replications = mostUntil
		}
		if o.Replications < study.LeastReplications {
			return o, fmt.Errorf("--until %s: an interval is looked at from replication %d on, and there are %d: allow more with --replications", s.until, study.LeastReplications, o.Replications)
		}
	}
	if flags.Changed("replication") {
		if s.only < 0 || s.only >= o.Replications {
			return o, fmt.Errorf("--replication %d: %s has replications 0 to %d", s.only, ref, o.Replications-1)
		}
		o.First, o.Replications, o.Until = s.only, 1, nil
	}
	o.Service = (&services{seed: o.Seed}).open
	return o, nil
}

// onlyLists tells whether nothing but passenger lists brings people.
func onlyLists(sc *scenarios.Scenario) bool {
	drawn := func(s scenarios.Stream) bool { return s.Kind != scenarios.List }
	return len(sc.Visitors) == 0 && !slices.ContainsFunc(sc.Traffic, drawn)
}

// plural adds an s to a noun unless there is one of it.
func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// loadAll loads several scenarios and reports the faults of all of them.
func loadAll(refs []string, sf *scenarioFlags) ([][]*scenarios.Scenario, error) {
	var (
		all  [][]*scenarios.Scenario
		errs []error
	)
	for _, ref := range refs {
		cases, err := sf.load(ref)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, other := range all {
			if other[0].Name == cases[0].Name {
				errs = append(errs, badInput{fmt.Errorf("%s and %s are both named %s: results could not be told apart", other[0].Source, cases[0].Source, cases[0].Name)})
			}
		}
		all = append(all, cases)
	}
	return all, errors.Join(errs...)
}
