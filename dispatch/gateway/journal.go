package gateway

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
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
// no permit and names nobody: whose calls a revocation ends, its commands say.
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
