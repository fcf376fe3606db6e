package privacyaudit

import (
	"encoding/hex"
	"testing"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

func TestRawIDs(t *testing.T) {
	id := randomIDs(30, 2)
	raw, _ := parseID([]byte(id[0]))
	for _, c := range []struct {
		why    string
		frame  string
		status finding.Status
		words  string
	}{
		{"a frame that shows none", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" + id[1], finding.Pass, ""},
		{"one as text", "xxxxxx" + id[0] + "xxx", finding.Fail, "as it was sent"},
		{"one as bytes", "xxxxxx" + string(raw[:]) + "xxx", finding.Fail, "as it was sent"},
		{"one as hexadecimal digits", "xxxxxx" + hex.EncodeToString(raw[:]) + "xxx", finding.Fail, "as it was sent"},
	} {
		t.Run(c.why, func(t *testing.T) {
			a := fakeAudit(t)
			a.Parts = phonesOf(t, map[string]string{"1.0": idLine(id[0], "main", "2027-06-01", "2027-07-01")})
			a.Parts.Wire = t.TempDir()
			p := fakeProbe(t, a, Rule{Check: "rawids", Stores: []string{"wire"}})
			p.watch.Frame(&evidence.Frame{Raw: []byte(c.frame)})
			want(t, show(p), c.status, c.words)
		})
	}
}
