package privacyaudit

// tags holds what a record says of who decides about it, and who processes it
// for them, against the roles of the statement. What was written into a
// building's store after the provider's service ended there belongs to its
// Manager alone.
//
// buildings holds the building that a record names against those that the
// configuration, or the truth, knows. In a building's own store it must be that
// one; of some kinds every record must name one. It cannot see whether the
// building is the right one of several.
func init() {
	register(&Check{
		Name:  "tags",
		About: "Every record names the controller and the processor that its kind has.",
		Params: []Param{
			{Name: "controller", Form: FormText, About: "who must be the controller (as the format declares it)"},
			{Name: "processor", Form: FormText, About: "who must be the processor, with controller; none when not given"},
			{Name: "except", Form: FormTexts, About: "kinds that other rules of the policy judge"},
		},
		New: newTags,
	})
	register(&Check{
		Name:  "buildings",
		About: "Every record that names a building names a known one, and where it belongs to one, its own.",
		Needs: NeedConfig,
		Params: []Param{
			{Name: "must", Form: FormTexts, About: "kinds of which every record names a building"},
			{Name: "unless_left", Form: FormTexts, About: "kinds of which every record does, unless the service ended in a building"},
		},
		New: newBuildings,
	})
}

func newTags(p *Probe) (Watch, error) {
	except, err := p.kinds("except")
	if err != nil {
		return Watch{}, err
	}
	own := p.own()
	controller, processor := p.Text("controller", ""), p.Text("processor", "")
	given := controller != ""
	later := p.Schema.HandedOver.Controller
	return Watch{End: p.idle, Record: func(r *Record) {
		if r.Kind == nil || r.State != Read || except[r.Kind.Index] || !own(r) {
			return
		}
		p.Select(r.Source.Name, 1)
		wantC, wantP := controller, processor
		if !given {
			wantC, wantP = r.Kind.Controller, r.Kind.Processor
		}
		switch {
		case r.Key.HandedOver && string(r.Meta.Controller) == later && r.Meta.Processor == nil:
		case string(r.Meta.Controller) != wantC:
			p.Fail(r.Place(), "its controller is not %s", wantC)
		case wantP == "" && r.Meta.Processor != nil:
			p.Fail(r.Place(), "it names a processor, and nobody processes it for %s", wantC)
		case string(r.Meta.Processor) != wantP:
			p.Fail(r.Place(), "its processor is not %s", wantP)
		}
	}}, nil
}

func newBuildings(p *Probe) (Watch, error) {
	must, err := p.kinds("must")
	if err != nil {
		return Watch{}, err
	}
	unlessLeft, err := p.kinds("unless_left")
	if err != nil {
		return Watch{}, err
	}
	known := map[string]bool{}
	for _, b := range p.Config.Buildings {
		known[b.Name] = true
	}
	own := p.own()
	left := 0 // the ledger is read when the first record comes
	return Watch{End: p.idle, Record: func(r *Record) {
		if r.Kind == nil || r.State != Read || !own(r) {
			return
		}
		if left == 0 {
			left = 1
			if len(p.entries("hand-over")) > 0 || len(p.entries("service-ended")) > 0 {
				left = 2
			}
		}
		named, i := r.Meta.Building != nil, r.Kind.Index
		if !named && !must[i] && !unlessLeft[i] && r.Source.Class != "building" {
			return // it belongs to none
		}
		p.Select(r.Source.Name, 1)
		switch {
		case !named && unlessLeft[i] && left == 2:
		case !named:
			p.Fail(r.Place(), "it names no building")
		case r.Source.Class == "building" && string(r.Meta.Building) != r.Source.Building:
			p.Fail(r.Place(), "it names another building than that in whose store it stands")
		case !known[string(r.Meta.Building)]:
			p.Fail(r.Place(), "it names a building that the configuration does not know")
		}
	}}, nil
}
