package result

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
)

// longestLine bounds a line of records; the header carries every setting of
// the scenario and is by far the longest.
const longestLine = 16 << 20

// ReadRecords reads what [RecordWriter] wrote and hands it to the sink, which
// is also told the ends of replications if it is an [Ender]. Every key must be
// there, none twice and no other; instants, indices and words are checked
// against the header. The header may come again with the same text, so that
// files of one study can be joined. A replication without its end line is an
// error, because the file is then truncated. Errors name the line.
func ReadRecords(r io.Reader, sink Sink) (Header, error) {
	rd := recordReader{sink: sink, open: map[int]bool{}}
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 1<<16), longestLine)
	for scanner.Scan() {
		rd.line++
		if err := rd.take(scanner.Bytes()); err != nil {
			return rd.header, fmt.Errorf("records, line %d: %w", rd.line, err)
		}
	}
	if err := scanner.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("the line is longer than %d bytes", longestLine)
		}
		return rd.header, fmt.Errorf("records, line %d: %w", rd.line+1, err)
	}
	switch {
	case rd.line == 0:
		return rd.header, errors.New("records: the file is empty")
	case len(rd.open) == 0:
		return rd.header, errors.New("records: there is no replication: the file is truncated")
	}
	unfinished, found := math.MaxInt, false
	for rep, open := range rd.open {
		if open {
			unfinished, found = min(unfinished, rep), true
		}
	}
	if found {
		return rd.header, fmt.Errorf("records: replication %d has no end line: the file is truncated", unfinished)
	}
	return rd.header, nil
}

// beginner is a sink that needs the header before the first record.
type beginner interface{ begin(Header) }

// recordReader is the state between two lines.
type recordReader struct {
	sink   Sink
	line   int
	header Header
	first  []byte       // the header's line
	open   map[int]bool // replications seen: true until their end line
	flat   flatObject
	trip   Trip
	call   Call
	stop   Stop
}

func (r *recordReader) take(line []byte) error {
	kind, ok := lineType(line)
	if !ok {
		return errors.New(`it does not begin with {"type":"...": it is no line of records`)
	}
	if kind == "header" {
		return r.takeHeader(line)
	}
	if r.first == nil {
		return fmt.Errorf("a %s stands before the header", kind)
	}
	if err := r.flat.parse(line); err != nil {
		return err
	}
	switch kind {
	case "trip":
		return r.takeTrip()
	case "call":
		return r.takeCall()
	case "stop":
		return r.takeStop()
	case "end":
		return r.takeEnd()
	}
	return fmt.Errorf("unknown type %.40q: known are header, trip, call, stop and end", kind)
}

// lineType finds the type, which is the first key of every line.
func lineType(line []byte) (string, bool) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"type":"`))
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 0 {
		return "", false
	}
	return string(rest[:end]), true
}

func (r *recordReader) takeHeader(line []byte) error {
	if r.first != nil {
		if !bytes.Equal(r.first, line) {
			return errors.New("this header differs from the first one: the files joined here are of different studies")
		}
		return nil
	}
	var schema struct {
		Schema *int `json:"schema"`
	}
	if err := decode(line, &schema, false); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if schema.Schema == nil {
		return errors.New("the header has no schema")
	}
	if err := checkSchema(*schema.Schema); err != nil {
		return err
	}
	var h headerLine
	if err := decode(line, &h, true); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if err := h.Header.Validate(); err != nil {
		return err
	}
	r.header, r.first = h.Header, bytes.Clone(line)
	if sink, ok := r.sink.(beginner); ok {
		sink.begin(h.Header)
	}
	return nil
}

// sees opens a replication by its first record.
func (r *recordReader) sees(rep int) error {
	open, known := r.open[rep]
	switch {
	case rep < 0:
		return fmt.Errorf("replication %d: they are numbered from 0", rep)
	case known && !open:
		return fmt.Errorf("a record of replication %d stands after its end", rep)
	}
	r.open[rep] = true
	return nil
}

func (r *recordReader) takeTrip() error {
	o, t := &r.flat, &r.trip
	*t = Trip{
		Rep: o.int("rep"), Journey: o.int64("journey"), Leg: o.int("leg"), Legs: o.int("legs"), Bank: o.int("bank"),
		Tenant: o.int("tenant"), Access: Access(o.word("access", accessNames[:])), Origin: o.int("origin"),
		Destination: o.int("destination"), Mass: o.int64("mass_g"), Begin: o.instant("begin_ns"),
		Call: o.instant("call_ns"), Promised: o.instant("promised_ns"), Wished: o.instant("wished_ns"),
		Again: o.instant("again_ns"), Arrive: o.instant("arrive_ns"),
		Opening: o.instant("opening_ns"), Board: o.instant("board_ns"), Reached: o.instant("reached_ns"),
		Alight: o.instant("alight_ns"), Left: o.instant("left_ns"), Car: o.int("car"),
		Outcome: Outcome(o.word("outcome", outcomeNames[:])), Reason: o.string("reason"),
		Denied: o.string("denied"),
	}
	if err := errors.Join(o.done(), r.header.checkTrip(t)); err != nil {
		return err
	}
	if err := r.sees(t.Rep); err != nil {
		return err
	}
	return r.sink.Trip(t)
}

func (r *recordReader) takeCall() error {
	o, c := &r.flat, &r.call
	*c = Call{
		Rep: o.int("rep"), Bank: o.int("bank"), Access: Access(o.word("access", accessNames[:])), Floor: o.int("floor"),
		Destination: o.int("destination"), Up: o.bool("up"), Placed: o.instant("placed_ns"), Ready: o.instant("ready_ns"),
		Answered: o.instant("answered_ns"), Car: o.int("car"), Moves: o.int("moves"),
	}
	if err := errors.Join(o.done(), r.header.checkCall(c)); err != nil {
		return err
	}
	if err := r.sees(c.Rep); err != nil {
		return err
	}
	return r.sink.Call(c)
}

func (r *recordReader) takeStop() error {
	o, s := &r.flat, &r.stop
	*s = Stop{
		Rep: o.int("rep"), Bank: o.int("bank"), Car: o.int("car"), Floor: o.int("floor"), From: o.int("from"),
		Depart: o.instant("depart_ns"), Opening: o.instant("opening_ns"), Closed: o.instant("closed_ns"),
		Alighted: o.int("alighted"), Boarded: o.int("boarded"), Load: o.int64("load_g"), Persons: o.int("persons"),
		Up: o.int("up"), Held: o.instant("held_ns"), Reopened: o.int("reopened"),
		Absent: o.int("absent"),
	}
	if err := errors.Join(o.done(), r.header.checkStop(s)); err != nil {
		return err
	}
	if err := r.sees(s.Rep); err != nil {
		return err
	}
	return r.sink.Stop(s)
}

func (r *recordReader) takeEnd() error {
	o := &r.flat
	e := Replication{Rep: o.int("rep"), Seed: o.uint64("seed"), List: o.string("list"), Digest: o.string("digest"),
		End: o.instant("end_ns"), Events: o.int64("events")}
	if err := o.done(); err != nil {
		return err
	}
	if e.End < 0 {
		return errors.New("the replication has no end")
	}
	if err := r.header.checkInstants("end", e.End); err != nil {
		return err
	}
	if err := r.sees(e.Rep); err != nil {
		return err
	}
	r.open[e.Rep] = false
	if sink, ok := r.sink.(Ender); ok {
		return sink.End(&e)
	}
	return nil
}
