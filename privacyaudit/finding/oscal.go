package finding

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
)

// OSCAL writes the report as assessment results of NIST's Open Security
// Controls Assessment Language, version 1.1.3: an observation for each rule,
// and a finding for each rule that applies.
//
// A finding is satisfied for a rule that passed, or that is violated below the
// severity of an error; a rule that could not be judged is not satisfied. While
// some of the evidence could not be read, nothing is satisfied. Every UUID is
// of version 5 and follows from the report, so that two exports can be compared.
func OSCAL(w io.Writer, r *Report) error {
	var content bytes.Buffer
	if err := Write(&content, r); err != nil {
		return fmt.Errorf("as OSCAL: %w", err)
	}
	sum := sha256.Sum256(content.Bytes())
	run, at, plan := r.run(), r.At.Format(stamp), uuid("policies", r.run())
	res := oscalResult{
		UUID: uuid("result", run), Title: "Privacy audit of " + oscalText(r.Name), Start: at,
		Description: fmt.Sprintf("%s; exit code %d: %s", plural(len(r.Rules), "rule"), r.Exit, exitWords(r.Exit)),
		Props:       oscalProps("synthetic", fmt.Sprint(r.Synthetic), "exit-code", fmt.Sprint(r.Exit)),
	}
	res.Controls.Selections = []oscalSelection{{Description: "every rule of the policies", All: &struct{}{}}}
	if causes := r.incomplete(); len(causes) > 0 {
		res.Remarks = "The audit is incomplete:\n" + strings.Join(causes, "\n")
	}
	for i := range r.Rules {
		rule := &r.Rules[i]
		res.Observations = append(res.Observations, r.oscalObservation(rule, run))
		if rule.Status != NotApplicable {
			res.Findings = append(res.Findings, r.oscalFinding(rule, run))
		}
	}
	var doc struct {
		Results oscalResults `json:"assessment-results"`
	}
	doc.Results = oscalResults{
		UUID:     uuid("content", hex.EncodeToString(sum[:])),
		Metadata: oscalMetadata{Title: res.Title, Modified: at, Version: fmt.Sprint(Schema), OSCAL: "1.1.3"},
		Import:   oscalImport{"#" + plan},
		Results:  []oscalResult{res},
	}
	resource := oscalResource{UUID: plan, Title: "Policies of the audit", Description: "The rule files that the audit judged by."}
	for _, p := range r.Policies {
		resource.Props = append(resource.Props, oscalProps("policy", p.Name+" "+p.SHA256)...)
	}
	doc.Results.Back.Resources = []oscalResource{resource}
	return writeJSON(w, doc)
}

type oscalResults struct {
	UUID     string        `json:"uuid"`
	Metadata oscalMetadata `json:"metadata"`
	Import   oscalImport   `json:"import-ap"`
	Results  []oscalResult `json:"results"`
	Back     struct {
		Resources []oscalResource `json:"resources"`
	} `json:"back-matter"`
}

type oscalMetadata struct {
	Title    string `json:"title"`
	Modified string `json:"last-modified"`
	Version  string `json:"version"`
	OSCAL    string `json:"oscal-version"`
}

type oscalImport struct {
	Href string `json:"href"`
}

type oscalResource struct {
	UUID        string      `json:"uuid"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Props       []oscalProp `json:"props,omitempty"`
}

type oscalProp struct {
	Name      string `json:"name"`
	Namespace string `json:"ns"`
	Value     string `json:"value"`
}

type oscalResult struct {
	UUID        string      `json:"uuid"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Start       string      `json:"start"`
	Props       []oscalProp `json:"props,omitempty"`
	Controls    struct {
		Selections []oscalSelection `json:"control-selections"`
	} `json:"reviewed-controls"`
	Observations []oscalObservation `json:"observations,omitempty"`
	Findings     []oscalFinding     `json:"findings,omitempty"`
	Remarks      string             `json:"remarks,omitempty"`
}

type oscalSelection struct {
	Description string    `json:"description"`
	All         *struct{} `json:"include-all"`
}

type oscalObservation struct {
	UUID        string          `json:"uuid"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Props       []oscalProp     `json:"props,omitempty"`
	Methods     []string        `json:"methods"`
	Evidence    []oscalEvidence `json:"relevant-evidence,omitempty"`
	Collected   string          `json:"collected"`
}

type oscalEvidence struct {
	Description string      `json:"description"`
	Props       []oscalProp `json:"props,omitempty"`
}

type oscalFinding struct {
	UUID        string         `json:"uuid"`
	Title       string         `json:"title"`
	Description string         `json:"description"`
	Target      oscalTarget    `json:"target"`
	Related     []oscalRelated `json:"related-observations"`
}

type oscalTarget struct {
	Type   string      `json:"type"`
	ID     string      `json:"target-id"`
	Status oscalStatus `json:"status"`
}

type oscalStatus struct {
	State   string `json:"state"`
	Reason  string `json:"reason"`
	Remarks string `json:"remarks,omitempty"`
}

type oscalRelated struct {
	UUID string `json:"observation-uuid"`
}

func (r *Report) oscalObservation(rule *Rule, run string) oscalObservation {
	o := oscalObservation{
		UUID: uuid("observation", run, rule.ID), Title: oscalText(rule.ID + " " + rule.Title),
		Description: oscalText(rule.basis()), Methods: []string{"TEST"}, Collected: r.At.Format(stamp),
		Props: oscalProps("rule", rule.ID, "policy", rule.Policy, "clause", rule.Clause, "check", rule.Check,
			"severity", string(rule.Severity), "status", string(rule.Status), "selected", fmt.Sprint(rule.Selected),
			"violations", fmt.Sprint(rule.Violations), "known-violations", fmt.Sprint(rule.Known)),
	}
	if rule.Status == Manual {
		o.Methods = []string{"EXAMINE"}
	}
	for _, m := range rule.Measured {
		o.Evidence = append(o.Evidence, oscalEvidence{Description: oscalText(m.words())})
	}
	for _, f := range rule.Findings {
		o.Evidence = append(o.Evidence, oscalEvidence{
			Description: oscalText(f.Place.words() + ": " + f.Message),
			Props:       oscalProps("fingerprint", f.Fingerprint),
		})
	}
	return o
}

func (r *Report) oscalFinding(rule *Rule, run string) oscalFinding {
	f := oscalFinding{
		UUID: uuid("finding", run, rule.ID), Title: oscalText(rule.ID + " " + rule.Title), Description: oscalText(rule.sarifText()),
		Target:  oscalTarget{Type: "objective-id", ID: token(rule.ID)},
		Related: []oscalRelated{{uuid("observation", run, rule.ID)}},
	}
	status := &f.Target.Status
	switch {
	case rule.Status == Pass || rule.Status == Warn:
		*status = oscalStatus{State: "satisfied", Reason: "pass"}
	case rule.Status == Fail:
		*status = oscalStatus{State: "not-satisfied", Reason: "fail"}
	default:
		*status = oscalStatus{State: "not-satisfied", Reason: "other"}
	}
	if why := rule.reason(); why != "" {
		status.Remarks = oscalText(why)
	}
	if len(r.Problems) > 0 && status.State == "satisfied" {
		*status = oscalStatus{State: "not-satisfied", Reason: "other", Remarks: "not all of the evidence could be read, and what could be read does not violate the rule"}
	}
	return f
}

// oscalProps makes properties of names and values in turn; those without a
// value are left out.
func oscalProps(pairs ...string) []oscalProp {
	var props []oscalProp
	for i := 0; i < len(pairs); i += 2 {
		if value := strings.TrimSpace(plain(pairs[i+1])); value != "" {
			props = append(props, oscalProp{pairs[i], "urn:hoistway:privacyaudit", value})
		}
	}
	return props
}

// oscalText makes text of the kind that OSCAL calls markup: not empty, on one
// line, and without characters that mean markup.
func oscalText(s string) string {
	s = strings.TrimSpace(plain(s))
	if s == "" {
		return "-"
	}
	return markup.ReplaceAllString(s, `\$0`)
}

var markup = regexp.MustCompile("[\\\\`*_\\[\\]<>{}]")

// token makes an identifier of the kind that OSCAL calls a token.
func token(id string) string {
	t := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, id)
	if first := []rune(t)[0]; !unicode.IsLetter(first) && first != '_' {
		t = "_" + t
	}
	return t
}
