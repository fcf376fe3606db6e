package registry

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// recordsEnv says how many records the cloud holds in BenchmarkErase. The
// README's figure is that of a million, which take a minute to write:
//
//	HOISTWAY_RECORDS=1000000 go test ./dispatch/registry -run - -bench Erase -benchtime 25x -timeout 20m
const recordsEnv = "HOISTWAY_RECORDS"

// BenchmarkErase erases subjects one after the other, each from the request to
// the certificate that is on the disk. Besides the median it gives the medians
// of the phases.
func BenchmarkErase(b *testing.B) {
	if testing.Short() {
		b.Skip("it writes many records first")
	}
	records := 20_000
	if s := os.Getenv(recordsEnv); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatalf("%s: %v", recordsEnv, err)
		}
		records = n
	}
	const each = 50
	o := diskOptions(b, &clock{now: start})
	var mu sync.Mutex
	var last time.Time
	phases := map[string][]time.Duration{}
	o.Step = func(name string) {
		mu.Lock()
		defer mu.Unlock()
		name = strings.TrimPrefix(name, "erase:")
		if strings.HasPrefix(name, "settled-") {
			phases[name] = append(phases[name], time.Since(last)) // they run at the same time
			return
		}
		if name == "replaced" { // after all of them
			phases["all-settled"] = append(phases["all-settled"], time.Since(last))
		} else {
			phases[name] = append(phases[name], time.Since(last))
		}
		last = time.Now()
	}
	r := open(b, o)
	subjects := fillTown(b, r, records/each, each)
	if b.N > len(subjects) {
		b.Fatalf("%d erasures of %d subjects; set a smaller -benchtime, such as 25x", b.N, len(subjects))
	}
	// As after a week's settling: registrations of so many at once leave many
	// versions in the vault.
	if err := r.Settle(); err != nil {
		b.Fatal(err)
	}
	calm(b, r)
	var all []time.Duration
	cpu := cpuTime()
	b.ResetTimer()
	for i := range b.N {
		began := time.Now()
		last = began
		if _, err := r.Erase(subjects[i], CauseMovedOut); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(began))
	}
	b.StopTimer()
	ms := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2].Microseconds()) / 1000
	}
	b.ReportMetric(ms(all), "median-ms")
	b.ReportMetric(float64((cpuTime()-cpu).Milliseconds())/float64(b.N), "cpu-ms")
	for _, name := range slices.Sorted(maps.Keys(phases)) {
		if m := ms(phases[name]); m >= 0.1 {
			b.ReportMetric(m, name+"-ms")
		}
	}
	c, err := r.Erase(subjects[0], CauseMovedOut)
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := r.Verify(c); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "verify-ms")
}

// calm waits until Badger has compacted what was written in one go; otherwise
// the first erasures would wait for that.
func calm(b testing.TB, r *Registry) {
	busy := func() bool {
		for _, s := range r.allStores() {
			for _, level := range s.db.Levels() {
				if level.Adjusted >= 1 && level.NumTables > 0 {
					return true
				}
			}
		}
		return false
	}
	for began := time.Now(); busy(); time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			b.Log("compactions go on after a minute; the figures include them")
			return
		}
	}
}

// cpuTime is what the process has used. It tells the work of an erasure where
// other programs share the machine.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// largestBuilding is how many people live in building a, whose display an
// erasure renders; the others live in b.
const largestBuilding = 400

// fillTown makes subjects with so many records in the cloud each, and with a
// person, a permission, a key tag and a randomized ID. It lists those of
// building a.
func fillTown(b testing.TB, r *Registry, people, each int) (subjects []ID) {
	b.Helper()
	var all sync.WaitGroup
	made := make(chan ID, people)
	for worker := range 4 {
		all.Go(func() {
			for i := worker; i < people; i += 4 {
				subject := Random{}.New()
				building := "b"
				if i < largestBuilding {
					building = "a"
				}
				if err := oneOfTown(r, subject, building, each); err != nil {
					b.Error(err)
					return
				}
				if building == "a" || people <= largestBuilding {
					made <- subject
				}
			}
		})
	}
	all.Wait()
	close(made)
	for subject := range made {
		subjects = append(subjects, subject)
	}
	if b.Failed() {
		b.FailNow()
	}
	return subjects
}

func oneOfTown(r *Registry, subject ID, building string, each int) error {
	cloud := r.As(RoleService, ToProvide).In(building)
	if err := cloud.Put(Ref{Kind: KindFlowProfile, Subject: subject}, benchProfile()); err != nil {
		return err
	}
	err := cloud.Do(KindVisitorKey, func(tx *Tx) error {
		if err := tx.Put(Ref{Kind: KindFlowPreferences, Subject: subject}, &FlowPreferences{WalkingSpeed: 1300, FavouriteFloor: "lobby"}); err != nil {
			return err
		}
		for range each - 2 {
			key := &VisitorKey{Visitor: "somebody who visits", Floors: []string{"lobby", "12"}, From: start, Until: start.Add(time.Hour), Uses: 2, Consent: Random{}.New()}
			if err := tx.Put(Ref{Kind: KindVisitorKey, Subject: subject, Item: Random{}.New()}, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.Register(subject, Random{}.New(), building); err != nil {
		return err
	}
	manager := r.As(RoleManager, ToProvide).In(building)
	person := &BuildingPerson{Service: "flow", Name: "Aino Example"}
	if building == "a" {
		person.Apartment = "12"
	}
	if err := manager.Put(Ref{Kind: KindBuildingPerson, Subject: subject}, person); err != nil {
		return err
	}
	if err := manager.Put(Ref{Kind: KindPermission, Subject: subject, Item: Random{}.New()}, &Permission{Service: "flow", Floors: []string{"*"}, Banks: []string{"*"}, From: start}); err != nil {
		return err
	}
	return manager.Put(Ref{Kind: KindKeyTag, Subject: subject}, &KeyTag{Number: "7", Floors: []string{"1"}})
}
