package registry

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

// loggedActs are the acts that an operator reads of in the process log as they
// are noted in the ledger: what changes stores as a whole, and what is refused.
// The others follow each single person, and stand in the ledger alone.
var loggedActs = []string{
	ActErasureSettled, ActSwept, ActKeyRotation, ActBackup, ActRestore, ActHandOver, ActServiceEnded, ActHold, ActRelease, ActReidentifyDenied, ActIdentityRefused, ActTestCost,
}

// loggedForms are the forms of facts that say nothing of a person, a record or
// a case: neither IDs nor what they can be computed from, nor instants.
var loggedForms = []Form{FormCount, FormYesNo, FormWord, FormWords, FormBuilding, FormStore, FormRing, FormOutcome, FormRegion, FormChoice}

// log tells the process log of an entry that was written.
func (r *Registry) log(e *Entry) {
	if r.o.Log == nil || !slices.Contains(loggedActs, e.Act) {
		return
	}
	act := acts[slices.IndexFunc(acts, func(a Act) bool { return a.Name == e.Act })]
	level := slog.LevelInfo
	if strings.HasSuffix(e.Act, "-refused") || e.Act == ActTestCost {
		level = slog.LevelWarn
	}
	var attrs []slog.Attr
	for _, name := range slices.Sorted(maps.Keys(e.Facts)) {
		if f, _ := act.fact(name); f != nil && slices.Contains(loggedForms, f.Form) {
			attrs = append(attrs, slog.String(name, e.Facts[name]))
		}
	}
	r.o.Log.LogAttrs(context.Background(), level, strings.ReplaceAll(e.Act, "-", " "), attrs...)
}

// unneeded tells that a warning of Badger's says nothing to an operator. When a
// store is flattened, several workers ask for tables to compact, and one that
// comes after the others have taken them all warns that it could not have any.
// A compaction that fails has a warning of its own, and flattening fails when no
// worker gets anywhere.
func unneeded(format string, args []any) bool {
	return strings.HasPrefix(format, "While running doCompact with") && slices.ContainsFunc(args, func(a any) bool {
		err, is := a.(error)
		return is && err.Error() == "Unable to fill tables"
	})
}
