package privacyaudit

import (
	"context"
	"path"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/search"
)

// texts reads everything that is neither a Badger directory nor a backup.
func (a *Audit) texts(ctx context.Context) error {
	err := a.Parts.Texts(func(t *evidence.Text) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		var finders []*Probe
		for _, p := range a.probes {
			if !p.In(t.Class) {
				continue
			}
			if p.watch.Text != nil {
				p.watch.Text(t)
			}
			if p.watch.Found != nil {
				finders = append(finders, p)
			}
		}
		if a.index == nil || len(finders) == 0 {
			return nil
		}
		found := a.telling(finders, Found{Source: t.Name, Class: t.Class, File: t.Name, Offset: t.Offset})
		if t.Class == evidence.WireText {
			// What is sealed is random, and among so much of it there is always
			// something that begins like compressed data. A frame that was
			// compressed and not sealed is one that does not open.
			a.index.Scan(t.Body, found)
			return nil
		}
		return a.index.Deep(t.Body, found)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		a.problem("", "", err)
	}
	return a.frames(ctx)
}

// frames reads the frames of the wire, opened where the back end's key is given.
func (a *Audit) frames(ctx context.Context) error {
	var watchers, finders []*Probe
	for _, p := range a.probes {
		if p.watch.Frame != nil {
			watchers = append(watchers, p)
		}
		if p.watch.Found != nil && p.In("wire") {
			finders = append(finders, p)
		}
	}
	if a.Parts.Wire == "" || len(watchers)+len(finders) == 0 {
		return nil
	}
	err := a.Parts.Captures(func(name string, frame *evidence.Frame) error {
		for _, p := range watchers {
			p.watch.Frame(frame)
		}
		if a.index != nil && len(finders) > 0 && len(frame.Opened) > 0 {
			// Where in what was sealed says less than which frame it was.
			at := Found{Source: "wire", Class: "wire", File: path.Base(name), Offset: frame.Offset, Frame: frame}
			tell := a.telling(finders, at)
			a.index.Scan(frame.Opened, func(h search.Hit) { h.Offset = 0; tell(h) })
		}
		return ctx.Err()
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		a.problem("wire", "", err)
	}
	return nil
}
