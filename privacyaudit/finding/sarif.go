package finding

import (
	"fmt"
	"io"
	"strings"
)

// SARIF writes the report in the Static Analysis Results Interchange Format,
// version 2.1.0: one result for each rule, passes included.
//
// Violations that the baseline knows are suppressed with its reason. Problems
// and survivors of a self-test are notifications of the one invocation, which
// carries the exit code.
func SARIF(w io.Writer, r *Report) error {
	if err := r.check(); err != nil {
		return fmt.Errorf("findings of %q as SARIF: %w", r.Name, err)
	}
	run := sarifRun{
		Automation:  sarifAutomation{ID: "privacyaudit/" + r.Name, GUID: r.run()},
		Invocations: []sarifInvocation{r.sarifInvocation()},
		Results:     []sarifResult{},
		Properties:  map[string]any{"at": r.At.Format(stamp), "synthetic": r.Synthetic},
	}
	run.Tool.Driver = sarifDriver{Name: "hoistway audit", Version: r.Tool}
	for i := range r.Rules {
		rule := &r.Rules[i]
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rule.sarifRule())
		run.Results = append(run.Results, rule.sarif(i, r.Baseline))
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	Automation  sarifAutomation   `json:"automationDetails"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
	Properties  map[string]any    `json:"properties"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules,omitempty"`
}

type sarifAutomation struct {
	ID   string `json:"id"`
	GUID string `json:"guid"`
}

type sarifInvocation struct {
	Command       string              `json:"commandLine,omitempty"`
	Successful    bool                `json:"executionSuccessful"`
	Exit          int                 `json:"exitCode"`
	ExitWords     string              `json:"exitCodeDescription"`
	Execution     []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	Configuration []sarifNotification `json:"toolConfigurationNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string       `json:"level"`
	Message sarifMessage `json:"message"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifRule struct {
	ID            string         `json:"id"`
	Short         sarifMessage   `json:"shortDescription"`
	Full          sarifMessage   `json:"fullDescription"`
	Configuration sarifLevel     `json:"defaultConfiguration"`
	Properties    map[string]any `json:"properties"`
}

type sarifLevel struct {
	Level Severity `json:"level"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	GUID         string             `json:"guid,omitempty"`
	Kind         string             `json:"kind"`
	Level        string             `json:"level"`
	Message      sarifMessage       `json:"message"`
	Locations    []sarifLocation    `json:"locations,omitempty"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Baseline     string             `json:"baselineState,omitempty"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	Properties   map[string]any     `json:"properties"`
}

type sarifLocation struct {
	Logical    []sarifLogical `json:"logicalLocations"`
	Message    sarifMessage   `json:"message"`
	Properties map[string]any `json:"properties"`
}

type sarifLogical struct {
	Name string `json:"name"`
	Full string `json:"fullyQualifiedName"`
	Kind string `json:"kind"`
}

type sarifSuppression struct {
	Kind          string         `json:"kind"`
	Status        string         `json:"status"`
	Justification string         `json:"justification"`
	Properties    map[string]any `json:"properties"`
}

func (r *Report) sarifInvocation() sarifInvocation {
	in := sarifInvocation{
		Command:    r.Repeat,
		Successful: r.Exit != ExitIncomplete && r.Summary.Problems == 0 && r.Summary.Unexplained == 0,
		Exit:       r.Exit,
		ExitWords:  exitWords(r.Exit),
	}
	for _, cause := range r.incomplete() {
		in.Execution = append(in.Execution, notify("error", cause))
	}
	for _, m := range r.Mutants {
		if !m.Killed {
			in.Execution = append(in.Execution, notify("error", fmt.Sprintf("mutant %s survived: rule %s did not catch a writer that %s", m.Name, m.Rule, m.What)))
		}
	}
	for _, m := range r.Missing {
		in.Configuration = append(in.Configuration, notify("note", fmt.Sprintf("the evidence has no %s; rules that could not run: %s", m.Part, list(m.Rules))))
	}
	for _, k := range r.Baseline {
		if k.State == Unused {
			in.Configuration = append(in.Configuration, notify("warning", k.words()))
		}
	}
	return in
}

func notify(level, text string) sarifNotification {
	return sarifNotification{Level: level, Message: message(text)}
}

// message escapes what SARIF reads as a placeholder or a link in a message.
func message(text string) sarifMessage {
	return sarifMessage{strings.NewReplacer("{", "{{", "}", "}}", `\`, `\\`, "[", `\[`, "]", `\]`).Replace(text)}
}

func (r *Rule) sarifRule() sarifRule {
	p := map[string]any{"check": r.Check, "policy": r.Policy}
	for name, value := range map[string]string{"clause": r.Clause, "service": r.Service, "category": r.Category} {
		if value != "" {
			p[name] = value
		}
	}
	return sarifRule{ID: r.ID, Short: message(r.Title), Full: message(r.basis()), Configuration: sarifLevel{r.Severity}, Properties: p}
}

func (r *Rule) sarif(index int, baseline []Known) sarifResult {
	res := sarifResult{
		RuleID: r.ID, RuleIndex: index, GUID: uuid("result", r.Policy, r.ID),
		Kind: r.sarifKind(), Level: "none",
		Message:      message(r.sarifText()),
		Fingerprints: map[string]string{"rule/v1": Fingerprint(r.ID, Place{})},
		Properties:   map[string]any{"selected": r.Selected, "violations": r.Violations, "known": r.Known},
	}
	if res.Kind == "fail" {
		res.Level = string(r.Severity)
	}
	if len(r.Measured) > 0 {
		res.Properties["measured"] = r.Measured
	}
	if len(r.Assume) > 0 {
		res.Properties["assumptions"] = r.Assume
	}
	if len(r.Mutants) > 0 {
		res.Properties["mutants"] = r.Mutants
	}
	for _, f := range r.Findings {
		name := f.Place.Store
		if f.Place.File != "" {
			name += "/" + f.Place.File
		}
		full := name
		if f.Place.Key != "" {
			full += "#" + f.Place.Key
		}
		p := map[string]any{"fingerprint": f.Fingerprint, "known": f.Known}
		if f.Place.Offset > 0 {
			p["offset"] = f.Place.Offset
		}
		if f.Place.Form != "" {
			p["form"] = f.Place.Form
		}
		kind := "resource"
		if f.Place.Kind != "" {
			kind = f.Place.Kind
		}
		res.Locations = append(res.Locations, sarifLocation{
			Logical: []sarifLogical{{Name: name, Full: full, Kind: kind}}, Message: message(f.Message), Properties: p,
		})
	}
	for _, k := range baseline {
		if k.Rule != r.ID {
			continue
		}
		switch {
		case k.State == Worse:
			res.Baseline = "updated"
		case k.State == Held && r.known():
			res.Baseline = "unchanged"
			res.Suppressions = append(res.Suppressions, sarifSuppression{
				Kind: "external", Status: "accepted", Justification: k.Reason,
				Properties: map[string]any{"store": k.Store, "limit": k.Limit, "expires": k.Expires},
			})
		}
	}
	if res.Baseline == "" && len(baseline) > 0 && r.Violations > 0 {
		res.Baseline = "new"
	}
	return res
}

func (r *Rule) sarifKind() string {
	switch {
	case r.Status == Pass:
		return "pass"
	case r.Status == Warn && r.Violations == 0:
		return "informational"
	case r.Status == Fail, r.Status == Warn:
		return "fail"
	case r.Status == NotApplicable:
		return "notApplicable"
	case r.Status == Manual:
		return "review"
	}
	return "open"
}

func (r *Rule) sarifText() string {
	text := r.Title + ": "
	if why := r.reason(); why != "" {
		text += why
	} else {
		text += fmt.Sprintf("%s judged, nothing wrong", thousands(int64(r.Selected)))
	}
	if r.Known > 0 {
		text += fmt.Sprintf(" (%s in the baseline)", thousands(int64(r.Known)))
	}
	return text
}

func list(items []string) string {
	if len(items) == 0 {
		return "none"
	}
	return strings.Join(items, ", ")
}
