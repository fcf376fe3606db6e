package evidence

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever bytes a parser gets, it gives an error or a value and does not panic,
// and gives the same for the same bytes.

func FuzzConfig(f *testing.F) {
	f.Add([]byte(goodConfig))
	f.Add([]byte(`{"format": 1, "limits": {"log_data": "65536d"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseConfig(b)
		if (c == nil) == (err == nil) {
			t.Errorf("gives both or neither of value and error: %v", err)
		}
		if c != nil && (c.Limits.LogData <= 0 || c.Format != 1) {
			t.Errorf("gives limits that are none: %v", c.Limits)
		}
	})
}

func FuzzMetrics(f *testing.F) {
	f.Add([]byte("# TYPE a counter\na{b=\"c\\n\",} 1 2\nd NaN\n"))
	f.Add([]byte("a{b=\"\\\"} 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		samples, err := ParseMetrics(b)
		if err == nil && len(samples) > bytes.Count(b, []byte{'\n'}) {
			t.Errorf("%d samples of %d lines", len(samples), bytes.Count(b, []byte{'\n'}))
		}
		for _, s := range samples {
			if metricName.FindString(s.Name) != s.Name || s.Name == "" {
				t.Errorf("a sample has no name that a metric can have")
			}
		}
	})
}

func FuzzLog(f *testing.F) {
	f.Add([]byte(`{"time":"2027-01-01T00:00:00Z","level":"INFO","msg":"m","a":{"b":[1]}}` + "\n"))
	f.Add([]byte("{}\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		log, err := ParseLog(b)
		if err == nil && len(log) != bytes.Count(b, []byte{'\n'}) {
			t.Errorf("%d lines of a log with %d", len(log), bytes.Count(b, []byte{'\n'}))
		}
	})
}

func FuzzJSONLines(f *testing.F) {
	f.Add([]byte(`{"user":"u","at":"2027-01-01T00:00:00Z","building":"b","function":"key"}` + "\n"))
	f.Add([]byte(`{"building":"b","id":"x","from":"2027-01-01T00:00:00Z","until":"2027-01-02T00:00:00Z","registered":true}` + "\n"))
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if uses, cut, err := ParsePhoneLog(b); err == nil && cut != (len(b) > 0 && b[len(b)-1] != '\n') {
			t.Errorf("%d lines, cut %v, of a log that ends otherwise", len(uses), cut)
		}
		if ids, err := ParsePhoneIDs(b); err == nil && len(ids) != bytes.Count(b, []byte{'\n'}) {
			t.Errorf("%d IDs of other lines", len(ids))
		}
		if s, err := ParsePhoneSettings(b); (s == nil) == (err == nil) {
			t.Error("gives both or neither of settings and error")
		}
		for _, line := range bytes.Split(b, []byte{'\n'}) {
			var c Canary
			if decode(line, &c) == nil {
				c.check()
			}
		}
	})
}

func FuzzExport(f *testing.F) {
	f.Add([]byte(goodExport))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := ParseExport(b); (e == nil) == (err == nil) {
			t.Errorf("gives both or neither of export and error: %v", err)
		}
	})
}

func FuzzDisplay(f *testing.F) {
	f.Add([]byte(`[{"apartment":"1","intercom_username":"a"}]`), []byte("1  a\n"), []byte("<table><tr><td>1</td><td>a</td></tr></table>"))
	f.Fuzz(func(t *testing.T, list, text, page []byte) {
		d, err := ParseDisplay(list, text, page)
		if (d == nil) == (err == nil) {
			t.Errorf("gives both or neither of display and error: %v", err)
		}
		// A screen that shows a name which the list does not have is a fault.
		if d != nil && len(d.Faults) == 0 && len(strings.TrimSpace(string(text))) > 0 && len(d.Rows) == 0 {
			t.Error("text on an empty display is no fault")
		}
	})
}

func FuzzFrames(f *testing.F) {
	l := newLine(f)
	k := l.greet(1, 0)
	k.welcome()
	k.request(1, "call {}")
	k.reply(1, "ok {}")
	f.Add(l.tap)
	f.Add(l.tap[:len(l.tap)-5])
	f.Fuzz(func(t *testing.T, b []byte) {
		var end int64
		err := Frames(b, l.key, func(frame *Frame) error {
			if frame.Offset != end {
				t.Errorf("a frame begins at %d, and that before ends at %d", frame.Offset, end)
			}
			if end = frame.Offset + tapHead + int64(len(frame.Raw)); frame.Err == nil && frame.Opened == nil && frame.Type != UnknownSession {
				t.Error("a frame is neither opened nor wrong")
			}
			frame.Message()
			return nil
		})
		if err == nil && end < int64(len(b)) {
			t.Errorf("the last %d bytes are in no frame", int64(len(b))-end)
		}
	})
}

func FuzzBackup(f *testing.F) {
	stream := badgerBackup(f)
	f.Add(backupOf(stream, 3))
	f.Add(backupOf(list(0x0a, 3, 0x0a, 1, 'k'), 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		records := 0
		head, err := readBackup(bytes.NewReader(b), func(key, _ []byte, _ uint64, _ bool, _ uint64) error {
			if len(key) == 0 {
				t.Error("a version has no key")
			}
			records++
			return nil
		})
		if err == nil && records != head.Records {
			t.Errorf("%d records, and the head says %d", records, head.Records)
		}
		// The stream by itself: the head's sum keeps most changes from it.
		s := &backupStream{in: bytes.NewReader(b), f: func([]byte, []byte, uint64, bool, uint64) error { return nil }}
		if err := s.read(); err == nil && s.at != int64(len(b)) {
			t.Errorf("read to byte %d of %d", s.at, len(b))
		}
	})
}

// A flipped or missing byte of a backup never passes: its sum covers the stream,
// and what the line says is held against the stream.
func TestDamagedBackupsNeverPass(t *testing.T) {
	good := backupOf(badgerBackup(t), 3)
	random := rand.New(rand.NewPCG(1, 2))
	line := bytes.IndexByte(good, '\n')
	for range 2000 {
		b := bytes.Clone(good)
		if at := line + 1 + random.IntN(len(b)-line-1); random.IntN(4) == 0 {
			b = b[:at]
		} else {
			b[at] ^= byte(1 + random.IntN(255))
		}
		if _, err := readBackup(bytes.NewReader(b), func([]byte, []byte, uint64, bool, uint64) error { return nil }); err == nil {
			t.Fatal("a damaged backup passes")
		}
	}
}
