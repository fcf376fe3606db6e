package privacyaudit

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
)

// residue finds versions of records that a reader no longer sees and that are
// still in the files. A database that is appended to keeps deleted and
// superseded versions until it is settled, so some may be there for a while. The
// check tells since when by what the ledger knows of the record: when it was
// removed or corrected; or by the record's own limit, after which it had to be
// deleted: that of its kind, the one that the Manager of a building ordered, or
// the deadline of an archive. What cannot be dated that way is counted and not
// judged: counters of a key that was used, keys that were wrapped anew. Nor is
// a version of a corrected record that says the same as the present one but for
// technical fields, such as the week of the last use: it was written after the
// correction. What is left of erased subjects the check certificates judges,
// without any lag.
//
// It bounds the lag from below: the version may have been deleted earlier.
func init() {
	register(&Check{
		Name:   "residue",
		About:  "What was deleted or corrected is gone from the files, too, within the time that a settlement may take.",
		Params: []Param{{Name: "lag", Form: FormDuration, Required: true, About: "longest time for which a deleted version may be in the files"}},
		New:    newResidue,
	})
}

// dates say since when a version that nobody sees should not be there.
type dates struct {
	*Audit
	records map[string]time.Time // by hash: it was removed or corrected for the last time
	present map[string]uint64    // of those: what the version that a reader sees says
	logs    map[string]time.Duration
}

func (a *Audit) dates() *dates {
	d := &dates{a, map[string]time.Time{}, map[string]uint64{}, map[string]time.Duration{}}
	for _, e := range a.Ledger {
		if e.Act == "removed" || e.Act == "corrected" {
			d.records[e.Facts["ref"]] = e.At
		}
	}
	if a.Config != nil {
		for _, b := range a.Config.Buildings {
			for _, l := range b.Logs {
				if l.Retention != nil {
					d.logs[b.Name+"/"+l.Name] = time.Duration(*l.Retention)
				}
			}
		}
	}
	return d
}

// sees notes what the present version of a corrected record says. It comes
// before the former ones.
func (d *dates) sees(r *Record) {
	if len(d.records) == 0 || r.State != Read {
		return
	}
	if ref := recordRef(r.Source.holder(), string(r.RawKey)); !d.records[ref].IsZero() {
		d.present[ref] = said(r)
	}
}

// said is a hash of what a record says but for technical fields.
func said(r *Record) uint64 {
	h := fnv.New64a()
	for _, f := range r.Fields {
		if i := slices.IndexFunc(r.Kind.Fields, func(k format.Field) bool { return k.Name == string(f.Name) }); i >= 0 && r.Kind.Fields[i].Category == "technical" {
			continue
		}
		fmt.Fprintf(h, "%q:%s,", f.Name, f.Raw)
	}
	return h.Sum64()
}

// of is since when a version should not be there; false where nothing tells.
func (d *dates) of(r *Record) (time.Time, bool) {
	ref := recordRef(r.Source.holder(), string(r.RawKey))
	if at, ok := d.records[ref]; ok {
		if now, there := d.present[ref]; there && r.State == Read && now == said(r) {
			return time.Time{}, false
		}
		return at, true
	}
	if deadline, err := time.Parse(time.RFC3339Nano, r.Text("deadline")); err == nil {
		return deadline, true // of an archive
	}
	if r.State != Read {
		return time.Time{}, false
	}
	if keep, ok := d.logs[r.Source.Building+"/"+r.Key.Log]; ok && r.Key.Log != "" {
		return r.At().Add(keep), true
	}
	keep := d.Schema.Retentions[r.Kind.Retention]
	if keep.Days == 0 || keep.From != "at" {
		return time.Time{}, false
	}
	limit := time.Duration(keep.Days) * 24 * time.Hour
	if d.Config != nil && d.Config.Limits.LogData > 0 {
		limit = min(limit, time.Duration(d.Config.Limits.LogData))
	}
	return r.At().Add(limit), true
}

func newResidue(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	lag := p.Duration("lag", 0)
	var since *dates
	undated, dated, oldest := 0, 0, time.Duration(0)
	return Watch{
		Store: func(src *Source) { p.Select(src.Name, src.Records) },
		Record: func(r *Record) {
			if since == nil {
				since = p.dates() // the ledger is known when the first record comes
			}
			if r.Kind == nil || r.Key.Mark || r.State == Gone && r.Newest {
				return
			}
			if r.Live() {
				since.sees(r)
				return
			}
			from, known := since.of(r)
			age := p.At.Sub(from)
			switch {
			case !known || age < 0:
				undated++
				return
			case age > lag:
				p.Fail(r.Place(), "a version that nobody sees has been in the files for %v after it should have gone; %v are allowed", age.Round(time.Hour), lag)
			}
			dated++
			oldest = max(oldest, age)
		},
		End: func() {
			limit := lag.Hours()
			p.Measure(finding.Measure{Name: "oldest deleted or superseded version", Value: oldest.Hours(), Unit: "h", Max: &limit})
			p.Measure(finding.Measure{Name: "deleted or superseded versions with a known date", Value: float64(dated)})
			p.Measure(finding.Measure{Name: "deleted or superseded versions without one", Value: float64(undated)})
		},
	}, nil
}
