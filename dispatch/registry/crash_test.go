package registry

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The crash tests run this test binary once more as a child, which ends itself
// with SIGKILL at a step of an erasure or rotation, or is killed after a while.
// How often is in HOISTWAY_KILLS; the long form is
//
//	HOISTWAY_KILLS=200 go test ./dispatch/registry -run Crash -timeout 20m
const (
	killsEnv = "HOISTWAY_KILLS"
	childEnv = "HOISTWAY_CRASH_CHILD" // DIR|KEYS|ACT|STEP|SUBJECT|BYSTANDER
)

func kills(t *testing.T) int {
	if s := os.Getenv(killsEnv); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("%s: %v", killsEnv, err)
		}
		return n
	}
	if testing.Short() {
		return 6
	}
	return 30
}

// TestCrashChild is the child: it writes records of a bystander, says of each
// that it is acknowledged, and erases or rotates meanwhile.
func TestCrashChild(t *testing.T) {
	spec := os.Getenv(childEnv)
	if spec == "" {
		t.Skip("the child of the crash tests")
	}
	f := strings.Split(spec, "|")
	act, step, subject, bystander := f[2], f[3], ID(f[4]), ID(f[5])
	o := testOptions(&clock{now: start})
	o.Dir, o.Keys = f[0], f[1]
	o.Step = func(name string) {
		fmt.Println("step", name)
		if name == step {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	r, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		h := r.As(RoleService, ToProvide).In("a")
		for {
			ref := Ref{Kind: KindVisitorKey, Subject: bystander, Item: Random{}.New()}
			if err := h.Put(ref, &VisitorKey{Visitor: "v", Floors: []string{"1"}, Consent: Random{}.New()}); err != nil {
				fmt.Println("failed", err)
				return
			}
			fmt.Println("ack", ref.Item)
			time.Sleep(time.Millisecond)
		}
	}()
	time.Sleep(5 * time.Millisecond)
	fmt.Println("begin")
	switch act {
	case "erase":
		_, err = r.Erase(subject, CauseMovedOut)
	case "rotate":
		err = r.Rotate()
	}
	fmt.Println("end", err)
	time.Sleep(time.Second) // the parent kills
}

// child runs the child until it is dead. With a step it dies there; without,
// the parent kills it a while after it began.
func child(t *testing.T, o Options, act, step string, subject, bystander ID, after time.Duration) (acks []ID, steps []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashChild$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join([]string{o.Dir, o.Keys, act, step, string(subject), string(bystander)}, "|"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	began, ended := false, false
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil { // the last line may be cut short: what it says was not said
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			break
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "ack":
			acks = append(acks, ID(rest))
		case "step":
			steps = append(steps, rest)
		case "begin":
			began = true
			if step == "" {
				time.AfterFunc(after, func() { cmd.Process.Kill() })
			}
		case "end":
			ended = true
			if step != "" && rest != "<nil>" {
				t.Errorf("child: %s: %s", act, rest)
			}
			cmd.Process.Kill()
		case "failed":
			t.Errorf("child: %s", rest)
		}
	}
	err = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v", err)
	}
	if !began {
		t.Fatal("the child was killed before it began")
	}
	if step != "" && step != "none" && ended && !slices.Contains(steps, step) {
		t.Errorf("the child never came to step %s", step)
	}
	return acks, steps
}

// crashTown is a registry on disk with a bystander, whose records must survive.
type crashTown struct {
	o         Options
	bystander *resident
	acked     []ID
}

// check opens the registry, which completes what was cut short.
func (c *crashTown) check(t *testing.T, what string) *Registry {
	t.Helper()
	r, err := Open(c.o)
	if err != nil {
		t.Fatalf("after %s: open: %v", what, err)
	}
	if err := r.CheckLedger(); err != nil {
		t.Errorf("after %s: %v", what, err)
	}
	if pending, err := r.pendingErasures(); err != nil || len(pending) > 0 {
		t.Errorf("after %s: %d erasures are still under way: %v", what, len(pending), err)
	}
	certificates := map[ID]int{}
	intents := map[ID]bool{}
	if err := r.Entries(func(_ uint64, e *Entry) error {
		switch e.Act {
		case ActErasureIntended:
			intents[e.ID] = true
		case ActErasureSettled:
			certificates[e.ID]++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for id, n := range certificates {
		if n != 1 || !intents[id] {
			t.Errorf("after %s: an erasure has %d certificates and intent %v", what, n, intents[id])
		}
	}
	h := r.As(RoleService, ToProvide).In("a")
	for _, item := range c.acked {
		if err := read(h, Ref{Kind: KindVisitorKey, Subject: c.bystander.subject, Item: item}); err != nil {
			t.Errorf("after %s: an acknowledged write of a bystander is lost: %v", what, err)
		}
	}
	return r
}

func TestCrashWhileErasing(t *testing.T) {
	c := &crashTown{o: diskOptions(t, &clock{now: start})}
	r := open(t, c.o)
	c.bystander = moveIn(t, r, "flow")
	var next *resident
	prepare := func() {
		next = moveIn(t, r, "flow")
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	prepare()
	// The first child comes to the end, and says which steps there are.
	acks, all := child(t, c.o, "erase", "none", next.subject, c.bystander.subject, 0)
	c.acked = append(c.acked, acks...)
	for _, name := range []string{"erase:intent", "erase:pending", "erase:held", "erase:cloud", "erase:building-a", "erase:vault", "erase:display", "erase:settled-cloud", "erase:settled-building-a", "erase:settled-vault", "erase:replaced", "erase:forgotten", "erase:certificate", "erase:done"} {
		if !slices.Contains(all, name) {
			t.Errorf("an erasure has no step %s", name)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range kills(t) {
		r = c.check(t, "start")
		prepare()
		// Every third time the kill comes anywhere, most often while files are
		// dropped, which takes longest.
		step, after, what := "", time.Duration(rng.IntN(60))*time.Millisecond, ""
		if i%3 == 2 {
			what = fmt.Sprintf("SIGKILL after %s", after)
		} else {
			step = all[(i-i/3)%len(all)]
			what = "SIGKILL at " + step
		}
		acks, steps := child(t, c.o, "erase", step, next.subject, c.bystander.subject, after)
		c.acked = append(c.acked, acks...)
		r = c.check(t, what)
		left := next.left(t, r)
		switch {
		case slices.Contains(steps, "erase:pending") && left != nil:
			t.Errorf("after %s: half-erased, left: %v", what, left)
		case !slices.Contains(steps, "erase:pending") && left != nil && len(left) != 17:
			t.Errorf("after %s: %d of a subject's 17 records are left: %v", what, len(left), left)
		case left == nil:
			if n := countPhysical(t, r, next); n != 0 {
				t.Errorf("after %s: %d traces of the subject are in the files", what, n)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d acknowledged writes of a bystander survived", len(c.acked))
}

func TestCrashWhileRotating(t *testing.T) {
	c := &crashTown{o: diskOptions(t, &clock{now: start})}
	r := open(t, c.o)
	c.bystander = moveIn(t, r, "flow")
	people := []*resident{c.bystander, moveIn(t, r, "remote-call")}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	acks, all := child(t, c.o, "rotate", "none", c.bystander.subject, c.bystander.subject, 0)
	c.acked = append(c.acked, acks...)
	if len(all) != 4*3 { // of the provider and two buildings
		t.Fatalf("steps of a rotation: %v", all)
	}
	for i := range max(3, kills(t)/4) {
		step := all[i%len(all)]
		acks, _ := child(t, c.o, "rotate", step, c.bystander.subject, c.bystander.subject, 0)
		c.acked = append(c.acked, acks...)
		r := c.check(t, "SIGKILL at "+step)
		for _, p := range people {
			for _, ref := range p.refs {
				role := RoleService
				if ref.Kind.Store == Building {
					role = RoleManager
				}
				purpose := ToProvide
				if ref.Kind == KindObjection {
					purpose = ToFulfil
				}
				if err := read(r.As(role, purpose).In("a"), ref); err != nil {
					t.Errorf("after SIGKILL at %s: a %s cannot be read: %v", step, ref.Kind.Name, err)
				}
			}
			for _, id := range p.pseudonyms {
				if r.shredded(id) || !r.Known(id) {
					t.Errorf("after SIGKILL at %s: a randomized ID is lost", step)
				}
			}
		}
		for _, g := range r.rings() {
			epochs, present := g.epochs()
			files, err := r.keys.load(g.name)
			if len(epochs) != 1 || len(files) != 1 || err != nil {
				t.Errorf("after SIGKILL at %s: ring %s has epochs %v and %d files: %v", step, g.name, epochs, len(files), err)
			}
			created, destroyed := map[string]int{}, map[string]int{}
			if err := r.Entries(func(_ uint64, e *Entry) error {
				if e.Facts["ring"] == g.name {
					switch e.Act {
					case ActKeyCreated:
						created[e.Facts["epoch"]]++
					case ActKeyDestroyed:
						destroyed[e.Facts["epoch"]]++
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if len(created) != present || len(destroyed) != present-1 {
				t.Errorf("after SIGKILL at %s: the ledger has %d keys of %s made and %d destroyed, want %d and %d", step, len(created), g.name, len(destroyed), present, present-1)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			return
		}
	}
}
