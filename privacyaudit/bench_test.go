package privacyaudit_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/evidence"
)

// BenchmarkAudit measures an audit of a store of usage logs against the bare
// loop over the same files: Badger's own iterator over all versions, with each
// value opened. Both run in the same process, one after the other; the figure
// "of-bare" is the speed of the audit as a share of the loop's. It has 20,000
// records, or HOISTWAY_RECORDS; the long form is
//
//	HOISTWAY_RECORDS=1000000 go test ./privacyaudit -run '^$' -bench Audit -benchtime 3x -timeout 0
func BenchmarkAudit(b *testing.B) {
	records := 20_000
	if s := os.Getenv("HOISTWAY_RECORDS"); s != "" {
		var err error
		if records, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	h := handWrites(b)
	h.usage(records)
	h.close()
	o := benchOptions(b, h.dir)
	var audit, bare time.Duration
	for b.Loop() {
		runtime.GC()
		from := time.Now()
		if n := h.bare(); n != records {
			b.Fatalf("the bare loop opened %d of %d records", n, records)
		}
		bare += time.Since(from)
		runtime.GC()
		from = time.Now()
		report, err := privacyaudit.Run(context.Background(), o)
		if err != nil {
			b.Fatal(err)
		}
		audit += time.Since(from)
		for _, p := range report.Problems {
			b.Fatalf("%s %s: %s", p.Store, p.File, p.What)
		}
	}
	b.ReportMetric(audit.Seconds()/float64(b.N)/float64(records)*1e9, "ns/record")
	b.ReportMetric(float64(bare)/float64(audit), "of-bare")
	b.ReportMetric(float64(peak(b, h.dir))/(1<<20), "MiB-peak")
	b.ReportMetric(0, "ns/op")
}

var benchDay = time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)

// benchIDs is how many randomized IDs the usage logs are spread over.
const benchIDs = 1000

// usage writes usage logs under many randomized IDs.
func (h *hand) usage(records int) {
	h.t.Helper()
	ids := make([]string, benchIDs)
	for i := range ids {
		ids[i] = someID(fmt.Sprint("pseudonym ", i))
		h.key("vault", ids[i], benchDay)
	}
	batch := h.store("cloud").NewWriteBatch()
	for i := range records {
		id, at := ids[i%benchIDs], benchDay.Add(time.Duration(i)*time.Second).Truncate(time.Hour)
		if i > 86_400 {
			at = benchDay
		}
		key := "eu/" + at.Format("20060102") + "/" + someID(fmt.Sprint("usage ", i))
		json := fmt.Sprintf(`{"controller":"KONE","building":"main","at":%q,"pseudonym":%q,"equipment":"main","function":"remote-call"}`, at.Format(time.RFC3339), id)
		if err := batch.Set([]byte(key), h.seal("cloud", key, id, json)); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := batch.Flush(); err != nil {
		h.t.Fatal(err)
	}
}

// bare opens every value of the cloud and of the vault's logs and does nothing
// with it.
func (h *hand) bare() (n int) {
	h.t.Helper()
	db := h.store("cloud")
	aeads := map[[16]byte]cipher.AEAD{}
	for i := range benchIDs {
		id := someID(fmt.Sprint("pseudonym ", i))
		raw, _ := alphabet.DecodeString(id)
		block, err := aes.NewCipher(h.secret(id))
		if err != nil {
			h.t.Fatal(err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			h.t.Fatal(err)
		}
		aeads[[16]byte(raw)] = aead
	}
	var opened, bound []byte
	err := db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.AllVersions = true
		it := txn.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			item := it.Item()
			err := item.Value(func(v []byte) (err error) {
				bound = append(append(bound[:0], "cloud\x00"...), item.Key()...)
				opened, err = aeads[[16]byte(v[2:18])].Open(opened[:0], v[18:30], v[30:], bound)
				return err
			})
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.close()
	return n
}

// benchOptions are those of an audit of a folder with the shipped policies.
func benchOptions(t testing.TB, dir string) privacyaudit.Options {
	t.Helper()
	o := privacyaudit.Options{
		Parts: evidence.Parts{Stores: filepath.Join(dir, "stores"), Keys: filepath.Join(dir, "keys")},
		At:    benchDay.Add(48 * time.Hour),
	}
	for _, name := range privacyaudit.Shipped() {
		p, err := privacyaudit.LoadPolicy(name)
		if err != nil {
			t.Fatal(err)
		}
		o.Policies = append(o.Policies, p)
	}
	return o
}

// benchFolder names the folder that a process of its own audits; see peak.
const benchFolder = "HOISTWAY_AUDIT_FOLDER"

// peak is the most memory that a process of its own uses for the audit, in
// bytes: this one has the writer's in it, and what the system tells of a child
// may be its parent's.
func peak(b *testing.B, dir string) (bytes int64) {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestAuditOfFolder$")
	cmd.Env = append(os.Environ(), benchFolder+"="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &bytes); err == nil {
			return bytes << 10
		}
	}
	b.Log("this system does not tell how much memory a process used")
	return 0
}

// TestAuditOfFolder is the process of peak.
func TestAuditOfFolder(t *testing.T) {
	dir := os.Getenv(benchFolder)
	if dir == "" {
		t.Skip("it is run by BenchmarkAudit only")
	}
	if _, err := privacyaudit.Run(context.Background(), benchOptions(t, dir)); err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	fmt.Print(string(status))
}
