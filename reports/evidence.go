package reports

import (
	"slices"
	"strings"

	"hoistway/privacyaudit/finding"
)

// storeSection lists what was read.
func storeSection(r *finding.Report) (section, bool) {
	t := table{Caption: "What was read", Columns: []column{{"Part", true}, {"What it is", true}, {Name: "Files"}, {Name: "Bytes"}, {Name: "Records"}, {Name: "Physical versions"}, {Name: "Problems"}, {"SHA-256", true}},
		Note: "Physical versions include deleted and overwritten records that are still in the files. The first 12 of 64 digits of a sum are shown; audit.json holds them all."}
	for _, s := range r.Stores {
		t.Rows = append(t.Rows, []string{s.Name, s.What, count(int64(s.Files)), count(s.Bytes), count(s.Records), count(s.Versions), count(int64(s.Problems)), dash(short(s.SHA256))})
	}
	return section{ID: "audit-stores", Title: "The evidence", Nav: "Evidence", Lead: "Everything that was looked at. Nothing was opened for writing.", Blocks: []block{{Table: &t}}}, len(t.Rows) > 0
}

// mutantSection is the kill matrix of a self-test.
func mutantSection(r *finding.Report) (section, bool) {
	t := table{Caption: "Deliberately wrong writers", Columns: []column{{"Wrong writer", true}, {"What it does wrong", true}, {"Rule that claims it", true}, {"Outcome", true}, {"Rules that caught it", true}}}
	for _, killed := range []bool{false, true} {
		for _, m := range r.Mutants {
			if m.Killed != killed {
				continue
			}
			outcome := "✓ caught"
			if !killed {
				outcome = "✗ not caught by its rule"
			}
			t.Rows = append(t.Rows, []string{m.Name, dash(m.What), m.Rule, outcome, dash(list(m.By))})
		}
	}
	return section{ID: "audit-mutants", Title: "Does the auditor see what it must see?", Nav: "Wrong writers",
		Lead:   count(int64(r.Summary.Killed)) + " of " + plural(r.Summary.Mutants, "wrong writer was caught", "wrong writers were caught") + ". Each breaks one promise on purpose, through the real stores, and counts as caught only when the rule that claims it fails.",
		Blocks: []block{{Table: &t}}}, len(t.Rows) > 0
}

// baselineSection lists what is accepted, why, and until when.
func baselineSection(r *finding.Report) (section, bool) {
	t := table{Caption: "The baseline", Columns: []column{{"Rule", true}, {"Store", true}, {"Accepted", true}, {"Found", true}, {"Why", true}, {"Until", true}, {"Outcome", true}}}
	outcomes := map[finding.State]string{finding.Held: "no worse", finding.Worse: "worse: nothing of it is accepted", finding.Unused: "not found any more: take it out"}
	for _, k := range r.Baseline {
		store := k.Store
		if store == finding.AnyStore {
			store = "all"
		}
		t.Rows = append(t.Rows, []string{k.Rule, store, k.Limit, dash(k.Found), k.Reason, k.Expires, outcomes[k.State]})
	}
	return section{ID: "audit-baseline", Title: "What is accepted for now", Nav: "Accepted",
		Lead: "Violations that somebody knows of and accepts, with a reason and a last day. What is worse than accepted, or past its day, counts in full.", Blocks: []block{{Table: &t}}}, len(t.Rows) > 0
}

// useSection is the observed category x store x purpose matrix: who used which
// data where and what for, by the service's own count.
func useSection(r *finding.Report) (section, bool) {
	type place struct{ category, store string }
	var purposes []string
	var places []place
	sums := map[place]map[string]int64{}
	roles := table{Caption: "Accesses by role", Columns: []column{{"Category of data", true}, {"Store", true}, {"Purpose", true}, {"Role", true}, {Name: "Accesses"}}}
	for _, c := range r.Matrix {
		at := place{c.Category, c.Store}
		if !slices.Contains(purposes, c.Purpose) {
			purposes = append(purposes, c.Purpose)
		}
		if sums[at] == nil {
			sums[at] = map[string]int64{}
			places = append(places, at)
		}
		sums[at][c.Purpose] += c.Accesses
		roles.Rows = append(roles.Rows, []string{c.Category, c.Store, c.Purpose, c.Role, count(c.Accesses)})
	}
	slices.Sort(purposes)
	slices.SortFunc(places, func(a, b place) int {
		return strings.Compare(a.category+"\x00"+a.store, b.category+"\x00"+b.store)
	})
	t := table{Caption: "Accesses by category of data, store and purpose", Columns: append([]column{{"Category of data", true}, {"Store", true}}, columns("", purposes...)[1:]...),
		Note: "A dash is a use that was never made. Every number is of accesses that the service itself counted."}
	for _, at := range places {
		row := []string{at.category, at.store}
		for _, p := range purposes {
			if n, used := sums[at][p]; used {
				row = append(row, count(n))
			} else {
				row = append(row, "–")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return section{ID: "audit-use", Title: "What the data was used for", Nav: "Use",
		Lead:   "Which data was used where, and for which purpose. A statement names the purposes of each category; a number under a purpose that it does not name would be a finding.",
		Blocks: []block{{Table: &t}, {Table: &roles, Details: "The same by role"}}}, len(t.Rows) > 0
}

// assumptionSection says what the statements leave open and the rules take for
// granted.
func assumptionSection(r *finding.Report) (section, bool) {
	rest := map[string][]string{}
	var all []string
	for i := range r.Rules {
		for _, a := range r.Rules[i].Assume {
			if rest[a] == nil {
				all = append(all, a)
			}
			if !slices.Contains(rest[a], r.Rules[i].ID) {
				rest[a] = append(rest[a], r.Rules[i].ID)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { // T4 before T10
		if len(nameOf(a)) != len(nameOf(b)) {
			return len(nameOf(a)) - len(nameOf(b))
		}
		return strings.Compare(a, b)
	})
	t := table{Caption: "Assumptions", Columns: []column{{"Assumption", true}, {"What it says", true}, {"Rules that rest on it", true}}}
	for _, a := range all {
		_, says, _ := strings.Cut(a, ": ")
		t.Rows = append(t.Rows, []string{nameOf(a), dash(says), list(rest[a])})
	}
	return section{ID: "audit-assumptions", Title: "What the rules take for granted", Nav: "Assumptions",
		Lead: "Where a statement is silent, a rule has to choose. Who disagrees with a choice changes it in the policy and audits again.", Blocks: []block{{Table: &t}}}, len(t.Rows) > 0
}

// nameOf is the name of an assumption, which may come with what it says:
// "T4: one year is 365 days".
func nameOf(assumption string) string {
	name, _, _ := strings.Cut(assumption, ": ")
	return name
}

// assumed are the names of assumptions.
func assumed(all []string) []string {
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = nameOf(a)
	}
	return names
}

// policySection names the policies by their sums, and how to repeat the audit.
func policySection(r *finding.Report) section {
	sec := section{ID: "audit-repeat", Title: "Repeat this audit", Nav: "Repeat"}
	if len(r.Policies) > 0 {
		t := table{Caption: "Policies", Columns: []column{{"Policy", true}, {"Version", true}, {"Privacy statement", true}, {"SHA-256 of the rules", true}, {"SHA-256 of the statement", true}}}
		for _, p := range r.Policies {
			t.Rows = append(t.Rows, []string{p.Name, dash(p.Version), p.Statement, p.SHA256, dash(p.StatementSHA256)})
		}
		sec.Blocks = append(sec.Blocks, block{Table: &t})
	}
	text := "The same evidence, policies and instant give the same findings, byte for byte."
	if r.Repeat == "" {
		text += " No command is given: the audit was not made by one."
	}
	sec.Blocks = append(sec.Blocks, block{Text: text, Command: r.Repeat})
	return sec
}
