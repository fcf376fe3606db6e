package gateway

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"hoistway/dispatch"
)

// JournalSchema is the version of the journal's lines.
const JournalSchema = 1

// JournalHead is the first line of a journal.
type JournalHead struct {
	Journal   int      `json:"journal"`   // JournalSchema
	Synthetic bool     `json:"synthetic"` // always true: a journal of real people's calls must not exist
	Scenarios []string `json:"scenarios"` // what the buildings are, in the gateway's order
	// Dispatcher is the policy of every bank; "" = those of the scenarios.
	Dispatcher string `json:"dispatcher,omitempty"`
}

// entry is a line of a journal: one event with the commands it led to. It has
// no permit and names nobody.
type entry struct {
	Building int                `json:"b"`
	Bank     int                `json:"g"`
	Event    dispatch.Event     `json:"e"`
	Commands []dispatch.Command `json:"c,omitempty"`
}

// journal writes what group controllers hear and command. It is safe for
// concurrent use: sites share it. The order of lines of different sites means
// nothing.
type journal struct {
	mu  sync.Mutex
	out *bufio.Writer
	enc *json.Encoder
	err error
}

func newJournal(c *Config) (*journal, error) {
	j := &journal{out: bufio.NewWriterSize(c.Journal, 1<<16)}
	j.enc = json.NewEncoder(j.out)
	if err := j.enc.Encode(JournalHead{Journal: JournalSchema, Synthetic: true, Scenarios: c.JournalScenarios, Dispatcher: c.JournalDispatcher}); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return j, nil
}

func (j *journal) write(g *group, ev *dispatch.Event, out []dispatch.Command) {
	e := entry{Building: g.site.index, Bank: g.index, Event: *ev, Commands: out}
	e.Event.Permit = dispatch.NoPermit
	e.Commands = slices.Clone(out)
	for i := range e.Commands {
		e.Commands[i].Why = nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.enc.Encode(e); err != nil && j.err == nil {
		j.err = fmt.Errorf("journal: %w", err)
	}
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return errors.Join(j.err, j.out.Flush())
}

// Replayed is what a replay came to.
type Replayed struct {
	Events   int
	Commands int
	Groups   int
	Until    dispatch.Instant
}

// Replay steps fresh group controllers through a journal and fails on the first
// command that differs. Configure gives the controllers of the buildings that
// the head names, by building and bank.
func Replay(r io.Reader, configure func(JournalHead) ([][]dispatch.Config, error)) (Replayed, error) {
	var done Replayed
	d := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	var head JournalHead
	if err := d.Decode(&head); err != nil || head.Journal == 0 {
		return done, errors.Join(errors.New("this is no journal: want a first line with its schema"), err)
	}
	if head.Journal != JournalSchema {
		return done, fmt.Errorf("a journal of schema %d: this version reads %d", head.Journal, JournalSchema)
	}
	configs, err := configure(head)
	if err != nil {
		return done, err
	}
	groups := make([][]*group, len(configs))
	for b := range configs {
		for i, c := range configs[b] {
			g := newGroup(nil, i, "")
			if err := g.open(c); err != nil {
				return done, err
			}
			groups[b] = append(groups[b], g)
		}
	}
	seen := map[*group]bool{}
	var out []dispatch.Command
	for {
		var e entry
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			done.Groups = len(seen)
			return done, nil
		} else if err != nil {
			return done, fmt.Errorf("journal, after event %d: %w", done.Events, err)
		}
		if e.Building < 0 || e.Building >= len(groups) || e.Bank < 0 || e.Bank >= len(groups[e.Building]) {
			return done, fmt.Errorf("journal, event %d: building %d, bank %d: the head's buildings have no such bank", done.Events+1, e.Building, e.Bank)
		}
		g := groups[e.Building][e.Bank]
		seen[g] = true
		dropped := g.dropped
		if out, err = g.StepAt(&e.Event, out[:0]); err != nil {
			return done, err
		}
		done.Events++
		done.Until = max(done.Until, e.Event.At)
		if g.dropped > dropped {
			return done, fmt.Errorf("journal, event %d: %v: the controller refuses it", done.Events, e.Event)
		}
		if !slices.EqualFunc(out, e.Commands, sameCommand) {
			return done, fmt.Errorf("journal, event %d of building %d, bank %d: %v\n  journal: %v\n  replay:  %v", done.Events, e.Building, e.Bank, e.Event, e.Commands, out)
		}
		done.Commands += len(out)
	}
}

// sameCommand compares what is commanded, not how it is explained.
func sameCommand(a, b dispatch.Command) bool {
	return a.Kind == b.Kind && a.Call == b.Call && a.Car == b.Car && a.Floor == b.Floor && a.Dir == b.Dir && a.Until == b.Until && a.Reason == b.Reason
}
