package phone

import (
	"errors"
	"slices"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/wire"
)

// activity is what the app's report says of one part of the day.
type activity struct {
	hour      int
	seconds   int
	functions map[string]int
}

// Opened notes that the user had the app open for so long until now.
func (p *Phone) Opened(d time.Duration) {
	if a := p.active(); a != nil {
		a.seconds += int(d / time.Second)
	}
}

// acts counts a function for the app's report.
func (p *Phone) acts(function string) {
	if a := p.active(); a != nil {
		a.functions[function]++
	}
}

// active gives what the report will say of this part of the day, nil when the
// user objected to the analysis of usage.
func (p *Phone) active() *activity {
	if p.objected(registry.ToAnalyse) {
		return nil
	}
	hour := p.now().Hour()
	part := remotecall.PartOfDay(hour)
	a := p.activity[part]
	if a == nil {
		a = &activity{hour: hour, functions: map[string]int{}}
		p.activity[part] = a
	}
	return a
}

// report sends the app's report for each part of the day in which it was used.
func (p *Phone) report() error {
	parts := make([]string, 0, len(p.activity))
	for part := range p.activity {
		parts = append(parts, part)
	}
	slices.Sort(parts)
	for _, part := range parts {
		a := p.activity[part]
		r := remotecall.AppReport{Token: p.token, Description: p.o.Description, Model: p.o.Model, System: p.o.System, Hour: a.hour,
			Seconds: a.seconds, Functions: a.functions}
		err := p.heed(p.line.Do(wire.AppReport, r, nil))
		if errors.Is(err, remotecall.ProcessingStopped) {
			p.objects(append(slices.Clone(p.settings.Objected), registry.ToAnalyse))
			return nil
		}
		if err != nil {
			return err
		}
		delete(p.activity, part)
	}
	return nil
}
