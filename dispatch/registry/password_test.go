package registry

import (
	"strings"
	"testing"
	"time"
)

// light is a cost that keeps tests fast.
var light = Cost{8, 1, 1}

func TestCheckPassword(t *testing.T) {
	const right, wrong = "correct horse", "battery staple"
	made := HashPassword(right, light)
	salt := strings.Split(made, "$")[4]
	tests := []struct {
		name     string
		stored   string
		password string
		cost     Cost
		ok, weak bool
	}{
		{"the password matches its string", made, right, light, true, false},
		{"another password does not", made, wrong, light, false, false},
		{"a cheaper string is weak, so that a login can raise it", made, right, Cost{16, 1, 1}, true, true},
		{"a string of fewer passes is weak", made, right, Cost{8, 2, 1}, true, true},
		{"a dearer string is not weak", HashPassword(right, Cost{16, 2, 1}), right, light, true, false},
		{"passwords count beyond 72 bytes, where bcrypt stops", HashPassword(strings.Repeat("x", 72)+"a", light), strings.Repeat("x", 72) + "b", light, false, false},
		{"an empty string matches nothing", "", "", light, false, false},
		{"plain text matches nothing, not even itself", right, right, light, false, false},
		{"argon2i is another function", strings.Replace(made, "argon2id", "argon2i", 1), right, light, false, false},
		{"an older version is refused", strings.Replace(made, "v=19", "v=16", 1), right, light, false, false},
		{"gigabytes of memory are refused, not allocated", strings.Replace(made, "m=8", "m=4194304", 1), right, light, false, false},
		{"hours of work are refused, not done", strings.Replace(made, "t=1", "t=4294967295", 1), right, light, false, false},
		{"256 threads do not wrap to none", strings.Replace(made, "p=1", "p=256", 1), right, light, false, false},
		{"no passes are refused", strings.Replace(made, "t=1", "t=0", 1), right, light, false, false},
		{"leading zeros are not what we wrote", strings.Replace(made, "t=1", "t=01", 1), right, light, false, false},
		{"a sign is not what we wrote", strings.Replace(made, "t=1", "t=+1", 1), right, light, false, false},
		{"an empty salt is refused", strings.Replace(made, salt, "", 1), right, light, false, false},
		{"a line break within is refused", strings.Replace(made, salt, salt[:4]+"\n"+salt[4:], 1), right, light, false, false},
		{"a seventh part is refused", made + "$", right, light, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if ok, weak := CheckPassword(tt.stored, tt.password, tt.cost); ok != tt.ok || weak != tt.weak {
				t.Errorf("got ok %v, weak %v, want %v, %v", ok, weak, tt.ok, tt.weak)
			}
		})
	}
}

func TestHashPasswordSaltsEachString(t *testing.T) {
	first, second := HashPassword("same", light), HashPassword("same", light)
	if first == second {
		t.Error("two hashes of one password are equal")
	}
}

func TestHashPasswordOfAWrongCostIsABug(t *testing.T) {
	defer func() {
		if s, _ := recover().(string); !strings.HasPrefix(s, "BUG: ") {
			t.Errorf("got panic %q, want one that starts BUG:", s)
		}
	}()
	HashPassword("x", Cost{})
}

// TestHeavyHashesWait: a storm of logins must not take memory without bound.
func TestHeavyHashesWait(t *testing.T) {
	heavyOne := Cost{heavyMemory, 1, 1}
	for range cap(heavy) {
		heavy <- struct{}{}
	}
	done := make(chan string)
	go func() { done <- HashPassword("x", heavyOne) }()
	if ok, _ := CheckPassword(HashPassword("x", light), "x", light); !ok {
		t.Error("a light hash has to wait for heavy ones")
	}
	select {
	case <-done:
		t.Error("a heavy hash was made beside the most that are allowed at a time")
	case <-time.After(50 * time.Millisecond):
	}
	for range cap(heavy) {
		<-heavy
	}
	if ok, _ := CheckPassword(<-done, "x", heavyOne); !ok {
		t.Error("a heavy hash that had to wait is wrong")
	}
}

// FuzzParsePHC checks that what is accepted is what would be written, and that
// it asks for no more memory or time than the bounds allow.
func FuzzParsePHC(f *testing.F) {
	f.Add(HashPassword("x", light))
	f.Add("$argon2id$v=19$m=4194304,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=255$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Errorf("accepted a string that is not in the written form")
		}
		if p.cost.Memory > mostMemory || p.cost.Time > mostTime || p.cost.Threads > mostThreads || len(p.hash) > 64 {
			t.Errorf("accepted cost %+v", p.cost)
		}
	})
}

func BenchmarkHashPassword(b *testing.B) {
	for _, c := range []struct {
		name string
		cost Cost
	}{{"production", ProductionCost}, {"test", TestCost}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				HashPassword("correct horse", c.cost)
			}
		})
	}
}
