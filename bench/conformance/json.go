package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// object is a JSON object as it came: its keys in order, its values as bytes.
type object struct {
	keys   []string
	values []json.RawMessage
}

// parse reads an object, and refuses anything else and any key that is there
// twice.
func parse(raw []byte) (object, error) {
	var o object
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil {
		return o, err
	} else if t != json.Delim('{') {
		return o, fmt.Errorf("it begins with %v: want an object", t)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return o, err
		}
		key, is := t.(string)
		if !is {
			return o, fmt.Errorf("%v is no key", t)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return o, err
		}
		if o.get(key) != nil {
			return o, fmt.Errorf("the key %q is there twice", key)
		}
		o.keys, o.values = append(o.keys, key), append(o.values, value)
	}
	if _, err := d.Token(); err != nil {
		return o, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return o, errors.New("something follows the object")
	}
	return o, nil
}

// get is a member's value, nil when there is none.
func (o object) get(key string) json.RawMessage {
	for i, k := range o.keys {
		if k == key {
			return o.values[i]
		}
	}
	return nil
}

// dig is the value at a path of keys, nil when there is none.
func dig(raw []byte, path ...string) json.RawMessage {
	for _, key := range path {
		o, err := parse(raw)
		if err != nil {
			return nil
		}
		raw = o.get(key)
		if raw == nil {
			return nil
		}
	}
	return raw
}

// text is the string at a path; false when there is something else.
func text(raw []byte, path ...string) (string, bool) {
	var s *string
	if v := dig(raw, path...); v == nil || json.Unmarshal(v, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}

// whole is the integer at a path; false when there is something else.
func whole(raw []byte, path ...string) (int64, bool) {
	v := dig(raw, path...)
	if v == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	return n, err == nil
}

// list is the array at a path; false when there is something else.
func list(raw []byte, path ...string) ([]json.RawMessage, bool) {
	var l []json.RawMessage
	v := dig(raw, path...)
	if v == nil || json.Unmarshal(v, &l) != nil || l == nil {
		return nil, false
	}
	return l, true
}

// numbers is the array of integers at a path; false when there is something
// else.
func numbers(raw []byte, path ...string) ([]int64, bool) {
	var l []int64
	v := dig(raw, path...)
	if v == nil || json.Unmarshal(v, &l) != nil || l == nil {
		return nil, false
	}
	return l, true
}

// quote is a string as JSON, in the way JavaScript writes it.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be encoded, and a buffer takes it
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// compact tells whether there is no space between the tokens.
func compact(raw []byte) bool {
	var b bytes.Buffer
	return json.Compact(&b, raw) == nil && bytes.Equal(b.Bytes(), raw)
}
