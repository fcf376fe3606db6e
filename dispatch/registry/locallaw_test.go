package registry

import (
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// Where local law is stricter, log data of that building go earlier, to the
// instant, also where they were uploaded late or the sweeps were rare.
func TestLocalLaw(t *testing.T) {
	const local = 40 * wholeDay
	for _, row := range []struct {
		says  string
		every time.Duration // between sweeps
		start bool          // the process starts anew before each sweep
	}{
		{"a sweep a day", wholeDay, false},
		{"sweeps that are rare", 19 * wholeDay, false},
		{"a start before each sweep", 19 * wholeDay, true},
	} {
		t.Run(row.says, func(t *testing.T) {
			c := &clock{now: start}
			o := testOptions(c)
			if row.start {
				o = diskOptions(t, c)
			}
			o.Buildings[0].LogData = local
			o.Buildings = append(o.Buildings, BuildingConfig{Name: "c", Region: "FI", LogData: 20 * wholeDay})
			r := open(t, o)
			for _, building := range []string{"a", "b", "c"} {
				subject, id := signUp(t, r), Random{}.New()
				must(t, r.Register(subject, id, building))
				for day := range 15 {
					must(t, r.As(RoleService, ToProvide).In(building).Put(Ref{Kind: KindUsageLog, Item: Random{}.New()},
						&UsageLog{Meta: Meta{At: start.Add(-time.Duration(day) * wholeDay)}, Pseudonym: id, Equipment: "low", Function: "key"}))
				}
				must(t, r.As(RoleService, ToProvide).In(building).Put(Ref{Kind: KindKeyAudit}, &KeyAudit{Act: "created", What: "visitor-key", Of: Random{}.New()}))
			}
			for passed := row.every; passed <= 60*wholeDay; passed += row.every {
				c.pass(row.every)
				if row.start {
					r = reopen(t, r, o)
				}
				_, _, err := r.Sweep()
				must(t, err)
				for building, keep := range map[string]time.Duration{"a": local, "b": r.Limits().LogData, "c": 20 * wholeDay} {
					want := 0
					for day := range 15 {
						if passed+time.Duration(day)*wholeDay < keep {
							want++
						}
					}
					if got := logged(t, r, building); got != want {
						t.Fatalf("after %d days building %s has %d usage logs, want %d", passed/wholeDay, building, got, want)
					}
					want = 0
					if passed < keep {
						want = 1
					}
					if got := audited(t, r, building); got != want {
						t.Fatalf("after %d days building %s has %d entries of the key audit, want %d", passed/wholeDay, building, got, want)
					}
					must(t, r.CheckKeyAudit(building))
				}
			}
		})
	}
}

// audited counts the entries of a building's key audit.
func audited(t *testing.T, r *Registry, building string) (n int) {
	t.Helper()
	st := r.stores[string(Cloud)]
	must(t, st.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindKeyAudit.Prefix+"/"), func(item *badger.Item) error {
			return item.Value(func(v []byte) error {
				var e KeyAudit
				err := st.decode(KindKeyAudit, item.Key(), v, &e)
				if e.Building == building {
					n++
				}
				return err
			})
		})
	}))
	return n
}

// logged counts the usage logs of a building.
func logged(t *testing.T, r *Registry, building string) (n int) {
	t.Helper()
	must(t, r.As(RoleService, ToProvide).Each(Ref{Kind: KindUsageLog}, func(_ Ref, load func(Record) error) error {
		var u UsageLog
		if err := load(&u); err != nil {
			return err
		}
		if u.Building == building {
			n++
		}
		return nil
	}))
	return n
}

// What is older than local law lets it be kept is not taken any more.
func TestLocalLawRefusesWhatIsOlder(t *testing.T) {
	o := testOptions(&clock{now: start})
	o.Buildings[0].LogData = 10 * wholeDay
	r := open(t, o)
	p := moveIn(t, r, "flow")
	put := func(age time.Duration) error {
		return r.As(RoleService, ToProvide).In("a").Put(Ref{Kind: KindUsageLog, Item: Random{}.New()},
			&UsageLog{Meta: Meta{At: start.Add(-age)}, Pseudonym: p.pseudonyms[0], Equipment: "low", Function: "key"})
	}
	must(t, put(10*wholeDay))
	if err := put(10*wholeDay + time.Hour); err == nil {
		t.Error("a usage log was taken that local law lets nobody keep")
	}
}

// Local law only shortens.
func TestLocalLawDoesNotLengthen(t *testing.T) {
	o := testOptions(&clock{now: start})
	o.Buildings[0].LogData = o.Limits.LogData + 1
	if r, err := Open(o); err == nil || !strings.Contains(err.Error(), "local law can only shorten") {
		t.Errorf("got %v", err)
		r.Close()
	}
}
