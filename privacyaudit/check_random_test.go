package privacyaudit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// textID is the ID of 16 bytes.
func textID(b []byte) string { return idText.EncodeToString(b[:16]) }

// randomIDs are IDs of a generator that passes for random.
func randomIDs(seed uint64, n int) (ids []string) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for range n {
		ids = append(ids, textID(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, rng.Uint64()), rng.Uint64())))
	}
	return ids
}

// usageLog is a usage log at an hour after noon of the day before yesterday.
func usageLog(t *testing.T, a *Audit, item, pseudonym string, hour int, building string) *Record {
	t.Helper()
	at := noon.Add(time.Duration(hour-48) * time.Hour)
	return fakeRecord(t, a, fakeSource("cloud", "cloud", ""), fmt.Sprintf("eu/%s/%s", at.Format("20060102"), item), fmt.Sprintf(
		`{"controller":"KONE","building":%q,"at":%q,"pseudonym":%q,"equipment":"main","function":"remote-call"}`, building, at.Format(time.RFC3339), pseudonym))
}

func mailOf(i int) string { return fmt.Sprintf("person-%d@example.test", i) }

// found tells whether a result has a finding with words in it.
func found(r finding.Rule, words string) bool {
	for _, f := range r.Findings {
		if strings.Contains(f.Message, words) {
			return true
		}
	}
	return false
}

// want compares status and finding of a result; "" is no finding at all.
func want(t *testing.T, r finding.Rule, status finding.Status, words string) {
	t.Helper()
	if r.Status != status || words != "" && !found(r, words) || words == "" && r.Violations > 0 {
		t.Errorf("it is %s (%s) with %+v, want %s with %q", r.Status, r.Why, r.Findings, status, words)
	}
}

func TestRandom(t *testing.T) {
	keys := t.TempDir()
	secret := []byte("a key of thirty-two bytes, static")[:32]
	if err := os.WriteFile(filepath.Join(keys, "provider-1.key"), secret, 0o600); err != nil {
		t.Fatal(err)
	}
	random := randomIDs(1, 300)
	digest := func(i int, s string) string { d := sha256.Sum256([]byte(s)); return textID(d[:]) }
	for _, c := range []struct {
		why    string
		id     func(i int) string
		status finding.Status
		words  string
	}{
		{"random IDs pass", func(i int) string { return random[i] }, finding.Pass, ""},
		{"digests of mail addresses are found", func(i int) string { return digest(i, mailOf(i)) }, finding.Fail, "SHA-256"},
		{"also with the building behind", func(i int) string { return digest(i, mailOf(i)+"|main") }, finding.Fail, "SHA-256"},
		{"digests under a key of the folder are found", func(i int) string {
			h := hmac.New(sha256.New, secret)
			h.Write([]byte(mailOf(i)))
			return textID(h.Sum(nil))
		}, finding.Fail, "HMAC-SHA-256"},
		{"a counter in front is in order", func(i int) string {
			raw, _ := parseID([]byte(random[i]))
			binary.BigEndian.PutUint32(raw[:], uint32(i))
			return textID(raw[:])
		}, finding.Fail, "not random"},
		{"few bits are few", func(i int) string {
			raw, _ := parseID([]byte(random[i]))
			copy(raw[:8], "8 bytes.")
			return textID(raw[:])
		}, finding.Fail, "only 64 bits"},
	} {
		t.Run(c.why, func(t *testing.T) {
			a := fakeAudit(t)
			a.Parts.Keys = keys
			a.Truth = &evidence.Truth{Settings: evidence.Settings{Building: "main"}}
			p := fakeProbe(t, a, Rule{Check: "random", Params: map[string]any{"ids": []any{"pseudonym"}}})
			var records []*Record
			for i := range random {
				a.Truth.Canaries = append(a.Truth.Canaries, evidence.Canary{Person: "r", Field: "email", Value: mailOf(i), Unique: true})
				r := usageLog(t, a, random[len(random)-1-i], c.id(i), 0, "main")
				r.Commit = uint64(i)
				records = append(records, r)
			}
			want(t, show(p, records...), c.status, c.words)
		})
	}
}

// A sample keeps the same IDs in whatever order they come.
func TestSampleHasNoOrder(t *testing.T) {
	one, two := sample{ids: map[rawID]uint64{}}, sample{ids: map[rawID]uint64{}}
	const n = 3 * sampled
	id := func(i int) (id rawID) { binary.LittleEndian.PutUint64(id[:], uint64(i)); return id }
	for i := range n {
		one.add(id(i), uint64(i))
		two.add(id(n-1-i), uint64(n-1-i))
	}
	if len(one.ids) > sampled || len(one.ids) < sampled/4 || len(one.ids) != len(two.ids) {
		t.Fatalf("%d and %d IDs are kept of at most %d", len(one.ids), len(two.ids), sampled)
	}
	for id, when := range one.ids {
		if got, ok := two.ids[id]; !ok || got != when {
			t.Fatal("the other way round another ID is kept, or its number")
		}
	}
}
