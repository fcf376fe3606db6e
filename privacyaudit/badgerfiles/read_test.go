package badgerfiles

import (
	"math/rand/v2"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/google/go-cmp/cmp"
)

// What the files say is the newest must be what the database itself shows.
func TestNewestIsWhatADatabaseShows(t *testing.T) {
	for _, row := range []struct {
		name string
		c    options.CompressionType
		most int
	}{
		{"values inside the tables, not packed", options.None, 200},
		{"values inside the tables, packed with Snappy", options.Snappy, 200},
		{"values inside the tables, packed with ZSTD", options.ZSTD, 200},
		{"some values in value logs", options.None, 2000},
	} {
		t.Run(row.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(row.most)))
			dir, copied := t.TempDir(), t.TempDir()
			db := openStore(t, storeOptions(dir, row.c).WithValueThreshold(1000))
			fill(t, db, 6000, rng, func() int { return rng.IntN(row.most) })
			if err := db.Sync(); err != nil {
				t.Fatal(err)
			}
			want := map[string]told{}
			err := db.View(func(txn *badger.Txn) error {
				it := txn.NewIterator(badger.IteratorOptions{AllVersions: false})
				defer it.Close()
				for it.Rewind(); it.Valid(); it.Next() {
					v, err := it.Item().ValueCopy(nil)
					if err != nil {
						return err
					}
					want[string(it.Item().Key())] = told{Key: string(it.Item().Key()), Value: string(v), Commit: it.Item().Version(), Newest: true}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			copyDir(t, dir, copied)
			s, all := readStore(t, copied, 3)
			if diff := cmp.Diff([]Problem(nil), s.Problems); diff != "" {
				t.Errorf("problems of a sound store (-want +got):\n%s", diff)
			}
			got := map[string]told{}
			for _, v := range all {
				if !v.Newest || v.Deleted {
					continue
				}
				if _, twice := got[v.Key]; twice {
					t.Fatalf("%s has two newest versions", v.Key)
				}
				v.File = ""
				got[v.Key] = v
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("live records (-database +files):\n%s", diff)
			}
			t.Logf("%d tables, %d versions, %d live", s.Tables, s.Versions, len(got))
		})
	}
}
