package registry

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const year = 365 * wholeDay

// keptOptions are those of two buildings; b's Manager ordered two logs.
func keptOptions(c *clock) Options {
	o := testOptions(c)
	o.Buildings[1].Logs = append(o.Buildings[1].Logs, LogDeclaration{Name: "lifts", Fields: []string{"car"}, Purpose: ToSecure, Retention: 90 * wholeDay})
	return o
}

func signUp(t testing.TB, r *Registry) ID {
	t.Helper()
	id := r.o.IDs.New()
	must(t, r.As(RoleService, ToIdentify).Put(Ref{Kind: KindFlowProfile, Subject: id}, &FlowProfile{Name: "N", Email: "e@example.org", Active: r.o.Now()}))
	return id
}

func register(t testing.TB, r *Registry, subject ID, building string) ID {
	t.Helper()
	id := r.o.IDs.New()
	must(t, r.Register(subject, id, building))
	return id
}

func logUsage(t testing.TB, r *Registry, pseudonym ID, building string, at time.Time) Ref {
	t.Helper()
	ref := Ref{Kind: KindUsageLog, Day: dayOf(at), Item: r.o.IDs.New()}
	must(t, r.As(RoleService, ToProvide).In(building).Put(ref, &UsageLog{Meta: Meta{At: at}, Pseudonym: pseudonym, Equipment: "low", Function: "key"}))
	return ref
}

func logDoor(t testing.TB, r *Registry, log string, at time.Time) Ref {
	t.Helper()
	ref := Ref{Kind: KindBuildingLog, Log: log, Day: dayOf(at), Item: r.o.IDs.New()}
	fields := map[string]string{"doors": "door", "lifts": "car"}
	must(t, r.As(RoleManager, ToSecure).In("b").Put(ref, &BuildingLog{Meta: Meta{At: at}, Log: log, Fields: map[string]string{fields[log]: "1"}}))
	return ref
}

// stands lists the keys of a kind's records.
func stands(t testing.TB, r *Registry, kind *Kind, building string) (keys []string) {
	t.Helper()
	if kind.Store != Building {
		building = ""
	}
	s, err := r.store(kind.Store, building)
	must(t, err)
	must(t, s.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(kind.Prefix+"/"), func(item *badger.Item) error {
			keys = append(keys, string(item.KeyCopy(nil)))
			return nil
		})
	}))
	return keys
}

// physical lists the keys under a prefix of which a store's files still hold
// any version.
func physical(t testing.TB, dir string, prefix string) []string {
	t.Helper()
	found := map[string]bool{}
	damaged, err := decodeFolder(dir, func(v version) error {
		if k := string(v.Key); len(k) >= len(prefix) && k[:len(prefix)] == prefix {
			found[k] = true
		}
		return nil
	})
	must(t, err)
	if len(damaged) > 0 {
		t.Fatalf("files of %s cannot be read in full: %v", dir, damaged)
	}
	return slices.Sorted(maps.Keys(found))
}

func mustSweep(t testing.TB, r *Registry) map[string]int {
	t.Helper()
	n, _, err := r.Sweep()
	must(t, err)
	return n
}

func TestSweepAtTheBoundary(t *testing.T) {
	for _, row := range []struct {
		sentence string
		put      func(t *testing.T, r *Registry)
		kind     *Kind
		building string
		after    time.Duration // that it may stay
	}{
		{"usage of equipment stays 365 days from collection", func(t *testing.T, r *Registry) {
			logUsage(t, r, register(t, r, signUp(t, r), "a"), "a", start)
		}, KindUsageLog, "", year},
		{"the key audit stays 365 days", func(t *testing.T, r *Registry) {
			must(t, r.As(RoleService, ToProvide).In("a").Audit("created", "visitor-key", r.o.IDs.New()))
		}, KindKeyAudit, "", year},
		{"a building's log stays as its Manager declared, here 30 days", func(t *testing.T, r *Registry) {
			logDoor(t, r, "doors", start)
		}, KindBuildingLog, "b", 30 * wholeDay},
		{"another log of the same building stays 90 days", func(t *testing.T, r *Registry) {
			logDoor(t, r, "lifts", start)
		}, KindBuildingLog, "b", 90 * wholeDay},
	} {
		for _, edge := range []struct {
			sentence string
			at       time.Duration
			stays    int
		}{
			{"a second before", row.after - time.Second, 1},
			{"at the instant", row.after, 0},
			{"an hour after", row.after + time.Hour, 0},
			{"400 days after that", row.after + 400*wholeDay, 0},
		} {
			t.Run(row.sentence+"/"+edge.sentence, func(t *testing.T) {
				c := &clock{now: start}
				r := open(t, keptOptions(c))
				row.put(t, r)
				c.pass(edge.at)
				swept := mustSweep(t, r)
				if got := len(stands(t, r, row.kind, row.building)); got != edge.stays {
					t.Errorf("%d records stay, want %d", got, edge.stays)
				}
				if got := swept[row.kind.Name]; got != 1-edge.stays {
					t.Errorf("Sweep says that %d went, want %d", got, 1-edge.stays)
				}
				must(t, r.CheckLedger())
				must(t, r.CheckKeyAudit("a"))
			})
		}
	}
}

// Whatever the ages and however often it is swept, what stays is what is
// younger than its retention.
func TestSweepAgainstAModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &clock{now: start}
		r, err := Open(keptOptions(c))
		must(t, err)
		defer r.Close()
		subject := signUp(t, r)
		pseudonym := register(t, r, subject, "a")
		model := map[string]time.Time{} // key: when it is due
		hour := func(low, high int) time.Duration {
			return time.Duration(rapid.IntRange(low, high).Draw(rt, "hours")) * time.Hour
		}
		// Ages crowd on few days, so that some of a day are due and others not.
		age := func() time.Duration {
			return time.Duration(rapid.SampledFrom([]int{0, 0, 20, 80, 363}).Draw(rt, "days"))*wholeDay + hour(0, 24)
		}
		for range rapid.IntRange(1, 16).Draw(rt, "steps") {
			switch rapid.IntRange(0, 6).Draw(rt, "act") {
			case 0: // perhaps a late upload
				if !r.Known(pseudonym) { // it was not used for a year
					pseudonym = register(t, r, subject, "a")
				}
				at := c.Now().Add(-age()).Truncate(time.Hour)
				key, err := keyOf(logUsage(t, r, pseudonym, "a", at))
				must(t, err)
				model[string(key)] = at.Add(year)
			case 1:
				log, stays := "doors", 30*wholeDay
				if rapid.Bool().Draw(rt, "lifts") {
					log, stays = "lifts", 90*wholeDay
				}
				at := c.Now().Add(-age() - time.Duration(rapid.IntRange(0, 3599).Draw(rt, "seconds"))*time.Second)
				key, err := keyOf(logDoor(t, r, log, at))
				must(t, err)
				model[string(key)] = at.Add(stays)
			case 2:
				must(t, r.As(RoleService, ToProvide).In("a").Audit("created", "sub-user", r.o.IDs.New()))
				keys := stands(t, r, KindKeyAudit, "")
				model[keys[len(keys)-1]] = c.Now().Add(year)
			case 3:
				c.pass(hour(1, 24*rapid.SampledFrom([]int{1, 40, 400}).Draw(rt, "most days")))
			case 4:
				c.pass(wholeDay)
			default: // around the instant at which something is due
				if len(model) == 0 {
					break
				}
				due := model[rapid.SampledFrom(slices.Sorted(maps.Keys(model))).Draw(rt, "record")]
				due = due.Add(rapid.SampledFrom([]time.Duration{-time.Hour, -time.Second, 0, time.Second, time.Hour}).Draw(rt, "beside"))
				if later := due.Sub(c.Now()); later > 0 {
					c.pass(later)
				}
			}
			mustSweep(t, r)
			var want []string
			for key, due := range model {
				if due.After(c.Now()) {
					want = append(want, key)
				}
			}
			slices.Sort(want)
			got := slices.Concat(stands(t, r, KindUsageLog, ""), stands(t, r, KindKeyAudit, ""), stands(t, r, KindBuildingLog, "b"))
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("at %s (-model +store):\n%s", c.Now(), diff)
			}
			must(t, r.CheckKeyAudit("a"))
		}
	})
}

// reopen closes a registry and opens its folders again.
func reopen(t testing.TB, r *Registry, o Options) *Registry {
	t.Helper()
	must(t, r.Close())
	return open(t, o)
}

func TestSweepLeavesNothingInTheFiles(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	r := open(t, o)
	pseudonym := register(t, r, signUp(t, r), "a")
	// Many are due on the sweep's own day, some on days before, one later.
	for range 30 {
		logUsage(t, r, pseudonym, "a", start)
	}
	c.pass(12 * time.Hour)
	for range 1500 {
		logUsage(t, r, pseudonym, "a", c.Now())
	}
	c.pass(24 * time.Hour)
	kept, err := keyOf(logUsage(t, r, pseudonym, "a", c.Now()))
	must(t, err)
	for day := range 5 {
		logDoor(t, r, "doors", c.Now().Add(-time.Duration(day)*wholeDay))
	}
	c.pass(year - 24*time.Hour)
	if got := mustSweep(t, r)[KindUsageLog.Name]; got != 1530 {
		t.Errorf("swept %d usage logs, want 1530", got)
	}
	if got := stands(t, r, KindUsageLog, ""); !slices.Equal(got, []string{string(kept)}) {
		t.Errorf("%d usage logs can be read after the sweep, want the one that is not due", len(got))
	}
	// The bytes of the day that was due in part go with what was left of it.
	c.pass(13 * time.Hour)
	if got := mustSweep(t, r); len(got) != 0 {
		t.Errorf("the second sweep found %v due", got)
	}
	cloud, b := r.stores["cloud"].dir(), r.stores["building-b"].dir()
	must(t, r.Close())
	if got := physical(t, cloud, KindUsageLog.Prefix+"/"); !slices.Equal(got, []string{string(kept)}) {
		t.Errorf("the files hold %d usage logs, want the one that is not due", len(got))
	}
	if got := physical(t, b, KindBuildingLog.Prefix+"/"); len(got) != 0 {
		t.Errorf("the files hold %d building logs that are due", len(got))
	}
}

func TestSweepMakesUpForWhatWasMissed(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	o.Buildings = keptOptions(c).Buildings
	r := open(t, o)
	pseudonym := register(t, r, signUp(t, r), "a")
	mustSweep(t, r)
	for _, day := range []int{0, 10, 20, 30} {
		c.mu.Lock()
		c.now = start.Add(time.Duration(day) * wholeDay)
		c.mu.Unlock()
		logUsage(t, r, pseudonym, "a", c.Now())
		logDoor(t, r, "doors", c.Now())
		logDoor(t, r, "lifts", c.Now())
		must(t, r.As(RoleService, ToProvide).In("a").Audit("created", "sub-user", r.o.IDs.New()))
	}
	// Nobody sweeps for 375 days, and the process is another one then.
	c.pass(year - 20*wholeDay)
	r = reopen(t, r, o)
	want := map[string]int{KindUsageLog.Name: 2, KindKeyAudit.Name: 2, KindBuildingLog.Name: 8}
	if diff := cmp.Diff(want, mustSweep(t, r)); diff != "" {
		t.Errorf("(-want +swept)\n%s", diff)
	}
	if got := mustSweep(t, r); len(got) != 0 {
		t.Errorf("a second sweep found %v", got)
	}
	// A log that arrives eleven months late stays for the month that is left.
	late := c.Now().Add(-330 * wholeDay)
	logUsage(t, r, pseudonym, "a", late)
	// Records of a building arrive late as well, on a day that was swept before.
	logDoor(t, r, "lifts", c.Now().Add(-100*wholeDay))
	if diff := cmp.Diff(map[string]int{KindBuildingLog.Name: 1}, mustSweep(t, r)); diff != "" {
		t.Errorf("after late arrivals (-want +swept)\n%s", diff)
	}
	c.pass(35*wholeDay - time.Second)
	before := len(stands(t, r, KindUsageLog, ""))
	mustSweep(t, r)
	if got := len(stands(t, r, KindUsageLog, "")); got != before-2 { // those of days 20 and 30
		t.Errorf("a second before the late one is due, %d of %d stay, want %d", got, before, before-2)
	}
	c.pass(time.Second)
	mustSweep(t, r)
	if got := stands(t, r, KindUsageLog, ""); len(got) != 0 {
		t.Errorf("%d usage logs stay beyond a year from collection", len(got))
	}
	must(t, r.CheckKeyAudit("a"))
}

func TestSweepDeletesLogsThatAreNoLongerDeclared(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	o.Buildings = keptOptions(c).Buildings
	r := open(t, o)
	logDoor(t, r, "doors", start)
	logDoor(t, r, "lifts", start)
	o.Buildings[1].Logs = o.Buildings[1].Logs[:1]
	r = reopen(t, r, o)
	if diff := cmp.Diff(map[string]int{KindBuildingLog.Name: 1}, mustSweep(t, r)); diff != "" {
		t.Errorf("(-want +swept)\n%s", diff)
	}
	o.Buildings[1].Logs = nil
	r = reopen(t, r, o)
	if diff := cmp.Diff(map[string]int{KindBuildingLog.Name: 1}, mustSweep(t, r)); diff != "" {
		t.Errorf("with no log declared (-want +swept)\n%s", diff)
	}
}

func TestSweepClearsWhatNobodyCanReadOrNeeds(t *testing.T) {
	c := &clock{now: start}
	r := open(t, testOptions(c))
	erased, stays := signUp(t, r), signUp(t, r)
	of := map[ID]ID{}
	for _, subject := range []ID{erased, stays} {
		of[subject] = register(t, r, subject, "a")
		for range 3 {
			logUsage(t, r, of[subject], "a", start)
		}
	}
	idle := register(t, r, stays, "a") // nothing is ever logged under it
	if _, err := r.Erase(erased, CauseRequest); err != nil {
		t.Fatal(err)
	}
	if got := mustSweep(t, r)[KindUsageLog.Name]; got != 3 {
		t.Errorf("swept %d logs that the erasure left unreadable, want 3", got)
	}
	if got := len(stands(t, r, KindUsageLog, "")); got != 3 {
		t.Errorf("%d logs stay, want the other subject's 3", got)
	}
	c.pass(year - wholeDay)
	logUsage(t, r, of[stays], "a", c.Now())
	c.pass(wholeDay)
	mustSweep(t, r)
	if r.Known(idle) {
		t.Error("a randomized ID under which nothing is logged is still linked after a year")
	}
	if !r.Known(of[stays]) {
		t.Error("a randomized ID under which something is logged lost its link")
	}
	if ids, err := r.pseudonymsOf(stays); err != nil || !slices.Equal(ids, []ID{of[stays]}) {
		t.Errorf("the subject's list has %d randomized IDs, %v; want the one that is linked", len(ids), err)
	}
	c.pass(year)
	mustSweep(t, r)
	if r.Known(of[stays]) || len(stands(t, r, KindWrappedKey, "")) != 1 {
		t.Errorf("links or keys of randomized IDs outlive the log: %d keys, want the subject's alone", len(stands(t, r, KindWrappedKey, "")))
	}
}

func TestSweepReportsInactiveAccounts(t *testing.T) {
	c := &clock{now: start}
	r := open(t, testOptions(c))
	leaves, stays := signUp(t, r), signUp(t, r)
	for _, step := range []struct {
		sentence string
		at       time.Duration
		want     []ID
	}{
		{"at once nobody", 0, nil},
		{"a second before the limit nobody", r.o.Limits.Inactivity - time.Second, nil},
		{"at the limit who was not seen since", r.o.Limits.Inactivity, []ID{leaves}},
		{"and again until they are erased", r.o.Limits.Inactivity + wholeDay, []ID{leaves}},
	} {
		t.Run(step.sentence, func(t *testing.T) {
			c.mu.Lock()
			c.now = start.Add(step.at)
			c.mu.Unlock()
			if step.at > 0 && step.want == nil {
				// The account of another service of the same subject counts.
				must(t, r.As(RoleService, ToIdentify).Put(Ref{Kind: KindRemoteCallAccount, Subject: stays}, &RemoteCallAccount{Email: "e@example.org", Active: c.Now()}))
			}
			_, inactive, err := r.Sweep()
			must(t, err)
			if diff := cmp.Diff(step.want, inactive); diff != "" {
				t.Errorf("(-want +inactive)\n%s", diff)
			}
			if got := len(stands(t, r, KindFlowProfile, "")); got != 2 {
				t.Errorf("%d profiles stand: a sweep erases none", got)
			}
		})
	}
}

func TestSweepDeletesOldBackups(t *testing.T) {
	c := &clock{now: start}
	r := open(t, testOptions(c))
	first, err := r.Backup()
	must(t, err)
	c.pass(30 * wholeDay)
	second, err := r.Backup()
	must(t, err)
	for _, row := range []struct {
		after time.Duration
		want  []string
	}{{60*wholeDay - time.Second, []string{first, second}}, {time.Second, []string{second}}, {30 * wholeDay, nil}} {
		c.pass(row.after)
		mustSweep(t, r)
		got, err := r.Backups()
		must(t, err)
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("at %s (-want +backups)\n%s", c.Now(), diff)
		}
	}
}

// BenchmarkSweep is a sweep of 100,000 log records that are due, in a store of
// twice as many; a sweep that finds nothing due; and that of an ordinary day,
// on which 500 records of a building's log come due and as many come in.
func BenchmarkSweep(b *testing.B) {
	const records = 100_000
	b.Run("100000-due", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			c := &clock{now: start}
			r := onDiskFull(b, c, records)
			c.pass(year)
			b.StartTimer()
			if got := mustSweep(b, r)[KindUsageLog.Name]; got < records {
				b.Fatalf("swept %d, want at least %d", got, records)
			}
		}
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/sweep")
	})
	b.Run("idle", func(b *testing.B) {
		c := &clock{now: start}
		r := onDiskFull(b, c, records)
		mustSweep(b, r)
		for b.Loop() {
			c.pass(time.Minute)
			mustSweep(b, r)
		}
	})
}

func BenchmarkSweepDaily(b *testing.B) {
	c := &clock{now: start}
	o := diskOptions(b, c)
	r := open(b, o)
	h := r.As(RoleManager, ToSecure).In("b")
	day := func() {
		must(b, h.Do(KindBuildingLog, func(tx *Tx) error {
			for i := range 500 {
				at := c.Now().Add(-time.Duration(i%24) * time.Hour)
				if err := tx.Put(Ref{Kind: KindBuildingLog, Item: r.o.IDs.New()}, &BuildingLog{Meta: Meta{At: at}, Log: "doors", Fields: map[string]string{"door": "1"}}); err != nil {
					return err
				}
			}
			return nil
		}))
		c.pass(wholeDay)
	}
	for range 31 {
		day()
	}
	mustSweep(b, r)
	for b.Loop() {
		day()
		if got := mustSweep(b, r)[KindBuildingLog.Name]; got != 500 {
			b.Fatalf("swept %d, want 500", got)
		}
	}
}

// onDiskFull has twice as many usage logs as records: on a hundred days each,
// before the clock's instant and after.
func onDiskFull(b *testing.B, c *clock, records int) *Registry {
	r := open(b, diskOptions(b, c))
	pseudonym := register(b, r, signUp(b, r), "a")
	h := r.As(RoleService, ToProvide).In("a")
	for range 200 {
		for done := 0; done < records/100; done += 500 {
			must(b, h.Do(KindUsageLog, func(tx *Tx) error {
				for i := range 500 {
					at := c.Now().Add(-time.Duration(i%24) * time.Hour)
					if err := tx.Put(Ref{Kind: KindUsageLog, Item: r.o.IDs.New()}, &UsageLog{Meta: Meta{At: at}, Pseudonym: pseudonym, Equipment: "low", Function: "key"}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		c.pass(wholeDay)
	}
	c.pass(-100 * wholeDay)
	return r
}
