package format_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/privacyaudit/format"
)

func TestParseValue(t *testing.T) {
	sealedBody := bytes.Repeat([]byte{9}, 12+16)
	sealed := append(append([]byte{1, 1}, times(7, 16)...), sealedBody...)
	for _, c := range []struct {
		sentence string
		value    []byte
		want     format.Value
		err      error
	}{
		{"a plain value is JSON behind two bytes", []byte("\x01\x00{}"), format.Value{Body: []byte("{}")}, nil},
		{"a sealed value names its key", sealed, format.Value{Sealed: true, KeyID: id(7), Body: sealedBody}, nil},
		{"nothing is no value", nil, format.Value{}, format.ErrShort},
		{"a version without a form", []byte{1}, format.Value{}, format.ErrShort},
		{"a sealed value without its whole tag", sealed[:len(sealed)-1], format.Value{}, format.ErrShort},
		{"JSON without a version", []byte("{}"), format.Value{}, format.ErrVersion},
		{"a later version", []byte("\x02\x00{}"), format.Value{}, format.ErrVersion},
		{"a form that nobody knows", []byte("\x01\x02{}"), format.Value{}, format.ErrForm},
	} {
		got, err := format.ParseValue(c.value)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: error %v, want %v", c.sentence, err, c.err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.sentence, d)
		}
	}
}

func FuzzParseValue(f *testing.F) {
	f.Add([]byte("\x01\x00{}"))
	f.Add(append([]byte{1, 1}, make([]byte, 60)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := format.ParseValue(b)
		if err != nil {
			return
		}
		if !bytes.HasSuffix(b, v.Body) || v.Sealed != (b[1] == 1) || v.Sealed != (len(v.KeyID) == 26) {
			t.Errorf("%x parses into %+v", b, v)
		}
	})
}
