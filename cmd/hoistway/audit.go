package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
	"hoistway/reports"
)

// auditFlags are those of one audit.
type auditFlags struct {
	outputFlags
	parts    evidence.Parts
	policies []string
	against  string
	records  string
	at       string
	baseline string
	ratchet  string
	workers  int
	checks   bool
	self     bool
	mutants  []string
}

func newAudit() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit [DIR]",
		Short: "Hold what was really stored against the privacy statements",
		Long: `Audit reads what a service stored and proves for every rule of a policy that it
holds, or shows where it does not. DIR is the folder that a run with --evidence
left, or a folder of stores; parts can be named by flags of their own, which go
before what DIR has. Nothing is written into the evidence, and no store is
opened: audit a copy while a service runs.

  hoistway audit out/evidence --policy flow-app,remote-call
  hoistway audit --stores copy/stores --keys copy/keys --at 2027-06-12T00:00:00Z

Without the truth of a run (what everybody really did and entered) the rules
that need it say so. A policy is the name of one that is shipped, or the path of
a TOML file of your own with its statement beside it.

--out writes audit.json (the source of the others), audit.sarif,
audit.junit.xml, audit.oscal.json and audit.html.

Exit codes: 0 every rule holds, 2 a policy or baseline is not valid, 5 findings,
6 incomplete: something could not be read, or a rule judged nothing and nobody
said why. 6 outranks 5; all findings are written all the same. --self-test ends
with 7 when a wrong writer was not caught by every rule that claims it.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.checks {
				return listChecks(cmd.OutOrStdout())
			}
			if f.self {
				return f.selfTest(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			if len(f.mutants) > 0 {
				return errors.New("--mutant chooses among the wrong writers of --self-test: give both")
			}
			return f.audit(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.add(cmd, "write the findings")
	flags := cmd.Flags()
	flags.StringSliceVar(&f.policies, "policy", privacyaudit.Shipped(), "`POLICIES` to audit against, by name or path, with commas between")
	flags.StringVar(&f.records, "records", "", "a TOML `FILE` that says what records the stores hold (default: those of our own services)")
	flags.StringVar(&f.against, "against", "", "a `FOLDER` of evidence of another run with the same seed, whose IDs must be others")
	flags.StringVar(&f.at, "at", "", "the `INSTANT` at which ages are judged, RFC 3339 (default: the end of the run)")
	flags.StringVar(&f.baseline, "baseline", "", "a `FILE` of findings that are known, with reason and day of expiry")
	flags.StringVar(&f.ratchet, "write-baseline", "", "write the baseline that this audit would just meet into this new `FILE`")
	flags.IntVar(&f.workers, "parallel", 0, "`N` goroutines that decode (default: one for each processor)")
	flags.BoolVar(&f.checks, "checks", false, "list the checks that a policy can name, and their parameters")
	flags.BoolVar(&f.self, "self-test", false, "test the auditor instead: which deliberately wrong writers do the rules catch")
	flags.StringSliceVar(&f.mutants, "mutant", nil, "only these `NAMES` of wrong writers, with commas between")
	for _, part := range []struct {
		name string
		dir  *string
		what string
	}{
		{"stores", &f.parts.Stores, "stores, displays, backups and phones"},
		{"keys", &f.parts.Keys, "key-encryption keys"},
		{"logs", &f.parts.Logs, "logs"},
		{"metrics", &f.parts.Metrics, "metrics"},
		{"wire", &f.parts.Wire, "frames between phones and back end"},
		{"exports", &f.parts.Exports, "what left the provider"},
		{"reports", &f.parts.Reports, "reports"},
		{"truth", &f.parts.Truth, "the truth of a run"},
	} {
		flags.StringVar(part.dir, part.name, "", "the `FOLDER` of "+part.what)
	}
	return cmd
}

// found is an audit that did not end clean: the code says how.
type found struct {
	code int
	text string
}

func (f found) Error() string { return f.text }

// audit makes one audit and writes what it found.
func (f *auditFlags) audit(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := f.options(args)
	if err != nil {
		return err
	}
	var baseline *finding.Baseline
	if f.baseline != "" {
		if baseline, err = knownFindings(f.baseline); err != nil {
			return err
		}
	}
	if f.ratchet != "" {
		if err := replaceable(f.ratchet, false); err != nil {
			return fmt.Errorf("--write-baseline %s: %w", f.ratchet, err)
		}
	}
	out, err := f.openOut()
	if err != nil {
		return err
	}
	if out != nil {
		defer out.discard()
	}
	report, err := privacyaudit.Run(ctx, o)
	if err != nil {
		var policy *privacyaudit.PolicyError
		if errors.As(err, &policy) {
			return badInput{err}
		}
		return err
	}
	report.Repeat = f.repeat(args, report.At)
	if baseline != nil {
		if err := baseline.Apply(report, time.Now()); err != nil {
			return badInput{err}
		}
	}
	if out != nil {
		if err := writeAudit(out, report); err != nil {
			return err
		}
	}
	if f.ratchet != "" {
		next := finding.Accept(report)
		if baseline != nil {
			next = baseline.Ratchet(report)
		}
		if err := writeFile(f.ratchet, func(w io.Writer) error { return finding.WriteBaseline(w, next) }); err != nil {
			return err
		}
	}
	if err := f.tell(stdout, report); err != nil {
		return err
	}
	return concluded(report)
}

// openOut opens the folder of --out; nil when none is asked for.
func (f *auditFlags) openOut() (*folder, error) {
	if f.out == "" {
		return nil, nil
	}
	return openFolder("out", f.out, f.force, writtenAudit)
}

// checkFormat says what is wrong with --format.
func (f *auditFlags) checkFormat() error {
	if f.format != formatText && f.format != formatJSON {
		return fmt.Errorf("--format %s: want text or json", f.format)
	}
	return nil
}

// loadPolicies reads the policies of --policy.
func (f *auditFlags) loadPolicies() (all []*privacyaudit.Policy, err error) {
	for _, name := range f.policies {
		p, err := privacyaudit.LoadPolicy(name)
		if err != nil {
			return nil, badInput{err}
		}
		all = append(all, p)
	}
	return all, nil
}

// options are those of the audit that flags and argument ask for.
func (f *auditFlags) options(args []string) (o privacyaudit.Options, err error) {
	if err := f.checkFormat(); err != nil {
		return o, err
	}
	o.Parts, o.Workers, o.Tool = f.parts, f.workers, version()
	if len(args) == 1 {
		parts, err := evidence.Open(args[0])
		if err != nil {
			return o, badInput{err}
		}
		o.Parts = o.Parts.Or(parts)
	}
	if o.Parts == (evidence.Parts{}) {
		return o, errors.New("nothing to audit: name a folder that a run with --evidence left, or parts of one with --stores, --keys and so on")
	}
	named := o.Parts.Stores
	if len(args) == 1 {
		named = args[0]
	}
	if o.Name, err = nameOf(cmp.Or(named, "evidence")); err != nil {
		return o, err
	}
	if f.against != "" {
		if o.Against, err = evidence.Open(f.against); err != nil {
			return o, badInput{err}
		}
	}
	if f.records != "" {
		text, err := os.ReadFile(f.records)
		if err != nil {
			return o, badInput{err}
		}
		if o.Schema, err = format.Load(bytes.NewReader(text), f.records); err != nil {
			return o, badInput{err}
		}
	}
	if f.at != "" {
		if o.At, err = time.Parse(time.RFC3339, f.at); err != nil {
			return o, fmt.Errorf("--at %s: want an instant such as 2027-06-12T00:00:00Z", f.at)
		}
	}
	o.Policies, err = f.loadPolicies()
	return o, err
}

// nameOf is the last part of a folder's path, also of one that is given as ".".
func nameOf(dir string) (string, error) {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.Base(whole), nil
}

// repeat is the command that audits the same again, from the same folder.
func (f *auditFlags) repeat(args []string, at time.Time) string {
	words := append([]string{"hoistway", "audit"}, args...)
	for _, flag := range []struct{ name, value string }{
		{"stores", f.parts.Stores}, {"keys", f.parts.Keys}, {"logs", f.parts.Logs}, {"metrics", f.parts.Metrics}, {"wire", f.parts.Wire},
		{"exports", f.parts.Exports}, {"reports", f.parts.Reports}, {"truth", f.parts.Truth}, {"records", f.records},
		{"policy", strings.Join(f.policies, ",")}, {"at", at.Format(time.RFC3339Nano)}, {"baseline", f.baseline},
	} {
		if flag.value != "" {
			words = append(words, "--"+flag.name, flag.value)
		}
	}
	for i, word := range words {
		if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:+=@%") != "" {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// knownFindings reads the baseline of an audit.
func knownFindings(path string) (*finding.Baseline, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, badInput{err}
	}
	baseline, err := finding.ReadBaseline(bytes.NewReader(b), path)
	if err != nil {
		return nil, badInput{err}
	}
	return baseline, nil
}

// tell prints the report for people or for programs.
func (f *auditFlags) tell(stdout io.Writer, report *finding.Report) error {
	if f.format == formatJSON {
		return finding.Write(stdout, report)
	}
	width, colour := 100, false
	return finding.Table(stdout, report, width, colour)
}

// concluded is the error of an audit that did not end clean.
func concluded(r *finding.Report) error {
	s := r.Summary
	open := s.Fail - s.Known
	violated := fmt.Sprintf("%d %s violated", open, plural(open, "rule"))
	switch r.Exit {
	case finding.ExitClean:
		return nil
	case finding.ExitFindings:
		return found{r.Exit, "audit: " + violated}
	case finding.ExitIncomplete:
		return found{r.Exit, fmt.Sprintf("audit: incomplete: %d %s could not be read, %d %s judged nothing and nobody said why; %s",
			s.Problems, plural(s.Problems, "part"), s.Unexplained, plural(s.Unexplained, "rule"), violated)}
	}
	return found{r.Exit, fmt.Sprintf("audit: %d of %d wrong writers survived", s.Mutants-s.Killed, s.Mutants)}
}

// Files of an audit's output.
const (
	fileAudit      = "audit.json"
	fileAuditSARIF = "audit.sarif"
	fileAuditJUnit = "audit.junit.xml"
	fileAuditOSCAL = "audit.oscal.json"
	fileAuditHTML  = "audit.html"
)

// writeAudit writes all forms of the findings.
func writeAudit(out *folder, r *finding.Report) error {
	for _, file := range []struct {
		name  string
		write func(io.Writer, *finding.Report) error
	}{
		{fileAudit, finding.Write}, {fileAuditSARIF, finding.SARIF}, {fileAuditJUnit, finding.JUnit}, {fileAuditOSCAL, finding.OSCAL}, {fileAuditHTML, reports.Audit},
	} {
		if err := writeFile(filepath.Join(out.work, file.name), func(w io.Writer) error { return file.write(w, r) }); err != nil {
			return err
		}
	}
	return out.commit()
}

// writtenAudit says why a folder does not look like an earlier audit's output.
func writtenAudit(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Type() != fs.FileMode(0) || !strings.HasPrefix(e.Name(), "audit.") {
			return fmt.Errorf("it holds %s, which hoistway audit did not write: name another folder", e.Name())
		}
	}
	return nil
}

// listChecks prints what a policy can name.
func listChecks(w io.Writer) error {
	for _, c := range privacyaudit.Checks() {
		if _, err := fmt.Fprintf(w, "%s\n    %s\n", c.Name, c.About); err != nil {
			return err
		}
		for _, p := range c.Params {
			needed := ""
			if p.Required {
				needed = ", needed"
			}
			if _, err := fmt.Fprintf(w, "    %s (%s%s): %s\n", p.Name, p.Form, needed, p.About); err != nil {
				return err
			}
		}
	}
	return nil
}
