package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Bounds of a JSON value: how far objects and lists nest, and how many fields
// an object has.
const (
	deepest    = 32
	mostFields = 256
)

// decode reads one JSON value into v: no unknown fields, no name twice in an
// object, nothing behind it. Errors say where and what, and never repeat a word
// of the text, which may be somebody's.
func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonError(err, d.InputOffset())
	}
	if len(bytes.TrimLeft(b[d.InputOffset():], " \t\r\n")) > 0 {
		return fmt.Errorf("byte %d: something stands behind the JSON value", d.InputOffset())
	}
	return namesOnce(b)
}

// jsonError is an error of encoding/json without what it quotes.
func jsonError(err error, at int64) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var instant *time.ParseError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("byte %d: is no JSON", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("byte %d: a value is not of its field's type", kind.Offset)
	case errors.As(err, &instant):
		return fmt.Errorf("near byte %d: an instant is not in RFC 3339", at)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("byte %d: the JSON ends too early", at)
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return fmt.Errorf("near byte %d: has a field that does not belong here", at)
	}
	return fmt.Errorf("near byte %d: a value is not in the form of its field", at)
}

// namesOnce tells whether the names of every object in valid JSON differ, as
// encoding/json tells names apart: it ignores their case and takes the last.
func namesOnce(b []byte) error {
	type level struct {
		object, value bool // value: the next string is no name
		names         []string
	}
	var levels []level
	for i := 0; i < len(b); i++ {
		var at *level
		if len(levels) > 0 {
			at = &levels[len(levels)-1]
		}
		switch b[i] {
		case '{', '[':
			if len(levels) == deepest {
				return fmt.Errorf("byte %d: nested more than %d deep", i, deepest)
			}
			levels = append(levels, level{object: b[i] == '{'})
		case '}', ']':
			levels = levels[:len(levels)-1]
		case ':':
			at.value = true
		case ',':
			at.value = false
		case '"':
			from := i
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if at == nil || !at.object || at.value {
				continue
			}
			name := string(b[from+1 : i])
			if strings.ContainsRune(name, '\\') {
				if err := json.Unmarshal(b[from:i+1], &name); err != nil {
					return fmt.Errorf("byte %d: is no JSON", from)
				}
			}
			for _, other := range at.names {
				if strings.EqualFold(name, other) {
					return fmt.Errorf("byte %d: an object has two fields of one name", from)
				}
			}
			if len(at.names) == mostFields {
				return fmt.Errorf("byte %d: an object has more than %d fields", from, mostFields)
			}
			at.names = append(at.names, name)
		}
	}
	return nil
}
