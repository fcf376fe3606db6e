package privacyaudit

import (
	"errors"

	"hoistway/privacyaudit/evidence"
)

// services holds fields against the services that explain them: an intercom's
// name in a building without intercom, an address where no homes are, are data
// that nothing in use needs. A record that names no building is held against all
// of them together. A text that is empty, a list of nothing and false count as
// absent.
//
// It knows the services of a building by the configuration, and a person's by
// the record's field service.
func init() {
	register(&Check{
		Name:  "services",
		About: "Fields are there only where a service in use explains them.",
		Needs: NeedConfig,
		Params: []Param{
			{Name: "fields", Form: FormTexts, Required: true, About: "names of fields"},
			{Name: "need", Form: FormText, Required: true, About: "what explains them: residential or intercom (of the building), or flow (of the person)"},
		},
		New: newServices,
	})
}

func newServices(p *Probe) (Watch, error) {
	fields, need := p.Texts("fields"), p.Text("need", "")
	explains := map[string]func(b *evidence.BuildingConfig) bool{
		"residential": func(b *evidence.BuildingConfig) bool { return b.Residential },
		"intercom":    func(b *evidence.BuildingConfig) bool { return b.Intercom },
		"flow":        func(*evidence.BuildingConfig) bool { return false },
	}[need]
	if explains == nil || len(fields) == 0 {
		return Watch{}, errors.New("parameter need: there are residential, intercom and flow; and fields names at least one")
	}
	own := p.own()
	inUse, any := map[string]bool{}, false
	for i := range p.Config.Buildings {
		b := &p.Config.Buildings[i]
		inUse[b.Name] = explains(b)
		any = any || inUse[b.Name]
	}
	return Watch{
		Record: func(r *Record) {
			if r.Kind == nil || r.State != Read || !own(r) {
				return
			}
			p.Select(r.Source.Name, 1)
			explained := any
			switch {
			case need == "flow":
				explained = r.says() == "flow"
			case r.Meta.Building != nil:
				explained = inUse[string(r.Meta.Building)]
			}
			if explained {
				return
			}
			for _, name := range fields {
				switch string(r.Field(name)) {
				case "", `""`, "false", "null", "[]", "{}":
				default:
					p.Fail(r.Place(), "its field %s is that of a service which is not in use there", name)
				}
			}
		},
		End: p.idle,
	}, nil
}
