package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// eea are the countries of the European Economic Area, ISO 3166.
var eea = strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK")

// EEA lists the countries of the European Economic Area.
func EEA() []string { return slices.Clone(eea) }

// placeBackups names the backups among the places of Options.Regions.
const placeBackups = "backups"

// places are what stands somewhere, besides building servers, which stand in
// their buildings.
var places = []string{string(Analytics), string(Archive), placeBackups, string(Cloud), string(Ledger), string(Vault)}

// Basis is a legal basis on which a building's data lie in another country
// (FL:L70).
type Basis struct {
	Place     string    `json:"place"`     // cloud, analytics, vault, archive, ledger or backups
	Region    string    `json:"region"`    // where it stands
	Mechanism string    `json:"mechanism"` // one of Mechanisms
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
}

// withinCountry tells whether data of a building in one country may lie in another
// without more: in the same, or in any of the EEA where the building's is one.
func withinCountry(building, region string) bool {
	return building == region || slices.Contains(eea, building) && slices.Contains(eea, region)
}

// checkPlaces finds what is wrong with the regions and bases of options.
func (o *Options) checkPlaces(wrong func(string, ...any)) {
	for _, place := range sortedKeys(o.Regions) {
		if !slices.Contains(places, place) {
			wrong("Regions: there is no %q; what stands somewhere is %s", place, strings.Join(places, ", "))
		}
		if !forms[FormRegion].MatchString(o.Regions[place]) {
			wrong("Regions: %s stands in %q; a country has two capital letters (ISO 3166)", place, o.Regions[place])
		}
	}
	for i, b := range o.Bases {
		if !slices.Contains(places, b.Place) || o.regionOf(b.Place) != b.Region {
			wrong("Bases: number %d is for %q in %q, where nothing stands by Regions", i+1, b.Place, b.Region)
		}
		if !slices.Contains(mechanisms, b.Mechanism) {
			wrong("Bases: number %d has mechanism %q; a legal basis is one of %s", i+1, b.Mechanism, strings.Join(mechanisms, ", "))
		}
		if b.From.IsZero() || !b.From.Before(b.Until) {
			wrong("Bases: number %d is valid from %s until %s, which is no period", i+1, b.From, b.Until)
		}
	}
}

// regionOf is where a place is. What Regions does not name stands where the
// first building does.
func (o *Options) regionOf(place string) string {
	if region := o.Regions[place]; region != "" || len(o.Buildings) == 0 {
		return region
	}
	return o.Buildings[0].Region
}

// Regions tell where all stores and the backups stand, by name: "cloud",
// "building-a", "backups". It is what to answer who asks in which countries
// data about them lie (FL:L70).
func (r *Registry) Regions() map[string]string {
	all := map[string]string{}
	for _, place := range places {
		all[place] = r.o.regionOf(place)
	}
	for _, b := range r.Buildings() {
		all[storeName(Building, b.Name)] = b.Region
	}
	return all
}

// checkRegions wants, for every place outside of the countries in which a
// building's data may lie, a legal basis that is valid now, and has it in the
// ledger, on the disk. It comes before the first byte at such a place.
func (r *Registry) checkRegions() error {
	for _, place := range places {
		if err := r.checkRegion(place); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) checkRegion(place string) error {
	region, now := r.o.regionOf(place), r.o.Now().UTC()
	abroad := slices.DeleteFunc(slices.Clone(r.o.Buildings), func(b BuildingConfig) bool { return b.Region == "" || withinCountry(b.Region, region) })
	if len(abroad) == 0 {
		return nil
	}
	left, err := r.leftBuildings()
	if err != nil {
		return err
	}
	abroad = slices.DeleteFunc(abroad, func(b BuildingConfig) bool { return left[b.Name] })
	if len(abroad) == 0 {
		return nil
	}
	i := slices.IndexFunc(r.o.Bases, func(b Basis) bool { return b.Place == place && !now.Before(b.From) && now.Before(b.Until) })
	if i < 0 {
		return fmt.Errorf("%s stands in %s, outside of the country of building %s (%s), and no legal basis is valid on %s (FL:L70): enter one of %s with its dates in %s under \"legal_bases\", or keep it in the country",
			place, region, abroad[0].Name, abroad[0].Region, now.Format(time.DateOnly), strings.Join(mechanisms, ", "), ConfigFile)
	}
	b := r.o.Bases[i]
	facts := map[string]string{
		"place": b.Place, "region": b.Region, "mechanism": b.Mechanism,
		"from": b.From.UTC().Format(time.RFC3339Nano), "until": b.Until.UTC().Format(time.RFC3339Nano),
	}
	recorded := false
	err = r.Entries(func(_ uint64, e *Entry) error {
		recorded = recorded || e.Act == ActLegalBasis && maps.Equal(e.Facts, facts)
		return nil
	})
	if err != nil || recorded {
		return err
	}
	_, err = r.Append(Entry{Act: ActLegalBasis, Facts: facts}, true)
	return err
}
