package privacyaudit

// schema holds every physical version of every record against the declared
// format. It denies by default: a key that is nobody's, a value that does not
// decode, a field that nobody declared is a violation, in superseded versions
// as in live ones. Marks of deletions have a key only; values whose key was
// destroyed are judged by their outer form.
func init() {
	register(&Check{
		Name:  "schema",
		About: "Every record has a declared key, form, seal and set of fields; anything else is a violation.",
		New:   newSchema,
	})
}

func newSchema(p *Probe) (Watch, error) {
	return Watch{Record: func(r *Record) {
		p.Select(r.Source.Name, 1)
		switch r.State {
		case Broken, Forged:
			p.Fail(r.Place(), "%s", r.Why)
			return
		case Mark:
			if err := p.Schema.CheckMark(r.Source.holder(), r.Value.Body); err != nil {
				p.Fail(r.Place(), "%v", err)
			}
			return
		case Gone, Shredded, Locked:
			return
		}
		for _, f := range r.Key.Check(r.Value, r.Fields) {
			p.Fail(r.Place(), "%s", f.Message)
		}
	}}, nil
}
