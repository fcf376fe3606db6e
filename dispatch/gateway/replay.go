package gateway

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"hoistway/dispatch"
)

// Replayed is what a replay came to.
type Replayed struct {
	Events   int
	Commands int
	Groups   int // that took events
	Until    dispatch.Instant
}

// Difference is where a replay did not do what the journal says. The journal was
// altered, or this version decides otherwise.
type Difference struct {
	At             int // line of events, from 1
	Building, Bank int
	Event          dispatch.Event
	Refused        bool // the controller did not take the event at all
	Journal        []dispatch.Command
	Replay         []dispatch.Command
}

func (d *Difference) Error() string {
	s := fmt.Sprintf("event %d, of building %d, bank %d, differs: %v", d.At, d.Building+1, d.Bank+1, d.Event)
	if d.Refused {
		return s + "\n  journal: the controller took it\n  replay:  the controller refuses it"
	}
	return fmt.Sprintf("%s\n  journal: %v\n  replay:  %v", s, d.Journal, d.Replay)
}

// journalReader reads the lines of a journal.
type journalReader struct {
	lines *json.Decoder
	head  JournalHead
	read  int // events
}

func openJournal(r io.Reader) (*journalReader, error) {
	j := &journalReader{lines: json.NewDecoder(bufio.NewReaderSize(r, 1<<16))}
	j.lines.DisallowUnknownFields()
	if err := j.lines.Decode(&j.head); err != nil || j.head.Journal == 0 {
		return nil, errors.Join(errors.New("this is no journal: want a first line with its schema"), err)
	}
	if j.head.Journal != JournalSchema {
		return nil, fmt.Errorf("a journal of schema %d: this version reads %d", j.head.Journal, JournalSchema)
	}
	return j, nil
}

// next reads a line; false at the end.
func (j *journalReader) next(e *entry) (bool, error) {
	*e = entry{}
	switch err := j.lines.Decode(e); {
	case errors.Is(err, io.EOF):
		return false, nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return false, fmt.Errorf("the journal is cut off after event %d", j.read)
	case err != nil:
		return false, fmt.Errorf("the journal is damaged after event %d: %w", j.read, err)
	}
	j.read++
	return true, nil
}

// caller is a call of a journal.
type caller struct {
	building, bank int
	call           dispatch.CallID
}

// revocations gives the calls that revoked permits ended a permit each, the
// ordinal of the revocation: journals carry none.
func revocations(r io.Reader) (map[caller]dispatch.Permit, error) {
	j, err := openJournal(r)
	if err != nil {
		return nil, err
	}
	permits := map[caller]dispatch.Permit{}
	last := dispatch.NoPermit
	for {
		var e entry
		more, err := j.next(&e)
		if err != nil || !more {
			return permits, err
		}
		if e.Event.Kind != dispatch.PermitRevoked {
			continue
		}
		last++
		for _, c := range e.Commands {
			if c.Kind == dispatch.Reject && c.Reason == dispatch.RevokedPermit {
				permits[caller{e.Building, e.Bank, c.Call}] = last
			}
		}
	}
}

// Replay steps fresh group controllers through a journal. Where they do not do
// what it says it fails with a *Difference; every other error means that it
// cannot be read. Configure gives the controllers of the buildings that the head
// names, by building and bank. The journal is read twice.
func Replay(r io.ReadSeeker, configure func(JournalHead) ([][]dispatch.Config, error)) (Replayed, error) {
	var done Replayed
	permits, err := revocations(r)
	if err != nil {
		return done, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return done, fmt.Errorf("reading the journal again: %w", err)
	}
	j, err := openJournal(r)
	if err != nil {
		return done, err
	}
	groups, err := freshGroups(j.head, configure)
	if err != nil {
		return done, err
	}
	seen := map[*group]bool{}
	last := dispatch.NoPermit
	var out []dispatch.Command
	for {
		var e entry
		more, err := j.next(&e)
		if err != nil || !more {
			done.Groups = len(seen)
			return done, err
		}
		if e.Building < 0 || e.Building >= len(groups) || e.Bank < 0 || e.Bank >= len(groups[e.Building]) {
			return done, fmt.Errorf("the journal is damaged: event %d is of building %d, bank %d, and its head has no such bank", j.read, e.Building+1, e.Bank+1)
		}
		ev := e.Event
		switch ev.Kind {
		case dispatch.LandingCall, dispatch.DestinationCall:
			ev.Permit = permits[caller{e.Building, e.Bank, ev.Call}]
		case dispatch.PermitRevoked:
			last++
			ev.Permit = last
		}
		g := groups[e.Building][e.Bank]
		seen[g] = true
		dropped := g.dropped
		if out, err = g.StepAt(&ev, out[:0]); err != nil {
			return done, err
		}
		refused := g.dropped > dropped
		if refused || !slices.EqualFunc(out, e.Commands, sameCommand) {
			return done, &Difference{At: j.read, Building: e.Building, Bank: e.Bank, Event: e.Event, Refused: refused, Journal: e.Commands, Replay: slices.Clone(out)}
		}
		done.Events++
		done.Commands += len(out)
		done.Until = max(done.Until, ev.At)
	}
}

// freshGroups are the group controllers of a journal's buildings at their start.
func freshGroups(head JournalHead, configure func(JournalHead) ([][]dispatch.Config, error)) ([][]*group, error) {
	configs, err := configure(head)
	if err != nil {
		return nil, err
	}
	groups := make([][]*group, len(configs))
	for b := range configs {
		for i, c := range configs[b] {
			g := newGroup(nil, i, "")
			if err := g.open(c); err != nil {
				return nil, err
			}
			groups[b] = append(groups[b], g)
		}
	}
	return groups, nil
}

// sameCommand compares what is commanded, not how it is explained.
func sameCommand(a, b dispatch.Command) bool {
	return a.Kind == b.Kind && a.Call == b.Call && a.Car == b.Car && a.Floor == b.Floor && a.Dir == b.Dir && a.Until == b.Until && a.Reason == b.Reason
}
