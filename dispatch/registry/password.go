package registry

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost is how much work a password's hash takes.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes over the memory
	Threads uint8
}

// ProductionCost is OWASP's minimum for argon2id. TestCost is for load runs
// only: a service that uses it leaves an entry ActTestCost in the ledger.
var (
	ProductionCost = Cost{19456, 2, 1}
	TestCost       = Cost{64, 1, 1}
)

const (
	saltBytes = 16
	hashBytes = 32

	// Bounds of the costs that are taken from a stored string: whoever writes
	// a string into the store must not choose how much memory a login takes.
	mostMemory  = 64 << 10 // KiB
	mostTime    = 10
	mostThreads = 8
	longestPHC  = 256

	// Hashes that need as much memory as this wait for each other, two at a
	// time: a storm of logins then costs time and not memory.
	heavyMemory = 4 << 10 // KiB
)

// heavy admits the hashes that need much memory.
var heavy = make(chan struct{}, 2)

// argon2Encoding refuses what another encoder would not have written.
var argon2Encoding = base64.RawStdEncoding.Strict()

// HashPassword gives the PHC string of a password: argon2id with a salt of its
// own, so that equal passwords have different strings.
func HashPassword(password string, c Cost) string {
	if err := c.check(); err != nil {
		panic("BUG: " + err.Error())
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: the process ends instead
	return phc{c, salt, c.hash(password, salt, hashBytes)}.String()
}

// CheckPassword compares in constant time, and tells whether the hash is
// weaker than c and should be made anew: after a login, while the password is
// at hand. A string that HashPassword cannot have written matches no password.
func CheckPassword(stored, password string, c Cost) (ok, weak bool) {
	p, err := parsePHC(stored)
	if err != nil {
		return false, false
	}
	got := p.cost.hash(password, p.salt, len(p.hash))
	ok = subtle.ConstantTimeCompare(got, p.hash) == 1
	weak = p.cost.Memory < c.Memory || p.cost.Time < c.Time || len(p.salt) < saltBytes || len(p.hash) < hashBytes
	return ok, weak
}

func (c Cost) hash(password string, salt []byte, size int) []byte {
	if c.Memory >= heavyMemory {
		heavy <- struct{}{}
		defer func() { <-heavy }()
	}
	return argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, uint32(size))
}

// check tells whether a cost is within the bounds.
func (c Cost) check() error {
	switch {
	case c.Threads < 1 || c.Threads > mostThreads:
		return fmt.Errorf("argon2id with %d threads: 1 to %d are allowed", c.Threads, mostThreads)
	case c.Memory < 8*uint32(c.Threads) || c.Memory > mostMemory:
		return fmt.Errorf("argon2id with %d KiB of memory: 8 for each thread to %d are allowed", c.Memory, mostMemory)
	case c.Time < 1 || c.Time > mostTime:
		return fmt.Errorf("argon2id with %d passes: 1 to %d are allowed", c.Time, mostTime)
	}
	return nil
}

// phc is a password's string in its parts.
type phc struct {
	cost       Cost
	salt, hash []byte
}

func (p phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.Memory, p.cost.Time, p.cost.Threads,
		argon2Encoding.EncodeToString(p.salt), argon2Encoding.EncodeToString(p.hash))
}

// parsePHC takes exactly what phc.String writes, within the bounds of costs.
// Its errors do not show the string.
func parsePHC(s string) (phc, error) {
	if len(s) > longestPHC {
		return phc{}, fmt.Errorf("password string has %d bytes, more than %d", len(s), longestPHC)
	}
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, fmt.Errorf("password string is not one of argon2id, version %d", argon2.Version)
	}
	var p phc
	costs := strings.Split(part[3], ",")
	if len(costs) != 3 {
		return phc{}, fmt.Errorf("password string has %d costs instead of m, t and p", len(costs))
	}
	var number [3]uint64
	for i, prefix := range []string{"m=", "t=", "p="} {
		digits, found := strings.CutPrefix(costs[i], prefix)
		n, err := strconv.ParseUint(digits, 10, 32)
		if !found || err != nil || strconv.FormatUint(n, 10) != digits {
			return phc{}, fmt.Errorf("password string has a malformed cost %q", prefix)
		}
		number[i] = n
	}
	if number[2] > mostThreads {
		return phc{}, fmt.Errorf("password string asks for more than %d threads", mostThreads)
	}
	p.cost = Cost{uint32(number[0]), uint32(number[1]), uint8(number[2])}
	if err := p.cost.check(); err != nil {
		return phc{}, fmt.Errorf("password string: %w", err)
	}
	var err error
	if p.salt, err = argon2Encoding.DecodeString(part[4]); err != nil || len(p.salt) < 8 || len(p.salt) > 64 {
		return phc{}, fmt.Errorf("password string has a malformed salt")
	}
	if p.hash, err = argon2Encoding.DecodeString(part[5]); err != nil || len(p.hash) < 16 || len(p.hash) > 64 {
		return phc{}, fmt.Errorf("password string has a malformed hash")
	}
	if p.String() != s { // the decoder of base64 skips line breaks
		return phc{}, fmt.Errorf("password string is not in the form it was written in")
	}
	return p, nil
}
