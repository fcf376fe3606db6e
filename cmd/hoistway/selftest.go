package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/selftest"
)

// selfTest lets deliberately wrong writers loose and says which the rules
// caught. Its report takes every form that one of an audit takes.
func (f *auditFlags) selfTest(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 || f.parts != (evidence.Parts{}) || f.at != "" || f.records != "" || f.baseline != "" || f.ratchet != "" {
		return errors.New("--self-test makes its own evidence and forgives nothing: leave out DIR, the parts, --at, --records and the baselines")
	}
	if err := f.checkFormat(); err != nil {
		return err
	}
	policies, err := f.loadPolicies()
	if err != nil {
		return err
	}
	out, err := f.openOut()
	if err != nil {
		return err
	}
	if out != nil {
		defer out.discard()
	}
	o := selftest.Options{Only: f.mutants, Policies: policies, Tool: version()}
	if f.format == formatText {
		o.Out = stdout
	}
	report, err := selftest.Run(ctx, o)
	if report == nil {
		var policy *privacyaudit.PolicyError
		if errors.As(err, &policy) {
			return badInput{err}
		}
		return err
	}
	if err != nil { // mutants that could not be made are survivors of the report
		if _, err := fmt.Fprintln(stderr, "hoistway: self-test:", err); err != nil {
			return err
		}
	}
	if out != nil {
		if err := writeAudit(out, report); err != nil {
			return err
		}
	}
	if f.format == formatJSON {
		if err := finding.Write(stdout, report); err != nil {
			return err
		}
	}
	return concluded(report)
}
