package result

import "io"

// Recompute makes a study's result from its records alone: the summaries, the
// metrics and the path of the first replication, to the same bytes as those
// made while it ran. Verdicts are not part of records; judge them again with
// [File.Expect].
func Recompute(r io.Reader) (*File, error) {
	c := recomputation{running: map[int]*Summarizer{}}
	h, err := ReadRecords(r, &c)
	if err != nil {
		return nil, err
	}
	path, cut := c.path.Path()
	return NewFile(h, c.ended, path, cut)
}

// recomputation summarises replications from their records.
type recomputation struct {
	header  Header
	path    *SegmentRecorder
	running map[int]*Summarizer
	ended   []Replication
}

func (c *recomputation) begin(h Header) { c.header, c.path = h, NewSegmentRecorder(h) }

// of gives the summarizer of a replication.
func (c *recomputation) of(rep int) *Summarizer {
	m := c.running[rep]
	if m == nil {
		m = NewSummarizer(c.header)
		c.running[rep] = m
	}
	return m
}

func (c *recomputation) Trip(t *Trip) error { return c.of(t.Rep).Trip(t) }
func (c *recomputation) Call(l *Call) error { return c.of(l.Rep).Call(l) }

func (c *recomputation) Stop(s *Stop) error {
	if err := c.path.Stop(s); err != nil {
		return err
	}
	return c.of(s.Rep).Stop(s)
}

// End finishes a replication.
func (c *recomputation) End(e *Replication) error {
	done := *e
	done.Summary = c.of(e.Rep).Finish(e.End)
	done.Summary.Pack()
	c.ended = append(c.ended, done)
	delete(c.running, e.Rep)
	return nil
}
