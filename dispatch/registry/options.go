package registry

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// longestLog is the statement's own bound of log data: a year from collection
// (FL:L58), in its stricter reading.
const longestLog = 365 * 24 * time.Hour

// logName is the form of the names of buildings' logs, which stand in keys.
var logName = regexp.MustCompile(`^[a-z0-9]+([-_][a-z0-9]+)*$`)

// buildingName is the form of a building's name: it becomes part of the names
// of folders and key files.
var buildingName = regexp.MustCompile(`^[a-z0-9]+([-_][a-z0-9]+)*$`)

// check finds everything that is wrong with the options.
func (o *Options) check() error {
	var faults []error
	wrong := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if o.Now == nil {
		wrong("Now: a clock is needed; the registry never reads the machine's")
	}
	switch {
	case o.Dir == "" && o.Keys != "":
		wrong("Keys: stores in memory have no use for a folder of keys; leave it empty")
	case o.Dir != "" && o.Keys == "":
		wrong("Keys: stores on disk need a folder for their key-encryption keys, outside of them")
	case o.Dir != "":
		if inside, err := within(o.Keys, o.Dir); err != nil {
			wrong("Keys: %w", err)
		} else if inside {
			wrong("Keys: the key-encryption keys lie in the folder of the stores, so that a copy of it would open itself; choose another folder")
		}
		if inside, err := within(o.Dir, o.Keys); err != nil {
			wrong("Dir: %w", err)
		} else if inside {
			wrong("Dir: the stores lie in the folder of the key-encryption keys; choose another folder")
		}
	}
	for i, b := range o.Buildings {
		if !buildingName.MatchString(b.Name) || len(b.Name) > 64 {
			wrong("Buildings: name %q of building %d: a name has at most 64 lower-case letters and digits, with single hyphens or underscores between", b.Name, i+1)
		}
		if slices.ContainsFunc(o.Buildings[:i], func(other BuildingConfig) bool { return other.Name == b.Name }) {
			wrong("Buildings: %s stands there twice", b.Name)
		}
		for j, l := range b.Logs {
			l.check(fmt.Sprintf("Buildings: log %q of %s: ", l.Name, b.Name), wrong)
			if slices.ContainsFunc(b.Logs[:j], func(other LogDeclaration) bool { return other.Name == l.Name }) {
				wrong("Buildings: log %q of %s stands there twice", l.Name, b.Name)
			}
		}
	}
	for i, b := range o.Buildings {
		if b.LogData < 0 || b.LogData > o.Limits.LogData {
			wrong("Buildings: LogData of building %d is %s; local law can only shorten Limits.LogData, %s", i+1, b.LogData, o.Limits.LogData)
		}
	}
	o.checkPlaces(wrong)
	for i, number := range o.Group {
		if !ValidNumber(number) {
			wrong("Group: organisation %d is no number such as ORG-4", i+1)
		}
	}
	o.Limits.check(wrong)
	if len(faults) > 0 {
		return fmt.Errorf("registry options: %w", errors.Join(faults...))
	}
	return nil
}

func (l *LogDeclaration) check(where string, wrong func(string, ...any)) {
	if !logName.MatchString(l.Name) {
		wrong("%sa name has at most 64 lower-case letters and digits, with single hyphens or underscores between", where)
	}
	if len(l.Fields) == 0 {
		wrong("%sit declares no fields, so that it could hold nothing", where)
	}
	if l.Retention <= 0 {
		wrong("%sretention is %s; the building's Manager has to define one (FL:L56)", where, l.Retention)
	}
	if !slices.Contains(KindBuildingLog.Purposes, l.Purpose) {
		wrong("%spurpose %q; a building's log is for one of %v", where, l.Purpose, KindBuildingLog.Purposes)
	}
}

func (l *Limits) check(wrong func(string, ...any)) {
	for _, limit := range []struct {
		name string
		d    time.Duration
	}{
		{"LogData", l.LogData}, {"Inactivity", l.Inactivity}, {"Backups", l.Backups}, {"Rotation", l.Rotation}, {"Archive", l.Archive},
	} {
		if limit.d <= 0 {
			wrong("Limits.%s is %s; a period is longer than nothing, and DefaultLimits has proposals", limit.name, limit.d)
		}
	}
	if l.LogData > longestLog {
		wrong("Limits.LogData is %s; log data are kept for at most 365 days from collection (FL:L58)", l.LogData)
	}
	if l.Cell < 2 {
		wrong("Limits.Cell is %d; a count of one person is not anonymous", l.Cell)
	}
}

// within tells whether a folder is another one or lies in it, links resolved.
func within(dir, other string) (bool, error) {
	dir, err := resolved(dir)
	if err != nil {
		return false, err
	}
	other, err = resolved(other)
	if err != nil {
		return false, err
	}
	rel, err := filepath.Rel(other, dir)
	if err != nil {
		return false, nil // on different volumes
	}
	return rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)), nil
}

// resolved gives the true path of a folder, of which the last parts need not
// exist yet.
func resolved(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for rest := ""; ; {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, os.ErrNotExist) || dir == filepath.Dir(dir) {
			return "", err
		}
		dir, rest = filepath.Dir(dir), filepath.Join(filepath.Base(dir), rest)
	}
}
