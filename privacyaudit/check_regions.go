package privacyaudit

import (
	"fmt"
	"slices"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// regions holds the countries in which data lie against those of the buildings.
// Between countries of the list within, such as those of
// the EEA, data may go without more. For every store and the backups elsewhere a
// legal basis must be configured that is valid at the instant of the audit, and
// stand in the ledger as it is configured; the ledger's entry on a backup names
// the country that the configuration gives. Where data were transferred to is for
// the check transfer.
//
// It knows where things stand by the configuration and the ledger alone.
func init() {
	register(&Check{
		Name:  "regions",
		About: "Data lie in the buildings' countries, or there is a legal basis.",
		Needs: NeedConfig,
		Params: []Param{
			{Name: "within", Form: FormTexts, About: "countries (ISO 3166) among which no basis is needed"},
			{Name: "mechanisms", Form: FormTexts, Required: true, About: "what may be a legal basis"},
		},
		New: newRegions,
	})
}

// standingPlaces are what stands somewhere besides the buildings' own servers.
var standingPlaces = []string{"analytics", "archive", "backups", "cloud", "ledger", "vault"}

func newRegions(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	within, mechanisms := p.Texts("within"), p.Texts("mechanisms")
	return Watch{End: func() {
		left := p.ended()
		abroad := func(region string) bool {
			return slices.ContainsFunc(p.Config.Buildings, func(b evidence.BuildingConfig) bool {
				return left[b.Name] == nil && b.Region != region && !(slices.Contains(within, b.Region) && slices.Contains(within, region))
			})
		}
		at := finding.Place{Store: evidence.ConfigFile}
		for _, place := range standingPlaces {
			p.Select(evidence.ConfigFile, 1)
			region := p.regionOf(place)
			if !abroad(region) {
				continue
			}
			b := p.basis(place, region)
			switch {
			case b == nil:
				p.Fail(at, "%s stands in another country than a building, and no legal basis for it is valid at the instant of the audit", place)
			case !slices.Contains(mechanisms, b.Mechanism):
				p.Fail(at, "the legal basis of %s is none of the mechanisms that may be one", place)
			case len(p.Ledger) > 0 && !p.recorded(b):
				p.Fail(at, "the ledger does not have the legal basis of %s as it is configured", place)
			}
		}
		for _, e := range p.entries("backup") {
			if region := e.Facts["region"]; region != "" {
				p.Select("ledger", 1)
				if region != p.regionOf("backups") {
					p.Fail(e.Place(), "a backup was written in another country than the configuration says")
				}
			}
		}
	}}, nil
}

// regionOf is the country in which something stands: where the first building
// does, unless the configuration says otherwise.
func (a *Audit) regionOf(place string) string {
	if region := a.Config.Regions[place]; region != "" || len(a.Config.Buildings) == 0 {
		return region
	}
	return a.Config.Buildings[0].Region
}

// basis is the legal basis of a place that is valid at the audit's instant.
func (a *Audit) basis(place, region string) *evidence.Basis {
	i := slices.IndexFunc(a.Config.Bases, func(b evidence.Basis) bool {
		return b.Place == place && b.Region == region && !a.At.Before(b.From) && a.At.Before(b.Until)
	})
	if i < 0 {
		return nil
	}
	return &a.Config.Bases[i]
}

// recorded is whether the ledger has a legal basis as it is configured.
func (a *Audit) recorded(b *evidence.Basis) bool {
	say := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	want := fmt.Sprint(b.Place, b.Region, b.Mechanism, say(b.From), say(b.Until))
	return slices.ContainsFunc(a.entries("legal-basis"), func(e *Entry) bool {
		from, okFrom := e.Time("from")
		until, okUntil := e.Time("until")
		return okFrom && okUntil && want == fmt.Sprint(e.Facts["place"], e.Facts["region"], e.Facts["mechanism"], say(from), say(until))
	})
}
