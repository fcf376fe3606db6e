package badgerfiles

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	badgertable "github.com/dgraph-io/badger/v4/table"
	"golang.org/x/sys/unix"
)

// BenchmarkRead measures Read against the bare loop over the same files in the
// same run: read each table whole and walk through it with Badger's own
// iterator, which neither checks the blocks nor knows which version is the
// newest nor what the files' hashes are. Reported are the ratio to the bare loop
// (x-bare) and to the bare loop that also computes the SHA-256 of what it has
// read (x-hashed). Times are those of the processor, which other programs on the
// machine disturb least.
func BenchmarkRead(b *testing.B) {
	const records = 1_000_000
	for _, c := range compressions {
		dir := b.TempDir()
		buildLarge(b, dir, c, records)
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", compressionName(c), workers), func(b *testing.B) {
				var bare, hashed, read time.Duration
				for b.Loop() {
					start := processorTime(b)
					n := bareLoop(b, dir, c, workers, false)
					afterBare := processorTime(b)
					bareLoop(b, dir, c, workers, true)
					afterHashed := processorTime(b)
					s, err := Read(dir, workers, func(int, *Version) error { return nil })
					if err != nil || len(s.Problems) > 0 {
						b.Fatal(err, s.Problems)
					}
					bare += afterBare - start
					hashed += afterHashed - afterBare
					read += processorTime(b) - afterHashed
					if n != s.Versions || n < records {
						b.Fatalf("the bare loop met %d versions, Read %d", n, s.Versions)
					}
				}
				b.ReportMetric(read.Seconds()/bare.Seconds(), "x-bare")
				b.ReportMetric(read.Seconds()/hashed.Seconds(), "x-hashed")
				b.ReportMetric(float64(read.Nanoseconds())/float64(b.N)/records, "cpu-ns/record")
			})
		}
	}
}

// processorTime is what the process has used so far, on all cores.
func processorTime(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func buildLarge(b *testing.B, dir string, c options.CompressionType, records int) {
	b.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	db := openStore(b, badger.DefaultOptions(dir).WithLogger(nil).WithCompression(c).WithMetricsEnabled(false).WithMemTableSize(16<<20))
	batch := db.NewWriteBatch()
	for i := range records {
		value := make([]byte, 110)
		for k := range value {
			value[k] = byte(rng.Uint32())
		}
		if err := batch.Set(fmt.Appendf(nil, "log/2031%02d%02d/%024x", i%12+1, i%28+1, rng.Uint64()), value); err != nil {
			b.Fatal(err)
		}
	}
	if err := batch.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := db.Flatten(2); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

func bareLoop(b *testing.B, dir string, c options.CompressionType, workers int, hash bool) int {
	names, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil {
		b.Fatal(err)
	}
	counts := make([]int, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < len(names); i += workers {
				data, err := os.ReadFile(names[i])
				if err != nil {
					b.Error(err)
					return
				}
				if hash {
					sha256.Sum256(data)
				}
				t, err := badgertable.OpenInMemoryTable(data, uint64(i), &badgertable.Options{BlockSize: 4 << 10, Compression: c})
				if err != nil {
					b.Error(err)
					return
				}
				it := t.NewIterator(badgertable.NOCACHE)
				for it.Rewind(); it.Valid(); it.Next() {
					if v := it.Value(); v.Meta == 0xff {
						b.Error("no such meta")
					}
					counts[w]++
				}
				it.Close()
			}
		})
	}
	wait.Wait()
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}
