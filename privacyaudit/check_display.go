package privacyaudit

import (
	"maps"
	"path"
	"slices"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// display holds the displays at the entrances against the stores: one row for
// each apartment and intercom username that a building has now, a row without a
// username for an apartment in which nobody entered one, and nothing else, the
// same in all three forms. Who objected to being provided the service counts as
// somebody who entered none. It selects the rows shown and the rows that should
// be.
//
// It takes the stores for right: what should stand in them is for present and
// absent, which also judge the usernames shown by the truth.
func init() {
	register(&Check{
		Name:  "display",
		About: "A display shows exactly the apartments and intercom usernames that its building has now.",
		Needs: NeedConfig,
		New: func(p *Probe) (Watch, error) {
			d := &displays{p: p, apartments: map[string]map[string]string{}, usernames: map[string]string{}, objected: map[string]bool{}, files: map[string]map[string][]byte{}}
			return Watch{Record: d.record, Text: d.text, End: d.end}, nil
		},
	})
}

type displays struct {
	p          *Probe
	apartments map[string]map[string]string // by building and subject
	usernames  map[string]string            // by subject
	objected   map[string]bool              // to being provided the service, by subject
	files      map[string]map[string][]byte // by building and ending
	locked     int
}

func (d *displays) record(r *Record) {
	if !r.Live() {
		return
	}
	if r.State == Locked {
		d.locked++
	}
	if r.State != Read {
		return
	}
	switch r.KindName() {
	case "building-person":
		apartment := r.Text("apartment")
		if apartment == "" {
			return
		}
		if d.apartments[r.Source.Building] == nil {
			d.apartments[r.Source.Building] = map[string]string{}
		}
		d.apartments[r.Source.Building][r.Key.Subject] = apartment
	case "flow-preferences":
		if r.Source.Class == "cloud" {
			d.usernames[r.Key.Subject] = r.Text("intercom_username")
		}
	case "objection":
		if r.Source.Class == "cloud" && r.Text("purpose") == "provide-service" {
			d.objected[r.Key.Subject] = true
		}
	}
}

func (d *displays) text(t *evidence.Text) {
	if t.Class != evidence.DisplayText || t.Number > 0 {
		return
	}
	if d.files[t.Owner] == nil {
		d.files[t.Owner] = map[string][]byte{}
	}
	d.files[t.Owner][path.Ext(t.Name)] = slices.Clone(t.Body)
}

func (d *displays) end() {
	if d.locked > 0 {
		d.p.Inconclusive("the keys to %s of residents were not given", counted(d.locked, "record"))
		return
	}
	wanted := map[string]bool{}
	for i := range d.p.Config.Buildings {
		b := &d.p.Config.Buildings[i]
		if b.Residential && b.Intercom && (d.p.Truth == nil || d.p.Truth.Settings.Gone[b.Name] == "") {
			wanted[b.Name] = true
		}
	}
	if len(wanted) == 0 && len(d.files) == 0 {
		d.p.NotApplicable("no building has an intercom")
		return
	}
	for _, building := range slices.Sorted(maps.Keys(d.files)) {
		place := finding.Place{Store: evidence.DisplayText, File: building + ".json"}
		if !wanted[building] {
			d.p.Select(evidence.DisplayText, 1)
			d.p.Fail(place, "a display in a building in which the service has none")
			continue
		}
		shown, err := evidence.ParseDisplay(d.files[building][".json"], d.files[building][".txt"], d.files[building][".html"])
		if err != nil {
			d.p.Select(evidence.DisplayText, 1)
			d.p.Fail(place, "%v", err)
			continue
		}
		for _, fault := range shown.Faults {
			d.p.Fail(finding.Place{Store: evidence.DisplayText, File: building}, "%s", fault)
		}
		d.compare(place, shown.Rows, d.rows(building))
	}
	for _, building := range slices.Sorted(maps.Keys(wanted)) {
		if n := len(d.rows(building)); d.files[building] == nil && n > 0 {
			d.p.Select(evidence.DisplayText, n)
			d.p.Fail(finding.Place{Store: evidence.DisplayText, File: building + ".json"}, "there is no display of a building with an intercom")
		}
	}
}

// rows are what the display of a building should show.
func (d *displays) rows(building string) map[evidence.DisplayRow]bool {
	rows := map[evidence.DisplayRow]bool{}
	named := map[string]bool{}
	for subject, apartment := range d.apartments[building] {
		if name := d.usernames[subject]; name != "" && !d.objected[subject] {
			rows[evidence.DisplayRow{Apartment: apartment, Username: name}] = true
			named[apartment] = true
		}
	}
	for _, apartment := range d.apartments[building] {
		if !named[apartment] {
			rows[evidence.DisplayRow{Apartment: apartment}] = true
		}
	}
	return rows
}

func (d *displays) compare(place finding.Place, shown []evidence.DisplayRow, want map[evidence.DisplayRow]bool) {
	d.p.Select(evidence.DisplayText, max(len(shown), len(want)))
	seen := map[evidence.DisplayRow]bool{}
	for i, row := range shown {
		switch {
		case !want[row]:
			d.p.Fail(place, "row %d shows what the stores do not have now", i+1)
		case seen[row]:
			d.p.Fail(place, "row %d stands there twice, so that it counts residents", i+1)
		}
		seen[row] = true
	}
	missing := 0
	for row := range want {
		if !seen[row] {
			missing++
		}
	}
	if missing > 0 {
		d.p.Fail(place, "%s missing", counted(missing, "row"))
	}
}
