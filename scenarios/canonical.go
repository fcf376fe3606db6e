package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Canonical is the scenario as TOML with every default filled in. Parsed
// with the same source it gives an equal scenario. Passenger lists stay in
// their files; their checksums are written beside their names.
func (s *Scenario) Canonical() string { return s.canonical(true) }

// Settings lists every key of the scenario with its value and source, in the
// order of the format page.
func (s *Scenario) Settings() []Setting { return slices.Clone(s.settings) }

func (s *Scenario) canonical(listNames bool) string {
	var b strings.Builder
	head := headDraft{Schema, s.Name, s.Title, s.Description}
	if s.Description == "" {
		rootSection.write(&b, "", &head, nil, "description")
	} else {
		rootSection.write(&b, "", &head, nil)
	}
	buildingSection.write(&b, "building", s.Building.draft(), nil, s.Building.heightKey())
	for i := range s.Banks {
		s.Banks[i].write(&b)
	}
	for _, t := range s.Tenants {
		tenantSection.write(&b, "tenant."+t.Name, &tenantDraft{floorSet{floors: t.Floors}, t, s.Service != nil}, nil)
	}
	for _, t := range s.Traffic {
		t.write(&b, listNames)
	}
	for _, v := range s.Visitors {
		visitorSection.write(&b, "visitor."+v.Name, &visitorDraft{floorSet{floors: v.Floors}, v}, nil, once(v.Repeat)...)
	}
	s.writeService(&b)
	for _, f := range s.Faults {
		f.Car++
		faultSection.write(&b, "fault."+f.Name, &faultDraft{f}, nil)
	}
	runSection.write(&b, "run", &s.Run, nil)
	if s.Load != nil {
		loadSection.write(&b, "load", s.Load, nil)
	}
	s.writeExpect(&b)
	return b.String()
}

// draft is the building as one writes it.
func (b *Building) draft() *buildingDraft {
	d := &buildingDraft{floors: len(b.Floors), transferWalk: b.TransferWalk}
	for i, f := range b.Floors {
		d.names = append(d.names, f.Name)
		d.population.floors = append(d.population.floors, f.Population)
		if i > 0 {
			d.heights = append(d.heights, float64(micrometres(f.Elevation)-micrometres(b.Floors[i-1].Elevation))/1e6)
		}
		if f.Entrance > 0 {
			d.entrances = append(d.entrances, entrance{floor: i, share: f.Entrance})
		}
		if f.Locked {
			d.locked.floors = append(d.locked.floors, i)
		}
	}
	if len(d.heights) > 0 {
		d.height = d.heights[0]
	}
	return d
}

// heightKey is the key to leave out: height or heights.
func (b *Building) heightKey() string {
	d := b.draft()
	if len(slices.Compact(d.heights)) > 1 {
		return "height"
	}
	return "heights"
}

func (bank *Bank) write(b *strings.Builder) {
	d := bankDraft{
		dispatcher: bank.Dispatcher, iface: bank.Interface, lobby: bank.Lobby,
		serves: floorSet{floors: bank.Serves}, cars: len(bank.Cars), control: bank.Control,
	}
	if len(bank.Cars) > 0 {
		d.car = bank.Cars[0].draft()
	}
	if !slices.Contains(bank.Serves, d.car.home.floor) {
		d.car.home = home{kind: homeLobby}
	}
	path := "bank." + bank.Name
	bankSection.write(b, path, &d, nil)
	motionSection.write(b, path+".motion", &d.car.motion, nil)
	doorsSection.write(b, path+".doors", &d.car.doors, nil)
	controlSection.write(b, path+".control", &d.control, nil)
	d.car.serves.floors = bank.Serves
	for i := range bank.Cars {
		c := bank.Cars[i].draft()
		car := fmt.Sprintf("%s.car.%d", path, i+1)
		carSection.write(b, car, &c, &d.car)
		motionSection.write(b, car+".motion", &c.motion, &d.car.motion)
		doorsSection.write(b, car+".doors", &c.doors, &d.car.doors)
	}
}

func (c *Car) draft() carDraft {
	return carDraft{
		serves: floorSet{floors: c.Serves}, home: home{homeFloor, c.Home},
		persons: c.Persons, load: c.Load, motion: c.Motion, doors: c.Doors,
	}
}

// write gives the stream as steps or as a list.
func (s *Stream) write(b *strings.Builder, listNames bool) {
	d := trafficDraft{tenants: s.Tenants, list: s.List, digest: s.digest, repeat: s.Repeat, batch: s.Batch}
	for _, p := range s.Phases {
		d.steps = append(d.steps, stepDraft{start: p.Start, end: p.End, demand: p.Demand, mix: mix{p.In, p.Out, p.Inter}, matrix: p.Rates})
	}
	skip := append(once(s.Repeat), "demand", "mix", "start", "end", "template", "peak", "matrix", "list", "list_sha256")
	if s.Kind == List {
		skip = []string{"demand", "mix", "start", "end", "template", "peak", "matrix", "repeat", "steps", "batch_mean"}
		if !listNames {
			skip = append(skip, "list")
		}
	}
	trafficSection.write(b, "traffic."+s.Name, &d, nil, skip...)
}

// once is the key to leave out of what does not repeat.
func once(repeat time.Duration) []string {
	if repeat == 0 {
		return []string{"repeat"}
	}
	return nil
}

// writeService gives the service with its logs, and the events.
func (s *Scenario) writeService(b *strings.Builder) {
	if s.Service != nil {
		serviceSection.write(b, "service", s.Service, nil)
		for i := range s.Service.Logs {
			l := &s.Service.Logs[i]
			logSection.write(b, "service.log."+l.Name, l, nil)
		}
	}
	for _, e := range s.Events {
		d := eventDraft{event: e, at: e.From}
		skip := []string{"at"}
		if e.From == e.To {
			skip = []string{"from", "to"}
		}
		if e.Tenant == "" {
			skip = append(skip, "tenant")
		}
		if e.Site == "" {
			skip = append(skip, "site")
		}
		eventSection.write(b, "event."+e.Name, &d, nil, skip...)
	}
}

func (s *Scenario) writeExpect(b *strings.Builder) {
	if len(s.Expect) == 0 {
		return
	}
	b.WriteString("\n[expect]\n")
	var metrics []string
	bounds := map[string][]string{}
	for _, e := range s.Expect {
		if bounds[e.Metric] == nil {
			metrics = append(metrics, e.Metric)
		}
		bounds[e.Metric] = append(bounds[e.Metric], quoteTOML(strings.TrimPrefix(e.Text, e.Metric+" ")))
	}
	for _, m := range metrics {
		if list := bounds[m]; len(list) == 1 {
			fmt.Fprintf(b, "%s = %s\n", m, list[0])
		} else {
			fmt.Fprintf(b, "%s = [%s]\n", m, strings.Join(list, ", "))
		}
	}
}
