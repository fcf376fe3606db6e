package gateway

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"
)

// spent remembers which single-use tokens have been used, for as long as they
// would be valid. It is safe for concurrent use.
//
// Single-use tokens of another process count as used, even under the same
// signing key: what was spent there is not known here.
type spent struct {
	process [8]byte
	mu      sync.Mutex
	minutes map[int64]map[uint64]string // by minute of expiry, then token: the application
	held    map[string]int              // by application
}

// maxSpent is how many used tokens of one application are remembered. An
// application that uses more within their lives has to wait, and no other does.
const maxSpent = 1 << 16

func newSpent() *spent {
	s := &spent{minutes: map[int64]map[uint64]string{}, held: map[string]int{}}
	_, _ = rand.Read(s.process[:]) // never fails
	return s
}

// id makes the ID of a token that spent can tell from others.
func (s *spent) id() string {
	var id [16]byte
	copy(id[:8], s.process[:])
	_, _ = rand.Read(id[8:])
	return hex.EncodeToString(id[:])
}

// spending is what came of using a single-use token.
type spending uint8

const (
	wasFresh   spending = iota // and is used now
	wasUsed                    // here, or perhaps by another process
	notCounted                 // too many others are remembered
)

// use takes a token.
func (s *spent) use(application, id string, expires, now time.Time) spending {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != 16 || [8]byte(raw[:8]) != s.process {
		return wasUsed
	}
	var key uint64
	for _, b := range raw[8:] {
		key = key<<8 | uint64(b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now)
	minute := expires.Unix() / 60
	if _, used := s.minutes[minute][key]; used {
		return wasUsed
	}
	if s.held[application] >= maxSpent {
		return notCounted
	}
	if s.minutes[minute] == nil {
		s.minutes[minute] = map[uint64]string{}
	}
	s.minutes[minute][key] = application
	s.held[application]++
	return wasFresh
}

// forget drops the tokens that have expired.
func (s *spent) forget(now time.Time) {
	for minute, tokens := range s.minutes { // at most a dozen: a limited token lives for ten minutes
		if (minute+1)*60 > now.Unix() {
			continue
		}
		for _, application := range tokens {
			s.held[application]--
		}
		delete(s.minutes, minute)
	}
}
