package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// LogLine is a line of a service's log, as log/slog writes JSON.
type LogLine struct {
	At      time.Time
	Level   string
	Message string
	Attrs   map[string]string // of groups as "group.name"; other than text as JSON
}

// ParseLog reads a log: one JSON object a line, with time, level and msg.
func ParseLog(body []byte) ([]LogLine, error) {
	var all []LogLine
	err := ReadLog(bytes.NewReader(body), func(l *LogLine) error {
		all = append(all, *l)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// ReadLog is ParseLog for a log of any size. A LogLine may be kept. An error of
// f ends it and comes back as it is.
func ReadLog(r io.Reader, f func(*LogLine) error) error {
	err := lines(r, func(line []byte) error {
		l, err := parseLogLine(line)
		if err != nil {
			return err
		}
		if err := f(l); err != nil {
			return stop{err}
		}
		return nil
	})
	var s stop
	if errors.As(err, &s) {
		return s.error
	}
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

func parseLogLine(line []byte) (*LogLine, error) {
	var fields map[string]json.RawMessage
	if err := decode(line, &fields); err != nil {
		return nil, err
	}
	l := &LogLine{Attrs: map[string]string{}}
	for _, must := range []struct {
		name string
		to   any
	}{{"time", &l.At}, {"level", &l.Level}, {"msg", &l.Message}} {
		b, ok := fields[must.name]
		if !ok {
			return nil, fmt.Errorf("has no %s", must.name)
		}
		if err := decode(b, must.to); err != nil || string(b) == "null" {
			return nil, fmt.Errorf("its %s is not in the form of that field", must.name)
		}
		delete(fields, must.name)
	}
	if l.At.IsZero() || l.Level == "" {
		return nil, errors.New("its time or level is empty")
	}
	return l, l.attrs("", fields)
}

// attrs notes attributes, those of groups under the names of both.
func (l *LogLine) attrs(group string, fields map[string]json.RawMessage) error {
	for name, b := range fields {
		name = group + name
		var text string
		switch b[0] {
		case '"':
			if err := json.Unmarshal(b, &text); err != nil {
				return errors.New("an attribute is no JSON")
			}
		case '{':
			var inner map[string]json.RawMessage
			if err := json.Unmarshal(b, &inner); err != nil {
				return errors.New("a group of attributes is no JSON")
			}
			if err := l.attrs(name+".", inner); err != nil {
				return err
			}
			continue
		default:
			text = string(b)
		}
		if _, ok := l.Attrs[name]; ok {
			return errors.New("an attribute has the name of one in a group")
		}
		l.Attrs[name] = text
	}
	return nil
}
