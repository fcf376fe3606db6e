package result

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// RecordWriter writes records as NDJSON, one object a line: the header first,
// then trips, calls and stops as they come, and an end line for every
// replication. It is a [Sink] and allocates nothing per record. Instants are
// nanoseconds; what did not happen is -1.
type RecordWriter struct {
	w    *bufio.Writer
	line []byte
	err  error
}

// Ender is a sink that is also told when a replication has ended: of the
// value only the summary may be nil. [RecordWriter] writes it as the line
// that tells a complete file from a truncated one.
type Ender interface{ End(*Replication) error }

// headerLine and endLine are the first and the last line of a replication's records.
type headerLine struct {
	Type string `json:"type"`
	Header
}

type endLine struct {
	Type   string  `json:"type"`
	Rep    int     `json:"rep"`
	Seed   uint64  `json:"seed"`
	List   string  `json:"list"`
	Digest string  `json:"digest"`
	End    Instant `json:"end_ns"`
	Events int64   `json:"events"`
}

// NewRecordWriter writes the header and takes records. An error of w comes
// back from every later call.
func NewRecordWriter(w io.Writer, h Header) *RecordWriter {
	r := &RecordWriter{w: bufio.NewWriterSize(w, 1<<16), line: make([]byte, 0, 1024)}
	r.object(headerLine{"header", h})
	return r
}

// Flush writes what is still in the buffer.
func (r *RecordWriter) Flush() error {
	if r.err == nil {
		r.err = r.w.Flush()
	}
	return r.err
}

// End writes the line that ends a replication.
func (r *RecordWriter) End(e *Replication) error {
	return r.object(endLine{"end", e.Rep, e.Seed, e.List, e.Digest, e.End, e.Events})
}

func (r *RecordWriter) object(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		r.err = fmt.Errorf("records: %w", err)
		return r.err
	}
	return r.write(append(text, '\n'))
}

func (r *RecordWriter) write(line []byte) error {
	if r.err == nil {
		_, r.err = r.w.Write(line)
	}
	return r.err
}

// Trip writes a trip.
func (r *RecordWriter) Trip(t *Trip) error {
	b := append(r.line[:0], `{"type":"trip"`...)
	b = appendInt(b, "rep", int64(t.Rep))
	b = appendInt(b, "journey", t.Journey)
	b = appendInt(b, "leg", int64(t.Leg))
	b = appendInt(b, "legs", int64(t.Legs))
	b = appendInt(b, "bank", int64(t.Bank))
	b = appendInt(b, "tenant", int64(t.Tenant))
	b = appendString(b, "access", t.Access.String())
	b = appendInt(b, "origin", int64(t.Origin))
	b = appendInt(b, "destination", int64(t.Destination))
	b = appendInt(b, "mass_g", t.Mass)
	b = appendInt(b, "begin_ns", int64(t.Begin))
	b = appendInt(b, "call_ns", int64(t.Call))
	b = appendInt(b, "promised_ns", int64(t.Promised))
	b = appendInt(b, "wished_ns", int64(t.Wished))
	b = appendInt(b, "again_ns", int64(t.Again))
	b = appendInt(b, "arrive_ns", int64(t.Arrive))
	b = appendInt(b, "opening_ns", int64(t.Opening))
	b = appendInt(b, "board_ns", int64(t.Board))
	b = appendInt(b, "reached_ns", int64(t.Reached))
	b = appendInt(b, "alight_ns", int64(t.Alight))
	b = appendInt(b, "left_ns", int64(t.Left))
	b = appendInt(b, "car", int64(t.Car))
	b = appendString(b, "outcome", t.Outcome.String())
	b = appendString(b, "reason", t.Reason)
	b = appendString(b, "denied", t.Denied)
	return r.end(b)
}

// Call writes a call.
func (r *RecordWriter) Call(c *Call) error {
	b := append(r.line[:0], `{"type":"call"`...)
	b = appendInt(b, "rep", int64(c.Rep))
	b = appendInt(b, "bank", int64(c.Bank))
	b = appendString(b, "access", c.Access.String())
	b = appendInt(b, "floor", int64(c.Floor))
	b = appendInt(b, "destination", int64(c.Destination))
	b = appendBool(b, "up", c.Up)
	b = appendInt(b, "placed_ns", int64(c.Placed))
	b = appendInt(b, "ready_ns", int64(c.Ready))
	b = appendInt(b, "answered_ns", int64(c.Answered))
	b = appendInt(b, "car", int64(c.Car))
	b = appendInt(b, "moves", int64(c.Moves))
	return r.end(b)
}

// Stop writes a stop.
func (r *RecordWriter) Stop(s *Stop) error {
	b := append(r.line[:0], `{"type":"stop"`...)
	b = appendInt(b, "rep", int64(s.Rep))
	b = appendInt(b, "bank", int64(s.Bank))
	b = appendInt(b, "car", int64(s.Car))
	b = appendInt(b, "floor", int64(s.Floor))
	b = appendInt(b, "from", int64(s.From))
	b = appendInt(b, "depart_ns", int64(s.Depart))
	b = appendInt(b, "opening_ns", int64(s.Opening))
	b = appendInt(b, "closed_ns", int64(s.Closed))
	b = appendInt(b, "alighted", int64(s.Alighted))
	b = appendInt(b, "boarded", int64(s.Boarded))
	b = appendInt(b, "load_g", s.Load)
	b = appendInt(b, "persons", int64(s.Persons))
	b = appendInt(b, "up", int64(s.Up))
	b = appendInt(b, "held_ns", int64(s.Held))
	b = appendInt(b, "reopened", int64(s.Reopened))
	b = appendInt(b, "absent", int64(s.Absent))
	return r.end(b)
}

func (r *RecordWriter) end(b []byte) error {
	r.line = append(b, '}', '\n')
	return r.write(r.line)
}

func appendKey(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

func appendInt(b []byte, key string, v int64) []byte {
	return strconv.AppendInt(appendKey(b, key), v, 10)
}

func appendBool(b []byte, key string, v bool) []byte {
	return strconv.AppendBool(appendKey(b, key), v)
}

func appendString(b []byte, key, v string) []byte {
	b = append(appendKey(b, key), '"')
	for _, c := range v {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c < ' ':
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return append(b, '"')
}

// The words of the record files.
var (
	outcomeNames = [...]string{Served: "served", Abandoned: "abandoned", NoShow: "no_show", Refused: "refused", Censored: "censored"}
	accessNames  = [...]string{LandingButton: "landing_button", Panel: "panel", RemoteCall: "remote_call"}
)

// String is the outcome's word in records.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// String is the access's word in records.
func (a Access) String() string {
	if int(a) < len(accessNames) {
		return accessNames[a]
	}
	return fmt.Sprintf("access %d", uint8(a))
}
